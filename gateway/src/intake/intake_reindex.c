#include "intake/intake_reindex.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "json/json_parse.h"

#define DIGEST_SETTING "index_digest"
#define PLACE_SETTING "index_place" /* "DIGEST KEY DONE" */

enum {
  AT_ONCE = 200, /* resources in one commit */
  BYTES = 8 << 20,
  MEMORY = 1 << 30,
  LOG_MS = 5000,
  BACKOFF_MS = 500,
  BACKOFF_MAX_MS = 30000,
  DIGEST = 64
};

struct ax_intake_reindex {
  ax_intake_reindex_options options;
  char digest[DIGEST + 1];
  uint64_t place; /* the thread's, and so is what follows */
  int64_t begun_ms, told_ms;
  bool started;
  pthread_t thread;

  pthread_mutex_t mutex; /* what follows */
  pthread_cond_t wake;
  bool stopping, running, failed;
  uint64_t done, total;
};

/* --- what the store remembers ----------------------------------------------
 */

static ax_status commit_settings(ax_intake_reindex *r, ax_commit *commit,
                                 bool finished, ax_error *err) {
  char place[DIGEST + 60];
  (void)snprintf(place, sizeof place, "%s %" PRIu64 " %" PRIu64, r->digest,
                 r->place, r->done);
  const ax_setting both[] = {
    { AX_STR(PLACE_SETTING), finished ? AX_STR("") : ax_str_from(place) },
    { AX_STR(DIGEST_SETTING), ax_str_from(r->digest) }
  };
  commit->settings = both;
  commit->setting_count = finished ? 2 : 1;
  return ax_store_commit(r->options.store, commit, err);
}

/* Goes on where a walk for the same parameters stopped. */
static ax_status read_place(ax_intake_reindex *r, ax_arena *arena,
                            ax_error *err) {
  ax_str text;
  uint64_t place = 0, done = 0;
  AX_TRY(ax_store_setting(r->options.store, arena, AX_STR(PLACE_SETTING), &text,
                          err));
  ax_str digest = ax_str_cut(&text, ' ');
  ax_str key = ax_str_cut(&text, ' ');
  if (!ax_str_eq(digest, ax_str_from(r->digest)) ||
      !ax_str_uint64(key, INT64_MAX, &place) ||
      !ax_str_uint64(text, INT64_MAX, &done))
    return AX_OK;
  r->place = place;
  r->done = done;
  return AX_OK;
}

/* --- one commit ------------------------------------------------------------
 */

/* Of our own base only the configured one is known here: a reference below a
 * host that a request named is found as it is written from then on. */
static ax_status new_rows(ax_intake_reindex *r, ax_arena *arena,
                          const ax_walked *walked, ax_write *out) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_index_row *rows = NULL;
  const ax_stored *s = &walked->stored;
  AX_TRY(ax_json_parse(arena, s->body, &tree, &fault));
  *out = (ax_write){ .type = s->type, .id = s->id, .version = s->version };
  AX_TRY(ax_search_index(r->options.search, arena, tree, AX_STR(""), &rows,
                         &out->index_count));
  out->index = rows;
  return AX_OK;
}

/* `*count` 0: the walk is at its end. */
static ax_status step(ax_intake_reindex *r, ax_arena *arena, size_t *count,
                      ax_error *err) {
  const ax_walk walk = { r->place, AT_ONCE, BYTES };
  ax_walked *walked = NULL;
  AX_TRY(ax_store_walk(r->options.store, arena, &walk, &walked, count, err));
  if (!*count) return AX_OK;
  ax_write *writes = AX_NEW_ARRAY(arena, ax_write, *count);
  if (!writes) return AX_NOMEM;
  for (size_t i = 0; i < *count; i++)
    AX_TRY(new_rows(r, arena, &walked[i], &writes[i]));
  ax_commit commit = { .reindexed = writes, .reindexed_count = *count };
  uint64_t before = r->place;
  r->place = walked[*count - 1].key;
  pthread_mutex_lock(&r->mutex);
  r->done += *count;
  pthread_mutex_unlock(&r->mutex);
  ax_status status = commit_settings(r, &commit, false, err);
  if (!status) return AX_OK;
  r->place = before;
  pthread_mutex_lock(&r->mutex);
  r->done -= *count;
  pthread_mutex_unlock(&r->mutex);
  return status;
}

/* --- the thread ------------------------------------------------------------
 */

static bool is_stopping(ax_intake_reindex *r) {
  pthread_mutex_lock(&r->mutex);
  bool stopping = r->stopping;
  pthread_mutex_unlock(&r->mutex);
  return stopping;
}

static void rest(ax_intake_reindex *r, int64_t ms) {
  struct timespec until = ax_clock_after(ms);
  pthread_mutex_lock(&r->mutex);
  if (!r->stopping) pthread_cond_timedwait(&r->wake, &r->mutex, &until);
  pthread_mutex_unlock(&r->mutex);
}

static void tell(ax_intake_reindex *r, const char *event) {
  int64_t now = ax_clock_mono_ns() / 1000000;
  r->told_ms = now;
  ax_log_event(AX_LOG_INFO, event, ax_log_int("done", (int64_t)r->done),
               ax_log_int("total", (int64_t)r->total),
               ax_log_int("took_ms", now - r->begun_ms));
}

