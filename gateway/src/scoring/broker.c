/* The gateway's side of broker.h. */
#include "scoring/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "scoring/broker_process.h"
#include "scoring/cgroup.h"

enum { GONE = 64, RETRY_MS = 1000 };

struct ax_broker {
  pthread_mutex_t lock; /* one question at a time */
  int socket;
  pid_t pid;
  ax_cgroup group;
  /* The workers that are kept, and the thread that sees to them. */
  pthread_mutex_t shelf;
  pthread_cond_t work;
  pthread_t keeper;
  bool keeps, stopping;
  size_t wanted, ready_count, gone_count;
  ax_broker_worker ready[AX_BROKER_READY];
  int32_t gone[GONE]; /* whose groups are to be removed */
};

static ax_status check_worker(const char *worker, ax_error *err) {
  if (access(worker, X_OK) == 0) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND, "the worker program '%s': %s", worker,
                      strerror(errno));
}

ax_status ax_broker_start(const char *worker, ax_broker **out, ax_error *err) {
  AX_TRY(check_worker(worker, err));
  ax_broker *broker = calloc(1, sizeof *broker);
  if (!broker) return ax_error_set(err, AX_NOMEM, "no memory for the broker");
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    free(broker);
    return ax_error_set(err, AX_IO, "socketpair: %s", strerror(errno));
  }
  broker->pid = ax_broker_process_start(worker, pair[1], pair[0]);
  close(pair[1]);
  if (broker->pid < 0) {
    close(pair[0]);
    free(broker);
    return ax_error_set(err, AX_IO, "the broker does not start: %s",
                        strerror(errno));
  }
  broker->socket = pair[0];
  pthread_mutex_init(&broker->lock, NULL);
  pthread_mutex_init(&broker->shelf, NULL);
  (void)ax_clock_condition(&broker->work);
  ax_cgroup_begin(&broker->group);
  *out = broker;
  return AX_OK;
}

/* Receives the answer and, with it, a descriptor (or -1). */
static bool receive(int socket, ax_broker_answer *answer, int *fd) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control = { { 0 } };
  struct iovec iov = { answer, sizeof *answer };
  struct msghdr msg = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control.bytes,
                        .msg_controllen = sizeof control.bytes };
  ssize_t got;
  do got = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  *fd = -1;
  struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
  if (got > 0 && c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
    memcpy(fd, CMSG_DATA(c), sizeof *fd);
  return got == (ssize_t)sizeof *answer;
}

static bool ask(ax_broker *broker, ax_broker_question question,
                ax_broker_answer *answer, int *fd) {
  pthread_mutex_lock(&broker->lock);
  ssize_t sent = send(broker->socket, &question, sizeof question, MSG_NOSIGNAL);
  bool ok =
      sent == (ssize_t)sizeof question && receive(broker->socket, answer, fd);
  pthread_mutex_unlock(&broker->lock);
  return ok;
}

static ax_status spawn(ax_broker *broker, ax_broker_worker *out,
                       ax_error *err) {
  ax_broker_answer answer = { 0 };
  int fd = -1;
  *out = (ax_broker_worker){ .socket = -1 };
  if (!ask(broker, (ax_broker_question){ .what = AX_BROKER_SPAWN }, &answer,
           &fd))
    return ax_error_set(err, AX_UNAVAILABLE, "the broker is gone");
  if (answer.fault || fd < 0) {
    if (fd >= 0) close(fd);
    return ax_error_set(err, AX_UNAVAILABLE, "a worker does not start: %s",
                        strerror(answer.fault));
  }
  (void)fcntl(fd, F_SETFL, O_NONBLOCK);
  *out = (ax_broker_worker){ .socket = fd, .pid = answer.pid };
  (void)ax_cgroup_join(&broker->group, answer.pid);
  return AX_OK;
}

/* --- workers that are kept -------------------------------------------------
 */

/* Called with the shelf locked; it is given up meanwhile. False: it failed. */
static bool add_one(ax_broker *b) {
  ax_broker_worker worker;
  pthread_mutex_unlock(&b->shelf);
  bool done = spawn(b, &worker, NULL) == AX_OK;
  pthread_mutex_lock(&b->shelf);
  if (done) b->ready[b->ready_count++] = worker; /* only this thread adds */
  return done;
}

static void remove_group(ax_broker *b) {
  int32_t pid = b->gone[--b->gone_count];
  pthread_mutex_unlock(&b->shelf);
  ax_cgroup_drop(&b->group, pid);
  pthread_mutex_lock(&b->shelf);
}

