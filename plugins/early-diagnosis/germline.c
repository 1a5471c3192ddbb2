/* Reads the odds ratios of germline variants. */
#include "germline.h"

const char *const germline_symbols[GERMLINE_GENE_COUNT] = {
#define X(symbol, small) #symbol,
  GERMLINE_GENES(X)
#undef X
};

#define ROW(gene)                                                          \
  {                                                                        \
#gene, AUSPEX_PARAM_NUMBERS, 3,                                        \
        offsetof(germline_table, odds_ratio) +                             \
            GERMLINE_##gene * sizeof(((germline_table *)0)->odds_ratio[0]) \
  }

int32_t germline_read(const void *data, size_t length, void *table,
                      auspex_error *err) {
  static const auspex_param rows[] = { ROW(CDKN2A), ROW(TP53), ROW(MLH1) };
  static const auspex_params params = { "germline-pancreas.table",
                                        "germline-pancreas", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table,
                            sizeof(germline_table), err);
}
