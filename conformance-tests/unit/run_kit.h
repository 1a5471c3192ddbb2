/*
 * run_kit.h - scripts run against a small FHIR server in the test's own
 * process. Functions of its own in each test that includes it.
 *
 *     kit_open / kit_close           group set-up and tear-down
 *     kit_begin / kit_end            before and after each test
 *     const ax_result_script *r = kit_run("'test': [{'action': [...]}]");
 *
 * Scripts are JSON with ' for " and ` for ', and without the braces of the
 * TestScript around them. The server keeps resources in memory: create, read,
 * vread (of the only version), update, delete, search (everything of the type,
 * or the first with ?one), transactions (answered, not done), /packed. What it
 * was asked last is in `kit.asked`.
 */
#ifndef AX_CONFORMANCE_RUN_KIT_H
#define AX_CONFORMANCE_RUN_KIT_H

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "http/http_gzip.h"
#include "http/http_server.h"
#include "run/run.h"
#include "support/ax_test.h"
#include "json/json_parse.h"

enum { KIT_STORED = 64, KIT_ASKED = 64, KIT_TEXT = 4096 };

typedef struct {
  char method[16], path[512], query[1024], head[2048], body[KIT_TEXT];
} kit_asked;

typedef struct {
  char key[128]; /* "Patient/1" */
  char body[KIT_TEXT];
  bool deleted;
} kit_stored;

static struct {
  ax_registry *registry;
  ax_validator *validator;
  ax_valuesets *valuesets;
  ax_arena *arena;
  ax_http_server *server;
  ax_net_client *client;
  char base[64], folder[40], file[64];
  ax_run_destination destination;
  ax_run_options options;
  /* One thread asks; the lock is for the sanitizer (kit_meet). */
  pthread_mutex_t lock;
  kit_asked asked[KIT_ASKED];
  size_t asked_count;
  kit_stored stored[KIT_STORED];
  size_t stored_count;
  int polls;                /* answers 202 to GET /poll before it is done */
  int create_status;        /* what a POST of a resource is answered with */
  const char *canned_read;  /* not NULL: what every read gives */
  const char *content_type; /* not NULL: another than FHIR JSON, with a body
                               that is none */
  bool reachable;
} kit;

/* --- the server ----------------------------------------------------------- */

static kit_stored *kit_find(ax_str key) {
  for (size_t i = 0; i < kit.stored_count; i++)
    if (ax_str_eq(ax_str_from(kit.stored[i].key), key)) return &kit.stored[i];
  return NULL;
}

static void kit_note(const ax_http_request *rq) {
  assert_true(kit.asked_count < KIT_ASKED);
  kit_asked *a = &kit.asked[kit.asked_count++];
  size_t at = 0;
  (void)snprintf(a->method, sizeof a->method, AX_STR_FMT,
                 AX_STR_ARG(rq->method_name));
  (void)snprintf(a->path, sizeof a->path, AX_STR_FMT, AX_STR_ARG(rq->path));
  (void)snprintf(a->query, sizeof a->query, AX_STR_FMT, AX_STR_ARG(rq->query));
  (void)snprintf(a->body, sizeof a->body, AX_STR_FMT, AX_STR_ARG(rq->body));
  a->head[0] = '\0';
  for (size_t i = 0; i < rq->header_count && at < sizeof a->head; i++)
    at += (size_t)snprintf(
        a->head + at, sizeof a->head - at, AX_STR_FMT ": " AX_STR_FMT "\n",
        AX_STR_ARG(rq->headers[i].name), AX_STR_ARG(rq->headers[i].value));
}

static void kit_json(ax_http_response *rs, int status, ax_str body) {
  rs->status = status;
  rs->content_type = AX_STR("application/fhir+json; charset=utf-8");
  rs->body = body;
  if (!kit.content_type) return;
  rs->content_type = ax_str_from(kit.content_type);
  rs->body = AX_STR("<Bundle/>");
}

static void kit_outcome(ax_http_request *rq, ax_http_response *rs, int status) {
  kit_json(rs, status,
           ax_arena_printf(rq->arena,
                           "{\"resourceType\":\"OperationOutcome\",\"issue\":[{"
                           "\"severity\":\"error\",\"code\":\"processing\","
                           "\"diagnostics\":\"status %d\"}]}",
                           status));
}

