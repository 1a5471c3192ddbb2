/* test_proxy.c - the recording proxy: a target in this process, the proxy in
 * front of it, and clients. */
#include "proxy/proxy.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "http/http_gzip.h"
#include "http/http_server.h"
#include "net/net_client.h"
#include "support/ax_test.h"

static ax_http_server *target;
static ax_arena *arena;
static char target_base[64];

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

/* "METHOD PATH?QUERY|Name: value|...|BODY" */
static ax_str retell(const ax_http_request *rq) {
  ax_str text = ax_arena_printf(
      rq->arena, AX_STR_FMT " " AX_STR_FMT "?" AX_STR_FMT,
      AX_STR_ARG(rq->method_name), AX_STR_ARG(rq->path), AX_STR_ARG(rq->query));
  for (size_t i = 0; i < rq->header_count; i++)
    text = AX_JOIN(rq->arena, text, AX_STR("|"), rq->headers[i].name,
                   AX_STR(": "), rq->headers[i].value);
  return AX_JOIN(rq->arena, text, AX_STR("|"), rq->body);
}

static void answer(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  if (ax_str_eq(rq->path, AX_STR("/fhir/slow"))) ax_clock_sleep_ms(300);
  rs->status = ax_str_eq(rq->path, AX_STR("/fhir/gone")) ? 410 : 200;
  rs->content_type = AX_STR("text/plain");
  rs->body = retell(rq);
  ax_http_set_header(rs, AX_STR("ETag"), AX_STR("W/\"7\""));
  ax_http_set_header(rs, AX_STR("Connection"), AX_STR("X-Hop"));
  ax_http_set_header(rs, AX_STR("X-Hop"), AX_STR("1"));
}

static int set_up(void **state) {
  (void)state;
  ax_http_server_options options = {
    .address = "127.0.0.1",
    .threads = 16,
    .keep_alive_ms = 1000,
    .request_timeout_ms = (unsigned)ax_test_ms(5000),
    .drain_ms = 3000,
    .body_max = 4 << 20,
    .request_memory = 64 << 20,
    .keep_packed = true,
    .handler = answer,
    .refuse = refuse,
  };
  (void)signal(SIGPIPE, SIG_IGN);
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena || ax_http_server_start(&options, &target, NULL)) return -1;
  (void)snprintf(target_base, sizeof target_base, "http://127.0.0.1:%u/fhir",
                 ax_http_server_port(target));
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  ax_http_server_stop(target);
  ax_arena_free(arena);
  return 0;
}

static ax_proxy *start_with(ax_proxy_options options) {
  ax_proxy *proxy = NULL;
  ax_error err = { 0 };
  if (!options.target) options.target = target_base;
  if (!options.wait_ms) options.wait_ms = (unsigned)ax_test_ms(5000);
  assert_int_equal(ax_proxy_start(&options, &proxy, &err), AX_OK);
  return proxy;
}

static ax_net_response ask(ax_proxy *proxy, const ax_net_request *like,
                           const char *path) {
  const char *const origins[] = { ax_proxy_base(proxy) };
  ax_net_client_options options = { .origins = origins, .origin_count = 1 };
  ax_net_client *client = NULL;
  ax_net_request rq = *like;
  ax_net_response got = { 0 };
  rq.url = ax_arena_printf(arena, "%s%s", ax_proxy_base(proxy), path);
  assert_int_equal(ax_net_client_new(&options, &client, NULL), AX_OK);
  assert_int_equal(ax_net_client_send(client, &rq, arena, &got, NULL), AX_OK);
  ax_net_client_free(client);
  return got;
}

static ax_net_response get(ax_proxy *proxy, const char *path) {
  return ask(proxy, &(ax_net_request){ .method = AX_NET_GET }, path);
}

static bool holds(ax_str text, const char *part) {
  return ax_str_find(text, ax_str_from(part)) != AX_STR_NONE;
}

