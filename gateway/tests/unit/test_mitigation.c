/* Unit tests of the site's own words for what could be considered. */
#include "support/ax_test.h"

#include <string.h>

#include "base/log.h"
#include "scoring/mitigation.h"

static ax_status read_text(ax_arena *arena, const char *text,
                           const ax_json **out, ax_error *err) {
  *err = (ax_error){ 0 };
  return ax_mitigation_read(arena, ax_str_from(text), out, err);
}

static void what_is_no_text_is_refused_with_its_place(void **state) {
  static const struct {
    const char *text, *says;
  } cases[] = {
    { "[]", "line 1, column 1: an object is wanted" },
    { "{\n\"m\":1}", "line 2, column 5: an object is wanted" },
    { "{\"m\":{\"a\":1}}", "a mitigation is a text" },
    { "{\"m\":{\"a\":\" \"}}", "a mitigation is a text" },
    { "{\"m\":", "line 1, column " },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    const ax_json *tree = NULL;
    ax_error err;
    assert_int_equal(read_text(*state, cases[i].text, &tree, &err),
                     AX_INVALID);
    if (!strstr(err.text, cases[i].says)) fail_msg("%zu: %s", i, err.text);
  }
}

static void texts_are_replaced_by_name_or_id(void **state) {
  static const ax_model_mitigation own[] = {
    { AX_STR_INIT("one"), AX_STR_INIT("Of the model.") },
    { AX_STR_INIT("two"), AX_STR_INIT("Of the model, too.") },
    { AX_STR_INIT("three"), AX_STR_INIT("Kept.") },
  };
  const ax_json *tree = NULL;
  ax_error err;
  ax_model model = { .id = AX_STR("org.example.m"),
                     .name = AX_STR("m"),
                     .mitigations = own,
                     .mitigation_count = 3 };
  ax_log_set_level(AX_LOG_ERROR);
  assert_int_equal(
      read_text(*state,
                "{\"x\":{\"three\":\"no\"},\"m\":{\"one\":\"Of the site.\","
                "\"unheard\":\"of\"},\"org.example.m\":{\"two\":null}}",
                &tree, &err),
      AX_OK);
  assert_int_equal(ax_mitigation_apply(*state, tree, &model), AX_OK);
  assert_str(model.mitigations[0].text, "Of the site.");
  assert_int_equal(model.mitigations[1].text.len, 0);
  assert_str(model.mitigations[2].text, "Kept.");
  assert_str(own[0].text, "Of the model."); /* the declaration stays */
  assert_int_equal(ax_mitigation_apply(*state, NULL, &model), AX_OK);
}

static int set_up(void **state) {
  *state = ax_arena_new(1 << 20);
  return *state ? 0 : -1;
}

static int tear_down(void **state) {
  ax_arena_free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_no_text_is_refused_with_its_place),
    cmocka_unit_test(texts_are_replaced_by_name_or_id),
  };
  return cmocka_run_group_tests_name("mitigation", tests, set_up, tear_down);
}
