#include "proxy/proxy.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fhir/fhir_make.h"
#include "http/http_gzip.h"
#include "http/http_server.h"
#include "net/net_client.h"
#include "proxy/proxy_queue.h"

enum {
  THREADS = 32,
  TIMEOUT_MS = 60000,
  WAIT_MS = 60000,
  KEEP_ALIVE_MS = 5000,
  REQUEST_TIMEOUT_MS = 60000,
  OUTCOME_MAX = 64 << 10,
  DRAIN_MS = 10000,
  BODY_MAX = 256 << 20,
  QUEUE_BYTES = 256 << 20
};
static const size_t request_memory = (size_t)2 << 30;

/* Each request borrows a client; its connections stay open in between. */
typedef struct {
  ax_net_client *client;
} spare;

struct ax_proxy {
  ax_run_client client; /* first: scripts hold it */
  ax_arena *arena;      /* texts of the options */
  ax_proxy_options options;
  ax_net_client_options net;
  ax_http_server *server;
  ax_proxy_queue *queue;
  ax_str origin;    /* "http://127.0.0.1:8080" */
  ax_str authority; /* "127.0.0.1:8080" */
  ax_str path;      /* "/fhir" */
  const char *base;
  pthread_mutex_t mutex; /* what follows */
  spare *spares;
  size_t spare_count;
  ax_proxy_counts counts;
};

struct ax_proxy_hop {
  ax_proxy *proxy;
  ax_arena *arena;
  bool reached; /* the target answered */
};

ax_arena *ax_proxy_hop_arena(const ax_proxy_hop *hop) {
  return hop->arena;
}

/* --- to the target -------------------------------------------------------- */

static ax_status borrow(ax_proxy *proxy, ax_net_client **out, ax_error *err) {
  *out = NULL;
  (void)pthread_mutex_lock(&proxy->mutex);
  if (proxy->spare_count) *out = proxy->spares[--proxy->spare_count].client;
  (void)pthread_mutex_unlock(&proxy->mutex);
  return *out ? AX_OK : ax_net_client_new(&proxy->net, out, err);
}

/* There is a place for each serving thread, so for every client. */
static void give_back(ax_proxy *proxy, ax_net_client *client) {
  (void)pthread_mutex_lock(&proxy->mutex);
  proxy->spares[proxy->spare_count++].client = client;
  (void)pthread_mutex_unlock(&proxy->mutex);
}

static ax_net_method method_of(ax_str name) {
  switch (ax_http_method_named(name)) {
  case AX_HTTP_GET:
    return AX_NET_GET;
  case AX_HTTP_HEAD:
    return AX_NET_HEAD;
  case AX_HTTP_POST:
    return AX_NET_POST;
  case AX_HTTP_PUT:
    return AX_NET_PUT;
  case AX_HTTP_PATCH:
    return AX_NET_PATCH;
  case AX_HTTP_DELETE:
    return AX_NET_DELETE;
  case AX_HTTP_OPTIONS:
    return AX_NET_OPTIONS;
  case AX_HTTP_OTHER:
    return AX_NET_OTHER;
  }
  return AX_NET_OTHER;
}

static ax_status url_of(ax_arena *arena, ax_str origin,
                        const ax_proxy_request *rq, ax_str *out) {
  *out = AX_JOIN(arena, origin, rq->path,
                 rq->query.len ? AX_STR("?") : AX_STR(""), rq->query);
  return out->ptr ? AX_OK : AX_NOMEM;
}

/* Content-Length is told by whoever sends the body. */
static ax_status net_headers(ax_arena *arena, const ax_proxy_fields *fields,
                             ax_net_request *out) {
  ax_net_header *list = AX_NEW_ARRAY(arena, ax_net_header, fields->count + 1);
  if (!list) return AX_NOMEM;
  for (size_t i = 0; i < fields->count; i++)
    if (!ax_str_eq_nocase(fields->items[i].name, AX_STR("Content-Length")))
      list[out->header_count++] =
          (ax_net_header){ fields->items[i].name, fields->items[i].value };
  out->headers = list;
  return AX_OK;
}

