/*
 * json_pretty.h - JSON text with line breaks and two blanks a level, for
 * people (`_pretty`). Nothing else changes: numbers and strings stay byte for
 * byte.
 */
#ifndef AX_JSON_JSON_PRETTY_H
#define AX_JSON_JSON_PRETTY_H

#include "base/buf.h"

/* `json` is JSON that we wrote. */
void ax_json_pretty_write(ax_str json, ax_buf *out);

#endif
