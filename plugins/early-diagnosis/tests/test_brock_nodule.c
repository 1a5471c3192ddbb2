/* Brock (PanCan) models: the formula and its table. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdlib.h>

#include "../brock_nodule.c"

static brock_nodule_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/early-diagnosis/data", "brock-nodule.table",
                         brock_nodule_read, &table);
}

/* Computed from the published table; no third party's vector was found. */
static const struct {
  brock_nodule_input in;
  double lp, percent;
} vectors[] = {
  { { 62, 1, 0, 0, 10, 1, 1, BROCK_NODULE_SOLID, 1 },
    -1.380234945,
    20.097126922 },
  { { 55, 0, 1, 1, 5, 0, 4, BROCK_NODULE_NONSOLID, 0 },
    -5.627340664,
    0.358523112 },
  { { 70, 1, 1, 1, 22, 1, 2, BROCK_NODULE_PART_SOLID, 1 },
    1.489929116,
    81.606763301 },
  { { 62, 0, 0, 0, 8, 0, 1, BROCK_NODULE_SOLID, NAN },
    -3.940719724,
    1.90637336 },
  { { 70, 1, 1, 1, 15, 1, 3, BROCK_NODULE_PART_SOLID, NAN },
    0.127086303,
    53.172888291 },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    brock_nodule_result r = brock_nodule_compute(&table, &vectors[i].in);
    assert_close(r.lp, vectors[i].lp);
    assert_close(100 * r.risk, vectors[i].percent);
  }
}

static void bigger_nodules_are_worse(void **state) {
  (void)state;
  brock_nodule_input in = vectors[0].in;
  double last = -INFINITY;
  for (in.size_mm = 1; in.size_mm <= 30; in.size_mm++) {
    double lp = brock_nodule_compute(&table, &in).lp;
    assert_true(lp > last);
    last = lp;
  }
}

static void four_millimetres_are_only_the_centre(void **state) {
  (void)state;
  brock_nodule_input in = vectors[0].in;
  in.size_mm = 4;
  double term = brock_nodule_compute(&table, &in).terms[BROCK_NODULE_BY_SIZE];
  assert_true(fabs(term) < 1e-7);
}

static void unknown_spiculation_is_another_model_than_none(void **state) {
  (void)state;
  brock_nodule_input in = vectors[3].in;
  double unknown = brock_nodule_compute(&table, &in).lp;
  in.spiculation = 0;
  assert_true(fabs(brock_nodule_compute(&table, &in).lp - unknown) > 1e-3);
}

/* PMC6717521 prints 0.2761 for terms that are not centred. */
static void the_uncentred_constant_is_the_same_model(void **state) {
  (void)state;
  const brock_nodule_betas *b = &table.with;
  double uncentred =
      b->constant - b->age * 62 - b->size * 1.58113883 - b->count * 4;
  assert_true(fabs(uncentred - 0.2761) < 0.01);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(bigger_nodules_are_worse),
    cmocka_unit_test(four_millimetres_are_only_the_centre),
    cmocka_unit_test(unknown_spiculation_is_another_model_than_none),
    cmocka_unit_test(the_uncentred_constant_is_the_same_model),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
