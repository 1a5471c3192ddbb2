/* test_tree.c - changes at places of a tree. */
#include "../mutants/tree.h"

#include "support/ax_test.h"
#include "json/json_edit.h"
#include "json/json_parse.h"
#include "json/json_write.h"

static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(64 << 20);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static const ax_json *parse(const char *text) {
  const ax_json *tree = NULL;
  assert_int_equal(ax_json_parse(arena, ax_str_from(text), &tree, NULL), AX_OK);
  return tree;
}

static void assert_tree(const ax_json *tree, const char *want) {
  ax_buf out = AX_BUF_INIT(1 << 20);
  ax_json_writer w = ax_json_write_begin(&out);
  assert_non_null(tree);
  ax_json_write_tree(&w, tree);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  assert_str(ax_buf_view(&out), want);
  ax_buf_free(&out);
}

static void paths_name_what_is_taken_away(void **state) {
  (void)state;
  static const struct {
    const char *tree, *path, *want;
  } rows[] = {
    { "{\"a\":1,\"b\":2}", "a", "{\"b\":2}" },
    { "{\"a\":{\"b\":2,\"c\":3}}", "a.b", "{\"a\":{\"c\":3}}" },
    { "{\"a\":{\"b\":2},\"c\":3}", "a.b", "{\"c\":3}" },
    { "{\"a\":[{\"b\":1,\"c\":1},{\"b\":2}],\"d\":1}", "a[].b",
      "{\"a\":[{\"c\":1}],\"d\":1}" },
    { "{\"a\":[1,2,3]}", "a[0]", "{\"a\":[2,3]}" },
    { "{\"a\":[1,2,3]}", "a[-1]", "{\"a\":[1,2]}" },
    { "{\"a\":[1],\"b\":1}", "a[-1]", "{\"b\":1}" },
    { "{\"a\":[{\"r\":\"x\",\"u\":1},{\"r\":\"y\",\"u\":2}]}", "a[r=y]",
      "{\"a\":[{\"r\":\"x\",\"u\":1}]}" },
    { "{\"a\":[{\"r\":\"x\",\"u\":1},{\"r\":\"y\",\"u\":2}]}", "a[r=x].u",
      "{\"a\":[{\"r\":\"x\"},{\"r\":\"y\",\"u\":2}]}" },
    { "{\"a\":1}", "b.c", "{\"a\":1}" },
    { "{\"a\":1}", "a.b", "{\"a\":1}" },
    { "{\"a\":1}", "a[]", "{\"a\":1}" },
    { "{\"a\":1}", "a", "{}" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++)
    assert_tree(ax_tree_remove(arena, parse(rows[i].tree), rows[i].path),
                rows[i].want);
}

static void values_are_set_and_replaced(void **state) {
  (void)state;
  ax_json x = ax_json_edit_string(AX_STR("x"));
  const ax_json *tree = parse("{\"a\":[{\"b\":1},{}],\"c\":2}");
  assert_tree(ax_tree_set(arena, tree, "a[].b", x),
              "{\"a\":[{\"b\":\"x\"},{\"b\":\"x\"}],\"c\":2}");
  assert_tree(ax_tree_replace(arena, tree, "a[].b", x),
              "{\"a\":[{\"b\":\"x\"},{}],\"c\":2}");
  assert_tree(ax_tree_set(arena, tree, "d", ax_tree_number(AX_STR("1.50"))),
              "{\"a\":[{\"b\":1},{}],\"c\":2,\"d\":1.50}");
  /* What is not changed is the same tree. */
  assert_ptr_equal(ax_tree_replace(arena, tree, "e.f", x), tree);
}

static void places_are_found(void **state) {
  (void)state;
  const ax_json *tree = parse("{\"a\":[{\"k\":\"p\",\"b\":1},{\"k\":\"q\","
                              "\"b\":{\"c\":2}}]}");
  assert_str(ax_json_text(ax_tree_at(tree, "a[0].b")), "1");
  assert_str(ax_json_text(ax_tree_at(tree, "a[-1].b.c")), "2");
  assert_str(ax_json_text(ax_tree_at(tree, "a[k=q].b.c")), "2");
  assert_null(ax_tree_at(tree, "a[k=z]"));
  assert_null(ax_tree_at(tree, "x.y"));
  assert_null(ax_tree_at(NULL, "x"));
}

static const ax_json *mark(void *ctx, ax_arena *memory,
                           const ax_json *resource) {
  return ax_tree_set(memory, resource, "m",
                     ax_json_edit_string(ax_str_from(ctx)));
}

static void resources_are_found_wherever_they_stand(void **state) {
  (void)state;
  char yes[] = "y";
  const ax_json *tree =
      parse("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{"
            "\"resourceType\":\"A\",\"contained\":[{\"resourceType\":\"B\"}]}},"
            "{\"resource\":{\"resourceType\":\"B\"}}]}");
  assert_tree(ax_tree_resources(arena, tree, AX_STR("B"), mark, yes),
              "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{"
              "\"resourceType\":\"A\",\"contained\":[{\"resourceType\":\"B\","
              "\"m\":\"y\"}]}},{\"resource\":{\"resourceType\":\"B\",\"m\":"
              "\"y\"}}]}");
  assert_ptr_equal(ax_tree_resources(arena, tree, AX_STR("C"), mark, yes),
                   tree);
}

static bool is_large(void *ctx, const ax_json *item) {
  return ax_json_text(item).len > *(const size_t *)ctx;
}

static void arrays_are_filtered_and_grow(void **state) {
  (void)state;
  size_t least = 1;
  const ax_json *array = parse("[1,22,333]"), *one = parse("0");
  assert_tree(ax_tree_filter(arena, array, is_large, &least), "[22,333]");
  assert_tree(ax_tree_add(arena, array, one, true), "[0,1,22,333]");
  assert_tree(ax_tree_add(arena, array, one, false), "[1,22,333,0]");
  assert_tree(ax_tree_add(arena, NULL, one, false), "[0]");
}

static ax_status take_away(ax_arena *memory) {
  static const ax_json_member members[] = {
    { .key = AX_STR_INIT("b"), .value = { .kind = AX_JSON_NULL } },
    { .key = AX_STR_INIT("c"), .value = { .kind = AX_JSON_NULL } }
  };
  static const ax_json inner = { .kind = AX_JSON_OBJECT,
                                 .count = 2,
                                 .u = { .members = members } };
  static const ax_json_member outer[] = { { .key = AX_STR_INIT("a") } };
  ax_json_member top[1] = { outer[0] };
  top[0].value = inner;
  const ax_json tree = { .kind = AX_JSON_OBJECT,
                         .count = 1,
                         .u = { .members = top } };
  return ax_tree_remove(memory, &tree, "a.b") ? AX_OK : AX_NOMEM;
}

static void no_memory_is_told(void **state) {
  (void)state;
  ax_test_torture(take_away, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(paths_name_what_is_taken_away),
    cmocka_unit_test(values_are_set_and_replaced),
    cmocka_unit_test(places_are_found),
    cmocka_unit_test(resources_are_found_wherever_they_stand),
    cmocka_unit_test(arrays_are_filtered_and_grow),
    cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests_name("tree", tests, set_up, tear_down);
}
