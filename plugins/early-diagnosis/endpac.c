/* Counts END-PAC points. */
#include "endpac.h"

#include <math.h>

enum { YOUNGEST = 50 };
static const double weight_change_most = 60; /* kg; beyond: implausible */
static const double diabetic_glucose = 126;  /* mg/dL, fasting */

typedef struct {
  double in[ENDPAC_INPUTS];
  double weight_change;
  double points[ENDPAC_FACTORS];
  double total;
} tally;

/* Weights are written in decimals; 58.1 - 64.1 must be -6, not
 * -5.999999999999993, which would be another band. */
static double difference(double a, double b) {
  return round((a - b) * 1e9) / 1e9;
}

static tally count_points(const endpac_table *table, const double *in) {
  tally t = { .total = 0 };
  memcpy(t.in, in, sizeof t.in);
  t.weight_change =
      difference(in[ENDPAC_WEIGHT_ONSET], in[ENDPAC_WEIGHT_BEFORE]);
  t.points[ENDPAC_BY_GLUCOSE] =
      endpac_table_step(&table->glucose_category, in[ENDPAC_GLUCOSE_ONSET]) -
      endpac_table_step(&table->glucose_category, in[ENDPAC_GLUCOSE_BEFORE]);
  t.points[ENDPAC_BY_WEIGHT] =
      endpac_table_step(&table->weight_points, t.weight_change);
  t.points[ENDPAC_BY_AGE] =
      endpac_table_step(&table->age_points, in[ENDPAC_AGE]);
  for (uint32_t i = 0; i < ENDPAC_FACTORS; i++) t.total += t.points[i];
  return t;
}

static void write_rationale(auspex_writer *w, const tally *t,
                            const endpac_band *band) {
  auspex_write_text(
      w,
      "END-PAC %+g points, %s band. Glucose %.4g mg/dL at onset after %.4g "
      "mg/dL: %+g; weight change %+.1f kg: %+g; age at onset %.0f years: %+g. ",
      t->total, band->name, t->in[ENDPAC_GLUCOSE_ONSET],
      t->in[ENDPAC_GLUCOSE_BEFORE], t->points[ENDPAC_BY_GLUCOSE],
      t->weight_change, t->points[ENDPAC_BY_WEIGHT], t->in[ENDPAC_AGE],
      t->points[ENDPAC_BY_AGE]);
  if (!isnan(band->group_percent))
    auspex_write_text(w,
                      "In the validation cohort %.1f %% of this band had "
                      "pancreatic cancer within 3 years; that is a fact about "
                      "the group, not this person's probability. ",
                      band->group_percent);
  if (t->in[ENDPAC_GLUCOSE_BEFORE] >= diabetic_glucose)
    auspex_write_text(w,
                      "Caution: the earlier glucose is already %.0f mg/dL or "
                      "more, so the onset may lie before the recorded date. ",
                      diabetic_glucose);
  auspex_write_text(w, "Made for adults of 50 years or older with new-onset "
                       "diabetes; it is no diagnosis, and diabetes from "
                       "corticosteroids may score falsely high.");
}

static void write_scored(auspex_writer *w, uint32_t row, const tally *t,
                         const endpac_band *band) {
  auspex_result *result = auspex_write_result(w, row, 0);
  result->level = band->level;
  result->score = t->total;
  result->relative_risk = band->relative_risk;
  if (band->level == AUSPEX_LEVEL_HIGH)
    result->mitigation = ENDPAC_CONSIDER_IMAGING;
  for (uint32_t i = 0; i < ENDPAC_FACTORS; i++)
    auspex_write_contribution(w, i, t->points[i]);
  write_rationale(w, t, band);
  auspex_write_done(w);
}

static void write_missing(auspex_writer *w, uint32_t row, int32_t input,
                          const char *why) {
  auspex_result *result = auspex_write_result(w, row, 0);
  result->status = AUSPEX_ROW_MISSING_INPUT;
  result->input = input;
  auspex_write_text(w, "%s", why);
  auspex_write_done(w);
}

void endpac_score(auspex_writer *w, const void *table,
                  const auspex_batch *batch, uint32_t row) {
  size_t first = (size_t)row * ENDPAC_INPUTS;
  const double *in = batch->value + first;
  for (int32_t i = 0; i < ENDPAC_INPUTS; i++) {
    if (batch->state[first + (size_t)i] == AUSPEX_CELL_PRESENT &&
        isfinite(in[i]))
      continue;
    write_missing(w, row, i, "END-PAC needs all of its inputs.");
    return;
  }
  if (in[ENDPAC_AGE] < YOUNGEST) {
    auspex_write_result(w, row, 0)->status = AUSPEX_ROW_NOT_APPLICABLE;
    auspex_write_text(w, "%s",
                      "younger than 50 years at the onset of diabetes");
    auspex_write_done(w);
    return;
  }
  tally t = count_points(table, in);
  if (fabs(t.weight_change) > weight_change_most) {
    write_missing(w, row, ENDPAC_WEIGHT_ONSET,
                  "The weight changed by more than 60 kg in a year, which is "
                  "not plausible.");
    return;
  }
  write_scored(w, row, &t, endpac_table_band(table, t.total));
}
