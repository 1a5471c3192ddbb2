/* The suites that integrators run, run: our gateway passes what it claims, a
 * module what it is asked; a feed as it should be is told from one that is not.
 */
#include "../support/scripts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { RUNNER_KB = 4000000 };
#else
enum { RUNNER_KB = 60000000 / 1024 };
#endif

static outside *gw;

static const char *below_root(const char *rest) {
  const char *root = getenv("AUSPEX_ROOT");
  return ax_arena_printf(scripts_arena(), "%s/%s", root ? root : ".", rest).ptr;
}

static int begin(void **state) {
  /* Every score is there when the post is answered, also on a slow machine. */
  static const char *const patient[] = { "--score-wait", "60s", NULL };
  (void)state;
  scripts_begin();
  gw = outside_start(patient);
  return 0;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  scripts_end();
  return 0;
}

/* Everything was run, and nothing failed. */
static void holds_for(outside *target, const char *suite,
                      const char *fixtures) {
  outside_run_result r = scripts_run(
      outside_base(target),
      (const char *const[]){ "--strict", "--profiles",
                             below_root("fhir-profiles/package"), "--fixtures",
                             below_root(fixtures), below_root(suite), NULL });
  if (r.code != 0) print_error("%s%s\n", r.out, r.err);
  assert_int_equal(r.code, 0);
}

static void holds(const char *suite, const char *fixtures) {
  holds_for(gw, suite, fixtures);
}

static void our_gateway_does_what_it_claims(void **state) {
  (void)state;
  holds("conformance-tests/suites/gateway", "conformance-tests/samples");
}

static void our_gateway_is_a_server_like_others(void **state) {
  (void)state;
  holds("conformance-tests/suites/server", "conformance-tests/samples");
}

static void a_module_behaves_as_it_says(void **state) {
  (void)state;
  holds("conformance-tests/suites/plugin", "conformance-tests/samples/plugin");
}

static void our_gateway_does_what_its_operator_says(void **state) {
  (void)state;
  const char *const options[] = {
    "--config", below_root("conformance-tests/suites/configured/auspex.conf"),
    NULL
  };
  outside *configured = outside_start(options);
  holds_for(configured, "conformance-tests/suites/configured",
            "conformance-tests/samples");
  outside_stop(configured);
}

/* Four scripts at once; the memory is that of the largest program that this one
 * has waited for, and so far those were runners. */
static void a_run_of_all_of_them_is_small(void **state) {
  (void)state;
  struct rusage used;
  outside_run_result r =
      scripts_run(outside_base(gw),
                  (const char *const[]){
                      "--quiet", "--jobs", "4", "--profiles",
                      below_root("fhir-profiles/package"), "--fixtures",
                      below_root("conformance-tests/samples/plugin"),
                      below_root("conformance-tests/suites/gateway"),
                      below_root("conformance-tests/suites/server"),
                      below_root("conformance-tests/suites/plugin"), NULL });
  if (r.code != 0) print_error("%s%s\n", r.out, r.err);
  assert_int_equal(r.code, 0);
  assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
  if (used.ru_maxrss > RUNNER_KB) fail_msg("it took %ld kB", used.ru_maxrss);
}

/* After all the runs above. The models' Devices and cards are the gateway's
 * own. */
static void runs_leave_nothing_behind(void **state) {
  (void)state;
  const ax_json *rest =
      ax_json_item(AX_JSON_GET(outside_get(gw, "/metadata")->json, "rest"), 0);
  const ax_json *types = AX_JSON_GET(rest, "resource");
  assert_true(ax_json_count(types) > 100);
  for (size_t i = 0; i < ax_json_count(types); i++) {
    ax_str type = AX_JSON_STR(ax_json_item(types, i), "type");
    if (ax_str_eq(type, AX_STR("Device")) ||
        ax_str_eq(type, AX_STR("DocumentReference")))
      continue;
    ax_str path = ax_arena_printf(
        scripts_arena(), "/" AX_STR_FMT "?_summary=count", AX_STR_ARG(type));
    const outside_answer *a = outside_get(gw, path.ptr);
    ax_str total = ax_json_text(AX_JSON_GET(a->json, "total"));
    if (!ax_str_eq(total, AX_STR("0")))
      fail_msg(AX_STR_FMT " of " AX_STR_FMT, AX_STR_ARG(total),
               AX_STR_ARG(type));
  }
}

/* What the suite for senders says of the messages in a folder. */
static outside_run_result judged(const char *folder) {
  const char *args[] = { "proxy",
                         "--recording",
                         folder,
                         "--each",
                         "--packages",
                         below_root("build/packages"),
                         "--profiles",
                         below_root("fhir-profiles/package"),
                         below_root("conformance-tests/suites/sender/"
                                    "message.json"),
                         NULL };
  return outside_run_as("bin/auspex-conformance", args, NULL);
}

static void a_feed_as_it_should_be_passes(void **state) {
  (void)state;
  outside_run_result r = judged(below_root("conformance-tests/samples/feed"));
  if (r.code != 0) print_error("%s%s\n", r.out, r.err);
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.out, "scripts     3:"));
}

/* A unit that is only text, a code without its system, a subject and a time
 * that are missing, half a birth date: each is named. */
static void a_feed_as_it_should_not_be_is_told_why(void **state) {
  (void)state;
  scripts_put(
      "feed/1.json",
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
      "{\"fullUrl\":\"urn:uuid:0a4d8c53-7f51-4c7c-8a55-3a9c6d9d9c01\","
      "\"resource\":{\"resourceType\":\"Observation\",\"status\":"
      "\"final\",\"code\":{\"coding\":[{\"code\":\"abc\"}]},"
      "\"valueQuantity\":{\"value\":1,\"unit\":\"furlong\"}},"
      "\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}},"
      "{\"fullUrl\":\"urn:uuid:0a4d8c53-7f51-4c7c-8a55-3a9c6d9d9c02\","
      "\"resource\":{\"resourceType\":\"Patient\",\"birthDate\":"
      "\"1950\"},\"request\":{\"method\":\"POST\",\"url\":"
      "\"Patient\"}}]}");
  outside_run_result r = judged(scripts_path("feed"));
  assert_int_equal(r.code, 1);
  static const char *const told[] = {
    "every quantity has the UCUM system",
    "got 'furlong'",
    "every Observation has a code with its system",
    "every Observation has a subject",
    "every Observation has an effective time",
    "every Patient has an identifier",
    "got 'abc'"
  };
  for (size_t i = 0; i < AX_COUNT(told); i++)
    if (!strstr(r.out, told[i])) fail_msg("%s is not in\n%s", told[i], r.out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(our_gateway_does_what_it_claims),
    cmocka_unit_test(our_gateway_is_a_server_like_others),
    cmocka_unit_test(a_module_behaves_as_it_says),
    cmocka_unit_test(a_run_of_all_of_them_is_small),
    cmocka_unit_test(runs_leave_nothing_behind),
    cmocka_unit_test(our_gateway_does_what_its_operator_says),
    cmocka_unit_test(a_feed_as_it_should_be_passes),
    cmocka_unit_test(a_feed_as_it_should_not_be_is_told_why),
  };
  return cmocka_run_group_tests_name("suites", tests, begin, end);
}
