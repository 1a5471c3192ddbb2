#include "http/http_turns.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

/* On the stack of the thread that waits. */
typedef struct waiter {
  struct waiter *next;
} waiter;

struct ax_http_turns {
  size_t most;
  pthread_mutex_t mutex; /* what follows */
  pthread_cond_t moved;
  size_t held, running, waiting;
  waiter *first;
};

ax_http_turns *ax_http_turns_new(size_t bytes_at_once) {
  ax_http_turns *turns = calloc(1, sizeof *turns);
  if (!turns) return NULL;
  turns->most = bytes_at_once;
  (void)pthread_mutex_init(&turns->mutex, NULL);
  (void)ax_clock_condition(&turns->moved);
  return turns;
}

void ax_http_turns_free(ax_http_turns *turns) {
  if (!turns) return;
  (void)pthread_cond_destroy(&turns->moved);
  (void)pthread_mutex_destroy(&turns->mutex);
  free(turns);
}

static void join(ax_http_turns *turns, waiter *me) {
  waiter **last = &turns->first;
  while (*last) last = &(*last)->next;
  *last = me;
  turns->waiting++;
}

static void leave(ax_http_turns *turns, const waiter *me) {
  waiter **at = &turns->first;
  while (*at != me) at = &(*at)->next;
  *at = me->next;
  turns->waiting--;
  (void)pthread_cond_broadcast(&turns->moved); /* somebody else is first */
}

static bool may_go(const ax_http_turns *turns, const waiter *me, size_t bytes) {
  if (turns->first != me) return false;
  return turns->running == 0 ||
         (turns->held < turns->most && bytes <= turns->most - turns->held);
}

bool ax_http_turns_take(ax_http_turns *turns, size_t bytes, int64_t until_ns) {
  struct timespec until = ax_clock_at(until_ns);
  waiter me = { 0 };
  (void)pthread_mutex_lock(&turns->mutex);
  join(turns, &me);
  while (!may_go(turns, &me, bytes) && ax_clock_mono_ns() < until_ns)
    (void)pthread_cond_timedwait(&turns->moved, &turns->mutex, &until);
  bool mine = may_go(turns, &me, bytes);
  leave(turns, &me);
  turns->running += mine;
  turns->held += mine ? bytes : 0;
  (void)pthread_mutex_unlock(&turns->mutex);
  return mine;
}

void ax_http_turns_give(ax_http_turns *turns, size_t bytes) {
  (void)pthread_mutex_lock(&turns->mutex);
  turns->running--;
  turns->held -= bytes;
  (void)pthread_cond_broadcast(&turns->moved);
  (void)pthread_mutex_unlock(&turns->mutex);
}

size_t ax_http_turns_waiting(ax_http_turns *turns) {
  (void)pthread_mutex_lock(&turns->mutex);
  size_t waiting = turns->waiting;
  (void)pthread_mutex_unlock(&turns->mutex);
  return waiting;
}
