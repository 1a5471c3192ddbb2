/* One element of a differential beside the same element of the base. */
#include <ctype.h>

#include "validate/structure.h"

#define REPORT(s, severity, type, id, at, ...) \
  ax_walk_issue((s)->walk, (severity), (type), (id), (at), __VA_ARGS__)

enum { URL_MAX = 600 };

/* --- how often -------------------------------------------------------------
 */

static uint32_t max_of(const ax_json *element) {
  uint64_t max = 0;
  ax_str text = AX_JSON_STR(element, "max");
  return ax_str_uint64(text, UINT32_MAX - 1, &max) ? (uint32_t)max : UINT32_MAX;
}

static uint32_t min_of(const ax_json *element) {
  uint64_t min = 0;
  (void)ax_str_uint64(ax_json_text(AX_JSON_GET(element, "min")), UINT32_MAX - 1,
                      &min);
  return (uint32_t)min;
}

/* What the differential leaves out stays as it was. */
static void check_bounds(const ax_structure *s, const ax_place *at) {
  ax_str id = AX_JSON_STR(at->value, "id");
  const ax_json *whole = id.len ? ax_map_get(s->ids, id) : NULL;
  if (AX_JSON_GET(at->value, "min") && AX_JSON_GET(at->value, "max"))
    return; /* eld-2 */
  if (!whole || min_of(whole) <= max_of(whole)) return;
  REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-bounds", at,
         AX_STR_FMT " demands %u values, but there may be at most %u",
         AX_STR_ARG(AX_JSON_STR(at->value, "path")), min_of(whole),
         max_of(whole));
}

/* A slice may be optional where the whole is not. */
static void check_count(const ax_structure *s, const ax_place *at,
                        const ax_json *base) {
  bool slice = AX_JSON_STR(at->value, "sliceName").len > 0;
  ax_str path = AX_JSON_STR(at->value, "path");
  if (AX_JSON_GET(at->value, "max") && max_of(at->value) > max_of(base))
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-max", at,
           AX_STR_FMT " allows '" AX_STR_FMT
                      "' values, but the base at most '" AX_STR_FMT "'",
           AX_STR_ARG(path), AX_STR_ARG(AX_JSON_STR(at->value, "max")),
           AX_STR_ARG(AX_JSON_STR(base, "max")));
  if (!slice && AX_JSON_GET(at->value, "min") &&
      min_of(at->value) < min_of(base))
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-min", at,
           AX_STR_FMT " demands %u values, but the base at least %u",
           AX_STR_ARG(path), min_of(at->value), min_of(base));
}

/* --- types -----------------------------------------------------------------
 */

/* "http://hl7.org/fhirpath/System.String", which names no type of R4. */
static bool is_system(ax_str code) {
  return ax_str_starts(code, AX_STR("http://"));
}

static bool has_type(const ax_json *element, ax_str code) {
  const ax_json *types = AX_JSON_GET(element, "type");
  for (size_t i = 0; i < ax_json_count(types); i++) {
    ax_str have = AX_JSON_STR(ax_json_item(types, i), "code");
    if (ax_str_eq(have, code) || is_system(have) ||
        ax_str_eq(have, AX_STR("Resource")) ||
        ax_str_eq(have, AX_STR("DomainResource")) ||
        ax_str_eq(have, AX_STR("Element")) || ax_str_eq(have, AX_STR("*")))
      return true;
  }
  return false;
}

/* A profile on a type must be about that type. */
static void check_profile(const ax_structure *s, const ax_place *at,
                          ax_str code, ax_str profile) {
  ax_str type = ax_registry_type_of(s->walk->registry, profile);
  char known[URL_MAX];
  if (!ax_registry_canonical(s->walk->registry, AX_DEF_STRUCTURE, profile,
                             known, sizeof known)) {
    REPORT(s, AX_WARNING, AX_ISSUE_NOT_FOUND, "structure-profile-unknown", at,
           "The profile '" AX_STR_FMT "' is not in the loaded packages",
           AX_STR_ARG(profile));
    return;
  }
  if (type.len && !ax_str_eq(type, code) &&
      !ax_str_eq(code, AX_STR("Resource")) &&
      !ax_str_eq(code, AX_STR("DomainResource")) &&
      !ax_str_eq(code, AX_STR("Element")))
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-profile-type", at,
           "The profile '" AX_STR_FMT "' is about " AX_STR_FMT
           ", but the element is a " AX_STR_FMT,
           AX_STR_ARG(profile), AX_STR_ARG(type), AX_STR_ARG(code));
}

