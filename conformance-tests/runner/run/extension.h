/*
 * extension.h - extensions of public scripts, found by the last part of their
 * URL, so that whoever hosts the same extension elsewhere is understood.
 * Private to run/.
 */
#ifndef AX_RUN_EXTENSION_H
#define AX_RUN_EXTENSION_H

#include "json/json.h"

/* The first extension of `element` whose URL is `name` or ends with "/name";
 * NULL: there is none. */
const ax_json *ax_extension_find(const ax_json *element, ax_str name);

/* Its value[x], or NULL. */
const ax_json *ax_extension_value(const ax_json *extension);

/* Text of the value of the extension `name`; empty when there is none. */
ax_str ax_extension_text(const ax_json *element, ax_str name);

#endif
