/*
 * intake_medication.h - which drug an administration is of, where that stands
 * in another resource: R4's medicationReference.
 *
 * The Medication is looked for among what is stored in the same commit, then in
 * the store, as it is at that moment: facts are taken when a resource is
 * accepted. One that comes or is corrected later counts for what is sent after
 * it.
 *
 * Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_MEDICATION_H
#define AX_INTAKE_INTAKE_MEDICATION_H

#include "intake/intake_item.h"
#include "intake/intake_service.h"

/* Sets item->medication of all items that refer to one; their references are
 * settled. `base` is our own base URL. NOMEM, IO. */
ax_status ax_intake_medication_find(ax_store *store, ax_arena *arena,
                                    ax_str base, ax_intake_item *items,
                                    size_t count, ax_error *err) AX_MUST_USE;

#endif
