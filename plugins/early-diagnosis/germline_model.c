/* What the model of germline variants needs and gives, and how its results
 * read. */
#include "germline.h"

#include "auspex_oncology.h"
#include "models.h"

enum { IN_GERMLINE, IN_CLASSIFIED, IN_ANY, IN_DOUBT, INPUTS };
enum { OTHER_GENE = GERMLINE_GENE_COUNT };

#define X(symbol, small) AUSPEX_IS_TEXT(#symbol, GERMLINE_##symbol),
AUSPEX_DECLARE_MAP_OR(gene_number, "gene", 0, OTHER_GENE,
                      GERMLINE_GENES(X) AUSPEX_IS_HGNC("1787", GERMLINE_CDKN2A),
                      AUSPEX_IS_HGNC("11998", GERMLINE_TP53),
                      AUSPEX_IS_HGNC("7127", GERMLINE_MLH1),
                      AUSPEX_IS_HGNC("1100", GERMLINE_BRCA1),
                      AUSPEX_IS_HGNC("1101", GERMLINE_BRCA2),
                      AUSPEX_IS_HGNC("795", GERMLINE_ATM),
                      AUSPEX_IS_HGNC("26144", GERMLINE_PALB2),
                      AUSPEX_IS_HGNC("11389", GERMLINE_STK11));
#undef X

static const auspex_filter of_a_class[] = {
  AUSPEX_VARIANT_PRESENT,
  AUSPEX_VARIANT_PATHOGENIC,
  { AUSPEX_WHERE_COMPONENT, 0, &auspex_oncology_source_class, NULL },
};
static const auspex_filter of_any[] = { AUSPEX_VARIANT_PRESENT,
                                        AUSPEX_VARIANT_PATHOGENIC };

AUSPEX_DECLARE_SOURCES(germline_from,
                       AUSPEX_GENES(auspex_oncology_germline_variant,
                                    gene_number));
AUSPEX_DECLARE_SOURCES(classified_from, AUSPEX_GENES(of_a_class, gene_number));
AUSPEX_DECLARE_SOURCES(any_from, AUSPEX_GENES(of_any, gene_number));
AUSPEX_DECLARE_SOURCES(doubt_from, AUSPEX_GENES(auspex_oncology_germline_doubt,
                                                gene_number));
AUSPEX_DECLARE_SOURCES(cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_pancreatic_cancer),
                         .flags = AUSPEX_EVER });

static const auspex_input inputs[INPUTS] = {
  [IN_GERMLINE] = { AUSPEX_OPTIONAL_INPUT("gene",
                                          "Gene with a pathogenic germline "
                                          "variant",
                                          germline_from),
                    AUSPEX_ANY_TIME },
  [IN_CLASSIFIED] = { AUSPEX_OPTIONAL_INPUT("gene_of_known_source",
                                            "Gene with a pathogenic variant "
                                            "of known source",
                                            classified_from),
                      AUSPEX_ANY_TIME },
  [IN_ANY] = { AUSPEX_OPTIONAL_INPUT("gene_of_any_source",
                                     "Gene with a pathogenic variant",
                                     any_from),
               AUSPEX_ANY_TIME },
  [IN_DOUBT] = { AUSPEX_OPTIONAL_INPUT("gene_in_doubt",
                                       "Gene without a pathogenic germline "
                                       "variant",
                                       doubt_from),
                 AUSPEX_ANY_TIME },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_CRITERION(AUSPEX_NEEDS_INPUT, "no pathogenic variant is known"),
    .input = IN_ANY },
  { AUSPEX_WITH(AUSPEX_EXCLUDES, cancer_from,
                "pancreatic cancer is already known") },
};

static const auspex_code pancreatic_cancer[] = {
  AUSPEX_SCT("363418001", "Malignant tumor of pancreas"),
};
#define COMPARED                                                            \
  "people of the database gnomAD without such a variant; an odds ratio of " \
  "a case-control study, not a penetrance"
static const auspex_outcome outcomes[GERMLINE_GENE_COUNT] = {
#define X(symbol, small)                                                 \
  [GERMLINE_##symbol] = { AUSPEX_PREDICTS("pancreatic-cancer-" small,    \
                                          "Malignant tumor of pancreas", \
                                          pancreatic_cancer),            \
                          .comparator = COMPARED },
  GERMLINE_GENES(X)
#undef X
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-genetic-counselling",
                  "Genetic counselling and a talk about surveillance of the "
                  "pancreas could be considered where the local pathway "
                  "provides for them."),
};

