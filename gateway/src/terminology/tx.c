#include "terminology/tx.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/attrs.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "net/net_client.h"
#include "terminology/tx_answer.h"
#include "terminology/tx_cache.h"

enum {
  TIMEOUT_MS = 2000,
  CONNECTIONS = 4,
  CONNECTIONS_MAX = 64,
  FAILURES = 3,
  PAUSE_MS = 30000,
  CACHE_MAX = 100000,
  QUESTION_MAX = 3000,
  URL_MAX = 65536,
  OPTIONS_MEMORY = 65536,
  ANSWER_MAX = 1 << 20,
  ASK_MEMORY = 32 << 20
};

static const int64_t HOUR = 3600000;

typedef struct {
  ax_net_client *client;
  bool busy;
} lane;

struct ax_tx {
  ax_arena *arena; /* copies of the options' texts */
  ax_tx_options options;
  ax_tx_cache *cache;
  lane lanes[CONNECTIONS_MAX];
  pthread_mutex_t lock; /* guards everything below and lanes[].busy */
  pthread_cond_t freed;
  unsigned failures;     /* in a row */
  int64_t rest_until_ns; /* monotonic; 0: not resting */
  bool probing;          /* somebody tries whether the rest may end */
  ax_tx_stats stats;
};

static const char not_answering[] = "the terminology server is not answering";
static const char does_not_know[] =
    "the terminology server does not know it either";
static const char says_no[] = "the terminology server says that it is not";

/* --- life ----------------------------------------------------------------- */

static ax_status open_lanes(ax_tx *tx, ax_error *err) {
  const ax_tx_options *o = &tx->options;
  ax_net_client_options net = { .origins = &o->url,
                                .origin_count = 1,
                                .connect_timeout_ms = o->timeout_ms,
                                .timeout_ms = o->timeout_ms,
                                .response_max = ANSWER_MAX,
                                .ca_file = o->ca_file,
                                .cert_file = o->cert_file,
                                .key_file = o->key_file };
  for (unsigned i = 0; i < o->connections; i++)
    AX_TRY(ax_net_client_new(&net, &tx->lanes[i].client, err));
  return AX_OK;
}

static const char *optional(ax_arena *arena, const char *text, bool *failed) {
  if (!text || !text[0]) return NULL;
  const char *copy = ax_arena_cstr(arena, ax_str_from(text));
  if (!copy) *failed = true;
  return copy;
}

static ax_status keep_options(ax_tx *tx) {
  ax_tx_options *o = &tx->options;
  bool failed = false;
  ax_str url = ax_str_from(o->url);
  while (url.len && url.ptr[url.len - 1] == '/') url.len--;
  o->url = ax_arena_cstr(tx->arena, url);
  o->token = optional(tx->arena, o->token, &failed);
  o->ca_file = optional(tx->arena, o->ca_file, &failed);
  o->cert_file = optional(tx->arena, o->cert_file, &failed);
  o->key_file = optional(tx->arena, o->key_file, &failed);
  if (!o->timeout_ms) o->timeout_ms = TIMEOUT_MS;
  if (!o->connections) o->connections = CONNECTIONS;
  if (o->connections > CONNECTIONS_MAX) o->connections = CONNECTIONS_MAX;
  if (!o->failures) o->failures = FAILURES;
  if (!o->pause_ms) o->pause_ms = PAUSE_MS;
  if (!o->cache_max) o->cache_max = CACHE_MAX;
  if (!o->yes_ms) o->yes_ms = 720 * HOUR;
  if (!o->no_ms) o->no_ms = 24 * HOUR;
  if (!o->unknown_ms) o->unknown_ms = HOUR;
  if (!o->now_ms) o->now_ms = ax_clock_wall_ms;
  return o->url && !failed ? AX_OK : AX_NOMEM;
}

static ax_status fill(ax_tx *tx, ax_error *err) {
  char digest[AX_SHA256_HEX + 1];
  tx->arena = ax_arena_new(OPTIONS_MEMORY);
  if (!tx->arena) return AX_NOMEM;
  AX_TRY(keep_options(tx));
  ax_sha256_hex(ax_str_from(tx->options.url), digest);
  ax_str name = ax_arena_printf(tx->arena, "tx-%.16s", digest);
  if (!name.ptr) return AX_NOMEM;
  AX_TRY(ax_tx_cache_open(tx->options.cache, name, tx->options.cache_max,
                          &tx->cache));
  return open_lanes(tx, err);
}

static bool init_locks(ax_tx *tx) {
  if (pthread_mutex_init(&tx->lock, NULL) != 0) return false;
  bool good = ax_clock_condition(&tx->freed);
  if (!good) (void)pthread_mutex_destroy(&tx->lock);
  return good;
}

