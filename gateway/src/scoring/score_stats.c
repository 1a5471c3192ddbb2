#include "scoring/score_stats.h"

#include <auspex_plugin.h>

#include <math.h>
#include <pthread.h>

#include "scoring/frame_counters.h"

enum { STATES = AUSPEX_CELL_UNMAPPED + 1 };

static const char *const state_names[STATES] = {
  "absent",      "present",    "imputed",    "stale",
  "implausible", "unit_error", "comparator", "conflict",
  "imprecise",   "withheld",   "unmapped"
};

static const char *const end_names[] = {
#define X(name, text) text,
  AX_SCORE_STATS_ENDS(X)
#undef X
};

typedef struct { /* Welford: mean and deviation without losing digits */
  uint64_t count;
  double mean, squares, min, max;
} moments;

typedef struct {
  uint64_t count, bins[2 * AX_SCORE_STATS_TIMES];
} times;

typedef struct {
  uint64_t states[STATES];
  moments values;
} input_stats;

typedef struct {
  uint64_t results, bins[AX_SCORE_STATS_BINS];
  moments scores;
} outcome_stats;

struct ax_score_stats {
  pthread_mutex_t lock;
  const ax_model *model;
  uint64_t calls, ends[AX_SCORE_STATS_COUNT];
  times took, queue;
  input_stats *inputs;
  outcome_stats *outcomes;
  ax_frame_counters counters;
};

static void destroy(void *lock) {
  pthread_mutex_destroy(lock);
}

ax_score_stats *ax_score_stats_new(ax_arena *arena, const ax_model *model) {
  ax_score_stats *s = AX_NEW(arena, ax_score_stats);
  if (!s) return NULL;
  s->model = model;
  s->inputs = AX_NEW_ARRAY(arena, input_stats, model->input_count + 1);
  s->outcomes = AX_NEW_ARRAY(arena, outcome_stats, model->outcome_count + 1);
  if (!s->inputs || !s->outcomes) return NULL;
  pthread_mutex_init(&s->lock, NULL);
  return ax_arena_defer(arena, destroy, &s->lock) ? NULL : s;
}

/* --- adding ------------------------------------------------------------------
 */

static void add_value(moments *m, double value) {
  if (!isfinite(value)) return;
  if (!m->count || value < m->min) m->min = value;
  if (!m->count || value > m->max) m->max = value;
  m->count++;
  double step = value - m->mean;
  m->mean += step / (double)m->count;
  m->squares += step * (value - m->mean);
}

static double deviation(const moments *m) {
  return m->count > 1 ? sqrt(m->squares / (double)(m->count - 1)) : 0;
}

/* Bin b holds what is below 2^(b/2) microseconds. */
static void add_time(times *t, int64_t us) {
  size_t bin = us <= 1 ? 0 : (size_t)ceil(2 * log2((double)us));
  if (bin >= AX_COUNT(t->bins)) bin = AX_COUNT(t->bins) - 1;
  t->bins[bin]++;
  t->count++;
}

static void add_row(ax_score_stats *s, const ax_feature_row *row) {
  for (size_t i = 0; i < s->model->input_count; i++) {
    const ax_model_input *in = &s->model->inputs[i];
    for (uint32_t c = 0; c < in->width; c++) {
      const ax_feature_cell *cell = &row->cells[in->column + c];
      if (cell->state >= STATES) continue;
      s->inputs[i].states[cell->state]++;
      if (cell->state == AUSPEX_CELL_PRESENT)
        add_value(&s->inputs[i].values, cell->value);
    }
  }
}

static void add_result(outcome_stats *o, const ax_result *r) {
  o->results++;
  add_value(&o->scores, r->score);
  if (isnan(r->probability)) return;
  size_t bin = (size_t)(r->probability * AX_SCORE_STATS_BINS);
  o->bins[bin < AX_SCORE_STATS_BINS ? bin : AX_SCORE_STATS_BINS - 1]++;
}

void ax_score_stats_add(ax_score_stats *s, ax_score_stats_end end,
                        const ax_feature_row *row, const ax_results *results) {
  pthread_mutex_lock(&s->lock);
  s->calls++;
  s->ends[end]++;
  if (row && row->cells) add_row(s, row);
  for (size_t i = 0; results && i < results->count; i++)
    if (results->items[i].status == AUSPEX_ROW_SCORED)
      add_result(&s->outcomes[results->items[i].outcome], &results->items[i]);
  pthread_mutex_unlock(&s->lock);
}

void ax_score_stats_counted(ax_score_stats *s, const char *name, double add) {
  pthread_mutex_lock(&s->lock);
  (void)ax_frame_counters_add(&s->counters, name, add);
  pthread_mutex_unlock(&s->lock);
}

void ax_score_stats_time(ax_score_stats *s, int64_t took_us, int64_t queue_us) {
  pthread_mutex_lock(&s->lock);
  add_time(&s->took, took_us);
  add_time(&s->queue, queue_us);
  pthread_mutex_unlock(&s->lock);
}

