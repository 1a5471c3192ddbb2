/*
 * fp_model_r4.h - the types of FHIR R4 for the FHIRPath engine, read from the
 * StructureDefinitions of a registry.
 *
 * A type is read the first time one of its elements is asked for; afterwards a
 * look-up takes no lock.
 *
 * Threads: the model may be used from any thread.
 */
#ifndef AX_VALIDATE_FP_MODEL_R4_H
#define AX_VALIDATE_FP_MODEL_R4_H

#include "definitions/registry.h"
#include "fhirpath/fp_model.h"

typedef struct ax_fp_model_r4 ax_fp_model_r4;

/* A model over `registry`, which must outlive it. NOMEM. */
ax_status ax_fp_model_r4_new(ax_registry *registry, ax_fp_model_r4 **out,
                             ax_error *err) AX_MUST_USE;
void ax_fp_model_r4_free(ax_fp_model_r4 *model);

/* The table of functions the engine wants; lives as long as the model. */
const ax_fp_model *ax_fp_model_r4_table(const ax_fp_model_r4 *model);

#endif