/* Stores the body under `key`, with the id that is in it. */
static void kit_store(ax_http_request *rq, ax_http_response *rs, ax_str key) {
  kit_stored *one = kit_find(key);
  int status = rq->method == AX_HTTP_POST ? kit.create_status
               : one && !one->deleted     ? 200
                                          : 201;
  ax_str slash = ax_str_skip(key, ax_str_find(key, AX_STR("/")) + 1);
  size_t id = ax_str_find(rq->body, AX_STR("\"id\":\""));
  ax_str rest = ax_str_skip(rq->body, rq->body.len > 1 ? 1 : 0);
  if (!one) {
    assert_true(kit.stored_count < KIT_STORED);
    one = &kit.stored[kit.stored_count++];
  }
  one->deleted = false;
  (void)snprintf(one->key, sizeof one->key, AX_STR_FMT, AX_STR_ARG(key));
  /* A body that has an id keeps it; our scripts have it as the first member. */
  if (id != AX_STR_NONE)
    (void)snprintf(one->body, sizeof one->body, AX_STR_FMT,
                   AX_STR_ARG(rq->body));
  else
    (void)snprintf(one->body, sizeof one->body, "{\"id\":\"%.*s\",%.*s",
                   AX_STR_ARG(slash), AX_STR_ARG(rest));
  kit_json(rs, status, ax_arena_str(rq->arena, ax_str_from(one->body)));
  ax_http_set_header(rs, AX_STR("Location"),
                     ax_arena_printf(rq->arena, "%s/" AX_STR_FMT "/_history/1",
                                     kit.base, AX_STR_ARG(key)));
  ax_http_set_header(rs, AX_STR("ETag"), AX_STR("W/\"1\""));
}

static void kit_search(ax_http_request *rq, ax_http_response *rs, ax_str type) {
  ax_buf buf = AX_BUF_INIT(1 << 20);
  int n = 0;
  ax_buf_append(&buf, AX_STR("{\"resourceType\":\"Bundle\",\"type\":"
                             "\"searchset\",\"entry\":["));
  for (size_t i = 0; i < kit.stored_count; i++) {
    const kit_stored *one = &kit.stored[i];
    if (one->deleted || !ax_str_starts(ax_str_from(one->key), type)) continue;
    ax_buf_printf(&buf, "%s{\"resource\":%s}", n++ ? "," : "", one->body);
    if (ax_str_find(rq->query, AX_STR("one")) != AX_STR_NONE) break;
  }
  ax_buf_printf(&buf,
                "],\"total\":%d,\"link\":[{\"relation\":\"self\",\"url\":"
                "\"x\"}]}",
                n);
  kit_json(rs, 200, ax_arena_str(rq->arena, ax_buf_view(&buf)));
  ax_buf_free(&buf);
}

static void kit_instance(ax_http_request *rq, ax_http_response *rs,
                         ax_str key) {
  kit_stored *one = kit_find(key);
  if (rq->method == AX_HTTP_PUT) {
    kit_store(rq, rs, key);
  } else if (!one) {
    kit_outcome(rq, rs, 404);
  } else if (one->deleted) {
    kit_outcome(rq, rs, 410);
  } else if (rq->method == AX_HTTP_DELETE) {
    one->deleted = true;
    rs->status = 204;
  } else {
    const char *body = kit.canned_read ? kit.canned_read : one->body;
    kit_json(rs, 200, ax_arena_str(rq->arena, ax_str_from(body)));
    ax_http_set_header(rs, AX_STR("ETag"), AX_STR("W/\"1\""));
  }
}

/* "/packed" is compressed, "/packed?not" only says so. */
static void kit_packed(ax_http_request *rq, ax_http_response *rs) {
  static const ax_str plain = AX_STR_INIT("{\"resourceType\":\"Patient\"}");
  ax_buf buf = AX_BUF_INIT(1 << 20);
  if (rq->query.len)
    ax_buf_append(&buf, plain);
  else
    assert_int_equal(ax_http_gzip_pack(plain, false, &buf), AX_OK);
  kit_json(rs, 200, ax_arena_str(rq->arena, ax_buf_view(&buf)));
  ax_http_set_header(rs, AX_STR("Content-Encoding"), AX_STR("gzip"));
  ax_http_set_header(rs, AX_STR("Vary"), AX_STR("Accept-Encoding"));
  ax_http_set_header(rs, AX_STR("Vary"), AX_STR("Origin"));
  ax_buf_free(&buf);
}

