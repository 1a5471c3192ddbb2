/*
 * fp_write.h - results as JSON: [{"type": "string", "value": "Jim"}, ...].
 *
 * `type` is the FHIR type of a node, and for System values the FHIR name of the
 * same ("boolean", "dateTime", "Quantity"). `value` is the JSON of a node;
 * numbers, Booleans and text are themselves; dates and quantities are text as
 * toString() has it; null stands for a primitive with extensions only.
 */
#ifndef AX_FHIRPATH_FP_WRITE_H
#define AX_FHIRPATH_FP_WRITE_H

#include "fhirpath/fp_value.h"
#include "json/json_write.h"

/* Writes the array; `arena` for texts. NOMEM. */
ax_status ax_fp_write(ax_arena *arena, const ax_fp_list *list,
                      ax_json_writer *w) AX_MUST_USE;

/* "boolean" for System.Boolean, "HumanName" for a node of that type. */
ax_str ax_fp_write_type(const ax_fp_item *item);

#endif
