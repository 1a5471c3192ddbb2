#include "fhir/fhir_fact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fhir/fhir_fact_parts.h"
#include "fhir/fhir_reference.h"

#define UCUM "http://unitsofmeasure.org"

/* --- small readers ------------------------------------------------------- */

bool ax_fhir_fact_is_one_of(ax_str s, const char *const *words) {
  for (; *words; words++)
    if (ax_str_eq(s, ax_str_from(*words))) return true;
  return false;
}

/* Does one of the codings (an array, or NULL) carry this code? */
static bool has_code(const ax_json *codings, ax_str code) {
  for (size_t i = 0; i < ax_json_count(codings); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(codings, i), "code"), code))
      return true;
  return false;
}

static bool has_any_code(const ax_json *codings, const char *const *words) {
  for (size_t i = 0; i < ax_json_count(codings); i++)
    if (ax_fhir_fact_is_one_of(AX_JSON_STR(ax_json_item(codings, i), "code"),
                               words))
      return true;
  return false;
}

/* The number as a double; false when it is none or not finite. */
static bool read_number(ax_arena *arena, const ax_json *value, ax_str *digits,
                        double *out) {
  char few[64];
  if (!ax_json_is(value, AX_JSON_NUMBER) || value->count == 0) return false;
  *digits = ax_json_text(value);
  if (digits->len < sizeof few) {
    memcpy(few, value->u.text, digits->len);
    few[digits->len] = '\0';
    *out = strtod(few, NULL);
  } else {
    const char *text = ax_arena_cstr(arena, *digits);
    if (!text) return false;
    *out = strtod(text, NULL);
  }
  return isfinite(*out);
}

void ax_fhir_fact_set_time(ax_fact *fact, ax_str text) {
  ax_fhir_date date;
  if (!ax_fhir_date_parse_datetime(text, &date)) return;
  fact->has_time = true;
  fact->lo_ms = date.lo_ms;
  fact->hi_ms = date.hi_ms;
  fact->precision = date.precision;
}

void ax_fhir_fact_set_end(ax_fact *fact, ax_str text) {
  ax_fhir_date date;
  if (!ax_fhir_date_parse_datetime(text, &date)) return;
  fact->has_end = true;
  fact->end_lo_ms = date.lo_ms;
  fact->end_hi_ms = date.hi_ms;
}

static void set_issued(ax_fact *fact, ax_str text) {
  ax_fhir_date date;
  if (fact->issued_ms == 0 && ax_fhir_date_parse_datetime(text, &date))
    fact->issued_ms = date.lo_ms;
}

/* --- details -------------------------------------------------------------
 * One line each: name, system, code, parted by a byte that no code holds. */

enum { DETAIL_MARK = 0x1f, DETAILS_MAX = 16384 };

static void note(ax_fhir_fact_work *x, const char *name, ax_str system,
                 ax_str code) {
  if (x->notes.len + system.len + code.len > DETAILS_MAX) return;
  ax_buf_append(&x->notes, ax_str_from(name));
  ax_buf_append_char(&x->notes, DETAIL_MARK);
  ax_buf_append(&x->notes, system);
  ax_buf_append_char(&x->notes, DETAIL_MARK);
  ax_buf_append(&x->notes, code);
  ax_buf_append_char(&x->notes, '\n');
}

void ax_fhir_fact_note(ax_fhir_fact_work *x, const char *name,
                       const ax_json *concept) {
  const ax_json *codings = AX_JSON_GET(concept, "coding");
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    const ax_json *coding = ax_json_item(codings, i);
    ax_str code = AX_JSON_STR(coding, "code");
    if (code.len) note(x, name, AX_JSON_STR(coding, "system"), code);
  }
}

void ax_fhir_fact_note_all(ax_fhir_fact_work *x, const char *name,
                           const ax_json *concepts) {
  for (size_t i = 0; i < ax_json_count(concepts); i++)
    ax_fhir_fact_note(x, name, ax_json_item(concepts, i));
}