static void kit_route(ax_http_request *rq, ax_http_response *rs) {
  ax_str path = ax_str_skip(rq->path, 5); /* "/fhir" */
  if (ax_str_starts(path, AX_STR("/"))) path = ax_str_skip(path, 1);
  /* A second base, for scripts with two destinations. */
  if (ax_str_starts(path, AX_STR("second/"))) path = ax_str_skip(path, 7);
  size_t history = ax_str_find(path, AX_STR("/_history/"));
  if (history != AX_STR_NONE) path.len = history;
  size_t slash = ax_str_find(path, AX_STR("/"));
  bool odd = ax_str_find(path, AX_STR("$")) != AX_STR_NONE ||
             ax_str_find(path, AX_STR("_")) != AX_STR_NONE || !path.len;
  if (ax_str_eq(path, AX_STR("packed")))
    kit_packed(rq, rs);
  else if (ax_str_eq(path, AX_STR("poll")) && kit.polls-- > 0)
    rs->status = 202;
  else if (odd || ax_str_eq(path, AX_STR("poll")))
    kit_json(rs, 200,
             AX_STR("{\"resourceType\":\"Bundle\",\"type\":"
                    "\"transaction-response\"}"));
  else if (slash != AX_STR_NONE)
    kit_instance(rq, rs, path);
  else if (rq->method == AX_HTTP_POST)
    kit_store(rq, rs,
              ax_arena_printf(rq->arena, AX_STR_FMT "/made-%zu",
                              AX_STR_ARG(path), kit.stored_count + 1));
  else
    kit_search(rq, rs, path);
}

static void kit_answer(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  (void)pthread_mutex_lock(&kit.lock);
  kit_note(rq);
  kit_route(rq, rs);
  (void)pthread_mutex_unlock(&kit.lock);
}

static ax_str kit_refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

/* --- open and close ------------------------------------------------------- */

static int kit_open(void **state) {
  static char package[512];
  const char *root = getenv("AUSPEX_ROOT");
  const ax_validate_host host = { 0 };
  const ax_http_server_options server = {
    .address = "127.0.0.1",
    .threads = 4,
    .keep_alive_ms = 1000,
    .request_timeout_ms = (unsigned)ax_test_ms(5000),
    .drain_ms = 3000,
    .body_max = 1 << 20,
    .request_memory = 8 << 20,
    .handler = kit_answer,
    .refuse = kit_refuse,
  };
  (void)state;
  (void)signal(SIGPIPE, SIG_IGN);
  (void)pthread_mutex_init(&kit.lock, NULL);
  (void)snprintf(package, sizeof package,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  const char *packages[] = { package };
  const ax_registry_options options = { packages, 1, NULL };
  if (ax_registry_open(&options, &kit.registry, NULL) ||
      ax_validate_new(kit.registry, &host, &(ax_validate_options){ 0 },
                      &kit.validator, NULL) ||
      ax_valueset_new(kit.registry, &kit.valuesets, NULL) ||
      ax_http_server_start(&server, &kit.server, NULL))
    return -1;
  (void)snprintf(kit.base, sizeof kit.base, "http://127.0.0.1:%u/fhir",
                 ax_http_server_port(kit.server));
  const char *origins[] = { kit.base };
  const ax_net_client_options net = {
    .origins = origins,
    .origin_count = 1,
    .timeout_ms = (unsigned)ax_test_ms(5000),
  };
  (void)snprintf(kit.folder, sizeof kit.folder, "/tmp/auspex-run-XXXXXX");
  if (!mkdtemp(kit.folder)) return -1;
  (void)snprintf(kit.file, sizeof kit.file, "%s/script.json", kit.folder);
  return ax_net_client_new(&net, &kit.client, NULL) ? -1 : 0;
}

static int kit_close(void **state) {
  (void)state;
  ax_http_server_stop(kit.server);
  ax_net_client_free(kit.client);
  ax_validate_free(kit.validator);
  ax_valueset_free(kit.valuesets);
  ax_registry_close(kit.registry);
  (void)unlink(kit.file);
  return rmdir(kit.folder);
}

static int kit_begin(void **state) {
  (void)state;
  kit.arena = ax_arena_new((size_t)64 << 20);
  kit.asked_count = kit.stored_count = 0;
  kit.polls = 0;
  kit.create_status = 201;
  kit.canned_read = NULL;
  kit.content_type = NULL;
  kit.destination = (ax_run_destination){ 0, ax_str_from(kit.base) };
  kit.options = (ax_run_options){
    .registry = kit.registry,
    .validator = kit.validator,
    .valuesets = kit.valuesets,
    .target = { .client = kit.client,
                .destinations = &kit.destination,
                .destination_count = 1 },
    .wire = AX_RUN_WIRE_JSON,
    .seed = 7,
    .now_ms = 1782561600000, /* 2026-06-27T12:00:00Z */
    .test_header = "X-Auspex-Test",
  };
  return kit.arena ? 0 : -1;
}

static int kit_end(void **state) {
  (void)state;
  ax_arena_free(kit.arena);
  return 0;
}

/* --- scripts -------------------------------------------------------------- */

static ax_str kit_text(const char *text) {
  char *copy = ax_arena_cstr(kit.arena, ax_str_from(text));
  assert_non_null(copy);
  for (char *c = copy; *c; c++) {
    if (*c == '\'') *c = '"';
    if (*c == '`') *c = '\'';
  }
  return ax_str_from(copy);
}

static inline const ax_json *kit_tree(const char *text) {
  const ax_json *tree;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(kit.arena, kit_text(text), &tree, &fault),
                   AX_OK);
  return tree;
}

