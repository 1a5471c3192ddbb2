/*
 * ValueSet.compose: systems are absolute URLs, listed codes are in their
 * system, filters have values that their operator can work with, and a value
 * set does not import itself (R4 valueset.html#compositions).
 */
#include <string.h>

#include "base/regex.h"
#include "validate/check.h"
#include "validate/ecl.h"

enum { URL_MAX = 600 };

typedef struct {
  ax_walk *walk;
  const ax_json *value_set;
  ax_str system; /* of the include that is looked at */
} composition;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "ValueSet", out);
}

static bool is_absolute(ax_str url) {
  return memchr(url.ptr, ':', url.len) != NULL;
}

/* A value set in the place of a code system. */
static void check_kind(const composition *c, const ax_place *at) {
  ax_registry *registry = c->walk->registry;
  char known[URL_MAX];
  if (ax_registry_canonical(registry, AX_DEF_CODE_SYSTEM, c->system, known,
                            sizeof known) ||
      !ax_registry_canonical(registry, AX_DEF_VALUE_SET, c->system, known,
                             sizeof known))
    return;
  ax_walk_issue(c->walk, AX_ERROR, AX_ISSUE_INVALID, "value-set-system", at,
                "The system '" AX_STR_FMT
                "' is a value set; it must be a code system",
                AX_STR_ARG(c->system));
}

static void check_system(const composition *c, const ax_place *at) {
  if (c->system.len && is_absolute(c->system)) check_kind(c, at);
  if (!c->system.len || is_absolute(c->system)) return;
  ax_walk_issue(c->walk, AX_ERROR, AX_ISSUE_INVALID, "value-set-system", at,
                "The system '" AX_STR_FMT "' must be an absolute URL%s",
                AX_STR_ARG(c->system),
                c->system.ptr[0] == '#'
                    ? "; a contained code system is named by its own URL, and "
                      "the extension "
                      "http://hl7.org/fhir/StructureDefinition/valueset-system "
                      "says where it is contained"
                    : "");
}

static ax_code_answer has_code(const composition *c, ax_str code) {
  const ax_validate_host *host = c->walk->host;
  const char *why = NULL;
  return c->system.len && code.len && host->code_in_system
             ? host->code_in_system(host->ctx, c->system, code, &why)
             : AX_CODE_UNDECIDED;
}

static void check_concepts(const composition *c, const ax_place *include) {
  size_t count = ax_json_count(AX_JSON_GET(include->value, "concept"));
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(include, AX_STR("concept"), i);
    ax_str code = AX_JSON_STR(at.value, "code");
    if (has_code(c, code) == AX_CODE_NOT_IN)
      ax_walk_issue(c->walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "value-set-code",
                    &at,
                    "The code '" AX_STR_FMT
                    "' is not in the code system '" AX_STR_FMT "'",
                    AX_STR_ARG(code), AX_STR_ARG(c->system));
  }
}

/* --- filters ---------------------------------------------------------------
 */

#define BAD_VALUE(c, at, ...)                                              \
  ax_walk_issue((c)->walk, AX_ERROR, AX_ISSUE_INVALID, "value-set-filter", \
                (at), __VA_ARGS__)

static void check_regex(const composition *c, const ax_place *at,
                        ax_str value) {
  ax_arena *arena = ax_walk_scratch(c->walk);
  const ax_regex *regex = NULL;
  ax_error err = { 0 };
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (ax_regex_compile(arena, value, &regex, &err) == AX_INVALID)
    BAD_VALUE(c, at,
              "The filter's value '" AX_STR_FMT
              "' is no regular expression: %s",
              AX_STR_ARG(value), err.text);
  ax_arena_rewind(arena, mark);
}

static bool is_hierarchical(ax_str op) {
  static const char *const known[] = { "is-a", "descendent-of", "is-not-a",
                                       "generalizes" };
  for (size_t i = 0; i < AX_COUNT(known); i++)
    if (ax_str_eq(op, ax_str_from(known[i]))) return true;
  return false;
}

/* SNOMED CT: `constraint` is an expression (R4 snomedct.html#filters). */
static bool check_ecl(const composition *c, const ax_place *at, ax_str value) {
  size_t where = 0;
  if (!ax_str_eq(c->system, AX_STR("http://snomed.info/sct")) ||
      !ax_str_eq(AX_JSON_STR(at->value, "property"), AX_STR("constraint")))
    return false;
  const char *fault = ax_ecl_fault(value, &where);
  if (fault)
    BAD_VALUE(c, at,
              "The filter's value '" AX_STR_FMT
              "' is no expression of SNOMED CT (ECL): %s (at character %zu)",
              AX_STR_ARG(ax_walk_shown(AX_JSON_GET(at->value, "value"))), fault,
              where + 1);
  return true;
}

static void check_filter(const composition *c, const ax_place *at) {
  ax_str op = AX_JSON_STR(at->value, "op");
  ax_str value = AX_JSON_STR(at->value, "value");
  if (!value.len || check_ecl(c, at, value)) return;
  if (ax_str_eq(op, AX_STR("regex")))
    check_regex(c, at, value);
  else if (ax_str_eq(op, AX_STR("exists")) &&
           !ax_str_eq(value, AX_STR("true")) &&
           !ax_str_eq(value, AX_STR("false")))
    BAD_VALUE(c, at,
              "The value of the filter 'exists' is true or false, not "
              "'" AX_STR_FMT "'",
              AX_STR_ARG(value));
  else if (is_hierarchical(op) && has_code(c, value) == AX_CODE_NOT_IN)
    BAD_VALUE(c, at,
              "The filter's value '" AX_STR_FMT
              "' is no code of the system '" AX_STR_FMT "'",
              AX_STR_ARG(value), AX_STR_ARG(c->system));
}

/* --- one include or exclude ------------------------------------------------
 */

static void check_imports(const composition *c, const ax_place *include) {
  ax_str own = AX_JSON_STR(c->value_set, "url");
  size_t count = ax_json_count(AX_JSON_GET(include->value, "valueSet"));
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(include, AX_STR("valueSet"), i);
    ax_str rest = ax_json_text(at.value);
    if (own.len && ax_str_eq(ax_str_cut(&rest, '|'), own))
      ax_walk_issue(c->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                    "value-set-circular", &at,
                    "The value set imports itself ('" AX_STR_FMT
                    "'), so its codes cannot be told",
                    AX_STR_ARG(own));
  }
}

static void check_include(composition *c, const ax_place *at) {
  size_t filters = ax_json_count(AX_JSON_GET(at->value, "filter"));
  c->system = AX_JSON_STR(at->value, "system");
  check_system(c, at);
  check_imports(c, at);
  check_concepts(c, at);
  for (size_t i = 0; i < filters; i++) {
    const ax_place filter = ax_place_item(at, AX_STR("filter"), i);
    check_filter(c, &filter);
  }
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  static const char *const parts[] = { "include", "exclude" };
  const ax_place compose = ax_place_member(place, AX_STR("compose"));
  composition c = { .walk = walk, .value_set = place->value };
  (void)self;
  for (size_t p = 0; p < AX_COUNT(parts); p++) {
    ax_str name = ax_str_from(parts[p]);
    size_t count = ax_json_count(ax_json_get(compose.value, name));
    for (size_t i = 0; i < count; i++) {
      const ax_place at = ax_place_item(&compose, name, i);
      check_include(&c, &at);
    }
  }
}

const ax_check_kind ax_check_value_set = { "value-set", compile, run,
                                           ax_check_explain };
