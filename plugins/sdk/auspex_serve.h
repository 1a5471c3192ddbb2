/*
 * auspex_serve.h - a module of several models whose coefficients lie in tables,
 * without writing create, destroy and score again and again:
 *
 *     static const auspex_served served[] = {
 *       { &npi_model, "npi.table", sizeof(npi_table), npi_read, npi_score },
 *     };
 *     AUSPEX_SERVE(served)
 *
 * and the view of one row that a score function works with.
 *
 * Header only; create allocates one block for each table. C11.
 */
#ifndef AUSPEX_SERVE_H
#define AUSPEX_SERVE_H

#include <math.h>
#include <stdlib.h>

#include "auspex_config.h"
#include "auspex_write.h"

/* ---- one row ---- */

typedef struct auspex_cells { /* of one row, by column */
  uint32_t row;
  int64_t as_of_ms, anchor_ms;
  const double *value, *low, *high;
  const uint8_t *state;
  const int64_t *time_ms;
  const uint8_t *source; /* NULL: the host does not say */
  const auspex_slice *series;
} auspex_cells;

static inline auspex_cells auspex_cells_of(const auspex_batch *batch,
                                           uint32_t row) {
  size_t at = (size_t)row * batch->column_count;
  auspex_cells cells = { .row = row,
                         .as_of_ms = batch->as_of_ms[row],
                         .anchor_ms = batch->anchor_ms[row],
                         .value = batch->value + at,
                         .low = batch->low + at,
                         .high = batch->high + at,
                         .state = batch->state + at,
                         .time_ms = batch->time_ms + at,
                         .series = batch->series ? batch->series + at : NULL };
  if (AUSPEX_HAS(batch, auspex_batch, source) && batch->source)
    cells.source = batch->source + at;
  return cells;
}

/* Has the column a number? */
static inline int auspex_cells_has(const auspex_cells *cells, uint32_t column) {
  return (cells->state[column] == AUSPEX_CELL_PRESENT ||
          cells->state[column] == AUSPEX_CELL_IMPUTED) &&
         isfinite(cells->value[column]);
}

/* Is there nothing that counts: absent, out of the window, withheld? */
static inline int auspex_cells_lacks(const auspex_cells *cells,
                                     uint32_t column) {
  return cells->state[column] == AUSPEX_CELL_ABSENT ||
         cells->state[column] == AUSPEX_CELL_STALE ||
         cells->state[column] == AUSPEX_CELL_WITHHELD;
}

/* The number, or NaN. */
static inline double auspex_cells_value(const auspex_cells *cells,
                                        uint32_t column) {
  return auspex_cells_has(cells, column) ? cells->value[column] : (double)NAN;
}

/* The UTC day of a time. */
static inline int64_t auspex_cells_day(int64_t time_ms) {
  const int64_t day_ms = 86400000;
  return time_ms / day_ms - (time_ms % day_ms < 0);
}

/* Are columns a and b at most `days` apart? */
static inline int auspex_cells_within(const auspex_cells *cells, uint32_t a,
                                      uint32_t b, int64_t days) {
  int64_t apart =
      auspex_cells_day(cells->time_ms[a]) - auspex_cells_day(cells->time_ms[b]);
  return apart <= days && apart >= -days;
}

/* The UTC day of the newest sample of series `column` whose value is `value`;
 * INT64_MIN: there is none. */
static inline int64_t auspex_cells_newest(const auspex_batch *batch,
                                          const auspex_cells *cells,
                                          uint32_t column, double value) {
  int64_t newest = INT64_MIN;
  for (uint32_t i = 0; cells->series && i < cells->series[column].count; i++) {
    size_t at = (size_t)cells->series[column].first + i;
    int64_t day = auspex_cells_day(batch->sample_ms[at]);
    if (batch->sample_value[at] == value && day > newest) newest = day;
  }
  return newest;
}

/* ---- refusals ---- */

/* Says that the row cannot be scored for input number `input`. */
#define auspex_serve_missing(w, cells, input_, ...)                      \
  do {                                                                   \
    auspex_result *missing_ = auspex_write_result((w), (cells)->row, 0); \
    missing_->status = AUSPEX_ROW_MISSING_INPUT;                         \
    missing_->input = (int32_t)(input_);                                 \
    auspex_write_text((w), __VA_ARGS__);                                 \
    auspex_write_done(w);                                                \
  } while (0)

