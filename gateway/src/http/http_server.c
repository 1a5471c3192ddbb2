#include "http/http_server.h"

#include <civetweb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "http/http_gzip.h"
#include "http/http_headers.h"
#include "http/http_socket.h"
#include "http/http_stack.h"
#include "http/http_turns.h"

enum {
  HEAD_MAX = 32 * 1024,      /* request line and header fields */
  ONE_WRITE_MAX = 64 * 1024, /* up to here head and body go in one write */
  READ_STEP = 64 * 1024,
  LARGE_BODY = 256 * 1024, /* from here on a request takes a turn */
  DRAIN_MAX = 1024 * 1024, /* unread body swallowed after a refusal */
  KEEP_MAX = 128 * 1024,   /* of each kind of memory, kept between requests */
  KEPT_MAX = 32,           /* such sets: as many as are often used at once */
  TICK_MS = 50,
  CROWDED_IDLE_MS = 500, /* idle for so long: goes first when it gets crowded */
  RETRY_MAX_S = 60
};

/* What one request needs. Threads are many and most of them wait, so it belongs
 * to a request, not to a thread. */
typedef struct {
  ax_arena *arena;
  ax_buf body, unpacked, out;
} memory;

/* What one serving thread owns. */
typedef struct {
  ax_http_server *server;
  ax_http_socket socket;
  memory memory;
  void *stack; /* its lowest address */
  size_t held; /* of the server's `bodies` */
} lane;

struct ax_http_server {
  ax_http_server_options options;
  struct mg_context *civetweb;
  ax_http_turns *turns;
  ax_arena_pool *pool;
  unsigned port;
  lane *lanes;
  ax_http_sockets sockets; /* that lanes serve */
  atomic_uint lanes_used, connections, busy, running;
  atomic_size_t bodies;               /* bytes of them in memory */
  atomic_uint finished_of_late, rate; /* requests; a second, smoothed */
  atomic_bool draining, stopping, finished;
  pthread_mutex_t mutex; /* what follows */
  memory kept[KEPT_MAX];
  size_t kept_count;
  pthread_t watchdog;
  char note[200]; /* what the library said while it started */
};

static int64_t after_ms(unsigned ms) {
  return ax_clock_mono_ns() + (int64_t)ms * 1000000;
}

static ax_str view(const char *z) {
  return z ? ax_str_from(z) : AX_STR("");
}

/* --- lanes -------------------------------------------------------------- */

static void reset_buf(ax_buf *buf, size_t ceiling) {
  if (buf->capacity > KEEP_MAX || buf->status) ax_buf_free(buf);
  *buf = (ax_buf){ .bytes = buf->bytes,
                   .capacity = buf->capacity,
                   .ceiling = ceiling };
}

/* After each request: an idle thread holds little. */
static void reset_lane(lane *l) {
  if (l->memory.arena && ax_arena_used(l->memory.arena) > KEEP_MAX) {
    ax_arena_free(l->memory.arena);
    l->memory.arena = NULL;
  }
  if (l->memory.arena) ax_arena_reset(l->memory.arena);
  reset_buf(&l->memory.body, l->server->options.body_max);
  reset_buf(&l->memory.unpacked, l->server->options.body_max);
  reset_buf(&l->memory.out, SIZE_MAX);
}

static void free_memory(memory *m) {
  ax_arena_free(m->arena);
  ax_buf_free(&m->body);
  ax_buf_free(&m->unpacked);
  ax_buf_free(&m->out);
  *m = (memory){ 0 };
}

static void take_memory(lane *l) {
  ax_http_server *server = l->server;
  (void)pthread_mutex_lock(&server->mutex);
  if (server->kept_count) l->memory = server->kept[--server->kept_count];
  (void)pthread_mutex_unlock(&server->mutex);
  reset_lane(l);
}