static void requests_and_answers_pass_unchanged(void **state) {
  (void)state;
  ax_proxy *proxy = start_with((ax_proxy_options){ 0 });
  const ax_net_header headers[] = {
    { AX_STR("Host"), AX_STR("gw.example") },
    { AX_STR("X-One"), AX_STR("1") },
    { AX_STR("Connection"), AX_STR("X-Two, keep-alive") },
    { AX_STR("X-Two"), AX_STR("2") },
    { AX_STR("TE"), AX_STR("trailers") },
    { AX_STR("X-One"), AX_STR("again") },
  };
  ax_net_response got =
      ask(proxy,
          &(ax_net_request){ .method = AX_NET_PUT,
                             .headers = headers,
                             .header_count = 6,
                             .body = AX_STR("{ \"a\": 1.50 }"),
                             .relayed = true },
          "/a%2Fb?x=%20&y");
  assert_str(got.body, "PUT /fhir/a%2Fb?x=%20&y|Host: gw.example|X-One: 1|"
                       "X-One: again|Content-Length: 13|{ \"a\": 1.50 }");
  assert_str(ax_net_client_header(&got, AX_STR("ETag")), "W/\"7\"");
  assert_str(ax_net_client_header(&got, AX_STR("X-Hop")), "");
  unsigned dates = 0;
  for (size_t i = 0; i < got.header_count; i++)
    dates += ax_str_eq_nocase(got.headers[i].name, AX_STR("Date"));
  assert_int_equal(dates, 1);
  assert_int_equal(get(proxy, "/gone").status, 410);
  ax_proxy_counts counts;
  ax_proxy_count(proxy, &counts);
  assert_int_equal(counts.passed, 2);
  assert_int_equal(counts.failed, 0);
  ax_proxy_stop(proxy);
}

static void every_method_passes(void **state) {
  (void)state;
  static const char *const methods[] = { "GET",     "POST",   "PUT",
                                         "PATCH",   "DELETE", "OPTIONS",
                                         "PROPFIND" };
  ax_proxy *proxy = start_with((ax_proxy_options){ 0 });
  for (size_t i = 0; i < AX_COUNT(methods); i++) {
    ax_net_response got =
        ask(proxy,
            &(ax_net_request){ .method = AX_NET_OTHER,
                               .method_name = ax_str_from(methods[i]) },
            "/x");
    assert_true(ax_str_starts(got.body, ax_str_from(methods[i])));
  }
  ax_net_response whole = get(proxy, "/x");
  ax_net_response head =
      ask(proxy, &(ax_net_request){ .method = AX_NET_HEAD }, "/x");
  assert_str(head.body, "");
  /* One letter more than the GET: "HEAD". */
  int64_t length = 0;
  assert_true(ax_str_int64(
      ax_net_client_header(&head, AX_STR("Content-Length")), 0, 1000, &length));
  assert_int_equal(length, whole.body.len + 1);
  ax_proxy_stop(proxy);
}

static void compressed_bodies_are_passed_as_they_are(void **state) {
  (void)state;
  ax_proxy *proxy = start_with((ax_proxy_options){ .queue_max = 4 });
  ax_buf packed = AX_BUF_INIT(1 << 20);
  assert_int_equal(
      ax_http_gzip_pack(AX_STR("{\"resourceType\":\"Basic\"}"), false, &packed),
      AX_OK);
  const ax_net_header headers[] = { { AX_STR("Content-Encoding"),
                                      AX_STR("gzip") } };
  ax_net_response got = ask(proxy,
                            &(ax_net_request){ .method = AX_NET_POST,
                                               .headers = headers,
                                               .header_count = 1,
                                               .body = ax_buf_view(&packed) },
                            "/Basic");
  assert_true(ax_str_ends(got.body, ax_buf_view(&packed)));
  assert_true(holds(got.body, "|Content-Encoding: gzip|"));
  /* Whoever judges the client sees what was meant. */
  ax_run_client *client = ax_proxy_client(proxy);
  ax_result_exchange *seen = NULL;
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_str(AX_JSON_STR(seen->request_json, "resourceType"), "Basic");
  ax_buf_free(&packed);
  ax_proxy_stop(proxy);
}