/* What was noted since the last time, in the arena. */
ax_status ax_fhir_fact_take_notes(ax_fhir_fact_work *x, ax_str *out) {
  *out = AX_STR("");
  if (x->notes.status) return x->notes.status;
  if (x->notes.len == 0) return AX_OK;
  char *copy = ax_arena_cstr(x->arena, ax_buf_view(&x->notes));
  if (!copy) return AX_NOMEM;
  *out = (ax_str){ copy, x->notes.len };
  ax_buf_clear(&x->notes);
  return AX_OK;
}

bool ax_fhir_fact_detail(ax_fact_detail *at, ax_str name) {
  while (at->rest.len) {
    ax_str line = ax_str_cut(&at->rest, '\n');
    ax_str found = ax_str_cut(&line, DETAIL_MARK);
    if (!ax_str_eq(found, name)) continue;
    at->system = ax_str_cut(&line, DETAIL_MARK);
    at->code = line;
    return true;
  }
  return false;
}

/* --- the list ------------------------------------------------------------ */

static ax_status append(ax_fhir_fact_work *x, const ax_fact *fact) {
  ax_facts *out = x->out;
  if (out->count >= out->capacity) {
    size_t larger = out->count < 4 ? 4 : out->count * 2;
    ax_fact *items = AX_TAKE_ARRAY(x->arena, ax_fact, larger);
    if (!items) return AX_NOMEM;
    if (out->count) memcpy(items, out->items, out->count * sizeof *items);
    out->items = items;
    out->capacity = larger;
  }
  out->items[out->count++] = *fact;
  return AX_OK;
}

/* One fact for each coding of `code` (a CodeableConcept). */
ax_status ax_fhir_fact_add(ax_fhir_fact_work *x, ax_fact fact,
                           const ax_json *code) {
  const ax_json *codings = AX_JSON_GET(code, "coding");
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    const ax_json *coding = ax_json_item(codings, i);
    fact.system = AX_JSON_STR(coding, "system");
    fact.code = AX_JSON_STR(coding, "code");
    if (fact.code.len) AX_TRY(append(x, &fact));
  }
  return AX_OK;
}

/* --- values -------------------------------------------------------------- */

void ax_fhir_fact_quantity(ax_arena *arena, const ax_json *quantity,
                           ax_fact *fact) {
  ax_str comparator = AX_JSON_STR(quantity, "comparator");
  ax_str code = AX_JSON_STR(quantity, "code");
  if (!read_number(arena, AX_JSON_GET(quantity, "value"), &fact->digits,
                   &fact->number))
    return;
  fact->value_kind = AX_FACT_VALUE_NUMBER;
  if (comparator.len == 1) fact->comparator = comparator.ptr[0];
  if (comparator.len == 2)
    fact->comparator = comparator.ptr[0] == '<' ? 'l' : 'g';
  fact->unit = AX_JSON_STR(quantity, "unit");
  if (code.len && ax_str_eq(AX_JSON_STR(quantity, "system"), AX_STR(UCUM))) {
    fact->unit = code;
    fact->flags |= AX_FACT_HAS_UNIT;
  }
}

/* The ordinal value that a coding carries in an extension, or NULL. */
static const ax_json *ordinal_of(const ax_json *coding) {
  static const char *const urls[] = {
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/iso21090-CO-value", NULL
  };
  const ax_json *extensions = AX_JSON_GET(coding, "extension");
  for (size_t i = 0; i < ax_json_count(extensions); i++) {
    const ax_json *extension = ax_json_item(extensions, i);
    if (ax_fhir_fact_is_one_of(AX_JSON_STR(extension, "url"), urls))
      return AX_JSON_GET(extension, "valueDecimal");
  }
  return NULL;
}

static void read_coding(ax_arena *arena, const ax_json *coding, ax_fact *fact) {
  fact->value_kind = AX_FACT_VALUE_CODE;
  fact->value_system = AX_JSON_STR(coding, "system");
  fact->value_code = AX_JSON_STR(coding, "code");
  fact->number = 0;
  fact->digits = AX_STR("");
  if (!read_number(arena, ordinal_of(coding), &fact->digits, &fact->number))
    fact->digits = AX_STR("");
}

/* Answers are often coded by their score. Longer digit strings are codes of a
 * terminology (SNOMED CT), not scores. */
