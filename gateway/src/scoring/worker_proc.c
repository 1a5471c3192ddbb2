#include "scoring/worker_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "scoring/frame_batch.h"
#include "scoring/protection.h"

enum {
  CHUNK = 65536,
  LOGS = 64, /* in one answer; more is nonsense */
  GENTLE_NS = 5000000
};

struct ax_worker_proc {
  ax_broker *broker;
  const char *module;
  ax_broker_worker process;
  uint32_t sequence, applied, refused;
  ax_buf out, in, models;
  size_t used; /* of `in`: what earlier messages took */
  ax_frame_counters counters;
};

/* --- the socket --------------------------------------------------------------
 */

static ax_status wait_for(ax_worker_proc *w, short events, int64_t deadline_ns,
                          ax_error *err) {
  struct pollfd p = { .fd = w->process.socket, .events = events };
  for (;;) {
    int64_t left = deadline_ns - ax_clock_mono_ns();
    if (left <= 0)
      return ax_error_set(err, AX_TIMEOUT, "it did not answer in time");
    int64_t ms = (left + 999999) / 1000000;
    int ready = poll(&p, 1, ms > INT32_MAX ? INT32_MAX : (int)ms);
    if (ready > 0) return AX_OK;
    if (ready < 0 && errno != EINTR)
      return ax_error_set(err, AX_UNAVAILABLE, "poll: %s", strerror(errno));
  }
}

static ax_status gone(ax_error *err) {
  return ax_error_set(err, AX_UNAVAILABLE, "it died");
}

static ax_status send_out(ax_worker_proc *w, int64_t deadline_ns,
                          ax_error *err) {
  ax_status ended = ax_frame_end(&w->out);
  if (ended) return ax_error_set(err, ended, "the message does not fit");
  ax_str left = ax_buf_view(&w->out);
  while (left.len) {
    ssize_t sent = send(w->process.socket, left.ptr, left.len, MSG_NOSIGNAL);
    if (sent > 0) {
      left.ptr += sent;
      left.len -= (size_t)sent;
    } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      AX_TRY(wait_for(w, POLLOUT, deadline_ns, err));
    } else if (sent == 0 || errno != EINTR) {
      return gone(err);
    }
  }
  return AX_OK;
}

/* Makes sure that `need` unread bytes are there. */
static ax_status fill(ax_worker_proc *w, size_t need, int64_t deadline_ns,
                      ax_error *err) {
  while (w->in.len - w->used < need) {
    AX_TRY(wait_for(w, POLLIN, deadline_ns, err));
    size_t missing = need - (w->in.len - w->used);
    size_t room = missing > CHUNK ? missing : CHUNK;
    char *to = ax_buf_room(&w->in, room);
    if (!to) return ax_error_set(err, AX_NOMEM, "no memory for its answer");
    ssize_t got = recv(w->process.socket, to, room, 0);
    if (got > 0)
      ax_buf_wrote(&w->in, (size_t)got);
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
      return gone(err);
  }
  return AX_OK;
}

/* The next message; its payload is valid until the next call. */
static ax_status receive(ax_worker_proc *w, int64_t deadline_ns,
                         ax_frame_header *head, ax_str *payload,
                         ax_error *err) {
  if (w->used == w->in.len) {
    ax_buf_clear(&w->in);
    w->used = 0;
  }
  AX_TRY(fill(w, AX_FRAME_HEADER, deadline_ns, err));
  if (!ax_frame_header_read((unsigned char *)w->in.bytes + w->used, head))
    return ax_error_set(err, AX_CONFLICT, "it sent no message of ours");
  AX_TRY(fill(w, AX_FRAME_HEADER + (size_t)head->length, deadline_ns, err));
  *payload = (ax_str){ w->in.bytes + w->used + AX_FRAME_HEADER, head->length };
  w->used += AX_FRAME_HEADER + (size_t)head->length;
  return AX_OK;
}

/* A line of the plug-in, in our log. */
static void pass_on(const ax_worker_proc *w, ax_str payload) {
  ax_frame f = ax_frame_reader(payload);
  int32_t level = ax_frame_i32(&f);
  ax_str text = ax_frame_str(&f, 1000);
  if (!ax_frame_done(&f)) return;
  ax_log_event(level >= AUSPEX_LOG_ERROR  ? AX_LOG_ERROR
               : level == AUSPEX_LOG_WARN ? AX_LOG_WARN
                                          : AX_LOG_DEBUG,
               "plugin_says", ax_log_str("module", ax_str_from(w->module)),
               ax_log_str("text", text));
}

