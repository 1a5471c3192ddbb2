/* From outside: a sender's own codes and units become what others understand.
 */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static outside *gw;
static char file[64], map[80];

static void write_file(const char *path, const char *text) {
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  assert_true(fputs(text, out) >= 0);
  assert_int_equal(fclose(out), 0);
}

static int set_up(void **state) {
  (void)state;
  char text[300];
  (void)snprintf(file, sizeof file, "/tmp/auspex-codes-%d.json", (int)getpid());
  (void)snprintf(map, sizeof map, "%s.map", file);
  write_file(map, "{\"resourceType\":\"ConceptMap\",\"status\":\"active\","
                  "\"group\":[{\"source\":\"urn:lab\",\"target\":"
                  "\"http://loinc.org\",\"element\":[{\"code\":\"GLU\","
                  "\"target\":[{\"code\":\"2339-0\",\"equivalence\":"
                  "\"equivalent\"}]}]}]}");
  (void)snprintf(text, sizeof text,
                 "{\"senders\":[{\"sender\":\"lab\",\"codes\":[\"%s\"],"
                 "\"units\":{\"mg%%\":\"mg/dL\"}}]}",
                 map);
  write_file(file, text);
  const char *args[] = { "--translations", file, "--sender-header", "X-Sender",
                         NULL };
  gw = outside_start(args);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  (void)remove(file);
  (void)remove(map);
  return 0;
}

static const outside_answer *post(const char *sender, const char *code) {
  char body[500], header[60];
  (void)snprintf(header, sizeof header, "X-Sender: %s", sender);
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Observation\",\"status\":\"final\","
                 "\"code\":{\"coding\":[{\"system\":\"urn:lab\",\"code\":"
                 "\"%s\"}]},\"subject\":{\"reference\":\"Patient/p\"},"
                 "\"effectiveDateTime\":\"2026-01-05T08:00:00Z\","
                 "\"valueQuantity\":{\"value\":99,\"unit\":\"mg%%\"}}",
                 code);
  return outside_post_with(gw, "/Observation", header, body);
}

static void codes_and_units_are_found_by_what_they_mean(void **state) {
  (void)state;
  const outside_answer *a = post("lab", "GLU");
  if (a->status != 201) fail_msg("%.*s", AX_STR_ARG(a->body));
  assert_str(outside_find(a->json, "code.coding[0].system"), "urn:lab");
  assert_str(outside_find(a->json, "code.coding[1].code"), "2339-0");
  assert_str(outside_find(a->json, "valueQuantity.unit"), "mg%");
  assert_str(outside_find(a->json, "valueQuantity.code"), "mg/dL");
  assert_int_equal(
      patients_count(gw, "/Observation?code=http://loinc.org|2339-0"), 1);
  assert_int_equal(patients_count(gw, "/Observation?code=urn:lab|GLU"), 1);
}

static void another_sender_means_what_it_says(void **state) {
  (void)state;
  const outside_answer *a = post("ward", "GLU");
  assert_int_equal(a->status, 201);
  assert_null(outside_at(a->json, "code.coding[1]"));
}

static void what_stayed_unmapped_is_listed(void **state) {
  (void)state;
  assert_int_equal(post("lab", "NEW")->status, 201);
  const outside_answer *a =
      outside_operate(gw, "GET", "//admin/unmapped", NULL);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "unmapped[0].code"), "NEW");
  assert_str(outside_find(a->json, "unmapped[0].sender"), "lab");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(codes_and_units_are_found_by_what_they_mean),
    cmocka_unit_test(another_sender_means_what_it_says),
    cmocka_unit_test(what_stayed_unmapped_is_listed),
  };
  return cmocka_run_group_tests_name("translate", tests, set_up, tear_down);
}
