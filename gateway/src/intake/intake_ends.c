#include "intake/intake_ends.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 2048, NOTE = 200, RESULTS = 200 };

typedef struct {
  ax_task task; /* its texts point below */
  char note[NOTE], results[RESULTS];
} kept;

typedef struct {
  kept items[ROOM];
  size_t count;
} page;

struct ax_intake_ends {
  pthread_mutex_t mutex;
  page *open, *spare; /* filled; being written */
  ax_task tasks[ROOM];
  ax_task_state states[ROOM];
};

ax_intake_ends *ax_intake_ends_new(void) {
  ax_intake_ends *ends = calloc(1, sizeof *ends);
  if (!ends) return NULL;
  pthread_mutex_init(&ends->mutex, NULL);
  ends->open = calloc(1, sizeof *ends->open);
  ends->spare = calloc(1, sizeof *ends->spare);
  if (ends->open && ends->spare) return ends;
  ax_intake_ends_free(ends);
  return NULL;
}

void ax_intake_ends_free(ax_intake_ends *ends) {
  if (!ends) return;
  pthread_mutex_destroy(&ends->mutex);
  free(ends->open);
  free(ends->spare);
  free(ends);
}

static void keep(kept *k, const ax_task *task, ax_str note, ax_str results) {
  k->task = (ax_task){ .key = task->key,
                       .as_of_ms = task->as_of_ms,
                       .not_before_ms = task->not_before_ms,
                       .attempts = task->attempts };
  (void)snprintf(k->note, sizeof k->note, AX_STR_FMT, AX_STR_ARG(note));
  (void)snprintf(k->results, sizeof k->results, AX_STR_FMT,
                 AX_STR_ARG(results));
}

size_t ax_intake_ends_add(ax_intake_ends *ends, const ax_task *task,
                          ax_str note, ax_str results) {
  size_t count = 0;
  if (results.len >= RESULTS) return 0;
  pthread_mutex_lock(&ends->mutex);
  if (ends->open->count < ROOM) {
    keep(&ends->open->items[ends->open->count], task, note, results);
    count = ++ends->open->count;
  }
  pthread_mutex_unlock(&ends->mutex);
  return count;
}

size_t ax_intake_ends_count(ax_intake_ends *ends) {
  pthread_mutex_lock(&ends->mutex);
  size_t count = ends->open->count;
  pthread_mutex_unlock(&ends->mutex);
  return count;
}

/* A CONFLICT (one of them was ended by somebody else) is no reason to give up
 * the others. */
static void write_all(ax_intake_ends *ends, ax_store *store, size_t count) {
  ax_commit commit = { .finished = ends->tasks,
                       .finished_state = ends->states,
                       .finished_count = count };
  if (ax_store_commit(store, &commit, NULL) != AX_CONFLICT) return;
  for (size_t i = 0; i < count; i++) {
    ax_commit one = { .finished = &ends->tasks[i],
                      .finished_state = &ends->states[i],
                      .finished_count = 1 };
    ax_status status = ax_store_commit(store, &one, NULL);
    if (status && status != AX_CONFLICT) return;
  }
}

void ax_intake_ends_flush(ax_intake_ends *ends, ax_store *store) {
  pthread_mutex_lock(&ends->mutex);
  page *full = ends->open;
  ends->open = ends->spare;
  ends->spare = full;
  pthread_mutex_unlock(&ends->mutex);
  for (size_t i = 0; i < full->count; i++) {
    ends->tasks[i] = full->items[i].task;
    ends->tasks[i].note = ax_str_from(full->items[i].note);
    ends->tasks[i].results = ax_str_from(full->items[i].results);
    ends->states[i] = AX_TASK_DONE;
  }
  if (full->count) write_all(ends, store, full->count);
  full->count = 0;
}
