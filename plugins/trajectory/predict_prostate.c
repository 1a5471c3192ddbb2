/* Computes PREDICT Prostate. */
#include "predict_prostate.h"

#define ROW(name, field, count)                 \
  {                                             \
    (name), AUSPEX_PARAM_NUMBERS, (count),      \
        offsetof(predict_prostate_table, field) \
  }

int32_t predict_prostate_read(const void *data, size_t length, void *table,
                              auspex_error *err) {
  static const auspex_param rows[] = {
    ROW("age", age, 2),
    ROW("psa", psa, 2),
    ROW("stage", stage, 4),
    ROW("grade_group", grade, 5),
    ROW("treatment", treatment, PREDICT_PROSTATE_TREATMENTS),
    ROW("brca", brca, 1),
    ROW("cores", cores, 3),
    ROW("cores_unknown", cores_unknown, 1),
    ROW("baseline", baseline, 3),
    ROW("other_age", other_age, 2),
    ROW("other_charlson", other_charlson, 1),
    ROW("other_baseline", other_baseline, 3),
  };
  static const auspex_params params = { "predict-prostate.table",
                                        "predict-prostate", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table,
                            sizeof(predict_prostate_table), err);
}

static void add_terms(const predict_prostate_table *t,
                      const predict_prostate_input *in, double *terms) {
  double cores = isnan(in->cores) ? t->cores_unknown : in->cores;
  double age = in->age / 10;
  terms[PREDICT_PROSTATE_BY_AGE] = t->age[0] * (age * age * age - t->age[1]);
  terms[PREDICT_PROSTATE_BY_PSA] =
      t->psa[0] * (log((in->psa + 1) / 100) - t->psa[1]);
  terms[PREDICT_PROSTATE_BY_STAGE] = t->stage[(int)in->stage - 1];
  terms[PREDICT_PROSTATE_BY_GRADE] = t->grade[(int)in->grade - 1];
  terms[PREDICT_PROSTATE_BY_TREATMENT] = t->treatment[in->treatment];
  terms[PREDICT_PROSTATE_BY_BRCA] = t->brca * in->brca;
  terms[PREDICT_PROSTATE_BY_CORES] =
      t->cores[0] * (sqrt((cores + t->cores[1]) / 100) - t->cores[2]);
  terms[PREDICT_PROSTATE_OTHER_BY_AGE] =
      t->other_age[0] * (in->age - t->other_age[1]);
  terms[PREDICT_PROSTATE_OTHER_BY_CHARLSON] = t->other_charlson * in->charlson;
}

static double mortality(const double baseline[3], double log_hazard, int year) {
  double days = 365.0 * year;
  double cumulative = exp(baseline[0] + baseline[1] * log(days) +
                          baseline[2] * days * days * days);
  return 1 - exp(-exp(log_hazard) * cumulative);
}

predict_prostate_result
predict_prostate_compute(const predict_prostate_table *table,
                         const predict_prostate_input *in) {
  predict_prostate_result r;
  double cancer_log = 0, other_log = 0;
  double last_cancer = 0, last_other = 0, last_all = 0;
  double dead_of_cancer = 0, dead_of_other = 0;
  add_terms(table, in, r.terms);
  for (int i = 0; i < PREDICT_PROSTATE_TERMS; i++)
    *(i < PREDICT_PROSTATE_OTHER_BY_AGE ? &cancer_log : &other_log) +=
        r.terms[i];
  for (int i = 0; i < PREDICT_PROSTATE_YEARS; i++) {
    double cancer = mortality(table->baseline, cancer_log, i + 1);
    double other = mortality(table->other_baseline, other_log, i + 1);
    double all = 1 - (1 - cancer) * (1 - other);
    double by_cancer = cancer - last_cancer, by_other = other - last_other;
    /* Who dies in a year dies of the two causes in proportion to what each
     * would do alone. */
    if (by_cancer + by_other > 0) {
      double share = by_cancer / (by_cancer + by_other);
      dead_of_cancer += (all - last_all) * share;
      dead_of_other += (all - last_all) * (1 - share);
    }
    r.cancer[i] = dead_of_cancer;
    r.other[i] = dead_of_other;
    r.alive[i] = 1 - all;
    r.net_cancer[i] = 1 - cancer;
    r.net_other[i] = 1 - other;
    last_cancer = cancer;
    last_other = other;
    last_all = all;
  }
  return r;
}
