/*
 * fhir_fact_parts.h - what the readers of facts share. For fhir_fact*.c only.
 */
#ifndef AX_FHIR_FHIR_FACT_PARTS_H
#define AX_FHIR_FHIR_FACT_PARTS_H

#include "base/buf.h"
#include "fhir/fhir_fact.h"

typedef struct {
  ax_arena *arena;
  ax_facts *out;
  const ax_json *resource;
  const ax_json *medication; /* that it refers to, found elsewhere; NULL */
  ax_fact base;              /* what all facts of the resource share */
  ax_buf notes;              /* details under construction */
} ax_fhir_fact_work;

/* Is `s` one of the words (a list ended by NULL)? */
bool ax_fhir_fact_is_one_of(ax_str s, const char *const *words);

/* The fact's time, and its end, from a dateTime; another text changes nothing.
 */
void ax_fhir_fact_set_time(ax_fact *fact, ax_str text);
void ax_fhir_fact_set_end(ax_fact *fact, ax_str text);

/* Its value from a Quantity. */
void ax_fhir_fact_quantity(ax_arena *arena, const ax_json *quantity,
                           ax_fact *fact);

/* Details (ax_fact_detail): the codings of a CodeableConcept, of an array of
 * them; and what was noted since the last time, in the arena. */
void ax_fhir_fact_note(ax_fhir_fact_work *x, const char *name,
                       const ax_json *concept);
void ax_fhir_fact_note_all(ax_fhir_fact_work *x, const char *name,
                           const ax_json *concepts);
ax_status ax_fhir_fact_take_notes(ax_fhir_fact_work *x,
                                  ax_str *out) AX_MUST_USE;

/* Appends `fact` once for each coding of the CodeableConcept `code`. */
ax_status ax_fhir_fact_add(ax_fhir_fact_work *x, ax_fact fact,
                           const ax_json *code) AX_MUST_USE;

/* --- fhir_fact_event.c ---------------------------------------------------- */

ax_status ax_fhir_fact_administration(ax_fhir_fact_work *x) AX_MUST_USE;
ax_status ax_fhir_fact_medication(ax_fhir_fact_work *x) AX_MUST_USE;
ax_status ax_fhir_fact_procedure(ax_fhir_fact_work *x) AX_MUST_USE;
ax_status ax_fhir_fact_family(ax_fhir_fact_work *x) AX_MUST_USE;
ax_status ax_fhir_fact_flag(ax_fhir_fact_work *x) AX_MUST_USE;

#endif
