/* Computes PLCOm2012. */
#include "plcom2012.h"

#define ROW(name, field, count) \
  { (name), AUSPEX_PARAM_NUMBERS, (count), offsetof(plcom2012_table, field) }

static const auspex_param rows[] = {
  ROW("intercept", intercept, 1),
  ROW("age", age, 2),
  ROW("race", race, PLCOM2012_RACES),
  ROW("education", education, 2),
  ROW("bmi", bmi, 2),
  ROW("copd", copd, 1),
  ROW("personal_cancer", cancer, 1),
  ROW("family_lung_cancer", family, 1),
  ROW("current_smoker", current, 1),
  ROW("intensity", intensity, 2),
  ROW("duration", duration, 2),
  ROW("quitting", quitting, 2),
  ROW("high_from_percent", high, 1),
};

int32_t plcom2012_read(const void *data, size_t length, void *table,
                       auspex_error *err) {
  static const auspex_params params = { "plcom2012.table", "plcom2012", "1.0.0",
                                        rows, sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table,
                            sizeof(plcom2012_table), err);
}

int plcom2012_fits(const plcom2012_input *in) {
  enum { NOBODY_SMOKES_BEFORE = 5 };
  double stopped = in->current != 0 ? 0 : in->quitting;
  return in->duration + stopped <= in->age - NOBODY_SMOKES_BEFORE;
}

static double centred(const double beta_and_centre[2], double x) {
  return beta_and_centre[0] * (x - beta_and_centre[1]);
}

plcom2012_result plcom2012_compute(const plcom2012_table *table,
                                   const plcom2012_input *in) {
  double stopped = in->current != 0 ? 0 : in->quitting;
  plcom2012_result r = {
    .terms = { [PLCOM2012_BY_AGE] = centred(table->age, in->age),
               [PLCOM2012_BY_RACE] = table->race[in->race],
               [PLCOM2012_BY_EDUCATION] =
                   centred(table->education, in->education),
               [PLCOM2012_BY_BMI] = centred(table->bmi, in->bmi),
               [PLCOM2012_BY_COPD] = table->copd * in->copd,
               [PLCOM2012_BY_CANCER] = table->cancer * in->cancer,
               [PLCOM2012_BY_FAMILY] = table->family * in->family,
               [PLCOM2012_BY_SMOKING] = table->current * in->current,
               [PLCOM2012_BY_INTENSITY] =
                   centred(table->intensity, 10 / in->cigarettes),
               [PLCOM2012_BY_DURATION] = centred(table->duration, in->duration),
               [PLCOM2012_BY_QUITTING] = centred(table->quitting, stopped) },
    .lp = table->intercept,
  };
  for (size_t i = 0; i < PLCOM2012_TERMS; i++) r.lp += r.terms[i];
  r.risk = 1 / (1 + exp(-r.lp));
  return r;
}
