/*
 * Runs the case files under gateway/tests/cases/fhirpath, each group of three
 * lines as a test of its own: expression, input, expected results.
 *
 *   input     JSON, `-` for none, `.` for the same as before
 *   expected  a JSON array of values; an object {"type", "value"} also asks for
 *             the type; or `fault: ` and a part of the sentence
 *
 * Files named strict* are checked against the model before they run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fhirpath/fp_check.h"
#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "fhirpath/fp_write.h"
#include "support/ax_test.h"
#include "validate/fp_model_r4.h"
#include "json/json_parse.h"

enum { CASES_MAX = 2000, MEMORY = 64 * 1024 * 1024 };

typedef struct {
  ax_str expression, input, expected;
  bool strict;
} row;

typedef struct {
  ax_arena *arena;
  ax_registry *registry;
  ax_fp_model_r4 *model;
  struct CMUnitTest tests[CASES_MAX];
  row rows[CASES_MAX];
  size_t count;
} bench;

static bench *shared;

static const char *root(void) {
  const char *set = getenv("AUSPEX_ROOT");
  return set ? set : ".";
}

static const ax_json *parse(ax_arena *arena, ax_str text) {
  const ax_json *json = NULL;
  ax_json_fault fault;
  if (ax_json_parse(arena, text, &json, &fault) != AX_OK)
    fail_msg("not JSON: %.*s", (int)text.len, text.ptr);
  return json;
}

static ax_status evaluate(ax_arena *arena, const row *r, ax_fp_list *out,
                          ax_fp_fault *fault) {
  const ax_fp_model *model = ax_fp_model_r4_table(shared->model);
  ax_fp_program program;
  ax_fp_input in = { .arena = arena,
                     .model = model,
                     .now_ms = 1700000000123,
                     .no_context = ax_str_eq(r->input, AX_STR("-")) };
  AX_TRY(ax_fp_parse(arena, r->expression, &program, fault));
  if (!in.no_context)
    in.context = ax_fp_eval_root(model, parse(arena, r->input));
  if (r->strict)
    AX_TRY(ax_fp_check(arena, &program, model,
                       in.no_context ? NULL : in.context.u.node.type, NULL,
                       fault));
  return ax_fp_eval(&program, &in, out, fault);
}

/* The results as the array of values that the case file has, types where the
 * case asks for them. */
static bool same(const ax_json *got, const ax_json *wanted) {
  if (ax_json_count(got) != ax_json_count(wanted)) return false;
  for (size_t i = 0; i < ax_json_count(got); i++) {
    const ax_json *item = ax_json_item(got, i), *want = ax_json_item(wanted, i);
    if (!AX_JSON_GET(want, "type") || !AX_JSON_GET(want, "value"))
      item = AX_JSON_GET(item, "value");
    if (!ax_json_equal(item, want)) return false;
  }
  return true;
}

static void expect_fault(const row *r, ax_status status, ax_fp_fault *fault) {
  ax_str wanted = ax_str_skip(r->expected, strlen("fault: "));
  if (!status)
    fail_msg("%.*s: a fault was wanted", (int)r->expression.len,
             r->expression.ptr);
  if (ax_str_find(ax_str_from(fault->text), wanted) == AX_STR_NONE)
    fail_msg("%.*s: another fault: %s", (int)r->expression.len,
             r->expression.ptr, fault->text);
}

static void expect_values(ax_arena *arena, const row *r, ax_status status,
                          const ax_fp_list *list, const ax_fp_fault *fault) {
  ax_buf text = AX_BUF_INIT(MEMORY);
  ax_json_writer w = ax_json_write_begin(&text);
  if (status)
    fail_msg("%.*s: %s (column %u)", (int)r->expression.len, r->expression.ptr,
             fault->text, fault->column);
  assert_int_equal(ax_fp_write(arena, list, &w), AX_OK);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  ax_str got = ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  if (!same(parse(arena, got), parse(arena, r->expected)))
    fail_msg("%.*s\n  wanted %.*s\n  got    %.*s", (int)r->expression.len,
             r->expression.ptr, (int)r->expected.len, r->expected.ptr,
             (int)got.len, got.ptr);
}

static void run_row(void **state) {
  const row *r = *state;
  ax_fp_fault fault = { .status = AX_OK };
  ax_fp_list list = { 0 };
  ax_arena *arena = ax_arena_new(MEMORY);
  assert_non_null(arena);
  ax_status status = evaluate(arena, r, &list, &fault);
  if (ax_str_starts(r->expected, AX_STR("fault: ")))
    expect_fault(r, status, &fault);
  else
    expect_values(arena, r, status, &list, &fault);
  ax_arena_free(arena);
}

/* --- reading the files -----------------------------------------------------
 */

static bool next_line(ax_str *rest, ax_str *out, int *line) {
  while (rest->len) {
    *out = ax_str_trim(ax_str_cut(rest, '\n'));
    (*line)++;
    if (out->len && out->ptr[0] != '#') return true;
  }
  return false;
}

static void add_row(const char *file, int line, row r) {
  if (shared->count == CASES_MAX) abort();
  ax_str name = ax_arena_printf(shared->arena, "%s:%d: %.*s", file, line,
                                (int)r.expression.len, r.expression.ptr);
  row *kept = &shared->rows[shared->count];
  *kept = r;
  shared->tests[shared->count++] = (struct CMUnitTest){ .name = name.ptr,
                                                        .test_func = run_row,
                                                        .initial_state = kept };
}

static void read_file(const char *folder, const char *file) {
  ax_str path = ax_arena_printf(shared->arena, "%s/%s", folder, file), rest;
  if (ax_file_read(shared->arena, path.ptr, MEMORY, &rest, NULL)) abort();
  row r = { .input = { "-", 1 }, .strict = strncmp(file, "strict", 6) == 0 };
  ax_str input;
  int line = 0;
  while (next_line(&rest, &r.expression, &line)) {
    int start = line;
    if (!next_line(&rest, &input, &line) ||
        !next_line(&rest, &r.expected, &line))
      abort();
    if (!ax_str_eq(input, AX_STR("."))) r.input = input;
    add_row(file, start, r);
  }
}

static void read_all(void) {
  const char *const *names;
  size_t count;
  ax_str folder =
      ax_arena_printf(shared->arena, "%s/gateway/tests/cases/fhirpath", root());
  if (ax_file_list(shared->arena, folder.ptr, &names, &count, NULL)) abort();
  for (size_t i = 0; i < count; i++) read_file(folder.ptr, names[i]);
}

static void open_model(void) {
  ax_str path = ax_arena_printf(
      shared->arena, "%s/build/packages/hl7.fhir.r4.examples#4.0.1", root());
  const char *packages[] = { path.ptr };
  ax_registry_options options = { .packages = packages, .package_count = 1 };
  ax_error err = { 0 };
  if (ax_registry_open(&options, &shared->registry, &err) ||
      ax_fp_model_r4_new(shared->registry, &shared->model, &err)) {
    (void)fprintf(stderr, "%s\n", err.text);
    abort();
  }
}

int main(void) {
  shared = calloc(1, sizeof *shared);
  if (!shared) return 1;
  shared->arena = ax_arena_new(MEMORY);
  if (!shared->arena) return 1;
  read_all();
  open_model();
  int failed = _cmocka_run_group_tests("fhirpath", shared->tests, shared->count,
                                       NULL, NULL);
  ax_fp_model_r4_free(shared->model);
  ax_registry_close(shared->registry);
  ax_arena_free(shared->arena);
  free(shared);
  return failed;
}
