/*
 * author.c - a small plug-in as an author might write it, and, with one of the
 * macros MISTAKE_x, with one mistake. `lint` or `check` must find each. The
 * Makefile builds build/author/<mistake>/author.so for all of them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "auspex_plugin.h"
#include "auspex_table.h"
#include "auspex_write.h"

enum { AGE, WEIGHT, INPUTS };

/* --- mistakes of linking, importing, exporting ------------------------------ */

#if defined(MISTAKE_extra_export)
AUSPEX_EXPORT int helper(void);
AUSPEX_EXPORT int helper(void) { return 1; }
#elif defined(MISTAKE_constructor)
static volatile int loaded;
__attribute__((constructor)) static void begin(void) { loaded++; }
#elif defined(MISTAKE_textrel)
__asm__(".text\n.quad auspex_module_open\n");
#elif defined(MISTAKE_socket)
#include <sys/socket.h>
#elif defined(MISTAKE_thread)
#include <pthread.h>
static void *work(void *p) { return p; }
#elif defined(MISTAKE_clock) || defined(MISTAKE_local_time)
#include <time.h>
#elif defined(MISTAKE_locale)
#include <locale.h>
#elif defined(MISTAKE_dlopen)
#include <dlfcn.h>
#elif defined(MISTAKE_library)
extern const char *zlibVersion(void);
#endif

static void do_what_is_forbidden(void) {
#if defined(MISTAKE_constructor)
  if (!loaded) return;
#elif defined(MISTAKE_file)
  FILE *file = fopen("/etc/hostname", "r");
  if (file) (void)fclose(file);
#elif defined(MISTAKE_socket)
  (void)socket(AF_INET, SOCK_STREAM, 0);
#elif defined(MISTAKE_process)
  (void)fork();
#elif defined(MISTAKE_thread)
  pthread_t thread;
  (void)pthread_create(&thread, NULL, work, NULL);
#elif defined(MISTAKE_clock)
  (void)time(NULL);
#elif defined(MISTAKE_random)
  (void)rand();
#elif defined(MISTAKE_output)
  (void)puts("scoring");
#elif defined(MISTAKE_character)
  (void)putc('.', stderr);
#elif defined(MISTAKE_local_time)
  struct tm day = { .tm_year = 100 };
  (void)mktime(&day);
#elif defined(MISTAKE_exit)
  exit(0);
#elif defined(MISTAKE_environment)
  (void)getenv("HOME");
#elif defined(MISTAKE_locale)
  (void)setlocale(LC_ALL, "de_DE");
#elif defined(MISTAKE_dlopen)
  (void)dlopen("libz.so.1", RTLD_NOW);
#elif defined(MISTAKE_library)
  (void)zlibVersion();
#elif defined(MISTAKE_hidden_fork)
  (void)syscall(SYS_fork);
#elif defined(MISTAKE_hidden_exit)
  (void)syscall(SYS_exit_group, 0);
#endif
}

/* --- the declaration ---------------------------------------------------------- */

#if defined(MISTAKE_loinc)
#define LOINC "29463-6"
#else
#define LOINC "29463-7"
#endif
#if defined(MISTAKE_snomed)
#define SNOMED "404684004"
#else
#define SNOMED "404684003"
#endif
#if defined(MISTAKE_unit)
#define UNIT "kgs"
#elif defined(MISTAKE_unit_kind)
#define UNIT "m[H2O"
#else
#define UNIT "kg"
#endif
#if defined(MISTAKE_version)
#define VERSION "1.0"
#else
#define VERSION "1.0.0"
#endif
#if defined(MISTAKE_id)
#define ID "MyModel"
#else
#define ID "org.example.author"
#endif
#if defined(MISTAKE_no_limits)
#define LIMITS ""
#elif defined(MISTAKE_placeholder)
#define LIMITS "TODO: ask the clinicians"
#else
#define LIMITS "An example for tests."
#endif
#if defined(MISTAKE_fallback)
#define MISSING .missing = AUSPEX_MISSING_DEFAULT, .fallback = 700,
#else
#define MISSING .missing = AUSPEX_MISSING_REFUSE,
#endif
#if defined(MISTAKE_training)
#define TRAINING .train_mean = 1700, .train_sd = 15,
#else
#define TRAINING .train_mean = 75, .train_sd = 15,
#endif
#if defined(MISTAKE_molar_mass)
#define MOLAR_MASS .molar_mass = 180.156,
#else
#define MOLAR_MASS
#endif