static ax_status walk_on(ax_intake_reindex *r, ax_arena *arena, ax_error *err) {
  size_t count = 1;
  while (count && !is_stopping(r)) {
    ax_arena_reset(arena);
    AX_TRY(step(r, arena, &count, err));
    if (ax_clock_mono_ns() / 1000000 - r->told_ms >= LOG_MS)
      tell(r, "reindex_progress");
  }
  if (is_stopping(r)) return AX_OK;
  ax_commit end = { .setting_count = 0 };
  return commit_settings(r, &end, true, err);
}

static void finish(ax_intake_reindex *r) {
  ax_error err = { 0 };
  tell(r, "reindex_done");
  ax_status status = r->options.then(r->options.ctx, &err);
  if (status)
    ax_log_event(AX_LOG_ERROR, "start_failed",
                 ax_log_str("why", ax_str_from(err.text)));
  pthread_mutex_lock(&r->mutex);
  r->running = false;
  r->failed = status != AX_OK;
  pthread_mutex_unlock(&r->mutex);
}

/* A failure of the disk passes or is told again and again; the gateway is not
 * ready all the while. */
static void *reindex_on(void *ctx) {
  ax_intake_reindex *r = ctx;
  int64_t backoff = BACKOFF_MS;
  ax_arena *arena = ax_arena_new(MEMORY);
  ax_status status = arena ? AX_OK : AX_NOMEM;
  tell(r, "reindex_begun");
  do {
    ax_error err = { 0 };
    if (arena) status = walk_on(r, arena, &err);
    if (!status || is_stopping(r)) break;
    ax_log_event(AX_LOG_ERROR, "reindex_postponed",
                 ax_log_str("status", ax_str_from(ax_error_name(status))),
                 ax_log_str("why", ax_str_from(err.text)),
                 ax_log_int("ms", backoff));
    rest(r, backoff);
    if (backoff < BACKOFF_MAX_MS) backoff *= 2;
  } while (!is_stopping(r));
  ax_arena_free(arena);
  if (!is_stopping(r)) finish(r);
  return NULL;
}

/* --- life ------------------------------------------------------------------
 */

static ax_status is_right(ax_intake_reindex *r, ax_arena *arena, bool *right,
                          ax_error *err) {
  ax_str stored;
  ax_store_stats stats;
  AX_TRY(ax_store_setting(r->options.store, arena, AX_STR(DIGEST_SETTING),
                          &stored, err));
  AX_TRY(ax_store_stats_read(r->options.store, &stats, err));
  r->total = stats.resources;
  *right = ax_str_eq(stored, ax_str_from(r->digest));
  if (*right || stats.resources) return AX_OK;
  *right = true; /* nothing has rows yet */
  ax_commit commit = { .setting_count = 0 };
  return commit_settings(r, &commit, true, err);
}

static ax_status start(ax_intake_reindex *r, ax_error *err) {
  r->begun_ms = ax_clock_mono_ns() / 1000000;
  r->running = true;
  if (pthread_create(&r->thread, NULL, reindex_on, r) != 0)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "the thread for the search index cannot be started");
  r->started = true;
  return AX_OK;
}

static ax_status look(ax_intake_reindex *r, ax_error *err) {
  bool right = false;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_search_digest(r->options.search, r->digest);
  ax_status status = arena ? is_right(r, arena, &right, err) : AX_NOMEM;
  if (!status && !right) status = read_place(r, arena, err);
  ax_arena_free(arena);
  if (status) return status;
  return right ? r->options.then(r->options.ctx, err) : start(r, err);
}

ax_status ax_intake_reindex_begin(const ax_intake_reindex_options *options,
                                  ax_intake_reindex **out, ax_error *err) {
  ax_intake_reindex *r = calloc(1, sizeof *r);
  if (!r) return AX_NOMEM;
  r->options = *options;
  pthread_mutex_init(&r->mutex, NULL);
  (void)ax_clock_condition(&r->wake);
  ax_status status = look(r, err);
  if (status) {
    ax_intake_reindex_stop(r);
    return status;
  }
  *out = r;
  return AX_OK;
}

bool ax_intake_reindex_running(ax_intake_reindex *r, ax_buf *why) {
  if (!r) return false;
  pthread_mutex_lock(&r->mutex);
  bool busy = r->running || r->failed;
  if (busy && why)
    ax_buf_printf(why,
                  r->failed
                      ? "what follows the new search index could not be started"
                      : "the search index is being made anew: %" PRIu64
                        " of %" PRIu64 " resources are done",
                  r->done, r->total);
  pthread_mutex_unlock(&r->mutex);
  return busy;
}

void ax_intake_reindex_stop(ax_intake_reindex *r) {
  if (!r) return;
  if (r->started) {
    pthread_mutex_lock(&r->mutex);
    r->stopping = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->mutex);
    pthread_join(r->thread, NULL);
  }
  pthread_cond_destroy(&r->wake);
  pthread_mutex_destroy(&r->mutex);
  free(r);
}
