/*
 * germline.h - odds ratio of pancreatic cancer with a pathogenic germline
 * variant (Hu 2018): three genes with figures, six that are named without one.
 *
 * germline.c reads data/germline-pancreas.table; germline_model.c declares the
 * model and writes results.
 */
#ifndef GERMLINE_H
#define GERMLINE_H

#include "auspex_params.h"

/* Symbol, in small letters; those with figures first. */
#define GERMLINE_GENES(X) \
  X(CDKN2A, "cdkn2a")     \
  X(TP53, "tp53")         \
  X(MLH1, "mlh1")         \
  X(BRCA1, "brca1")       \
  X(BRCA2, "brca2")       \
  X(ATM, "atm")           \
  X(PALB2, "palb2")       \
  X(STK11, "stk11")       \
  X(PRSS1, "prss1")

typedef enum {
#define X(symbol, small) GERMLINE_##symbol,
  GERMLINE_GENES(X)
#undef X
      GERMLINE_GENE_COUNT,
  GERMLINE_WITH_FIGURES = GERMLINE_BRCA1
} germline_gene;

typedef struct {
  double odds_ratio[GERMLINE_WITH_FIGURES][3]; /* estimate, low, high (95 %) */
} germline_table;

extern const char *const germline_symbols[GERMLINE_GENE_COUNT];

int32_t germline_read(const void *data, size_t length, void *table,
                      auspex_error *err);

#endif
