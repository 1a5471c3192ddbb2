/*
 * intake_link.h - the links of a Bundle that answers a question: the question
 * as a URL, and where the next page is.
 *
 * Pure functions.
 */
#ifndef AX_INTAKE_INTAKE_LINK_H
#define AX_INTAKE_INTAKE_LINK_H

#include "base/buf.h"
#include "json/json_write.h"

/* Appends "name=value", percent-encoded, behind `?`, or `&` when `url` has a
 * query already. */
void ax_intake_link_param(ax_buf *url, ax_str name, ax_str value);

/* {relation, url}. */
void ax_intake_link_write(ax_json_writer *w, ax_str relation, ax_str url);

#endif
