/* Computes PBCG extended 2022. */
#include "pbcg.h"

/* The index that the row's name "m0110..." means, or -1. */
static int model_of(auspex_field name) {
  int model = 0;
  if (name.length != 1 + PBCG_OPTIONAL || name.text[0] != 'm') return -1;
  for (int i = 0; i < PBCG_OPTIONAL; i++) {
    char digit = name.text[1 + i];
    if (digit != '0' && digit != '1') return -1;
    if (digit == '1') model |= 1 << i;
  }
  return model;
}

static int is_known(int model, int term) {
  return term < PBCG_BY_RACE || ((model >> (term - PBCG_BY_RACE)) & 1);
}

static const char *take(pbcg_table *table, unsigned char *seen,
                        const auspex_table_row *row) {
  int model = model_of(row->fields[0]);
  uint32_t at = 1;
  if (model < 0) return "unknown row";
  if (seen[model]) return "the row is there twice";
  seen[model] = 1;
  pbcg_betas *betas = &table->models[model];
  if (!auspex_table_number(row, at++, &betas->intercept))
    return "the intercept is missing or not decimal";
  for (int term = 0; term < PBCG_TERMS; term++)
    if (is_known(model, term) &&
        !auspex_table_number(row, at++, &betas->betas[term]))
      return "a number is missing or not decimal";
  return at == row->count ? NULL : "the row has too many numbers";
}

static const char *read_rows(const auspex_params *params, auspex_table *in,
                             pbcg_table *out) {
  auspex_table_row row;
  unsigned char seen[PBCG_MODELS] = { 0 };
  unsigned head = 0;
  int got = 0, models = 0;
  while ((got = auspex_table_next(in, &row)) == AUSPEX_TABLE_ROW) {
    const char *why = NULL;
    int taken = auspex_params_take_head(params, &row, &head, &why);
    if (taken < 0) return why;
    if (taken > 0) continue;
    if ((why = take(out, seen, &row))) return why;
    models++;
  }
  if (got == AUSPEX_TABLE_BAD) return "malformed line";
  if (head != AUSPEX_PARAMS_HEAD)
    return "model, source, population and licence must be there";
  return models == PBCG_MODELS ? NULL : "there must be 1024 models";
}

int32_t pbcg_read(const void *data, size_t length, void *table,
                  auspex_error *err) {
  static const auspex_params params = { "pbcg-extended-2022.table",
                                        "pbcg-extended-2022", "1.0.0", NULL,
                                        0 };
  auspex_table in;
  memset(table, 0, sizeof(pbcg_table));
  const char *why = auspex_table_begin(&in, data, length)
                        ? read_rows(&params, &in, table)
                        : "the first line must be 'auspex-table 1'";
  return why ? auspex_config_refuse(err, AUSPEX_E_CONFIG, "%s line %u: %s",
                                    params.file, (unsigned)in.line, why)
             : AUSPEX_OK;
}

pbcg_result pbcg_compute(const pbcg_table *table, const pbcg_input *in) {
  pbcg_result r = { .known = 0 };
  int model = 0;
  double x[PBCG_TERMS] = {
    [PBCG_BY_AGE] = in->age, [PBCG_BY_PSA] = log2(in->psa)
  };
  for (int i = 0; i < PBCG_OPTIONAL; i++) {
    double value = in->optional[i];
    if (isnan(value)) continue;
    model |= 1 << i;
    r.known++;
    x[PBCG_BY_RACE + i] =
        PBCG_BY_RACE + i == PBCG_BY_VOLUME ? log2(value) : value;
  }
  const pbcg_betas *betas = &table->models[model];
  r.lp = betas->intercept;
  for (int term = 0; term < PBCG_TERMS; term++) {
    r.terms[term] = betas->betas[term] * x[term];
    r.lp += r.terms[term];
  }
  r.risk = 1 / (1 + exp(-r.lp));
  return r;
}
