/* test_cli.c - the command line of auspex-conformance: options, which scripts a
 * run has, the table of requirements, the line of --summary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli_find.h"
#include "cli/cli_options.h"
#include "cli/cli_reports.h"
#include "cli/cli_requirements.h"
#include "cli/cli_token.h"
#include "support/ax_test.h"

static ax_arena *arena;
static char folder[64];

static int setup(void **state) {
  (void)state;
  arena = ax_arena_new((size_t)64 << 20);
  (void)snprintf(folder, sizeof folder, "/tmp/auspex-cli-%ld", (long)getpid());
  return 0;
}

static int teardown(void **state) {
  (void)state;
  char line[100];
  (void)snprintf(line, sizeof line, "rm -rf '%s'", folder);
  (void)!system(line); /* NOLINT(cert-env33-c): a path of ours */
  ax_arena_free(arena);
  return 0;
}

/* A file below the folder of the test. */
static const char *put_file(const char *name, const char *text) {
  ax_error err = { 0 };
  char *path =
      ax_arena_cstr(arena, ax_arena_printf(arena, "%s/%s", folder, name));
  char *parent = ax_arena_cstr(arena, ax_str_from(path));
  *strrchr(parent, '/') = '\0';
  assert_int_equal(ax_file_make_dirs(parent, &err), AX_OK);
  assert_int_equal(ax_file_write(path, ax_str_from(text), &err), AX_OK);
  return path;
}

static ax_status read_words(const char *const *words, ax_cli_options *out,
                            ax_error *err) {
  char *argv[32];
  int argc = 0;
  for (; words[argc]; argc++)
    argv[argc] = ax_arena_cstr(arena, ax_str_from(words[argc]));
  return ax_cli_options_read(arena, argc, argv, out, err);
}

/* --- options -------------------------------------------------------------- */

static void options_are_read_in_both_forms(void **state) {
  (void)state;
  static const char *const words[] = { "--base",    "http://a/b", "--jobs=4",
                                       "a.json",    "--include",  "x*",
                                       "--include", "y",          "--timeout",
                                       "2min",      "--quiet",    "--",
                                       "--odd",     NULL };
  ax_cli_options o;
  ax_error err = { 0 };
  assert_int_equal(read_words(words, &o, &err), AX_OK);
  assert_string_equal(o.base, "http://a/b");
  assert_int_equal(o.jobs, 4);
  assert_int_equal(o.timeout_ms, 120000);
  assert_true(o.quiet);
  assert_int_equal(o.include.count, 2);
  assert_string_equal(o.include.items[1], "y");
  assert_int_equal(o.paths.count, 2);
  assert_string_equal(o.paths.items[1], "--odd");
}

static void options_have_standards(void **state) {
  (void)state;
  static const char *const none[] = { NULL };
  ax_cli_options o;
  ax_error err = { 0 };
  assert_int_equal(read_words(none, &o, &err), AX_OK);
  assert_int_equal(o.jobs, 1);
  assert_int_equal(o.timeout_ms, 30000);
  assert_string_equal(o.wire, "asked");
}

static void wrong_options_are_named(void **state) {
  (void)state;
  static const struct {
    const char *words[3];
    const char *told;
  } cases[] = {
    { { "--bse", "x" }, "no option \"--bse\"" },
    { { "--base" }, "--base needs a value" },
    { { "--jobs", "0" }, "--jobs must lie between 1 and 32" },
    { { "--jobs", "many" }, "--jobs is a whole number" },
    { { "--timeout", "5h" }, "--timeout is a time" },
    { { "--wire", "xml" }, "--wire must be one of: asked json" },
    { { "--quiet=yes" }, "--quiet takes no value" },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    ax_cli_options o;
    ax_error err = { 0 };
    assert_int_equal(read_words(cases[i].words, &o, &err), AX_INVALID);
    if (!strstr(err.text, cases[i].told)) fail_msg("%s", err.text);
  }
}

static void help_names_every_option_once(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(1 << 20);
  ax_cli_options_help(&out);
  ax_str rest = ax_buf_view(&out);
  size_t options = 0;
  while (rest.len) {
    ax_str line = ax_str_cut(&rest, '\n');
    assert_true(line.len <= 80);
    options += ax_str_starts(line, AX_STR("  --"));
  }
  assert_true(options > 30);
  ax_buf_free(&out);
}

