#include "support/ax_plugin.h"

#include <dirent.h>
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
  auspex_blob blobs[AX_PLUGIN_BLOBS + 1];
  uint32_t count = 0;
  for (uint32_t i = 0; i < plugin->blob_count; i++)
    if (!name || strcmp(plugin->blobs[i].name, name) != 0)
      blobs[count++] = plugin->blobs[i];
  if (name) blobs[count++] = (auspex_blob){ name, data, length };
  auspex_config config = { sizeof config, count, blobs };
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

static void read_folder(ax_plugin *plugin, const char *folder) {
  char path[512];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/%s", root ? root : ".", folder);
  DIR *dir = opendir(path);
  if (!dir) fail_msg("cannot open %s", path);
  for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
    if (entry->d_name[0] == '.') continue;
    assert_true(plugin->blob_count < AX_PLUGIN_BLOBS);
    size_t length = 0;
    char *data = ax_plugin_read(folder, entry->d_name, &length);
    plugin->blobs[plugin->blob_count++] =
        (auspex_blob){ strdup(entry->d_name), data, length };
  }
  (void)closedir(dir);
}

ax_plugin *ax_plugin_open(auspex_open_fn open, const char *folder,
                          const char *model) {
  ax_plugin *plugin = calloc(1, sizeof *plugin);
  assert_non_null(plugin);
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  plugin->module.size = sizeof plugin->module;
  assert_int_equal(open(&host, &plugin->module), AUSPEX_OK);
  while (plugin->model < plugin->module.model_count &&
         strcmp(plugin->module.models[plugin->model]->name, model) != 0)
    plugin->model++;
  if (plugin->model == plugin->module.model_count)
    fail_msg("the module has no model %s", model);
  read_folder(plugin, folder);
  int32_t status = ax_plugin_create_with(plugin, NULL, NULL, 0);
  if (status != AUSPEX_OK) fail_msg("create: %s", plugin->error.message);
  return plugin;
}

void ax_plugin_close(ax_plugin *plugin) {
  if (plugin->instance) plugin->module.destroy(plugin->instance);
  for (uint32_t i = 0; i < plugin->blob_count; i++) {
    free((void *)(uintptr_t)plugin->blobs[i].name);
    free((void *)(uintptr_t)plugin->blobs[i].data);
  }
  free(plugin);
}

void ax_plugin_rows(ax_plugin *plugin, uint32_t rows, uint32_t columns) {
  assert_true(rows <= AX_PLUGIN_ROWS && columns <= AX_PLUGIN_COLUMNS);
  size_t cells = (size_t)AX_PLUGIN_ROWS * AX_PLUGIN_COLUMNS;
  for (size_t i = 0; i < cells; i++)
    plugin->value[i] = plugin->low[i] = plugin->high[i] = NAN;
  memset(plugin->state, AUSPEX_CELL_ABSENT, sizeof plugin->state);
  memset(plugin->time_ms, 0, sizeof plugin->time_ms);
  memset(plugin->source, 0, sizeof plugin->source);
  memset(plugin->series, 0, sizeof plugin->series);
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
                                  .anchor_ms = plugin->anchor_ms,
                                  .source = plugin->source,
                                  .series = plugin->series,
                                  .sample_value = plugin->sample_value,
                                  .sample_ms = plugin->sample_ms };
}

void ax_plugin_set(ax_plugin *plugin, uint32_t row, uint32_t column,
                   double value, int64_t time_ms) {
  size_t cell = (size_t)row * plugin->batch.column_count + column;
  plugin->value[cell] = value;
  plugin->state[cell] = AUSPEX_CELL_PRESENT;
  plugin->time_ms[cell] = time_ms;
}

static uint32_t width_of(const auspex_input *input) {
  const auspex_source *source = &input->sources[0];
  if (source->from == AUSPEX_FROM_OBSERVATION_SET)
    return source->codes->code_count;
  return source->from == AUSPEX_FROM_QUESTIONNAIRE
             ? source->last_item - source->first_item + 1
             : 1;
}

static const auspex_model *model_of(const ax_plugin *plugin) {
  return plugin->module.models[plugin->model];
}

uint32_t ax_plugin_columns(const ax_plugin *plugin) {
  const auspex_model *model = model_of(plugin);
  uint32_t columns = 0;
  for (uint32_t i = 0; i < model->input_count; i++)
    columns += width_of(&model->inputs[i]);
  return columns;
}

uint32_t ax_plugin_column(const ax_plugin *plugin, const char *name) {
  const auspex_model *model = model_of(plugin);
  uint32_t column = 0;
  for (uint32_t i = 0; i < model->input_count; i++) {
    if (strcmp(model->inputs[i].name, name) == 0) return column;
    column += width_of(&model->inputs[i]);
  }
  fail_msg("%s has no input %s", model->name, name);
  return 0;
}

void ax_plugin_put(ax_plugin *plugin, const char *name, double value) {
  ax_plugin_set(plugin, 0, ax_plugin_column(plugin, name), value,
                INT64_C(20000) * 86400000 + 43200000);
}

void ax_plugin_lack(ax_plugin *plugin, uint32_t row, uint32_t column,
                    uint8_t state) {
  size_t cell = (size_t)row * plugin->batch.column_count + column;
  plugin->value[cell] = NAN;
  plugin->state[cell] = state;
}

void ax_plugin_sample(ax_plugin *plugin, uint32_t row, uint32_t column,
                      double value, int64_t time_ms) {
  size_t cell = (size_t)row * plugin->batch.column_count + column;
  uint32_t at = plugin->batch.sample_count++;
  assert_true(at < AX_PLUGIN_ROWS);
  plugin->sample_value[at] = value;
  plugin->sample_ms[at] = time_ms;
  if (plugin->series[cell].count++ == 0) plugin->series[cell].first = at;
  plugin->state[cell] = AUSPEX_CELL_PRESENT;
  plugin->value[cell] = value;
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
  return plugin->module.score(plugin->instance, plugin->model, &plugin->batch,
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
  const auspex_model *model = plugin->module.models[plugin->model];
  for (uint32_t i = 0; i < plugin->output.result_count; i++) {
    const auspex_result *result = &plugin->results[i];
    assert_true(result->outcome < model->outcome_count);
    if (result->row == row &&
        strcmp(model->outcomes[result->outcome].name, outcome) == 0)
      return result;
  }
  return NULL;
}

void ax_plugin_expect_refusal(const ax_plugin *plugin, const char *name) {
  const auspex_model *model = model_of(plugin);
  assert_int_equal(plugin->output.result_count, 1);
  const auspex_result *r = &plugin->results[0];
  assert_int_equal(r->status, AUSPEX_ROW_MISSING_INPUT);
  assert_in_range(r->input, 0, model->input_count - 1);
  assert_string_equal(model->inputs[r->input].name, name);
  assert_true(r->text_count > 10);
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