static inline const ax_script *kit_script(const char *members) {
  ax_script *script;
  ax_error err = { 0 };
  const ax_script_options options = { .registry = kit.registry };
  ax_str text =
      ax_arena_printf(kit.arena,
                      "{\"resourceType\":\"TestScript\",\"id\":\"s\","
                      "\"name\":\"S\",\"url\":\"http://example.org/s\","
                      "\"status\":\"draft\"," AX_STR_FMT "}",
                      AX_STR_ARG(kit_text(members)));
  assert_int_equal(ax_file_write(kit.file, text, &err), AX_OK);
  if (ax_script_load(kit.file, &options, kit.arena, &script, &err))
    fail_msg("%s", err.text);
  return script;
}

/* What the test has set is the server's to see, and the other way round: they
 * meet at requests, of which a sanitizer knows nothing. */
static inline void kit_meet(void) {
  (void)pthread_mutex_lock(&kit.lock);
  (void)pthread_mutex_unlock(&kit.lock);
}

static inline ax_status kit_run_script(const ax_script *script, ax_arena *arena,
                                       ax_result_script *out) {
  kit_meet();
  ax_status status =
      ax_run_script(script, &kit.options, arena, out, &kit.reachable);
  kit_meet();
  return status;
}

static inline const ax_result_script *kit_run(const char *members) {
  ax_result_script *out = AX_NEW(kit.arena, ax_result_script);
  assert_non_null(out);
  assert_int_equal(kit_run_script(kit_script(members), kit.arena, out), AX_OK);
  return out;
}

/* --- results -------------------------------------------------------------- */

/* Action `a` of phase `p`. */
static inline const ax_result_action *kit_action(const ax_result_script *r,
                                                 size_t p, size_t a) {
  assert_true(p < r->phases.count);
  assert_true(a < r->phases.items[p].actions.count);
  return &r->phases.items[p].actions.items[a];
}

static inline void kit_expect_at(const ax_result_script *r, size_t p, size_t a,
                                 const char *kind, const char *part, int line) {
  const ax_result_action *action = kit_action(r, p, a);
  if (strcmp(ax_result_word(action->kind), kind) != 0 ||
      ax_str_find(action->message, ax_str_from(part)) == AX_STR_NONE)
    fail_msg("line %d: action %zu.%zu is %s: " AX_STR_FMT " (" AX_STR_FMT ")",
             line, p, a, ax_result_word(action->kind),
             AX_STR_ARG(action->message), AX_STR_ARG(action->rule));
}

/* The action has this kind, and its message has this part. */
#define kit_expect(r, p, a, kind, part) \
  kit_expect_at((r), (p), (a), (kind), (part), __LINE__)

#define kit_expect_kind(got, want) \
  assert_string_equal(ax_result_word(got), (want))

#endif
