/*
 * ax_model_cases.h - patients in lines (ax_patient.h) against a model: from
 * FHIR through the features and the module to results.
 *
 * A file of cases:
 *
 *   model capra
 *   case a man who can be scored
 *   as-of 2024-06-15
 *   patient male 1959-03-02
 *   ...
 *   expect recurrence probability 34
 *
 * What may be expected:
 *
 *   expect OUTCOME probability PERCENT | score NUMBER | risk NUMBER | level
 * NAME expect OUTCOME absent refused INPUT      a gap about it, or the module
 * asks for it; `anchor` and `patient` for what is no input not-applicable
 *
 * A case begins with the lines of `case ... = NAME OF ANOTHER` when it says so:
 * `case in other units = a man who can be scored` repeats that one's lines but
 * for its expectations; a line `without TEXT` takes away those that begin with
 * TEXT.
 */
#ifndef AX_TESTS_AX_MODEL_CASES_H
#define AX_TESTS_AX_MODEL_CASES_H

#include "support/ax_plugin.h"

/* Runs all cases of `path` (below AUSPEX_ROOT) and fails at the end when one
 * did not come out. `least`: so many there must be. */
void ax_model_cases_run(auspex_open_fn open, const char *data, const char *path,
                        size_t least);

#endif