static bool is_any(ax_str type) {
  return ax_str_eq(type, AX_STR("Resource")) ||
         ax_str_eq(type, AX_STR("DomainResource"));
}

/* Does the base let the reference lead to a `type`? It may name the type, or a
 * profile on it. */
static bool may_lead(const ax_structure *s, const ax_json *base, ax_str code,
                     ax_str type) {
  const ax_json *types = AX_JSON_GET(base, "type");
  for (size_t i = 0; i < ax_json_count(types); i++) {
    const ax_json *one = ax_json_item(types, i);
    const ax_json *targets = AX_JSON_GET(one, "targetProfile");
    if (!ax_str_eq(AX_JSON_STR(one, "code"), code)) continue;
    if (!ax_json_count(targets)) return true;
    for (size_t k = 0; k < ax_json_count(targets); k++) {
      ax_str has = ax_registry_type_of(s->walk->registry,
                                       ax_json_text(ax_json_item(targets, k)));
      if (!has.len || is_any(has) || ax_str_eq(has, type)) return true;
    }
  }
  return false;
}

static void check_targets(const ax_structure *s, const ax_place *type,
                          const ax_json *base) {
  ax_str code = AX_JSON_STR(type->value, "code");
  size_t count = ax_json_count(AX_JSON_GET(type->value, "targetProfile"));
  if (!s->constrains || !base || !has_type(base, code)) return;
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(type, AX_STR("targetProfile"), i);
    ax_str target = ax_json_text(at.value);
    ax_str leads = ax_registry_type_of(s->walk->registry, target);
    if (!leads.len || is_any(leads) || may_lead(s, base, code, leads)) continue;
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-target-wider", type,
           "A " AX_STR_FMT " to " AX_STR_FMT " (a " AX_STR_FMT
           ") is not one that the base allows here",
           AX_STR_ARG(code), AX_STR_ARG(target), AX_STR_ARG(leads));
  }
}

static void check_type(const ax_structure *s, const ax_place *at,
                       const ax_json *base) {
  ax_str code = AX_JSON_STR(at->value, "code");
  const ax_json *profiles = AX_JSON_GET(at->value, "profile");
  if (!code.len || is_system(code)) return;
  if (!ax_registry_has_type(s->walk->registry, code)) {
    REPORT(s, s->constrains ? AX_ERROR : AX_WARNING, AX_ISSUE_BUSINESS_RULE,
           "structure-type-unknown", at, "'" AX_STR_FMT "' is no type of R4",
           AX_STR_ARG(code));
    return;
  }
  if (s->constrains && base && ax_json_count(AX_JSON_GET(base, "type")) &&
      !has_type(base, code))
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-type-wider", at,
           "The type " AX_STR_FMT " is not one that the base allows here",
           AX_STR_ARG(code));
  check_targets(s, at, base);
  for (size_t i = 0; i < ax_json_count(profiles); i++)
    check_profile(s, at, code, ax_json_text(ax_json_item(profiles, i)));
}

static void check_types(const ax_structure *s, const ax_place *at,
                        const ax_json *base) {
  size_t count = ax_json_count(AX_JSON_GET(at->value, "type"));
  for (size_t i = 0; i < count; i++) {
    const ax_place type = ax_place_item(at, AX_STR("type"), i);
    check_type(s, &type, base);
  }
}

/* --- fixed values and patterns ---------------------------------------------
 */

static const ax_json_member *member_of(const ax_json *element, ax_str prefix) {
  for (uint32_t i = 0; i < ax_json_count(element); i++) {
    const ax_json_member *m = &element->u.members[i];
    if (m->key.len > prefix.len && ax_str_starts(m->key, prefix)) return m;
  }
  return NULL;
}

/* "Uri" of fixedUri stands for uri, "CodeableConcept" for itself. */
static bool type_fits(const ax_json *element, ax_str suffix) {
  const ax_json *types = AX_JSON_GET(element, "type");
  for (size_t i = 0; i < ax_json_count(types); i++) {
    ax_str code = AX_JSON_STR(ax_json_item(types, i), "code");
    if (is_system(code) || ax_str_eq(code, AX_STR("*"))) return true;
    if (code.len == suffix.len &&
        toupper((unsigned char)code.ptr[0]) == suffix.ptr[0] &&
        ax_str_eq(ax_str_skip(code, 1), ax_str_skip(suffix, 1)))
      return true;
  }
  return ax_json_count(types) == 0;
}

