/* An ONNX file without a runtime: its names, and whatever is no ONNX file. */
#include "support/ax_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "onnx/ort_look.h"

static ax_str example(ax_arena *arena) {
  const char *root = getenv("AUSPEX_ROOT");
  ax_str out;
  ax_error err = { 0 };
  ax_str path =
      ax_arena_printf(arena, "%s/plugins/sdk/template/onnx/data/@NAME@.onnx",
                      root ? root : ".");
  if (ax_file_read(arena, path.ptr, 1 << 20, &out, &err))
    fail_msg("%s", err.text);
  return out;
}

static void assert_name(const ort_look_names *names, const char *name) {
  assert_int_equal(names->count, 1);
  assert_int_equal(names->names[0].length, strlen(name));
  assert_memory_equal(names->names[0].text, name, strlen(name));
}

static void names_are_those_of_the_graph_without_its_weights(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str file = example(arena);
  ort_look_graph graph;
  assert_null(ort_look(file.ptr, file.len, &graph));
  assert_name(&graph.inputs, "X");
  assert_name(&graph.outputs, "probability");
  ax_arena_free(arena);
}

static void an_input_with_an_initial_value_is_none(void **state) {
  (void)state;
  /* graph { initializer { name "W" } input { name "W" } input { name "X" } } */
  static const char file[] =
      "\x3a\x0f\x2a\x03\x42\x01W\x5a\x03\x0a\x01W\x5a\x03"
      "\x0a\x01X";
  ort_look_graph graph;
  assert_null(ort_look(file, sizeof file - 1, &graph));
  assert_name(&graph.inputs, "X");
  assert_int_equal(graph.outputs.count, 0);
}

static void what_is_cut_off_is_refused(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str file = example(arena);
  ort_look_graph graph;
  /* Behind the graph stands the version of the operators. */
  for (size_t len = 0; len < file.len; len++) {
    char *cut = malloc(len ? len : 1); /* so that a sanitizer sees its end */
    assert_non_null(cut);
    memcpy(cut, file.ptr, len);
    const char *wrong = ort_look(cut, len, &graph);
    if (!wrong && len + 6 != file.len) fail_msg("%zu bytes passed", len);
    free(cut);
  }
  ax_arena_free(arena);
}

static void other_files_are_no_onnx_files(void **state) {
  (void)state;
  ort_look_graph graph;
  assert_string_equal(ort_look("", 0, &graph), "it is empty");
  assert_string_equal(ort_look("{\"a\":1}", 7, &graph), "it is no ONNX file");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_are_those_of_the_graph_without_its_weights),
    cmocka_unit_test(an_input_with_an_initial_value_is_none),
    cmocka_unit_test(what_is_cut_off_is_refused),
    cmocka_unit_test(other_files_are_no_onnx_files),
  };
  return cmocka_run_group_tests_name("ort_look", tests, NULL, NULL);
}
