/* PREDICT Breast 3.2: the formula and its table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../predict_breast.c"

#define FOLDER "plugins/trajectory/data"

static predict_breast_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table(FOLDER, "predict-breast.table", predict_breast_read,
                         &table);
}

/* The authors' R code was run (WintonCentre/predict-v30-r) and computed again
 * on its own; they agree. After 5, 10 and 15 years, in percent. */
static const struct {
  predict_breast_input in;
  predict_breast_arm arm;
  double alive[3], cancer[3], other[3];
} vectors[] = {
  { { 50, 0, 20, 2, 2, 1, 0, 1, 1, 1 },
    { 0, 0, 0, 0, 0, 0, 4 },
    { 93.48877825, 83.143121217, 72.950337289 },
    { 5.798281264, 14.598700086, 22.283269421 },
    { 0.712940486, 2.258178697, 4.766393291 } },
  { { 50, 0, 20, 2, 2, 1, 0, 1, 1, 1 },
    { 3, 1, 0, 1, 1, 1, 4 },
    { 97.340036218, 92.535980789, 86.56728862 },
    { 1.734629785, 4.531535865, 7.202734697 },
    { 0.925333996, 2.932483346, 6.229976683 } },
  { { 62, 1, 14, 0, 1, 1, 0, 0, 1, 0 },
    { 0, 0, 0, 0, 0, 0, 2 },
    { 97.637422372, 92.895079412, 85.895320781 },
    { 0.687047704, 1.817226515, 2.93245954 },
    { 1.675529924, 5.287694073, 11.172219679 } },
  { { 62, 1, 14, 0, 1, 1, 0, 0, 1, 0 },
    { 0, 1, 0, 0, 0, 1, 2 },
    { 97.870042382, 93.453539101, 86.631683554 },
    { 0.384353591, 1.022294366, 1.659392787 },
    { 1.745604027, 5.524166533, 11.708923659 } },
  { { 45, 0, 32, 4, 3, 0, 1, 9, 0, 0 },
    { 0, 0, 0, 0, 0, 0, 2 },
    { 53.526319635, 37.880665184, 31.42145725 },
    { 46.060769792, 60.82433481, 65.949465572 },
    { 0.412910573, 1.295000006, 2.629077178 } },
  { { 45, 0, 32, 4, 3, 0, 1, 9, 0, 0 },
    { 3, 0, 0, 1, 0, 1, 2 },
    { 79.189498744, 69.169809884, 63.656467249 },
    { 20.295568645, 29.211272976, 32.990179795 },
    { 0.514932611, 1.61891714, 3.353352956 } },
  { { 71, 0, 18, 1, 2, 1, 0, 9, 9, 0 },
    { 0, 0, 0, 0, 0, 0, 0 },
    { 90.415916612, 74.360978857, 56.537307843 },
    { 5.177893831, 12.718221219, 18.977593423 },
    { 4.406189557, 12.920799925, 24.485098733 } },
  { { 71, 0, 18, 1, 2, 1, 0, 9, 9, 0 },
    { 2, 1, 0, 0, 1, 0, 0 },
    { 92.387468572, 78.379169319, 60.575876412 },
    { 2.307413471, 5.907213871, 9.223422418 },
    { 5.305117957, 15.713616811, 30.20070117 } },
  { { 38, 0, 45, 9, 3, 1, 1, 1, 0, 1 },
    { 0, 0, 0, 0, 0, 0, 3 },
    { 33.86781957, 9.325819764, 2.849698446 },
    { 65.753830713, 89.486683052, 94.817715458 },
    { 0.378349716, 1.187497184, 2.332586096 } },
  { { 38, 0, 45, 9, 3, 1, 1, 1, 0, 1 },
    { 3, 1, 0, 1, 0, 1, 3 },
    { 76.000945622, 54.584424635, 39.974686422 },
    { 23.517624717, 43.888053198, 56.805033717 },
    { 0.481429662, 1.527522167, 3.220279861 } },
  { { 55, 2, 22, 0, 9, 0, 0, 1, 1, 0 },
    { 0, 0, 0, 0, 0, 0, 0 },
    { 92.512447427, 87.398306172, 82.902671415 },
    { 6.636771682, 9.934415561, 11.484096815 },
    { 0.850780891, 2.667278267, 5.61323177 } },
  { { 55, 2, 22, 0, 9, 0, 0, 1, 1, 0 },
    { 2, 0, 0, 0, 0, 0, 0 },
    { 93.767455601, 88.971106128, 84.177128111 },
    { 5.213526781, 7.836723857, 9.089339405 },
    { 1.019017618, 3.192170014, 6.733532484 } },
  { { 80, 0, 30, 0, 2, 1, 9, 9, 9, 1 },
    { 0, 0, 0, 0, 0, 0, 0 },
    { 79.287122099, 49.102407002, 23.135435479 },
    { 6.345958838, 14.712635271, 21.036562354 },
    { 14.366919062, 36.184957727, 55.828002167 } },
  { { 80, 0, 30, 0, 2, 1, 9, 9, 9, 1 },
    { 0, 1, 0, 0, 0, 0, 0 },
    { 81.056817025, 52.043487692, 25.428443842 },
    { 4.414006613, 10.59987726, 15.683177656 },
    { 14.529176363, 37.356635048, 58.888378502 } },
  { { 66, 1, 9, 0, 1, 1, 0, 0, 1, 0 },
    { 0, 0, 0, 0, 0, 0, 0 },
    { 96.890047747, 90.530346579, 80.958844155 },
    { 0.539699844, 1.430664221, 2.314620652 },
    { 2.570252409, 8.0389892, 16.726535193 } },
  { { 66, 1, 9, 0, 1, 1, 0, 0, 1, 0 },
    { 0, 0, 0, 0, 0, 0, 0 },
    { 96.890047747, 90.530346579, 80.958844155 },
    { 0.539699844, 1.430664221, 2.314620652 },
    { 2.570252409, 8.0389892, 16.726535193 } },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    predict_breast_result r =
        predict_breast_compute(&table, &vectors[i].in, &vectors[i].arm);
    for (size_t k = 0; k < 3; k++) {
      size_t year = 5 * (k + 1) - 1;
      assert_close(100 * r.alive[year], vectors[i].alive[k]);
      assert_close(100 * r.cancer[year], vectors[i].cancer[k]);
      assert_close(100 * r.other[year], vectors[i].other[k]);
    }
  }
}

