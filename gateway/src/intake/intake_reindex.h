/*
 * intake_reindex.h - the search index follows the search parameters. When the
 * packages or the configuration (search_exclude) give others than those that
 * the stored rows were made by, all resources get new rows before the gateway
 * takes requests: a search, and a conditional create even more so, must not
 * miss what is there.
 *
 * The store remembers the digest of the parameters (ax_search_digest) and how
 * far the walk is, with each of its commits, so it goes on after a crash.
 * Progress is logged and stands in readiness. When the store cannot be used it
 * waits and tries again.
 *
 * Threads: begin and stop by one; the rest by any. One thread of its own.
 */
#ifndef AX_INTAKE_INTAKE_REINDEX_H
#define AX_INTAKE_INTAKE_REINDEX_H

#include "search/search.h"
#include "store/store.h"

typedef struct ax_intake_reindex ax_intake_reindex;

typedef struct {
  ax_store *store;
  ax_search *search;
  /* Called once, when the index is right: on the caller's thread when nothing
   * is to be done, else on the other one. A failure ends the process' use: it
   * is logged and the gateway stays not ready. */
  ax_status (*then)(void *ctx, ax_error *err);
  void *ctx;
} ax_intake_reindex_options;

/* Looks at the digest; makes new rows on a thread of its own where it differs.
 * IO, NOMEM, and what `then` gives. */
ax_status ax_intake_reindex_begin(const ax_intake_reindex_options *options,
                                  ax_intake_reindex **out,
                                  ax_error *err) AX_MUST_USE;

/* True while rows are being made, with a sentence about how far it is appended
 * to `why` (which may be NULL). */
bool ax_intake_reindex_running(ax_intake_reindex *reindex, ax_buf *why);

/* Stops where it is, to go on at the next start, and frees it. NULL is fine. */
void ax_intake_reindex_stop(ax_intake_reindex *reindex);

#endif
