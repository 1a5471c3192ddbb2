/*
 * intake_patch_path.h - FHIRPath Patch (R4 fhirpatch): operations in
 * Parameters, each naming its place by FHIRPath. A place that is found becomes
 * a JSON Pointer, and the operation one of JSON Patch.
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_PATCH_PATH_H
#define AX_INTAKE_INTAKE_PATCH_PATH_H

#include "fhirpath/fp_model.h"
#include "json/json.h"

/*
 * Applies the operations of `parameters` to `tree` (a resource), in order.
 * INVALID names the operation and what is wrong with it; NOMEM, TOO_LARGE.
 */
ax_status ax_intake_patch_path(const ax_fp_model *model, ax_arena *arena,
                               const ax_json *tree, const ax_json *parameters,
                               const ax_json **out, ax_error *err) AX_MUST_USE;

#endif
