/* How modules are doing, and what waits in the store, as Prometheus reads it
 * (text format 0.0.4). */
#include "api/api.h"
#include "base/clock.h"
#include "scoring/score_deploy.h"

static int64_t is_active(const ax_score_deployed *d) {
  return d->state == AX_MODULE_ACTIVE;
}

static int64_t is_running(const ax_score_deployed *d) {
  return d->workers.running;
}

static int64_t rows(const ax_score_deployed *d) {
  return (int64_t)d->workers.rows;
}

static int64_t batches(const ax_score_deployed *d) {
  return (int64_t)d->workers.batches;
}

static int64_t deaths(const ax_score_deployed *d) {
  return (int64_t)d->workers.deaths;
}

static int64_t failed(const ax_score_deployed *d) {
  return (int64_t)d->workers.failed;
}

static int64_t opened(const ax_score_deployed *d) {
  return (int64_t)d->workers.opened;
}

static int64_t waiting(const ax_score_deployed *d) {
  return d->workers.waiting;
}

static const struct {
  const char *name, *type, *help;
  int64_t (*of)(const ax_score_deployed *d);
} metrics[] = {
  { "module_active", "gauge", "The version gives its scores out.", is_active },
  { "module_running", "gauge", "A worker stands ready.", is_running },
  { "module_rows_waiting", "gauge", "Rows in its queue.", waiting },
  { "module_rows_total", "counter", "Rows given to its workers.", rows },
  { "module_batches_total", "counter", "Batches answered.", batches },
  { "module_rows_failed_total", "counter", "Rows that failed twice.", failed },
  { "module_worker_deaths_total", "counter", "Workers that ended.", deaths },
  { "module_circuit_opened_total", "counter", "Times its circuit opened.",
    opened },
};

/* Label values end at a quote: a name with one is written without it. */
static void put_label(ax_buf *out, ax_str value) {
  for (size_t i = 0; i < value.len; i++)
    if (!strchr("\"\\\n", value.ptr[i])) ax_buf_append_char(out, value.ptr[i]);
}

static void put_row(ax_buf *out, const char *name, const ax_score_deployed *d,
                    int64_t value) {
  ax_buf_printf(out, "auspex_%s{module=\"", name);
  put_label(out, d->module);
  ax_buf_printf(out, "\",digest=\"%.12s\",state=\"%s\"} %lld\n",
                d->digest.len >= 12 ? d->digest.ptr : "",
                ax_score_deploy_state_name(d->state), (long long)value);
}

static void put_all(ax_buf *out, const ax_score_deployed *list, size_t count) {
  for (size_t m = 0; m < AX_COUNT(metrics); m++) {
    ax_buf_printf(out, "# HELP auspex_%s %s\n# TYPE auspex_%s %s\n",
                  metrics[m].name, metrics[m].help, metrics[m].name,
                  metrics[m].type);
    for (size_t i = 0; i < count; i++)
      put_row(out, metrics[m].name, &list[i], metrics[m].of(&list[i]));
  }
}

/* What somebody should look at when it grows. */
static void put_waiting(ax_buf *out, const ax_store_stats *s) {
  const struct {
    const char *name, *help;
    uint64_t value;
  } gauges[] = {
    { "quarantine_waiting", "Requests that wait to be corrected.",
      s->held[AX_HELD_REFUSED] },
    { "async_waiting", "Bundles that wait to be carried out.",
      s->held[AX_HELD_JOB] },
    { "tasks_waiting", "Score tasks that wait.", s->tasks_waiting },
    { "store_queue", "Commits that wait for the disk.", s->queue },
  };
  for (size_t i = 0; i < AX_COUNT(gauges); i++)
    ax_buf_printf(out,
                  "# HELP auspex_%s %s\n# TYPE auspex_%s gauge\nauspex_%s "
                  "%llu\n",
                  gauges[i].name, gauges[i].help, gauges[i].name,
                  gauges[i].name, (unsigned long long)gauges[i].value);
}

static uint64_t in_outbox(const ax_outbox_backlog *b, int64_t now_ms) {
  (void)now_ms;
  return b->waiting;
}

static uint64_t dead(const ax_outbox_backlog *b, int64_t now_ms) {
  (void)now_ms;
  return b->dead;
}

static uint64_t oldest(const ax_outbox_backlog *b, int64_t now_ms) {
  return b->oldest_ms && b->oldest_ms < now_ms
             ? (uint64_t)(now_ms - b->oldest_ms) / 1000
             : 0;
}

static const struct {
  const char *name, *help;
  uint64_t (*of)(const ax_outbox_backlog *backlog, int64_t now_ms);
} backlogs[] = {
  { "outbox_waiting", "Results that a target is still to be told.", in_outbox },
  { "outbox_dead", "Results that a target was not told in the end.", dead },
  { "outbox_oldest_seconds", "How long the oldest of them has waited.",
    oldest },
};

static void put_outbox(ax_buf *out, const ax_outbox_backlog *list,
                       size_t count) {
  int64_t now_ms = ax_clock_wall_ms();
  for (size_t m = 0; m < AX_COUNT(backlogs); m++) {
    ax_buf_printf(out, "# HELP auspex_%s %s\n# TYPE auspex_%s gauge\n",
                  backlogs[m].name, backlogs[m].help, backlogs[m].name);
    for (size_t i = 0; i < count; i++) {
      ax_buf_printf(out, "auspex_%s{target=\"", backlogs[m].name);
      put_label(out, list[i].target);
      ax_buf_printf(out, "\"} %llu\n",
                    (unsigned long long)backlogs[m].of(&list[i], now_ms));
    }
  }
}

void ax_api_admin_metrics(ax_api_call *call) {
  ax_score_deployed *list = NULL;
  size_t count = 0;
  ax_outbox_backlog *outbox = NULL;
  size_t targets = 0;
  ax_store_stats stats = { 0 };
  ax_status status = ax_store_stats_read(call->api->store, &stats, NULL);
  if (!status)
    status = ax_store_outbox_backlogs(call->api->store, call->rq->arena,
                                      &outbox, &targets, NULL);
  if (!status)
    status =
        ax_score_deploy_list(call->api->host, call->rq->arena, &list, &count);
  ax_buf *body = status ? NULL : ax_api_answer_begin(call);
  if (status) ax_api_error(call, status, NULL);
  if (!body) return;
  put_waiting(body, &stats);
  put_outbox(body, outbox, targets);
  put_all(body, list, count);
  ax_api_answer_json(call, 200, ax_buf_view(body));
  call->rs->content_type = AX_STR("text/plain; version=0.0.4");
}
