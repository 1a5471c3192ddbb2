#include "delivery/delivery.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "delivery/delivery_send.h"

enum {
  AT_ONCE = 64, /* rows taken from the store in one look */
  POLL_MS = 200,
  ROW_MEMORY = 192 << 20,
  LIST_MEMORY = 16 << 20,
  RECORD_MS = 500,  /* what was sent is recorded at least so often */
  FAILURES_MAX = 3, /* in a row, then the target is left alone */
  WAIT_MS = 1000,   /* doubled each time */
  WAIT_MAX_MS = 300000,
  SUBSCRIPTION_AGE_MS = 72 * 3600000
};

typedef struct { /* one thread and its target */
  ax_delivery *delivery;
  ax_delivery_channel channel;
  const char *name; /* for the log */
  pthread_t thread;
  bool running;
  unsigned failures;
  int64_t closed_until_ns; /* the breaker; 0: sending */
} lane;

struct ax_delivery {
  ax_store *store;
  lane *lanes;
  size_t count;
  atomic_bool stopping;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
};

static bool is_stopping(void *ctx) {
  ax_delivery *d = ctx;
  return atomic_load(&d->stopping);
}

static void rest(ax_delivery *d, int64_t ms) {
  struct timespec until = ax_clock_after(ms);
  pthread_mutex_lock(&d->mutex);
  if (!atomic_load(&d->stopping))
    pthread_cond_timedwait(&d->wake, &d->mutex, &until);
  pthread_mutex_unlock(&d->mutex);
}

static int64_t back_off(unsigned attempts) {
  unsigned doublings = attempts > 1 ? attempts - 1 : 0;
  int64_t wait = (int64_t)WAIT_MS << (doublings < 9 ? doublings : 9);
  return wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS;
}

/* --- the breaker -----------------------------------------------------------
 */

static void count_failure(lane *l, const ax_delivery_outcome *outcome) {
  l->failures++;
  if (l->failures < FAILURES_MAX && !outcome->wait_ms) return;
  int64_t wait =
      back_off(l->failures > FAILURES_MAX ? l->failures - FAILURES_MAX + 1 : 1);
  if (outcome->wait_ms > wait) wait = outcome->wait_ms;
  l->closed_until_ns = ax_clock_mono_ns() + wait * 1000000;
  ax_log_event(AX_LOG_WARN, "delivery_target_down",
               ax_log_str("target", ax_str_from(l->name)),
               ax_log_int("wait_ms", wait),
               ax_log_str("why", ax_str_from(outcome->note)));
}

static void count_success(lane *l) {
  if (l->failures >= FAILURES_MAX)
    ax_log_event(AX_LOG_INFO, "delivery_target_back",
                 ax_log_str("target", ax_str_from(l->name)));
  l->failures = 0;
  l->closed_until_ns = 0;
}

/* Subscriptions have many endpoints: one that is down must not stop the rest.
 */
static void count_outcome(lane *l, const ax_delivery_outcome *outcome) {
  if (outcome->verdict != AX_DELIVERY_DOWN)
    count_success(l);
  else if (l->channel.target)
    count_failure(l, outcome);
}

/* --- rows ------------------------------------------------------------------
 */

static int64_t age_max(const lane *l) {
  return l->channel.target ? l->channel.target->max_age_ms
                           : SUBSCRIPTION_AGE_MS;
}

static void settle(const lane *l, ax_outbox *row,
                   const ax_delivery_outcome *outcome) {
  int64_t now = ax_clock_wall_ms();
  bool old = now - row->at_ms > age_max(l);
  int64_t wait = back_off(++row->attempts);
  if (outcome->wait_ms > wait) wait = outcome->wait_ms;
  row->not_before_ms = now + wait;
  if (outcome->verdict == AX_DELIVERY_DONE)
    row->state = AX_OUTBOX_SENT;
  else if (outcome->verdict == AX_DELIVERY_NEVER || old)
    row->state = AX_OUTBOX_DEAD;
  if (row->state == AX_OUTBOX_DEAD)
    ax_log_event(AX_LOG_ERROR, "delivery_given_up",
                 ax_log_str("target", row->target),
                 ax_log_int("outbox", (int64_t)row->key),
                 ax_log_str("why", ax_str_from(outcome->note)));
}

