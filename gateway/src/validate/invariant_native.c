/*
 * invariant_native.c - the constraints of R4 that are answered in C, that are
 * repaired, and that other checks answer for.
 *
 * A function here says the same as the published expression, or leaves it to
 * the expression; the unit tests hold the one against the other.
 */
#include <string.h>

#include "validate/invariant.h"

/* --- what the functions are made of ----------------------------------------
 */

static ax_str plain(ax_str key) {
  return ax_str_starts(key, AX_STR("_")) ? ax_str_skip(key, 1) : key;
}

static bool is_content(const ax_json *value) {
  return value->kind != AX_JSON_NULL &&
         !(value->kind == AX_JSON_ARRAY && !value->count);
}

/* name.exists() */
static bool has(const ax_json *object, const char *name) {
  for (size_t i = 0; i < ax_json_count(object); i++) {
    const ax_json_member *m = &object->u.members[i];
    if (ax_str_eq(plain(m->key), ax_str_from(name)) && is_content(&m->value))
      return true;
  }
  return false;
}

/* The same for name[x]. */
static bool has_choice(const ax_json *object, const char *name) {
  ax_str stem = ax_str_from(name);
  for (size_t i = 0; i < ax_json_count(object); i++) {
    const ax_json_member *m = &object->u.members[i];
    ax_str key = plain(m->key);
    if (key.len > stem.len && ax_str_starts(key, stem) &&
        key.ptr[stem.len] >= 'A' && key.ptr[stem.len] <= 'Z' &&
        is_content(&m->value))
      return true;
  }
  return false;
}

static ax_invariant_answer answer(bool holds) {
  return holds ? AX_INVARIANT_HOLDS : AX_INVARIANT_FAILS;
}

static bool is_object(const ax_json *value) {
  return ax_json_is(value, AX_JSON_OBJECT);
}

/* --- the constraints -------------------------------------------------------
 */

/* hasValue() or (children().count() > id.count()) */
static ax_invariant_answer ele_1(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  if (!is_object(value)) return AX_INVARIANT_ASK;
  for (size_t i = 0; i < value->count; i++) {
    const ax_json_member *m = &value->u.members[i];
    if (!ax_str_eq(plain(m->key), AX_STR("id")) && is_content(&m->value))
      return AX_INVARIANT_HOLDS;
  }
  return AX_INVARIANT_ASK;
}

static ax_invariant_answer no_contained(const ax_json *value,
                                        const ax_json *resource) {
  (void)resource;
  return AX_JSON_GET(value, "contained") ? AX_INVARIANT_ASK
                                         : AX_INVARIANT_HOLDS;
}

/* data.empty() or contentType.exists() */
static ax_invariant_answer att_1(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return answer(!has(value, "data") || has(value, "contentType"));
}

/* value.empty() or system.exists() */
static ax_invariant_answer cpt_2(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return answer(!has(value, "value") || has(value, "system"));
}

/* code.empty() or system.exists() */
static ax_invariant_answer qty_3(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return answer(!has(value, "code") || has(value, "system"));
}

/* comparator.empty() */
static ax_invariant_answer sqty_1(const ax_json *value,
                                  const ax_json *resource) {
  (void)resource;
  return answer(!has(value, "comparator"));
}

/* low.empty() or high.empty() or (low <= high) */
static ax_invariant_answer rng_2(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return has(value, "low") && has(value, "high") ? AX_INVARIANT_ASK
                                                 : AX_INVARIANT_HOLDS;
}

/* Two moments of the same form sort as text: the same length, and the same
 * zone behind the same decimals. */
static bool in_order(ax_str a, ax_str b) {
  static const size_t second = sizeof "2026-01-01T00:00:00" - 1;
  if (a.len != b.len || !a.len) return false;
  if (a.len > second &&
      memcmp(a.ptr + second, b.ptr + second, a.len - second) != 0)
    return false;
  return memcmp(a.ptr, b.ptr, a.len) <= 0;
}

/* start.hasValue().not() or end.hasValue().not() or (start <= end) */
static ax_invariant_answer per_1(const ax_json *value,
                                 const ax_json *resource) {
  const ax_json *start = AX_JSON_GET(value, "start");
  const ax_json *end = AX_JSON_GET(value, "end");
  (void)resource;
  if (!start || !end || in_order(ax_json_text(start), ax_json_text(end)))
    return AX_INVARIANT_HOLDS;
  return AX_INVARIANT_ASK;
}

/* low.exists() or high.exists() or text.exists() */
static ax_invariant_answer obs_3(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return answer(has(value, "low") || has(value, "high") || has(value, "text"));
}