static void give_memory(lane *l) {
  ax_http_server *server = l->server;
  reset_lane(l);
  (void)pthread_mutex_lock(&server->mutex);
  bool kept = server->kept_count < KEPT_MAX;
  if (kept) server->kept[server->kept_count++] = l->memory;
  (void)pthread_mutex_unlock(&server->mutex);
  if (kept)
    l->memory = (memory){ 0 };
  else
    free_memory(&l->memory);
}

static void *begin_thread(const struct mg_context *civetweb, int type) {
  ax_http_server *server = mg_get_user_data(civetweb);
  if (type != 1) return NULL; /* only those that serve */
  unsigned n = atomic_fetch_add(&server->lanes_used, 1);
  if (n >= server->options.threads) return NULL;
  server->lanes[n].stack = ax_http_stack_find();
  return &server->lanes[n];
}

/* Nearly all threads are taken: whoever is answered now gives theirs back. */
static bool is_crowded(ax_http_server *server) {
  unsigned threads = server->options.threads;
  return atomic_load(&server->connections) >= threads - threads / 8;
}

/* --- reading ------------------------------------------------------------- */

/*
 * CivetWeb stops reading header lines at a 65th, at a folded one and at one it
 * cannot read, and says nothing; it also drops blanks before a colon. A field
 * that it hides from us may be the one that says how long the body is, so look
 * at its buffer: names and values were cut out in place by NULs.
 */
static bool sees_whole_head(const struct mg_request_info *ri) {
  const char *end = NULL;
  for (int i = 0; i < ri->num_headers; i++) {
    const char *name = ri->http_headers[i].name;
    const char *value = ri->http_headers[i].value;
    for (const char *c = name + strlen(name) + 1; c < value; c++)
      if (*c != ' ' && *c != '\t') return false;
    end = value + strlen(value) + 1;
  }
  if (!end) return true;
  if (*end == '\0') end++;
  return *end == '\r' || *end == '\n';
}

/* Counts `bytes` as held in memory until the request ends; what may not be held
 * is not counted, so that it keeps nobody else out. */
static bool may_hold(lane *l, size_t bytes) {
  ax_http_server *server = l->server;
  size_t most = server->options.bodies_max;
  size_t before = atomic_load(&server->bodies);
  do {
    if (most && before + bytes > most && before != l->held) return false;
  } while (!atomic_compare_exchange_weak(&server->bodies, &before,
                                         before + bytes));
  l->held += bytes;
  return true;
}

static bool reads_fixed(lane *l, struct mg_connection *conn, uint64_t length) {
  for (uint64_t done = 0; done < length;) {
    size_t want =
        length - done < READ_STEP ? (size_t)(length - done) : READ_STEP;
    char *room = ax_buf_room(&l->memory.body, want);
    if (!room) return true; /* the buffer says why */
    int n = mg_read(conn, room, want);
    if (n <= 0) return false;
    ax_buf_wrote(&l->memory.body, (size_t)n);
    done += (uint64_t)n;
  }
  return true;
}

static bool reads_chunks(lane *l, struct mg_connection *conn) {
  char step[READ_STEP];
  for (;;) {
    int n = mg_read(conn, step, sizeof step);
    if (n == 0) return true;
    if (n < 0) return false;
    ax_buf_append(&l->memory.body, (ax_str){ step, (size_t)n });
    if (!may_hold(l, (size_t)n)) l->memory.body.status = AX_NOMEM;
    if (l->memory.body.status) return true;
  }
}

typedef struct {
  int status; /* 0: none */
  const char *why;
} refusal;

/* When will there be room? As soon as what is waiting now is done. */
static unsigned retry_after(ax_http_server *server) {
  unsigned rate = atomic_load(&server->rate);
  unsigned seconds = atomic_load(&server->running) / (rate ? rate : 1) + 1;
  return seconds < RETRY_MAX_S ? seconds : RETRY_MAX_S;
}