static void check_value(const ax_structure *s, const ax_place *at,
                        const ax_json *base, ax_str prefix) {
  const ax_json_member *m = member_of(at->value, prefix);
  const ax_json_member *before = base ? member_of(base, prefix) : NULL;
  ax_str id = AX_JSON_STR(at->value, "id");
  const ax_json *whole = id.len ? ax_map_get(s->ids, id) : NULL;
  ax_str path = AX_JSON_STR(at->value, "path");
  if (!m) return;
  ax_str suffix = ax_str_skip(m->key, prefix.len);
  if (whole && !type_fits(whole, suffix))
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-value-type", at,
           "'" AX_STR_FMT "' gives a value of a type that " AX_STR_FMT
           " cannot have",
           AX_STR_ARG(m->key), AX_STR_ARG(path));
  if (before && ax_str_eq(prefix, AX_STR("fixed")) &&
      !ax_json_equal(&before->value, &m->value))
    REPORT(s, AX_ERROR, AX_ISSUE_VALUE, "structure-fixed", at,
           AX_STR_FMT " is fixed to '" AX_STR_FMT
                      "', but the base fixes it to '" AX_STR_FMT "'",
           AX_STR_ARG(path), AX_STR_ARG(ax_walk_shown(&m->value)),
           AX_STR_ARG(ax_walk_shown(&before->value)));
}

/* --- bindings --------------------------------------------------------------
 */

static int strength_of(const ax_json *element) {
  static const char *const known[] = { "example", "preferred", "extensible",
                                       "required" };
  ax_str strength = AX_JSON_STR(AX_JSON_GET(element, "binding"), "strength");
  for (int i = 0; i < (int)AX_COUNT(known); i++)
    if (ax_str_eq(strength, ax_str_from(known[i]))) return i;
  return -1;
}

/* Types that hold a code (eld-11) or are made from one that does, and those
 * that only wrap one. */
static bool is_bindable(const ax_json *element) {
  static const char *const types[] = { "code",   "Coding",    "CodeableConcept",
                                       "string", "uri",       "Quantity",
                                       "url",    "canonical", "oid",
                                       "uuid",   "id",        "markdown",
                                       "Age",    "Count",     "Distance",
                                       "Money",  "Duration",  "Extension" };
  const ax_json *list = AX_JSON_GET(element, "type");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    ax_str code = AX_JSON_STR(ax_json_item(list, i), "code");
    if (is_system(code) || ax_str_eq(code, AX_STR("*"))) return true;
    for (size_t k = 0; k < AX_COUNT(types); k++)
      if (ax_str_eq(code, ax_str_from(types[k]))) return true;
  }
  return ax_json_count(list) == 0;
}

static void check_bindable(const ax_structure *s, const ax_place *at,
                           const ax_place *binding) {
  ax_str id = AX_JSON_STR(at->value, "id");
  const ax_json *whole = id.len ? ax_map_get(s->ids, id) : NULL;
  if (binding->value && whole && !is_bindable(whole))
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-bindable", binding,
           AX_STR_FMT " has no type that a value set can be bound to (eld-11)",
           AX_STR_ARG(AX_JSON_STR(at->value, "path")));
}

static void check_binding(const ax_structure *s, const ax_place *at,
                          const ax_json *base) {
  const ax_place binding = ax_place_member(at, AX_STR("binding"));
  ax_str set = AX_JSON_STR(binding.value, "valueSet");
  char known[URL_MAX];
  int own = strength_of(at->value), before = strength_of(base);
  check_bindable(s, at, &binding);
  if (own >= 0 && own < before && before == 3)
    REPORT(s, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "structure-binding", &binding,
           "The base's binding of " AX_STR_FMT
           " is required; it cannot become weaker",
           AX_STR_ARG(AX_JSON_STR(at->value, "path")));
  if (set.len && set.ptr[0] != '#' &&
      !ax_registry_canonical(s->walk->registry, AX_DEF_VALUE_SET, set, known,
                             sizeof known))
    REPORT(s, AX_WARNING, AX_ISSUE_NOT_FOUND, "structure-value-set", &binding,
           "The value set '" AX_STR_FMT "' is not in the loaded packages",
           AX_STR_ARG(set));
}

ax_status ax_structure_element(const ax_structure *s, const ax_place *element) {
  ax_str path = AX_JSON_STR(element->value, "path");
  const ax_json *base =
      path.len && s->constrains ? ax_map_get(s->base_paths, path) : NULL;
  if (base) check_count(s, element, base);
  check_bounds(s, element);
  check_types(s, element, base);
  check_value(s, element, base, AX_STR("fixed"));
  check_value(s, element, base, AX_STR("pattern"));
  check_binding(s, element, base);
  return ax_structure_constraints(s, element);
}
