/* Unit tests of gateway/src/delivery/delivery_refs.c. */
#include "support/ax_test.h"

#include "delivery/delivery_refs.h"
#include "json/json_parse.h"

static ax_arena *arena;

static int set_up(void **s) {
  (void)s;
  arena = ax_arena_new(1 << 20);
  return arena ? 0 : -1;
}

static int tear_down(void **s) {
  (void)s;
  ax_arena_free(arena);
  return 0;
}

static ax_str settled(const char *reference, const ax_map *along) {
  const ax_json *tree = NULL, *out = NULL;
  ax_str text =
      ax_arena_printf(arena, "{\"a\":[{\"reference\":\"%s\"}],\"b\":\"Patient/1\"}",
                      reference);
  assert_int_equal(ax_json_parse(arena, text, &tree, NULL), AX_OK);
  assert_int_equal(ax_delivery_refs_settle(arena, tree,
                                           AX_STR("https://gw.example.org/fhir/"),
                                           along, &out),
                   AX_OK);
  assert_str(AX_JSON_STR(out, "b"), "Patient/1"); /* no reference */
  return AX_JSON_STR(ax_json_item(AX_JSON_GET(out, "a"), 0), "reference");
}

static void relative_ones_become_absolute(void **s) {
  (void)s;
  assert_str(settled("Patient/1", NULL),
             "https://gw.example.org/fhir/Patient/1");
  assert_str(settled("Patient/1/_history/2", NULL),
             "https://gw.example.org/fhir/Patient/1/_history/2");
}

static void those_along_lose_their_version(void **s) {
  (void)s;
  ax_map *along = ax_map_new(arena);
  assert_int_equal(ax_map_put(along, AX_STR("Patient/1"), along), AX_OK);
  assert_str(settled("Patient/1/_history/2", along), "Patient/1");
  assert_str(settled("Patient/2", along),
             "https://gw.example.org/fhir/Patient/2");
}

static void others_stay_as_they_are(void **s) {
  (void)s;
  static const char *const same[] = {
    "#p1", "urn:uuid:0d8f1f0a-6a4c-4c8f-9d0e-0123456789ab",
    "https://ehr.example.org/fhir/Patient/1", "Patient?identifier=a|b", ""
  };
  for (size_t i = 0; i < AX_COUNT(same); i++)
    assert_str(settled(same[i], NULL), same[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(relative_ones_become_absolute),
    cmocka_unit_test(those_along_lose_their_version),
    cmocka_unit_test(others_stay_as_they_are),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
