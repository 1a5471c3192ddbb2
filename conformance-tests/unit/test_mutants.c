/* test_mutants.c - the table of seeded faults, and that each of them is a
 * proxy that works: before a gateway that is played here. */
#include "../mutants/mutant.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "http/http_server.h"
#include "net/net_client.h"
#include "support/ax_test.h"
#include "json/json_parse.h"

static ax_http_server *gateway;
static ax_arena *arena;
static char target[64];

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

#define RISK                                                               \
  "{\"resourceType\":\"RiskAssessment\",\"id\":\"r\",\"meta\":{\"tag\":[{" \
  "\"code\":\"gateway-result\"}]},\"method\":{\"coding\":[{\"code\":"      \
  "\"endpac\"}]},\"prediction\":[{\"probabilityDecimal\":10,"              \
  "\"qualitativeRisk\":{\"coding\":[{\"code\":\"high\"}]}}]}"

/* What each address answers; the longest beginning that fits. */
static const struct {
  const char *method, *path;
  int status;
  const char *body;
} answers[] = {
  { "GET", "/fhir/Patient/1", 200,
    "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"2\"},"
    "\"name\":[{\"given\":[\"A\",\"B\"]}]}" },
  { "GET", "/fhir/Patient/gone", 410,
    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
    "\"error\",\"code\":\"deleted\"}]}" },
  { "GET", "/fhir/Patient", 200,
    "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":2,\"link\":"
    "[{\"relation\":\"self\",\"url\":\"http://x/fhir/Patient?a=b\"}],"
    "\"entry\":[{\"fullUrl\":\"http://x/fhir/Patient/1\",\"resource\":{"
    "\"resourceType\":\"Patient\",\"id\":\"1\"},\"search\":{\"mode\":"
    "\"match\"}},{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"2\"},"
    "\"search\":{\"mode\":\"include\"}}]}" },
  { "GET", "/fhir/RiskAssessment", 200,
    "{\"resourceType\":\"Bundle\",\"total\":1,\"entry\":[{\"resource\":" RISK
    "}]}" },
  { "GET", "/fhir/metadata", 200,
    "{\"resourceType\":\"CapabilityStatement\",\"fhirVersion\":\"4.0.1\"}" },
  { "POST", "/fhir/Patient/$validate", 200,
    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\","
    "\"code\":\"structure\",\"details\":{\"coding\":[{\"code\":\"count-min\"}]"
    "},\"expression\":[\"Patient.name[0].x\"]}]}" },
  { "POST", "/fhir/Observation", 422,
    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\","
    "\"code\":\"structure\",\"details\":{\"coding\":[{\"code\":\"count-min\"}]"
    "}}]}" },
  { "POST", "/fhir/Patient", 201,
    "{\"resourceType\":\"Patient\",\"id\":\"9\",\"meta\":{\"versionId\":"
    "\"1\"}}" },
  { "POST", "/fhir", 200,
    "{\"resourceType\":\"Bundle\",\"type\":\"transaction-response\",\"entry\":"
    "[{\"response\":{\"status\":\"201 Created\",\"location\":\"Patient/1/"
    "_history/1\"}},{\"response\":{\"status\":\"404 Not Found\"}}]}" },
  { "PUT", "/fhir/Patient/1", 200,
    "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":"
    "\"3\"}}" },
  { "DELETE", "/fhir/Patient", 204, "" },
  { "PATCH", "/fhir/Patient", 200,
    "{\"resourceType\":\"Patient\",\"id\":\"1\"}" },
};

static void answer(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  rs->status = 404;
  rs->content_type = AX_STR("application/fhir+json; charset=utf-8");
  rs->body = AX_STR("not JSON");
  ax_http_set_header(rs, AX_STR("ETag"), AX_STR("W/\"2\""));
  ax_http_set_header(rs, AX_STR("X-Query"), rq->query);
  ax_http_set_header(rs, AX_STR("X-Path"), rq->path);
  for (size_t i = 0; i < AX_COUNT(answers); i++) {
    if (!ax_str_eq(rq->method_name, ax_str_from(answers[i].method)) ||
        !ax_str_starts(rq->path, ax_str_from(answers[i].path)))
      continue;
    rs->status = answers[i].status;
    rs->body = ax_str_from(answers[i].body);
    if (!rs->body.len) rs->content_type = AX_STR("");
    return;
  }
}

