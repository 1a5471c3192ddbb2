/* From outside: NDJSON, many resources of one type in one request. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { MANY = 2500, LINE = 200 };

static outside *gw;

static const char *const options[] = { "--sender-header", "X-Sender",
                                       "--sender-validation",
                                       "careful=quarantine; open=tag", NULL };

static int set_up(void **state) {
  (void)state;
  gw = outside_start(options);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

static const outside_answer *load(outside *on, const char *sender,
                                  const char *key, const char *type,
                                  const char *body) {
  char path[60], sender_line[100], key_line[100];
  (void)snprintf(path, sizeof path, "/%s", type);
  (void)snprintf(sender_line, sizeof sender_line, "X-Sender: %s", sender);
  (void)snprintf(key_line, sizeof key_line, "Idempotency-Key: %s", key);
  const char *headers[] = { "Content-Type: application/fhir+ndjson",
                            sender_line, *key ? key_line : NULL, NULL };
  return outside_send(on, "POST", path, headers, body, strlen(body));
}

static size_t patients(const char *value) {
  char query[200];
  (void)snprintf(query, sizeof query,
                 "/Patient?identifier=urn:nd|%s&_count=0&_total=accurate",
                 value);
  const outside_answer *a = outside_get(gw, query);
  assert_int_equal(a->status, 200);
  return strtoul(ax_json_text(AX_JSON_GET(a->json, "total")).ptr, NULL, 10);
}

/* `count` Patients without ids, in as many lines. free() it. */
static char *lines(const char *value, size_t count) {
  char *body = malloc(count * LINE + 1);
  size_t at = 0;
  assert_non_null(body);
  for (size_t i = 0; i < count; i++)
    at += (size_t)sprintf(body + at,
                          "{\"resourceType\":\"Patient\",\"identifier\":[{"
                          "\"system\":\"urn:nd\",\"value\":\"%s\"},{\"system\":"
                          "\"urn:n\",\"value\":\"%zu\"}]}\n",
                          value, i);
  return body;
}

static void summary(const outside_answer *a, const char *part) {
  ax_str text = outside_find(a->json, "issue[0].details.text");
  if (!strstr(text.ptr, part)) print_error("%s\n", text.ptr);
  assert_non_null(strstr(text.ptr, part));
}

static void each_line_is_stored(void **s) {
  (void)s;
  char *body = lines("all", MANY);
  const outside_answer *a = load(gw, "lab", "", "Patient", body);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
  assert_str(outside_find(a->json, "issue[0].severity"), "information");
  summary(a, "2500 lines: 2500 created, 0 updated, 0 unchanged, 0 refused");
  assert_int_equal(patients("all"), MANY);
  free(body);
}

static void a_line_with_an_id_is_an_update(void **s) {
  (void)s;
  static const char body[] =
      "{\"resourceType\":\"Patient\",\"id\":\"nd-1\",\"gender\":\"male\"}\r\n"
      "\r\n"
      "{\"resourceType\":\"Patient\",\"id\":\"nd-2\"}";
  summary(load(gw, "lab", "", "Patient", body), "2 lines: 2 created");
  summary(load(gw, "lab", "", "Patient", body), "0 updated, 2 unchanged");
  summary(load(gw, "lab", "", "Patient",
               "{\"resourceType\":\"Patient\",\"id\":\"nd-1\"}\n"
               "{\"resourceType\":\"Patient\",\"id\":\"nd-1\","
               "\"gender\":\"female\"}\n"),
          "2 lines: 0 created, 2 updated");
  const outside_answer *a = outside_get(gw, "/Patient/nd-1");
  assert_str(outside_find(a->json, "gender"), "female");
  assert_str(outside_find(a->json, "meta.versionId"), "3");
}

static const char mixed[] =
    "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:nd\","
    "\"value\":\"mixed\"}]}\n"
    "{\"resourceType\":\"Patient\",\n"
    "\n"
    "{\"resourceType\":\"Patient\",  \"gender\":\"purple\",\"identifier\":[{"
    "\"system\":\"urn:nd\",\"value\":\"mixed\"}]}\n"
    "{\"resourceType\":\"Observation\"}\n"
    "{\"resourceType\":\"Patient\",\"id\":\"no/id\"}\n"
    "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:nd\","
    "\"value\":\"mixed\"}]}\n";

static void faults_name_their_line(void **s) {
  (void)s;
  const outside_answer *a = load(gw, "lab", "", "Patient", mixed);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "issue[0].severity"), "warning");
  summary(a, "6 lines: 2 created, 0 updated, 0 unchanged, 4 refused");
  static const struct {
    const char *begin, *diagnostics;
  } want[] = {
    { "Line 2: The line is not usable JSON", "line 2," },
    { "Line 4: ", "line 4, column 38" },
    { "Line 5: The line is not a resource of the type", "line 5, column 1" },
    { "Line 6: The id is not one", "line 6, column 1" },
  };
  for (size_t i = 0; i < AX_COUNT(want); i++) {
    char at[60];
    (void)snprintf(at, sizeof at, "issue[%zu].details.text", i + 1);
    assert_true(ax_str_starts(outside_find(a->json, at),
                              ax_str_from(want[i].begin)));
    (void)snprintf(at, sizeof at, "issue[%zu].diagnostics", i + 1);
    assert_true(ax_str_starts(outside_find(a->json, at),
                              ax_str_from(want[i].diagnostics)));
  }
  assert_str(outside_find(a->json, "issue[2].expression[0]"), "Patient.gender");
  assert_int_equal(patients("mixed"), 2);
}

