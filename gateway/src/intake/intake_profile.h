/*
 * intake_profile.h - the risk profile of a patient: of every model that applies
 * the latest assessment, or what it lacks, as of now.
 *
 * Reading shows staleness: the windows of every model are looked at again. An
 * assessment that still rests on what would be used today is given as it is
 * stored. When other values would be used now, it is calculated anew (and not
 * stored); when inputs have left their windows, the stored one is given with a
 * warning, and what is missing with it.
 *
 * Order: what a clinician should see first. Assessments by level; of one level
 * those of the present (a period that begins and ends at once) before those of
 * years to come, then by probability; then what models lack; then measurements.
 * At the end an OperationOutcome says, model by model, how it stands.
 *
 * Threads: any; a call stays on its thread.
 */
#ifndef AX_INTAKE_INTAKE_PROFILE_H
#define AX_INTAKE_INTAKE_PROFILE_H

#include "intake/intake.h"

/*
 * Writes the Bundle (collection) about Patient/`id` to `answer`. `rq` gives
 * arena and base; its document is not read. NOT_FOUND (no such patient, or
 * deleted), UNAVAILABLE or TIMEOUT (no worker can be had), NOMEM, IO.
 */
ax_status ax_intake_profile(ax_intake *intake, const ax_intake_request *rq,
                            ax_str id, ax_buf *answer,
                            ax_error *err) AX_MUST_USE;

#endif