const auspex_model germline_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.germline-pancreas",
  .name = "germline-pancreas",
  .version = "1.0.0",
  .title = "Germline variants and pancreatic cancer (Hu 2018)",
  .publisher = "Auspex",
  .population =
      "People with a pathogenic or likely pathogenic germline variant, "
      "without known pancreatic cancer.",
  .source = "Hu C et al. JAMA 2018;319:2401-2409 (abstract)",
  .limits = "Odds ratios, not probabilities, for CDKN2A, TP53 and MLH1 only; "
            "other genes are named without a figure. Cases were 95.6 % "
            "non-Hispanic white, controls came from a database. Odds ratios "
            "of several genes are never multiplied.",
  .licence = "Figures from the abstract of a journal article.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = GERMLINE_GENE_COUNT,
  .max_contributions_per_row = 0,
  .max_text_per_row = 12000,
};

/* Genes of which nothing is said, beside those of which something is. */
static void name_doubts(auspex_writer *w, unsigned doubted) {
  for (uint32_t gene = 0; gene < GERMLINE_GENE_COUNT; gene++)
    if (doubted >> gene & 1)
      auspex_write_text(w,
                        " Nothing is said of %s: a later report finds no "
                        "pathogenic variant of it, or judges one otherwise.",
                        germline_symbols[gene]);
}

static void write_gene(auspex_writer *w, const germline_table *t, uint32_t row,
                       uint32_t gene, unsigned doubted) {
  auspex_result *result = auspex_write_result(w, row, gene);
  result->mitigation = 0;
  result->inputs = 1u << IN_GERMLINE;
  if (gene < GERMLINE_WITH_FIGURES) {
    const double *odds = t->odds_ratio[gene];
    result->relative_risk = odds[0];
    auspex_write_text(w,
                      "Pathogenic germline variant of %s: odds ratio %.4g (95 "
                      "%% confidence interval %.4g to %.4g) of pancreatic "
                      "cancer, Hu 2018. An odds ratio of a case-control study, "
                      "not this person's probability.",
                      germline_symbols[gene], odds[0], odds[1], odds[2]);
  } else {
    result->level = AUSPEX_LEVEL_MODERATE;
    auspex_write_text(
        w,
        "Pathogenic germline variant of %s: an established gene "
        "of predisposition to pancreatic cancer; its magnitude is "
        "not computed here.",
        germline_symbols[gene]);
  }
  name_doubts(w, doubted);
  auspex_write_done(w);
}

static uint32_t count_of(const auspex_cells *cells, uint32_t input) {
  return cells->series ? cells->series[input].count : 0;
}

/* Bits of the genes with a pathogenic germline variant, and of those among them
 * that a later report puts in doubt. */
static unsigned genes_of(const auspex_batch *batch, const auspex_cells *cells,
                         unsigned *doubted) {
  unsigned found = 0;
  *doubted = 0;
  for (unsigned gene = 0; gene < GERMLINE_GENE_COUNT; gene++) {
    int64_t day = auspex_cells_newest(batch, cells, IN_GERMLINE, gene);
    if (day == INT64_MIN) continue;
    found |= 1u << gene;
    if (auspex_cells_newest(batch, cells, IN_DOUBT, gene) > day)
      *doubted |= 1u << gene;
  }
  return found;
}

static void write_doubts(auspex_writer *w, const auspex_cells *cells,
                         unsigned doubted) {
  for (uint32_t gene = 0; gene < GERMLINE_GENE_COUNT; gene++)
    if (doubted >> gene & 1)
      auspex_serve_missing(w, cells, IN_GERMLINE, AUSPEX_GENE_DOUBT,
                           germline_symbols[gene]);
}

void germline_score(auspex_writer *w, const void *table,
                    const auspex_batch *batch, uint32_t row) {
  auspex_cells cells = auspex_cells_of(batch, row);
  unsigned doubted = 0, found = genes_of(batch, &cells, &doubted);
  for (uint32_t gene = 0; gene < GERMLINE_GENE_COUNT; gene++)
    if ((found & ~doubted) >> gene & 1)
      write_gene(w, table, row, gene, doubted);
  write_doubts(w, &cells, doubted);
  if (found) return;
  if (count_of(&cells, IN_ANY) > count_of(&cells, IN_CLASSIFIED)) {
    auspex_serve_missing(w, &cells, IN_GERMLINE,
                         "Whether the variant is of the germline is not said "
                         "(LOINC 48002-0).");
    return;
  }
  auspex_write_result(w, row, 0)->status = AUSPEX_ROW_NOT_APPLICABLE;
  auspex_write_text(w, "%s",
                    "no pathogenic germline variant of a gene that the "
                    "model knows");
  auspex_write_done(w);
}