static ax_status take_answer(ax_arena *arena, const ax_net_response *answer,
                             ax_proxy_response *out) {
  out->status = answer->status;
  out->body = answer->body;
  for (size_t i = 0; i < answer->header_count; i++)
    AX_TRY(ax_proxy_message_add(arena, &out->fields, answer->headers[i].name,
                                answer->headers[i].value));
  ax_proxy_message_drop_hops(&out->fields);
  return AX_OK;
}

ax_status ax_proxy_forward(ax_proxy_hop *hop, const ax_proxy_request *request,
                           ax_proxy_response *out, ax_error *err) {
  ax_net_client *client = NULL;
  ax_net_response answer = { 0 };
  ax_net_request rq = { .method = method_of(request->method),
                        .method_name = request->method,
                        .body = request->body,
                        .relayed = true };
  *out = (ax_proxy_response){ .body = AX_STR("") };
  AX_TRY(url_of(hop->arena, hop->proxy->origin, request, &rq.url));
  AX_TRY(net_headers(hop->arena, &request->fields, &rq));
  AX_TRY(borrow(hop->proxy, &client, err));
  ax_status status = ax_net_client_send(client, &rq, hop->arena, &answer, err);
  give_back(hop->proxy, client);
  AX_TRY(status);
  hop->reached = true;
  return take_answer(hop->arena, &answer, out);
}

/* --- from the client, and back -------------------------------------------- */

static ax_str write_outcome(ax_buf *body, const char *code, ax_str text) {
  ax_json_writer w = ax_json_write_begin(body);
  ax_fhir_make_outcome(&w, AX_STR("error"), ax_str_from(code), text);
  if (ax_json_write_end(&w) != AX_OK) ax_buf_free(body);
  return AX_STR("application/fhir+json; charset=utf-8");
}

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  return write_outcome(body, status == 503 ? "transient" : "invalid", text);
}

static ax_status take_request(const ax_proxy *proxy,
                              const ax_http_request *http,
                              ax_proxy_request *out) {
  *out = (ax_proxy_request){ .method = http->method_name,
                             .path = http->path,
                             .query = http->query,
                             .body = http->body };
  for (size_t i = 0; i < http->header_count; i++)
    AX_TRY(ax_proxy_message_add(http->arena, &out->fields,
                                http->headers[i].name, http->headers[i].value));
  ax_proxy_message_drop_hops(&out->fields);
  if (!proxy->options.target_host) return AX_OK;
  return ax_proxy_message_set(http->arena, &out->fields, AX_STR("Host"),
                              proxy->authority);
}

static ax_status make_answer(ax_proxy_hop *hop, ax_proxy_request *rq,
                             ax_proxy_response *out, ax_error *err) {
  const ax_proxy_filter *filter = &hop->proxy->options.filter;
  ax_status status = filter->pass ? filter->pass(filter->ctx, hop, rq, out, err)
                                  : ax_proxy_forward(hop, rq, out, err);
  AX_TRY(status);
  /* A field for Content-Length is added where there is none. */
  if (out->fields.count < AX_HTTP_RESPONSE_HEADERS_MAX) return AX_OK;
  return ax_error_set(err, AX_TOO_LARGE,
                      "the target's answer has more than %d header fields",
                      AX_HTTP_RESPONSE_HEADERS_MAX - 1);
}

static void free_buf(void *buf) {
  ax_buf_free(buf);
}

/* What the client gets when the target gave nothing. */
static void answer_failure(ax_arena *arena, ax_status status,
                           const ax_error *err, ax_proxy_response *out) {
  *out = (ax_proxy_response){ .status = status == AX_TIMEOUT ? 504 : 502,
                              .body = AX_STR("") };
  ax_buf *body = AX_NEW(arena, ax_buf);
  if (!body || ax_arena_defer(arena, free_buf, body) != 0) return;
  body->ceiling = OUTCOME_MAX;
  const char *text = err->text[0] ? err->text : ax_error_name(status);
  ax_str media = write_outcome(
      body, status == AX_TIMEOUT ? "timeout" : "transient", ax_str_from(text));
  out->body = ax_buf_view(body);
  if (ax_proxy_message_add(arena, &out->fields, AX_STR("Content-Type"), media))
    out->fields.count = 0;
}

