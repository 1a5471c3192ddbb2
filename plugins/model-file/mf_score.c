/* From one row of cells to results. */
#include "mf_model.h"

typedef struct { /* a row, computed */
  mf_cells cells;
  double amounts[MF_TERMS];
  double predictor; /* sum of terms */
  float features[MF_FEATURES];
  float margins[MF_CLASSES], predictions[MF_CLASSES];
  float parts[MF_FEATURES + 1];
} work;

/* --- the number ------------------------------------------------------------
 */

static double through_link(mf_link link, double x) {
  switch (link) {
  case MF_LINK_LOG:
    return exp(x);
  case MF_LINK_LOGIT:
    return 1 / (1 + exp(-x));
  case MF_LINK_PROBIT:
    return 0.5 * erfc(-x / sqrt(2));
  case MF_LINK_CLOGLOG:
    return -expm1(-exp(x));
  case MF_LINK_IDENTITY:
  default:
    return x;
  }
}

static double number_of(const mf_model *m, const mf_outcome *o, const work *k) {
  int forest = m->kind == MF_FOREST || m->kind == MF_ENGINE;
  switch (o->gives) {
  case MF_GIVES_PROBABILITY:
    if (m->kind == MF_COX) return 1 - pow(o->survival, exp(k->predictor));
    /* fall through */
  case MF_GIVES_MEAN:
    return forest ? (double)k->predictions[o->which]
                  : through_link(m->link, k->predictor);
  case MF_GIVES_RELATIVE:
    return forest ? (double)k->predictions[o->which] : exp(k->predictor);
  case MF_GIVES_SCORE:
  default:
    return forest ? (double)k->margins[o->which] : k->predictor;
  }
}

/* --- rows that cannot be scored ----------------------------------------------
 */

static void write_refusal(auspex_writer *w, uint32_t row, uint32_t status,
                          int32_t input, const char *what, const char *title) {
  auspex_result *result = auspex_write_result(w, row, 0);
  result->status = status;
  result->input = input;
  auspex_write_text(w, "%.60s %.200s", what, title);
  auspex_write_done(w);
}

/* --- what is written ---------------------------------------------------------
 */

static void write_number(auspex_writer *w, const mf_outcome *o,
                         const auspex_outcome *d, double x) {
  switch (o->gives) {
  case MF_GIVES_PROBABILITY:
    auspex_write_text(w, "%s: probability %.3g %%. ", d->title, x * 100);
    break;
  case MF_GIVES_RELATIVE:
    auspex_write_text(w, "%s: relative risk %.4g. ", d->title, x);
    break;
  case MF_GIVES_MEAN:
  case MF_GIVES_SCORE:
  default:
    auspex_write_text(w, "%s: %.6g%s%s. ", d->title, x, d->unit ? " " : "",
                      d->unit ? d->unit : "");
    break;
  }
}

static const mf_band *band_of(const mf_outcome *o, double x) {
  for (uint32_t i = 0; i < o->band_count; i++)
    if (mf_terms_step(&o->bands[i].upto, 1, x)) return &o->bands[i];
  return NULL;
}

static void apply_band(auspex_writer *w, auspex_result *result,
                       const mf_band *band) {
  if (!band) return;
  result->level = band->level;
  result->mitigation = band->mitigation;
  if (!isnan(band->probability)) result->probability = band->probability;
  if (!isnan(band->low)) result->low = band->low;
  if (!isnan(band->high)) result->high = band->high;
  if (!isnan(band->relative_risk)) result->relative_risk = band->relative_risk;
  if (band->text) auspex_write_text(w, "%s ", band->text);
}

static double amount_of(const mf_model *m, const work *k, uint32_t factor) {
  return m->kind == MF_FOREST ? (double)k->parts[factor] : k->amounts[factor];
}

static void write_factors(auspex_writer *w, const mf_model *m,
                          const mf_outcome *o, work *k) {
  if (m->kind == MF_ENGINE) return;
  if (m->kind == MF_FOREST) {
    mf_trees_contributions(&m->forest, o->which, k->features, k->parts);
    auspex_write_text(w, "Path contributions (Saabas): ");
  }
  for (uint32_t i = 0; i < m->declared.factor_count; i++) {
    double amount = amount_of(m, k, i);
    if (!isfinite(amount)) continue;
    auspex_write_contribution(w, i, amount);
    auspex_write_text(w, "%s%s %+.3g", i ? "; " : "",
                      m->declared.factors[i].title, amount);
  }
  auspex_write_text(w, ".");
}

