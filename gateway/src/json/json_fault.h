/*
 * json_fault.h - says where text stops being JSON, and what was expected.
 *
 * The parser's library knows only roughly. This reads the text once more, and
 * only after a failure, so it is plain rather than fast.
 *
 * Threads: any; no state.
 */
#ifndef AX_JSON_JSON_FAULT_H
#define AX_JSON_JSON_FAULT_H

#include "base/attrs.h"
#include "json/json_parse.h"

/* Records a fault at byte `at` of `source`; the first report wins. */
void ax_json_fault_set(ax_json_fault *fault, ax_str source, size_t at,
                       const char *fmt, ...) AX_PRINTF(4, 5);

/* Finds the first syntax fault (RFC 8259) from byte `start` on. False when the
 * text is JSON. */
bool ax_json_fault_find(ax_str source, size_t start, ax_json_fault *fault);

#endif
