/*
 * ax_model_cases.h - a file of cases (ax_case_file.h) against a model: from
 * FHIR through the features and the module to results.
 */
#ifndef AX_TESTS_AX_MODEL_CASES_H
#define AX_TESTS_AX_MODEL_CASES_H

#include "support/ax_plugin.h"

/* Runs all cases of `path` (below AUSPEX_ROOT) and fails at the end when one
 * did not come out. `least`: so many there must be. */
void ax_model_cases_run(auspex_open_fn open, const char *data, const char *path,
                        size_t least);

#endif
