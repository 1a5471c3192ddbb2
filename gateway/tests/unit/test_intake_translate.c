/* Unit tests of gateway/src/intake/intake_translate.c: local codes and units.
 */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "intake/intake_translate.h"
#include "json/json_parse.h"

static ax_arena *arena;
static char folder[64], config[100], map[100];

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(16 << 20);
  (void)snprintf(folder, sizeof folder, "/tmp/auspex-translate-XXXXXX");
  if (!arena || !mkdtemp(folder)) return -1;
  (void)snprintf(config, sizeof config, "%s/config.json", folder);
  (void)snprintf(map, sizeof map, "%s/map.json", folder);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  (void)remove(config);
  (void)remove(map);
  (void)remove(folder);
  ax_arena_free(arena);
  return 0;
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void write_map(void) {
  write_file(
      map,
      "{\"resourceType\":\"ConceptMap\",\"status\":\"active\",\"group\":[{"
      "\"source\":\"urn:lab\",\"target\":\"http://loinc.org\",\"element\":["
      "{\"code\":\"GLU\",\"target\":[{\"code\":\"2339-0\",\"display\":"
      "\"Glucose\",\"equivalence\":\"equivalent\"}]},"
      "{\"code\":\"ODD\",\"target\":[{\"code\":\"1\",\"equivalence\":"
      "\"disjoint\"}]}]}]}");
}

static ax_intake_translate *loaded(void) {
  char text[400];
  ax_intake_translate *t = NULL;
  ax_error err = { 0 };
  write_map();
  (void)snprintf(text, sizeof text,
                 "{\"senders\":[{\"sender\":\"lab\",\"codes\":[\"%s\"],"
                 "\"units\":{\"mg/dl\":\"mg/dL\",\"per mille\":\"[ppth]\"}}]}",
                 map);
  write_file(config, text);
  if (ax_intake_translate_load(config, &t, &err) != AX_OK)
    fail_msg("%s", err.text);
  return t;
}

static const char *written(const ax_json *tree) {
  ax_buf *buf = AX_NEW(arena, ax_buf);
  *buf = (ax_buf)AX_BUF_INIT(1 << 20);
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_tree(&w, tree);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  const char *text = ax_arena_cstr(arena, ax_buf_view(buf));
  ax_buf_free(buf);
  return text;
}

static void becomes(ax_intake_translate *t, const char *sender,
                    const char *before, const char *after) {
  const ax_json *doc = NULL, *out = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, ax_str_from(before), &doc, &fault),
                   AX_OK);
  assert_int_equal(
      ax_intake_translate_run(t, arena, ax_str_from(sender), doc, &out), AX_OK);
  assert_string_equal(written(out), after);
  if (strcmp(before, after) == 0) assert_ptr_equal(out, doc);
}

static void a_mapped_code_gets_its_target_beside_it(void **state) {
  (void)state;
  ax_intake_translate *t = loaded();
  becomes(t, "lab",
          "{\"code\":{\"coding\":[{\"system\":\"urn:lab\",\"code\":\"GLU\"}],"
          "\"text\":\"x\"},\"n\":[{\"code\":{\"coding\":[{\"system\":"
          "\"urn:lab\",\"code\":\"GLU\"}]}}]}",
          "{\"code\":{\"coding\":[{\"system\":\"urn:lab\",\"code\":\"GLU\"},{"
          "\"system\":\"http://loinc.org\",\"code\":\"2339-0\",\"display\":"
          "\"Glucose\"}],\"text\":\"x\"},\"n\":[{\"code\":{\"coding\":[{"
          "\"system\":\"urn:lab\",\"code\":\"GLU\"},{\"system\":"
          "\"http://loinc.org\",\"code\":\"2339-0\",\"display\":"
          "\"Glucose\"}]}}]}");
  ax_intake_translate_free(t);
}

