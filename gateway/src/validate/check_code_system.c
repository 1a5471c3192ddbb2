/*
 * CodeSystem: its concepts are as many as it says, they use the properties that
 * it defines, a supplement supplements codes that there are, and its value set
 * is all of it (R4 codesystem.html).
 */
#include "validate/check.h"

enum { URL_MAX = 600 };

typedef struct {
  ax_walk *walk;
  ax_map *properties; /* code -> its definition */
  ax_map *codes;      /* code -> concept */
  ax_str supplements;
} code_system;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "CodeSystem", out);
}

static ax_status put(ax_map *map, const ax_json *value) {
  union {
    const ax_json *in;
    void *out;
  } kept = { value };
  ax_str code = AX_JSON_STR(value, "code");
  return code.len ? ax_map_put(map, code, kept.out) : AX_OK;
}

/* Depth is bounded by the parser, here and below. */
static ax_status collect(ax_map *codes, const ax_json *level, size_t *count) {
  const ax_json *list = AX_JSON_GET(level, "concept");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    ++*count;
    AX_TRY(put(codes, ax_json_item(list, i)));
    AX_TRY(collect(codes, ax_json_item(list, i), count));
  }
  return AX_OK;
}

/* --- how many --------------------------------------------------------------
 */

static void check_count(ax_walk *walk, const ax_place *place, ax_str content,
                        size_t have) {
  const ax_place at = ax_place_member(place, AX_STR("count"));
  uint64_t stated = 0;
  if (!ax_str_uint64(ax_json_text(at.value), UINT32_MAX, &stated)) return;
  bool complete = ax_str_eq(content, AX_STR("complete"));
  if (complete ? have == stated : have <= stated) return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "code-system-count", &at,
                complete
                    ? "The code system is complete, but the number of its "
                      "concepts (%zu) is not the stated one (%llu)"
                    : "The code system has more concepts (%zu) than it says "
                      "there are at all (%llu)",
                have, (unsigned long long)stated);
}

static void check_content(ax_walk *walk, const ax_place *place, size_t have) {
  ax_str content = AX_JSON_STR(place->value, "content");
  bool supplement = ax_str_eq(content, AX_STR("supplement"));
  ax_str supplements = AX_JSON_STR(place->value, "supplements");
  const ax_place first = ax_place_item(place, AX_STR("concept"), 0);
  check_count(walk, place, content, have);
  if (have && ax_str_eq(content, AX_STR("not-present")))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "code-system-content",
                  &first,
                  "The code system says that its content is not present, but "
                  "concepts are found");
  if (supplement != (supplements.len > 0))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                  "code-system-supplements", place,
                  supplement
                      ? "A supplement must say in 'supplements' which code "
                        "system it adds to"
                      : "A code system with 'supplements' must have the "
                        "content 'supplement', not '" AX_STR_FMT "'",
                  AX_STR_ARG(content));
}

/* --- properties ------------------------------------------------------------
 */

/* Properties that every code system may use without defining them
 * (http://hl7.org/fhir/concept-properties and the older names of R4's own). */
static bool is_general(ax_str code) {
  static const char *const known[] = {
    "inactive", "deprecated",     "notSelectable",   "parent", "child",
    "status",   "retirementDate", "deprecationDate", "comment"
  };
  for (size_t i = 0; i < AX_COUNT(known); i++)
    if (ax_str_eq(code, ax_str_from(known[i]))) return true;
  return false;
}

static ax_str value_type(const ax_json *property) {
  for (uint32_t i = 0; i < ax_json_count(property); i++)
    if (ax_str_starts(property->u.members[i].key, AX_STR("value")))
      return ax_str_skip(property->u.members[i].key, 5);
  return AX_STR("");
}

static void check_property(const code_system *cs, const ax_place *at) {
  ax_str code = AX_JSON_STR(at->value, "code");
  ax_str have = value_type(at->value);
  const ax_json *definition =
      code.len ? ax_map_get(cs->properties, code) : NULL;
  if (code.len && !definition && !cs->supplements.len && !is_general(code))
    ax_walk_issue(cs->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                  "code-system-property", at,
                  "The property '" AX_STR_FMT
                  "' is not one of those that the code system defines",
                  AX_STR_ARG(code));
  ax_str type = AX_JSON_STR(definition, "type");
  if (type.len && have.len && !ax_str_eq_nocase(type, have))
    ax_walk_issue(cs->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                  "code-system-property-type", at,
                  "The property '" AX_STR_FMT "' is defined as " AX_STR_FMT
                  ", but its value is a " AX_STR_FMT,
                  AX_STR_ARG(code), AX_STR_ARG(type), AX_STR_ARG(have));
  ax_str refers = AX_JSON_STR(at->value, "valueCode");
  bool internal =
      ax_str_eq(code, AX_STR("parent")) || ax_str_eq(code, AX_STR("child"));
  if (internal && refers.len && !cs->supplements.len &&
      !ax_map_get(cs->codes, refers))
    ax_walk_issue(
        cs->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "code-system-property-code",
        at, "The " AX_STR_FMT " '" AX_STR_FMT "' is no code of the code system",
        AX_STR_ARG(code), AX_STR_ARG(refers));
}