ax_status ax_tx_new(const ax_tx_options *options, ax_tx **out, ax_error *err) {
  ax_tx *tx = calloc(1, sizeof *tx);
  if (!tx || !init_locks(tx)) {
    free(tx);
    return ax_error_set(err, AX_NOMEM, "no memory for the terminology server");
  }
  tx->options = *options;
  ax_status status = fill(tx, err);
  if (status) {
    ax_tx_free(tx);
    return ax_error_set(err, status, "no memory for the terminology server");
  }
  *out = tx;
  return AX_OK;
}

void ax_tx_free(ax_tx *tx) {
  if (!tx) return;
  for (size_t i = 0; i < CONNECTIONS_MAX; i++)
    ax_net_client_free(tx->lanes[i].client);
  ax_tx_cache_close(tx->cache);
  (void)pthread_cond_destroy(&tx->freed);
  (void)pthread_mutex_destroy(&tx->lock);
  ax_arena_free(tx->arena);
  free(tx);
}

ax_tx_stats ax_tx_stats_read(ax_tx *tx) {
  (void)pthread_mutex_lock(&tx->lock);
  ax_tx_stats stats = tx->stats;
  stats.resting = tx->rest_until_ns != 0;
  (void)pthread_mutex_unlock(&tx->lock);
  return stats;
}

/* --- whose turn it is ----------------------------------------------------- */

/* With the lock held: may the server be asked now? After a rest one question
 * goes first. */
static bool may_ask(ax_tx *tx) {
  if (!tx->rest_until_ns) return true;
  if (tx->probing || ax_clock_mono_ns() < tx->rest_until_ns) return false;
  tx->probing = true;
  return true;
}

static lane *free_lane(ax_tx *tx) {
  for (unsigned i = 0; i < tx->options.connections; i++)
    if (!tx->lanes[i].busy) return &tx->lanes[i];
  return NULL;
}

/* A connection of our own, or NULL: the server rests, or all were taken until
 * the deadline. */
static lane *take_lane(ax_tx *tx, int64_t deadline_ns) {
  struct timespec until = ax_clock_at(deadline_ns);
  lane *taken = NULL;
  (void)pthread_mutex_lock(&tx->lock);
  if (may_ask(tx)) {
    while (!(taken = free_lane(tx)))
      if (pthread_cond_timedwait(&tx->freed, &tx->lock, &until) != 0) break;
    if (taken) taken->busy = true;
    if (!taken) tx->probing = false;
  }
  (void)pthread_mutex_unlock(&tx->lock);
  return taken;
}

static void give_lane(ax_tx *tx, lane *taken, bool answered) {
  (void)pthread_mutex_lock(&tx->lock);
  taken->busy = false;
  tx->probing = false;
  tx->stats.asked++;
  if (answered) {
    tx->failures = 0;
    tx->rest_until_ns = 0;
  } else {
    tx->stats.failed++;
    if (++tx->failures >= tx->options.failures)
      tx->rest_until_ns =
          ax_clock_mono_ns() + (int64_t)tx->options.pause_ms * 1000000;
  }
  (void)pthread_cond_signal(&tx->freed);
  (void)pthread_mutex_unlock(&tx->lock);
}

/* --- one question --------------------------------------------------------- */

static void add_part(ax_arena *arena, ax_buf *url, const char *name,
                     ax_str value) {
  if (!value.len) return;
  ax_str escaped = ax_net_client_escape(arena, value);
  if (!escaped.ptr) {
    url->status = AX_NOMEM;
    return;
  }
  ax_buf_printf(url, "&%s=", name);
  ax_buf_append(url, escaped);
}

static void write_url(const ax_tx *tx, ax_arena *arena, const ax_tx_question *q,
                      ax_buf *url) {
  ax_str version = q->value_set;
  ax_str set = ax_str_cut(&version, '|');
  ax_buf_append(url, ax_str_from(tx->options.url));
  if (set.len) {
    ax_buf_append(url, AX_STR("/ValueSet/$validate-code?_format=json"));
    add_part(arena, url, "url", set);
    add_part(arena, url, "valueSetVersion", version);
    add_part(arena, url, "system", q->system);
    add_part(arena, url, "systemVersion", q->version);
    if (!q->system.len) ax_buf_append(url, AX_STR("&inferSystem=true"));
  } else {
    ax_buf_append(url, AX_STR("/CodeSystem/$validate-code?_format=json"));
    add_part(arena, url, "url", q->system);
    add_part(arena, url, "version", q->version);
  }
  add_part(arena, url, "code", q->code);
  add_part(arena, url, "display", q->display);
}