static refusal unpack_body(lane *l, ax_http_request *rq) {
  ax_status status = ax_http_gzip_unpack(rq->body, &l->memory.unpacked);
  if (!may_hold(l, l->memory.unpacked.len))
    return (refusal){ 503, "too many large requests are being handled" };
  rq->body = ax_buf_view(&l->memory.unpacked);
  if (status == AX_OK) return (refusal){ 0 };
  if (status == AX_TOO_LARGE)
    return (refusal){ 413, "the unpacked body is larger than allowed here" };
  if (status == AX_NOMEM)
    return (refusal){ 503, "there is no memory for the body now" };
  return (refusal){ 400, "the body is not whole gzip or deflate data" };
}

static refusal read_body(lane *l, struct mg_connection *conn,
                         const ax_http_framing *framing, ax_http_request *rq) {
  if (framing->length > l->server->options.body_max)
    return (refusal){ 413, "the body is larger than allowed here" };
  if (!may_hold(l, (size_t)framing->length))
    return (refusal){ 503, "too many large requests are being handled" };
  if (framing->expects_continue)
    (void)mg_write(conn, "HTTP/1.1 100 Continue\r\n\r\n", 25);
  (void)ax_http_socket_begin(&l->socket, AX_HTTP_SOCKET_READING,
                             after_ms(l->server->options.request_timeout_ms));
  bool whole = framing->chunked ? reads_chunks(l, conn)
                                : reads_fixed(l, conn, framing->length);
  bool late = ax_http_socket_begin(&l->socket, AX_HTTP_SOCKET_WORKING, 0);
  if (l->memory.body.status == AX_TOO_LARGE)
    return (refusal){ 413, "the body is larger than allowed here" };
  if (l->memory.body.status)
    return (refusal){ 503, "there is no memory for the body now" };
  if (!whole && late)
    return (refusal){ 408, "the body did not arrive in time" };
  if (!whole)
    return (refusal){ 400, "the body broke off, or its chunks are malformed" };
  rq->body = ax_buf_view(&l->memory.body);
  bool unpacks = framing->packed && !l->server->options.keep_packed;
  return unpacks ? unpack_body(l, rq) : (refusal){ 0 };
}

static void take_headers(const struct mg_request_info *ri,
                         ax_http_request *rq) {
  size_t count = ri->num_headers > 0 ? (size_t)ri->num_headers : 0;
  if (count > AX_HTTP_HEADERS_MAX) count = AX_HTTP_HEADERS_MAX;
  for (size_t i = 0; i < count; i++)
    rq->headers[i] = (ax_http_header){ view(ri->http_headers[i].name),
                                       view(ri->http_headers[i].value) };
  rq->header_count = count;
}

static void take_id(ax_http_request *rq) {
  rq->id = ax_http_get_header(rq, AX_STR("X-Request-Id"));
  if (ax_http_headers_safe_id(rq->id)) return;
  char *text = AX_NEW_ARRAY(rq->arena, char, AX_UUID_TEXT + 1);
  rq->id = AX_STR("unknown");
  if (!text) return;
  ax_uuid_text(ax_uuid_v7(ax_clock_wall_ms()), text);
  rq->id = ax_str_from(text);
}

static refusal take_target(const struct mg_request_info *ri,
                           ax_http_request *rq) {
  ax_str none;
  if (!ri->local_uri_raw ||
      !ax_http_headers_target(view(ri->local_uri_raw), &rq->path, &none))
    return (refusal){ 400, "the request target is not a path in plain ASCII "
                           "with whole percent escapes" };
  ax_str query = view(ri->query_string);
  char *target = AX_NEW_ARRAY(rq->arena, char, query.len + 2);
  if (!target) return (refusal){ 503, "there is no memory for the request" };
  target[0] = '/';
  if (query.len) memcpy(target + 1, query.ptr, query.len);
  if (!ax_http_headers_target((ax_str){ target, query.len + 1 }, &none, &none))
    return (refusal){ 400, "the query is not plain ASCII with whole percent "
                           "escapes" };
  rq->query = query;
  return (refusal){ 0 };
}

