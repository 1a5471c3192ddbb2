/*
 * The loop of the broker. It allocates nothing after the fork, holds no locks
 * and uses only what may be used between fork and exec, so that a gateway that
 * has threads after all (a test) is no danger to it.
 */
#include "scoring/broker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attrs.h"
#include "scoring/broker.h"

enum {
  WORKERS = 256, /* at once; far more than modules times two */
  WORKER_FD = 3, /* where auspex-worker finds its socket */
  OWN_FD = 101,
  NOT_RUN = 127, /* how it ends when the program cannot be run */
  NOBODY = 65534,
  STACK = 16384,
  END_TRIES = 20000 /* of 100 us: how long a killed worker may take to go */
};

typedef struct broker broker;

typedef struct {
  pid_t pid; /* 0: free; negative: killed, and not gone yet */
  /* For the new process, until it runs another program. */
  const broker *owner;
  int socket;
  _Alignas(16) char stack[STACK];
} place;

struct broker {
  const char *worker;
  place workers[WORKERS];
  bool apart;  /* in namespaces of its own, and so are its workers */
  bool lowers; /* may give a priority back that it took */
};

/* What a worker sees of the environment: single-threaded numerics, one locale,
 * no telemetry of inference engines. */
static char *const environment[] = {
  (char[]){ "LC_ALL=C" },
  (char[]){ "OMP_NUM_THREADS=1" },
  (char[]){ "ORT_DISABLE_TELEMETRY=1" },
  (char[]){ "ASAN_OPTIONS=detect_leaks=0" },
  (char[]){ "TSAN_OPTIONS=report_signal_unsafe=0" },
  NULL,
};

static place *place_of(broker *b, pid_t pid) {
  for (size_t i = 0; i < WORKERS; i++)
    if (b->workers[i].pid == pid) return &b->workers[i];
  return NULL;
}

/* Workers that did not go in time when they were ended. Others stay zombies
 * until somebody asks how they ended. */
static void reap_late(broker *b) {
  for (size_t i = 0; i < WORKERS; i++)
    if (b->workers[i].pid < 0 &&
        waitpid(-b->workers[i].pid, NULL, WNOHANG) != 0)
      b->workers[i].pid = 0;
}

static bool set_policy(pid_t pid, int policy) {
  return sched_setscheduler(pid, policy, &(struct sched_param){ 0 }) == 0;
}

/* Giving an idle process its priority back takes a right (RLIMIT_NICE of 20,
 * or CAP_SYS_NICE, also when the worker has another user by then): tried with a
 * process that can be spared. */
static bool may_raise(void) {
  int status = 0;
  pid_t pid = fork();
  if (pid == 0) {
    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0) _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    raise(SIGSTOP);
    _exit(0);
  }
  while (pid > 0 && waitpid(pid, &status, WUNTRACED) < 0 && errno == EINTR)
    continue;
  if (pid <= 0 || !WIFSTOPPED(status)) return false;
  bool may = set_policy(pid, SCHED_IDLE) && set_policy(pid, SCHED_OTHER);
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  return may;
}

/* In the new process, which has the broker's memory until it runs the worker:
 * system calls only. It takes the low priority before anything else; from
 * outside that would come when half of the start is over. */