/* False: the server did not answer (a failure of its own is no answer). */
static bool send_question(ax_tx *tx, lane *on, ax_arena *arena,
                          const ax_tx_question *q, int64_t deadline_ns,
                          ax_net_response *out) {
  static const ax_net_header accept[] = {
    { AX_STR_INIT("Accept"), AX_STR_INIT("application/fhir+json") }
  };
  int64_t left_ms = (deadline_ns - ax_clock_mono_ns()) / 1000000;
  ax_buf url = AX_BUF_INIT(URL_MAX);
  write_url(tx, arena, q, &url);
  ax_net_request request = {
    .method = AX_NET_GET,
    .url = ax_buf_view(&url),
    .headers = accept,
    .header_count = 1,
    .bearer = ax_str_from(tx->options.token ? tx->options.token : ""),
    .timeout_ms = left_ms > 1 ? (unsigned)left_ms : 1,
  };
  ax_status status = url.status;
  if (!status) status = ax_net_client_send(on->client, &request, arena, out,
                                           NULL);
  ax_buf_free(&url);
  return status == AX_OK && out->status < 500 && out->status != 429 &&
         out->status != 401 && out->status != 403;
}

static ax_membership ask_server(ax_tx *tx, ax_arena *arena,
                                const ax_tx_question *q, ax_str *display,
                                bool *answered) {
  int64_t deadline_ns =
      ax_clock_mono_ns() + (int64_t)tx->options.timeout_ms * 1000000;
  lane *on = take_lane(tx, deadline_ns);
  ax_net_response response = { 0 };
  *answered = false;
  if (!on) return AX_MEMBER_UNKNOWN;
  *answered = send_question(tx, on, arena, q, deadline_ns, &response);
  give_lane(tx, on, *answered);
  if (!*answered || response.status != 200) return AX_MEMBER_UNKNOWN;
  return ax_tx_answer_read(arena, response.body, display);
}

static ax_str key_of(ax_arena *arena, const ax_tx_question *q) {
  return AX_JOIN(arena, q->value_set, AX_STR("\t"), q->system, AX_STR("\t"),
                 q->version, AX_STR("\t"), q->code, AX_STR("\t"), q->display);
}

static int64_t believed_ms(const ax_tx *tx, ax_membership answer) {
  if (answer == AX_MEMBER_YES) return tx->options.yes_ms;
  return answer == AX_MEMBER_NO ? tx->options.no_ms : tx->options.unknown_ms;
}

static ax_membership ask(ax_tx *tx, ax_arena *arena, const ax_tx_question *q,
                         ax_buf *display, const char **why) {
  ax_membership answer = AX_MEMBER_UNKNOWN;
  ax_str name = AX_STR("");
  bool answered = false;
  ax_str key = key_of(arena, q);
  if (!key.ptr) return AX_MEMBER_UNKNOWN;
  if (ax_tx_cache_get(tx->cache, key, tx->options.now_ms(), &answer,
                      display)) {
    (void)pthread_mutex_lock(&tx->lock);
    tx->stats.from_cache++;
    (void)pthread_mutex_unlock(&tx->lock);
    answered = true;
  } else {
    answer = ask_server(tx, arena, q, &name, &answered);
    if (display) ax_buf_append(display, name);
    if (answered)
      ax_tx_cache_put(tx->cache, key,
                      tx->options.now_ms() + believed_ms(tx, answer), answer,
                      name);
  }
  if (why && answer == AX_MEMBER_UNKNOWN)
    *why = answered ? does_not_know : not_answering;
  if (why && answer == AX_MEMBER_NO) *why = says_no;
  return answer;
}

/* Neither a tab, which parts the fields of a key, nor endless text: what no
 * code, system or display is need not be asked. */
static bool is_askable(const ax_tx_question *q) {
  const ax_str fields[] = { q->value_set, q->system, q->version, q->code,
                            q->display };
  size_t total = 0;
  for (size_t i = 0; i < AX_COUNT(fields); i++) {
    for (size_t k = 0; k < fields[i].len; k++)
      if ((unsigned char)fields[i].ptr[k] < ' ') return false;
    total += fields[i].len;
  }
  return q->code.len && total <= QUESTION_MAX;
}

ax_membership ax_tx_ask(ax_tx *tx, const ax_tx_question *question,
                        ax_buf *display, const char **why) {
  if (!is_askable(question)) {
    if (why) *why = "it is no code that a terminology server could be asked";
    return AX_MEMBER_UNKNOWN;
  }
  ax_arena *arena = ax_arena_new(ASK_MEMORY);
  ax_membership answer = AX_MEMBER_UNKNOWN;
  if (arena) answer = ask(tx, arena, question, display, why);
  ax_arena_free(arena);
  return answer;
}