static void a_target_that_is_away_is_a_bad_gateway(void **state) {
  (void)state;
  ax_proxy *proxy = start_with((ax_proxy_options){
      .target = "http://127.0.0.1:1/fhir", .queue_max = 4 });
  ax_net_response got = get(proxy, "/Patient");
  assert_int_equal(got.status, 502);
  assert_str(ax_net_client_header(&got, AX_STR("Content-Type")),
             "application/fhir+json; charset=utf-8");
  assert_true(holds(got.body, "\"OperationOutcome\""));
  assert_true(holds(got.body, "http://127.0.0.1:1"));
  ax_run_client *client = ax_proxy_client(proxy);
  ax_result_exchange *seen = NULL;
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_int_equal(seen->status, 502);
  assert_true(holds(seen->failure, "could not be asked"));
  ax_proxy_counts counts;
  ax_proxy_count(proxy, &counts);
  assert_int_equal(counts.failed, 1);
  ax_proxy_stop(proxy);
  proxy = start_with((ax_proxy_options){ .timeout_ms = 50 });
  assert_int_equal(get(proxy, "/slow").status, 504);
  ax_proxy_stop(proxy);
}

static void odd_targets_are_refused(void **state) {
  (void)state;
  static const char *const targets[] = { "gw.example/fhir", "ftp://gw.example",
                                         "http://gw.example/?a=b",
                                         "http://user:pw@gw.example/" };
  for (size_t i = 0; i < AX_COUNT(targets); i++) {
    ax_proxy *proxy = NULL;
    ax_error err = { 0 };
    ax_proxy_options options = { .target = targets[i] };
    assert_int_equal(ax_proxy_start(&options, &proxy, &err), AX_INVALID);
    assert_true(err.text[0] != '\0');
  }
}

static void a_target_of_several_names_gets_its_own(void **state) {
  (void)state;
  ax_proxy *proxy = start_with((ax_proxy_options){ .target_host = true });
  char want[80];
  (void)snprintf(want, sizeof want, "|Host: 127.0.0.1:%u|",
                 ax_http_server_port(target));
  assert_true(holds(get(proxy, "/x").body, want));
  ax_proxy_stop(proxy);
}

/* --- the queue ------------------------------------------------------------ */

typedef struct {
  ax_proxy *proxy;
  const char *path;
} sender;

static void *send_one(void *ctx) {
  const sender *s = ctx;
  const char *const origins[] = { ax_proxy_base(s->proxy) };
  ax_net_client_options options = { .origins = origins, .origin_count = 1 };
  ax_arena *own = ax_arena_new(1 << 20);
  ax_net_client *client = NULL;
  ax_net_response got = { 0 };
  if (!own || ax_net_client_new(&options, &client, NULL)) return NULL;
  ax_net_request rq = { .method = AX_NET_GET };
  rq.url = ax_arena_printf(own, "%s%s", ax_proxy_base(s->proxy), s->path);
  for (int i = 0; i < 20; i++)
    if (ax_net_client_send(client, &rq, own, &got, NULL)) break;
  ax_net_client_free(client);
  ax_arena_free(own);
  return NULL;
}

static void no_exchange_of_many_clients_is_lost(void **state) {
  (void)state;
  enum { SENDERS = 6, EACH = 20 };
  ax_proxy *proxy = start_with((ax_proxy_options){ .queue_max = 1000 });
  sender senders[SENDERS];
  pthread_t threads[SENDERS];
  static const char *const paths[SENDERS] = {
    "/0", "/1", "/2", "/3", "/4", "/5"
  };
  unsigned of[SENDERS] = { 0 };
  for (int i = 0; i < SENDERS; i++) {
    senders[i] = (sender){ proxy, paths[i] };
    assert_int_equal(pthread_create(&threads[i], NULL, send_one, &senders[i]),
                     0);
  }
  ax_run_client *client = ax_proxy_client(proxy);
  for (int i = 0; i < SENDERS * EACH; i++) {
    ax_result_exchange *seen = NULL;
    assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
    assert_int_equal(seen->status, 200);
    of[seen->url.ptr[seen->url.len - 1] - '0']++;
  }
  for (int i = 0; i < SENDERS; i++) {
    (void)pthread_join(threads[i], NULL);
    assert_int_equal(of[i], EACH);
  }
  ax_proxy_close(proxy);
  ax_result_exchange *seen = NULL;
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_UNAVAILABLE);
  ax_proxy_stop(proxy);
}