static void the_mode_of_the_sender_counts(void **s) {
  (void)s;
  summary(load(gw, "careful", "", "Patient", mixed),
          "2 created, 0 updated, 0 unchanged, 3 refused, 1 in quarantine");
  const outside_answer *a =
      outside_operate(gw, "GET", "//admin/quarantine?state=waiting", NULL);
  char path[120];
  assert_int_equal(ax_json_count(outside_at(a->json, "rows")), 1);
  (void)snprintf(path, sizeof path, "//admin/quarantine/" AX_STR_FMT,
                 AX_STR_ARG(outside_find(a->json, "rows[0].id")));
  a = outside_operate(gw, "GET", path, NULL);
  assert_str(outside_find(a->json, "resource.gender"), "purple");
  summary(load(gw, "open", "", "Patient", mixed),
          "3 created, 0 updated, 0 unchanged, 3 refused, 0 in quarantine, 1 "
          "tagged");
  assert_int_equal(patients("mixed"), 2 + 2 + 3);
}

static void under_a_key_it_has_its_effect_once(void **s) {
  (void)s;
  char *body = lines("key", 500);
  summary(load(gw, "lab", "nk", "Patient", body), "500 created");
  summary(load(gw, "lab", "nk", "Patient", body), "500 created");
  assert_int_equal(patients("key"), 500);
  body[strlen(body) - 1] = ' ';
  outside_refused(load(gw, "lab", "nk", "Patient", body), 422, "duplicate",
                  "Idempotency-Key");
  assert_int_equal(patients("key"), 500);
  free(body);
}

/* A client of its own sends while the gateway is killed. */
typedef struct {
  outside *visitor;
  const char *body;
} sending;

static void *send_on(void *ctx) {
  sending *sent = ctx;
  (void)load(sent->visitor, "lab", "nkill", "Patient", sent->body);
  return NULL;
}

static void a_load_that_broke_off_goes_on_where_it_stopped(void **s) {
  (void)s;
  enum { COUNT = 4000 };
  char *body = lines("kill", COUNT);
  size_t before = 0;
  for (int round = 0; round < 3; round++) {
    pthread_t thread;
    sending sent = { outside_visitor(gw), body };
    assert_int_equal(pthread_create(&thread, NULL, send_on, &sent), 0);
    while (patients("kill") == before) ax_clock_sleep_ms(5);
    outside_kill(gw);
    assert_int_equal(pthread_join(thread, NULL), 0);
    outside_leave(sent.visitor);
    outside_again(gw, options);
    before = patients("kill");
    assert_true(before > 0 && before <= COUNT);
    if (before == COUNT) break;
  }
  summary(load(gw, "lab", "nkill", "Patient", body), "4000 created");
  assert_int_equal(patients("kill"), COUNT);
  free(body);
}

static void what_is_no_load_is_refused(void **s) {
  (void)s;
  outside_refused(load(gw, "lab", "", "", "{}\n"), 415, "not-supported",
                  "resource type");
  outside_refused(load(gw, "lab", "", "Patient/1/$validate", "{}\n"), 415,
                  "not-supported", "resource type");
  outside_refused(load(gw, "lab", "", "Potato", "{}\n"), 404, "not-supported",
                  "Potato");
  outside_refused(load(gw, "lab", "", "Patient", ""), 400, "structure",
                  "no body");
  const char *headers[] = { "Content-Type: application/fhir+ndjson",
                            "If-None-Exist: identifier=a|b", NULL };
  outside_refused(outside_send(gw, "POST", "/Patient", headers, "{}", 2), 400,
                  "not-supported", "If-None-Exist");
}

/* Memory grows with the body, not with what is made of it. */
static size_t peak_kb(void) {
  char path[60], line[200];
  size_t kb = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)outside_pid(gw));
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  while (fgets(line, sizeof line, f))
    if (strncmp(line, "VmHWM:", 6) == 0) kb = strtoul(line + 6, NULL, 10);
  (void)fclose(f);
  assert_true(kb > 0);
  return kb;
}

static void a_large_body_needs_little_more_than_itself(void **s) {
  (void)s;
  enum { SMALL = 4000, LARGE = 20000 };
  char *body = lines("small", SMALL);
  assert_int_equal(load(gw, "lab", "", "Patient", body)->status, 200);
  free(body);
  size_t before = peak_kb();
  body = lines("large", LARGE);
  size_t kb = strlen(body) / 1024;
  summary(load(gw, "lab", "", "Patient", body), "20000 created");
  free(body);
  size_t after = peak_kb();
  print_message("%zu kB of lines: peak grew from %zu to %zu kB\n", kb, before,
                after);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  assert_true(after - before < 2 * kb + 40 * 1024);
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_line_is_stored),
    cmocka_unit_test(a_line_with_an_id_is_an_update),
    cmocka_unit_test(faults_name_their_line),
    cmocka_unit_test(the_mode_of_the_sender_counts),
    cmocka_unit_test(under_a_key_it_has_its_effect_once),
    cmocka_unit_test(a_load_that_broke_off_goes_on_where_it_stopped),
    cmocka_unit_test(what_is_no_load_is_refused),
    cmocka_unit_test(a_large_body_needs_little_more_than_itself),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
