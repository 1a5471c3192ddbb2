/* Grades laboratory values by CTCAE version 5. */
#include "ctcae.h"

const char *const ctcae_names[CTCAE_TERMS] = {
#define X(term, name, title, kind) name,
  CTCAE_TERMS_X(X)
#undef X
};
const char *const ctcae_titles[CTCAE_TERMS] = {
#define X(term, name, title, kind) title,
  CTCAE_TERMS_X(X)
#undef X
};
const ctcae_kind ctcae_kinds[CTCAE_TERMS] = {
#define X(term, name, title, kind) CTCAE_##kind,
  CTCAE_TERMS_X(X)
#undef X
};

#define LIMIT(term, name)                                                  \
  {                                                                        \
    name, AUSPEX_PARAM_STEPS, 1,                                           \
        offsetof(ctcae_table, limit) + CTCAE_##term * sizeof(auspex_steps) \
  }
#define BASELINE(term, name)                                                  \
  {                                                                           \
    name "_of_baseline", AUSPEX_PARAM_STEPS, 1,                               \
        offsetof(ctcae_table, baseline) + CTCAE_##term * sizeof(auspex_steps) \
  }

int32_t ctcae_read(const void *data, size_t length, void *table,
                   auspex_error *err) {
  static const auspex_param rows[] = {
#define X(term, name, title, kind) LIMIT(term, name),
    CTCAE_TERMS_X(X)
#undef X
        BASELINE(ALT, "alt"),
    BASELINE(AST, "ast"),
    BASELINE(ALP, "alp"),
    BASELINE(BILIRUBIN, "bilirubin"),
    BASELINE(CREATININE, "creatinine"),
    { "verified", AUSPEX_PARAM_NUMBERS, CTCAE_TERMS,
      offsetof(ctcae_table, verified) },
  };
  static const auspex_params params = { "ctcae-labs.table", "ctcae-labs",
                                        "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(ctcae_table),
                            err);
}

/* 0.3 / 0.1 is 3. */
static double multiple_of(double value, double of) {
  return round(value / of * 1e9) / 1e9;
}

static double step(const auspex_steps *steps, double x) {
  return auspex_params_step(steps, x)->number[0];
}

static ctcae_grade hepatic(const ctcae_table *table, ctcae_term term,
                           const ctcae_input *in) {
  ctcae_grade grade = { NAN, NAN, 0 };
  if (in->baseline > in->baseline_limit) { /* both known, and abnormal */
    grade.of_baseline = 1;
    grade.multiple = multiple_of(in->value, in->baseline);
    grade.grade = step(&table->baseline[term], grade.multiple);
  } else if (in->limit > 0) {
    grade.multiple = multiple_of(in->value, in->limit);
    grade.grade = step(&table->limit[term], grade.multiple);
  }
  return grade;
}

/* The highest of what matches. */
static ctcae_grade renal(const ctcae_table *table, ctcae_term term,
                         const ctcae_input *in) {
  ctcae_grade grade = { NAN, NAN, 0 };
  if (!(in->limit > 0)) return grade;
  grade.multiple = multiple_of(in->value, in->limit);
  grade.grade = step(&table->limit[term], grade.multiple);
  if (!(in->baseline > 0)) return grade;
  double of_baseline = multiple_of(in->value, in->baseline);
  double by_baseline = step(&table->baseline[term], of_baseline);
  if (by_baseline > grade.grade)
    grade = (ctcae_grade){ by_baseline, of_baseline, 1 };
  return grade;
}

static ctcae_grade low(const ctcae_table *table, ctcae_term term,
                       const ctcae_input *in) {
  ctcae_grade grade = { step(&table->limit[term], in->value), NAN, 0 };
  if (grade.grade > 0) return grade;
  grade.grade = isnan(in->limit) ? NAN : in->value < in->limit ? 1 : 0;
  return grade;
}

ctcae_grade ctcae_compute(const ctcae_table *table, ctcae_term term,
                          const ctcae_input *in) {
  switch (ctcae_kinds[term]) {
  case CTCAE_HEPATIC:
    return hepatic(table, term, in);
  case CTCAE_RENAL:
    return renal(table, term, in);
  case CTCAE_LOW:
    break;
  }
  return low(table, term, in);
}
