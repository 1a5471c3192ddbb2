/* The types of R4 as the engine sees them, also from many threads at once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "support/ax_test.h"
#include "validate/fp_model_r4.h"
#include "json/json_parse.h"

typedef struct {
  ax_registry *registry;
  ax_fp_model_r4 *model;
} bench;

static int open_all(void **state) {
  bench *b = calloc(1, sizeof *b);
  char path[512];
  const char *set = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 set ? set : ".");
  const char *packages[] = { path };
  ax_registry_options options = { .packages = packages, .package_count = 1 };
  *state = b;
  return !b || ax_registry_open(&options, &b->registry, NULL) ||
         ax_fp_model_r4_new(b->registry, &b->model, NULL);
}

static int close_all(void **state) {
  bench *b = *state;
  ax_fp_model_r4_free(b->model);
  ax_registry_close(b->registry);
  free(b);
  return 0;
}

static const ax_fp_model *model_of(void **state) {
  return ax_fp_model_r4_table(((bench *)*state)->model);
}

static const ax_fp_type *type(const ax_fp_model *m, const char *name) {
  return m->type(m->ctx, ax_str_from(name));
}

static void types_are_interned_and_know_their_bases(void **state) {
  const ax_fp_model *m = model_of(state);
  const ax_fp_type *patient = type(m, "Patient");
  assert_non_null(patient);
  assert_ptr_equal(patient, type(m, "Patient"));
  assert_true(patient->is_resource);
  assert_true(ax_fp_model_is(m, patient, type(m, "DomainResource")));
  assert_true(ax_fp_model_is(m, patient, type(m, "Resource")));
  assert_false(ax_fp_model_is(m, patient, type(m, "Observation")));
  assert_true(ax_fp_model_is(m, type(m, "uuid"), type(m, "uri")));
  assert_true(ax_fp_model_is(m, type(m, "Age"), type(m, "Quantity")));
  assert_null(type(m, "Nothing"));
  assert_null(type(m, ""));
}

static void choices_have_a_name_and_keys(void **state) {
  const ax_fp_model *m = model_of(state);
  const ax_fp_type *of = type(m, "Observation"), *is = NULL;
  const ax_fp_element *value = m->element(m->ctx, of, AX_STR("value"));
  assert_non_null(value);
  assert_true(value->is_choice);
  assert_int_equal(value->type_count, 11);
  assert_null(m->element(m->ctx, of, AX_STR("valueQuantity")));
  assert_ptr_equal(m->key(m->ctx, of, AX_STR("valueQuantity"), &is), value);
  assert_str(is->name, "Quantity");
  assert_ptr_equal(m->key(m->ctx, of, AX_STR("valueDateTime"), &is), value);
  assert_str(is->name, "dateTime");
  assert_null(m->key(m->ctx, of, AX_STR("value"), &is));
  assert_null(m->key(m->ctx, of, AX_STR("valueAge"), &is));
}

static void elements_defined_in_place_have_types_of_their_own(void **state) {
  const ax_fp_model *m = model_of(state);
  const ax_fp_element *contact =
      m->element(m->ctx, type(m, "Patient"), AX_STR("contact"));
  assert_non_null(contact);
  assert_true(contact->is_list);
  assert_str(contact->types[0]->name, "BackboneElement");
  assert_str(contact->types[0]->path, "Patient.contact");
  assert_non_null(m->element(m->ctx, contact->types[0], AX_STR("gender")));
  assert_true(ax_fp_model_is(m, contact->types[0], type(m, "Element")));
}

static void content_references_lead_back(void **state) {
  const ax_fp_model *m = model_of(state);
  const ax_fp_element *item =
      m->element(m->ctx, type(m, "Questionnaire"), AX_STR("item"));
  assert_non_null(item);
  const ax_fp_element *inner =
      m->element(m->ctx, item->types[0], AX_STR("item"));
  assert_non_null(inner);
  assert_ptr_equal(inner->types[0], item->types[0]);
}

static void elements_can_be_listed(void **state) {
  const ax_fp_model *m = model_of(state);
  const ax_fp_type *name = type(m, "HumanName");
  size_t n = 0;
  while (m->element_at(m->ctx, name, n)) n++;
  assert_int_equal(n, 9);
}

/* --- threads ---------------------------------------------------------------
 */

enum { THREADS = 4 };

typedef struct {
  const ax_fp_model *model;
  const ax_fp_program *program;
  const ax_json *resource;
  size_t counts;
} worker;

static void *work(void *arg) {
  worker *w = arg;
  ax_arena *arena = ax_arena_new(8u << 20);
  for (int i = 0; arena && i < 50; i++) {
    ax_fp_list out;
    ax_fp_input in = { .arena = arena,
                       .model = w->model,
                       .context = ax_fp_eval_root(w->model, w->resource) };
    ax_arena_reset(arena);
    if (!ax_fp_eval(w->program, &in, &out, NULL)) w->counts += out.count;
  }
  ax_arena_free(arena);
  return NULL;
}

static void many_threads_share_one_program_and_model(void **state) {
  static const char json[] =
      "{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":5,"
      "\"code\":\"mg\",\"system\":\"http://unitsofmeasure.org\"},\"code\":{"
      "\"coding\":[{\"code\":\"x\"}]},\"extension\":[{\"url\":\"u\","
      "\"valueRatio\":{\"numerator\":{\"value\":1}}}]}";
  ax_arena *arena = ax_arena_new(1u << 20);
  ax_fp_program program;
  const ax_json *resource;
  pthread_t threads[THREADS];
  worker workers[THREADS];
  assert_non_null(arena);
  assert_int_equal(ax_json_parse(arena, ax_str_from(json), &resource, NULL),
                   AX_OK);
  assert_int_equal(
      ax_fp_parse(
          arena,
          AX_STR("descendants().where(value.ofType(Quantity) > 4 'mg' or "
                 "code.matches('^x$')) | value.ofType(Quantity)"),
          &program, NULL),
      AX_OK);
  for (size_t i = 0; i < THREADS; i++) {
    workers[i] = (worker){ model_of(state), &program, resource, 0 };
    assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(workers[i].counts, workers[0].counts);
    assert_true(workers[i].counts > 0);
  }
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_threads_share_one_program_and_model),
    cmocka_unit_test(types_are_interned_and_know_their_bases),
    cmocka_unit_test(choices_have_a_name_and_keys),
    cmocka_unit_test(elements_defined_in_place_have_types_of_their_own),
    cmocka_unit_test(content_references_lead_back),
    cmocka_unit_test(elements_can_be_listed),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