/* --- writing -----------------------------------------------------------------
 */

static void count(ax_json_writer *w, ax_str key, uint64_t value) {
  ax_json_write_key(w, key);
  ax_json_write_int(w, (int64_t)value);
}

static void number(ax_json_writer *w, ax_str key, double value) {
  if (!isfinite(value)) return;
  ax_json_write_key(w, key);
  ax_json_write_double(w, value);
}

static double percentile(const times *t, double part) {
  double wanted = part * (double)t->count;
  uint64_t seen = 0;
  for (size_t b = 0; b < AX_COUNT(t->bins); b++) {
    seen += t->bins[b];
    if (t->count && (double)seen >= wanted) return ceil(exp2((double)b / 2));
  }
  return 0;
}

static void write_times(ax_json_writer *w, ax_str key, const times *t) {
  ax_json_write_key(w, key);
  ax_json_write_object(w);
  count(w, AX_STR("count"), t->count);
  number(w, AX_STR("p50"), percentile(t, 0.50));
  number(w, AX_STR("p95"), percentile(t, 0.95));
  number(w, AX_STR("p99"), percentile(t, 0.99));
  ax_json_write_close(w);
}

static void write_moments(ax_json_writer *w, const moments *m) {
  if (!m->count) return;
  number(w, AX_STR("mean"), m->mean);
  number(w, AX_STR("sd"), deviation(m));
  number(w, AX_STR("min"), m->min);
  number(w, AX_STR("max"), m->max);
}

static void write_drift(ax_json_writer *w, const ax_model_input *in,
                        const moments *values) {
  number(w, AX_STR("train_mean"), in->train_mean);
  number(w, AX_STR("train_sd"), in->train_sd);
  if (values->count)
    number(w, AX_STR("drift"), (values->mean - in->train_mean) / in->train_sd);
}

static void write_input(ax_json_writer *w, const ax_model_input *in,
                        const input_stats *s) {
  uint64_t rows = 0;
  for (size_t i = 0; i < STATES; i++) rows += s->states[i];
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("name"), in->name);
  count(w, AX_STR("cells"), rows);
  ax_json_write_key(w, AX_STR("states"));
  ax_json_write_object(w);
  for (size_t i = 0; i < STATES; i++)
    if (s->states[i]) count(w, ax_str_from(state_names[i]), s->states[i]);
  ax_json_write_close(w);
  write_moments(w, &s->values);
  if (in->train_sd > 0) write_drift(w, in, &s->values); /* else not given */
  ax_json_write_close(w);
}

static void write_outcome(ax_json_writer *w, const ax_model_outcome *outcome,
                          const outcome_stats *s) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("name"), outcome->name);
  count(w, AX_STR("results"), s->results);
  if (outcome->kind == AUSPEX_PREDICTION) {
    ax_json_write_key(w, AX_STR("probability"));
    ax_json_write_array(w);
    for (size_t b = 0; b < AX_SCORE_STATS_BINS; b++)
      ax_json_write_int(w, (int64_t)s->bins[b]);
    ax_json_write_close(w);
  }
  ax_json_write_key(w, AX_STR("score"));
  ax_json_write_object(w);
  write_moments(w, &s->scores);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_all(ax_score_stats *s, ax_json_writer *w) {
  count(w, AX_STR("calls"), s->calls);
  ax_json_write_key(w, AX_STR("ends"));
  ax_json_write_object(w);
  for (size_t i = 0; i < AX_SCORE_STATS_COUNT; i++)
    count(w, ax_str_from(end_names[i]), s->ends[i]);
  ax_json_write_close(w);
  write_times(w, AX_STR("took_us"), &s->took);
  write_times(w, AX_STR("queue_us"), &s->queue);
  ax_json_write_key(w, AX_STR("inputs"));
  ax_json_write_array(w);
  for (size_t i = 0; i < s->model->input_count; i++)
    write_input(w, &s->model->inputs[i], &s->inputs[i]);
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("outcomes"));
  ax_json_write_array(w);
  for (size_t i = 0; i < s->model->outcome_count; i++)
    write_outcome(w, &s->model->outcomes[i], &s->outcomes[i]);
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("counters"));
  ax_json_write_object(w);
  for (size_t i = 0; i < s->counters.count; i++)
    number(w, ax_str_from(s->counters.items[i].name), s->counters.items[i].add);
  ax_json_write_close(w);
}

void ax_score_stats_write(ax_score_stats *s, ax_json_writer *w) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("model"), s->model->id);
  ax_json_write_member(w, AX_STR("version"), s->model->version);
  ax_json_write_member(w, AX_STR("module"), s->model->module);
  ax_json_write_member(w, AX_STR("module_digest"), s->model->module_digest);
  pthread_mutex_lock(&s->lock);
  write_all(s, w);
  pthread_mutex_unlock(&s->lock);
  ax_json_write_close(w);
}
