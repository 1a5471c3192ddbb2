/* Scores rows with PREDICT Breast 3.2 and writes its results. */
#include "models.h"
#include "predict_breast_model.h"

static const int horizon_years[PREDICT_BREAST_HORIZONS] = { 5, 10, 15 };

/* Positive nodes; micrometastases alone are half a node. NaN: not known. */
static double nodes_of(const auspex_cells *cells) {
  double nodes = auspex_cells_value(cells, PREDICT_BREAST_IN_NODES);
  int micro = auspex_cells_value(cells, PREDICT_BREAST_IN_PN) == 1;
  if (micro && (isnan(nodes) || nodes <= 1)) return 0.5;
  return nodes;
}

static double value_or(const auspex_cells *cells, uint32_t column,
                       double unknown) {
  double value = auspex_cells_value(cells, column);
  return isnan(value) ? unknown : value;
}

static int read_row(auspex_writer *w, const auspex_cells *cells,
                    predict_breast_input *in) {
  if (auspex_serve_refuses(w, &predict_breast_model, cells,
                           1u << PREDICT_BREAST_IN_PN))
    return 0;
  in->nodes = nodes_of(cells);
  if (isnan(in->nodes)) {
    auspex_serve_missing(
        w, cells, PREDICT_BREAST_IN_NODES, "%s %s.", "Positive lymph nodes",
        auspex_serve_why(cells->state[PREDICT_BREAST_IN_NODES]));
    return 0;
  }
  in->age = cells->value[PREDICT_BREAST_IN_AGE];
  if (!(in->age > 24)) { /* the host's gate says the same */
    auspex_write_result(w, cells->row, 0)->status = AUSPEX_ROW_NOT_APPLICABLE;
    auspex_write_text(w, "younger than 25 years at diagnosis");
    auspex_write_done(w);
    return 0;
  }
  in->screen = value_or(cells, PREDICT_BREAST_IN_SCREEN, 2);
  in->size = cells->value[PREDICT_BREAST_IN_SIZE];
  in->grade = value_or(cells, PREDICT_BREAST_IN_GRADE, PREDICT_BREAST_UNKNOWN);
  in->er = (int)cells->value[PREDICT_BREAST_IN_ER];
  in->her2 =
      (int)value_or(cells, PREDICT_BREAST_IN_HER2, PREDICT_BREAST_UNKNOWN);
  in->ki67 =
      (int)value_or(cells, PREDICT_BREAST_IN_KI67, PREDICT_BREAST_UNKNOWN);
  in->pr = (int)value_or(cells, PREDICT_BREAST_IN_PR, PREDICT_BREAST_UNKNOWN);
  in->smoker = cells->value[PREDICT_BREAST_IN_SMOKER];
  if (in->grade != floor(in->grade)) {
    auspex_serve_missing(w, cells, PREDICT_BREAST_IN_GRADE,
                         "The grade must be a whole number.");
    return 0;
  }
  return 1;
}

static void write_surgery(auspex_writer *w, uint32_t row,
                          const predict_breast_result *r) {
  for (uint32_t kind = PREDICT_BREAST_DEATH; kind <= PREDICT_BREAST_OTHER_DEATH;
       kind++)
    for (uint32_t h = 0; h < PREDICT_BREAST_HORIZONS; h++) {
      int year = horizon_years[h], last = year - 1;
      auspex_result *result =
          auspex_write_result(w, row, kind * PREDICT_BREAST_HORIZONS + h);
      result->probability = kind == PREDICT_BREAST_DEATH ? 1 - r->alive[last]
                            : kind == PREDICT_BREAST_CANCER_DEATH
                                ? r->cancer[last]
                                : r->other[last];
      result->mitigation = 0;
      for (uint32_t i = 0; i < PREDICT_BREAST_TERMS; i++)
        if (kind == (i < PREDICT_BREAST_OTHER_BY_AGE
                         ? PREDICT_BREAST_CANCER_DEATH
                         : PREDICT_BREAST_OTHER_DEATH))
          auspex_write_contribution(w, i, r->terms[i]);
      auspex_write_text(w,
                        "PREDICT 3.2, surgery alone, %d years: %.2f %% "
                        "alive.",
                        year, 100 * r->alive[last]);
      auspex_write_done(w);
    }
}

