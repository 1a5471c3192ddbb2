/* JSON Patch: the rules of RFC 6902, each with what it does and refuses. */
#include "support/ax_test.h"

#include "json/json_parse.h"
#include "json/json_patch.h"
#include "json/json_pretty.h"
#include "json/json_write.h"

static const ax_json *tree(ax_arena *arena, const char *text) {
  const ax_json *out = NULL;
  assert_int_equal(AX_OK, ax_json_parse(arena, ax_str_from(text), &out, NULL));
  return out;
}

typedef struct {
  const char *before, *patch;
  const char *after; /* or what the refusal says, when `fails` */
  bool fails;
} row;

static const row rows[] = {
  { "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\",\"value\":2}]",
    "{\"a\":1,\"b\":2}", false },
  { "[1,2]", "[{\"op\":\"add\",\"path\":\"/1\",\"value\":9}]", "[1,9,2]",
    false },
  { "[1,2]", "[{\"op\":\"add\",\"path\":\"/-\",\"value\":9}]", "[1,2,9]",
    false },
  { "[1]", "[{\"op\":\"add\",\"path\":\"/2\",\"value\":9}]", "behind the end",
    true },
  { "[1]", "[{\"op\":\"add\",\"path\":\"/01\",\"value\":9}]", "no place",
    true },
  { "{\"a\":{\"b\":1}}", "[{\"op\":\"remove\",\"path\":\"/a/b\"}]",
    "{\"a\":{}}", false },
  { "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/b\"}]", "nothing", true },
  { "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", "whole document",
    true },
  { "{\"a\":[1,2]}", "[{\"op\":\"replace\",\"path\":\"/a/0\",\"value\":\"x\"}]",
    "{\"a\":[\"x\",2]}", false },
  { "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"z\":0}}]",
    "{\"z\":0}", false },
  { "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/b\",\"value\":1}]",
    "nothing", true },
  { "{\"a\":{\"b\":1},\"c\":{}}",
    "[{\"op\":\"move\",\"from\":\"/a/b\",\"path\":\"/c/d\"}]",
    "{\"a\":{},\"c\":{\"d\":1}}", false },
  { "{\"a\":{\"b\":1}}",
    "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", "into itself",
    true },
  { "{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"}]",
    "{\"a\":1,\"b\":1}", false },
  { "{\"a\":1.0}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1}]",
    "{\"a\":1.0}", false },
  { "{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":\"1\"}]",
    "another value", true },
  { "{\"a/b\":1,\"c~d\":2}",
    "[{\"op\":\"remove\",\"path\":\"/a~1b\"},{\"op\":\"test\",\"path\":"
    "\"/c~0d\",\"value\":2}]",
    "{\"c~d\":2}", false },
  { "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/~2\",\"value\":1}]", "~", true },
  { "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", "begin with",
    true },
  { "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]", "no parts",
    true },
  { "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\"}]", "none is given", true },
  { "{\"a\":1}", "[{\"op\":\"rename\",\"path\":\"/a\",\"value\":1}]",
    "other than", true },
  { "{\"a\":1}", "[{\"op\":\"add\"}]", "`path`", true },
  { "{\"a\":1}", "{}", "array of operations", true },
  { "{\"\":{\"\":1}}", "[{\"op\":\"remove\",\"path\":\"//\"}]", "{\"\":{}}",
    false },
};

static void each_operation_does_what_the_rfc_says(void **state) {
  (void)state;
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_arena *arena = ax_arena_new(1 << 20);
    const ax_json *before = tree(arena, rows[i].before), *after = NULL;
    ax_error err = { 0 };
    ax_status status = ax_json_patch_apply(
        arena, before, tree(arena, rows[i].patch), &after, &err);
    if (rows[i].fails) {
      if (status != AX_INVALID || !strstr(err.text, rows[i].after))
        fail_msg("%s: %s", rows[i].patch, err.text);
    } else if (status || !ax_json_equal(after, tree(arena, rows[i].after))) {
      fail_msg("%s: %s", rows[i].patch, err.text);
    }
    /* What was there is untouched. */
    assert_true(ax_json_equal(before, tree(arena, rows[i].before)));
    ax_arena_free(arena);
  }
}

static ax_status patch_with(void *ctx, ax_arena *arena) {
  const ax_json **parts = ctx, *out = NULL;
  ax_error err = { 0 };
  return ax_json_patch_apply(arena, parts[0], parts[1], &out, &err);
}

static void a_patch_survives_failing_allocations(void **state) {
  (void)state;
  ax_arena *own = ax_arena_new(1 << 20);
  const ax_json *parts[] = {
    tree(own, "{\"a\":[1,{\"b\":2}],\"c/d\":3}"),
    tree(own, "[{\"op\":\"add\",\"path\":\"/a/1/c\",\"value\":3},"
              "{\"op\":\"move\",\"from\":\"/c~1d\",\"path\":\"/a/0\"}]")
  };
  size_t failures = 0;
  for (size_t n = 0; n < 100; n++) {
    ax_arena *arena = ax_arena_new(1 << 20);
    ax_arena_fail_after(arena, n);
    ax_status status = patch_with(parts, arena);
    ax_arena_free(arena);
    if (status == AX_OK) break;
    assert_int_equal(status, AX_NOMEM);
    failures++;
  }
  assert_true(failures > 3);
  ax_arena_free(own);
}

static void pretty_text_says_the_same(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(4096);
  ax_json_pretty_write(
      AX_STR("{\"a\":[1,2.50,\"x \\\" {[,:\"],\"b\":{},\"c\":[ ],\"d\":null}"),
      &out);
  assert_str(ax_buf_view(&out),
             "{\n  \"a\": [\n    1,\n    2.50,\n    \"x \\\" {[,:\"\n  ],\n"
             "  \"b\": {},\n  \"c\": [],\n  \"d\": null\n}");
  ax_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_operation_does_what_the_rfc_says),
    cmocka_unit_test(a_patch_survives_failing_allocations),
    cmocka_unit_test(pretty_text_says_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