static void what_needs_nothing_is_not_touched(void **state) {
  (void)state;
  ax_intake_translate *t = loaded();
  static const char both[] =
      "{\"code\":{\"coding\":[{\"system\":\"urn:lab\",\"code\":\"GLU\"},{"
      "\"system\":\"http://loinc.org\",\"code\":\"2339-0\"}]},"
      "\"valueQuantity\":{\"value\":1,\"unit\":\"x\",\"system\":"
      "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}";
  static const char local[] =
      "{\"code\":{\"coding\":[{\"system\":\"urn:lab\",\"code\":\"GLU\"}]}}";
  becomes(t, "lab", both, both);
  becomes(t, "another", local, local);
  ax_intake_translate_free(t);
}

static void a_unit_gets_its_code_and_keeps_its_spelling(void **state) {
  (void)state;
  ax_intake_translate *t = loaded();
  becomes(t, "lab", "{\"valueQuantity\":{\"value\":5.0,\"unit\":\"mg/dl\"}}",
          "{\"valueQuantity\":{\"value\":5.0,\"unit\":\"mg/dl\",\"system\":"
          "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}");
  becomes(t, "lab",
          "{\"low\":{\"value\":5,\"system\":\"http://unitsofmeasure.org\","
          "\"code\":\"per mille\"}}",
          "{\"low\":{\"value\":5,\"unit\":\"per mille\",\"system\":"
          "\"http://unitsofmeasure.org\",\"code\":\"[ppth]\"}}");
  ax_intake_translate_free(t);
}

static void what_stayed_unmapped_is_listed(void **state) {
  (void)state;
  ax_intake_translate *t = loaded();
  static const char odd[] =
      "{\"code\":{\"coding\":[{\"system\":\"urn:lab\",\"code\":\"ODD\"}]},"
      "\"valueQuantity\":{\"value\":1,\"unit\":\"spoons\"}}";
  becomes(t, "lab", odd, odd);
  becomes(t, "lab", odd, odd);
  ax_buf buf = AX_BUF_INIT(1 << 20);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_intake_translate_report(t, &w);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  assert_str(ax_buf_view(&buf),
             "{\"unmapped\":[{\"sender\":\"lab\",\"kind\":\"code\",\"system\":"
             "\"urn:lab\",\"code\":\"ODD\",\"count\":2},{\"sender\":\"lab\","
             "\"kind\":\"unit\",\"code\":\"spoons\",\"count\":2}],\"more\":"
             "false}");
  ax_buf_free(&buf);
  ax_intake_translate_free(t);
}

static void refused(const char *text, const char *part) {
  ax_intake_translate *t = NULL;
  ax_error err = { 0 };
  write_file(config, text);
  assert_int_equal(ax_intake_translate_load(config, &t, &err), AX_INVALID);
  assert_null(t);
  if (!strstr(err.text, part)) fail_msg("\"%s\" lacks \"%s\"", err.text, part);
}

static void what_is_wrong_is_named(void **state) {
  (void)state;
  refused("{", "not JSON");
  refused("{}", "a list of senders");
  refused("{\"senders\":[{\"codes\":[]}]}", "a sender has a name");
  refused("{\"senders\":[{\"sender\":\"a\",\"unit\":{}}]}", "not known");
  refused("{\"senders\":[{\"sender\":\"a\",\"units\":{\"x\":1}}]}",
          "both texts");
  char text[200];
  write_file(map, "{\"resourceType\":\"ValueSet\"}");
  (void)snprintf(text, sizeof text,
                 "{\"senders\":[{\"sender\":\"a\",\"codes\":[\"%s\"]}]}", map);
  refused(text, "holds no ConceptMap");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_mapped_code_gets_its_target_beside_it),
    cmocka_unit_test(what_needs_nothing_is_not_touched),
    cmocka_unit_test(a_unit_gets_its_code_and_keeps_its_spelling),
    cmocka_unit_test(what_stayed_unmapped_is_listed),
    cmocka_unit_test(what_is_wrong_is_named),
  };
  return cmocka_run_group_tests_name("intake_translate", tests, set_up,
                                     tear_down);
}
