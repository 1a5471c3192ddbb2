/* Every invariant of the R4 definitions is an expression that parses, and fits
 * the types it is written for. */
#include <stdio.h>
#include <stdlib.h>

#include "fhirpath/fp_check.h"
#include "fhirpath/fp_parse.h"
#include "support/ax_test.h"
#include "validate/fp_model_r4.h"

typedef struct {
  ax_registry *registry;
  ax_fp_model_r4 *model;
} bench;

static int open_all(void **state) {
  static bench b;
  char path[512];
  const char *set = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 set ? set : ".");
  const char *packages[] = { path };
  ax_registry_options options = { .packages = packages, .package_count = 1 };
  *state = &b;
  return ax_registry_open(&options, &b.registry, NULL) ||
         ax_fp_model_r4_new(b.registry, &b.model, NULL);
}

static int close_all(void **state) {
  bench *b = *state;
  ax_fp_model_r4_free(b->model);
  ax_registry_close(b->registry);
  return 0;
}

typedef void (*each_fn)(const bench *b, ax_arena *arena, const ax_json *element,
                        const ax_json *constraint, size_t *bad);

static size_t walk_constraints(const bench *b, const ax_json *sd, each_fn each,
                               size_t *bad) {
  size_t seen = 0;
  ax_arena *arena = ax_arena_new(16u << 20);
  assert_non_null(arena);
  const ax_json *elements = AX_JSON_GET(AX_JSON_GET(sd, "snapshot"), "element");
  for (size_t i = 0; i < ax_json_count(elements); i++) {
    const ax_json *element = ax_json_item(elements, i);
    const ax_json *list = AX_JSON_GET(element, "constraint");
    for (size_t k = 0; k < ax_json_count(list); k++) {
      const ax_json *constraint = ax_json_item(list, k);
      if (!AX_JSON_GET(constraint, "expression")) continue;
      each(b, arena, element, constraint, bad);
      ax_arena_reset(arena);
      seen++;
    }
  }
  ax_arena_free(arena);
  return seen;
}

static size_t walk(const bench *b, bool base_only, each_fn each, size_t *bad) {
  size_t seen = 0;
  for (size_t i = 0; i < ax_registry_count(b->registry, AX_DEF_STRUCTURE);
       i++) {
    ax_str url = ax_registry_url(b->registry, AX_DEF_STRUCTURE, i);
    const ax_json *sd = ax_registry_find(b->registry, AX_DEF_STRUCTURE, url);
    bool constraint =
        ax_str_eq(AX_JSON_STR(sd, "derivation"), AX_STR("constraint"));
    bool logical = ax_str_eq(AX_JSON_STR(sd, "kind"), AX_STR("logical"));
    if (!base_only || (!constraint && !logical))
      seen += walk_constraints(b, sd, each, bad);
  }
  return seen;
}

static void parse_one(const bench *b, ax_arena *arena, const ax_json *element,
                      const ax_json *constraint, size_t *bad) {
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  ax_str text = AX_JSON_STR(constraint, "expression");
  (void)b;
  if (!ax_fp_parse(arena, text, &program, &fault)) return;
  print_error(AX_STR_FMT " " AX_STR_FMT ": %s in " AX_STR_FMT "\n",
              AX_STR_ARG(AX_JSON_STR(element, "path")),
              AX_STR_ARG(AX_JSON_STR(constraint, "key")), fault.text,
              AX_STR_ARG(text));
  (*bad)++;
}

static void every_published_invariant_parses(void **state) {
  size_t bad = 0;
  size_t seen = walk(*state, false, parse_one, &bad);
  assert_true(seen > 10000);
  assert_int_equal(bad, 0);
}

/* Published invariants that do not fit their own types, each a known slip. */
static bool is_known_slip(ax_str key) {
  static const char *const keys[] = { "cid-0" }; /* there is no name */
  for (size_t i = 0; i < AX_COUNT(keys); i++)
    if (ax_str_eq(key, ax_str_from(keys[i]))) return true;
  return false;
}

static const ax_fp_type *type_at(const ax_fp_model *model, ax_str path) {
  ax_str rest = path;
  const ax_fp_type *type = model->type(model->ctx, ax_str_cut(&rest, '.'));
  while (type && rest.len) {
    ax_str name = ax_str_cut(&rest, '.');
    if (ax_str_ends(name, AX_STR("[x]"))) return NULL;
    const ax_fp_element *element = model->element(model->ctx, type, name);
    type = element && !element->is_choice ? element->types[0] : NULL;
  }
  return type;
}

static void check_one(const bench *b, ax_arena *arena, const ax_json *element,
                      const ax_json *constraint, size_t *bad) {
  const ax_fp_model *model = ax_fp_model_r4_table(b->model);
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  ax_str text = AX_JSON_STR(constraint, "expression");
  ax_str key = AX_JSON_STR(constraint, "key");
  if (ax_fp_parse(arena, text, &program, &fault) || is_known_slip(key)) return;
  const ax_fp_type *type = type_at(model, AX_JSON_STR(element, "path"));
  if (!ax_fp_check(arena, &program, model, type, NULL, &fault)) return;
  print_error(AX_STR_FMT " " AX_STR_FMT ": %s in " AX_STR_FMT "\n",
              AX_STR_ARG(AX_JSON_STR(element, "path")), AX_STR_ARG(key),
              fault.text, AX_STR_ARG(text));
  (*bad)++;
}

static void invariants_of_base_types_fit_their_types(void **state) {
  size_t bad = 0;
  size_t seen = walk(*state, true, check_one, &bad);
  assert_true(seen > 5000);
  assert_int_equal(bad, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_published_invariant_parses),
    cmocka_unit_test(invariants_of_base_types_fit_their_types),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