static int start_gateway(void) {
  ax_http_server_options options = {
    .address = "127.0.0.1",
    .threads = 8,
    .keep_alive_ms = 2000,
    .request_timeout_ms = (unsigned)ax_test_ms(5000),
    .drain_ms = 3000,
    .body_max = 4 << 20,
    .request_memory = 64 << 20,
    .handler = answer,
    .refuse = refuse,
  };
  (void)signal(SIGPIPE, SIG_IGN);
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena || ax_http_server_start(&options, &gateway, NULL)) return -1;
  (void)snprintf(target, sizeof target, "http://127.0.0.1:%u/fhir",
                 ax_http_server_port(gateway));
  return 0;
}

/* --- one mutant after the other, in one proxy ----------------------------- */

static struct {
  pthread_mutex_t mutex;
  ax_mutant_ctx ctx;
  ax_proxy *proxy;
  ax_net_client *client;
} faulty = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static ax_status pass(void *ctx, ax_proxy_hop *hop, ax_proxy_request *rq,
                      ax_proxy_response *rs, ax_error *err) {
  (void)ctx;
  (void)pthread_mutex_lock(&faulty.mutex);
  ax_status status = ax_mutant_pass(&faulty.ctx, hop, rq, rs, err);
  (void)pthread_mutex_unlock(&faulty.mutex);
  return status;
}

static int start_proxy(void) {
  const ax_proxy_options options = { .target = target,
                                     .filter = { pass, NULL } };
  if (ax_proxy_start(&options, &faulty.proxy, NULL)) return -1;
  const char *base = ax_proxy_base(faulty.proxy);
  const ax_net_client_options net = { .origins = &base, .origin_count = 1 };
  return ax_net_client_new(&net, &faulty.client, NULL) ? -1 : 0;
}

static void begin(const char *key) {
  (void)pthread_mutex_lock(&faulty.mutex);
  faulty.ctx.mutant = key ? ax_mutant_named(ax_str_from(key)) : NULL;
  faulty.ctx.memory = ax_mutant_memory_new();
  (void)pthread_mutex_unlock(&faulty.mutex);
  assert_true(!key || faulty.ctx.mutant);
  assert_non_null(faulty.ctx.memory);
}

static void end(void) {
  (void)pthread_mutex_lock(&faulty.mutex);
  ax_mutant_memory_free(faulty.ctx.memory);
  faulty.ctx = (ax_mutant_ctx){ 0 };
  (void)pthread_mutex_unlock(&faulty.mutex);
}

static int set_up(void **state) {
  (void)state;
  return start_gateway() || start_proxy() ? -1 : 0;
}

static int tear_down(void **state) {
  (void)state;
  ax_net_client_free(faulty.client);
  ax_proxy_stop(faulty.proxy);
  ax_http_server_stop(gateway);
  ax_arena_free(arena);
  return 0;
}

static ax_net_response send_to(ax_net_method method, const char *path,
                               const char *field, const char *value,
                               const char *body) {
  ax_net_response got = { 0 };
  const ax_net_header headers[] = {
    { AX_STR("Content-Type"), AX_STR("application/fhir+json") },
    { ax_str_from(field ? field : "X-None"), ax_str_from(value ? value : "") }
  };
  ax_net_request rq = { .method = method,
                        .headers = headers,
                        .header_count = 2,
                        .body = ax_str_from(body ? body : "") };
  rq.url = ax_arena_printf(arena, "%s%s", ax_proxy_base(faulty.proxy), path);
  assert_int_equal(ax_net_client_send(faulty.client, &rq, arena, &got, NULL),
                   AX_OK);
  return got;
}

static ax_net_response get(const char *path) {
  return send_to(AX_NET_GET, path, NULL, NULL, NULL);
}

/* --- tests ---------------------------------------------------------------- */

