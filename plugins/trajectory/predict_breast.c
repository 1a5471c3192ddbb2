/* Computes PREDICT Breast version 3.2. */
#include "predict_breast.h"

#define NUMBERS(name, field, count)           \
  {                                           \
    (name), AUSPEX_PARAM_NUMBERS, (count),    \
        offsetof(predict_breast_table, field) \
  }
#define STATUS(prefix, i)                                   \
  NUMBERS(prefix "_age", er[i].age, 2),                     \
      NUMBERS(prefix "_size", er[i].size, 1),               \
      NUMBERS(prefix "_nodes", er[i].nodes, 1),             \
      NUMBERS(prefix "_grade", er[i].grade, 1),             \
      NUMBERS(prefix "_screen", er[i].screen, 1),           \
      NUMBERS(prefix "_year", er[i].year, 1),               \
      NUMBERS(prefix "_her2_positive", er[i].her2_positive, \
              PREDICT_BREAST_YEARS),                        \
      NUMBERS(prefix "_her2_negative", er[i].her2_negative, \
              PREDICT_BREAST_YEARS),                        \
      NUMBERS(prefix "_ki67", er[i].ki67, 2),               \
      NUMBERS(prefix "_pr", er[i].pr, 2),                   \
      NUMBERS(prefix "_adjustment", er[i].adjustment, 1),   \
      NUMBERS(prefix "_baseline", er[i].baseline, 4)

static const auspex_param rows[] = {
  STATUS("er_negative", 0),
  STATUS("er_positive", 1),
  NUMBERS("screen_unknown", screen_unknown, 1),
  NUMBERS("grade_unknown", grade_unknown, 1),
  NUMBERS("year", year, 1),
  NUMBERS("other_age", other_age, 2),
  NUMBERS("other_year", other_year, 1),
  NUMBERS("other_baseline", other_baseline, 3),
  NUMBERS("other_adjustment", other_adjustment, 1),
  NUMBERS("smoking", smoking, 2),
  NUMBERS("chemo", chemo, 2),
  NUMBERS("hormone", hormone, 1),
  NUMBERS("hormone_extended", hormone_extended, 2),
  NUMBERS("trastuzumab", trastuzumab, 1),
  NUMBERS("bisphosphonate", bisphosphonate, 1),
  NUMBERS("radiotherapy", radiotherapy, 1),
  NUMBERS("other_chemo", other_chemo, 1),
  NUMBERS("other_per_gy", other_per_gy, 1),
};

int32_t predict_breast_read(const void *data, size_t length, void *table,
                            auspex_error *err) {
  static const auspex_params params = { "predict-breast.table",
                                        "predict-breast", "3.2.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table,
                            sizeof(predict_breast_table), err);
}

/* Of a status that is 0, 1 or unknown. */
static double of_status(const double negative_positive[2], int status) {
  return status == PREDICT_BREAST_UNKNOWN ? 0 : negative_positive[status];
}

static double her2_in(const predict_breast_status *s, int her2, int i) {
  if (her2 == PREDICT_BREAST_UNKNOWN) return 0;
  return her2 ? s->her2_positive[i] : s->her2_negative[i];
}

static double age_term(const predict_breast_status *s, int er, double a) {
  return er ? s->age[0] / sqrt(a) + s->age[1] * a * a
            : s->age[0] * a + s->age[1] * a * log(a);
}

static double smoking_term(const predict_breast_table *t, double smoker) {
  double mean = 1 - t->smoking[0] + t->smoking[0] * t->smoking[1];
  return log((smoker != 0 ? t->smoking[1] : 1) / mean);
}

static void add_terms(const predict_breast_table *t,
                      const predict_breast_input *in, double *terms) {
  const predict_breast_status *s = &t->er[in->er];
  double a = (in->age - 24) / 100, cube = a * a * a;
  double grade = in->grade > 3 ? t->grade_unknown : in->grade;
  double screen = in->screen > 1 ? t->screen_unknown : in->screen;
  terms[PREDICT_BREAST_BY_AGE] = age_term(s, in->er, a);
  terms[PREDICT_BREAST_BY_SIZE] =
      s->size * (in->er ? 1 - exp(-in->size / 20) : log(in->size));
  terms[PREDICT_BREAST_BY_NODES] = s->nodes * log(in->nodes + 1);
  terms[PREDICT_BREAST_BY_GRADE] = s->grade * grade;
  terms[PREDICT_BREAST_BY_DETECTION] = s->screen * screen;
  terms[PREDICT_BREAST_BY_HER2] = her2_in(s, in->her2, 0);
  terms[PREDICT_BREAST_BY_KI67] = of_status(s->ki67, in->ki67);
  terms[PREDICT_BREAST_BY_PR] = of_status(s->pr, in->pr);
  terms[PREDICT_BREAST_OTHER_BY_AGE] =
      t->other_age[0] * cube + t->other_age[1] * cube * log(a);
  terms[PREDICT_BREAST_OTHER_BY_SMOKING] = smoking_term(t, in->smoker);
}