static void a_pair_that_is_none_does_not_repeat_itself(void **state) {
  (void)state;
  ax_str name, value;
  ax_error err = { 0 };
  assert_int_equal(
      ax_cli_options_pair("--var", "a=b=c", '=', &name, &value, &err), AX_OK);
  assert_str(name, "a");
  assert_str(value, "b=c");
  assert_int_equal(
      ax_cli_options_pair("--var", "hunter2", '=', &name, &value, &err),
      AX_INVALID);
  assert_null(strstr(err.text, "hunter2"));
}

/* --- scripts -------------------------------------------------------------- */

static void scripts_are_found_in_folders_below(void **state) {
  (void)state;
  static const char script[] = "{\"resourceType\":\"TestScript\"}";
  (void)put_file("find/b/two.json", script);
  (void)put_file("find/a.json", script);
  (void)put_file("find/b/fixture.json", "{\"resourceType\":\"Patient\"}");
  (void)put_file("find/b/notes.txt", script);
  (void)put_file("find/.hidden.json", script);
  (void)put_file("empty/x.txt", "");
  ax_error err = { 0 };
  ax_cli_words paths = { 0 }, found = { 0 };
  *AX_VEC_PUSH(&paths, arena) = ax_arena_printf(arena, "%s/find", folder).ptr;
  assert_int_equal(ax_cli_find_scripts(arena, &paths, &found, &err), AX_OK);
  assert_int_equal(found.count, 2);
  assert_non_null(strstr(found.items[0], "/find/a.json"));
  assert_non_null(strstr(found.items[1], "/find/b/two.json"));
  paths.items[0] = ax_arena_printf(arena, "%s/empty", folder).ptr;
  assert_int_equal(ax_cli_find_scripts(arena, &paths, &found, &err),
                   AX_INVALID);
  assert_non_null(strstr(err.text, "holds no TestScript"));
  ax_error gone = { 0 };
  paths.items[0] = "/nowhere/at-all.json";
  assert_int_equal(ax_cli_find_scripts(arena, &paths, &found, &gone),
                   AX_NOT_FOUND);
}

static size_t tests_left(const char *include, const char *exclude) {
  static ax_script_phase tests[] = {
    { .id = AX_STR_INIT("t1"), .name = AX_STR_INIT("first") },
    { .id = AX_STR_INIT("t2"), .name = AX_STR_INIT("second") },
  };
  static ax_str tags[] = { AX_STR_INIT("smoke") };
  ax_script script = { .file = AX_STR("a/rest.json"),
                       .id = AX_STR("rest"),
                       .name = AX_STR("RestTests"),
                       .title = AX_STR(""),
                       .url = AX_STR("http://x/rest") };
  ax_cli_options o = { 0 };
  const ax_script *left = NULL;
  script.tests.items = tests;
  script.tests.count = 2;
  script.tags.items = tags;
  script.tags.count = 1;
  if (include) *AX_VEC_PUSH(&o.include, arena) = include;
  if (exclude) *AX_VEC_PUSH(&o.exclude, arena) = exclude;
  assert_int_equal(ax_cli_find_wanted(arena, &script, &o, &left), AX_OK);
  return left ? left->tests.count : 0;
}

static void scripts_and_tests_are_chosen_by_pattern(void **state) {
  (void)state;
  static const struct {
    const char *include, *exclude;
    size_t left;
  } cases[] = {
    { NULL, NULL, 2 },         { "rest", NULL, 2 },
    { "Rest*", NULL, 2 },      { "rest.json", NULL, 2 },
    { "a/*", NULL, 2 },        { "smoke", NULL, 2 },
    { "http://x/*", NULL, 2 }, { "other", NULL, 0 },
    { "rest/t1", NULL, 1 },    { "RestTests/sec*", NULL, 1 },
    { "rest/*", NULL, 2 },     { NULL, "rest", 0 },
    { NULL, "smoke", 0 },      { NULL, "rest/first", 1 },
    { "rest", "rest/t2", 1 },  { "rest/t1", "rest/first", 0 },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++)
    if (tests_left(cases[i].include, cases[i].exclude) != cases[i].left)
      fail_msg("case %zu", i);
}

/* --- requirements --------------------------------------------------------- */

