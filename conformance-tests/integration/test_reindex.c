/* From outside: the search index follows the search parameters. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { COUNT = 6000, LINE = 200 };

static outside *gw;

static const char *const without[] = { "--search-exclude",
                                       "Patient.gender Patient.birthdate",
                                       NULL };

static int set_up(void **state) {
  (void)state;
  gw = outside_start(without);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

static const outside_answer *fill(size_t count) {
  const char *headers[] = { "Content-Type: application/fhir+ndjson", NULL };
  char *body = malloc(count * LINE);
  size_t at = 0;
  assert_non_null(body);
  for (size_t i = 0; i < count; i++)
    at +=
        (size_t)sprintf(body + at,
                        "{\"resourceType\":\"Patient\",\"id\":\"p%zu\","
                        "\"gender\":\"%s\",\"birthDate\":\"19%02zu-01-01\"}\n",
                        i, i % 3 ? "female" : "male", i % 100);
  const outside_answer *a =
      outside_send(gw, "POST", "/Patient", headers, body, at);
  free(body);
  return a;
}

static size_t total(const char *query) {
  char path[200];
  (void)snprintf(path, sizeof path, "/Patient?%s&_count=0&_total=accurate",
                 query);
  const outside_answer *a = outside_get(gw, path);
  assert_int_equal(a->status, 200);
  return strtoul(ax_json_text(AX_JSON_GET(a->json, "total")).ptr, NULL, 10);
}

static size_t told(const char *event) {
  size_t n = 0;
  for (const char *at = outside_log(gw); (at = strstr(at, event)); at++) n++;
  return n;
}

static void no_orphans(void) {
  const char *args[] = { "check", "--data", outside_data(gw), NULL };
  outside_run_result r = outside_run(args, NULL);
  if (r.code) print_error("%s\n", r.out);
  assert_int_equal(r.code, 0);
}

static void a_new_parameter_finds_what_is_there(void **s) {
  (void)s;
  assert_int_equal(fill(COUNT)->status, 200);
  outside_refused(outside_get(gw, "/Patient?gender=male"), 400, "not-supported",
                  "gender");
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, NULL);
  outside_await_ready(gw);
  assert_int_equal(total("gender=male"), COUNT / 3);
  assert_int_equal(total("gender=female"), COUNT / 3 * 2);
  assert_int_equal(total("birthdate=1950"), COUNT / 100);
  assert_int_equal(told("reindex_done"), 1);
  no_orphans();
  /* The next start has nothing to do. */
  size_t before = told("reindex_begun");
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, NULL);
  assert_int_equal(outside_get(gw, "//health/ready")->status, 200);
  assert_int_equal(told("reindex_begun"), before);
}

/* Each round another set, and a kill somewhere on the way. */
static void a_kill_on_the_way_loses_nothing(void **s) {
  (void)s;
  static const char *const sets[] = { "Patient.gender", "Patient.birthdate",
                                      "Patient.gender" };
  bool refused = false;
  for (size_t i = 0; i < AX_COUNT(sets); i++) {
    const char *args[] = { "--search-exclude", sets[i], NULL };
    assert_int_equal(outside_end(gw), 0);
    outside_again(gw, args);
    const outside_answer *a = outside_get(gw, "//health/ready");
    if (a->status == 503) {
      assert_non_null(strstr(a->body.ptr, "search index"));
      a = outside_get(gw, "/Patient?_id=p1");
      if (a->status == 503) {
        outside_refused(a, 503, "transient", "resources are done");
        assert_true(strlen(outside_header(a, "Retry-After")) > 0);
        assert_int_equal(outside_get(gw, "/Patient/p1")->status, 200);
        refused = true;
      }
    }
    outside_kill(gw);
    outside_again(gw, args);
    outside_await_ready(gw);
    no_orphans();
    bool gender = strcmp(sets[i], "Patient.birthdate") == 0;
    assert_int_equal(gender ? total("gender=male") : total("birthdate=1950"),
                     gender ? COUNT / 3 : COUNT / 100);
    outside_refused(outside_get(gw, gender ? "/Patient?birthdate=1950"
                                           : "/Patient?gender=male"),
                    400, "not-supported", gender ? "birthdate" : "gender");
  }
  /* A fast machine may be done before it is asked. */
  if (!refused) print_message("never seen at work\n");
}

/* What the rows hold after many turns is what they hold when made once. */
static void the_rows_are_those_of_a_fresh_store(void **s) {
  (void)s;
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, NULL);
  outside_await_ready(gw);
  size_t male = total("gender=male"), born = total("birthdate=1950");
  outside *turned = gw;
  gw = outside_start(NULL);
  assert_int_equal(fill(COUNT)->status, 200);
  assert_int_equal(total("gender=male"), male);
  assert_int_equal(total("birthdate=1950"), born);
  outside_stop(gw);
  gw = turned;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_parameter_finds_what_is_there),
    cmocka_unit_test(a_kill_on_the_way_loses_nothing),
    cmocka_unit_test(the_rows_are_those_of_a_fresh_store),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
