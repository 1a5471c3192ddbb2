/* What the Nottingham Prognostic Index needs and gives, and how its results
 * read. */
#include "npi.h"

#include "breast.h"
#include "models.h"

enum { IN_SIZE, IN_NODES, IN_GRADE, INPUTS };

AUSPEX_DECLARE_MAP(grade, "histologic grade", 0, BREAST_GRADES(NAN));

AUSPEX_DECLARE_SOURCES(size_from, BREAST_SIZES("cm", 0.1, 20));
AUSPEX_DECLARE_SOURCES(nodes_from,
                       { AUSPEX_MEASURED(breast_nodes, "{#}", 0, 60) });
AUSPEX_DECLARE_SOURCES(grade_from,
                       { AUSPEX_MEASURED(breast_nottingham, "{score}", 1, 3),
                         .map = &grade },
                       { AUSPEX_MEASURED(breast_histology, "{score}", 1, 3),
                         .map = &grade });

static const auspex_input inputs[INPUTS] = {
  [IN_SIZE] = { AUSPEX_INPUT("size_cm", "Size of the tumour", size_from),
                BREAST_WINDOW },
  [IN_NODES] = { AUSPEX_INPUT("nodes", "Positive lymph nodes", nodes_from),
                 BREAST_WINDOW },
  [IN_GRADE] = { AUSPEX_INPUT("grade", "Histologic grade", grade_from),
                 BREAST_WINDOW },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_WITH(AUSPEX_NEEDS, breast_cancer_from,
                "no confirmed breast cancer") },
  { AUSPEX_WITH(AUSPEX_NEEDS, breast_nodes_known_from,
                "no count of positive lymph nodes: not known to be operated") },
  BREAST_EXCLUSIONS,
};

static const auspex_code death[] = { AUSPEX_SCT("419620001", "Death") };
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("prognosis", "Death", death), .horizon_months = 120,
    .horizon_from = AUSPEX_AT_ANCHOR, .unit = "{score}" },
};

static const auspex_factor factors[] = {
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, "size", "Size of the tumour", IN_SIZE),
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, "nodes", "Node stage", IN_NODES),
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, "grade", "Histologic grade", IN_GRADE),
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-tumour-board",
                  "Adjuvant options could be talked over in the tumour board."),
};

const auspex_model npi_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.npi",
  .name = "npi",
  .version = "1.0.0",
  .title = "Nottingham Prognostic Index",
  .publisher = "Auspex",
  .population = "People operated on for primary operable breast cancer.",
  .source = "Galea MH et al. Breast Cancer Res Treat 1992;22:207; groups: "
            "Blamey 2007",
  .limits =
      "An index and a group, no probability: the survival of the groups is "
      "not given here. The level is ours.",
  .licence = "A formula from journal articles.",
  .anchor = &breast_anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = 3,
  .max_text_per_row = 500,
};

void npi_score(auspex_writer *w, const void *table, const auspex_batch *batch,
               uint32_t row) {
  auspex_cells cells;
  if (!auspex_serve_takes(w, &npi_model, batch, row, &cells)) return;
  double nodes = cells.value[IN_NODES], grade_ = cells.value[IN_GRADE];
  if (nodes != floor(nodes) || grade_ != floor(grade_)) {
    auspex_serve_missing(w, &cells, nodes != floor(nodes) ? IN_NODES : IN_GRADE,
                         "The number of nodes and the grade must be whole "
                         "numbers.");
    return;
  }
  npi_result r = npi_compute(table, cells.value[IN_SIZE], nodes, grade_);
  (void)auspex_serve_points(w, row, r.index, r.group->level);
  auspex_write_contribution(w, 0, r.size);
  auspex_write_contribution(w, 1, r.nodes);
  auspex_write_contribution(w, 2, r.grade);
  auspex_write_text(w,
                    "Nottingham Prognostic Index %.2f, group %s. The index "
                    "orders people by prognosis; it gives no probability here.",
                    r.index, r.group->word);
  auspex_write_done(w);
}
