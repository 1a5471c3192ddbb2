/* What an outcome gives: which number, and what bands say about it. */
#include "mf_model.h"

enum { WHERE = 64, TEXT_MOST = 16384, NUMBER_TEXT = 80 };

static const mf_word levels[] = {
  { "negligible", AUSPEX_LEVEL_NEGLIGIBLE }, { "low", AUSPEX_LEVEL_LOW },
  { "moderate", AUSPEX_LEVEL_MODERATE },     { "high", AUSPEX_LEVEL_HIGH },
  { "certain", AUSPEX_LEVEL_CERTAIN },       { NULL, 0 }
};

static int32_t read_mitigation(mf_reader *r, const auspex_model *model,
                               uint32_t at, const char *where, int32_t *out) {
  uint32_t name = auspex_json_get(&r->json, at, "mitigation");
  *out = -1;
  if (!name) return AUSPEX_OK;
  for (uint32_t i = 0; i < model->mitigation_count; i++)
    if (auspex_json_is(&r->json, name, model->mitigations[i].name)) {
      *out = (int32_t)i;
      return AUSPEX_OK;
    }
  return mf_read_fault(r, name, "%s.mitigation is not the name of a mitigation",
                       where);
}

static int32_t read_band(mf_reader *r, const auspex_model *model, uint32_t at,
                         const char *where, mf_band *out) {
  static const char *const keys[] = {
    "is",   "below",        "upTo", "level",      "probability", "low",
    "high", "relativeRisk", "text", "mitigation", NULL
  };
  out->probability = out->low = out->high = out->relative_risk = NAN;
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_read_word(r, at, where, "level", MF_OPTIONAL, levels, &out->level));
  MF_TRY(mf_read_number(r, at, where, "probability", MF_OPTIONAL,
                        &out->probability));
  MF_TRY(mf_read_number(r, at, where, "low", MF_OPTIONAL, &out->low));
  MF_TRY(mf_read_number(r, at, where, "high", MF_OPTIONAL, &out->high));
  MF_TRY(mf_read_number(r, at, where, "relativeRisk", MF_OPTIONAL,
                        &out->relative_risk));
  if (out->probability < 0 || out->probability > 1 || out->low < 0 ||
      out->high > 1 || out->low > out->high)
    return mf_read_fault(r, at, "%s: probabilities are from 0 to 1", where);
  MF_TRY(mf_read_text(r, at, where, "text", MF_OPTIONAL, &out->text));
  return read_mitigation(r, model, at, where, &out->mitigation);
}

static int32_t read_bands(mf_reader *r, const auspex_model *model, uint32_t at,
                          const char *where, mf_outcome *out) {
  uint32_t array, n = 0;
  const mf_step *steps = NULL;
  char one[WHERE];
  MF_TRY(mf_read_array(r, at, where, "bands", MF_OPTIONAL, &array));
  if (!array) return AUSPEX_OK;
  mf_read_path(one, sizeof one, "%s.bands", where);
  MF_TRY(mf_terms_steps(r, array, one, &steps, &out->band_count));
  mf_band *bands =
      mf_memory_new(r->memory, out->band_count + 1u, sizeof *bands);
  if (!bands) return mf_read_nomem(r);
  out->bands = bands;
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(one, sizeof one, "%s.bands[%u]", where, n);
    bands[n].upto = steps[n];
    MF_TRY(read_band(r, model, i, one, &bands[n]));
  }
  return AUSPEX_OK;
}

/* Which numbers a kind of model has. */
static const char *unfit(const mf_model *m, const mf_outcome *o) {
  if (m->kind == MF_ENGINE) return NULL; /* the author knows what comes out */
  int logistic = m->kind == MF_GLM && m->link >= MF_LINK_LOGIT;
  int classes = m->kind == MF_FOREST && (m->forest.objective == MF_LOGISTIC ||
                                         m->forest.objective == MF_SOFTMAX);
  int log_mean = (m->kind == MF_FOREST && m->forest.objective == MF_LOG) ||
                 (m->kind == MF_GLM && m->link == MF_LINK_LOG);
  if (o->gives == MF_GIVES_PROBABILITY && !logistic && !classes &&
      m->kind != MF_COX)
    return "this kind of model has no probability";
  if (o->gives == MF_GIVES_MEAN && (m->kind == MF_POINTS || m->kind == MF_COX))
    return "this kind of model has no mean";
  if (o->gives == MF_GIVES_RELATIVE && m->kind != MF_COX && !log_mean)
    return "this kind of model has no relative risk";
  return NULL;
}

