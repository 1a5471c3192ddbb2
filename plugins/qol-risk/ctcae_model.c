/* What the grades of CTCAE need and give, and how their results read. */
#include "ctcae.h"

#include "auspex_oncology.h"
#include "models.h"

/* Inputs: the value of each term, then its baseline. */
enum { INPUTS = 2 * CTCAE_TERMS };
/* Outcomes: the grade of each term, then the concern. */
enum { HEPATIC_EVENT = CTCAE_TERMS, OUTCOMES };

AUSPEX_DECLARE_SET(alt, "alanine aminotransferase",
                   AUSPEX_LOINC("1742-6", "Alanine aminotransferase "
                                          "[Enzymatic activity/volume] in "
                                          "Serum or Plasma"));
AUSPEX_DECLARE_SET(ast, "aspartate aminotransferase",
                   AUSPEX_LOINC("1920-8", "Aspartate aminotransferase "
                                          "[Enzymatic activity/volume] in "
                                          "Serum or Plasma"));
AUSPEX_DECLARE_SET(alp, "alkaline phosphatase",
                   AUSPEX_LOINC("6768-6", "Alkaline phosphatase [Enzymatic "
                                          "activity/volume] in Serum or "
                                          "Plasma"));
AUSPEX_DECLARE_SET(creatinine, "creatinine",
                   AUSPEX_LOINC("2160-0", "Creatinine [Mass/volume] in Serum "
                                          "or Plasma"),
                   AUSPEX_LOINC("38483-4", "Creatinine [Mass/volume] in Blood"),
                   AUSPEX_LOINC("14682-9", "Creatinine [Moles/volume] in Serum "
                                           "or Plasma"));
AUSPEX_DECLARE_SET(lymphocytes, "lymphocytes",
                   AUSPEX_LOINC("731-0", "Lymphocytes [#/volume] in Blood by "
                                         "Automated count"),
                   AUSPEX_LOINC("26474-7", "Lymphocytes [#/volume] in Blood"));

#define FROM(name, set_, unit_, min_, max_, ...) \
  AUSPEX_DECLARE_SOURCES(                        \
      name, { AUSPEX_MEASURED(set_, unit_, min_, max_), __VA_ARGS__ })
FROM(alt_from, alt, "U/L", 1, 20000, .molar_mass = 0);
FROM(ast_from, ast, "U/L", 1, 20000, .molar_mass = 0);
FROM(alp_from, alp, "U/L", 5, 10000, .molar_mass = 0);
FROM(bilirubin_from, auspex_oncology_bilirubin, "mg/dL", 0.05, 90,
     .molar_mass = 584.66);
FROM(creatinine_from, creatinine, "mg/dL", 0.1, 30, .molar_mass = 113.12);
FROM(neutrophils_from, auspex_oncology_neutrophils, "10*9/L", 0, 200,
     .molar_mass = 0);
FROM(platelets_from, auspex_oncology_platelets, "10*9/L", 0, 3000,
     .molar_mass = 0);
FROM(lymphocytes_from, lymphocytes, "10*9/L", 0, 500, .molar_mass = 0);
FROM(leukocytes_from, auspex_oncology_leukocytes, "10*9/L", 0, 800,
     .molar_mass = 0);
FROM(hemoglobin_from, auspex_oncology_hemoglobin, "g/dL", 2, 25,
     .molar_mass = 16114.5);

#define NOW(term, name_, title_, from_)                           \
  [CTCAE_##term] = { AUSPEX_OPTIONAL_INPUT(name_, title_, from_), \
                     AUSPEX_LAST_DAYS(30, 3), .flags = AUSPEX_WANTS_RANGE }
#define BEFORE(term, name_, title_, from_)                                     \
  [CTCAE_TERMS + CTCAE_##                                                      \
      term] = { AUSPEX_OPTIONAL_INPUT(name_ "_baseline",                       \
                                      title_ " before the first dose", from_), \
                AUSPEX_AROUND_ANCHOR(-90, 0, 0), .flags = AUSPEX_WANTS_RANGE }
#define TERM(term, name_, title_, from_) \
  NOW(term, name_, title_, from_), BEFORE(term, name_, title_, from_)
static const auspex_input inputs[INPUTS] = {
  TERM(ALT, "alt", "Alanine aminotransferase", alt_from),
  TERM(AST, "ast", "Aspartate aminotransferase", ast_from),
  TERM(ALP, "alp", "Alkaline phosphatase", alp_from),
  TERM(BILIRUBIN, "bilirubin", "Total bilirubin", bilirubin_from),
  TERM(CREATININE, "creatinine", "Creatinine", creatinine_from),
  TERM(NEUTROPHILS, "neutrophils", "Neutrophils", neutrophils_from),
  TERM(PLATELETS, "platelets", "Platelets", platelets_from),
  TERM(LYMPHOCYTES, "lymphocytes", "Lymphocytes", lymphocytes_from),
  TERM(LEUKOCYTES, "leukocytes", "Leukocytes", leukocytes_from),
  TERM(HEMOGLOBIN, "hemoglobin", "Haemoglobin", hemoglobin_from),
};

