#include "support/ax_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *ax_plugin_read(const char *folder, const char *name, size_t *length) {
  enum { MOST = 1 << 20 };
  char path[512];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/%s/%s", root ? root : ".", folder,
                 name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("cannot open %s", path);
  char *data = calloc(1, MOST);
  assert_non_null(data);
  *length = fread(data, 1, MOST - 1, file);
  (void)fclose(file);
  return data;
}

int ax_plugin_table(const char *folder, const char *name, ax_plugin_reader read,
                    void *table) {
  size_t length = 0;
  char *data = ax_plugin_read(folder, name, &length);
  auspex_error err = { .size = sizeof err };
  int32_t status = read(data, length, table, &err);
  free(data);
  if (status) print_error("%s\n", err.message);
  return status;
}

int32_t ax_plugin_create_with(ax_plugin *plugin, const char *name,
                              const void *data, size_t length) {
  auspex_blob blob = { name, data, length };
  auspex_config config = { sizeof config, 1, &blob };
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  auspex_instance *instance = NULL;
  memset(&plugin->error, 0, sizeof plugin->error);
  plugin->error.size = sizeof plugin->error;
  int32_t status =
      plugin->module.create(&host, &config, &instance, &plugin->error);
  if (status == AUSPEX_OK) {
    if (plugin->instance) plugin->module.destroy(plugin->instance);
    plugin->instance = instance;
  }
  return status;
}

ax_plugin *ax_plugin_open(auspex_open_fn open, const char *folder,
                          const char *name) {
  ax_plugin *plugin = calloc(1, sizeof *plugin);
  assert_non_null(plugin);
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  plugin->module.size = sizeof plugin->module;
  assert_int_equal(open(&host, &plugin->module), AUSPEX_OK);
  size_t length = 0;
  char *data = ax_plugin_read(folder, name, &length);
  int32_t status = ax_plugin_create_with(plugin, name, data, length);
  free(data);
  if (status != AUSPEX_OK) fail_msg("create: %s", plugin->error.message);
  return plugin;
}

void ax_plugin_close(ax_plugin *plugin) {
  if (plugin->instance) plugin->module.destroy(plugin->instance);
  free(plugin);
}

void ax_plugin_rows(ax_plugin *plugin, uint32_t rows, uint32_t columns) {
  assert_true(rows <= AX_PLUGIN_ROWS && columns <= AX_PLUGIN_COLUMNS);
  size_t cells = (size_t)AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS;
  for (size_t i = 0; i < cells; i++)
    plugin->value[i] = plugin->low[i] = plugin->high[i] = NAN;
  memset(plugin->state, AUSPEX_CELL_ABSENT, sizeof plugin->state);
  memset(plugin->time_ms, 0, sizeof plugin->time_ms);
  for (size_t i = 0; i < AX_PLUGIN_ROWS; i++)
    plugin->as_of_ms[i] = 1790000000000;
  plugin->batch = (auspex_batch){ .size = sizeof(auspex_batch),
                                  .row_count = rows,
                                  .column_count = columns,
                                  .as_of_ms = plugin->as_of_ms,
                                  .seed = plugin->seed,
                                  .value = plugin->value,
                                  .state = plugin->state,
                                  .time_ms = plugin->time_ms,
                                  .low = plugin->low,
                                  .high = plugin->high,
                                  .anchor_ms = plugin->anchor_ms };
}

void ax_plugin_set(ax_plugin *plugin, uint32_t row, uint32_t column,
                   double value, int64_t time_ms) {
  size_t cell = (size_t)row * plugin->batch.column_count + column;
  plugin->value[cell] = value;
  plugin->state[cell] = AUSPEX_CELL_PRESENT;
  plugin->time_ms[cell] = time_ms;
}

int32_t ax_plugin_try(ax_plugin *plugin) {
  plugin->output.size = sizeof plugin->output;
  plugin->output.result_stride = sizeof(auspex_result);
  plugin->output.contribution_stride = sizeof(auspex_contribution);
  plugin->output.results = plugin->results;
  plugin->output.contributions = plugin->contributions;
  plugin->output.text = plugin->text;
  plugin->error.size = sizeof plugin->error;
  return plugin->module.score(plugin->instance, 0, &plugin->batch,
                              &plugin->output, &plugin->error);
}

void ax_plugin_score(ax_plugin *plugin) {
  plugin->output.result_capacity = 4096;
  plugin->output.contribution_capacity = 4096;
  plugin->output.text_capacity = AX_PLUGIN_TEXT;
  int32_t status = ax_plugin_try(plugin);
  if (status != AUSPEX_OK) fail_msg("score: %s", plugin->error.message);
}

const auspex_result *ax_plugin_result(const ax_plugin *plugin, uint32_t row,
                                      const char *outcome) {
  const auspex_model *model = plugin->module.models[0];
  for (uint32_t i = 0; i < plugin->output.result_count; i++) {
    const auspex_result *result = &plugin->results[i];
    assert_true(result->outcome < model->outcome_count);
    if (result->row == row &&
        strcmp(model->outcomes[result->outcome].name, outcome) == 0)
      return result;
  }
  return NULL;
}

bool ax_plugin_says(const ax_plugin *plugin, const auspex_result *result,
                    const char *words) {
  size_t length = strlen(words);
  for (size_t i = 0; i + length <= result->text_count; i++)
    if (memcmp(plugin->text + result->text_first + i, words, length) == 0)
      return true;
  return false;
}

void ax_plugin_close_to(double got, double want, const char *file, int line) {
  if (isnan(want) ? isnan(got) : fabs(got - want) <= 1e-6) return;
  print_error("got %.12g, want %.12g\n", got, want);
  _fail(file, line);
}