static void take_score(ax_fact *fact) {
  int64_t score = 0;
  if (fact->value_kind != AX_FACT_VALUE_CODE) return;
  if (fact->digits.len == 0) {
    if (!ax_str_int64(fact->value_code, -999, 999, &score)) return;
    fact->digits = fact->value_code;
    fact->number = (double)score;
  }
  fact->value_kind = AX_FACT_VALUE_NUMBER;
}

static void read_text(const ax_json *value, ax_fact *fact) {
  fact->value_code = ax_json_text(value);
  if (fact->value_code.len) fact->value_kind = AX_FACT_VALUE_TEXT;
}

static void read_moment(const ax_json *value, ax_fact *fact) {
  ax_fhir_date date;
  fact->value_code = ax_json_text(value);
  if (!ax_fhir_date_parse_datetime(fact->value_code, &date)) return;
  fact->value_kind = AX_FACT_VALUE_TIME;
  fact->number = (double)date.lo_ms;
}

/* Everything but a CodeableConcept, which may give several facts. */
static void read_value(ax_arena *arena, const ax_json *holder, ax_fact *fact) {
  const ax_json *value = AX_JSON_GET(holder, "valueQuantity");
  if (value) {
    ax_fhir_fact_quantity(arena, value, fact);
  } else if ((value = AX_JSON_GET(holder, "valueInteger")) ||
             (value = AX_JSON_GET(holder, "valueDecimal"))) {
    if (read_number(arena, value, &fact->digits, &fact->number)) {
      fact->value_kind = AX_FACT_VALUE_NUMBER;
      fact->flags |= AX_FACT_PLAIN_NUMBER;
    }
  } else if ((value = AX_JSON_GET(holder, "valueBoolean"))) {
    if (value->kind != AX_JSON_BOOL) return;
    fact->value_kind = AX_FACT_VALUE_BOOL;
    fact->number = value->truth;
  } else if ((value = AX_JSON_GET(holder, "valueCoding"))) {
    read_coding(arena, value, fact);
  } else if ((value = AX_JSON_GET(holder, "valueString"))) {
    read_text(value, fact);
  } else if ((value = AX_JSON_GET(holder, "valueDateTime")) ||
             (value = AX_JSON_GET(holder, "valueDate"))) {
    read_moment(value, fact);
  }
}

static void read_absent(const ax_json *holder, ax_fact *fact) {
  const ax_json *reason = AX_JSON_GET(holder, "dataAbsentReason");
  if (fact->value_kind != AX_FACT_VALUE_NONE || !reason) return;
  const ax_json *coding = ax_json_item(AX_JSON_GET(reason, "coding"), 0);
  fact->value_kind = AX_FACT_VALUE_ABSENT;
  fact->value_system = AX_JSON_STR(coding, "system");
  fact->value_code = AX_JSON_STR(coding, "code");
  if (fact->value_code.len == 0) fact->value_code = AX_JSON_STR(reason, "text");
}

/* --- reference range ----------------------------------------------------- */

/* In the value's unit, if it names none; else its own is a detail. */
static bool read_bound(ax_fhir_fact_work *x, const ax_json *bound,
                       const char *detail, const ax_fact *fact, double *out) {
  ax_str digits, system = AX_JSON_STR(bound, "system");
  ax_str code = AX_JSON_STR(bound, "code"), unit = AX_JSON_STR(bound, "unit");
  if (!bound ||
      !read_number(x->arena, AX_JSON_GET(bound, "value"), &digits, out))
    return false;
  ax_str own = code.len ? code : unit;
  if (own.len == 0 || ax_str_eq(own, fact->unit)) return true;
  if (!code.len || !ax_str_eq(system, AX_STR(UCUM))) return false;
  note(x, detail, system, code);
  return true;
}

/* The first range of type normal, or of none. */
static const ax_json *normal_range(const ax_json *ranges) {
  for (size_t i = 0; i < ax_json_count(ranges); i++) {
    const ax_json *range = ax_json_item(ranges, i);
    const ax_json *type = AX_JSON_GET(range, "type");
    if (!type || has_code(AX_JSON_GET(type, "coding"), AX_STR("normal")))
      return range;
  }
  return NULL;
}

