/* Unit tests of conformance-tests/runner/run/json_path*.c: RFC 9535 and what
 * scripts write besides. */
#include "run/json_path.h"

#include <stdio.h>
#include <string.h>

#include "support/ax_test.h"
#include "json/json_parse.h"
#include "json/json_write.h"

static ax_arena *arena;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(16 << 20);
  return arena ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static const char document[] =
    "{\"resourceType\":\"Bundle\",\"total\":3,\"a b\":1,\"_x\":{\"id\":\"s\"},"
    "\"entry\":["
    "{\"resource\":{\"id\":\"a\",\"n\":1,\"name\":[{\"family\":\"Ant\","
    "\"given\":[\"Al\",\"Bo\"]}]}},"
    "{\"resource\":{\"id\":\"b\",\"n\":2.50,\"active\":true}},"
    "{\"resource\":{\"id\":\"c\",\"n\":10,\"name\":[{\"family\":\"Cat's\"}],"
    "\"tags\":null}}]}";

/* The results as one JSON array. */
static ax_status select_text(const char *json, const char *path, char *out,
                             size_t room, ax_error *err) {
  const ax_json *tree;
  ax_json_fault fault;
  ax_json_path_nodes nodes = { 0 };
  ax_buf buf = AX_BUF_INIT(1 << 16);
  assert_int_equal(ax_json_parse(arena, ax_str_from(json), &tree, &fault),
                   AX_OK);
  AX_TRY(ax_json_path_select(arena, ax_str_from(path), tree, &nodes, err));
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_json_write_array(&w);
  for (size_t i = 0; i < nodes.count; i++)
    ax_json_write_tree(&w, nodes.items[i]);
  ax_json_write_close(&w);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  (void)snprintf(out, room, AX_STR_FMT, AX_STR_ARG(ax_buf_view(&buf)));
  ax_buf_free(&buf);
  return AX_OK;
}

static void expect(const char *path, const char *want, int line) {
  char got[4096];
  ax_error err = { 0 };
  if (select_text(document, path, got, sizeof got, &err))
    fail_msg("line %d: %s: %s", line, path, err.text);
  if (strcmp(got, want) != 0)
    fail_msg("line %d: %s gives %s and not %s", line, path, got, want);
}
#define SELECTS(path, want) expect((path), (want), __LINE__)

static void names_and_positions(void **state) {
  (void)state;
  SELECTS("$.total", "[3]");
  SELECTS("total", "[3]");
  SELECTS(".total", "[3]");
  SELECTS("$['total']", "[3]");
  SELECTS("$[\"a b\"]", "[1]");
  SELECTS("_x.id", "[\"s\"]");
  SELECTS("entry[0].resource.id", "[\"a\"]");
  SELECTS(".entry[1].resource.active", "[true]");
  SELECTS("$.entry[-1].resource.id", "[\"c\"]");
  SELECTS("$.entry[7].resource.id", "[]");
  SELECTS("$.entry[-7].resource.id", "[]");
  SELECTS("$.nothing.below", "[]");
  SELECTS("$.total.below", "[]");
  SELECTS("$.entry[2].resource.tags", "[null]");
}

static void wildcards_slices_and_lists(void **state) {
  (void)state;
  SELECTS("$.entry[*].resource.id", "[\"a\",\"b\",\"c\"]");
  SELECTS("$.entry[0,2].resource.id", "[\"a\",\"c\"]");
  SELECTS("$.entry[0:2].resource.id", "[\"a\",\"b\"]");
  SELECTS("$.entry[1:].resource.id", "[\"b\",\"c\"]");
  SELECTS("$.entry[:-1].resource.id", "[\"a\",\"b\"]");
  SELECTS("$.entry[::2].resource.id", "[\"a\",\"c\"]");
  SELECTS("$.entry[::-1].resource.id", "[\"c\",\"b\",\"a\"]");
  SELECTS("$.entry[0:3:0].resource.id", "[]");
  SELECTS("$.entry[0].resource['id','n']", "[\"a\",1]");
  SELECTS("$.entry[0].resource.name[0].*", "[\"Ant\",[\"Al\",\"Bo\"]]");
}

static void descendants(void **state) {
  (void)state;
  SELECTS("$..id", "[\"s\",\"a\",\"b\",\"c\"]");
  SELECTS("$..given[0]", "[\"Al\"]");
  SELECTS("$..['family']", "[\"Ant\",\"Cat's\"]");
  SELECTS("$.entry[0]..family", "[\"Ant\"]");
}

static void filters(void **state) {
  (void)state;
  SELECTS("$.entry[?(@.resource.id == 'b')].resource.n", "[2.50]");
  SELECTS("$.entry[?@.resource.n > 2].resource.id", "[\"b\",\"c\"]");
  SELECTS("$.entry[?(@.resource.n >= 2.5)].resource.id", "[\"b\",\"c\"]");
  SELECTS("$.entry[?(@.resource.n == 2.5)].resource.id", "[\"b\"]");
  SELECTS("$.entry[?(@.resource.n < 2)].resource.id", "[\"a\"]");
  SELECTS("$.entry[?(@.resource.n <= 1)].resource.id", "[\"a\"]");
  SELECTS("$.entry[?(@.resource.name)].resource.id", "[\"a\",\"c\"]");
  SELECTS("$.entry[?(!@.resource.name)].resource.id", "[\"b\"]");
  SELECTS("$.entry[?(@.resource.active == true)].resource.id", "[\"b\"]");
  SELECTS("$.entry[?(@.resource.tags == null)].resource.id", "[\"c\"]");
  SELECTS("$.entry[?(@.resource.id != 'a' && @.resource.n < 5)].resource.id",
          "[\"b\"]");
  SELECTS("$.entry[?(@.resource.id == 'a' || @.resource.n > 5)].resource.id",
          "[\"a\",\"c\"]");
  SELECTS("$.entry[?(!(@.resource.id == 'a'))].resource.id", "[\"b\",\"c\"]");
  SELECTS("$.entry[?(@.resource.n == $.total)]", "[]");
  SELECTS("$..name[?(@.family == \"Cat's\")].family", "[\"Cat's\"]");
  SELECTS("$..name[?(@.family == 'Cat\\'s')].family", "[\"Cat's\"]");
  SELECTS("$..name[?(@.family == '\\u0041nt')].family", "[\"Ant\"]");
  /* What is not there is less and greater than nothing. */
  SELECTS("$.entry[?(@.resource.active < 2)]", "[]");
  SELECTS("$.entry[?(@.resource.none == @.resource.nor)].resource.n",
          "[1,2.50,10]");
}