static void who_is_not_alive_died_of_one_cause(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    predict_breast_result r =
        predict_breast_compute(&table, &vectors[i].in, &vectors[i].arm);
    for (size_t year = 0; year < PREDICT_BREAST_YEARS; year++)
      assert_close(r.alive[year] + r.cancer[year] + r.other[year], 1);
  }
}

static double alive_after(const predict_breast_input *in,
                          const predict_breast_arm *arm, size_t years) {
  return predict_breast_compute(&table, in, arm).alive[years - 1];
}

static void
longer_hormone_therapy_helps_from_the_eleventh_year_on(void **state) {
  (void)state;
  const predict_breast_input *in = &vectors[0].in;
  predict_breast_arm five = { .hormone = 1 },
                     ten = { .hormone = 1, .extended = 1 };
  assert_close(alive_after(in, &five, 10), alive_after(in, &ten, 10));
  assert_true(alive_after(in, &ten, 11) > alive_after(in, &five, 11) + 1e-6);
  predict_breast_arm extended_alone = { .extended = 1 }, none = { 0 };
  assert_close(alive_after(in, &extended_alone, 15),
               alive_after(in, &none, 15));
}

static void hormones_need_er_and_trastuzumab_needs_her2(void **state) {
  (void)state;
  predict_breast_arm none = { 0 }, hormone = { .hormone = 1, .extended = 1 },
                     trastuzumab = { .trastuzumab = 1 };
  predict_breast_input in = vectors[0].in; /* ER positive, HER2 negative */
  assert_close(alive_after(&in, &none, 15), alive_after(&in, &trastuzumab, 15));
  assert_true(alive_after(&in, &hormone, 15) > alive_after(&in, &none, 15));
  in.er = 0;
  in.her2 = 1;
  assert_close(alive_after(&in, &none, 15), alive_after(&in, &hormone, 15));
  assert_true(alive_after(&in, &trastuzumab, 15) > alive_after(&in, &none, 15));
  in.her2 = PREDICT_BREAST_UNKNOWN;
  assert_close(alive_after(&in, &none, 15), alive_after(&in, &trastuzumab, 15));
}

/* Version 3.0 let the planned treatment move it. */
static void surgery_alone_does_not_know_of_the_heart_dose(void **state) {
  (void)state;
  predict_breast_arm none = { 0 }, dose = { .heart_gy = 20 };
  assert_close(alive_after(&vectors[0].in, &none, 15),
               alive_after(&vectors[0].in, &dose, 15));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(who_is_not_alive_died_of_one_cause),
    cmocka_unit_test(longer_hormone_therapy_helps_from_the_eleventh_year_on),
    cmocka_unit_test(hormones_need_er_and_trastuzumab_needs_her2),
    cmocka_unit_test(surgery_alone_does_not_know_of_the_heart_dose),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
