/*
 * fhir_make.h - the idioms of FHIR JSON, over the one writer: each function
 * writes one value (ax_json_write_key first, where it is a member). Empty
 * parts are left out, as FHIR forbids empty strings.
 */
#ifndef AX_FHIR_FHIR_MAKE_H
#define AX_FHIR_FHIR_MAKE_H

#include "json/json_write.h"

typedef struct {
  ax_str system, code, display;
} ax_coding;

void ax_fhir_make_coding(ax_json_writer *w, ax_coding coding);

/* {coding:[...], text}; `text` may be empty. */
void ax_fhir_make_concept(ax_json_writer *w, const ax_coding *codings,
                          size_t count, ax_str text);

/* {reference, display}; `display` may be empty. */
void ax_fhir_make_reference(ax_json_writer *w, ax_str reference,
                            ax_str display);

/* A UCUM quantity. */
void ax_fhir_make_quantity(ax_json_writer *w, double value, ax_str ucum);

/* {system, value} */
void ax_fhir_make_identifier(ax_json_writer *w, ax_str system, ax_str value);

/* An OperationOutcome with one error; for refusals that are not about a
 * resource's content. */
void ax_fhir_make_outcome(ax_json_writer *w, ax_str severity, ax_str code,
                          ax_str text);

#endif
