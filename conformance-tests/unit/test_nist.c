/* The scripts of NIST's test engine with the verdicts that its own unit tests
 * record. They are not part of this repository: AUSPEX_CORPORA names a folder
 * with testscripts/manifest.json in it, without which there is nothing to do.
 * Their targets are mocked there, as here: a create is answered with 200, a
 * read with a patient of another name. */
#include "run_kit.h"

static const char flintstone[] =
    "{\"resourceType\":\"Patient\",\"id\":\"made-1\",\"name\":[{\"family\":"
    "\"Flintstone\"}]}";

static const char *verdict_of(const char *path) {
  ax_script *script;
  ax_result_script result;
  ax_error err = { 0 };
  const ax_script_options options = { .registry = kit.registry };
  if (ax_script_load(path, &options, kit.arena, &script, &err))
    fail_msg("%s: %s", path, err.text);
  kit.asked_count = kit.stored_count = 0;
  assert_int_equal(kit_run_script(script, kit.arena, &result), AX_OK);
  return result.kind <= AX_RESULT_WARNING ? "pass" : "fail";
}

static void verdicts_are_as_recorded(void **state) {
  (void)state;
  char path[1024];
  ax_str text;
  const ax_json *manifest;
  ax_json_fault fault;
  size_t recorded = 0, wrong = 0;
  const char *corpora = getenv("AUSPEX_CORPORA");
  if (!corpora || !corpora[0]) skip();
  (void)snprintf(path, sizeof path, "%s/testscripts/manifest.json", corpora);
  assert_int_equal(ax_file_read(kit.arena, path, 16 << 20, &text, NULL), AX_OK);
  assert_int_equal(ax_json_parse(kit.arena, text, &manifest, &fault), AX_OK);
  kit.options.demand_warning_only = true;
  kit.create_status = 200;
  kit.canned_read = flintstone;
  for (size_t i = 0; i < ax_json_count(manifest); i++) {
    const ax_json *one = ax_json_item(manifest, i);
    ax_str want = AX_JSON_STR(AX_JSON_GET(one, "expected"), "result");
    if (!want.len) continue;
    recorded++;
    (void)snprintf(path, sizeof path, "%s/testscripts/" AX_STR_FMT, corpora,
                   AX_STR_ARG(AX_JSON_STR(one, "file")));
    const char *got = verdict_of(path);
    if (ax_str_eq(want, ax_str_from(got))) continue;
    print_error("%s: %s, and recorded is " AX_STR_FMT "\n", path, got,
                AX_STR_ARG(want));
    wrong++;
  }
  assert_true(recorded > 0);
  assert_int_equal(wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(verdicts_are_as_recorded, kit_begin,
                                    kit_end),
  };
  return cmocka_run_group_tests(tests, kit_open, kit_close);
}
