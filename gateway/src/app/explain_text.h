/*
 * explain_text.h - a compiled profile (ax_validate_explain) as indented lines
 * for people.
 * Threads: any; no state.
 */
#ifndef AX_APP_EXPLAIN_TEXT_H
#define AX_APP_EXPLAIN_TEXT_H

#include "base/buf.h"
#include "json/json.h"

void ax_explain_text_write(const ax_json *schema, ax_buf *out);

#endif