static bool is_admitted(ax_http_server *server, ax_http_request *rq) {
  unsigned most = server->options.running_max;
  unsigned running = atomic_load(&server->running);
  rq->load = most ? (unsigned)((uint64_t)running * 100 / most) : 0;
  if (most == 0 || running < most) return true;
  const char *always = server->options.always;
  return always && ax_str_starts(rq->path, ax_str_from(always));
}

static refusal take_request(lane *l, struct mg_connection *conn,
                            const struct mg_request_info *ri,
                            ax_http_request *rq, ax_http_framing *framing) {
  rq->arena = l->memory.arena;
  rq->arrived_ns = ax_clock_mono_ns();
  rq->method_name = view(ri->request_method);
  rq->method = ax_http_method_named(rq->method_name);
  rq->remote = view(ri->remote_addr);
  rq->path = AX_STR("/");
  take_headers(ri, rq);
  take_id(rq);
  bool http_1_0 = ri->http_version && strcmp(ri->http_version, "1.0") == 0;
  ax_http_headers_frame(rq->headers, rq->header_count, http_1_0, framing);
  if (http_1_0 && !framing->wants_keep_alive) framing->wants_close = true;
  rq->host = framing->host;
  if (ri->num_headers > AX_HTTP_HEADERS_MAX)
    return (refusal){ 431, "the request has too many header fields" };
  if (!sees_whole_head(ri))
    return (refusal){ 400, "a header line is folded or broken" };
  if (framing->refuse) return (refusal){ framing->refuse, framing->why };
  refusal no = take_target(ri, rq);
  if (no.status) return no;
  if (atomic_load(&l->server->draining))
    return (refusal){ 503, "the gateway is shutting down" };
  if (!is_admitted(l->server, rq))
    return (refusal){ 503, "too many requests are being handled" };
  return read_body(l, conn, framing, rq);
}

/* --- answering ------------------------------------------------------------ */

static void write_response(lane *l, struct mg_connection *conn,
                           const ax_http_response *rs, bool head_only,
                           bool close) {
  ax_http_write_head(rs, ax_clock_wall_ms(), close, &l->memory.out);
  bool one = !head_only && rs->body.len <= ONE_WRITE_MAX;
  if (one) ax_buf_append(&l->memory.out, rs->body);
  unsigned slack = (unsigned)(rs->body.len >> 16); /* at least 64 kB a ms */
  (void)ax_http_socket_begin(
      &l->socket, AX_HTTP_SOCKET_WRITING,
      after_ms(l->server->options.request_timeout_ms + slack));
  ax_str bytes = ax_buf_view(&l->memory.out);
  int sent = bytes.len ? mg_write(conn, bytes.ptr, bytes.len) : -1;
  if (sent > 0 && !one && !head_only && rs->body.len)
    sent = mg_write(conn, rs->body.ptr, rs->body.len);
  if (close || sent <= 0) mg_disable_connection_keep_alive(conn);
}

static void refuse_request(lane *l, struct mg_connection *conn,
                           const ax_http_request *rq, refusal no) {
  ax_http_response rs = { .status = no.status };
  reset_buf(&l->memory.unpacked, SIZE_MAX);
  rs.content_type = l->server->options.refuse(no.status, ax_str_from(no.why),
                                              &l->memory.unpacked);
  rs.body = ax_buf_view(&l->memory.unpacked);
  if (rq) ax_http_set_header(&rs, AX_STR("X-Request-Id"), rq->id);
  char seconds[16];
  (void)snprintf(seconds, sizeof seconds, "%u", retry_after(l->server));
  if (no.status == 503)
    ax_http_set_header(&rs, AX_STR("Retry-After"), ax_str_from(seconds));
  write_response(l, conn, &rs, rq && rq->method == AX_HTTP_HEAD, true);
}

/* Takes what the client may still be sending, for a while: a socket closed on
 * unread bytes resets the connection and the answer with it. */
