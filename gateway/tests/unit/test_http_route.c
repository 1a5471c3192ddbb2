/* Unit tests of gateway/src/http/http_route.c. */
#include "support/ax_test.h"

#include "http/http_route.h"

static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(1 << 16);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static bool fits(const char *pattern, const char *path, ax_http_captures *out) {
  ax_http_path parts;
  if (ax_http_route_split(arena, ax_str_from(path), &parts)) return false;
  return ax_http_route_match(pattern, &parts, out);
}

static void places_capture_segments(void **state) {
  (void)state;
  ax_http_captures c;
  assert_true(fits("/fhir/{type}/{id}/_history/{vid}",
                   "/fhir/Patient/a%2Eb/_history/3", &c));
  assert_str(c.type, "Patient");
  assert_str(c.id, "a.b");
  assert_str(c.version, "3");
  assert_true(fits("/fhir", "/fhir/", &c));
  assert_true(fits("/", "/", &c));
}

static void operations_may_be_escaped(void **state) {
  (void)state;
  ax_http_captures c;
  assert_true(fits("/fhir/{type}/$validate", "/fhir/Patient/%24validate", &c));
  assert_false(fits("/fhir/{type}/{id}", "/fhir/Patient/$validate", &c));
  assert_false(fits("/fhir/{type}/{id}", "/fhir/Patient/_search", &c));
}

static void a_type_begins_with_a_capital(void **state) {
  (void)state;
  ax_http_captures c;
  assert_false(fits("/fhir/{type}", "/fhir/metadata", &c));
  assert_false(fits("/fhir/{type}", "/fhir/Pat1ent", &c));
  assert_true(fits("/fhir/{type}", "/fhir/NoSuchType", &c));
}

static void lengths_must_agree(void **state) {
  (void)state;
  ax_http_captures c;
  assert_false(fits("/fhir/{type}/{id}", "/fhir/Patient", &c));
  assert_false(fits("/fhir/{type}", "/fhir/Patient/1", &c));
  assert_false(fits("/fhir", "/", &c));
}

static void odd_paths_are_told_apart(void **state) {
  (void)state;
  ax_http_path p;
  assert_int_equal(ax_http_route_split(arena, AX_STR("/a//b"), &p),
                   AX_NOT_FOUND);
  assert_int_equal(ax_http_route_split(arena, AX_STR("/1/2/3/4/5/6/7/8/9"), &p),
                   AX_NOT_FOUND);
  assert_int_equal(ax_http_route_split(arena, AX_STR("/a%2"), &p), AX_INVALID);
  assert_int_equal(ax_http_route_split(arena, AX_STR("/a%00"), &p), AX_INVALID);
  assert_int_equal(ax_http_route_split(arena, AX_STR("/a%2Fb"), &p), AX_OK);
  assert_int_equal(p.count, 1);
  assert_str(p.segments[0], "a/b");
}

static ax_status split_one(ax_arena *a) {
  ax_http_path p;
  return ax_http_route_split(a, AX_STR("/%41/b/%42"), &p);
}

static void torture_every_allocation_may_fail(void **state) {
  (void)state;
  ax_test_torture(split_one, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(places_capture_segments),
    cmocka_unit_test(operations_may_be_escaped),
    cmocka_unit_test(a_type_begins_with_a_capital),
    cmocka_unit_test(lengths_must_agree),
    cmocka_unit_test(odd_paths_are_told_apart),
    cmocka_unit_test(torture_every_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("http_route", tests, set_up, tear_down);
}