static ax_status send_row(lane *l, ax_arena *list, ax_arena *arena,
                          ax_outbox *row) {
  ax_delivery_outcome outcome;
  ax_delivery_send(&l->channel, arena, row, &outcome);
  ax_arena_reset(arena);
  count_outcome(l, &outcome);
  settle(l, row, &outcome);
  row->note = ax_arena_str(list, ax_str_from(outcome.note));
  return row->note.ptr ? AX_OK : AX_NOMEM;
}

/* What cannot be recorded now is sent again later. */
static ax_status record(const lane *l, const ax_outbox *rows, size_t count) {
  ax_commit commit = { .sent = rows, .sent_count = count };
  ax_error err = { 0 };
  if (count == 0) return AX_OK;
  ax_status status = ax_store_commit(l->delivery->store, &commit, &err);
  if (status)
    ax_log_event(AX_LOG_ERROR, "delivery_not_recorded",
                 ax_log_str("target", ax_str_from(l->name)),
                 ax_log_str("why", ax_str_from(err.text)));
  return status;
}

/* Sends what is due; returns how many rows that were. */
static size_t send_due(lane *l, ax_arena *list, ax_arena *arena) {
  ax_outbox *rows = NULL;
  size_t count = 0, done = 0, recorded = 0;
  ax_error err = { 0 };
  const ax_outbox_due wanted = { .target =
                                     l->channel.target
                                         ? ax_str_from(l->channel.target->name)
                                         : AX_STR("Subscription/"),
                                 .begins = !l->channel.target,
                                 .now_ms = ax_clock_wall_ms(),
                                 .max = AT_ONCE };
  ax_status status = ax_store_outbox_due(l->delivery->store, list, &wanted,
                                         &rows, &count, &err);
  int64_t due = ax_clock_mono_ns() + (int64_t)RECORD_MS * 1000000;
  while (!status && done < count && !is_stopping(l->delivery) &&
         l->closed_until_ns <= ax_clock_mono_ns()) {
    status = send_row(l, list, arena, &rows[done++]);
    if (status || ax_clock_mono_ns() < due) continue;
    status = record(l, rows + recorded, done - recorded);
    recorded = done;
    due = ax_clock_mono_ns() + (int64_t)RECORD_MS * 1000000;
  }
  if (!status) status = record(l, rows + recorded, done - recorded);
  ax_arena_reset(list);
  return status ? 0 : done;
}

static void *deliver(void *ctx) {
  lane *l = ctx;
  ax_arena *list = ax_arena_new(LIST_MEMORY), *arena = ax_arena_new(ROW_MEMORY);
  while (list && arena && !is_stopping(l->delivery)) {
    int64_t closed_ms = (l->closed_until_ns - ax_clock_mono_ns()) / 1000000;
    if (closed_ms > 0)
      rest(l->delivery, closed_ms);
    else if (send_due(l, list, arena) == 0)
      rest(l->delivery, POLL_MS);
  }
  ax_arena_free(list);
  ax_arena_free(arena);
  return NULL;
}

/* --- life ------------------------------------------------------------------
 */

static ax_status open_target(lane *l, const ax_delivery_target *target,
                             ax_error *err) {
  const char *origins[] = { target->base,
                            target->token ? target->token->url : NULL };
  ax_net_client_options options = { .origins = origins,
                                    .origin_count = target->token ? 2 : 1,
                                    .timeout_ms = target->timeout_ms,
                                    .ca_file = target->tls.ca,
                                    .cert_file = target->tls.certificate,
                                    .key_file = target->tls.key,
                                    .stop = is_stopping,
                                    .ctx = l->delivery };
  l->name = target->name;
  l->channel.target = target;
  AX_TRY(ax_net_client_new(&options, &l->channel.client, err));
  if (!target->token) return AX_OK;
  return ax_delivery_token_new(target->token, l->channel.client,
                               &l->channel.token, err);
}