static void a_gap_is_told_and_not_passed_over(void **state) {
  (void)state;
  ax_proxy *proxy = start_with((ax_proxy_options){ .queue_max = 2 });
  ax_run_client *client = ax_proxy_client(proxy);
  ax_result_exchange *seen = NULL;
  ax_error err = { 0 };
  for (int i = 0; i < 5; i++) (void)get(proxy, "/x");
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  (void)get(proxy, "/behind");
  assert_int_equal(client->next(client, arena, &seen, &err), AX_TOO_LARGE);
  assert_true(holds(ax_str_from(err.text), "3 exchange(s)"));
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_true(ax_str_ends(seen->url, AX_STR("/fhir/behind")));
  ax_proxy_stop(proxy);
  /* Bytes are bounded too. */
  proxy = start_with((ax_proxy_options){ .queue_max = 9, .queue_bytes = 100 });
  client = ax_proxy_client(proxy);
  (void)get(proxy, "/x");
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_TOO_LARGE);
  ax_proxy_stop(proxy);
}

static void waiting_ends(void **state) {
  (void)state;
  ax_proxy *proxy =
      start_with((ax_proxy_options){ .queue_max = 2, .wait_ms = 20 });
  ax_run_client *client = ax_proxy_client(proxy);
  ax_result_exchange *seen = NULL;
  ax_error err = { 0 };
  assert_int_equal(client->next(client, arena, &seen, &err), AX_TIMEOUT);
  assert_true(holds(ax_str_from(err.text), "within 20 ms"));
  ax_proxy_stop(proxy);
  proxy = start_with((ax_proxy_options){ 0 });
  assert_null(ax_proxy_client(proxy));
  ax_proxy_stop(proxy);
}

/* --- in the way ----------------------------------------------------------- */

/* Sends everything twice and says so. */
static ax_status twice(void *ctx, ax_proxy_hop *hop, ax_proxy_request *rq,
                       ax_proxy_response *out, ax_error *err) {
  AX_TRY(ax_proxy_forward(hop, rq, out, err));
  rq->query = AX_STR("second");
  AX_TRY(ax_proxy_forward(hop, rq, out, err));
  out->status = 299;
  return ax_proxy_message_set(ax_proxy_hop_arena(hop), &out->fields,
                              AX_STR("ETag"), *(const ax_str *)ctx);
}

static void a_filter_may_change_what_passes(void **state) {
  (void)state;
  ax_str tag = AX_STR("changed");
  ax_proxy *proxy = start_with(
      (ax_proxy_options){ .filter = { twice, &tag }, .queue_max = 2 });
  ax_net_response got = get(proxy, "/x?first");
  assert_int_equal(got.status, 299);
  assert_true(ax_str_starts(got.body, AX_STR("GET /fhir/x?second|")));
  assert_str(ax_net_client_header(&got, AX_STR("ETag")), "changed");
  /* Seen is what the client sent and got. */
  ax_run_client *client = ax_proxy_client(proxy);
  ax_result_exchange *seen = NULL;
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_true(ax_str_ends(seen->url, AX_STR("/x?first")));
  assert_int_equal(seen->status, 299);
  ax_proxy_stop(proxy);
}

/* --- recordings ----------------------------------------------------------- */

static ax_status mask(void *ctx, ax_arena *memory, ax_result_exchange *e) {
  (void)ctx, (void)memory;
  for (size_t i = 0; i < e->request_headers.count; i++)
    if (ax_str_eq_nocase(e->request_headers.items[i].name,
                         AX_STR("Authorization")))
      e->request_headers.items[i].value = AX_STR("***");
  return AX_OK;
}

static void make_folder(char folder[64]) {
  (void)snprintf(folder, 64, "/tmp/auspex-proxy-XXXXXX");
  assert_non_null(mkdtemp(folder));
}

static void remove_folder(const char *folder) {
  const char *const *names = NULL;
  size_t count = 0;
  assert_int_equal(ax_file_list(arena, folder, &names, &count, NULL), AX_OK);
  for (size_t i = 0; i < count; i++)
    (void)remove(ax_arena_printf(arena, "%s/%s", folder, names[i]).ptr);
  assert_int_equal(remove(folder), 0);
}