static void drain(lane *l, struct mg_connection *conn,
                  const ax_http_framing *framing) {
  if (!framing->chunked && framing->length == 0) return;
  if (framing->expects_continue) return;
  char step[READ_STEP];
  (void)ax_http_socket_begin(&l->socket, AX_HTTP_SOCKET_READING,
                             after_ms(1000));
  for (size_t done = 0; done < DRAIN_MAX;) {
    int n = mg_read(conn, step, sizeof step);
    if (n <= 0) break;
    done += (size_t)n;
  }
}

/* Runs the handler; one with a large body when its turn comes. */
static refusal handle(lane *l, ax_http_request *rq, ax_http_response *rs) {
  ax_http_server *server = l->server;
  size_t large = rq->body.len >= LARGE_BODY ? rq->body.len : 0;
  refusal no = { 0 };
  atomic_fetch_add(&server->running, 1);
  if (large && !ax_http_turns_take(server->turns, large,
                                   after_ms(server->options.turn_ms)))
    no = (refusal){ 503, "other large requests are being handled" };
  if (!no.status) server->options.handler(server->options.ctx, rq, rs);
  if (large && !no.status) ax_http_turns_give(server->turns, large);
  atomic_fetch_sub(&server->running, 1);
  return no;
}

static int serve(lane *l, struct mg_connection *conn,
                 const struct mg_request_info *ri) {
  ax_http_request rq = { 0 };
  ax_http_framing framing = { 0 };
  ax_http_response rs = { .status = 500 };
  refusal no = take_request(l, conn, ri, &rq, &framing);
  if (no.status) {
    refuse_request(l, conn, &rq, no);
    drain(l, conn, &framing);
    return no.status;
  }
  no = handle(l, &rq, &rs);
  if (no.status) {
    refuse_request(l, conn, &rq, no);
    return no.status;
  }
  atomic_fetch_add(&l->server->finished_of_late, 1);
  bool close = framing.wants_close || framing.chunked ||
               is_crowded(l->server) || atomic_load(&l->server->draining);
  write_response(l, conn, &rs, rq.method == AX_HTTP_HEAD, close);
  return rs.status;
}

static int begin_request(struct mg_connection *conn) {
  lane *l = mg_get_thread_pointer(conn);
  const struct mg_request_info *ri = mg_get_request_info(conn);
  if (!l || !ri) return 500;
  take_memory(l);
  if (!l->memory.arena)
    l->memory.arena = ax_arena_new_in(l->server->pool,
                                      l->server->options.request_memory);
  if (!l->memory.arena) {
    refuse_request(l, conn, NULL,
                   (refusal){ 503, "there is no memory for the request" });
    give_memory(l);
    return 503;
  }
  if (!mg_get_user_connection_data(conn)) {
    mg_set_user_connection_data(conn, l);
    ax_http_socket_serve(&l->socket,
                         ax_http_socket_find(&l->server->sockets,
                                             ri->remote_addr, ri->remote_port));
  }
  atomic_fetch_add(&l->server->busy, 1);
  (void)ax_http_socket_begin(&l->socket, AX_HTTP_SOCKET_WORKING, 0);
  int status = serve(l, conn, ri);
  (void)ax_http_socket_begin(&l->socket, AX_HTTP_SOCKET_IDLE,
                             after_ms(CROWDED_IDLE_MS));
  give_memory(l);
  atomic_fetch_sub(&l->server->bodies, l->held);
  l->held = 0;
  atomic_fetch_sub(&l->server->busy, 1);
  return status;
}

/* CivetWeb could not read the request. */
static int on_error(struct mg_connection *conn, int status,
                    const char *message) {
  (void)message; /* may quote the request */
  lane *l = mg_get_thread_pointer(conn);
  if (!l) return 1;
  take_memory(l);
  refusal no = { status, "the request is not well-formed HTTP/1.1, or its head "
                         "is longer than 32 kB" };
  if (status == 505) no.why = "only HTTP/1.0 and HTTP/1.1 are spoken here";
  refuse_request(l, conn, NULL, no);
  give_memory(l);
  return 0;
}