static void send_answer(const ax_proxy_request *rq, ax_proxy_response *answer,
                        ax_http_response *rs) {
  rs->relayed = true;
  rs->status =
      answer->status >= 200 && answer->status <= 599 ? answer->status : 502;
  rs->body = answer->body;
  /* Of a HEAD it is the only one who knows the length. */
  bool is_head = ax_str_eq(rq->method, AX_STR("HEAD"));
  if (!is_head || answer->body.len)
    ax_proxy_message_drop(&answer->fields, AX_STR("Content-Length"));
  for (size_t i = 0; i < answer->fields.count; i++)
    rs->headers[rs->header_count++] =
        (ax_http_header){ answer->fields.items[i].name,
                          answer->fields.items[i].value };
}

/* --- what is told of it --------------------------------------------------- */

/* A compressed body as it was meant; as it is when it cannot be unpacked. */
static ax_str unpacked(ax_arena *arena, const ax_proxy_fields *fields,
                       ax_str body) {
  ax_str coding = ax_proxy_message_get(fields, AX_STR("Content-Encoding"));
  if (!ax_str_eq_nocase(coding, AX_STR("gzip")) &&
      !ax_str_eq_nocase(coding, AX_STR("deflate")))
    return body;
  ax_buf *plain = AX_NEW(arena, ax_buf);
  if (!plain || ax_arena_defer(arena, free_buf, plain) != 0) return body;
  plain->ceiling = BODY_MAX;
  return ax_http_gzip_unpack(body, plain) == AX_OK ? ax_buf_view(plain) : body;
}

static void note_failure(ax_proxy *proxy, unsigned *counter,
                         const ax_error *err, ax_status status) {
  const char *text = err->text[0] ? err->text : ax_error_name(status);
  (void)pthread_mutex_lock(&proxy->mutex);
  ++*counter;
  if (!proxy->counts.why[0])
    (void)snprintf(proxy->counts.why, sizeof proxy->counts.why, "%s", text);
  (void)pthread_mutex_unlock(&proxy->mutex);
}

/* Method, fields and body as the client sent them: before anything may change
 * them on the way. */
static ax_status begin_exchange(ax_arena *arena, const ax_proxy *proxy,
                                const ax_proxy_request *rq,
                                ax_result_exchange *e) {
  ax_proxy_fields fields;
  ax_str host = ax_proxy_message_get(&rq->fields, AX_STR("Host"));
  ax_str origin =
      AX_JOIN(arena, AX_STR("http://"), host.len ? host : proxy->authority);
  if (!origin.ptr) return AX_NOMEM;
  *e = (ax_result_exchange){ .method = rq->method,
                             .response_body = AX_STR(""),
                             .failure = AX_STR("") };
  AX_TRY(url_of(arena, origin, rq, &e->url));
  AX_TRY(ax_proxy_message_copy(arena, &rq->fields, &fields));
  e->request_headers.items = fields.items;
  e->request_headers.count = fields.count;
  e->request_body = unpacked(arena, &rq->fields, rq->body);
  e->started_ms = ax_clock_wall_ms();
  return AX_OK;
}

static void end_exchange(ax_arena *arena, const ax_proxy_response *answer,
                         ax_result_exchange *e) {
  e->status = answer->status;
  e->response_headers.items = answer->fields.items;
  e->response_headers.count = answer->fields.count;
  e->response_body = unpacked(arena, &answer->fields, answer->body);
}

static void record(ax_proxy *proxy, unsigned number,
                   const ax_result_exchange *e) {
  ax_error err = { 0 };
  ax_status status =
      ax_recording_write(proxy->options.recording, number, e, &err);
  if (status) note_failure(proxy, &proxy->counts.unrecorded, &err, status);
}