static void a_recording_is_read_back_as_it_was(void **state) {
  (void)state;
  char folder[64];
  make_folder(folder);
  ax_recording *recording = NULL;
  assert_int_equal(ax_recording_begin(folder, mask, NULL, &recording, NULL),
                   AX_OK);
  ax_proxy *proxy = start_with((ax_proxy_options){ .recording = recording });
  const ax_str body = { "{\"a\":\"\\u00e4\"}\xff", 15 };
  (void)ask(proxy,
            &(ax_net_request){ .method = AX_NET_POST,
                               .body = AX_STR("{\"resourceType\":\"Basic\"}"),
                               .bearer = AX_STR("secret-token") },
            "/Basic");
  (void)ask(proxy, &(ax_net_request){ .method = AX_NET_POST, .body = body },
            "/bytes");
  ax_proxy_stop(proxy);
  ax_recording_end(recording);
  ax_str file;
  ax_str first = ax_arena_printf(arena, "%s/000001.json", folder);
  assert_int_equal(ax_file_read(arena, first.ptr, 1 << 20, &file, NULL), AX_OK);
  assert_true(holds(file, "***"));
  assert_false(holds(file, "{\"name\":\"Authorization\",\"value\":\"Bearer"));

  ax_run_client *client = NULL;
  ax_result_exchange *seen = NULL;
  assert_int_equal(
      ax_recording_open(folder, AX_STR("http://x/fhir"), arena, &client, NULL),
      AX_OK);
  assert_int_equal(ax_recording_left(client), 2);
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_str(seen->method, "POST");
  assert_true(ax_str_ends(seen->url, AX_STR("/fhir/Basic")));
  assert_str(AX_JSON_STR(seen->request_json, "resourceType"), "Basic");
  assert_int_equal(seen->status, 200);
  assert_str(ax_result_response_header(seen, AX_STR("etag")), "W/\"7\"");
  assert_true(seen->started_ms > 0);
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_true(ax_str_eq(seen->request_body, body));
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_UNAVAILABLE);
  /* A second recording goes on behind the first. */
  assert_int_equal(ax_recording_begin(folder, mask, NULL, &recording, NULL),
                   AX_OK);
  assert_int_equal(ax_recording_number(recording), 3);
  ax_recording_end(recording);
  assert_int_equal(ax_recording_begin(folder, NULL, NULL, &recording, NULL),
                   AX_INVALID);
  remove_folder(folder);
}

static void a_recording_that_cannot_be_written_is_told(void **state) {
  (void)state;
  char folder[64];
  make_folder(folder);
  ax_recording *recording = NULL;
  assert_int_equal(ax_recording_begin(folder, mask, NULL, &recording, NULL),
                   AX_OK);
  remove_folder(folder);
  ax_proxy *proxy = start_with((ax_proxy_options){ .recording = recording });
  assert_int_equal(get(proxy, "/x").status, 200); /* the feed comes first */
  ax_proxy_counts counts;
  ax_proxy_count(proxy, &counts);
  assert_int_equal(counts.unrecorded, 1);
  assert_true(counts.why[0] != '\0');
  ax_proxy_stop(proxy);
  ax_recording_end(recording);
}

