#include "samples.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "dates.h"
#include "scoring/frame_batch.h"
#include "scoring/frame_model.h"
#include "support/ax_test.h"
#include "json/json_parse.h"

enum { MEMORY = 64 << 20, FRAME = 8 << 20, BLOBS = 32 };

static const char *variable(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value ? value : otherwise;
}

/* --- the module ---------------------------------------------------------- */

static uint32_t read_data(samples_module *m, const char *folder,
                          auspex_blob *blobs) {
  char path[800];
  uint32_t count = 0;
  (void)snprintf(path, sizeof path, "%s/data", folder);
  DIR *dir = opendir(path);
  if (!dir) fail_msg("cannot open %s", path);
  for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
    if (entry->d_name[0] == '.') continue;
    assert_true(count < BLOBS);
    ax_str data, name = ax_str_from(entry->d_name);
    ax_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/data/%s", folder, entry->d_name);
    assert_int_equal(ax_file_read(m->arena, path, 1 << 20, &data, &err), AX_OK);
    blobs[count++] =
        (auspex_blob){ ax_arena_cstr(m->arena, name), data.ptr, data.len };
  }
  (void)closedir(dir);
  return count;
}

static void create_instance(samples_module *m, const char *folder) {
  auspex_blob blobs[BLOBS];
  auspex_config config = { sizeof config, read_data(m, folder, blobs), blobs };
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  auspex_error fault = { .size = sizeof fault };
  assert_int_equal(m->module.create(&host, &config, &m->instance, &fault),
                   AUSPEX_OK);
}

static void learn_model(samples_module *m) {
  ax_buf frame = AX_BUF_INIT(FRAME);
  ax_frame_model_write(&frame, &m->module);
  size_t count = 0;
  ax_error err = { 0 };
  if (ax_frame_model_read(m->arena, ax_buf_view(&frame), &m->model, &count,
                          &err))
    fail_msg("%s", err.text);
  ax_buf_free(&frame);
  assert_true(count >= 1); /* the first one is what is looked at */
}

samples_module samples_open(const char *name) {
  samples_module m = { .arena = ax_arena_new(MEMORY) };
  char folder[400], path[600];
  (void)snprintf(folder, sizeof folder, "%s/plugins/%s",
                 variable("AUSPEX_BUILD", "build"), name);
  (void)snprintf(path, sizeof path, "%s/%s.so", folder, name);
  m.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!m.library) fail_msg("%s", dlerror());
  auspex_open_fn open = NULL;
  void *symbol = dlsym(m.library, "auspex_module_open");
  assert_non_null(symbol);
  memcpy(&open, &symbol, sizeof open);
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  m.module.size = sizeof m.module;
  assert_int_equal(open(&host, &m.module), AUSPEX_OK);
  create_instance(&m, folder);
  learn_model(&m);
  return m;
}

void samples_close(samples_module *m) {
  m->module.destroy(m->instance);
  (void)dlclose(m->library);
  ax_arena_free(m->arena);
}

/* --- from a Bundle to results -------------------------------------------- */

static void add_sample(ax_arena *arena, const char *name, ax_facts *facts) {
  const ax_json *bundle = NULL;
  ax_json_fault fault;
  assert_int_equal(
      ax_json_parse(arena, dates_sample(arena, name), &bundle, &fault), AX_OK);
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  assert_true(ax_json_count(entries) > 0);
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *entry = ax_json_item(entries, i);
    size_t first = facts->count;
    ax_str subject;
    assert_int_equal(ax_fhir_fact_extract(arena, AX_JSON_GET(entry, "resource"),
                                          facts, &subject),
                     AX_OK);
    for (size_t k = first; k < facts->count; k++)
      facts->items[k].source_url = AX_JSON_STR(entry, "fullUrl");
  }
}

static void score_row(samples_module *m, const ax_score_request *request,
                      samples_result *out) {
  const ax_feature_row *rows[] = { &out->row };
  ax_buf question = AX_BUF_INIT(FRAME), answer = AX_BUF_INIT(FRAME);
  ax_frame_batch_write(&question, m->model, rows, 1);
  ax_frame_batch batch;
  assert_true(ax_frame_batch_read(m->arena, ax_buf_view(&question), &batch));
  auspex_error fault = { .size = sizeof fault };
  assert_int_equal(m->module.score(m->instance, batch.model, &batch.batch,
                                   &batch.output, &fault),
                   AUSPEX_OK);
  assert_true(ax_frame_batch_answer(&answer, &batch.output));
  ax_error err = { 0 };
  ax_results results;
  if (ax_frame_batch_check(m->model, ax_buf_view(&answer), 1, &err))
    fail_msg("%s", err.text);
  assert_int_equal(
      ax_frame_batch_results(m->arena, ax_buf_view(&answer), 0, &results),
      AX_OK);
  assert_int_equal(ax_result_resources(m->arena, request, &out->row, &results,
                                       &out->resources, &out->count, &err),
                   AX_OK);
  ax_buf_free(&question);
  ax_buf_free(&answer);
}

samples_result samples_score(samples_module *m, const char *const *samples) {
  samples_result out = { .count = 0 };
  ax_facts facts = { 0 };
  for (; *samples; samples++) add_sample(m->arena, *samples, &facts);
  int64_t now = ax_clock_wall_ms();
  ax_score_request request = { .model = m->model,
                               .subject = AX_STR("Patient/1"),
                               .facts = facts,
                               .as_of_ms = now,
                               .automatic = true,
                               .authored_ms = now };
  assert_int_equal(
      ax_feature_build(m->arena, m->model, &facts, now, true, &out.row), AX_OK);
  ax_error err = { 0 };
  if (out.row.verdict == AX_FEATURE_READY) {
    score_row(m, &request, &out);
  } else if (out.row.verdict == AX_FEATURE_REFUSED) {
    ax_score_resource *one = AX_NEW(m->arena, ax_score_resource);
    assert_non_null(one);
    assert_int_equal(
        ax_result_guidance(m->arena, &request, &out.row, one, &err), AX_OK);
    out.resources = one;
    out.count = 1;
  }
  return out;
}

samples_result samples_score_one(samples_module *m, const char *sample) {
  const char *const samples[] = { sample, NULL };
  return samples_score(m, samples);
}

const ax_json *samples_tree(samples_module *m,
                            const ax_score_resource *resource) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(m->arena, resource->body, &tree, &fault),
                   AX_OK);
  return tree;
}