#if defined(MISTAKE_criterion)
static const auspex_criterion criteria[] = {
  { .size = sizeof(auspex_criterion), /* without max: nobody is 18 to 0 */
    .kind = AUSPEX_NEEDS_AGE,
    .min = 18,
    .reason = "too young" },
};
#endif

static const auspex_code weight_codes[] = {
  { "http://loinc.org", LOINC, "Body weight", AUSPEX_MATCH_EXACT, 0 },
#if defined(MISTAKE_twice)
  { "http://loinc.org", LOINC, "Body weight", AUSPEX_MATCH_EXACT, 0 },
#elif defined(MISTAKE_icd)
  { "http://hl7.org/fhir/sid/icd-10", "25C", "Weight", AUSPEX_MATCH_EXACT, 0 },
#elif defined(MISTAKE_system)
  { "LOINC", LOINC, "Body weight", AUSPEX_MATCH_EXACT, 0 },
#elif defined(MISTAKE_near_system)
  { "https://loinc.org/", LOINC, "Body weight", AUSPEX_MATCH_EXACT, 0 },
#endif
};
static const auspex_set weight_set = { .size = sizeof(auspex_set),
                                       .codes = AUSPEX_ARRAY(weight_codes) };
static const auspex_source age_sources[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_AGE,
    .unit = "a",
    .valid_min = 0,
    .valid_max = 120 },
};
static const auspex_source weight_sources[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_OBSERVATION,
    .codes = &weight_set,
    .unit = UNIT,
    MOLAR_MASS.valid_min = 25,
    .valid_max = 350 },
};
static const auspex_input inputs[] = {
  { .size = sizeof(auspex_input),
    .missing = AUSPEX_MISSING_REFUSE,
    .name = "age",
    .title = "Age",
    .sources = AUSPEX_ARRAY(age_sources),
    .window_from_days = AUSPEX_UNLIMITED },
  { .size = sizeof(auspex_input),
#if defined(MISTAKE_same_name)
    MISSING TRAINING.name = "age",
#else
    MISSING TRAINING.name = "weight",
#endif
    .title = "Body weight",
    .sources = AUSPEX_ARRAY(weight_sources),
    .window_from_days = -365,
    .freshness_days = 365 },
};
static const auspex_code outcome_codes[] = {
  { "http://snomed.info/sct", SNOMED, "Clinical finding", AUSPEX_MATCH_EXACT,
    0 },
};
static const auspex_outcome outcomes[] = {
  { .size = sizeof(auspex_outcome),
    .kind = AUSPEX_PREDICTION,
    .name = "example",
    .title = "Example",
    .codes = AUSPEX_ARRAY(outcome_codes),
    .horizon_months = 12,
#if defined(MISTAKE_two_horizons)
    .horizon_days = 30,
#endif
    .unit = "{points}" },
};
static const auspex_factor factors[] = {
  { .size = sizeof(auspex_factor),
    .basis = AUSPEX_POINTS,
    .name = "age",
    .title = "Age",
    .inputs = { AGE },
    .input_count = 1 },
};
static const auspex_model model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = ID,
  .name = "author",
  .version = VERSION,
  .title = "An example",
  .publisher = "Example Hospital",
  .population = "Adults",
  .source = "None: the points are made up",
  .limits = LIMITS,
  .licence = "CC0",
#if defined(MISTAKE_criterion)
  .criteria = AUSPEX_ARRAY(criteria),
#endif
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = 1,
  .max_text_per_row = 100,
};
#if defined(MISTAKE_late_declaration)
static const auspex_model *models[1]; /* filled in by create */
#else
static const auspex_model *const models[] = { &model };
#endif

/* --- create -------------------------------------------------------------------- */

struct auspex_instance {
  double from;
  double sum; /* what a mistake keeps between calls */
};

static int32_t refuse(auspex_error *err, const char *why) {
  if (err && err->size >= sizeof *err) {
    err->code = AUSPEX_E_CONFIG;
    err->row = err->input = -1;
    (void)snprintf(err->message, sizeof err->message, "%s", why);
  }
  return AUSPEX_E_CONFIG;
}

