/*
 * auspex-worker - the process in which one plug-in lives.
 *
 * Started by the broker with its socket as descriptor 3 and nothing else but
 * the word whether it is in namespaces apart from the gateway's.
 * One LOAD message with the module comes first; then it answers SCORE and PING
 * until the socket closes. See scoring/frame.h for the messages.
 */
#include <errno.h>
#include <fenv.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utf8.h"
#include "scoring/broker.h"
#include "scoring/frame_batch.h"
#include "scoring/frame_counters.h"
#include "scoring/frame_load.h"
#include "scoring/frame_model.h"
#include "worker/guard.h"
#include "worker/plugin_load.h"
#include "worker/sandbox.h"

enum {
  SOCKET = 3,
  LOG_TEXT = 200,
  LOGS_PER_BATCH = 16 /* a plug-in that chatters loses the rest */
};

typedef struct {
  ax_plugin_load plugin;
  ax_sandbox sandbox;
  auspex_host host;
  ax_buf in, out;
  /* A plug-in may log and count from any of its threads. */
  pthread_mutex_t saying;
  unsigned logs;
  ax_frame_counters counters;
  bool trial; /* batches are guarded */
  ax_guard guard;
} worker;

/* --- the socket --------------------------------------------------------------
 */

static bool send_all(ax_str bytes) {
  while (bytes.len) {
    ssize_t sent = send(SOCKET, bytes.ptr, bytes.len, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.ptr += sent;
    bytes.len -= (size_t)sent;
  }
  return true;
}

static bool send_frame(ax_buf *out) {
  bool sent = ax_frame_end(out) == AX_OK && send_all(ax_buf_view(out));
  ax_buf_clear(out);
  return sent;
}

static bool receive(char *to, size_t size) {
  while (size) {
    ssize_t got = recv(SOCKET, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= (size_t)got;
  }
  return true;
}

/* One message; its payload stays in w->in until the next. */
static bool receive_frame(worker *w, ax_frame_header *head, ax_str *payload) {
  unsigned char bytes[AX_FRAME_HEADER];
  if (!receive((char *)bytes, sizeof bytes) ||
      !ax_frame_header_read(bytes, head))
    return false;
  ax_buf_clear(&w->in);
  *payload = (ax_str){ "", head->length };
  if (!head->length) return true;
  char *room = ax_buf_room(&w->in, head->length);
  if (!room || !receive(room, head->length)) return false;
  payload->ptr = room;
  return true;
}

static bool send_error(worker *w, uint32_t sequence, int32_t code,
                       ax_str text) {
  ax_frame_begin(&w->out, AX_FRAME_ERROR, sequence);
  ax_frame_put_i32(&w->out, code);
  ax_frame_put_str(&w->out,
                   ax_utf8_valid(text, NULL) ? text : AX_STR("not UTF-8"));
  return send_frame(&w->out);
}

/* --- what the plug-in may ask of its host ------------------------------------
 */

static void host_log(void *ctx, int32_t level, const char *message) {
  worker *w = ctx;
  ax_str text = { message, message ? strnlen(message, LOG_TEXT) : 0 };
  size_t bad;
  if (!ax_utf8_valid(text, &bad)) text.len = bad;
  pthread_mutex_lock(&w->saying);
  if (w->logs++ < LOGS_PER_BATCH) {
    ax_buf line = AX_BUF_INIT(1024);
    ax_frame_begin(&line, AX_FRAME_LOG, 0);
    ax_frame_put_i32(&line, level);
    ax_frame_put_str(&line, text);
    (void)send_frame(&line);
    ax_buf_free(&line);
  }
  pthread_mutex_unlock(&w->saying);
}

/* The host ends a batch by ending the process. */
static int32_t host_cancelled(void *ctx) {
  (void)ctx;
  return 0;
}

static void host_counter(void *ctx, const char *name, double add) {
  worker *w = ctx;
  pthread_mutex_lock(&w->saying);
  (void)ax_frame_counters_add(&w->counters, name, add);
  pthread_mutex_unlock(&w->saying);
}

/* Before the answer to the batch in which it was counted. */
static bool send_counters(worker *w, uint32_t sequence) {
  pthread_mutex_lock(&w->saying);
  bool any = w->counters.count > 0;
  if (any) {
    ax_frame_begin(&w->out, AX_FRAME_COUNTERS, sequence);
    ax_frame_counters_write(&w->out, &w->counters);
    w->counters.count = 0;
  }
  pthread_mutex_unlock(&w->saying);
  return !any || send_frame(&w->out);
}

static const void *host_extension(void *ctx, const char *id) {
  (void)ctx, (void)id;
  return NULL;
}

/* --- loading
 * ------------------------------------------------------------------
 */

static bool load(worker *w, ax_arena *arena) {
  ax_frame_load order;
  ax_error err = { 0 };
  if (ax_frame_load_receive(arena, SOCKET, &order, &err) != AX_OK) return false;
  ax_plugin_load_files files = { .module = order.module,
                                 .data = order.data,
                                 .libraries = order.libraries,
                                 .library_count = order.library_count };
  ax_plugin_load_blob *blobs =
      AX_NEW_ARRAY(arena, ax_plugin_load_blob, order.file_count + 1);
  if (!blobs) return false;
  for (size_t i = 0; i < order.file_count; i++)
    blobs[i] =
        (ax_plugin_load_blob){ order.files[i].name, order.files[i].offset,
                               order.files[i].length };
  files.blobs = blobs;
  files.blob_count = order.file_count;

  w->trial = order.trial != 0;
  if (w->trial) ax_guard_memory(order.trial);
  ax_sandbox_before_load(&w->sandbox, order.memory);
  if (ax_plugin_load_open(arena, &files, &w->host, &w->plugin, &err) != AX_OK) {
    (void)send_error(w, 0, AUSPEX_E_MODEL, ax_str_from(err.text));
    return false;
  }
  close(order.module);
  if (order.data >= 0) close(order.data);
  for (size_t i = 0; i < order.library_count; i++) close(order.libraries[i]);
  return true;
}

static bool introduce(worker *w) {
  ax_frame_begin(&w->out, AX_FRAME_HELLO, 0);
  ax_frame_put_u32(&w->out, w->sandbox.applied);
  ax_frame_put_u32(&w->out, w->sandbox.refused);
  if (!send_frame(&w->out)) return false;
  ax_frame_begin(&w->out, AX_FRAME_MODELS, 0);
  ax_frame_model_write(&w->out, &w->plugin.module);
  return send_frame(&w->out);
}

/* --- scoring
 * --------------------------------------------------------------------
 */

/* Where the plug-in gives no reason, what its code means (auspex_plugin.h). */
static void name_failure(int32_t code, auspex_error *why) {
  static const struct {
    int32_t code;
    const char *text;
  } known[] = {
    { AUSPEX_E_ABI, "AUSPEX_E_ABI" },
    { AUSPEX_E_CONFIG, "AUSPEX_E_CONFIG: its data are not what it needs" },
    { AUSPEX_E_MODEL, "AUSPEX_E_MODEL: it does not know the model's number" },
    { AUSPEX_E_INPUT, "AUSPEX_E_INPUT: the batch is not what it expects" },
    { AUSPEX_E_SPACE, "AUSPEX_E_SPACE: what it has to say does not fit; "
                      "max_results_per_row, max_contributions_per_row or "
                      "max_text_per_row is too small" },
    { AUSPEX_E_CANCELLED, "AUSPEX_E_CANCELLED" },
    { AUSPEX_E_NOMEM, "AUSPEX_E_NOMEM: no memory" },
    { AUSPEX_E_INTERNAL, "AUSPEX_E_INTERNAL" },
  };
  const char *text = "no code of auspex_plugin.h";
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (known[i].code == code) text = known[i].text;
  (void)snprintf(why->message, sizeof why->message,
                 "it failed with code %d, no reason given (%s)", (int)code,
                 text);
}

static bool score(worker *w, uint32_t sequence, ax_str payload) {
  ax_arena *arena = ax_arena_new((size_t)64 << 20);
  ax_frame_batch b;
  if (!arena || !ax_frame_batch_read(arena, payload, &b) ||
      b.model >= w->plugin.module.model_count ||
      (w->trial && !ax_guard_batch(&w->guard, &b))) {
    ax_arena_free(arena);
    return send_error(w, sequence, AUSPEX_E_INPUT,
                      AX_STR("the batch is malformed or too large"));
  }
  auspex_error why = { .size = sizeof why, .row = -1, .input = -1 };
  w->logs = 0;
  w->counters.count = 0; /* what was counted outside of a batch is not kept */
  (void)fesetenv(FE_DFL_ENV); /* the last batch must not colour this one */
  if (w->trial) ax_guard_stack(&w->guard);
  int32_t code = w->plugin.module.score(w->plugin.instance, b.model, &b.batch,
                                        &b.output, &why);
  bool sent = send_counters(w, sequence);
  if (!sent) {
    ax_arena_free(arena);
    return false;
  }
  if (code != AUSPEX_OK) {
    why.message[sizeof why.message - 1] = 0;
    if (!why.message[0]) name_failure(code, &why);
    sent = send_error(w, sequence, code, ax_str_from(why.message));
  } else {
    ax_frame_begin(&w->out, AX_FRAME_RESULTS, sequence);
    sent = ax_frame_batch_answer(&w->out, &b.output)
               ? send_frame(&w->out)
               : (ax_buf_clear(&w->out),
                  send_error(w, sequence, AUSPEX_E_SPACE,
                             AX_STR("more results, contributions or text than "
                                    "there was room for")));
  }
  ax_arena_free(arena);
  return sent;
}

static bool answer(worker *w) {
  ax_frame_header head;
  ax_str payload;
  if (!receive_frame(w, &head, &payload)) return false;
  if (head.type == AX_FRAME_SCORE) return score(w, head.sequence, payload);
  if (head.type != AX_FRAME_PING) return false;
  ax_frame_begin(&w->out, AX_FRAME_PONG, head.sequence);
  return send_frame(&w->out);
}

int main(int argc, char **argv) {
  static worker w; /* as long as the process, and so is its arena */
  w.in = (ax_buf)AX_BUF_INIT(AX_FRAME_MAX + AX_FRAME_HEADER);
  w.out = (ax_buf)AX_BUF_INIT(AX_FRAME_MAX + AX_FRAME_HEADER);
  w.host = (auspex_host){ .size = sizeof w.host,
                          .abi = AUSPEX_ABI,
                          .ctx = &w,
                          .product = "auspex",
                          .version = "0",
                          .log = host_log,
                          .cancelled = host_cancelled,
                          .counter = host_counter,
                          .extension = host_extension };
  pthread_mutex_init(&w.saying, NULL);
  ax_sandbox_begin(&w.sandbox, SOCKET,
                   argc > 1 && strcmp(argv[1], AX_BROKER_APART) == 0);
  ax_arena *arena = ax_arena_new((size_t)16 << 20);
  if (!arena || !load(&w, arena)) _exit(1);
  ax_sandbox_after_create(&w.sandbox);
  if (!introduce(&w)) _exit(1);
  while (answer(&w)) continue;
  _exit(0);
}
