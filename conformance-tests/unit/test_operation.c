/* Unit tests of conformance-tests/runner/run/operation*.c, exchange.c, wire.c
 * and wait.c, seen by what the target is asked. */
#include "run_kit.h"

#include "run/operation_code.h"

#define FIXTURES                                                           \
  "'fixture': [{'id': 'f', 'resource': {'id': 'x9', 'resourceType': "      \
  "'Patient', 'meta': {'versionId': '3'}, 'active': true}}, {'id': 'n', "  \
  "'resource': {'resourceType': 'Patient', 'active': true}}, {'id': 'b', " \
  "'resource': {'resourceType': 'Bundle', 'type': 'batch'}}, {'id': 'p', " \
  "'resource': {'resourceType': 'Parameters'}}],"

static const ax_result_script *result;

/* "METHOD /path?query" of the only operation's request; `operation` without
 * braces. */
static const char *request_of(const char *operation) {
  static char text[2048];
  char script[4096];
  (void)snprintf(script, sizeof script,
                 FIXTURES "'test': [{'action': [{'operation': {%s}}]}]",
                 operation);
  kit.asked_count = 0;
  result = kit_run(script);
  if (kit.asked_count != 1)
    fail_msg("%s: " AX_STR_FMT, operation,
             AX_STR_ARG(kit_action(result, 0, 0)->message));
  const kit_asked *a = &kit.asked[0];
  (void)snprintf(text, sizeof text, "%s %s%s%s", a->method, a->path,
                 a->query[0] ? "?" : "", a->query);
  return text;
}

static const char *fault_of(const char *operation) {
  char script[4096];
  (void)snprintf(script, sizeof script,
                 FIXTURES "'test': [{'action': [{'operation': {%s}}]}]",
                 operation);
  kit.asked_count = 0;
  result = kit_run(script);
  assert_int_equal(kit.asked_count, 0);
  return kit_action(result, 0, 0)->message.ptr;
}