static ax_status open_subscriptions(lane *l, const ax_delivery_config *config,
                                    ax_error *err) {
  ax_net_client_options options = { .origins = config->allow,
                                    .origin_count = config->allow_count,
                                    .ca_file = config->tls.ca,
                                    .cert_file = config->tls.certificate,
                                    .key_file = config->tls.key,
                                    .stop = is_stopping,
                                    .ctx = l->delivery };
  l->name = "Subscription";
  return ax_net_client_new(&options, &l->channel.client, err);
}

static ax_status name_lane(const lane *l, ax_status status, const ax_error *why,
                           ax_error *err) {
  if (!why->text[0]) return status;
  return ax_error_set(err, status, "%.60s: %s", l->name, why->text);
}

static ax_status open_lanes(ax_delivery *d, const ax_delivery_config *config,
                            ax_error *err) {
  d->lanes = calloc(config->target_count + 1, sizeof *d->lanes);
  if (!d->lanes) return AX_NOMEM;
  size_t wanted = config->target_count + (config->allow_count > 0);
  for (; d->count < wanted; d->count++) {
    lane *l = &d->lanes[d->count];
    ax_error why = { 0 };
    l->delivery = d;
    bool target = d->count < config->target_count;
    bool relative =
        target ? config->targets[d->count].relative : config->relative;
    if (!relative) l->channel.base = config->base;
    ax_status status = target ? open_target(l, &config->targets[d->count], &why)
                              : open_subscriptions(l, config, &why);
    if (status) {
      ax_net_client_free(l->channel.client);
      return name_lane(l, status, &why, err);
    }
  }
  return AX_OK;
}

static ax_status start_lanes(ax_delivery *d, ax_error *err) {
  for (size_t i = 0; i < d->count; i++) {
    lane *l = &d->lanes[i];
    l->channel.store = d->store;
    if (pthread_create(&l->thread, NULL, deliver, l) != 0)
      return ax_error_set(err, AX_UNAVAILABLE,
                          "a delivery thread cannot be started");
    l->running = true;
  }
  return AX_OK;
}

ax_status ax_delivery_new(const ax_delivery_config *config, ax_delivery **out,
                          ax_error *err) {
  *out = NULL;
  ax_delivery *d = calloc(1, sizeof *d);
  if (!d) return AX_NOMEM;
  pthread_mutex_init(&d->mutex, NULL);
  (void)ax_clock_condition(&d->wake);
  ax_status status = open_lanes(d, config, err);
  if (status)
    ax_delivery_free(d);
  else
    *out = d;
  return status;
}

ax_status ax_delivery_start(ax_delivery *d, ax_store *store, ax_error *err) {
  d->store = store;
  ax_status status = start_lanes(d, err);
  if (status) ax_delivery_stop(d);
  return status;
}

void ax_delivery_stop(ax_delivery *d) {
  pthread_mutex_lock(&d->mutex);
  atomic_store(&d->stopping, true);
  pthread_cond_broadcast(&d->wake);
  pthread_mutex_unlock(&d->mutex);
  for (size_t i = 0; i < d->count; i++) {
    lane *l = &d->lanes[i];
    if (l->running) (void)pthread_join(l->thread, NULL);
    l->running = false;
  }
}

void ax_delivery_free(ax_delivery *d) {
  if (!d) return;
  for (size_t i = 0; i < d->count; i++) {
    ax_delivery_token_free(d->lanes[i].channel.token);
    ax_net_client_free(d->lanes[i].channel.client);
  }
  pthread_mutex_destroy(&d->mutex);
  pthread_cond_destroy(&d->wake);
  free(d->lanes);
  free(d);
}