static void handle(void *ctx, ax_http_request *http, ax_http_response *rs) {
  ax_proxy *proxy = ctx;
  ax_proxy_hop hop = { .proxy = proxy, .arena = http->arena };
  ax_proxy_request rq = { 0 };
  ax_proxy_response answer = { 0 };
  ax_result_exchange e = { 0 };
  ax_error err = { 0 };
  unsigned number = proxy->options.recording
                        ? ax_recording_number(proxy->options.recording)
                        : 0;
  ax_proxy_place *place =
      proxy->queue ? ax_proxy_queue_begin(proxy->queue) : NULL;
  ax_status status = take_request(proxy, http, &rq);
  if (!status) status = begin_exchange(http->arena, proxy, &rq, &e);
  if (!status) status = make_answer(&hop, &rq, &answer, &err);
  if (status) {
    note_failure(proxy, &proxy->counts.failed, &err, status);
    e.failure = ax_str_from(err.text[0] ? err.text : ax_error_name(status));
    answer_failure(http->arena, status, &err, &answer);
  } else {
    (void)pthread_mutex_lock(&proxy->mutex);
    proxy->counts.passed++;
    (void)pthread_mutex_unlock(&proxy->mutex);
  }
  e.duration_us = (ax_clock_mono_ns() - http->arrived_ns) / 1000;
  end_exchange(http->arena, &answer, &e);
  if (proxy->options.recording) record(proxy, number, &e);
  if (proxy->queue) ax_proxy_queue_end(proxy->queue, place, &e);
  send_answer(&rq, &answer, rs);
}

/* --- life ----------------------------------------------------------------- */

static ax_status next_exchange(ax_run_client *self, ax_arena *arena,
                               ax_result_exchange **out, ax_error *err) {
  ax_proxy *proxy = (ax_proxy *)self;
  return ax_proxy_queue_next(proxy->queue, proxy->options.wait_ms, arena, out,
                             err);
}

/* "https://gw.example/fhir" into its parts; what is no URL of ours is found by
 * the client for its origin. */
static ax_status split_target(ax_proxy *proxy, ax_error *err) {
  ax_str url = ax_arena_str(proxy->arena, ax_str_from(proxy->options.target));
  size_t scheme = url.ptr ? ax_str_find(url, AX_STR("://")) : 0;
  if (!url.ptr) return AX_NOMEM;
  if (scheme == AX_STR_NONE || ax_str_find(url, AX_STR("?")) != AX_STR_NONE)
    return ax_error_set(err, AX_INVALID,
                        "the target is a base URL such as "
                        "http://127.0.0.1:8080/fhir");
  ax_str rest = ax_str_skip(url, scheme + 3);
  size_t slash = ax_str_find(rest, AX_STR("/"));
  proxy->authority =
      (ax_str){ rest.ptr, slash == AX_STR_NONE ? rest.len : slash };
  proxy->origin = (ax_str){ url.ptr, scheme + 3 + proxy->authority.len };
  proxy->path = ax_str_skip(rest, proxy->authority.len);
  while (ax_str_ends(proxy->path, AX_STR("/"))) proxy->path.len--;
  return AX_OK;
}

static ax_status copy_option(ax_arena *arena, const char **text) {
  if (*text) *text = ax_arena_cstr(arena, ax_str_from(*text));
  return AX_OK;
}

static ax_status set_options(ax_proxy *proxy, ax_error *err) {
  ax_proxy_options *o = &proxy->options;
  if (!o->address) o->address = "127.0.0.1";
  if (!o->threads) o->threads = THREADS;
  if (!o->timeout_ms) o->timeout_ms = TIMEOUT_MS;
  if (!o->wait_ms) o->wait_ms = WAIT_MS;
  if (!o->queue_bytes) o->queue_bytes = QUEUE_BYTES;
  AX_TRY(copy_option(proxy->arena, &o->address));
  AX_TRY(copy_option(proxy->arena, &o->target));
  AX_TRY(copy_option(proxy->arena, &o->ca_file));
  AX_TRY(copy_option(proxy->arena, &o->cert_file));
  AX_TRY(copy_option(proxy->arena, &o->key_file));
  AX_TRY(split_target(proxy, err));
  proxy->net = (ax_net_client_options){ .origins = &o->target,
                                        .origin_count = 1,
                                        .timeout_ms = o->timeout_ms,
                                        .response_max = BODY_MAX,
                                        .ca_file = o->ca_file,
                                        .cert_file = o->cert_file,
                                        .key_file = o->key_file,
                                        .user_agent = "" };
  proxy->spares = AX_NEW_ARRAY(proxy->arena, spare, o->threads);
  return proxy->spares && o->address && o->target ? AX_OK : AX_NOMEM;
}