static inline const char *auspex_serve_why(uint8_t state) {
  switch (state) {
  case AUSPEX_CELL_STALE:
    return "lies outside its window";
  case AUSPEX_CELL_IMPLAUSIBLE:
    return "is not plausible";
  case AUSPEX_CELL_UNIT_ERROR:
    return "has no fitting unit";
  case AUSPEX_CELL_COMPARATOR:
    return "is only known as a bound";
  case AUSPEX_CELL_CONFLICT:
    return "has two values at the same time";
  case AUSPEX_CELL_IMPRECISE:
    return "has no exact date";
  case AUSPEX_CELL_WITHHELD:
    return "is withheld by its sender";
  case AUSPEX_CELL_UNMAPPED:
    return "has a value that the model does not know";
  default:
    return "is missing";
  }
}

/* ---- what an input may be ---- */

static inline int auspex_serve_map_gives(const auspex_map *map, double x) {
  if (map->has_otherwise && map->otherwise == x) return 1;
  for (uint32_t i = 0; i < map->row_count; i++) {
    const auspex_map_row *row = &map->rows[i];
    if (row->kind == AUSPEX_MAP_KEEP ? x >= row->from && x <= row->to
                                     : x == row->value)
      return 1;
  }
  return 0;
}

static inline int auspex_serve_source_gives(const auspex_source *s, double x) {
  int unbounded = s->valid_min == 0 && s->valid_max == 0;
  if (s->pick == AUSPEX_PICK_EVER || s->take == AUSPEX_TAKE_PRESENT)
    return x == 0 || x == 1;
  if (s->pick == AUSPEX_PICK_COUNT) return x >= 0;
  if (s->map) return auspex_serve_map_gives(s->map, x);
  switch (s->from) {
  case AUSPEX_FROM_CONDITION:
  case AUSPEX_FROM_SEX:
  case AUSPEX_FROM_ADMINISTRATION:
  case AUSPEX_FROM_MEDICATION:
  case AUSPEX_FROM_PROCEDURE:
    return x == 0 || x == 1;
  default:
    return unbounded || (!(x < s->valid_min) && !(x > s->valid_max));
  }
}

/* Could a host that keeps to the declaration have given this number? */
static inline int auspex_serve_gives(const auspex_input *input, double x) {
  if (input->missing == AUSPEX_MISSING_DEFAULT && x == input->fallback)
    return 1;
  for (uint32_t i = 0; i < input->source_count; i++)
    if (auspex_serve_source_gives(&input->sources[i], x)) return 1;
  return 0;
}

/* For models whose inputs have one column each: refuses the row for the first
 * input that is needed and not there, or that is there and unfit; an input
 * that may be missing and is unfit is not quietly taken for unknown, and a
 * number that no source can give is not trusted. Inputs in
 * the mask `but` are the model's business. 1: refused. */
static inline int auspex_serve_refuses(auspex_writer *w,
                                       const auspex_model *model,
                                       const auspex_cells *cells,
                                       uint64_t but) {
  for (uint32_t i = 0; i < model->input_count; i++) {
    if (i < 64 && (but >> i & 1)) continue;
    if (auspex_cells_has(cells, i)) {
      if (auspex_serve_gives(&model->inputs[i], cells->value[i])) continue;
      auspex_serve_missing(w, cells, i, "%s is outside of what it may be.",
                           model->inputs[i].title);
      return 1;
    }
    if (model->inputs[i].missing != AUSPEX_MISSING_REFUSE &&
        auspex_cells_lacks(cells, i))
      continue;
    auspex_serve_missing(w, cells, i, "%s %s.", model->inputs[i].title,
                         auspex_serve_why(cells->state[i]));
    return 1;
  }
  return 0;
}

/* How the scoring of a row begins: its cells. 0: it was refused. */
static inline int auspex_serve_takes(auspex_writer *w,
                                     const auspex_model *model,
                                     const auspex_batch *batch, uint32_t row,
                                     auspex_cells *cells) {
  *cells = auspex_cells_of(batch, row);
  return !auspex_serve_refuses(w, model, cells, 0);
}

/* A result of points and the band that they fall into, with the model's first
 * mitigation. */
static inline auspex_result *auspex_serve_points(auspex_writer *w, uint32_t row,
                                                 double points,
                                                 uint32_t level) {
  auspex_result *result = auspex_write_result(w, row, 0);
  result->score = points;
  result->level = level;
  result->mitigation = 0;
  return result;
}

/* ---- the module ---- */

typedef struct auspex_served {
  const auspex_model *model;
  const char *file; /* of the data folder; NULL: the model has no table */
  size_t size;      /* of the table */
  int32_t (*read)(const void *data, size_t length, void *table,
                  auspex_error *err);
  /* Writes the results of one row. */
  void (*score)(auspex_writer *w, const void *table, const auspex_batch *batch,
                uint32_t row);
} auspex_served;