static void requirements_are_found_above_the_scripts(void **state) {
  (void)state;
  (void)put_file("suites/requirements.json",
                 "{\"requirements\":[{\"key\":\"k1\",\"source\":\"http://a\"},"
                 "{\"key\":\"k2\"}]}");
  const char *script = put_file("suites/gateway/one/a.json", "{}");
  ax_cli_options o = { 0 };
  ax_map *table;
  ax_error err = { 0 };
  *AX_VEC_PUSH(&o.paths, arena) = script;
  assert_int_equal(ax_cli_requirements_read(arena, &o, &table, &err), AX_OK);
  assert_int_equal(ax_map_count(table), 2);
  ax_result_action actions[] = { { .requirement = AX_STR("k1") },
                                 { .requirement = AX_STR("k9") },
                                 { .requirement = AX_STR("k1"),
                                   .requirement_url = AX_STR("http://b") } };
  ax_result_phase phase = { 0 };
  ax_result_script result = { 0 };
  phase.actions.items = actions;
  phase.actions.count = 3;
  result.phases.items = &phase;
  result.phases.count = 1;
  ax_cli_requirements_link(table, &result);
  assert_str(actions[0].requirement_url, "http://a");
  assert_int_equal(actions[1].requirement_url.len, 0);
  assert_str(actions[2].requirement_url, "http://b");
}

static void a_faulty_table_of_requirements_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *told;
  } cases[] = { { "[", "requirements.json:1:" },
                { "{}", "no array \"requirements\"" },
                { "{\"requirements\":[{}]}", "has no key" },
                { "{\"requirements\":[{\"key\":\"a\"},{\"key\":\"a\"}]}",
                  "twice" } };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    ax_cli_options o = { .requirements =
                             put_file("bad/requirements.json", cases[i].text) };
    ax_map *table;
    ax_error err = { 0 };
    assert_int_equal(ax_cli_requirements_read(arena, &o, &table, &err),
                     AX_INVALID);
    if (!strstr(err.text, cases[i].told)) fail_msg("%s", err.text);
  }
}

/* --- tokens, the line for programs ---------------------------------------- */

static void credentials_are_encoded_before_base64(void **state) {
  (void)state;
  ax_str basic;
  assert_int_equal(
      ax_cli_token_basic(arena, AX_STR("id"), AX_STR("a:b c"), &basic), AX_OK);
  assert_str(basic, "Basic aWQ6YSUzQWIlMjBj");
}

static void the_summary_tells_complete_from_unsupported(void **state) {
  (void)state;
  static ax_script loaded;
  ax_result_action actions[] = {
    { .is_assert = true, .kind = AX_RESULT_PASS },
    { .is_assert = true, .kind = AX_RESULT_FAIL },
    { .is_assert = true, .kind = AX_RESULT_SKIP },
    { .is_assert = true,
      .kind = AX_RESULT_UNSUPPORTED,
      .cause = AX_RESULT_BY_TARGET },
  };
  ax_result_phase judged = { .phase = AX_RESULT_TEST, .kind = AX_RESULT_FAIL };
  ax_result_phase lacking = { .phase = AX_RESULT_TEST,
                              .kind = AX_RESULT_UNSUPPORTED };
  ax_result_script scripts[3] = { { .script = &loaded, .kind = AX_RESULT_FAIL },
                                  { .script = &loaded,
                                    .kind = AX_RESULT_UNSUPPORTED },
                                  { .kind = AX_RESULT_ERROR } };
  ax_result_run run = { 0 };
  judged.actions.items = actions;
  judged.actions.count = 3;
  lacking.actions.items = actions + 3;
  lacking.actions.count = 1;
  scripts[0].phases.items = &judged;
  scripts[1].phases.items = &lacking;
  scripts[0].phases.count = scripts[1].phases.count = 1;
  run.scripts.items = scripts;
  run.scripts.count = 3;
  ax_buf out = AX_BUF_INIT(1000);
  ax_cli_reports_summary("testscripts", &run, &out);
  assert_str(ax_buf_view(&out),
             "testscripts: scripts=3 complete=1 unsupported=1 asserts=4 "
             "passed=1 failed=1\n");
  ax_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(options_are_read_in_both_forms),
    cmocka_unit_test(options_have_standards),
    cmocka_unit_test(wrong_options_are_named),
    cmocka_unit_test(help_names_every_option_once),
    cmocka_unit_test(a_pair_that_is_none_does_not_repeat_itself),
    cmocka_unit_test(scripts_are_found_in_folders_below),
    cmocka_unit_test(scripts_and_tests_are_chosen_by_pattern),
    cmocka_unit_test(requirements_are_found_above_the_scripts),
    cmocka_unit_test(a_faulty_table_of_requirements_is_refused),
    cmocka_unit_test(credentials_are_encoded_before_base64),
    cmocka_unit_test(the_summary_tells_complete_from_unsupported),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
