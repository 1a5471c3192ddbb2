/* fhir_fact.h: what was done to a patient, taken or ordered; what runs in the
 * family; Flags. */
#include "fhir/fhir_fact_parts.h"

/* --- medications ----------------------------------------------------------
 */

static ax_fact_status status_of(ax_str status, const char *const *good) {
  if (ax_fhir_fact_is_one_of(status, good)) return AX_FACT_STATUS_FINAL;
  return ax_str_eq(status, AX_STR("entered-in-error")) ? AX_FACT_STATUS_ERROR
                                                       : AX_FACT_STATUS_OTHER;
}

ax_str ax_fhir_fact_medication_elsewhere(const ax_json *resource) {
  ax_str text =
      AX_JSON_STR(AX_JSON_GET(resource, "medicationReference"), "reference");
  return ax_str_starts(text, AX_STR("#")) ? AX_STR("") : text;
}

static const ax_json *contained_of(const ax_json *resource) {
  ax_str text =
      AX_JSON_STR(AX_JSON_GET(resource, "medicationReference"), "reference");
  const ax_json *contained = AX_JSON_GET(resource, "contained");
  if (!ax_str_starts(text, AX_STR("#"))) return NULL;
  for (size_t i = 0; i < ax_json_count(contained); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(contained, i), "id"),
                  ax_str_skip(text, 1)))
      return ax_json_item(contained, i);
  return NULL;
}

/* The code of the medication: here, in a contained resource, or in one that the
 * caller found. */
static const ax_json *medication_of(const ax_fhir_fact_work *x) {
  const ax_json *concept =
      AX_JSON_GET(x->resource, "medicationCodeableConcept");
  const ax_json *contained = contained_of(x->resource);
  if (concept) return concept;
  return AX_JSON_GET(contained ? contained : x->medication, "code");
}

/* Given: at the end of a period, or at its start while it lasts. */
ax_status ax_fhir_fact_administration(ax_fhir_fact_work *x) {
  static const char *const given[] = { "completed", "in-progress", NULL };
  const ax_json *r = x->resource, *period = AX_JSON_GET(r, "effectivePeriod");
  x->base.kind = AX_FACT_ADMINISTRATION;
  x->base.status = status_of(AX_JSON_STR(r, "status"), given);
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(period, "start"));
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(period, "end"));
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(r, "effectiveDateTime"));
  return ax_fhir_fact_add(x, x->base, medication_of(x));
}

/* Taken or ordered: from when on, and until when if that is said. */
ax_status ax_fhir_fact_medication(ax_fhir_fact_work *x) {
  static const char *const good[] = { "active", NULL };
  const ax_json *r = x->resource, *period = AX_JSON_GET(r, "effectivePeriod");
  x->base.kind = AX_FACT_MEDICATION;
  x->base.status = status_of(AX_JSON_STR(r, "status"), good);
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(r, "authoredOn"));
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(period, "start"));
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(r, "effectiveDateTime"));
  ax_fhir_fact_set_end(&x->base, AX_JSON_STR(period, "end"));
  return ax_fhir_fact_add(x, x->base, medication_of(x));
}

/* --- Procedure, FamilyMemberHistory, Flag ---------------------------------
 */

ax_status ax_fhir_fact_procedure(ax_fhir_fact_work *x) {
  static const char *const done[] = { "completed", NULL };
  const ax_json *r = x->resource;
  x->base.kind = AX_FACT_PROCEDURE;
  x->base.status = status_of(AX_JSON_STR(r, "status"), done);
  ax_fhir_fact_set_time(&x->base,
                        AX_JSON_STR(AX_JSON_GET(r, "performedPeriod"), "end"));
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(r, "performedDateTime"));
  ax_fhir_fact_note_all(x, "bodySite", AX_JSON_GET(r, "bodySite"));
  AX_TRY(ax_fhir_fact_take_notes(x, &x->base.details));
  return ax_fhir_fact_add(x, x->base, AX_JSON_GET(r, "code"));
}

/* Each condition of the relative; its number is the age at onset. */
ax_status ax_fhir_fact_family(ax_fhir_fact_work *x) {
  static const char *const told[] = { "completed", "partial", NULL };
  const ax_json *r = x->resource;
  x->base.kind = AX_FACT_FAMILY;
  x->base.status = status_of(AX_JSON_STR(r, "status"), told);
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(r, "date"));
  ax_fhir_fact_note(x, "relationship", AX_JSON_GET(r, "relationship"));
  AX_TRY(ax_fhir_fact_take_notes(x, &x->base.details));
  const ax_json *conditions = AX_JSON_GET(r, "condition");
  for (size_t i = 0; i < ax_json_count(conditions); i++) {
    const ax_json *one = ax_json_item(conditions, i);
    ax_fact fact = x->base;
    fact.group = (uint32_t)i;
    ax_fhir_fact_quantity(x->arena, AX_JSON_GET(one, "onsetAge"), &fact);
    AX_TRY(ax_fhir_fact_add(x, fact, AX_JSON_GET(one, "code")));
  }
  return AX_OK;
}

ax_status ax_fhir_fact_flag(ax_fhir_fact_work *x) {
  static const char *const good[] = { "active", NULL };
  const ax_json *r = x->resource, *period = AX_JSON_GET(r, "period");
  x->base.kind = AX_FACT_FLAG;
  x->base.status = status_of(AX_JSON_STR(r, "status"), good);
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(period, "start"));
  ax_fhir_fact_set_end(&x->base, AX_JSON_STR(period, "end"));
  return ax_fhir_fact_add(x, x->base, AX_JSON_GET(r, "code"));
}
