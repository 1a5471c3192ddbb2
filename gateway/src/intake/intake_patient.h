/*
 * intake_patient.h - whose data is it? Patients as hospitals have them:
 *
 * - A subject given by identifier only is the Patient with that identifier;
 * while there is none (or several) its facts wait under the identifier.
 * - A subject given by an absolute URL below one of the configured bases is the
 *   Patient of that id here.
 * - When a Patient comes, what waited for one of its identifiers becomes its
 * own and is scored.
 * - Two records of one person (R4 Patient.link): the facts of the replaced one
 *   become the survivor's, and what comes later for the replaced one follows.
 *   Its results stay where they are; new ones are the survivor's. When the link
 *   is taken away, its facts go back, what the survivor's results owed to them
 *   is taken back (intake_revision.h), and both are scored anew.
 *
 * Facts carry the subject, resources are stored as they were sent.
 *
 * Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_PATIENT_H
#define AX_INTAKE_INTAKE_PATIENT_H

#include "intake/intake.h"
#include "intake/intake_item.h"
#include "intake/intake_match.h"

/* Settles whose facts the finished items hold. What was looked up stands in the
 * match's preconditions. NOMEM, IO. */
ax_status ax_intake_patient_settle(const ax_intake_options *options,
                                   ax_arena *arena, ax_intake_match *match,
                                   ax_intake_item *items, size_t count,
                                   ax_error *err) AX_MUST_USE;

/* Whose facts become a Patient's among the items; such items are marked
 * (`arrived`, `survivor`). NOMEM, IO. */
ax_status ax_intake_patient_adoptions(ax_store *store, ax_arena *arena,
                                      ax_intake_item *items, size_t count,
                                      ax_adoption **out, size_t *out_count,
                                      ax_error *err) AX_MUST_USE;

/* The Patient that took the place of `patient` ("Patient/b"); empty: none.
 * NOMEM, IO. */
ax_status ax_intake_patient_survivor(ax_store *store, ax_arena *arena,
                                     ax_str patient, ax_str *out,
                                     ax_error *err) AX_MUST_USE;

#endif