/* The next message that is not a line for the log or a count. */
static ax_status receive_answer(ax_worker_proc *w, int64_t deadline_ns,
                                ax_frame_header *head, ax_str *payload,
                                ax_error *err) {
  for (unsigned logs = 0; logs < LOGS; logs++) {
    AX_TRY(receive(w, deadline_ns, head, payload, err));
    if (head->type == AX_FRAME_LOG)
      pass_on(w, *payload);
    else if (head->type == AX_FRAME_COUNTERS)
      (void)ax_frame_counters_read(*payload, &w->counters);
    else
      return AX_OK;
  }
  return ax_error_set(err, AX_CONFLICT, "it logs without end");
}

/* INVALID with the words of an AX_FRAME_ERROR. */
static ax_status declined(ax_str payload, ax_error *err) {
  ax_frame f = ax_frame_reader(payload);
  (void)ax_frame_i32(&f); /* the code is in the words where it says more */
  ax_str text = ax_frame_str(&f, 1000);
  if (!ax_frame_done(&f))
    return ax_error_set(err, AX_CONFLICT, "its error message is malformed");
  if (text.len == 0) return ax_error_set(err, AX_INVALID, "it gave no reason");
  return ax_error_set(err, AX_INVALID, AX_STR_FMT, AX_STR_ARG(text));
}

/* --- a life
 * -------------------------------------------------------------------
 */

static ax_status send_order(ax_worker_proc *w, const ax_frame_load *order,
                            ax_error *err) {
  int fds[AX_FRAME_LOAD_FDS];
  ax_buf_clear(&w->out);
  ax_status status = ax_frame_load_write(&w->out, order);
  if (status)
    return ax_error_set(err, status,
                        "the names of its data files are too long");
  return ax_broker_send_fds(w->process.socket, ax_buf_view(&w->out), fds,
                            ax_frame_load_fds(order, fds), err);
}

/* It starts at the lowest priority, so as not to be in the way of those that
 * score, but not for long: on a busy machine it would never get ready. Raised
 * more than once: it lowers itself when it first gets to run. */
static ax_status hear_first(ax_worker_proc *w, int64_t deadline_ns,
                            ax_frame_header *head, ax_str *payload,
                            ax_error *err) {
  ax_error why = { 0 };
  ax_status status = AX_TIMEOUT;
  int64_t begun_ns = ax_clock_mono_ns(), until_ns = 0;
  for (int64_t gentle_ns = GENTLE_NS;
       status == AX_TIMEOUT && until_ns < deadline_ns; gentle_ns *= 10) {
    why = (ax_error){ 0 };
    until_ns = begun_ns + gentle_ns;
    if (until_ns > deadline_ns) until_ns = deadline_ns;
    status = receive_answer(w, until_ns, head, payload, &why);
    (void)ax_broker_raise(w->broker, &w->process);
  }
  return status ? ax_error_set(err, status, "%s", why.text) : AX_OK;
}

static ax_status hear_hello(ax_worker_proc *w, int64_t deadline_ns,
                            ax_error *err) {
  ax_frame_header head;
  ax_str payload;
  AX_TRY(hear_first(w, deadline_ns, &head, &payload, err));
  if (head.type == AX_FRAME_ERROR) return declined(payload, err);
  ax_frame f = ax_frame_reader(payload);
  w->applied = ax_frame_u32(&f);
  w->refused = ax_frame_u32(&f);
  if (head.type != AX_FRAME_HELLO || !ax_frame_done(&f))
    return ax_error_set(err, AX_CONFLICT, "it did not introduce itself");
  AX_TRY(receive_answer(w, deadline_ns, &head, &payload, err));
  if (head.type != AX_FRAME_MODELS)
    return ax_error_set(err, AX_CONFLICT, "it did not tell its models");
  ax_buf_append(&w->models, payload);
  return w->models.status;
}

/* Adds to the reason how the process ended. */
static ax_status ended_while(ax_worker_proc *w, ax_status status,
                             const ax_error *why, ax_error *err) {
  char how[120];
  ax_worker_proc_end(w, how, sizeof how);
  if (status != AX_UNAVAILABLE)
    return ax_error_set(err, status, "%s", why->text);
  return ax_error_set(err, status, "%s while loading (%s)", why->text, how);
}

