/* Computes EQ-5D-5L index values. */
#include "eq5d5l.h"

const char *const eq5d5l_set_names[EQ5D5L_SET_COUNT] = {
#define X(set, name, two, three) name,
  EQ5D5L_SETS(X)
#undef X
};
const char *const eq5d5l_dimensions[EQ5D5L_DIMENSIONS] = { "MO", "SC", "UA",
                                                           "PD", "AD" };

enum { ROWS = 2 + EQ5D5L_DIMENSIONS }; /* of a set; all of them: bits */

static const char *take_set(const auspex_table_row *row, int *set,
                            const unsigned char *seen) {
  *set = 0;
  if (row->count != 2) return "a value set is 'value_set NAME'";
  while (*set < EQ5D5L_SET_COUNT &&
         !auspex_table_is(row->fields[1], eq5d5l_set_names[*set]))
    ++*set;
  if (*set == EQ5D5L_SET_COUNT) return "unknown value set";
  return seen[*set] ? "the value set is there twice" : NULL;
}

static const char *take_row(eq5d5l_values *values, unsigned char *seen,
                            const auspex_table_row *row) {
  double *at = NULL;
  uint32_t count = 1;
  unsigned bit = 0;
  if (auspex_table_is(row->fields[0], "start")) at = &values->start;
  bit += !at;
  if (!at && auspex_table_is(row->fields[0], "intercept"))
    at = &values->intercept;
  for (uint32_t d = 0; !at && d < EQ5D5L_DIMENSIONS; d++) {
    bit++;
    count = EQ5D5L_LEVELS;
    if (auspex_table_is(row->fields[0], eq5d5l_dimensions[d]))
      at = values->levels[d];
  }
  if (!at) return "unknown row";
  if (*seen & (1u << bit)) return "the row is there twice";
  *seen |= (unsigned char)(1u << bit);
  if (row->count != 1 + count) return "the row has too few or too many numbers";
  for (uint32_t i = 0; i < count; i++)
    if (!auspex_table_number(row, 1 + i, &at[i]))
      return "a number is not decimal";
  return NULL;
}

static const char *read_rows(const auspex_params *params, auspex_table *in,
                             eq5d5l_table *out) {
  auspex_table_row row;
  unsigned char seen[EQ5D5L_SET_COUNT] = { 0 };
  unsigned head = 0;
  int got = 0, set = -1;
  while ((got = auspex_table_next(in, &row)) == AUSPEX_TABLE_ROW) {
    const char *why = NULL;
    int taken = auspex_params_take_head(params, &row, &head, &why);
    if (taken < 0) return why;
    if (taken > 0) continue;
    if (auspex_table_is(row.fields[0], "value_set"))
      why = take_set(&row, &set, seen);
    else if (set < 0)
      why = "a row stands before the first value set";
    else
      why = take_row(&out->sets[set], &seen[set], &row);
    if (why) return why;
  }
  if (got == AUSPEX_TABLE_BAD) return "malformed line";
  if (head != AUSPEX_PARAMS_HEAD)
    return "model, source, population and licence must be there";
  for (size_t i = 0; i < EQ5D5L_SET_COUNT; i++)
    if (seen[i] != (1u << ROWS) - 1) return "a value set is not complete";
  return NULL;
}

int32_t eq5d5l_read(const void *data, size_t length, void *table,
                    auspex_error *err) {
  static const auspex_params params = { "eq5d5l.table", "eq5d5l", "1.0.0", NULL,
                                        0 };
  auspex_table in;
  memset(table, 0, sizeof(eq5d5l_table));
  const char *why = auspex_table_begin(&in, data, length)
                        ? read_rows(&params, &in, table)
                        : "the first line must be 'auspex-table 1'";
  return why ? auspex_config_refuse(err, AUSPEX_E_CONFIG, "%s line %u: %s",
                                    params.file, (unsigned)in.line, why)
             : AUSPEX_OK;
}

double eq5d5l_compute(const eq5d5l_table *table, eq5d5l_set set,
                      const int levels[EQ5D5L_DIMENSIONS]) {
  const eq5d5l_values *values = &table->sets[set];
  double index = values->start;
  int worst = 1;
  for (size_t i = 0; i < EQ5D5L_DIMENSIONS; i++) {
    index += values->levels[i][levels[i] - 1];
    if (levels[i] > worst) worst = levels[i];
  }
  if (worst > 1) index += values->intercept;
  /* The sums are decimals of 3 to 7 digits. */
  return round(round(index * 1e9) / 1e6) / 1e3;
}
