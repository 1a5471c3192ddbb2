/*
 * app_replay.h - all evidence of a store through its modules again: does every
 * recorded answer still come out, bit for bit?
 *
 * Threads: the caller's; the host serves nobody else meanwhile.
 */
#ifndef AX_APP_APP_REPLAY_H
#define AX_APP_APP_REPLAY_H

#include "scoring/score_deploy.h"
#include "store/store.h"

typedef struct {
  uint64_t records; /* with a row and an answer */
  uint64_t same, different;
  uint64_t no_module; /* made by a version that is not here */
  uint64_t failures;  /* recorded failures: there is nothing to compare */
  uint64_t unreadable;
  char first[300]; /* the first difference, or what could not be read */
} ax_app_replay;

/* NOMEM, IO. */
ax_status ax_app_replay_run(ax_store *store, ax_score_host *host,
                            ax_app_replay *out, ax_error *err) AX_MUST_USE;

#endif