ax_status ax_worker_proc_start(ax_broker *broker, const char *module,
                               const ax_frame_load *order, int64_t deadline_ns,
                               ax_worker_proc **out, ax_error *err) {
  ax_worker_proc *w = calloc(1, sizeof *w);
  if (!w) return ax_error_set(err, AX_NOMEM, "no memory for a worker");
  w->broker = broker;
  w->module = module;
  w->out = (ax_buf)AX_BUF_INIT(AX_FRAME_MAX + AX_FRAME_HEADER);
  w->in = (ax_buf)AX_BUF_INIT(2 * (size_t)AX_FRAME_MAX);
  w->models = (ax_buf)AX_BUF_INIT(AX_FRAME_MAX);
  ax_error why = { 0 };
  ax_status status = ax_broker_spawn(broker, &w->process, err);
  if (status) {
    free(w);
    return status;
  }
  bool limited = ax_broker_limit(broker, &w->process, order->memory);
  status = send_order(w, order, &why);
  if (!status) status = hear_hello(w, deadline_ns, &why);
  if (status) return ended_while(w, status, &why, err);
  if (limited) w->applied |= AX_SANDBOX_CGROUP;
  *out = w;
  return AX_OK;
}

ax_str ax_worker_proc_models(const ax_worker_proc *worker) {
  return ax_buf_view(&worker->models);
}

int32_t ax_worker_proc_pid(const ax_worker_proc *w) {
  return w->process.pid;
}

uint32_t ax_worker_proc_refused(const ax_worker_proc *worker) {
  return worker->refused;
}

uint32_t ax_worker_proc_applied(const ax_worker_proc *worker) {
  return worker->applied;
}

/* Begins a question in an empty buffer; forgets what is left of old answers. */
static void begin(ax_worker_proc *w, ax_frame_type type) {
  ax_buf_clear(&w->out);
  ax_frame_begin(&w->out, type, ++w->sequence);
}

ax_status ax_worker_proc_score(ax_worker_proc *w, const ax_model *model,
                               const ax_feature_row *const *rows, size_t count,
                               int64_t deadline_ns, ax_str *answer,
                               ax_error *err) {
  ax_frame_header head;
  w->counters.count = 0;
  begin(w, AX_FRAME_SCORE);
  ax_frame_batch_write(&w->out, model, rows, count);
  AX_TRY(send_out(w, deadline_ns, err));
  AX_TRY(receive_answer(w, deadline_ns, &head, answer, err));
  if (head.sequence != w->sequence || w->used != w->in.len)
    return ax_error_set(err, AX_CONFLICT, "it answered something else");
  if (head.type == AX_FRAME_ERROR) return declined(*answer, err);
  if (head.type != AX_FRAME_RESULTS)
    return ax_error_set(err, AX_CONFLICT, "it did not answer with results");
  ax_error fault = { 0 };
  if (ax_frame_batch_check(model, *answer, count, &fault))
    return ax_error_set(err, AX_CONFLICT, "it answered nonsense: %s",
                        fault.text);
  return AX_OK;
}

const ax_frame_counters *ax_worker_proc_counters(const ax_worker_proc *w) {
  return &w->counters;
}

bool ax_worker_proc_alive(const ax_worker_proc *w) {
  return ax_broker_alive(&w->process);
}

uint64_t ax_worker_proc_memory(const ax_worker_proc *w) {
  char path[40], text[100];
  (void)snprintf(path, sizeof path, "/proc/%d/statm", (int)w->process.pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  if (got <= 0) return 0;
  text[got] = '\0';
  ax_str rest = ax_str_from(text);
  (void)ax_str_cut(&rest, ' '); /* the address space */
  uint64_t pages = 0;
  if (!ax_str_uint64(ax_str_cut(&rest, ' '), UINT32_MAX, &pages)) return 0;
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

ax_status ax_worker_proc_ping(ax_worker_proc *w, int64_t deadline_ns,
                              ax_error *err) {
  ax_frame_header head;
  ax_str payload;
  begin(w, AX_FRAME_PING);
  AX_TRY(send_out(w, deadline_ns, err));
  AX_TRY(receive_answer(w, deadline_ns, &head, &payload, err));
  if (head.type == AX_FRAME_PONG && head.sequence == w->sequence) return AX_OK;
  return ax_error_set(err, AX_CONFLICT, "it did not answer a ping");
}

void ax_worker_proc_end(ax_worker_proc *w, char *how, size_t size) {
  if (!w) return;
  int status = ax_broker_end(w->broker, &w->process);
  if (how) ax_broker_ending(status, how, size);
  ax_buf_free(&w->out);
  ax_buf_free(&w->in);
  ax_buf_free(&w->models);
  free(w);
}