enum { AUSPEX_SERVE_MODELS = 32 };

struct auspex_instance {
  void *tables[AUSPEX_SERVE_MODELS];
};

static inline void auspex_serve_destroy(auspex_instance *instance) {
  for (uint32_t i = 0; instance && i < AUSPEX_SERVE_MODELS; i++)
    free(instance->tables[i]);
  free(instance);
}

static inline int32_t auspex_serve_load(const auspex_served *served,
                                        const auspex_config *config,
                                        void **table, auspex_error *err) {
  if (!served->file) return AUSPEX_OK;
  const auspex_blob *blob = auspex_config_find(config, served->file);
  if (!blob)
    return auspex_config_refuse(err, AUSPEX_E_CONFIG, "%s is missing",
                                served->file);
  *table = calloc(1, served->size);
  if (!*table)
    return auspex_config_refuse(err, AUSPEX_E_NOMEM, "out of memory");
  return served->read(blob->data, (size_t)blob->length, *table, err);
}

static inline int32_t auspex_serve_create(const auspex_served *served,
                                          uint32_t count,
                                          const auspex_config *config,
                                          auspex_instance **out,
                                          auspex_error *err) {
  auspex_instance *instance =
      (auspex_instance *)calloc(1, sizeof(auspex_instance));
  if (!instance)
    return auspex_config_refuse(err, AUSPEX_E_NOMEM, "out of memory");
  for (uint32_t i = 0; i < count; i++) {
    int32_t status =
        auspex_serve_load(&served[i], config, &instance->tables[i], err);
    if (!status) continue;
    auspex_serve_destroy(instance);
    return status;
  }
  *out = instance;
  return AUSPEX_OK;
}

/* Columns of a model's rows. */
static inline uint32_t auspex_serve_columns(const auspex_model *model) {
  uint32_t columns = 0;
  for (uint32_t i = 0; i < model->input_count; i++) {
    const auspex_source *source = &model->inputs[i].sources[0];
    if (source->from == AUSPEX_FROM_OBSERVATION_SET)
      columns += source->codes->code_count;
    else if (source->from == AUSPEX_FROM_QUESTIONNAIRE)
      columns += source->last_item - source->first_item + 1;
    else
      columns++;
  }
  return columns;
}

static inline int32_t
auspex_serve_score(const auspex_served *served, uint32_t count,
                   auspex_instance *instance, uint32_t model,
                   const auspex_batch *batch, auspex_output *out,
                   auspex_error *err) {
  if (model >= count)
    return auspex_config_refuse(err, AUSPEX_E_MODEL, "there are %u models",
                                (unsigned)count);
  uint32_t columns = auspex_serve_columns(served[model].model);
  if (batch->column_count != columns)
    return auspex_config_refuse(err, AUSPEX_E_INPUT, "%s takes %u columns",
                                served[model].model->name, (unsigned)columns);
  auspex_writer w = auspex_write_begin(out);
  for (uint32_t row = 0; row < batch->row_count && !w.status; row++)
    served[model].score(&w, instance->tables[model], batch, row);
  int32_t status = auspex_write_end(&w);
  return status ? auspex_config_refuse(err, status,
                                       "the host's buffers do not suffice")
                : AUSPEX_OK;
}

/* Exports a module of the models in the array `served_`; their list, for the
 * module's declaration, is written out beside it: `models_`. */
#define AUSPEX_SERVE(served_, models_)                                        \
  static int32_t create(const auspex_host *host, const auspex_config *config, \
                        auspex_instance **out, auspex_error *err) {           \
    (void)host;                                                               \
    return auspex_serve_create(                                               \
        (served_), sizeof(served_) / sizeof((served_)[0]), config, out, err); \
  }                                                                           \
  static int32_t score(auspex_instance *instance, uint32_t model,             \
                       const auspex_batch *batch, auspex_output *out,         \
                       auspex_error *err) {                                   \
    return auspex_serve_score((served_),                                      \
                              sizeof(served_) / sizeof((served_)[0]),         \
                              instance, model, batch, out, err);              \
  }                                                                           \
  _Static_assert(sizeof(models_) / sizeof((models_)[0]) ==                    \
                     sizeof(served_) / sizeof((served_)[0]),                  \
                 "every served model is declared");                           \
  AUSPEX_MODULE(models_, sizeof(models_) / sizeof((models_)[0]), create,      \
                auspex_serve_destroy, score, NULL)

#endif