/* dataAbsentReason.empty() or value.empty() */
static ax_invariant_answer obs_6(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return answer(!has(value, "dataAbsentReason") || !has_choice(value, "value"));
}

/* value.empty() or component.code.where(
 *   coding.intersect(%resource.code.coding).exists()).empty() */
static ax_invariant_answer obs_7(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return has(value, "component") && has_choice(value, "value")
             ? AX_INVARIANT_ASK
             : AX_INVARIANT_HOLDS;
}

/* abatement.empty() or ... */
static ax_invariant_answer con_4(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return has_choice(value, "abatement") ? AX_INVARIANT_ASK : AX_INVARIANT_HOLDS;
}

/* verificationStatus ... .empty() or clinicalStatus.empty() */
static ax_invariant_answer con_5(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return has(value, "clinicalStatus") && has(value, "verificationStatus")
             ? AX_INVARIANT_ASK
             : AX_INVARIANT_HOLDS;
}

/* clinicalStatus.exists() or ... */
static ax_invariant_answer con_3(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return has(value, "clinicalStatus") ? AX_INVARIANT_HOLDS : AX_INVARIANT_ASK;
}

/* name.exists() or telecom.exists() or address.exists() or
 * organization.exists() */
static ax_invariant_answer pat_1(const ax_json *value,
                                 const ax_json *resource) {
  (void)resource;
  return answer(has(value, "name") || has(value, "telecom") ||
                has(value, "address") || has(value, "organization"));
}

/* --- the table -------------------------------------------------------------
 */

#define NATIVE(key, function) \
  { (key), (function), NULL, false }
#define REPAIR(key, expression) \
  { (key), NULL, (expression), false }
#define ELSEWHERE(key) \
  { (key), NULL, NULL, true }

static const ax_invariant_known KNOWN[] = {
  NATIVE("ele-1", ele_1),
  NATIVE("dom-4", no_contained),
  NATIVE("dom-5", no_contained),
  NATIVE("att-1", att_1),
  NATIVE("cpt-2", cpt_2),
  NATIVE("qty-3", qty_3),
  NATIVE("sqty-1", sqty_1),
  NATIVE("rng-2", rng_2),
  NATIVE("per-1", per_1),
  NATIVE("obs-3", obs_3),
  NATIVE("obs-6", obs_6),
  NATIVE("obs-7", obs_7),
  NATIVE("con-4", con_4),
  NATIVE("con-5", con_5),
  NATIVE("pat-1", pat_1),
  /* `category.select($this='problem-list-item')` compares a CodeableConcept
   * with a text. */
  { "con-3", con_3,
    "clinicalStatus.exists() or verificationStatus.coding.where("
    "system='http://terminology.hl7.org/CodeSystem/condition-ver-status' and "
    "code='entered-in-error').exists() or category.coding.where("
    "system='http://terminology.hl7.org/CodeSystem/condition-category' and "
    "code='problem-list-item').empty()",
    false },
  /* Empty, and thereby false, where there is no probability. */
  REPAIR("ras-2", "probability.ofType(decimal).empty() or "
                  "probability.ofType(decimal) <= 100"),
  /* `Boolean` is a System type; the answer is a FHIR boolean. */
  REPAIR("que-7", "operator = 'exists' implies (answer is boolean)"),
  /* "If there are more than one": `count() > 2` begins with the third. */
  REPAIR("que-12", "enableWhen.count() > 1 implies enableBehavior.exists()"),
  /* dom-2: walk_resource.c */
  ELSEWHERE("dom-2"),
  ELSEWHERE("dom-3"),
  ELSEWHERE("ext-1"),
  ELSEWHERE("ref-1"),
  ELSEWHERE("txt-1"),
  ELSEWHERE("txt-2"),
  ELSEWHERE("bdl-1"),
  ELSEWHERE("bdl-2"),
  ELSEWHERE("bdl-3"),
  ELSEWHERE("bdl-4"),
  ELSEWHERE("bdl-5"),
  ELSEWHERE("bdl-7"),
  ELSEWHERE("bdl-8"),
  ELSEWHERE("bdl-9"),
  ELSEWHERE("bdl-10"),
  ELSEWHERE("bdl-11"),
  ELSEWHERE("bdl-12"),
};

const ax_invariant_known *ax_invariant_known_as(ax_str key) {
  for (size_t i = 0; i < AX_COUNT(KNOWN); i++)
    if (ax_str_eq(key, ax_str_from(KNOWN[i].key))) return &KNOWN[i];
  return NULL;
}