static int become_worker(void *own_place) {
  const place *own = own_place;
  const broker *b = own->owner;
  char name[] = "auspex-worker", apart[] = AX_BROKER_APART;
  char *argv[] = { name, b->apart ? apart : NULL, NULL };
  sigset_t none;
  if (b->lowers) (void)set_policy(0, SCHED_IDLE);
  signal(SIGPIPE, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  /* Never the same: the other end of the pair has the lower number. */
  if (dup2(own->socket, WORKER_FD) == WORKER_FD)
    (void)execve(b->worker, argv, environment);
  _exit(NOT_RUN);
}

/* As posix_spawn does it: a copy of the broker's memory would cost more than
 * all that the new process does with it. But without waiting until the worker
 * runs, which may take long at the low priority. */
static pid_t begin_worker(place *own) {
  if (AX_SANITIZED) { /* its run-time library wants to know of every stack */
    pid_t pid = fork();
    return pid == 0 ? become_worker(own) : pid;
  }
  return clone(become_worker, own->stack + sizeof own->stack,
               CLONE_VM | SIGCHLD, own);
}

static int spawn(broker *b, ax_broker_answer *answer) {
  place *own = place_of(b, 0);
  if (!own) return answer->fault = EAGAIN, -1;
  int pair[2];
  if (access(b->worker, X_OK) != 0 ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return answer->fault = errno, -1;
  own->owner = b;
  own->socket = pair[1];
  pid_t pid = begin_worker(own);
  answer->fault = pid < 0 ? errno : 0;
  answer->pid = pid;
  close(pair[1]);
  if (pid > 0) return own->pid = pid, pair[0];
  close(pair[0]);
  return -1;
}

static void end(broker *b, pid_t pid, ax_broker_answer *answer) {
  place *own = pid > 0 ? place_of(b, pid) : NULL;
  if (!own) {
    answer->fault = ESRCH;
    return;
  }
  /* A worker that crashed is a zombie by now: the signal changes nothing. */
  kill(pid, SIGKILL);
  int status = 0;
  for (int tries = 0; tries < END_TRIES; tries++) {
    pid_t got = waitpid(pid, &status, WNOHANG);
    if (got == pid) {
      own->pid = 0;
      answer->wait_status = status;
      return;
    }
    if (got < 0 && errno != EINTR) break;
    nanosleep(&(struct timespec){ 0, 100000 }, NULL);
  }
  own->pid = -pid; /* reap_late takes it when it goes */
  answer->fault = EBUSY;
}

static void raise_priority(broker *b, pid_t pid, ax_broker_answer *answer) {
  if (pid <= 0 || !place_of(b, pid))
    answer->fault = ESRCH;
  else if (b->lowers && !set_policy(pid, SCHED_OTHER))
    answer->fault = errno;
}

static void reply(int socket, ax_broker_answer *answer, int fd) {
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control = { { 0 } };
  struct iovec iov = { answer, sizeof *answer };
  struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
  if (fd >= 0) {
    msg.msg_control = control.bytes;
    msg.msg_controllen = sizeof control.bytes;
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
  }
  (void)sendmsg(socket, &msg, MSG_NOSIGNAL);
}

static void serve(broker *b, int socket) {
  for (;;) {
    ax_broker_question question;
    ssize_t got = recv(socket, &question, sizeof question, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got != (ssize_t)sizeof question) return; /* the gateway is gone */
    ax_broker_answer answer = { 0 };
    int fd = -1;
    if (question.what == AX_BROKER_SPAWN)
      fd = spawn(b, &answer);
    else if (question.what == AX_BROKER_END)
      end(b, question.pid, &answer);
    else if (question.what == AX_BROKER_RAISE)
      raise_priority(b, question.pid, &answer);
    else
      answer.fault = EINVAL;
    reply(socket, &answer, fd);
    if (fd >= 0) close(fd);
    reap_late(b);
  }
}

/* Root may have them as it is; others only in a user namespace of their own. */
static bool own_namespaces(void) {
  enum { OWN = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS };
  if (unshare(OWN) == 0) return true;
  return geteuid() != 0 && unshare(CLONE_NEWUSER | OWN) == 0;
}

static void run(broker *b, int socket) {
  prctl(PR_SET_NAME, "auspex-broker", 0, 0, 0);
  signal(SIGINT, SIG_IGN); /* inherited by workers */
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  if (dup3(socket, OWN_FD, O_CLOEXEC) == OWN_FD) {
    /* Nothing the gateway has open is a worker's business. */
    close_range(3, OWN_FD - 1, 0);
    close_range(OWN_FD + 1, ~0U, 0);
    b->apart = own_namespaces();
    b->lowers = may_raise();
    serve(b, OWN_FD);
  }
  for (size_t i = 0; i < WORKERS; i++)
    if (b->workers[i].pid > 0) kill(b->workers[i].pid, SIGKILL);
  _exit(0);
}

pid_t ax_broker_process_start(const char *worker, int socket, int other) {
  broker *b = calloc(1, sizeof *b);
  if (!b) return -1;
  b->worker = worker;
  pid_t pid = fork();
  if (pid == 0) {
    close(other);
    run(b, socket);
  }
  int fault = errno;
  free(b);
  errno = fault;
  return pid;
}
