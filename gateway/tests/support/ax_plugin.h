/*
 * ax_plugin.h - plays the host for the tests of one plug-in: opens the module,
 * gives it its data file, makes rows and room for results.
 */
#ifndef AX_TESTS_AX_PLUGIN_H
#define AX_TESTS_AX_PLUGIN_H

#include "auspex_plugin.h"
#include "support/ax_test.h"

enum {
  AX_PLUGIN_ROWS = 64,
  AX_PLUGIN_COLUMNS = 160,
  AX_PLUGIN_TEXT = 262144,
  AX_PLUGIN_BLOBS = 32
};

typedef struct {
  auspex_module module;
  auspex_instance *instance;
  uint32_t model; /* number of the one that scores */
  auspex_blob blobs[AX_PLUGIN_BLOBS];
  uint32_t blob_count;
  /* rows in */
  auspex_batch batch;
  double value[AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS];
  double low[AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS];
  double high[AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS];
  uint8_t state[AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS];
  int64_t time_ms[AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS];
  uint8_t source[AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS];
  auspex_slice series[AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS];
  double sample_value[AX_PLUGIN_ROWS];
  int64_t sample_ms[AX_PLUGIN_ROWS];
  int64_t as_of_ms[AX_PLUGIN_ROWS];
  uint64_t seed[AX_PLUGIN_ROWS];
  int64_t anchor_ms[AX_PLUGIN_ROWS];
  /* results out */
  auspex_output output;
  auspex_result results[4096];
  auspex_contribution contributions[4096];
  char text[AX_PLUGIN_TEXT];
  auspex_error error;
} ax_plugin;

/* A file of `folder` below AUSPEX_ROOT; free it. Fails the test without it. */
char *ax_plugin_read(const char *folder, const char *name, size_t *length);

/* For a group's set-up: reads a table of `folder` with a model's reader. Not 0:
 * the error was printed. */
typedef int32_t (*ax_plugin_reader)(const void *data, size_t length,
                                    void *table, auspex_error *err);
int ax_plugin_table(const char *folder, const char *name, ax_plugin_reader read,
                    void *table);

/* Opens with all files of `folder` below AUSPEX_ROOT as blobs, for the model
 * with the short name `model`. The instance is made; ax_plugin_close frees
 * everything. */
ax_plugin *ax_plugin_open(auspex_open_fn open, const char *folder,
                          const char *model);
void ax_plugin_close(ax_plugin *plugin);

/* What create answers to `data` as the blob `name` beside the other files. */
int32_t ax_plugin_create_with(ax_plugin *plugin, const char *name,
                              const void *data, size_t length);

/* Begins a batch of `rows` rows in which every cell is absent. */
void ax_plugin_rows(ax_plugin *plugin, uint32_t rows, uint32_t columns);
void ax_plugin_set(ax_plugin *plugin, uint32_t row, uint32_t column,
                   double value, int64_t time_ms);
/* Columns of the model's rows, and the first one of the input `name`. */
uint32_t ax_plugin_columns(const ax_plugin *plugin);
uint32_t ax_plugin_column(const ax_plugin *plugin, const char *name);
/* Sets row 0's cell of the input `name`, at noon of day 20000. */
void ax_plugin_put(ax_plugin *plugin, const char *name, double value);
/* Says why a cell holds nothing. */
void ax_plugin_lack(ax_plugin *plugin, uint32_t row, uint32_t column,
                    uint8_t state);
/* One more sample of a SERIES column. */
void ax_plugin_sample(ax_plugin *plugin, uint32_t row, uint32_t column,
                      double value, int64_t time_ms);

/* Scores with all room there is; fails the test unless that worked. */
void ax_plugin_score(ax_plugin *plugin);
/* Scores with the room that `output` says. */
int32_t ax_plugin_try(ax_plugin *plugin);

/* The result of a row for an outcome, or NULL. */
const auspex_result *ax_plugin_result(const ax_plugin *plugin, uint32_t row,
                                      const char *outcome);
/* Fails unless row 0 was refused for the input `name`. */
void ax_plugin_expect_refusal(const ax_plugin *plugin, const char *name);
/* What holds for every model: rows do not know of each other, the declared
 * room suffices, too little room is said, the same rows give the same bytes,
 * probabilities lie in 0..1, an empty row is refused. Fills 500 random rows
 * from the declared ranges and maps; at least `scored` of them must get a
 * result. */
void ax_plugin_keeps_contract(ax_plugin *plugin, uint32_t scored);
/* Does the result's text contain `words`? */
bool ax_plugin_says(const ax_plugin *plugin, const auspex_result *result,
                    const char *words);

void ax_plugin_close_to(double got, double want, const char *file, int line);
/* Equal within 1e-6, or both NaN. */
#define assert_close(got, want) \
  ax_plugin_close_to((got), (want), __FILE__, __LINE__)

#endif
