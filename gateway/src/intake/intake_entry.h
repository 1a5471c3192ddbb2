/*
 * intake_entry.h - one entry of a batch or transaction, read into an item
 * (R4 3.1.0.11.1): its method, its URL, its conditions.
 */
#ifndef AX_INTAKE_INTAKE_ENTRY_H
#define AX_INTAKE_INTAKE_ENTRY_H

#include "fhir/fhir_bundle.h"
#include "intake/intake_item.h"
#include "intake/intake_service.h"

/*
 * Reads what `entry` asks for. What is wrong with its request becomes issues
 * in item->issues (which the caller has set) and item->status; the method is
 * then NOTHING. NOMEM.
 */
ax_status ax_intake_entry_read(const ax_intake *intake,
                               const ax_intake_request *rq,
                               const ax_bundle_entry *entry,
                               ax_intake_item *item) AX_MUST_USE;

#endif
