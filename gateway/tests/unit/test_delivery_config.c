/* Unit tests of gateway/src/delivery/delivery_config.c: the file of targets. */
#include "support/ax_test.h"

#include <string.h>

#include "delivery/delivery_config.h"

static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(1 << 20);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static ax_delivery_config read_well(const char *text) {
  ax_delivery_config config;
  ax_error err = { 0 };
  if (ax_delivery_config_read(arena, ax_str_from(text), &config, &err))
    fail_msg("%s", err.text);
  return config;
}

static void refused(const char *text, const char *part) {
  ax_delivery_config config;
  ax_error err = { 0 };
  assert_int_equal(
      ax_delivery_config_read(arena, ax_str_from(text), &config, &err),
      AX_INVALID);
  if (!strstr(err.text, part)) fail_msg("\"%s\" lacks \"%s\"", err.text, part);
}

static void a_target_has_sensible_standards(void **state) {
  (void)state;
  ax_delivery_config c = read_well(
      "{\"targets\":[{\"name\":\"ehr\",\"base\":\"https://ehr.example/r4\"}]}");
  assert_int_equal(c.target_count, 1);
  const ax_delivery_target *t = &c.targets[0];
  assert_string_equal(t->name, "ehr");
  assert_int_equal(t->way, AX_DELIVERY_PUT);
  assert_false(t->every);
  assert_int_equal(t->timeout_ms, 10000);
  assert_int_equal(t->max_age_ms, INT64_C(72) * 3600000);
  assert_null(t->token);
  assert_null(t->group);
  assert_int_equal(t->model_count, 0);
}

static void everything_can_be_said(void **state) {
  (void)state;
  ax_delivery_config c = read_well(
      "{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\",\"way\":\"bundle\","
      "\"models\":[\"m1\",\"m2\"],\"levels\":[\"high\"],\"group\":\"Group/g\","
      "\"when\":\"every\",\"timeout_s\":5,\"max_age_h\":1,\"ca\":\"ca.pem\","
      "\"certificate\":\"c.pem\",\"key\":\"k.pem\",\"token\":{\"url\":"
      "\"https://t\",\"client_id\":\"me\",\"key\":\"j.pem\",\"kid\":\"1\","
      "\"algorithm\":\"ES384\",\"scope\":\"s\"}}],"
      "\"subscriptions\":{\"allow\":[\"https://h\"]}}");
  const ax_delivery_target *t = &c.targets[0];
  assert_int_equal(t->way, AX_DELIVERY_BUNDLE);
  assert_true(t->every);
  assert_int_equal(t->model_count, 2);
  assert_str(t->models[1], "m2");
  assert_string_equal(t->token->algorithm, "ES384");
  assert_int_equal(c.allow_count, 1);
  assert_string_equal(c.allow[0], "https://h");
}

static void nobody_is_a_configuration_too(void **state) {
  (void)state;
  ax_delivery_config c = read_well("{}");
  assert_int_equal(c.target_count + c.allow_count, 0);
}

static void what_is_wrong_is_named(void **state) {
  (void)state;
  refused("[]", "an object is expected");
  refused("{\n\n\"targets\":[}", "line 3: this is not JSON: ");
  refused("{\"target\":[]}", "\"target\", which is not known");
  refused("{\"targets\":{}}", "line 1, targets: a list is expected");
  refused("{\"targets\":[{\"base\":\"http://a\"}]}",
          "targets[0].name: this must be given");
  refused("{\"targets\":[{\"name\":\"a\",\"base\":\"ftp://a\"}]}",
          "targets[0].base: an http(s) URL is expected");
  refused("{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\",\"level\":"
          "[\"high\"]}]}",
          "targets[0] has a member \"level\"");
  refused("{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\",\"levels\":"
          "\"high\"}]}",
          "targets[0].levels: a list of texts");
  refused("{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\",\"way\":"
          "\"fax\"}]}",
          "targets[0].way: this word is not known");
  refused("{\"targets\":[{\"name\":\"a/b\",\"base\":\"http://a\"}]}",
          "a name has no slash");
  refused("{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\",\"timeout_s\":"
          "0}]}",
          "targets[0].timeout_s: a whole number");
  refused("{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\"},{\"name\":"
          "\"a\",\"base\":\"http://b\"}]}",
          "targets[1].name: two targets have the same name");
  refused("{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\",\"token\":{"
          "\"url\":\"https://t\",\"client_id\":\"me\"}}]}",
          "targets[0].token.key: this must be given");
  refused("{\"subscriptions\":\n{\"allow\":\n[\"*\"]}}",
          "line 3, subscriptions.allow: a list of http(s) URLs");
  refused("{\"targets\":[\n{\"name\":\"a\",\n\"lvl\":1}]}",
          "line 3, targets[0] has a member \"lvl\"");
}

static ax_status build(ax_arena *a) {
  ax_delivery_config config;
  return ax_delivery_config_read(
      a,
      AX_STR("{\"targets\":[{\"name\":\"a\",\"base\":\"http://a\",\"models\":["
             "\"m\"],\"token\":{\"url\":\"http://t\",\"client_id\":\"c\","
             "\"key\":\"k\"}}],\"subscriptions\":{\"allow\":[\"http://h\"]}}"),
      &config, NULL);
}

static void no_memory_is_said_so(void **state) {
  (void)state;
  ax_arena *a = ax_arena_new(1 << 20);
  size_t failing = 0;
  for (;; failing++) {
    ax_arena_reset(a);
    ax_arena_fail_after(a, failing);
    ax_status status = build(a);
    if (status == AX_OK) break;
    assert_int_equal(status, AX_NOMEM);
    assert_true(failing < 100);
  }
  assert_true(failing > 8);
  ax_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_target_has_sensible_standards),
    cmocka_unit_test(everything_can_be_said),
    cmocka_unit_test(nobody_is_a_configuration_too),
    cmocka_unit_test(what_is_wrong_is_named),
    cmocka_unit_test(no_memory_is_said_so),
  };
  return cmocka_run_group_tests_name("delivery_config", tests, set_up,
                                     tear_down);
}