static int32_t read_gives(mf_reader *r, const mf_model *model, uint32_t at,
                          const char *where, mf_outcome *out) {
  static const mf_word gives[] = { { "score", MF_GIVES_SCORE },
                                   { "mean", MF_GIVES_MEAN },
                                   { "probability", MF_GIVES_PROBABILITY },
                                   { "relative-risk", MF_GIVES_RELATIVE },
                                   { NULL, 0 } };
  uint32_t what = 0;
  int64_t which = 0;
  int survival = model->kind == MF_COX;
  MF_TRY(mf_read_word(r, at, where, "gives", MF_NEEDED, gives, &what));
  out->gives = (mf_gives)what;
  const char *why = unfit(model, out);
  if (why) return mf_read_fault(r, at, "%s.gives: %s", where, why);
  uint32_t classes = model->kind == MF_FOREST   ? model->forest.class_count
                     : model->kind == MF_ENGINE ? model->engine.class_count
                                                : 1;
  MF_TRY(mf_read_integer(r, at, where, "class", classes > 1,
                         (mf_range){ 0, (int64_t)classes - 1 }, &which));
  out->which = (uint32_t)which;
  MF_TRY(mf_read_number(r, at, where, "baselineSurvival",
                        survival && out->gives == MF_GIVES_PROBABILITY,
                        &out->survival));
  if (survival && out->gives == MF_GIVES_PROBABILITY &&
      !(out->survival > 0 && out->survival < 1))
    return mf_read_fault(r, at, "%s.baselineSurvival must lie between 0 and 1",
                         where);
  return AUSPEX_OK;
}

static int32_t read_outcome(mf_reader *r, const mf_model *model, uint32_t at,
                            const char *where, auspex_outcome *declared,
                            mf_outcome *out) {
  static const char *const keys[] = { "name",          "title",
                                      "kind",          "codes",
                                      "horizonMonths", "horizonDays",
                                      "horizonFrom",   "now",
                                      "comparator",    "unit",
                                      "category",      "gives",
                                      "class",         "baselineSurvival",
                                      "bands",         NULL };
  MF_TRY(mf_read_known(r, at, where, keys));
  MF_TRY(mf_declare_outcome(r, at, where, declared));
  MF_TRY(read_gives(r, model, at, where, out));
  if (declared->kind == AUSPEX_MEASUREMENT && out->gives != MF_GIVES_SCORE &&
      out->gives != MF_GIVES_MEAN)
    return mf_read_fault(r, at, "%s: a measurement gives score or mean", where);
  return read_bands(r, &model->declared, at, where, out);
}

static size_t length(const char *text) {
  return text ? strlen(text) : 0;
}

/* Room for the longest rationale, as mf_score.c writes it. */
static int32_t set_limits(mf_reader *r, mf_model *out) {
  auspex_model *d = &out->declared;
  size_t all = 0;
  for (uint32_t i = 0; i < d->outcome_count; i++) {
    size_t most = 0;
    for (uint32_t k = 0; k < out->outcomes[i].band_count; k++)
      if (length(out->outcomes[i].bands[k].text) > most)
        most = length(out->outcomes[i].bands[k].text);
    all += most + length(d->outcomes[i].title) + length(d->outcomes[i].unit) +
           (size_t)3 * NUMBER_TEXT;
    for (uint32_t k = 0; k < d->factor_count; k++)
      all += length(d->factors[k].title) + NUMBER_TEXT;
    for (uint32_t k = 0; k < d->input_count; k++)
      all += length(d->inputs[k].title) + 4;
  }
  if (all > TEXT_MOST)
    return mf_read_fault(r, 0,
                         "titles and texts of bands make rationales of %zu "
                         "bytes; %d is the most",
                         all, TEXT_MOST);
  if ((size_t)d->outcome_count * d->factor_count > 1024)
    return mf_read_fault(r, 0, "outcomes times factors must not exceed 1024");
  d->max_batch = 256;
  d->max_results_per_row = d->outcome_count;
  d->max_contributions_per_row = d->outcome_count * d->factor_count;
  d->max_text_per_row = (uint32_t)all;
  return AUSPEX_OK;
}

/* Contributions add up to the predictor, not to what a link makes of it. */
static int is_bent(const mf_model *m, const mf_outcome *o) {
  return o->gives == MF_GIVES_MEAN &&
         (m->kind == MF_FOREST ? m->forest.objective != MF_IDENTITY
                               : m->link != MF_LINK_IDENTITY);
}

int32_t mf_output_read(mf_reader *r, mf_model *out) {
  uint32_t array, n = 0;
  char where[WHERE];
  MF_TRY(mf_read_array(r, 0, "the model", "outcomes", MF_NEEDED, &array));
  uint32_t count = r->json.values[array].count;
  if (count == 0 || count > 64)
    return mf_read_fault(r, array, "there must be 1 to 64 outcomes");
  auspex_outcome *declared = mf_memory_new(r->memory, count, sizeof *declared);
  out->outcomes = mf_memory_new(r->memory, count, sizeof *out->outcomes);
  if (!declared || !out->outcomes) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next, n++) {
    mf_read_path(where, sizeof where, "outcomes[%u]", n);
    MF_TRY(read_outcome(r, out, i, where, &declared[n], &out->outcomes[n]));
    if (is_bent(out, &out->outcomes[n]))
      out->declared.flags &= ~(uint32_t)AUSPEX_MODEL_ADDITIVE;
  }
  out->declared.outcomes = declared;
  out->declared.outcome_count = count;
  out->declared.outcome_stride = sizeof *declared;
  return set_limits(r, out);
}