static void *keep(void *ctx) {
  ax_broker *b = ctx;
  bool failed = false;
  pthread_mutex_lock(&b->shelf);
  while (!b->stopping) {
    if (b->ready_count < b->wanted && !failed) {
      failed = !add_one(b);
    } else if (b->gone_count) {
      remove_group(b);
    } else {
      struct timespec until =
          ax_clock_at(ax_clock_mono_ns() + (int64_t)RETRY_MS * 1000000);
      (void)pthread_cond_timedwait(&b->work, &b->shelf, &until);
      failed = false;
    }
  }
  pthread_mutex_unlock(&b->shelf);
  return NULL;
}

bool ax_broker_keep(ax_broker *b, size_t count) {
  b->wanted = count < AX_BROKER_READY ? count : AX_BROKER_READY;
  b->keeps = pthread_create(&b->keeper, NULL, keep, b) == 0;
  return b->keeps;
}

static bool take_ready(ax_broker *b, ax_broker_worker *out) {
  pthread_mutex_lock(&b->shelf);
  bool any = b->ready_count > 0;
  if (any) *out = b->ready[--b->ready_count];
  pthread_cond_signal(&b->work);
  pthread_mutex_unlock(&b->shelf);
  return any;
}

bool ax_broker_alive(const ax_broker_worker *worker) {
  struct pollfd p = { .fd = worker->socket, .events = POLLIN };
  return poll(&p, 1, 0) == 0;
}

ax_status ax_broker_spawn(ax_broker *broker, ax_broker_worker *out,
                          ax_error *err) {
  for (int i = 0; i < AX_BROKER_READY && take_ready(broker, out); i++) {
    if (ax_broker_alive(out)) return AX_OK;
    (void)ax_broker_end(broker, out);
  }
  return spawn(broker, out, err);
}

/* By the thread, where there is one: whoever ends a worker has rows that wait.
 */
static void drop_group(ax_broker *b, int32_t pid) {
  bool later = false;
  pthread_mutex_lock(&b->shelf);
  if (b->keeps && !b->stopping && b->gone_count < GONE) {
    b->gone[b->gone_count++] = pid;
    later = true;
    pthread_cond_signal(&b->work);
  }
  pthread_mutex_unlock(&b->shelf);
  if (!later) ax_cgroup_drop(&b->group, pid);
}

static void stop_keeping(ax_broker *b) {
  if (!b->keeps) return;
  pthread_mutex_lock(&b->shelf);
  b->stopping = true;
  pthread_cond_signal(&b->work);
  pthread_mutex_unlock(&b->shelf);
  pthread_join(b->keeper, NULL);
  for (size_t i = 0; i < b->ready_count; i++)
    (void)ax_broker_end(b, &b->ready[i]);
  for (size_t i = 0; i < b->gone_count; i++)
    ax_cgroup_drop(&b->group, b->gone[i]);
}

void ax_broker_stop(ax_broker *broker) {
  if (!broker) return;
  stop_keeping(broker);
  close(broker->socket);
  while (waitpid(broker->pid, NULL, 0) < 0 && errno == EINTR) continue;
  ax_cgroup_end(&broker->group);
  pthread_cond_destroy(&broker->work);
  pthread_mutex_destroy(&broker->shelf);
  pthread_mutex_destroy(&broker->lock);
  free(broker);
}

/* --- one worker ------------------------------------------------------------
 */

bool ax_broker_raise(ax_broker *broker, const ax_broker_worker *worker) {
  ax_broker_answer answer = { 0 };
  int fd = -1;
  ax_broker_question question = { .what = AX_BROKER_RAISE, .pid = worker->pid };
  return ask(broker, question, &answer, &fd) && !answer.fault;
}

bool ax_broker_limit(ax_broker *broker, const ax_broker_worker *worker,
                     uint64_t bytes) {
  return ax_cgroup_limit(&broker->group, worker->pid, bytes);
}

int ax_broker_end(ax_broker *broker, ax_broker_worker *worker) {
  if (worker->socket < 0) return -1;
  close(worker->socket);
  ax_broker_answer answer = { 0 };
  int fd = -1;
  ax_broker_question question = { .what = AX_BROKER_END, .pid = worker->pid };
  bool ok = ask(broker, question, &answer, &fd) && !answer.fault;
  drop_group(broker, worker->pid);
  *worker = (ax_broker_worker){ .socket = -1 };
  return ok ? answer.wait_status : -1;
}

void ax_broker_ending(int wait_status, char *text, size_t size) {
  if (wait_status == -1)
    (void)snprintf(text, size, "ended, nobody knows how");
  else if (WIFSIGNALED(wait_status))
    (void)snprintf(text, size, "was killed by signal %d (%s)",
                   WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
  else
    (void)snprintf(text, size, "exited with status %d",
                   WEXITSTATUS(wait_status));
}