static void functions(void **state) {
  (void)state;
  SELECTS("$.entry[?(length(@.resource.id) == 1)].resource.id",
          "[\"a\",\"b\",\"c\"]");
  SELECTS("$.entry[?(length(@.resource.name) == 1)].resource.id",
          "[\"a\",\"c\"]");
  SELECTS("$.entry[?(count(@.resource.name[0].given[*]) == 2)].resource.id",
          "[\"a\"]");
  SELECTS("$..name[?match(@.family, 'A.*')].family", "[\"Ant\"]");
  SELECTS("$..name[?match(@.family, 'n')].family", "[]");
  SELECTS("$..name[?search(@.family, 'n|t')].family", "[\"Ant\",\"Cat's\"]");
  SELECTS("$.entry[?(value(@.resource.id) == 'a')].resource.n", "[1]");
}

static void what_is_no_path_says_where(void **state) {
  (void)state;
  static const struct {
    const char *path;
    const char *part;
  } rows[] = {
    { "$.", "character 3" },
    { "$[", "character 3" },
    { "$[1", "']' is due" },
    { "$.a b", "character 5" },
    { "$['a", "quotation mark" },
    { "$[?(@.a == )]", "a value is due" },
    { "$[?(@.a == 'x']", "')'" },
    { "$[?length(@.a]", "')' is due" },
    { "$['\\q']", "an escape" },
    { "$..", "a name is due" },
    { "$[?count('x') == 1]", "count() in a JSONPath wants a path" },
    { "", "a name is due" },
  };
  char got[64];
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    ax_error err = { 0 };
    const char *json = "[[1]]";
    if (select_text(json, rows[i].path, got, sizeof got, &err) != AX_INVALID)
      fail_msg("'%s' is taken for a path", rows[i].path);
    if (!strstr(err.text, rows[i].part))
      fail_msg("'%s': %s", rows[i].path, err.text);
  }
}

static void deep_and_long_paths_end(void **state) {
  (void)state;
  char path[AX_JSON_PATH_LENGTH + 100], got[64];
  ax_error err = { 0 };
  memset(path, '(', sizeof path);
  memcpy(path, "$[?", 3);
  path[2000] = '\0';
  assert_int_equal(select_text("[1]", path, got, sizeof got, &err),
                   AX_TOO_LARGE);
  memset(path, 'a', sizeof path);
  path[sizeof path - 1] = '\0';
  err = (ax_error){ 0 };
  assert_int_equal(select_text("{}", path, got, sizeof got, &err),
                   AX_TOO_LARGE);
}

static void a_path_that_multiplies_is_stopped(void **state) {
  (void)state;
  char json[5000], got[64];
  size_t at = 0;
  ax_error err = { 0 };
  /* 100 levels of 8: ".." many times over looks at far too many. */
  for (int i = 0; i < 100; i++)
    at += (size_t)snprintf(json + at, sizeof json - at, "[1,2,3,4,5,6,7,");
  at += (size_t)snprintf(json + at, sizeof json - at, "8");
  for (int i = 0; i < 100; i++) json[at++] = ']';
  json[at] = '\0';
  assert_int_equal(select_text(json, "$..*..*..*..*..*", got, sizeof got, &err),
                   AX_TOO_LARGE);
}

static ax_status build(ax_arena *into) {
  const ax_json *tree;
  ax_json_fault fault;
  ax_json_path_nodes nodes = { 0 };
  assert_int_equal(
      ax_json_parse(arena, ax_str_from("{\"a\":[{\"b\":1}]}"), &tree, &fault),
      AX_OK);
  return ax_json_path_select(into, AX_STR("$.a[?(@.b == 1 && @['b'])].b"), tree,
                             &nodes, NULL);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  for (size_t n = 0;; n++) {
    ax_arena *small = ax_arena_new(1 << 20);
    ax_arena_fail_after(small, n);
    ax_status status = build(small);
    ax_arena_free(small);
    if (status == AX_OK) break;
    assert_int_equal(status, AX_NOMEM);
    assert_true(n < 200);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(names_and_positions, begin, end),
    cmocka_unit_test_setup_teardown(wildcards_slices_and_lists, begin, end),
    cmocka_unit_test_setup_teardown(descendants, begin, end),
    cmocka_unit_test_setup_teardown(filters, begin, end),
    cmocka_unit_test_setup_teardown(functions, begin, end),
    cmocka_unit_test_setup_teardown(what_is_no_path_says_where, begin, end),
    cmocka_unit_test_setup_teardown(deep_and_long_paths_end, begin, end),
    cmocka_unit_test_setup_teardown(a_path_that_multiplies_is_stopped, begin,
                                    end),
    cmocka_unit_test_setup_teardown(every_allocation_may_fail, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