static void each_interaction_has_its_method_and_url(void **state) {
  (void)state;
  static const struct {
    const char *operation, *want;
  } rows[] = {
    { "'type': {'code': 'read'}, 'targetId': 'f'", "GET /fhir/Patient/x9" },
    { "'type': {'code': 'vread'}, 'targetId': 'f'",
      "GET /fhir/Patient/x9/_history/3" },
    { "'type': {'code': 'update'}, 'sourceId': 'f'", "PUT /fhir/Patient/x9" },
    { "'type': {'code': 'update'}, 'sourceId': 'n', 'targetId': 'f'",
      "PUT /fhir/Patient/x9" },
    { "'type': {'code': 'updateCreate'}, 'sourceId': 'f'",
      "PUT /fhir/Patient/x9" },
    { "'type': {'code': 'patch'}, 'sourceId': 'p', 'targetId': 'f'",
      "PATCH /fhir/Patient/x9" },
    { "'type': {'code': 'delete'}, 'targetId': 'f'",
      "DELETE /fhir/Patient/x9" },
    { "'type': {'code': 'delete'}, 'resource': 'Patient'",
      "DELETE /fhir/Patient" },
    { "'type': {'code': 'deleteCondSingle'}, 'resource': 'Patient', 'params': "
      "'?a=b'",
      "DELETE /fhir/Patient?a=b" },
    { "'type': {'code': 'create'}, 'sourceId': 'n'", "POST /fhir/Patient" },
    { "'type': {'code': 'create'}, 'resource': 'Observation', 'sourceId': 'n'",
      "POST /fhir/Observation" },
    { "'type': {'code': 'search'}, 'resource': 'Patient', 'params': "
      "'?name=x'",
      "GET /fhir/Patient?name=x" },
    { "'type': {'code': 'search'}, 'params': '?_type=Patient'",
      "GET /fhir?_type=Patient" },
    { "'type': {'code': 'batch'}, 'sourceId': 'b'", "POST /fhir" },
    { "'type': {'code': 'transaction'}, 'sourceId': 'b'", "POST /fhir" },
    { "'type': {'code': 'capabilities'}", "GET /fhir/metadata" },
    { "'type': {'code': 'history'}, 'targetId': 'f'",
      "GET /fhir/Patient/x9/_history" },
    { "'type': {'code': 'history'}, 'resource': 'Patient'",
      "GET /fhir/Patient/_history" },
    { "'type': {'code': 'history'}", "GET /fhir/_history" },
    { "'type': {'code': 'history'}, 'resource': 'Patient', 'params': "
      "'/x9/_history'",
      "GET /fhir/Patient/x9/_history" },
    { "'type': {'code': 'history'}, 'resource': 'Patient', 'params': "
      "'?_count=2'",
      "GET /fhir/Patient/_history?_count=2" },
    { "'resource': 'Patient', 'params': '/x9/_history'",
      "GET /fhir/Patient/x9/_history" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_string_equal(request_of(rows[i].operation), rows[i].want);
}

static void operations_are_asked_where_they_belong(void **state) {
  (void)state;
  static const struct {
    const char *operation, *want;
  } rows[] = {
    { "'type': {'code': 'everything'}, 'targetId': 'f'",
      "GET /fhir/Patient/x9/$everything" },
    { "'type': {'code': 'everything'}, 'resource': 'Patient', 'params': "
      "'/x9?_count=1'",
      "GET /fhir/Patient/x9/$everything?_count=1" },
    { "'type': {'code': 'everything'}, 'resource': 'Patient', 'params': "
      "'/x9/$everything'",
      "GET /fhir/Patient/x9/$everything" },
    { "'type': {'code': 'validate'}, 'resource': 'Patient', 'sourceId': 'n'",
      "POST /fhir/Patient/$validate" },
    { "'type': {'code': 'validate'}, 'resource': 'Patient', 'sourceId': 'n', "
      "'params': '?profile=http://p'",
      "POST /fhir/Patient/$validate?profile=http://p" },
    { "'type': {'code': 'expand'}, 'resource': 'ValueSet', 'params': "
      "'/v/$expand?filter=a'",
      "GET /fhir/ValueSet/v/$expand?filter=a" },
    { "'type': {'code': '$meta'}", "GET /fhir/$meta" },
    { "'type': {'code': 'lookup'}, 'resource': 'CodeSystem', 'sourceId': 'p'",
      "POST /fhir/CodeSystem/$lookup" },
    { "'type': {'code': '$own'}, 'resource': 'Patient', 'sourceId': 'p'",
      "POST /fhir/Patient/$own" },
    { "'type': {'code': '$own'}, 'targetId': 'f', 'method': 'post'",
      "POST /fhir/Patient/x9/$own" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_string_equal(request_of(rows[i].operation), rows[i].want);
}

static void every_code_of_r4_is_known(void **state) {
  (void)state;
  ax_operation_code code;
  const ax_json *system =
      ax_registry_find(kit.registry, AX_DEF_CODE_SYSTEM,
                       AX_STR("http://terminology.hl7.org/CodeSystem/"
                              "testscript-operation-codes"));
  const ax_json *concepts = AX_JSON_GET(system, "concept");
  assert_true(ax_json_count(concepts) > 40);
  for (size_t i = 0; i < ax_json_count(concepts); i++) {
    ax_str one = AX_JSON_STR(ax_json_item(concepts, i), "code");
    if (!ax_operation_code_find(one, &code))
      fail_msg(AX_STR_FMT, AX_STR_ARG(one));
  }
  assert_true(ax_operation_code_find(AX_STR("$any"), &code));
  assert_false(ax_operation_code_find(AX_STR("any"), &code));
  assert_false(ax_operation_code_find(AX_STR("$"), &code));
}

static void url_beats_params_and_params_beat_target(void **state) {
  (void)state;
  assert_string_equal(request_of("'type': {'code': 'read'}, 'resource': "
                                 "'Observation', 'url': 'Patient/1', 'params': "
                                 "'/2', 'targetId': 'f'"),
                      "GET /fhir/Patient/1");
  assert_string_equal(request_of("'type': {'code': 'read'}, 'resource': "
                                 "'Observation', 'params': '/2', 'targetId': "
                                 "'f'"),
                      "GET /fhir/Observation/2");
  assert_string_equal(request_of("'type': {'code': 'read'}, 'url': "
                                 "'/Patient/1?a=b'"),
                      "GET /fhir/Patient/1?a=b");
  char whole[256];
  (void)snprintf(whole, sizeof whole,
                 "'type': {'code': 'read'}, 'url': '%s/Patient/7'", kit.base);
  assert_string_equal(request_of(whole), "GET /fhir/Patient/7");
}

static void what_was_made_has_a_version_too(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      FIXTURES "'test': [{'action': [{'operation': {'type': {'code': "
               "'create'}, 'sourceId': 'n'}}, {'operation': {'type': "
               "{'code': 'vread'}, 'targetId': 'n'}}, {'operation': {'type': "
               "{'code': 'read'}, 'targetId': 'n'}}]}]");
  kit_expect(r, 0, 2, "pass", "");
  assert_string_equal(kit.asked[1].path, "/fhir/Patient/made-1/_history/1");
  assert_string_equal(kit.asked[2].path, "/fhir/Patient/made-1");
}

static void custom_codes_need_a_method_or_a_url(void **state) {
  (void)state;
  assert_string_equal(request_of("'type': {'code': 'purge'}, 'method': "
                                 "'delete', 'url': 'Patient/1'"),
                      "DELETE /fhir/Patient/1");
  assert_non_null(strstr(fault_of("'type': {'code': 'purge'}"),
                         "unsupported: operation code 'purge'"));
  assert_non_null(strstr(fault_of("'type': {'code': 'read'}, 'method': "
                                  "'brew', 'url': 'x'"),
                         "unsupported: the HTTP method 'BREW'"));
  assert_non_null(strstr(fault_of("'type': {'code': 'read'}"),
                         "names no url, no params and no targetId"));
  assert_non_null(
      strstr(fault_of("'type': {'code': 'create'}"), "names no type"));
  assert_non_null(strstr(fault_of("'accept': 'json'"),
                         "the operation does not say what to do"));
}

static void urls_are_encoded_once(void **state) {
  (void)state;
  assert_string_equal(request_of("'url': 'Patient?name=A B|c%20d&x=%zz'"),
                      "GET /fhir/Patient?name=A%20B%7Cc%20d&x=%25zz");
  assert_string_equal(request_of("'url': 'Patient?d=1+2'"),
                      "GET /fhir/Patient?d=1+2");
  assert_string_equal(request_of("'url': 'Patient?d=1+2', "
                                 "'encodeRequestUrl': true"),
                      "GET /fhir/Patient?d=1%2B2");
  assert_string_equal(request_of("'url': 'Patient?n=\xc3\xbc', "
                                 "'encodeRequestUrl': false"),
                      "GET /fhir/Patient?n=%C3%BC");
}

static void bodies_come_from_the_source(void **state) {
  (void)state;
  (void)request_of("'type': {'code': 'create'}, 'sourceId': 'n'");
  assert_string_equal(kit.asked[0].body,
                      "{\"resourceType\":\"Patient\",\"active\":true}");
  assert_non_null(
      strstr(kit.asked[0].head, "Content-Type: application/fhir+json\n"));
  assert_non_null(strstr(kit.asked[0].head, "Accept: application/fhir+json\n"));
  /* An update says the id of its URL. */
  (void)request_of("'type': {'code': 'update'}, 'sourceId': 'n', 'targetId': "
                   "'f'");
  assert_string_equal(
      kit.asked[0].body,
      "{\"resourceType\":\"Patient\",\"id\":\"x9\",\"active\":true}");
  (void)request_of("'type': {'code': 'read'}, 'targetId': 'f', 'sourceId': "
                   "'n'");
  assert_string_equal(kit.asked[0].body, "");
  assert_null(strstr(kit.asked[0].head, "Content-Type"));
  /* The type of a body is sent when it is named, with a body and without. */
  (void)request_of("'type': {'code': 'create'}, 'resource': 'Patient', "
                   "'contentType': 'json'");
  assert_non_null(strstr(kit.asked[0].head, "Content-Type: application/fhir"));
}

static void headers_are_sent_as_they_are_written(void **state) {
  (void)state;
  (void)request_of("'type': {'code': 'read'}, 'targetId': 'f', 'accept': "
                   "'json', 'requestHeader': [{'field': 'If-None-Match', "
                   "'value': 'W/\\\"1\\\"'}, {'field': 'Accept', 'value': "
                   "'xml'}]");
  assert_non_null(strstr(kit.asked[0].head, "If-None-Match: W/\"1\"\n"));
  assert_non_null(strstr(kit.asked[0].head, "Accept: xml\n"));
  assert_null(strstr(kit.asked[0].head, "fhir+json"));
  (void)request_of("'type': {'code': 'create'}, 'sourceId': 'n', "
                   "'contentType': 'application/not-fhir', 'accept': 'none'");
  assert_non_null(
      strstr(kit.asked[0].head, "Content-Type: application/not-fhir\n"));
  assert_null(strstr(kit.asked[0].head, "Accept: application"));
  assert_non_null(strstr(fault_of("'url': 'x', 'requestHeader': [{'value': "
                                  "'y'}]"),
                         "requestHeader[0] has no field"));
}

static void the_runs_headers_go_along(void **state) {
  (void)state;
  const ax_net_header own[] = { { AX_STR("X-Key"), AX_STR("k") },
                                { AX_STR("Prefer"), AX_STR("run") } };
  kit.options.target.headers = own;
  kit.options.target.header_count = 2;
  kit.options.target.bearer = AX_STR("tok");
  (void)request_of("'url': 'Patient/1', 'requestHeader': [{'field': 'prefer', "
                   "'value': 'script'}]");
  assert_non_null(strstr(kit.asked[0].head, "X-Key: k\n"));
  assert_non_null(strstr(kit.asked[0].head, "Authorization: Bearer tok\n"));
  assert_non_null(strstr(kit.asked[0].head, "prefer: script\n"));
  assert_null(strstr(kit.asked[0].head, "Prefer: run"));
  assert_str(ax_result_request_header(kit_action(result, 0, 0)->exchange,
                                      AX_STR("authorization")),
             "Bearer tok");
}

static void a_search_by_post_is_a_form(void **state) {
  (void)state;
  assert_string_equal(request_of("'type': {'code': 'search'}, 'resource': "
                                 "'Patient', 'method': 'post', 'params': "
                                 "'?name=A B&x=1'"),
                      "POST /fhir/Patient/_search");
  assert_string_equal(kit.asked[0].body, "name=A%20B&x=1");
  assert_non_null(strstr(kit.asked[0].head,
                         "Content-Type: application/x-www-form-urlencoded\n"));
}

static void xml_is_asked_for_in_json_when_the_run_says_so(void **state) {
  (void)state;
  (void)request_of("'type': {'code': 'create'}, 'sourceId': 'n', 'accept': "
                   "'xml', 'contentType': 'xml', 'requestHeader': [{'field': "
                   "'X', 'value': 'application/fhir+xml;q=1'}]");
  assert_true(result->wire_changed);
  assert_null(strstr(kit.asked[0].head, "xml"));
  assert_non_null(strstr(kit.asked[0].head, "X: application/fhir+json;q=1\n"));
  (void)request_of("'url': 'Patient?_format=application/xml'");
  assert_true(result->wire_changed);
  assert_string_equal(kit.asked[0].query, "_format=json");
  (void)request_of("'url': 'Patient?a=b&_format=xml&c=d'");
  assert_string_equal(kit.asked[0].query, "a=b&_format=json&c=d");
  (void)request_of("'url': 'Patient?a_format=xml&b=_format=xml'");
  assert_false(result->wire_changed);
  /* Without: what is asked for is asked for, and only bodies are too much. */
  kit.options.wire = AX_RUN_WIRE_AS_ASKED;
  (void)request_of("'url': 'Patient/1?_format=xml', 'accept': 'xml'");
  assert_non_null(strstr(kit.asked[0].head, "Accept: application/fhir+xml\n"));
  assert_string_equal(kit.asked[0].query, "_format=xml");
  assert_false(result->wire_changed);
  assert_non_null(
      strstr(fault_of("'type': {'code': 'create'}, 'sourceId': 'n', "
                      "'contentType': 'xml'"),
             "unsupported: XML bodies (run with --wire json"));
  kit.content_type = "application/fhir+xml";
  const ax_result_script *r = kit_run(
      FIXTURES "'test': [{'action': [{'operation': {'type': {'code': 'search'},"
               " 'resource': 'Patient', 'accept': 'xml'}}, {'assert': "
               "{'response': 'okay'}}, {'assert': {'contentType': 'xml'}}, "
               "{'assert': {'resource': 'Bundle'}}]}]");
  kit_expect(r, 0, 1, "pass", "");
  kit_expect(r, 0, 2, "pass", "");
  kit_expect(r, 0, 3, "unsupported", "unsupported: XML bodies");
  /* A media type that only looks like one is sent. */
  (void)request_of("'url': 'Patient/1', 'accept': 'applicaiton/xml'");
  assert_non_null(strstr(kit.asked[0].head, "Accept: applicaiton/xml\n"));
}

static void answers_and_requests_are_known_by_their_ids(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      FIXTURES
      "'test': [{'action': ["
      "{'operation': {'type': {'code': 'create'}, 'sourceId': 'n', "
      "'responseId': 'made', 'requestId': 'sent'}},"
      "{'operation': {'type': {'code': 'read'}, 'targetId': 'made'}},"
      "{'operation': {'type': {'code': 'vread'}, 'targetId': 'made'}},"
      "{'operation': {'type': {'code': 'delete'}, 'targetId': 'n'}},"
      "{'operation': {'type': {'code': 'create'}, 'sourceId': 'made'}},"
      "{'assert': {'sourceId': 'sent', 'expression': 'Patient.active'}},"
      "{'assert': {'sourceId': 'made', 'responseCode': '201'}}]}]");
  for (size_t i = 0; i < 7; i++) kit_expect(r, 0, i, "pass", "");
  assert_string_equal(kit.asked[1].path, "/fhir/Patient/made-1");
  assert_string_equal(kit.asked[2].path, "/fhir/Patient/made-1/_history/1");
  /* The fixture is known by what it became on the target. */
  assert_string_equal(kit.asked[3].path, "/fhir/Patient/made-1");
  assert_non_null(strstr(kit.asked[4].body, "\"id\":\"made-1\""));
}

static void addresses_of_the_author_stand_for_the_target(void **state) {
  (void)state;
  assert_string_equal(request_of("'type': {'code': 'create'}, 'sourceId': 'n', "
                                 "'url': 'http://localhost:9999/fhir/Patient'"),
                      "POST /fhir/Patient");
  assert_true(result->notices.count > 0);
  assert_string_equal(
      request_of("'url': 'http://127.0.0.1:1/x/y/Patient/1/$everything?a=b'"),
      "GET /fhir/Patient/1/$everything?a=b");
  assert_string_equal(request_of("'url': 'http://localhost/base'"),
                      "GET /fhir");
}

static void other_servers_are_not_asked(void **state) {
  (void)state;
  (void)kit_run(FIXTURES "'test': [{'action': [{'operation': {'url': "
                         "'http://other.example/fhir/Patient/1'}}]}]");
  assert_int_equal(kit.asked_count, 0);
  const ax_result_script *r =
      kit_run(FIXTURES "'test': [{'action': [{'operation': {'url': "
                       "'http://other.example/fhir/Patient/1'}}]}]");
  kit_expect(r, 0, 0, "unsupported", "servers that are no destination");
}

static void destinations_have_their_own_base(void **state) {
  (void)state;
  char second[80];
  (void)snprintf(second, sizeof second, "%s/second", kit.base);
  const ax_run_destination two[] = { { 1, ax_str_from(kit.base) },
                                     { 2, ax_str_from(second) } };
  kit.options.target.destinations = two;
  kit.options.target.destination_count = 2;
  assert_string_equal(request_of("'url': 'Patient/1', 'destination': 2"),
                      "GET /fhir/second/Patient/1");
  assert_string_equal(request_of("'url': 'Patient/1', 'destination': 1"),
                      "GET /fhir/Patient/1");
  assert_non_null(strstr(fault_of("'url': 'Patient/1', 'destination': 3"),
                         "no base URL is known for destination 3"));
  /* Several, and none named: R4 calls that an error. */
  const ax_result_script *r = kit_run(
      "'destination': [{'index': 1, 'profile': {'code': 'FHIR-Server'}}, "
      "{'index': 2, 'profile': {'code': 'FHIR-Server'}}],"
      "'fixture': [{'id': 'a', 'autocreate': true, 'autodelete': true, "
      "'resource': {'resourceType': 'Patient'}}],"
      "'test': [{'action': [{'operation': {'url': 'Patient/1'}}]}]");
  kit_expect(r, 1, 0, "error", "does not say which one it means");
  /* Fixtures are made on each, and removed from each. */
  assert_int_equal(r->phases.items[0].actions.count, 2);
  assert_int_equal(r->phases.items[2].actions.count, 2);
  kit.options.target.destination_count = 1;
  assert_string_equal(request_of("'url': 'Patient/1', 'destination': 2"),
                      "GET /fhir/Patient/1");
  assert_true(result->notices.count > 0);
}

static void an_operation_waits_until_the_target_is_done(void **state) {
  (void)state;
  kit.polls = 3;
  const ax_result_script *r = kit_run(
      "'test': [{'action': [{'operation': {'extension': [{'url': "
      "'http://ignixa.io/testscript/waitFor', 'extension': [{'url': "
      "'pollingStatusCode', 'valueInteger': 202}, {'url': 'maxAttempts', "
      "'valueInteger': 60}, {'url': 'intervalMs', 'valueInteger': 30}]}], "
      "'url': 'poll'}}, {'assert': {'responseCode': '200'}}]}]");
  kit_expect(r, 0, 1, "pass", "");
  assert_int_equal(kit.asked_count, 4);
}

static void it_does_not_wait_for_ever(void **state) {
  (void)state;
  kit.polls = 1000;
  const ax_result_script *r = kit_run(
      "'test': [{'action': [{'operation': {'extension': [{'url': "
      "'http://ignixa.io/testscript/waitFor', 'extension': [{'url': "
      "'maxAttempts', 'valueInteger': 3}, {'url': 'intervalMs', "
      "'valueInteger': 20}]}], 'url': 'poll'}}, {'assert': {'responseCode': "
      "'200'}}]}]");
  kit_expect(r, 0, 1, "fail", "got 202");
  assert_true(kit.asked_count >= 2 && kit.asked_count < 20);
}

/* --- a client under test -------------------------------------------------- */

typedef struct {
  ax_run_client base;
  unsigned left;
} fake_client;

static ax_status next(ax_run_client *self, ax_arena *arena,
                      ax_result_exchange **out, ax_error *err) {
  fake_client *c = (fake_client *)(void *)self;
  ax_json_fault fault;
  if (!c->left)
    return ax_error_set(err, AX_TIMEOUT, "the client sent nothing in time");
  c->left--;
  ax_result_exchange *e = AX_NEW(arena, ax_result_exchange);
  assert_non_null(e);
  e->method = AX_STR("POST");
  e->url = AX_STR("http://gw/fhir/Patient?x=1");
  e->request_body = AX_STR("{\"resourceType\":\"Patient\",\"active\":true}");
  assert_int_equal(
      ax_json_parse(arena, e->request_body, &e->request_json, &fault), AX_OK);
  e->status = 201;
  *out = e;
  return AX_OK;
}

static void operations_with_an_origin_wait_for_the_client(void **state) {
  (void)state;
  fake_client client = { { next }, 1 };
  kit.options.client_under_test = &client.base;
  const ax_result_script *r = kit_run(
      FIXTURES
      "'test': [{'action': [{'operation': {'type': {'code': 'create'}, "
      "'resource': 'Patient', 'origin': 1, 'destination': 1, 'requestId': "
      "'sent'}},"
      "{'assert': {'direction': 'request', 'requestMethod': 'post'}},"
      "{'assert': {'direction': 'request', 'expression': 'Patient.active'}},"
      "{'assert': {'sourceId': 'sent', 'resource': 'Patient'}},"
      "{'assert': {'response': 'created'}}]}, {'action': [{'operation': "
      "{'type': {'code': 'create'}, 'origin': 1}}]}]");
  assert_int_equal(kit.asked_count, 0);
  for (size_t i = 0; i < 5; i++) kit_expect(r, 0, i, "pass", "");
  kit_expect(r, 1, 0, "error", "sent nothing in time");
}

static void without_a_client_the_runner_is_the_origin(void **state) {
  (void)state;
  (void)request_of("'resource': 'Patient', 'params': '/x9/_history', "
                   "'origin': 1, 'destination': 1");
  kit.asked_count = 0;
  const ax_result_script *r =
      kit_run(FIXTURES
              "'test': [{'action': [{'operation': {'type': {'code': "
              "'create'}, 'sourceId': 'n', 'origin': 1, 'destination': 1}},"
              "{'assert': {'direction': 'request', 'resource': 'Patient'}}]}]");
  assert_int_equal(kit.asked_count, 1);
  kit_expect(r, 0, 1, "pass", "");
}

static void scripts_that_only_look_take_what_the_client_sends(void **state) {
  (void)state;
  const char *script =
      "'test': [{'action': [{'assert': {'sourceId': 'request', 'resource': "
      "'Patient'}}]}]";
  const ax_result_script *r = kit_run(script);
  kit_expect(r, 0, 0, "unsupported", "without a client under test");
  fake_client client = { { next }, 1 };
  kit.options.client_under_test = &client.base;
  r = kit_run(script);
  kit_expect(r, 0, 0, "pass", "");
}

int main(void) {
#define RUN(test) cmocka_unit_test_setup_teardown(test, kit_begin, kit_end)
  const struct CMUnitTest tests[] = {
    RUN(each_interaction_has_its_method_and_url),
    RUN(operations_are_asked_where_they_belong),
    RUN(every_code_of_r4_is_known),
    RUN(url_beats_params_and_params_beat_target),
    RUN(what_was_made_has_a_version_too),
    RUN(custom_codes_need_a_method_or_a_url),
    RUN(urls_are_encoded_once),
    RUN(bodies_come_from_the_source),
    RUN(headers_are_sent_as_they_are_written),
    RUN(the_runs_headers_go_along),
    RUN(a_search_by_post_is_a_form),
    RUN(xml_is_asked_for_in_json_when_the_run_says_so),
    RUN(answers_and_requests_are_known_by_their_ids),
    RUN(addresses_of_the_author_stand_for_the_target),
    RUN(other_servers_are_not_asked),
    RUN(destinations_have_their_own_base),
    RUN(an_operation_waits_until_the_target_is_done),
    RUN(it_does_not_wait_for_ever),
    RUN(operations_with_an_origin_wait_for_the_client),
    RUN(without_a_client_the_runner_is_the_origin),
    RUN(scripts_that_only_look_take_what_the_client_sends),
  };
  return cmocka_run_group_tests(tests, kit_open, kit_close);
}