static void write_absent(auspex_writer *w, const mf_model *m, const work *k) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < m->declared.input_count; i++)
    if (!mf_terms_has(&k->cells, i))
      auspex_write_text(w, "%s%s", count++ ? ", " : " Not available: ",
                        m->declared.inputs[i].title);
  if (count) auspex_write_text(w, ".");
}

static void write_outcome(auspex_writer *w, const mf_model *m, uint32_t row,
                          uint32_t outcome, work *k) {
  const mf_outcome *o = &m->outcomes[outcome];
  const auspex_outcome *d = &m->declared.outcomes[outcome];
  double x = number_of(m, o, k);
  if (!isfinite(x) ||
      (o->gives == MF_GIVES_PROBABILITY && !(x >= 0 && x <= 1))) {
    write_refusal(
        w, row, AUSPEX_ROW_OUT_OF_DOMAIN, -1,
        "These values are outside what the model is defined for:", d->title);
    return;
  }
  auspex_result *result = auspex_write_result(w, row, outcome);
  if (o->gives == MF_GIVES_PROBABILITY)
    result->probability = x;
  else if (o->gives == MF_GIVES_RELATIVE)
    result->relative_risk = x;
  else
    result->score = x;
  write_number(w, o, d, x);
  apply_band(w, result, band_of(o, x));
  write_factors(w, m, o, k);
  write_absent(w, m, k);
  auspex_write_done(w);
}

/* --- the row
 * -------------------------------------------------------------------- */

/* 0 when the row was refused. */
static int add_terms(const mf_model *m, uint32_t row, work *k,
                     auspex_writer *w) {
  k->predictor = m->intercept;
  for (uint32_t i = 0; i < m->term_count; i++) {
    const mf_term *term = &m->terms[i];
    uint32_t input = 0;
    int fault = mf_terms_amount(term, &k->cells, &k->amounts[i], &input);
    if (fault == MF_MISSING)
      write_refusal(w, row, AUSPEX_ROW_MISSING_INPUT, (int32_t)input,
                    "The model needs", m->declared.inputs[input].title);
    if (fault == MF_DOMAIN)
      write_refusal(w, row, AUSPEX_ROW_OUT_OF_DOMAIN, (int32_t)input,
                    "The model is not defined for this value of", term->title);
    if (fault != MF_FINE) return 0;
    k->predictor += k->amounts[i];
  }
  return 1;
}

/* 0 when the row was refused: a feature is not there that may not be missing.
 */
static int collect(const mf_model *m, uint32_t row, uint32_t count, work *k,
                   auspex_writer *w) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t input = m->features[i];
    int has = mf_terms_has(&k->cells, input);
    if (!has && m->declared.inputs[input].missing != AUSPEX_MISSING_PASS) {
      write_refusal(w, row, AUSPEX_ROW_MISSING_INPUT, (int32_t)input,
                    "The model needs", m->declared.inputs[input].title);
      return 0;
    }
    k->features[i] = has ? (float)k->cells.value[input] : NAN;
  }
  return 1;
}

static int walk_trees(const mf_model *m, uint32_t row, work *k,
                      auspex_writer *w) {
  if (!collect(m, row, m->forest.feature_count, k, w)) return 0;
  mf_trees_margins(&m->forest, k->features, k->margins);
  memcpy(k->predictions, k->margins, m->forest.class_count * sizeof(float));
  mf_trees_predict(&m->forest, k->predictions);
  return 1;
}

static int run_engine(const mf_model *m, uint32_t row, work *k,
                      auspex_writer *w) {
  if (!collect(m, row, m->engine.feature_count, k, w)) return 0;
  if (!mf_engine_run(&m->engine, k->features, k->predictions)) {
    write_refusal(w, row, AUSPEX_ROW_FAILED, -1,
                  "The inference engine failed:", m->declared.title);
    return 0;
  }
  memcpy(k->margins, k->predictions, sizeof k->margins);
  return 1;
}

void mf_score_row(const mf_model *m, const auspex_batch *batch, uint32_t row,
                  auspex_writer *w) {
  work k = { .predictor = 0 };
  size_t first = (size_t)row * batch->column_count;
  k.cells = (mf_cells){ batch->value + first, batch->state + first };
  int scored = m->kind == MF_FOREST   ? walk_trees(m, row, &k, w)
               : m->kind == MF_ENGINE ? run_engine(m, row, &k, w)
                                      : add_terms(m, row, &k, w);
  for (uint32_t i = 0; scored && i < m->declared.outcome_count; i++)
    write_outcome(w, m, row, i, &k);
}