static int32_t read_data(const auspex_config *config, double *from,
                         auspex_error *err) {
#if defined(MISTAKE_takes_any_data)
  (void)config, (void)err;
  *from = config->blob_count ? 60 : 50;
  return config->blob_count ? AUSPEX_OK : refuse(err, "no data");
#elif defined(MISTAKE_trusts_data)
  (void)err;
  *from = strtod(strstr(config->blobs[0].data, "age ") + 4, NULL);
  return AUSPEX_OK;
#else
  auspex_table table;
  auspex_table_row row;
  if (config->blob_count != 1 ||
      !auspex_table_begin(&table, config->blobs[0].data,
                          (size_t)config->blobs[0].length) ||
      auspex_table_next(&table, &row) != AUSPEX_TABLE_ROW ||
      !auspex_table_is(row.fields[0], "age") ||
      !auspex_table_number(&row, 1, from) ||
      auspex_table_next(&table, &row) != AUSPEX_TABLE_ROW ||
      !auspex_table_is(row.fields[0], "end"))
    return refuse(err, "author.table must hold the rows 'age FROM' and 'end'");
  return AUSPEX_OK;
#endif
}

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  static auspex_instance instance;
  (void)host;
#if defined(MISTAKE_late_declaration)
  models[0] = &model;
#endif
  int32_t status = read_data(config, &instance.from, err);
  *out = &instance;
  return status;
}

/* --- scoring ---------------------------------------------------------------------- */

static double number_of(auspex_instance *t, const auspex_batch *batch,
                        uint32_t row, double x) {
  (void)t, (void)batch, (void)row;
#if defined(MISTAKE_remembers)
  t->sum += x;
  return t->sum;
#elif defined(MISTAKE_row_number)
  return x + row;
#elif defined(MISTAKE_batch_mean)
  double sum = 0;
  for (uint32_t i = 0; i < batch->row_count; i++)
    sum += isfinite(batch->value[i * INPUTS]) ? batch->value[i * INPUTS] : 0;
  return x + floor(sum / batch->row_count);
#elif defined(MISTAKE_address)
  return x + (double)((uintptr_t)t >> 12 & 0xff);
#elif defined(MISTAKE_nan)
  return x > 0 ? (double)NAN : x;
#elif defined(MISTAKE_infinity)
  return 1 / (x - 1);
#elif defined(MISTAKE_read_past)
  return x + (batch->value[(size_t)(row + 1) * INPUTS] > 60);
#elif defined(MISTAKE_read_before)
  return x + (batch->value[(ptrdiff_t)row * INPUTS - 1] > 60);
#elif defined(MISTAKE_write_row)
  ((double *)(uintptr_t)batch->value)[row * INPUTS] = 0;
  return x;
#elif defined(MISTAKE_unset_memory)
  volatile double *cells = malloc(64 * sizeof *cells);
  x += cells ? cells[40] > 0 : 0;
  free((void *)(uintptr_t)cells);
  return x;
#elif defined(MISTAKE_unset_stack)
  volatile double cells[64];
  return x + (cells[40] > 0);
#elif defined(MISTAKE_big_stack)
  volatile char cells[64 << 20];
  for (size_t i = 0; i < sizeof cells; i += 4096) cells[i] = 1;
  return x + cells[4096] - 1;
#elif defined(MISTAKE_divides)
  volatile int years = (int)fmin(batch->value[row * INPUTS], 200);
  return x + 7 / years;
#else
  return x;
#endif
}

static void write_text(auspex_writer *w) {
#if defined(MISTAKE_long_text)
  if (w->out->text) memset(w->out->text, 'x', 100 * 64 + 8);
#endif
#if defined(MISTAKE_utf8)
  auspex_write_text(w, "%s", "caf\xe9");
#else
  auspex_write_text(w, "Points by age.");
#endif
}

static int missing(const auspex_batch *batch, size_t cell) {
#if defined(MISTAKE_ignores_state)
  return isnan(batch->value[cell]) && batch->state[cell] == AUSPEX_CELL_ABSENT;
#else
  return batch->state[cell] != AUSPEX_CELL_PRESENT || !isfinite(batch->value[cell]);
#endif
}

