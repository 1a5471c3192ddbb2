/* Reads data/endpac.table. */
#include "endpac.h"

#include <math.h>
#include <stdio.h>

#include "auspex_table.h"

static int32_t bad_table(auspex_error *err, uint32_t line, const char *why) {
  if (err && err->size >= sizeof *err) {
    err->code = AUSPEX_E_CONFIG;
    err->row = err->input = -1;
    (void)snprintf(err->message, sizeof err->message,
                   "endpac.table line %u: %s", (unsigned)line, why);
  }
  return AUSPEX_E_CONFIG;
}

/* The kind and bound of a step: "below 100", "upto -6" or "else"; `*next` is
 * the field behind it. */
static int read_bound(const auspex_table_row *row, endpac_step *step,
                      uint32_t *next) {
  if (row->count < 2) return 0;
  *next = 3;
  step->bound = INFINITY;
  step->inclusive = 1;
  if (auspex_table_is(row->fields[1], "else")) {
    *next = 2;
    return 1;
  }
  step->inclusive = auspex_table_is(row->fields[1], "upto");
  if (!step->inclusive && !auspex_table_is(row->fields[1], "below")) return 0;
  return auspex_table_number(row, 2, &step->bound);
}

static const char *add_step(endpac_steps *steps, const auspex_table_row *row) {
  endpac_step step = { 0, 0, 0 };
  uint32_t value = 0;
  if (!read_bound(row, &step, &value) || row->count != value + 1 ||
      !auspex_table_number(row, value, &step.value))
    return "a step is 'NAME below|upto BOUND VALUE' or 'NAME else VALUE'";
  if (steps->count == ENDPAC_STEPS) return "too many steps";
  if (steps->count > 0 && steps->items[steps->count - 1].bound >= step.bound)
    return "bounds must rise, and nothing follows 'else'";
  steps->items[steps->count++] = step;
  return NULL;
}

static uint32_t level_of(auspex_field field) {
  static const struct {
    const char *name;
    uint32_t level;
  } levels[] = { { "low", AUSPEX_LEVEL_LOW },
                 { "moderate", AUSPEX_LEVEL_MODERATE },
                 { "high", AUSPEX_LEVEL_HIGH } };
  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
    if (auspex_table_is(field, levels[i].name)) return levels[i].level;
  return AUSPEX_LEVEL_NONE;
}

static const char *add_band(endpac_table *table, const auspex_table_row *row) {
  endpac_band band = { .relative_risk = NAN, .group_percent = NAN };
  uint32_t name = 0;
  if (!read_bound(row, &band.upto, &name) || row->count != name + 2)
    return "a band is 'band upto|below BOUND NAME LEVEL' or 'band else ...'";
  if (table->band_count == ENDPAC_STEPS) return "too many bands";
  if (table->band_count > 0 &&
      table->bands[table->band_count - 1].upto.bound >= band.upto.bound)
    return "bounds must rise, and nothing follows 'else'";
  auspex_field text = row->fields[name];
  if (text.length == 0 || text.length >= sizeof band.name)
    return "a band's name has 1 to 23 bytes";
  memcpy(band.name, text.text, text.length);
  band.level = level_of(row->fields[name + 1]);
  if (band.level == AUSPEX_LEVEL_NONE)
    return "a level is low, moderate or high";
  table->bands[table->band_count++] = band;
  return NULL;
}

/* "relative_risk BAND NUMBER" and the like, for a band named before. */
static const char *set_fact(endpac_table *table, const auspex_table_row *row,
                            size_t field) {
  double number = 0;
  if (row->count != 3 || !auspex_table_number(row, 2, &number) || number <= 0)
    return "a fact is 'NAME BAND NUMBER' with a number above 0";
  for (uint32_t i = 0; i < table->band_count; i++) {
    if (!auspex_table_is(row->fields[1], table->bands[i].name)) continue;
    memcpy((char *)&table->bands[i] + field, &number, sizeof number);
    return NULL;
  }
  return "the fact is about a band that is not there";
}

static const char *check_model(const auspex_table_row *row) {
  return row->count == 3 &&
                 auspex_table_is(row->fields[1], endpac_model.name) &&
                 auspex_table_is(row->fields[2], endpac_model.version)
             ? NULL
             : "the table is of another model or version";
}

static const char *take(endpac_table *table, const auspex_table_row *row) {
  auspex_field name = row->fields[0];
  if (auspex_table_is(name, "model")) return check_model(row);
  if (auspex_table_is(name, "source"))
    return row->count == 2 ? NULL : "a source is one text";
  if (auspex_table_is(name, "glucose_category"))
    return add_step(&table->glucose_category, row);
  if (auspex_table_is(name, "weight_points"))
    return add_step(&table->weight_points, row);
  if (auspex_table_is(name, "age_points"))
    return add_step(&table->age_points, row);
  if (auspex_table_is(name, "band")) return add_band(table, row);
  if (auspex_table_is(name, "relative_risk"))
    return set_fact(table, row, offsetof(endpac_band, relative_risk));
  if (auspex_table_is(name, "group_percent_3y"))
    return set_fact(table, row, offsetof(endpac_band, group_percent));
  return "unknown row";
}

static int ends_open(const endpac_steps *steps) {
  return steps->count > 0 && isinf(steps->items[steps->count - 1].bound);
}

int32_t endpac_table_read(const void *data, size_t length, void *into,
                          auspex_error *err) {
  endpac_table *out = into;
  auspex_table table;
  auspex_table_row row;
  int models = 0, got = AUSPEX_TABLE_END;
  memset(out, 0, sizeof *out);
  if (!auspex_table_begin(&table, data, length))
    return bad_table(err, 1, "the first line must be 'auspex-table 1'");
  while ((got = auspex_table_next(&table, &row)) == AUSPEX_TABLE_ROW) {
    const char *why = take(out, &row);
    if (why) return bad_table(err, table.line, why);
    models += auspex_table_is(row.fields[0], "model");
  }
  if (got == AUSPEX_TABLE_BAD)
    return bad_table(err, table.line, "malformed line");
  if (models != 1) return bad_table(err, table.line, "needs one 'model' row");
  if (!ends_open(&out->glucose_category) || !ends_open(&out->weight_points) ||
      !ends_open(&out->age_points) || out->band_count == 0 ||
      !isinf(out->bands[out->band_count - 1].upto.bound))
    return bad_table(
        err, table.line,
        "glucose_category, weight_points, age_points and band must "
        "each end with 'else'");
  return AUSPEX_OK;
}

static int belongs(const endpac_step *step, double x) {
  return step->inclusive ? x <= step->bound : x < step->bound;
}

double endpac_table_step(const endpac_steps *steps, double x) {
  uint32_t i = 0;
  while (i + 1 < steps->count && !belongs(&steps->items[i], x)) i++;
  return steps->items[i].value;
}

const endpac_band *endpac_table_band(const endpac_table *table, double total) {
  uint32_t i = 0;
  while (i + 1 < table->band_count && !belongs(&table->bands[i].upto, total))
    i++;
  return &table->bands[i];
}