static double arm_log(const predict_breast_table *t,
                      const predict_breast_input *in,
                      const predict_breast_arm *arm, int year) {
  double sum = 0;
  if (arm->chemo) sum += t->chemo[arm->chemo == 3];
  if (arm->hormone && in->er) {
    sum += t->hormone;
    if (arm->extended && year >= t->hormone_extended[1])
      sum += t->hormone_extended[0];
  }
  if (arm->trastuzumab && in->her2 == 1) sum += t->trastuzumab;
  if (arm->bisphosphonate) sum += t->bisphosphonate;
  if (arm->radiotherapy) sum += log(t->radiotherapy);
  return sum;
}

static double arm_other_log(const predict_breast_table *t,
                            const predict_breast_arm *arm) {
  return (arm->chemo ? log(t->other_chemo) : 0) +
         (arm->radiotherapy ? log(t->other_per_gy) * arm->heart_gy : 0);
}

/* Cumulative baseline hazards after `year` years. */
static double cancer_baseline(const predict_breast_status *s, int year) {
  double t = year / 10.0, power = pow(t, s->baseline[3]);
  return exp(s->baseline[0] + s->baseline[1] * power +
             s->baseline[2] * power * log(t));
}

static double other_baseline(const predict_breast_table *table, int year) {
  const double *b = table->other_baseline;
  double t = year / 10.0;
  return exp(b[0] + b[1] * log(t) + b[2] * t);
}

/* ln of the hazard of breast cancer, without HER2, whose effect changes with
 * the years, and of other causes; without treatment. */
static double cancer_log(const predict_breast_table *t,
                         const predict_breast_input *in, const double *terms) {
  const predict_breast_status *s = &t->er[in->er];
  double sum = s->year * (t->year - 2000) + s->adjustment;
  for (int i = 0; i < PREDICT_BREAST_OTHER_BY_AGE; i++)
    if (i != PREDICT_BREAST_BY_HER2) sum += terms[i];
  return sum;
}

static double other_log(const predict_breast_table *t, const double *terms) {
  return terms[PREDICT_BREAST_OTHER_BY_AGE] +
         terms[PREDICT_BREAST_OTHER_BY_SMOKING] +
         t->other_year * (t->year - 2000) + t->other_adjustment;
}

/* Shares the deaths of a year out to the two causes, in proportion to what each
 * would do alone. */
static void share_out(predict_breast_result *r, int i, double cancer,
                      double other, double last[3]) {
  double all = 1 - (1 - cancer) * (1 - other);
  double by_cancer = cancer - last[0], by_other = other - last[1];
  double share =
      by_cancer + by_other > 0 ? by_cancer / (by_cancer + by_other) : 0;
  double died = all - last[2];
  r->alive[i] = 1 - all;
  r->cancer[i] = (i > 0 ? r->cancer[i - 1] : 0) + died * share;
  r->other[i] = (i > 0 ? r->other[i - 1] : 0) + died * (1 - share);
  last[0] = cancer;
  last[1] = other;
  last[2] = all;
}

predict_breast_result predict_breast_compute(const predict_breast_table *table,
                                             const predict_breast_input *in,
                                             const predict_breast_arm *arm) {
  const predict_breast_status *s = &table->er[in->er];
  predict_breast_result r;
  double cancer = 0, other = 0, last[3] = { 0, 0, 0 };
  double cancer_before = 0, other_before = 0; /* baselines a year ago */
  add_terms(table, in, r.terms);
  double of_cancer = cancer_log(table, in, r.terms);
  double of_other = other_log(table, r.terms) + arm_other_log(table, arm);
  for (int i = 0; i < PREDICT_BREAST_YEARS; i++) {
    double cancer_now = cancer_baseline(s, i + 1);
    double other_now = other_baseline(table, i + 1);
    cancer +=
        (cancer_now - cancer_before) * exp(of_cancer + her2_in(s, in->her2, i) +
                                           arm_log(table, in, arm, i + 1));
    other += (other_now - other_before) * exp(of_other);
    share_out(&r, i, 1 - exp(-cancer), 1 - exp(-other), last);
    cancer_before = cancer_now;
    other_before = other_now;
  }
  return r;
}