static void trip(const auspex_batch *batch, size_t cell) {
  (void)batch, (void)cell;
#if defined(MISTAKE_crash_on_absent)
  static int *volatile nowhere;
  if (batch->state[cell] == AUSPEX_CELL_ABSENT) *nowhere = 1;
#elif defined(MISTAKE_crash_on_state)
  static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
  volatile size_t length = 0;
  if (batch->state[cell] >= 6)
    length += strlen(*(const char *const *)((uintptr_t)batch->state[cell]));
  else
    length += strlen(names[batch->state[cell]]);
#elif defined(MISTAKE_hang)
  volatile double x = batch->value[cell];
  while (x < 0) x = x - 1;
#endif
}

static int32_t score_row(auspex_instance *t, const auspex_batch *batch,
                         uint32_t row, auspex_writer *w) {
  size_t first = (size_t)row * INPUTS;
  trip(batch, first + AGE);
  trip(batch, first + WEIGHT);
  auspex_result *result = auspex_write_result(w, row, 0);
  for (int32_t i = 0; i < INPUTS; i++) {
    if (!missing(batch, first + (size_t)i)) continue;
#if defined(MISTAKE_declines)
    return AUSPEX_E_INPUT;
#endif
    result->status = AUSPEX_ROW_MISSING_INPUT;
    result->input = i;
    auspex_write_text(w, "All inputs are needed.");
    auspex_write_done(w);
    return AUSPEX_OK;
  }
  double x = batch->value[first + AGE] >= t->from ? 1 : 0;
  result->score = number_of(t, batch, row, x);
#if defined(MISTAKE_probability)
  result->probability = batch->value[first + AGE] / 50;
#elif defined(MISTAKE_row)
  result->row = row + 1;
#elif defined(MISTAKE_outcome)
  result->outcome = 1;
#endif
#if defined(MISTAKE_additive)
  auspex_write_contribution(w, 0, batch->value[first + AGE]);
#else
  auspex_write_contribution(w, 0, result->score);
#endif
  write_text(w);
  auspex_write_done(w);
#if defined(MISTAKE_leak)
  static void *volatile last;
  last = malloc(256);
#endif
  return AUSPEX_OK;
}

static int32_t score(auspex_instance *t, uint32_t number,
                     const auspex_batch *batch, auspex_output *out,
                     auspex_error *err) {
  (void)err, (void)number;
  do_what_is_forbidden();
#if defined(MISTAKE_small_batches)
  if (batch->row_count > 32) return AUSPEX_E_INPUT;
#elif defined(MISTAKE_empty_batch)
  if (batch->row_count == 0) return AUSPEX_E_INPUT;
#elif defined(MISTAKE_overrun)
  for (uint32_t i = 0; i < batch->row_count; i++) {
    memset(&out->results[i], 0, sizeof out->results[i]);
    out->results[i].row = i;
    out->results[i].probability = out->results[i].low = NAN;
    out->results[i].high = out->results[i].relative_risk = NAN;
    out->results[i].mitigation = out->results[i].input = -1;
  }
  out->result_count = batch->row_count;
  return AUSPEX_OK;
#endif
  auspex_writer w = auspex_write_begin(out);
  for (uint32_t row = 0; row < batch->row_count && !w.status; row++) {
    int32_t status = score_row(t, batch, row, &w);
    if (status) return status;
  }
  return auspex_write_end(&w);
}

#if defined(MISTAKE_no_module)
AUSPEX_EXPORT int32_t auspex_open(const auspex_host *host, auspex_module *out);
AUSPEX_EXPORT int32_t auspex_open(const auspex_host *host, auspex_module *out) {
  auspex_module full = { (uint32_t)sizeof full, AUSPEX_ABI, models, 1, 0,
                         create, NULL, score, NULL };
  return auspex_fill(host, out, full);
}
#elif defined(MISTAKE_old_abi)
#undef AUSPEX_ABI
#define AUSPEX_ABI (9u << 16)
AUSPEX_MODULE(models, 1, create, NULL, score, NULL)
#else
AUSPEX_MODULE(models, 1, create, NULL, score, NULL)
#endif