static ax_status read_range(ax_fhir_fact_work *x, const ax_json *holder,
                            ax_fact *fact) {
  const ax_json *range = normal_range(AX_JSON_GET(holder, "referenceRange"));
  ax_str own;
  if (!range || fact->value_kind != AX_FACT_VALUE_NUMBER) return AX_OK;
  fact->has_low =
      read_bound(x, AX_JSON_GET(range, "low"), "lowUnit", fact, &fact->low);
  fact->has_high =
      read_bound(x, AX_JSON_GET(range, "high"), "highUnit", fact, &fact->high);
  if (!x->notes.len) return AX_OK;
  AX_TRY(ax_fhir_fact_take_notes(x, &own));
  fact->details = AX_JOIN(x->arena, fact->details, own);
  return fact->details.ptr ? AX_OK : AX_NOMEM;
}

/* --- Observation --------------------------------------------------------- */

static ax_status append_concept(ax_fhir_fact_work *x, const ax_json *holder,
                                ax_fact fact, const ax_json *concept) {
  const ax_json *codings = AX_JSON_GET(concept, "coding");
  const ax_json *code = AX_JSON_GET(holder, "code");
  if (ax_json_count(codings) == 0) {
    read_text(AX_JSON_GET(concept, "text"), &fact);
    return ax_fhir_fact_add(x, fact, code);
  }
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    read_coding(x->arena, ax_json_item(codings, i), &fact);
    AX_TRY(ax_fhir_fact_add(x, fact, code));
  }
  return AX_OK;
}

/* A component has its own interpretation and all else of its Observation. */
static ax_status note_component(ax_fhir_fact_work *x, const ax_json *component,
                                ax_str *details) {
  ax_fact_detail at = { .rest = x->base.details };
  const ax_json *o = x->resource;
  ax_fhir_fact_note_all(x, "interpretation",
                        AX_JSON_GET(component, "interpretation"));
  ax_fhir_fact_note(x, "within", AX_JSON_GET(o, "code"));
  ax_str own;
  AX_TRY(ax_fhir_fact_take_notes(x, &own));
  at.rest = x->base.details;
  while (at.rest.len) {
    ax_str line = ax_str_cut(&at.rest, '\n');
    if (ax_str_starts(line, AX_STR("interpretation\x1f"))) continue;
    ax_buf_append(&x->notes, line);
    ax_buf_append_char(&x->notes, '\n');
  }
  ax_buf_append(&x->notes, own);
  return ax_fhir_fact_take_notes(x, details);
}

/* One statement: the Observation itself or one component. */
static ax_status append_statement(ax_fhir_fact_work *x, const ax_json *holder,
                                  uint32_t group) {
  ax_fact fact = x->base;
  fact.group = group;
  if (group) AX_TRY(note_component(x, holder, &fact.details));
  const ax_json *concept = AX_JSON_GET(holder, "valueCodeableConcept");
  if (concept) return append_concept(x, holder, fact, concept);
  read_value(x->arena, holder, &fact);
  read_absent(holder, &fact);
  AX_TRY(read_range(x, holder, &fact));
  return ax_fhir_fact_add(x, fact, AX_JSON_GET(holder, "code"));
}

/* Kinds of focus that are still about the patient. */
static const char *const own_matters[] = { "Condition",
                                           "Observation",
                                           "Procedure",
                                           "Encounter",
                                           "EpisodeOfCare",
                                           "CarePlan",
                                           "DiagnosticReport",
                                           "BodyStructure",
                                           "MedicationRequest",
                                           "MedicationStatement",
                                           "MedicationAdministration",
                                           NULL };

static bool is_about_other(const ax_json *focus, ax_str subject) {
  ax_str text = AX_JSON_STR(focus, "reference");
  if (text.len && ax_str_eq(text, subject)) return false;
  ax_str type = AX_JSON_STR(focus, "type");
  if (type.len == 0) type = ax_fhir_reference_parse(text).type;
  return !ax_fhir_fact_is_one_of(type, own_matters);
}