static int on_connection(const struct mg_connection *conn, void **data) {
  ax_http_server *server = mg_get_user_data(mg_get_context(conn));
  *data = NULL;
  atomic_fetch_add(&server->connections, 1);
  return 0;
}

/* Before the descriptor is closed, and may become somebody else's. */
static void on_close(const struct mg_connection *conn) {
  ax_http_server *server = mg_get_user_data(mg_get_context(conn));
  lane *l = mg_get_user_connection_data(conn);
  if (l) ax_http_socket_serve(&l->socket, -1);
  if (l) ax_http_stack_release(l->stack);
  atomic_fetch_sub(&server->connections, 1);
}

static int on_log(const struct mg_connection *conn, const char *message) {
  ax_http_server *server = mg_get_user_data(mg_get_context(conn));
  /* Later messages may hold parts of requests: nothing of them is kept. */
  if (server && !server->civetweb && !server->note[0])
    (void)snprintf(server->note, sizeof server->note, "%s", message);
  return 1;
}

/* --- life ----------------------------------------------------------------- */

/* Each second: how fast requests are finished, the last few seconds weighing
 * most. */
static void measure(ax_http_server *server, unsigned tick) {
  if (tick % (1000 / TICK_MS) != 0) return;
  unsigned now = atomic_exchange(&server->finished_of_late, 0);
  atomic_store(&server->rate, (atomic_load(&server->rate) + now + 1) / 2);
}

static void *watch(void *arg) {
  ax_http_server *server = arg;
  for (unsigned tick = 1; !atomic_load(&server->finished); tick++) {
    ax_clock_sleep_ms(TICK_MS);
    measure(server, tick);
    ax_http_socket_mood mood = atomic_load(&server->draining)
                                   ? AX_HTTP_SOCKET_STOPPING
                               : is_crowded(server) ? AX_HTTP_SOCKET_CROWDED
                                                    : AX_HTTP_SOCKET_EASY;
    int64_t now = ax_clock_mono_ns();
    for (unsigned i = 0; i < server->options.threads; i++)
      ax_http_socket_check(&server->lanes[i].socket, now, mood);
    /* Its accepting thread looks up only every other second. */
    if (atomic_load(&server->stopping))
      ax_http_socket_knock(server->options.address, server->port);
  }
  return NULL;
}

static void free_server(ax_http_server *server) {
  for (unsigned i = 0; server->lanes && i < server->options.threads; i++) {
    lane *l = &server->lanes[i];
    ax_http_socket_clear(&l->socket);
    free_memory(&l->memory);
  }
  for (size_t i = 0; i < server->kept_count; i++) free_memory(&server->kept[i]);
  ax_http_turns_free(server->turns);
  ax_arena_pool_free(server->pool);
  (void)pthread_mutex_destroy(&server->mutex);
  free(server->lanes);
  free(server);
}

static ax_http_server *new_server(const ax_http_server_options *options) {
  ax_http_server *server = calloc(1, sizeof *server);
  if (!server) return NULL;
  server->options = *options;
  (void)pthread_mutex_init(&server->mutex, NULL);
  server->pool = ax_arena_pool_new(
      options->requests_memory ? options->requests_memory : SIZE_MAX);
  server->turns = ax_http_turns_new(
      options->large_at_once ? options->large_at_once : SIZE_MAX);
  server->lanes = calloc(options->threads, sizeof *server->lanes);
  for (unsigned i = 0; server->lanes && i < options->threads; i++) {
    server->lanes[i].server = server;
    (void)ax_http_socket_init(&server->lanes[i].socket, &server->sockets);
    reset_lane(&server->lanes[i]);
  }
  if (server->lanes && server->pool && server->turns) return server;
  free_server(server);
  return NULL;
}

