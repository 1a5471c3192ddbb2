/*
 * The author's tools without memory: whichever allocation fails, each of them
 * says so, and neither crashes nor calls half of its work the whole.
 */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "kit/bundle.h"
#include "kit/lint.h"
#include "kit/rows.h"
#include "kit/template.h"

enum { PATH = 600, MOST = 5000 };

static char module[PATH], work[PATH], sdk[PATH];
static const ax_model *model;

static int set_up(void **state) {
  const char *build = getenv("AUSPEX_BUILD"), *root = getenv("AUSPEX_ROOT");
  (void)state;
  (void)snprintf(module, sizeof module, "%s/plugins/external-biomarker",
                 build ? build : "build");
  (void)snprintf(sdk, sizeof sdk, "%s/plugins/sdk/template", root ? root : ".");
  (void)snprintf(work, sizeof work, "/tmp/auspex-kit-memory-XXXXXX");
  return mkdtemp(work) ? 0 : -1;
}

static int tear_down(void **state) {
  char command[PATH + 20];
  (void)state;
  (void)snprintf(command, sizeof command, "rm -rf '%s'", work);
  return system(command); /* NOLINT(cert-env33-c) */
}

/* Fails the first allocation, the second ... until nothing fails any more; how
 * many there were. */
static size_t torture(ax_status (*build)(ax_arena *arena)) {
  for (size_t n = 0; n < MOST; n++) {
    ax_arena *arena = ax_arena_new(64u << 20);
    assert_non_null(arena);
    ax_arena_fail_after(arena, n);
    ax_status status = build(arena);
    ax_arena_free(arena);
    if (status == AX_OK) return n;
    assert_int_equal(status, AX_NOMEM);
  }
  fail_msg("there is no end to it");
  return 0;
}

static ax_status lint_module(ax_arena *arena) {
  ax_findings findings = { .arena = arena };
  ax_error err = { 0 };
  ax_status status = ax_lint(module, &findings, &err);
  assert_true(status || findings.errors == 0);
  return status;
}

static void linting_a_module_survives_it(void **state) {
  (void)state;
  assert_true(torture(lint_module) > 20);
}

static ax_status copy_template(ax_arena *arena) {
  static int turn;
  char to[PATH + 20], from[PATH + 20];
  ax_template_names names = { .name = AX_STR("made"), .sdk = AX_STR("sdk") };
  ax_error err = { 0 };
  (void)snprintf(to, sizeof to, "%s/made-%d", work, turn++);
  (void)snprintf(from, sizeof from, "%s/model-file", sdk);
  return ax_template_copy(arena, from, to, &names, &err);
}

static void copying_a_template_survives_it(void **state) {
  (void)state;
  assert_true(torture(copy_template) > 5);
}

static char with_data[PATH + 20];

static ax_status lint_data(ax_arena *arena) {
  ax_findings findings = { .arena = arena };
  ax_model *models = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  ax_status status = ax_lint_data(&findings, with_data, &models, &count, &err);
  assert_true(status || (findings.errors == 0 && count == 1));
  return status;
}

static void reading_model_files_survives_it(void **state) {
  ax_template_names names = { .name = AX_STR("whole"), .sdk = AX_STR("sdk") };
  char from[PATH + 20];
  ax_error err = { 0 };
  ax_arena *arena = ax_arena_new(1 << 20);
  (void)state;
  (void)snprintf(with_data, sizeof with_data, "%s/whole", work);
  (void)snprintf(from, sizeof from, "%s/model-file", sdk);
  assert_int_equal(ax_template_copy(arena, from, with_data, &names, &err),
                   AX_OK);
  ax_arena_free(arena);
  assert_true(torture(lint_data) > 20);
}

static ax_status pack(ax_arena *arena) {
  ax_buf manifest = AX_BUF_INIT(1 << 20), archive = AX_BUF_INIT(16 << 20);
  ax_error err = { 0 };
  ax_status status = ax_bundle_manifest(arena, module, &manifest, &err);
  if (!status)
    status = ax_bundle_archive(arena, module, ax_buf_view(&manifest), &archive,
                               &err);
  assert_true(status || archive.len > 1000);
  ax_buf_free(&manifest);
  ax_buf_free(&archive);
  return status;
}

static void packing_survives_it(void **state) {
  (void)state;
  assert_true(torture(pack) > 20);
}

static ax_status make_rows(ax_arena *arena) {
  for (uint64_t i = 0; i < 3; i++)
    if (!ax_rows_make(arena, model, i)) return AX_NOMEM;
  return AX_OK;
}

static void making_rows_survives_it(void **state) {
  ax_arena *arena = ax_arena_new(64u << 20);
  ax_findings findings = { .arena = arena };
  ax_model *models = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  (void)state;
  assert_int_equal(ax_lint_data(&findings, with_data, &models, &count, &err),
                   AX_OK);
  assert_int_equal(count, 1);
  model = &models[0];
  assert_true(torture(make_rows) >= 3);
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(linting_a_module_survives_it),
    cmocka_unit_test(copying_a_template_survives_it),
    cmocka_unit_test(reading_model_files_survives_it),
    cmocka_unit_test(packing_survives_it),
    cmocka_unit_test(making_rows_survives_it),
  };
  return cmocka_run_group_tests_name("kit_memory", tests, set_up, tear_down);
}
