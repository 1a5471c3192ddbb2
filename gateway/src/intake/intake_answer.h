/*
 * intake_answer.h - the response Bundle of a batch or transaction: exactly one
 * entry for each entry of the request, in its order (R4 3.1.0.11.3).
 */
#ifndef AX_INTAKE_INTAKE_ANSWER_H
#define AX_INTAKE_INTAKE_ANSWER_H

#include "intake/intake_item.h"

/* `type` is "transaction-response" or "batch-response"; `prefer` as in
 * ax_intake_bundle; `source` is the request's text, for places. */
ax_status ax_intake_answer_write(const ax_intake_item *items, size_t count,
                                 const char *type, ax_str prefer, ax_str source,
                                 ax_buf *out) AX_MUST_USE;

#endif