static ax_status note_observation(ax_fhir_fact_work *x) {
  const ax_json *o = x->resource;
  ax_fhir_fact_note_all(x, "interpretation", AX_JSON_GET(o, "interpretation"));
  ax_fhir_fact_note(x, "method", AX_JSON_GET(o, "method"));
  ax_fhir_fact_note(x, "bodySite", AX_JSON_GET(o, "bodySite"));
  ax_fhir_fact_note_all(x, "category", AX_JSON_GET(o, "category"));
  if (AX_JSON_GET(o, "specimen")) note(x, "specimen", AX_STR(""), AX_STR(""));
  if (AX_JSON_GET(o, "device")) note(x, "device", AX_STR(""), AX_STR(""));
  const ax_json *members = AX_JSON_GET(o, "hasMember");
  for (size_t i = 0; i < ax_json_count(members); i++)
    note(x, "member", AX_STR(""),
         AX_JSON_STR(ax_json_item(members, i), "reference"));
  return ax_fhir_fact_take_notes(x, &x->base.details);
}

static ax_status from_observation(ax_fhir_fact_work *x, ax_str subject) {
  static const char *const finished[] = { "final", "amended", "corrected",
                                          NULL };
  const ax_json *o = x->resource;
  ax_str status = AX_JSON_STR(o, "status");
  x->base.kind = AX_FACT_OBSERVATION;
  if (ax_fhir_fact_is_one_of(status, finished))
    x->base.status = AX_FACT_STATUS_FINAL;
  if (ax_str_eq(status, AX_STR("entered-in-error")))
    x->base.status = AX_FACT_STATUS_ERROR;
  ax_fhir_fact_set_time(&x->base,
                        AX_JSON_STR(AX_JSON_GET(o, "effectivePeriod"), "end"));
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(o, "effectiveInstant"));
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(o, "effectiveDateTime"));
  const ax_json *focus = AX_JSON_GET(o, "focus");
  for (size_t i = 0; i < ax_json_count(focus); i++)
    if (is_about_other(ax_json_item(focus, i), subject))
      x->base.flags |= AX_FACT_HAS_FOCUS;
  AX_TRY(note_observation(x));
  AX_TRY(append_statement(x, o, 0));
  const ax_json *components = AX_JSON_GET(o, "component");
  for (size_t i = 0; i < ax_json_count(components); i++)
    AX_TRY(append_statement(x, ax_json_item(components, i), (uint32_t)i + 1));
  return AX_OK;
}

/* --- Condition ----------------------------------------------------------- */

static ax_status from_condition(ax_fhir_fact_work *x) {
  static const char *const active[] = { "active", "recurrence", "relapse",
                                        NULL };
  static const char *const again[] = { "recurrence", "relapse", NULL };
  const ax_json *c = x->resource;
  ax_fact *base = &x->base;
  const ax_json *clinical =
      AX_JSON_GET(AX_JSON_GET(c, "clinicalStatus"), "coding");
  const ax_json *verified =
      AX_JSON_GET(AX_JSON_GET(c, "verificationStatus"), "coding");
  base->kind = AX_FACT_CONDITION;
  base->status = has_code(verified, AX_STR("entered-in-error"))
                     ? AX_FACT_STATUS_ERROR
                     : AX_FACT_STATUS_FINAL;
  if (!AX_JSON_GET(c, "clinicalStatus") || has_any_code(clinical, active))
    base->flags |= AX_FACT_CLINICAL_ACTIVE;
  if (!AX_JSON_GET(c, "verificationStatus") ||
      has_code(verified, AX_STR("confirmed")))
    base->flags |= AX_FACT_VERIFIED;
  if (has_any_code(clinical, again)) base->flags |= AX_FACT_RECURRENCE;
  if (has_code(verified, AX_STR("refuted"))) base->flags |= AX_FACT_REFUTED;
  if (AX_JSON_GET(c, "onsetAge") || AX_JSON_GET(c, "onsetString") ||
      AX_JSON_GET(c, "onsetRange"))
    base->flags |= AX_FACT_ONSET_NOT_DATE;
  ax_fhir_fact_set_time(base,
                        AX_JSON_STR(AX_JSON_GET(c, "onsetPeriod"), "start"));
  ax_fhir_fact_set_time(base, AX_JSON_STR(c, "onsetDateTime"));
  ax_fhir_fact_set_end(base,
                       AX_JSON_STR(AX_JSON_GET(c, "abatementPeriod"), "end"));
  ax_fhir_fact_set_end(base, AX_JSON_STR(c, "abatementDateTime"));
  ax_fhir_fact_note_all(x, "bodySite", AX_JSON_GET(c, "bodySite"));
  const ax_json *stages = AX_JSON_GET(c, "stage");
  for (size_t i = 0; i < ax_json_count(stages); i++)
    ax_fhir_fact_note(x, "stage",
                      AX_JSON_GET(ax_json_item(stages, i), "summary"));
  ax_str recorded = AX_JSON_STR(c, "recordedDate");
  if (recorded.len) note(x, "recorded", AX_STR(""), recorded);
  AX_TRY(ax_fhir_fact_take_notes(x, &base->details));
  return ax_fhir_fact_add(x, *base, AX_JSON_GET(c, "code"));
}