/* --- concepts --------------------------------------------------------------
 */

static void check_supplemented(const code_system *cs, const ax_place *at) {
  const ax_validate_host *host = cs->walk->host;
  ax_str code = AX_JSON_STR(at->value, "code");
  const char *why = NULL;
  if (!cs->supplements.len || !code.len || !host->code_in_system) return;
  if (host->code_in_system(host->ctx, cs->supplements, code, &why) ==
      AX_CODE_NOT_IN)
    ax_walk_issue(cs->walk, AX_ERROR, AX_ISSUE_CODE_INVALID,
                  "code-system-supplement-code", at,
                  "The code '" AX_STR_FMT
                  "' is not in the code system that is supplemented, "
                  "'" AX_STR_FMT "'",
                  AX_STR_ARG(code), AX_STR_ARG(cs->supplements));
}

static void check_concepts(const code_system *cs, const ax_place *level) {
  size_t count = ax_json_count(AX_JSON_GET(level->value, "concept"));
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(level, AX_STR("concept"), i);
    size_t properties = ax_json_count(AX_JSON_GET(at.value, "property"));
    check_supplemented(cs, &at);
    for (size_t p = 0; p < properties; p++) {
      const ax_place property = ax_place_item(&at, AX_STR("property"), p);
      check_property(cs, &property);
    }
    check_concepts(cs, &at);
  }
}

/* --- the value set of all codes --------------------------------------------
 */

static bool is_whole(const ax_json *value_set, ax_str system) {
  const ax_json *compose = AX_JSON_GET(value_set, "compose");
  const ax_json *list = AX_JSON_GET(compose, "include");
  const ax_json *only = ax_json_item(list, 0);
  return !compose ||
         (ax_json_count(list) == 1 &&
          !ax_json_count(AX_JSON_GET(compose, "exclude")) &&
          ax_str_eq(AX_JSON_STR(only, "system"), system) &&
          !AX_JSON_GET(only, "concept") && !AX_JSON_GET(only, "filter"));
}

static void check_value_set(ax_walk *walk, const ax_place *place) {
  const ax_place at = ax_place_member(place, AX_STR("valueSet"));
  ax_str set = ax_json_text(at.value);
  char known[URL_MAX];
  if (!set.len || !ax_registry_canonical(walk->registry, AX_DEF_VALUE_SET, set,
                                         known, sizeof known))
    return;
  const ax_json *found =
      ax_registry_find(walk->registry, AX_DEF_VALUE_SET, set);
  if (!found || is_whole(found, AX_JSON_STR(place->value, "url"))) return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                "code-system-value-set-whole", &at,
                "The value set '" AX_STR_FMT
                "' must be all codes of this code system and nothing else, "
                "but it is composed in another way",
                AX_STR_ARG(set));
}

/* Concepts name a property by its code alone. R4 does not say in words that it
 * is unique, and its own code system for SNOMED CT has one twice. */
static ax_status index_properties(const code_system *cs,
                                  const ax_place *place) {
  size_t count = ax_json_count(AX_JSON_GET(place->value, "property"));
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(place, AX_STR("property"), i);
    ax_str code = AX_JSON_STR(at.value, "code");
    if (code.len && ax_map_get(cs->properties, code))
      ax_walk_issue(cs->walk, AX_WARNING, AX_ISSUE_BUSINESS_RULE,
                    "code-system-property-twice", &at,
                    "The property '" AX_STR_FMT "' is defined twice",
                    AX_STR_ARG(code));
    else
      AX_TRY(put(cs->properties, at.value));
  }
  return AX_OK;
}

static ax_status check_system(ax_walk *walk, const ax_place *place,
                              ax_arena *arena) {
  const code_system cs = { walk, ax_map_new(arena), ax_map_new(arena),
                           AX_JSON_STR(place->value, "supplements") };
  size_t have = 0;
  if (!cs.properties || !cs.codes) return AX_NOMEM;
  AX_TRY(index_properties(&cs, place));
  AX_TRY(collect(cs.codes, place->value, &have));
  check_content(walk, place, have);
  check_concepts(&cs, place);
  check_value_set(walk, place);
  return AX_OK;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_arena *arena = ax_walk_scratch(walk);
  (void)self;
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (check_system(walk, place, arena)) walk->no_memory = true;
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_code_system = { "code-system", compile, run,
                                             ax_check_explain };
