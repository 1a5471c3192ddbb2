/* Unit tests of bodies that are no resources: the content of a Binary is sent,
 * compressed answers are read. */
#include "run_kit.h"

/* [{"op":"add","path":"/x","value":"${v}"}] */
#define CONTENT "W3sib3AiOiJhZGQiLCJwYXRoIjoiL3giLCJ2YWx1ZSI6IiR7dn0ifV0="
#define BINARY                                                               \
  "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Binary', "          \
  "'contentType': 'application/json-patch+json', 'data': '" CONTENT "'}}], " \
  "'variable': [{'name': 'v', 'defaultValue': 'told'}],"
#define SEND(type)                                                 \
  "'test': [{'action': [{'operation': {'method': 'patch', 'url': " \
  "'Patient/1', 'sourceId': 'f', 'contentType': '" type "'}}]}]"

static void the_content_of_a_binary_is_sent_under_its_own_type(void **state) {
  (void)state;
  (void)kit_run(BINARY SEND("application/json-patch+json"));
  assert_int_equal(kit.asked_count, 1);
  assert_string_equal(kit.asked[0].body,
                      "[{\"op\":\"add\",\"path\":\"/x\",\"value\":\"told\"}]");
  assert_non_null(
      strstr(kit.asked[0].head, "Content-Type: application/json-patch+json\n"));
}

static void a_binary_is_a_resource_under_every_other_type(void **state) {
  (void)state;
  (void)kit_run(BINARY SEND("application/fhir+json"));
  assert_int_equal(kit.asked_count, 1);
  assert_non_null(strstr(kit.asked[0].body, "\"resourceType\":\"Binary\""));
  assert_non_null(strstr(kit.asked[0].body, CONTENT));
}

#define GET(url) "{'operation': {'method': 'get', 'url': '" url "'}}"
#define IS_PATIENT "{'assert': {'resource': 'Patient'}}"

static void a_compressed_answer_is_read(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run("'test': [{'action': [" GET("packed") "," IS_PATIENT "]}]");
  kit_expect(r, 0, 1, "pass", "");
  assert_str(kit_action(r, 0, 1)->exchange->response_body,
             "{\"resourceType\":\"Patient\"}");
}

/* RFC 9110 5.3 */
static void lines_of_one_name_are_one_list(void **state) {
  (void)state;
  const ax_result_script *r = kit_run("'test': [{'action': [" GET(
      "packed") ",{'assert': {'headerField': "
                "'vary', 'value': 'Accept-Encoding, Origin'}}]}]");
  kit_expect(r, 0, 1, "pass", "");
}

static void an_answer_that_only_says_so_is_no_json(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run("'test': [{'action': [" GET("packed?not") "," IS_PATIENT "]}]");
  kit_expect(r, 0, 1, "fail",
             "not JSON (application/fhir+json; charset=utf-8, "
             "Content-Encoding gzip): ");
}

/* A server's author wants to know where. */
static void a_body_that_is_no_json_is_told_with_its_place(void **state) {
  (void)state;
#define READS "'test': [{'action': [" GET("Patient/1") "," IS_PATIENT "]}]"
  kit_stored *one = &kit.stored[kit.stored_count++];
  *one = (kit_stored){ .key = "Patient/1" };
  kit.canned_read = "{\"resourceType\": \"Patient\",\n \"id\": \"a\", "
                    "\"id\": \"b\"}";
  kit_expect(kit_run(READS), 0, 1, "fail",
             "2:13: the key \"id\" occurs twice in one object");
  kit.canned_read = "<html>Log in</html>";
  kit_expect(kit_run(READS), 0, 1, "fail", "1:1: expected a value, found '<'");
  kit.canned_read = "\"a text\"";
  kit_expect(kit_run(READS), 0, 1, "fail", "neither an object nor a list");
}

/* An origin without a client under test: what has a body is sent for it. */
static void what_only_a_client_could_send_is_unsupported(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      "'test': [{'action': [{'operation': {'type': {'code': 'transaction'}, "
      "'origin': 1, 'method': 'post', 'requestId': 'r'}}]}]");
  kit_expect(r, 0, 0, "unsupported", "a client under test");
  assert_int_equal(kit.asked_count, 0);
  r = kit_run("'fixture': [{'id': 'f', 'resource': {'resourceType': "
              "'Patient'}}], 'test': [{'action': [{'operation': {'type': "
              "{'code': 'create'}, 'origin': 1, 'sourceId': 'f'}}, "
              "{'operation': {'type': {'code': 'search'}, 'origin': 1, "
              "'resource': 'Patient'}}]}]");
  kit_expect_kind(r->kind, "pass");
  assert_int_equal(kit.asked_count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_begin, kit_end)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(the_content_of_a_binary_is_sent_under_its_own_type),
    TEST(a_binary_is_a_resource_under_every_other_type),
    TEST(a_compressed_answer_is_read),
    TEST(lines_of_one_name_are_one_list),
    TEST(an_answer_that_only_says_so_is_no_json),
    TEST(a_body_that_is_no_json_is_told_with_its_place),
    TEST(what_only_a_client_could_send_is_unsupported),
  };
  return cmocka_run_group_tests_name("run_bodies", tests, kit_open, kit_close);
}