/* --- QuestionnaireResponse ----------------------------------------------- */

static ax_status append_answer(ax_fhir_fact_work *x, const ax_json *answer,
                               ax_str link, uint32_t group) {
  ax_fact fact = x->base;
  fact.group = group;
  fact.code = link;
  read_value(x->arena, answer, &fact);
  take_score(&fact);
  return append(x, &fact);
}

/* Items nest in items and in answers; the parser bounds how deep. */
static ax_status walk_items(ax_fhir_fact_work *x, const ax_json *items,
                            uint32_t *group) {
  for (size_t i = 0; i < ax_json_count(items); i++) {
    const ax_json *item = ax_json_item(items, i);
    ax_str link = AX_JSON_STR(item, "linkId");
    const ax_json *answers = AX_JSON_GET(item, "answer");
    uint32_t own = (*group)++;
    for (size_t a = 0; a < ax_json_count(answers); a++) {
      const ax_json *answer = ax_json_item(answers, a);
      AX_TRY(append_answer(x, answer, link, own));
      AX_TRY(walk_items(x, AX_JSON_GET(answer, "item"), group));
    }
    AX_TRY(walk_items(x, AX_JSON_GET(item, "item"), group));
  }
  return AX_OK;
}

static ax_status from_response(ax_fhir_fact_work *x) {
  static const char *const finished[] = { "completed", "amended", NULL };
  const ax_json *r = x->resource;
  ax_str status = AX_JSON_STR(r, "status");
  uint32_t group = 0;
  x->base.kind = AX_FACT_ANSWER;
  if (ax_fhir_fact_is_one_of(status, finished))
    x->base.status = AX_FACT_STATUS_FINAL;
  if (ax_str_eq(status, AX_STR("entered-in-error")))
    x->base.status = AX_FACT_STATUS_ERROR;
  x->base.system = AX_JSON_STR(r, "questionnaire");
  ax_fhir_fact_set_time(&x->base, AX_JSON_STR(r, "authored"));
  return walk_items(x, AX_JSON_GET(r, "item"), &group);
}

/* --- Patient ------------------------------------------------------------- */

static ax_status append_extension(ax_fhir_fact_work *x,
                                  const ax_json *extension, ax_str outer) {
  ax_fact fact = x->base;
  ax_str url = AX_JSON_STR(extension, "url");
  fact.kind = AX_FACT_EXTENSION;
  fact.has_time = fact.has_end = false;
  fact.code = url;
  if (outer.len)
    fact.code = ax_arena_printf(x->arena, AX_STR_FMT " " AX_STR_FMT,
                                AX_STR_ARG(outer), AX_STR_ARG(url));
  if (!fact.code.ptr) return AX_NOMEM;
  fact.group = (uint32_t)x->out->count + 1;
  const ax_json *concept = AX_JSON_GET(extension, "valueCodeableConcept");
  const ax_json *codings = AX_JSON_GET(concept, "coding");
  for (size_t i = 0; i < ax_json_count(codings); i++) {
    read_coding(x->arena, ax_json_item(codings, i), &fact);
    AX_TRY(append(x, &fact));
  }
  if (concept) return AX_OK;
  read_value(x->arena, extension, &fact);
  return fact.value_kind == AX_FACT_VALUE_NONE ? AX_OK : append(x, &fact);
}