static void files_are_judged(void **state) {
  (void)state;
  static const struct {
    const char *text, *url, *fault;
  } rows[] = {
    { "{\"resourceType\":\"Bundle\",\"type\":\"transaction\"}", "http://x/fhir",
      NULL },
    { "{\"resourceType\":\"Bundle\",\"type\":\"collection\"}",
      "http://x/fhir/Bundle", NULL },
    { "{\"resourceType\":\"Observation\"}", "http://x/fhir/Observation", NULL },
    { "{\"exchange\":1,\"method\":\"GET\",\"url\":\"u\",\"request\":{}}", "u",
      NULL },
    { "{\"exchange\":2}", NULL, "neither a resource nor" },
    { "{\"exchange\":1,\"url\":\"u\",\"request\":{}}", NULL, "lacks method" },
    { "{\"exchange\":1,\"method\":\"GET\",\"request\":{}}", NULL, "lacks url" },
    { "{\"exchange\":1,\"method\":\"GET\",\"url\":\"u\"}", NULL,
      "lacks request" },
    { "[1", NULL, "line 1, column" },
    { "", NULL, "line 1, column" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_result_exchange e;
    ax_error err = { 0 };
    ax_status status = ax_recording_read(arena, ax_str_from(rows[i].text),
                                         AX_STR("http://x/fhir"), &e, &err);
    assert_int_equal(status, rows[i].fault ? AX_INVALID : AX_OK);
    if (rows[i].fault)
      assert_true(holds(ax_str_from(err.text), rows[i].fault));
    else
      assert_str(e.url, rows[i].url);
  }
}

static void a_folder_of_bundles_is_a_client(void **state) {
  (void)state;
  char folder[64];
  make_folder(folder);
  ax_run_client *client = NULL;
  ax_error err = { 0 };
  assert_int_equal(
      ax_recording_open(folder, AX_STR("http://x"), arena, &client, &err),
      AX_NOT_FOUND);
  ax_str a = ax_arena_printf(arena, "%s/a.json", folder);
  ax_str b = ax_arena_printf(arena, "%s/b.json", folder);
  assert_int_equal(ax_file_write(a.ptr, AX_STR("nothing"), NULL), AX_OK);
  assert_int_equal(
      ax_file_write(b.ptr, AX_STR("{\"resourceType\":\"Patient\"}"), NULL),
      AX_OK);
  assert_int_equal(
      ax_recording_open(folder, AX_STR("http://x"), arena, &client, NULL),
      AX_OK);
  ax_result_exchange *seen = NULL;
  memset(&err, 0, sizeof err);
  assert_int_equal(client->next(client, arena, &seen, &err), AX_INVALID);
  assert_true(ax_str_starts(ax_str_from(err.text), AX_STR("a.json: line 1")));
  assert_int_equal(client->next(client, arena, &seen, NULL), AX_OK);
  assert_str(seen->url, "http://x/Patient");
  assert_int_equal(seen->status, 0);
  remove_folder(folder);
}

/* Each script begins where it is to begin, whatever others took. */
static void a_recording_is_seen_in_parts(void **state) {
  (void)state;
  char folder[64];
  make_folder(folder);
  static const char *const types[] = { "A", "B", "C" };
  for (size_t i = 0; i < AX_COUNT(types); i++) {
    ax_str path = ax_arena_printf(arena, "%s/%s.json", folder, types[i]);
    ax_str text = ax_arena_printf(arena, "{\"resourceType\":\"%s\"}", types[i]);
    assert_int_equal(ax_file_write(path.ptr, text, NULL), AX_OK);
  }
  ax_run_client *all = NULL, *one = NULL, *rest = NULL, *none = NULL;
  ax_result_exchange *seen = NULL;
  assert_int_equal(
      ax_recording_open(folder, AX_STR("http://x"), arena, &all, NULL), AX_OK);
  assert_int_equal(ax_recording_view(all, 1, 1, arena, &one), AX_OK);
  assert_int_equal(ax_recording_view(all, 1, 9, arena, &rest), AX_OK);
  assert_int_equal(ax_recording_view(all, 3, 1, arena, &none), AX_OK);
  assert_int_equal(ax_recording_left(one), 1);
  assert_int_equal(ax_recording_left(rest), 2);
  assert_int_equal(ax_recording_left(none), 0);
  assert_str(ax_recording_name(one), "B.json");
  assert_str(ax_recording_name(none), "");
  assert_int_equal(one->next(one, arena, &seen, NULL), AX_OK);
  assert_str(seen->url, "http://x/B");
  assert_int_equal(one->next(one, arena, &seen, NULL), AX_UNAVAILABLE);
  assert_int_equal(ax_recording_left(all), 3);
  remove_folder(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(requests_and_answers_pass_unchanged),
    cmocka_unit_test(every_method_passes),
    cmocka_unit_test(compressed_bodies_are_passed_as_they_are),
    cmocka_unit_test(a_target_that_is_away_is_a_bad_gateway),
    cmocka_unit_test(odd_targets_are_refused),
    cmocka_unit_test(a_target_of_several_names_gets_its_own),
    cmocka_unit_test(no_exchange_of_many_clients_is_lost),
    cmocka_unit_test(a_gap_is_told_and_not_passed_over),
    cmocka_unit_test(waiting_ends),
    cmocka_unit_test(a_filter_may_change_what_passes),
    cmocka_unit_test(a_recording_is_read_back_as_it_was),
    cmocka_unit_test(a_recording_that_cannot_be_written_is_told),
    cmocka_unit_test(files_are_judged),
    cmocka_unit_test(a_folder_of_bundles_is_a_client),
    cmocka_unit_test(a_recording_is_seen_in_parts),
  };
  return cmocka_run_group_tests_name("proxy", tests, set_up, tear_down);
}