/* Which treatments the arm of all is made of. */
static void name_treatments(auspex_writer *w, const predict_breast_arm *arm) {
  auspex_write_text(w, " With chemotherapy of the third generation");
  if (arm->hormone) auspex_write_text(w, ", 5 years of hormone therapy");
  if (arm->trastuzumab) auspex_write_text(w, ", trastuzumab");
  if (arm->radiotherapy) auspex_write_text(w, ", radiotherapy");
  auspex_write_text(w, " and bisphosphonates (after the menopause; whether "
                       "it has passed is not among the inputs).");
}

static void write_arm(auspex_writer *w, uint32_t row, uint32_t kind,
                      const predict_breast_arm *arm,
                      const predict_breast_result *r,
                      const predict_breast_result *surgery) {
  for (uint32_t h = 0; h < PREDICT_BREAST_HORIZONS; h++) {
    int year = horizon_years[h], last = year - 1;
    double benefit = r->alive[last] - surgery->alive[last];
    auspex_result *result =
        auspex_write_result(w, row, kind * PREDICT_BREAST_HORIZONS + h);
    result->probability = 1 - r->alive[last];
    result->mitigation = 0;
    auspex_write_contribution(w, PREDICT_BREAST_BENEFIT, benefit);
    auspex_write_text(w,
                      "PREDICT 3.2, %d years: %.2f %% alive, %+.2f percentage "
                      "points against surgery alone.",
                      year, 100 * r->alive[last], 100 * benefit);
    if (kind == PREDICT_BREAST_ALL) name_treatments(w, arm);
    auspex_write_done(w);
  }
}

/* The arm of an outcome; 0: it does not apply to this patient. */
static int arm_of(uint32_t kind, const predict_breast_input *in, double heart,
                  predict_breast_arm *arm) {
  int hormone = in->er == 1, trastuzumab = in->her2 == 1, radio = !isnan(heart);
  *arm = (predict_breast_arm){ .heart_gy = radio ? heart : 0 };
  switch (kind) {
  case PREDICT_BREAST_HORMONE:
    return arm->hormone = hormone;
  case PREDICT_BREAST_HORMONE_EXTENDED:
    return arm->hormone = arm->extended = hormone;
  case PREDICT_BREAST_CHEMO_2:
    return arm->chemo = 2;
  case PREDICT_BREAST_CHEMO_3:
    return arm->chemo = 3;
  case PREDICT_BREAST_TRASTUZUMAB:
    return arm->trastuzumab = trastuzumab;
  case PREDICT_BREAST_BISPHOSPHONATE:
    return arm->bisphosphonate = 1;
  case PREDICT_BREAST_RADIOTHERAPY:
    return arm->radiotherapy = radio;
  default:
    break;
  }
  arm->hormone = hormone;
  arm->chemo = 3;
  arm->trastuzumab = trastuzumab;
  arm->bisphosphonate = 1;
  arm->radiotherapy = radio;
  return 1;
}

void predict_breast_score(auspex_writer *w, const void *table,
                          const auspex_batch *batch, uint32_t row) {
  auspex_cells cells = auspex_cells_of(batch, row);
  predict_breast_input in;
  predict_breast_arm arm = { 0 };
  if (!read_row(w, &cells, &in)) return;
  double heart = auspex_cells_value(&cells, PREDICT_BREAST_IN_HEART);
  predict_breast_result surgery = predict_breast_compute(table, &in, &arm);
  write_surgery(w, row, &surgery);
  for (uint32_t kind = PREDICT_BREAST_HORMONE; kind < PREDICT_BREAST_KINDS;
       kind++) {
    if (!arm_of(kind, &in, heart, &arm)) continue;
    predict_breast_result r = predict_breast_compute(table, &in, &arm);
    write_arm(w, row, kind, &arm, &r, &surgery);
  }
}