static void the_table_is_whole(void **state) {
  (void)state;
  assert_true(ax_mutant_count() >= 100);
  for (size_t i = 0; i < ax_mutant_count(); i++) {
    const ax_mutant *m = ax_mutant_at(i);
    assert_true(m->key[0] && m->requirement[0] && m->fault[0]);
    assert_true(m->before || m->after || m->instead);
    assert_false(m->after && m->instead);
    assert_ptr_equal(ax_mutant_named(ax_str_from(m->key)), m); /* once */
  }
  assert_null(ax_mutant_at(ax_mutant_count()));
}

static bool is_required(const ax_json *list, const char *key) {
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "key"), ax_str_from(key)))
      return true;
  return false;
}

static void every_fault_breaks_a_requirement(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  const ax_json *tree = NULL;
  ax_str text, path = ax_arena_printf(
                   arena, "%s/conformance-tests/suites/requirements.json",
                   root ? root : ".");
  assert_int_equal(ax_file_read(arena, path.ptr, 8 << 20, &text, NULL), AX_OK);
  assert_int_equal(ax_json_parse(arena, text, &tree, NULL), AX_OK);
  const ax_json *list = AX_JSON_GET(tree, "requirements");
  for (size_t i = 0; i < ax_mutant_count(); i++)
    if (!is_required(list, ax_mutant_at(i)->requirement))
      fail_msg("%s breaks %s, which is no requirement", ax_mutant_at(i)->key,
               ax_mutant_at(i)->requirement);
}

