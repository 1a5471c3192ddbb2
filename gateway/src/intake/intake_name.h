/*
 * intake_name.h - who each item of a draft is: its id, the version it makes,
 * and whether the conditions it came with hold (R4 3.1.0.4 to 3.1.0.8;
 * RFC 9110 13).
 *
 * Everything is decided from what the store holds now; the store checks it
 * again when the draft is committed.
 *
 * Threads: one at a time.
 */
#ifndef AX_INTAKE_INTAKE_NAME_H
#define AX_INTAKE_INTAKE_NAME_H

#include "intake/intake_match.h"
#include "intake/intake_once.h"
#include "intake/intake_service.h"

/*
 * Names all items that write: id, version, reference, updated_ms, status and
 * `before`. A PATCH is applied and what it makes is validated. A condition
 * that does not hold is an issue of the item, with a status; and so are two
 * items that turn out to be one resource. NOMEM, IO.
 */
ax_status ax_intake_name_items(const ax_intake *intake,
                               const ax_intake_request *rq,
                               ax_intake_match *match,
                               const ax_intake_once *once,
                               ax_intake_item *items, size_t count,
                               ax_error *err) AX_MUST_USE;

/* In a transaction: what one item makes must not be what the condition of
 * another, by which that makes something new, is to keep from being twice. It
 * is an issue of the item with the condition. After ax_intake_name_items.
 * NOMEM, IO. */
ax_status ax_intake_name_apart(ax_intake_match *match, ax_intake_item *items,
                               size_t count, ax_error *err) AX_MUST_USE;

#endif