static ax_status append_extensions(ax_fhir_fact_work *x) {
  const ax_json *all = AX_JSON_GET(x->resource, "extension");
  for (size_t i = 0; i < ax_json_count(all); i++) {
    const ax_json *one = ax_json_item(all, i);
    const ax_json *inner = AX_JSON_GET(one, "extension");
    ax_str url = AX_JSON_STR(one, "url");
    AX_TRY(append_extension(x, one, AX_STR("")));
    for (size_t k = 0; k < ax_json_count(inner); k++)
      AX_TRY(append_extension(x, ax_json_item(inner, k), url));
  }
  return AX_OK;
}

/* Where the patient lives: addresses of use home, or of no use. */
static ax_status append_countries(ax_fhir_fact_work *x) {
  const ax_json *all = AX_JSON_GET(x->resource, "address");
  for (size_t i = 0; i < ax_json_count(all); i++) {
    const ax_json *one = ax_json_item(all, i);
    ax_str use = AX_JSON_STR(one, "use"), country = AX_JSON_STR(one, "country");
    if (country.len == 0 || (use.len && !ax_str_eq(use, AX_STR("home"))))
      continue;
    ax_fact fact = x->base;
    fact.kind = AX_FACT_EXTENSION;
    fact.has_time = fact.has_end = false;
    fact.code = AX_STR(AX_FHIR_FACT_COUNTRY);
    fact.group = (uint32_t)x->out->count + 1;
    fact.value_kind = AX_FACT_VALUE_TEXT;
    fact.value_code = country;
    AX_TRY(append(x, &fact));
  }
  return AX_OK;
}

static ax_status from_patient(ax_fhir_fact_work *x) {
  const ax_json *p = x->resource;
  ax_fact *base = &x->base;
  base->kind = AX_FACT_PATIENT;
  base->status = AX_FACT_STATUS_FINAL;
  base->code = AX_JSON_STR(p, "gender");
  ax_fhir_fact_set_time(base, AX_JSON_STR(p, "birthDate"));
  ax_fhir_fact_set_end(base, AX_JSON_STR(p, "deceasedDateTime"));
  const ax_json *dead = AX_JSON_GET(p, "deceasedBoolean");
  const ax_json *active = AX_JSON_GET(p, "active");
  if (AX_JSON_GET(p, "deceasedDateTime") ||
      (ax_json_is(dead, AX_JSON_BOOL) && dead->truth))
    base->flags |= AX_FACT_PATIENT_DECEASED;
  if (ax_json_is(active, AX_JSON_BOOL) && !active->truth)
    base->flags |= AX_FACT_PATIENT_INACTIVE;
  const ax_json *links = AX_JSON_GET(p, "link");
  for (size_t i = 0; i < ax_json_count(links); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(links, i), "type"),
                  AX_STR("replaced-by")))
      base->flags |= AX_FACT_PATIENT_REPLACED;
  AX_TRY(append(x, base));
  AX_TRY(append_extensions(x));
  return append_countries(x);
}

/* --- all of them --------------------------------------------------------- */

static bool was_made_here(const ax_json *tags) {
  for (size_t i = 0; i < ax_json_count(tags); i++) {
    const ax_json *tag = ax_json_item(tags, i);
    if (ax_str_eq(AX_JSON_STR(tag, "system"),
                  AX_STR(AX_FHIR_FACT_MADE_SYSTEM)) &&
        ax_str_eq(AX_JSON_STR(tag, "code"), AX_STR(AX_FHIR_FACT_MADE_CODE)))
      return true;
  }
  return false;
}

static void read_common(ax_fhir_fact_work *x) {
  const ax_json *meta = AX_JSON_GET(x->resource, "meta");
  ax_fact *base = &x->base;
  base->source_type = AX_JSON_STR(x->resource, "resourceType");
  base->source_id = AX_JSON_STR(x->resource, "id");
  if (was_made_here(AX_JSON_GET(meta, "tag"))) base->flags |= AX_FACT_MADE_HERE;
  if (has_code(AX_JSON_GET(meta, "security"), AX_STR("HTEST")))
    base->flags |= AX_FACT_TEST_DATA;
  set_issued(base, AX_JSON_STR(x->resource, "issued"));
  set_issued(base, AX_JSON_STR(x->resource, "recordedDate"));
  set_issued(base, AX_JSON_STR(meta, "lastUpdated"));
}