static ax_status start_civetweb(ax_http_server *server, ax_error *err) {
  const ax_http_server_options *o = &server->options;
  char listen[80], threads[16], keep_alive[16], timeout[16], head[16];
  bool v6 = strchr(o->address, ':') != NULL;
  (void)snprintf(listen, sizeof listen, v6 ? "[%s]:%u" : "%s:%u", o->address,
                 o->port);
  (void)snprintf(threads, sizeof threads, "%u", o->threads);
  (void)snprintf(keep_alive, sizeof keep_alive, "%u", o->keep_alive_ms);
  (void)snprintf(timeout, sizeof timeout, "%u", o->request_timeout_ms);
  (void)snprintf(head, sizeof head, "%d", HEAD_MAX);
  /* No document root, no files, no CGI: everything goes to begin_request. */
  const char *settings[] = { "listening_ports",
                             listen,
                             "num_threads",
                             threads,
                             "enable_keep_alive",
                             "yes",
                             "keep_alive_timeout_ms",
                             keep_alive,
                             "request_timeout_ms",
                             timeout,
                             "max_request_size",
                             head,
                             "tcp_nodelay",
                             "1",
                             "listen_backlog",
                             "512",
                             "connection_queue",
                             "256",
                             "decode_url",
                             "no",
                             "enable_auth_domain_check",
                             "no",
                             "allow_sendfile_call",
                             "no",
                             "enable_directory_listing",
                             "no",
                             NULL };
  struct mg_callbacks callbacks = { .begin_request = begin_request,
                                    .http_error = on_error,
                                    .log_message = on_log,
                                    .init_connection = on_connection,
                                    .connection_close = on_close,
                                    .init_thread = begin_thread };
  struct mg_context *civetweb = mg_start(&callbacks, server, settings);
  if (!civetweb)
    return ax_error_set(err, AX_IO, "cannot listen on %s: %s", listen,
                        server->note[0] ? server->note : "no reason given");
  server->civetweb = civetweb;
  struct mg_server_port port[2];
  if (mg_get_server_ports(civetweb, 2, port) > 0)
    server->port = (unsigned)port[0].port;
  return AX_OK;
}

static ax_status start_watch(ax_http_server *server, ax_error *err) {
  if (pthread_create(&server->watchdog, NULL, watch, server) == 0) return AX_OK;
  return ax_error_set(err, AX_IO,
                      "cannot start the thread that watches the "
                      "connections");
}

ax_status ax_http_server_start(const ax_http_server_options *options,
                               ax_http_server **out, ax_error *err) {
  *out = NULL;
  if (options->threads < 2)
    return ax_error_set(err, AX_INVALID, "a server needs at least 2 threads");
  /* What was compiled in is not what works: only the bits that come back are
   * believed. TLS is never asked for. */
  unsigned features = mg_init_library(MG_FEATURES_IPV6);
  if (strchr(options->address, ':') && !(features & MG_FEATURES_IPV6)) {
    (void)mg_exit_library();
    return ax_error_set(err, AX_INVALID,
                        "cannot listen on %s: the HTTP library was built "
                        "without IPv6",
                        options->address);
  }
  ax_http_server *server = new_server(options);
  ax_status status = server ? AX_OK : AX_NOMEM;
  if (!status) status = start_watch(server, err);
  if (status) {
    if (server) free_server(server);
    (void)mg_exit_library();
    return status;
  }
  status = start_civetweb(server, err);
  if (status) {
    ax_http_server_stop(server);
    return status;
  }
  *out = server;
  return AX_OK;
}

unsigned ax_http_server_port(const ax_http_server *server) {
  return server->port;
}

unsigned ax_http_server_busy(const ax_http_server *server) {
  return atomic_load(&server->busy);
}

void ax_http_server_stop(ax_http_server *server) {
  if (!server) return;
  atomic_store(&server->draining, true);
  int64_t until = after_ms(server->options.drain_ms);
  /* CivetWeb drops whatever is written after mg_stop began. */
  while (server->civetweb && atomic_load(&server->busy) > 0 &&
         ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(2);
  atomic_store(&server->stopping, true);
  if (server->civetweb) mg_stop(server->civetweb);
  atomic_store(&server->finished, true);
  (void)pthread_join(server->watchdog, NULL);
  free_server(server);
  (void)mg_exit_library();
}