static void addresses_are_understood(void **state) {
  (void)state;
  static const struct {
    const char *method, *path;
    ax_on on;
    const char *type, *id, *version;
  } rows[] = {
    { "GET", "/fhir/Patient/1", AX_ON_READ, "Patient", "1", "" },
    { "HEAD", "/fhir/Patient/1", AX_ON_READ, "Patient", "1", "" },
    { "GET", "/fhir/R4/Patient/1", AX_ON_READ, "Patient", "1", "" },
    { "GET", "/fhir/Patient/1/_history/2", AX_ON_VREAD, "Patient", "1", "2" },
    { "GET", "/fhir/Patient/1/_history", AX_ON_HISTORY, "Patient", "1", "" },
    { "GET", "/fhir/Patient/_history", AX_ON_HISTORY, "Patient", "", "" },
    { "GET", "/fhir/_history", AX_ON_HISTORY, "", "", "" },
    { "GET", "/fhir/Patient", AX_ON_SEARCH, "Patient", "", "" },
    { "POST", "/fhir/Patient/_search", AX_ON_SEARCH, "Patient", "", "" },
    { "POST", "/fhir/Patient", AX_ON_CREATE, "Patient", "", "" },
    { "PUT", "/fhir/Patient/1", AX_ON_UPDATE, "Patient", "1", "" },
    { "PUT", "/fhir/Patient", AX_ON_UPDATE_IF, "Patient", "", "" },
    { "PATCH", "/fhir/Patient/1", AX_ON_PATCH, "Patient", "1", "" },
    { "PATCH", "/fhir/Patient", AX_ON_PATCH, "Patient", "", "" },
    { "DELETE", "/fhir/Patient/1", AX_ON_DELETE, "Patient", "1", "" },
    { "DELETE", "/fhir/Patient", AX_ON_DELETE_IF, "Patient", "", "" },
    { "POST", "/fhir", AX_ON_BUNDLE, "", "", "" },
    { "POST", "/fhir/", AX_ON_BUNDLE, "", "", "" },
    { "POST", "/fhir/$validate", AX_ON_VALIDATE, "", "", "" },
    { "POST", "/fhir/%24validate", AX_ON_VALIDATE, "", "", "" },
    { "POST", "/fhir/Patient/$validate", AX_ON_VALIDATE, "Patient", "", "" },
    { "GET", "/fhir/Patient/1/$validate", AX_ON_VALIDATE, "Patient", "1", "" },
    { "POST", "/fhir/$score", AX_ON_SCORE, "", "", "" },
    { "GET", "/fhir/Patient/1/$risk-profile", AX_ON_PROFILE, "Patient", "1",
      "" },
    { "GET", "/fhir/metadata", AX_ON_METADATA, "", "", "" },
    { "GET", "/health/live", AX_ON_OTHER, "", "", "" },
    { "GET", "/fhirx/Patient/1", AX_ON_OTHER, "", "", "" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_proxy_request rq = { .method = ax_str_from(rows[i].method),
                            .path = ax_str_from(rows[i].path) };
    ax_mutant_call call = { .rq = &rq };
    ax_mutant_address(&call);
    assert_int_equal(call.on, rows[i].on);
    assert_str(call.type, rows[i].type);
    assert_str(call.id, rows[i].id);
    assert_str(call.version, rows[i].version);
  }
}

/* Whatever is asked of it, a faulty gateway answers; it does not break. */
static void every_mutant_answers(void **state) {
  (void)state;
  static const struct {
    ax_net_method method;
    const char *path, *body;
  } asked[] = {
    { AX_NET_GET, "/Patient/1", NULL },
    { AX_NET_GET, "/Patient/gone", NULL },
    { AX_NET_GET, "/Patient/never/_history/1", NULL },
    { AX_NET_GET, "/Patient?name:exact=a%20b&date=gt2020&_sort=-x,y&z", NULL },
    { AX_NET_GET, "/Patient?code=http://loinc.org|1&code=2&_count=1&_after=x",
      NULL },
    { AX_NET_GET, "/RiskAssessment", NULL },
    { AX_NET_GET, "/metadata", NULL },
    { AX_NET_POST, "/Patient/$validate", "{\"resourceType\":\"Patient\"}" },
    { AX_NET_POST, "/Observation", "{\"resourceType\":\"Observation\"}" },
    { AX_NET_POST, "/Patient", "{\"resourceType\":\"Patient\",\"id\":\"x\"}" },
    { AX_NET_POST, "/Patient", "[1" },
    { AX_NET_POST, "/",
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\","
      "\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":"
      "\"Patient/1\"}},{}]}" },
    { AX_NET_POST, "/$score", "{\"resourceType\":\"Parameters\"}" },
    { AX_NET_PUT, "/Patient/1", "{\"resourceType\":\"Patient\",\"id\":\"1\"}" },
    { AX_NET_PATCH, "/Patient/1", "[{\"op\":\"test\"}]" },
    { AX_NET_DELETE, "/Patient/1", NULL },
    { AX_NET_DELETE, "/Patient?a=b", NULL },
    { AX_NET_OPTIONS, "/Patient", NULL },
  };
  for (size_t i = 0; i < ax_mutant_count(); i++) {
    begin(ax_mutant_at(i)->key);
    for (size_t k = 0; k < AX_COUNT(asked); k++) {
      ax_net_response got =
          send_to(asked[k].method, asked[k].path, NULL, NULL, asked[k].body);
      if (got.status == 502)
        fail_msg("%s, %s: %.*s", ax_mutant_at(i)->key, asked[k].path,
                 AX_STR_ARG(got.body));
    }
    end();
  }
}

static void without_a_fault_nothing_changes(void **state) {
  (void)state;
  begin(NULL);
  ax_net_response got = get("/Patient?name:exact=a%20b&z");
  assert_str(ax_net_client_header(&got, AX_STR("X-Query")),
             "name:exact=a%20b&z");
  assert_int_equal(got.status, 200);
  end();
}

static void fields_and_status_are_changed(void **state) {
  (void)state;
  begin("create-no-etag");
  ax_net_response got = send_to(AX_NET_POST, "/Patient", NULL, NULL, "{}");
  assert_str(ax_net_client_header(&got, AX_STR("ETag")), "");
  /* Only there. */
  got = get("/Patient/1");
  assert_str(ax_net_client_header(&got, AX_STR("ETag")), "W/\"2\"");
  end();
  begin("create-200");
  assert_int_equal(send_to(AX_NET_POST, "/Patient", NULL, NULL, "{}").status,
                   200);
  end();
  begin("etag-strong");
  got = get("/Patient/1");
  assert_str(ax_net_client_header(&got, AX_STR("ETag")), "\"2\"");
  end();
}

static void parameters_are_changed(void **state) {
  (void)state;
  static const struct {
    const char *key, *asked, *sent;
  } rows[] = {
    { "search-code", "code=1&status=2", "status=2" },
    { "search-gt-as-ge", "date=gt2020&name=gta", "date=ge2020&name=gta" },
    { "search-missing", "a:missing=true", "a%3Amissing=false" },
    { "search-not", "code:not=1", "code=1" },
    { "search-token-system", "code=http%3A%2F%2Fx%7C1&name=a%7Cb",
      "code=1&name=a%7Cb" },
    { "search-or", "code=1,2&_sort=a,b", "code=1&_sort=a%2Cb" },
    { "search-chain", "patient.name=x&code=1", "code=1" },
    { "search-has", "_has:Observation:patient:code=1&a=b", "a=b" },
    { "search-sort-reversed", "_sort=-date", "_sort=date" },
    { "search-unit-ignored", "value-quantity=5%7Cx%7Cg", "value-quantity=5" },
    { "search-date-precision", "date=2026", "date=2026-01-01" },
    { "search-count", "a=b&_count=1", "a=b" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    begin(rows[i].key);
    ax_str path = ax_arena_printf(arena, "/Patient?%s", rows[i].asked);
    ax_net_response got = get(path.ptr);
    assert_str(ax_net_client_header(&got, AX_STR("X-Query")), rows[i].sent);
    end();
  }
}

static void bodies_are_changed(void **state) {
  (void)state;
  begin("value-endpac");
  assert_true(ax_str_find(get("/RiskAssessment").body,
                          AX_STR("\"probabilityDecimal\":10.1")) !=
              AX_STR_NONE);
  end();
  begin("value-albi"); /* another model's */
  assert_true(ax_str_find(get("/RiskAssessment").body,
                          AX_STR("\"probabilityDecimal\":10,")) != AX_STR_NONE);
  end();
  begin("risk-turned");
  assert_true(ax_str_find(get("/RiskAssessment").body,
                          AX_STR("\"code\":\"low\"")) != AX_STR_NONE);
  end();
  begin("search-total");
  assert_true(ax_str_find(get("/Patient").body, AX_STR("\"total\":3")) !=
              AX_STR_NONE);
  end();
}

/* The only error was of this kind: what had it is stored, or so it is said. */
static void a_blind_gateway_acknowledges(void **state) {
  (void)state;
  static const char body[] = "{\"resourceType\":\"Observation\"}";
  begin("blind-count-min");
  ax_net_response got = send_to(AX_NET_POST, "/Observation", NULL, NULL, body);
  assert_int_equal(got.status, 201);
  assert_true(ax_net_client_header(&got, AX_STR("Location")).len > 0);
  got = send_to(AX_NET_POST, "/Patient/$validate", NULL, NULL, body);
  assert_true(ax_str_find(got.body, AX_STR("No issues")) != AX_STR_NONE);
  end();
  begin("blind-count-max");
  got = send_to(AX_NET_POST, "/Observation", NULL, NULL, body);
  assert_int_equal(got.status, 422);
  end();
}

static void some_remember(void **state) {
  (void)state;
  begin("once-second-200");
  for (int i = 0; i < 2; i++)
    assert_int_equal(
        send_to(AX_NET_POST, "/Patient", "Idempotency-Key", "k", "{}").status,
        i ? 200 : 201);
  assert_int_equal(
      send_to(AX_NET_POST, "/Patient", "Idempotency-Key", "l", "{}").status,
      201);
  end();
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_table_is_whole),
    cmocka_unit_test(every_fault_breaks_a_requirement),
    cmocka_unit_test(addresses_are_understood),
    cmocka_unit_test(every_mutant_answers),
    cmocka_unit_test(without_a_fault_nothing_changes),
    cmocka_unit_test(fields_and_status_are_changed),
    cmocka_unit_test(parameters_are_changed),
    cmocka_unit_test(bodies_are_changed),
    cmocka_unit_test(a_blind_gateway_acknowledges),
    cmocka_unit_test(some_remember),
  };
  return cmocka_run_group_tests_name("mutants", tests, set_up, tear_down);
}