static const struct {
  const char *type, *subject; /* the element that names the patient */
  ax_status (*read)(ax_fhir_fact_work *x);
} types[] = {
  { "Condition", "subject", from_condition },
  { "QuestionnaireResponse", "subject", from_response },
  { "MedicationAdministration", "subject", ax_fhir_fact_administration },
  { "MedicationStatement", "subject", ax_fhir_fact_medication },
  { "MedicationRequest", "subject", ax_fhir_fact_medication },
  { "Procedure", "subject", ax_fhir_fact_procedure },
  { "FamilyMemberHistory", "patient", ax_fhir_fact_family },
  { "Flag", "subject", ax_fhir_fact_flag },
};

static ax_status extract(ax_fhir_fact_work *x, ax_str *subject) {
  ax_str type = x->base.source_type;
  if (ax_str_eq(type, AX_STR("Patient"))) return from_patient(x);
  if (ax_str_eq(type, AX_STR("Observation"))) {
    *subject = AX_JSON_STR(AX_JSON_GET(x->resource, "subject"), "reference");
    return from_observation(x, *subject);
  }
  for (size_t i = 0; i < AX_COUNT(types); i++) {
    if (!ax_str_eq(type, ax_str_from(types[i].type))) continue;
    const ax_json *patient =
        ax_json_get(x->resource, ax_str_from(types[i].subject));
    *subject = AX_JSON_STR(patient, "reference");
    return types[i].read(x);
  }
  return AX_OK;
}

ax_status ax_fhir_fact_extract(ax_arena *arena, const ax_json *resource,
                               ax_facts *out, ax_str *subject) {
  return ax_fhir_fact_extract_with(arena, resource, NULL, out, subject);
}

ax_status ax_fhir_fact_extract_with(ax_arena *arena, const ax_json *resource,
                                    const ax_json *medication, ax_facts *out,
                                    ax_str *subject) {
  ax_fhir_fact_work x = { .arena = arena,
                          .out = out,
                          .resource = resource,
                          .medication = medication,
                          .notes = AX_BUF_INIT((size_t)4 * DETAILS_MAX) };
  *subject = AX_STR("");
  read_common(&x);
  ax_status status = extract(&x, subject);
  ax_buf_free(&x.notes);
  return status == AX_TOO_LARGE ? AX_NOMEM : status;
}

/* --- matching ------------------------------------------------------------ */

/* "C81-C86": does the three-character category of `code` lie between? */
static bool in_range(ax_str code, ax_str range) {
  ax_str last = range;
  ax_str first = ax_str_cut(&last, '-');
  if (code.len < 3 || first.len != 3 || last.len != 3) return false;
  ax_str category = { code.ptr, 3 };
  return ax_str_compare(category, first) >= 0 &&
         ax_str_compare(category, last) <= 0;
}

bool ax_fhir_fact_matches(const ax_fact *fact, const ax_fact_code *code) {
  /* Asked very often: codes differ sooner than systems. */
  if (code->match == AX_FACT_MATCH_EXACT)
    return fact->code.len == code->code.len &&
           (!fact->code.len || fact->code.ptr[fact->code.len - 1] ==
                                   code->code.ptr[code->code.len - 1]) &&
           ax_str_eq(fact->code, code->code) &&
           ax_str_eq(fact->system, code->system);
  if (code->match == AX_FACT_MATCH_CONTAINS)
    return ax_str_find_nocase(fact->system, code->system) != AX_STR_NONE;
  if (!ax_str_eq(fact->system, code->system)) return false;
  switch (code->match) {
  case AX_FACT_MATCH_PREFIX:
    return ax_str_starts(fact->code, code->code);
  case AX_FACT_MATCH_RANGE:
    return in_range(fact->code, code->code);
  case AX_FACT_MATCH_EXACT:
  case AX_FACT_MATCH_CONTAINS:
    break;
  }
  return ax_str_eq(fact->code, code->code);
}