/* ATC L01 holds the checkpoint inhibitors, too. */
AUSPEX_DECLARE_SOURCES(treated_from,
                       { AUSPEX_SOURCE(AUSPEX_FROM_ADMINISTRATION),
                         .codes = &auspex_oncology_antineoplastic });
AUSPEX_DECLARE_SOURCES(first_dose_from,
                       { AUSPEX_SOURCE(AUSPEX_FROM_ADMINISTRATION),
                         .codes = &auspex_oncology_antineoplastic,
                         .pick = AUSPEX_PICK_EARLIEST });
static const auspex_anchor anchor = {
  .size = sizeof(auspex_anchor),
  .name = "first-dose",
  .title = "First dose of antineoplastic treatment",
  .sources = AUSPEX_ARRAY(first_dose_from),
};
static const auspex_criterion criteria[] = {
  { AUSPEX_WITH(AUSPEX_NEEDS, treated_from,
                "no checkpoint inhibitor or chemotherapy was given in the last "
                "365 days"),
    .max_age_days = 365 },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_ANCHOR,
                     "the first dose is not known to the day") },
};

#define X(term, name, title, kind) \
  AUSPEX_OWN_OUTCOME("ctcae-grade-" name, "CTCAE grade: " title),
static const auspex_code grade_codes[CTCAE_TERMS] = { CTCAE_TERMS_X(X) };
#undef X
static const auspex_code event_codes[] = {
  AUSPEX_OWN_OUTCOME("hepatic-adverse-event",
                     "Hepatic adverse event of immunotherapy or chemotherapy"),
};
static const auspex_outcome outcomes[OUTCOMES] = {
#define X(term, name_, title_, kind_)                                        \
  [CTCAE_##term] = { AUSPEX_MEASURES("grade-" name_, "CTCAE grade: " title_, \
                                     grade_codes + CTCAE_##term, "{grade}",  \
                                     "laboratory") },
  CTCAE_TERMS_X(X)
#undef X
      [HEPATIC_EVENT] = { AUSPEX_PREDICTS("hepatic-adverse-event",
                                          "Hepatic adverse event of "
                                          "immunotherapy or chemotherapy",
                                          event_codes),
                          .horizon_now = 1, .unit = "{grade}" },
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-guideline",
                  "The guideline in use for immune-related hepatitis could be "
                  "looked up; pausing treatment and closer monitoring are "
                  "usually weighed from grade 2 on."),
};

const auspex_model ctcae_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.ctcae-labs",
  .name = "ctcae-labs",
  .version = "1.0.0",
  .title = "CTCAE 5 grades of laboratory values under treatment",
  .publisher = "Auspex",
  .population =
      "People who were given a checkpoint inhibitor or chemotherapy in "
      "the last year.",
  .source = "Common Terminology Criteria for Adverse Events 5.0, US National "
            "Cancer Institute, 2017",
  .limits =
      "Present states, no forecast and no probability of an immune-related "
      "event. Without the laboratory's own limit there is no grade. Hepatic "
      "rows were held against published tables; creatinine and blood counts "
      "only against quotations, which their results say, and nothing is "
      "concluded from them. What was measured up to the day of the first "
      "dose is the baseline. Grade 4 of anaemia is a clinical judgement.",
  .licence = "CTCAE is in the public domain.",
  .anchor = &anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = OUTCOMES,
  .max_contributions_per_row = 0,
  .max_text_per_row = 12000,
};

static ctcae_input input_of(const auspex_cells *cells, uint32_t term) {
  uint32_t before = CTCAE_TERMS + term;
  return (ctcae_input){
    .value = cells->value[term],
    .limit =
        ctcae_kinds[term] == CTCAE_LOW ? cells->low[term] : cells->high[term],
    .baseline = auspex_cells_value(cells, before),
    .baseline_limit = cells->high[before],
  };
}

/* What was measured under treatment and could not be graded, and why: a grade
 * beside it must not look like all there is. */
static void name_ungraded(auspex_writer *w, const auspex_cells *cells,
                          unsigned ungraded) {
  const char *between = " Measured and not graded: ";
  for (uint32_t term = 0; term < CTCAE_TERMS; term++) {
    if (!(ungraded >> term & 1)) continue;
    auspex_write_text(w, "%s%s (%s)", between, ctcae_model.inputs[term].title,
                      auspex_cells_has(cells, term)
                          ? "no limit of normal"
                          : auspex_serve_why(cells->state[term]));
    between = ", ";
  }
  if (ungraded) auspex_write_text(w, ".");
}