/* A mistake in the options is found now and not by the first request. */
static ax_status try_client(ax_proxy *proxy, ax_error *err) {
  ax_net_client *client = NULL;
  AX_TRY(borrow(proxy, &client, err));
  give_back(proxy, client);
  return AX_OK;
}

static ax_status start_server(ax_proxy *proxy, ax_error *err) {
  const ax_proxy_options *o = &proxy->options;
  const ax_http_server_options options = {
    .address = o->address,
    .port = o->port,
    .threads = o->threads,
    .keep_alive_ms = KEEP_ALIVE_MS,
    .request_timeout_ms = REQUEST_TIMEOUT_MS,
    .drain_ms = DRAIN_MS,
    .body_max = BODY_MAX,
    .request_memory = request_memory,
    .keep_packed = true,
    .handler = handle,
    .ctx = proxy,
    .refuse = refuse,
  };
  AX_TRY(ax_http_server_start(&options, &proxy->server, err));
  bool v6 = strchr(o->address, ':') != NULL;
  ax_str base = ax_arena_printf(
      proxy->arena, v6 ? "http://[%s]:%u%.*s" : "http://%s:%u%.*s", o->address,
      ax_http_server_port(proxy->server), AX_STR_ARG(proxy->path));
  proxy->base = base.ptr;
  return base.ptr ? AX_OK : AX_NOMEM;
}

static ax_status start(ax_proxy *proxy, ax_error *err) {
  proxy->arena = ax_arena_new(1 << 20);
  if (!proxy->arena) return AX_NOMEM;
  AX_TRY(set_options(proxy, err));
  AX_TRY(try_client(proxy, err));
  proxy->client.next = next_exchange;
  const ax_proxy_options *o = &proxy->options;
  if (o->queue_max) {
    proxy->queue = ax_proxy_queue_new(o->queue_max, o->queue_bytes);
    if (!proxy->queue) return AX_NOMEM;
  }
  return start_server(proxy, err);
}

ax_status ax_proxy_start(const ax_proxy_options *options, ax_proxy **out,
                         ax_error *err) {
  *out = NULL;
  ax_proxy *proxy = calloc(1, sizeof *proxy);
  if (!proxy) return AX_NOMEM;
  proxy->options = *options;
  (void)pthread_mutex_init(&proxy->mutex, NULL);
  ax_status status = start(proxy, err);
  if (status)
    ax_proxy_stop(proxy);
  else
    *out = proxy;
  return status;
}

const char *ax_proxy_base(const ax_proxy *proxy) {
  return proxy->base;
}

ax_run_client *ax_proxy_client(ax_proxy *proxy) {
  return proxy->queue ? &proxy->client : NULL;
}

void ax_proxy_count(ax_proxy *proxy, ax_proxy_counts *out) {
  (void)pthread_mutex_lock(&proxy->mutex);
  *out = proxy->counts;
  (void)pthread_mutex_unlock(&proxy->mutex);
}

void ax_proxy_close(ax_proxy *proxy) {
  if (proxy->queue) ax_proxy_queue_close(proxy->queue);
}

void ax_proxy_stop(ax_proxy *proxy) {
  if (!proxy) return;
  ax_http_server_stop(proxy->server);
  for (size_t i = 0; i < proxy->spare_count; i++)
    ax_net_client_free(proxy->spares[i].client);
  ax_proxy_queue_free(proxy->queue);
  (void)pthread_mutex_destroy(&proxy->mutex);
  ax_arena_free(proxy->arena);
  free(proxy);
}