static void write_grade(auspex_writer *w, const auspex_cells *cells,
                        const ctcae_table *t, uint32_t term,
                        const ctcae_grade *grade, unsigned ungraded) {
  auspex_result *result = auspex_write_result(w, cells->row, term);
  result->score = grade->grade;
  result->input = (int32_t)term;
  result->inputs = (uint64_t)1 << term;
  if (grade->of_baseline) result->inputs |= (uint64_t)1 << (CTCAE_TERMS + term);
  auspex_write_text(w, "%s: grade %.0f", ctcae_titles[term], grade->grade);
  if (!isnan(grade->multiple))
    auspex_write_text(w, ", %.2f times the %s", grade->multiple,
                      grade->of_baseline ? "value before treatment"
                                         : "upper limit of normal");
  auspex_write_text(w, "%s",
                    t->verified[term] != 0
                        ? "."
                        : ". This row of CTCAE was taken from quotations and "
                          "not held against the published table.");
  name_ungraded(w, cells, ungraded);
  auspex_write_done(w);
}

/* Is there a value under treatment? What was measured up to the day of the
 * first dose is the baseline. */
static int is_under_treatment(const auspex_cells *cells, uint32_t term) {
  return auspex_cells_has(cells, term) &&
         auspex_cells_day(cells->time_ms[term]) >
             auspex_cells_day(cells->anchor_ms);
}

static void write_concern(auspex_writer *w, const auspex_cells *cells,
                          double worst, uint64_t rests_on, unsigned ungraded) {
  auspex_result *result = auspex_write_result(w, cells->row, HEPATIC_EVENT);
  result->level = worst >= 3 ? AUSPEX_LEVEL_HIGH : AUSPEX_LEVEL_MODERATE;
  result->score = worst;
  result->inputs = rests_on;
  result->mitigation = 0;
  auspex_write_text(w,
                    "Hepatic laboratory values of grade %.0f (CTCAE 5) under "
                    "treatment. A present state; no probability of an "
                    "immune-related event is published.",
                    worst);
  name_ungraded(w, cells, ungraded);
  auspex_write_done(w);
}

/* Nothing could be graded: says for which value, and why. */
static void refuse(auspex_writer *w, const auspex_cells *cells) {
  for (uint32_t term = 0; term < CTCAE_TERMS; term++) {
    if (auspex_cells_lacks(cells, term)) continue;
    auspex_serve_missing(
        w, cells, term, "%s %s.", ctcae_model.inputs[term].title,
        !auspex_cells_has(cells, term) ? auspex_serve_why(cells->state[term])
        : is_under_treatment(cells, term)
            ? "has no limit of normal of its own laboratory"
            : "was measured before treatment");
    return;
  }
  auspex_serve_missing(w, cells, CTCAE_ALT,
                       "No laboratory value that could be graded is known.");
}

/* Grades what can be graded; bits of what is there and cannot. */
static unsigned grade_all(const ctcae_table *t, const auspex_cells *cells,
                          ctcae_grade grades[CTCAE_TERMS]) {
  unsigned ungraded = 0;
  for (uint32_t term = 0; term < CTCAE_TERMS; term++) {
    ctcae_input in = input_of(cells, term);
    int there = auspex_cells_has(cells, term);
    grades[term] = (ctcae_grade){ NAN, NAN, 0 };
    if (there && !is_under_treatment(cells, term)) continue;
    if (there) grades[term] = ctcae_compute(t, (ctcae_term)term, &in);
    if (isnan(grades[term].grade) && !auspex_cells_lacks(cells, term))
      ungraded |= 1u << term;
  }
  return ungraded;
}

void ctcae_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                 uint32_t row) {
  auspex_cells cells = auspex_cells_of(batch, row);
  ctcae_grade grades[CTCAE_TERMS];
  unsigned ungraded = grade_all(table, &cells, grades);
  double worst = 0;
  uint64_t rests_on = 0;
  int graded = 0;
  for (uint32_t term = 0; term < CTCAE_TERMS; term++) {
    if (isnan(grades[term].grade)) continue;
    graded = 1;
    write_grade(w, &cells, table, term, &grades[term], ungraded);
    if (ctcae_kinds[term] != CTCAE_HEPATIC || grades[term].grade < 2) continue;
    worst = fmax(worst, grades[term].grade);
    rests_on |= (uint64_t)1 << term;
  }
  if (worst >= 2) write_concern(w, &cells, worst, rests_on, ungraded);
  if (!graded) refuse(w, &cells);
}
