#include "intake/intake_hold.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "fhir/fhir_make.h"
#include "intake/intake_verdict.h"

enum {
  AT_ONCE = 200, /* kept in one commit */
  TRIES = 8,
  TEXT_MAX = 256 << 20
};

/* --- what is said ----------------------------------------------------------
 */

ax_status ax_intake_hold_say(const ax_intake_request *rq,
                             ax_intake_item *item) {
  ax_fhir_issues *all = ax_fhir_issues_new(rq->arena);
  if (!all) return AX_NOMEM;
  ax_str path = item->i == AX_INTAKE_HOLD_WHOLE ? AX_STR("Bundle")
                                                : ax_intake_item_path(item, "");
  ax_fhir_issues_addf(
      all, AX_WARNING, AX_ISSUE_INCOMPLETE, "in-quarantine", path, NULL,
      AX_STR(""),
      "Validation found faults, so this is not accepted yet: it is kept in "
      "quarantine as " AX_STR_FMT " until somebody corrects or discards it; "
      "what becomes of it is told at " AX_STR_FMT "/$quarantine/" AX_STR_FMT,
      AX_STR_ARG(item->held), AX_STR_ARG(rq->base), AX_STR_ARG(item->held));
  for (size_t i = 0; i < ax_fhir_issues_count(item->issues); i++)
    ax_fhir_issues_add(all, *ax_fhir_issues_at(item->issues, i));
  item->issues = all;
  return ax_fhir_issues_complete(all) ? AX_OK : AX_NOMEM;
}

/* --- as it is kept ---------------------------------------------------------
 */

static ax_status kept(ax_arena *arena, ax_buf *buf, ax_status status,
                      ax_str *out) {
  *out = status ? AX_STR("") : ax_arena_str(arena, ax_buf_view(buf));
  ax_buf_free(buf);
  if (status) return status;
  return out->ptr ? AX_OK : AX_NOMEM;
}

static void write_version(ax_json_writer *w, ax_str key, uint64_t version) {
  if (!version) return;
  ax_json_write_key(w, key);
  if (version == AX_INTAKE_ANY_VERSION)
    ax_json_write_str(w, AX_STR("*"));
  else
    ax_json_write_int(w, (int64_t)version);
}

static void write_text(ax_json_writer *w, ax_str key, ax_str text) {
  if (text.len) ax_json_write_member(w, key, text);
}

static ax_str method_of(const ax_intake_item *item) {
  if (item->method == AX_INTAKE_PATCH) return AX_STR("PATCH");
  return item->method == AX_INTAKE_PUT ? AX_STR("PUT") : AX_STR("POST");
}

/* A patch is for what it was applied to, also where a condition found it. */
static bool names_its_id(const ax_intake_item *item) {
  return item->method == AX_INTAKE_PATCH ||
         (item->method == AX_INTAKE_PUT && !item->condition.len);
}

/* What was asked besides the body; intake_release.c reads it. */
static ax_status request_of(const ax_intake_hold *h, const ax_intake_item *item,
                            ax_str *out) {
  ax_buf buf = AX_BUF_INIT(TEXT_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("method"), method_of(item));
  write_text(&w, AX_STR("base"), h->sent->base);
  if (item->i == AX_INTAKE_HOLD_WHOLE)
    write_text(&w, AX_STR("whole"), AX_STR("true"));
  write_text(&w, AX_STR("type"), item->type);
  if (names_its_id(item)) write_text(&w, AX_STR("id"), item->id);
  if (item->method != AX_INTAKE_PATCH)
    write_text(&w, AX_STR("condition"), item->condition);
  write_text(&w, AX_STR("ifNoneExist"), item->if_none_exist);
  write_version(&w, AX_STR("ifMatch"), item->if_match);
  write_version(&w, AX_STR("ifNoneMatch"), item->if_none_match);
  ax_json_write_close(&w);
  return kept(h->sent->arena, &buf, ax_json_write_end(&w), out);
}

/* As it was sent, before codes were translated; a patch without the Binary in
 * which a Bundle carries it. */
static ax_status body_of(const ax_intake_hold *h, const ax_intake_item *item,
                         ax_str *out) {
  *out = item->text.len ? item->text : h->sent->source;
  if (!item->in_bundle) return AX_OK;
  const ax_json *entry =
      ax_json_item(AX_JSON_GET(h->sent->doc, "entry"), item->i);
  const ax_json *resource = item->method == AX_INTAKE_PATCH
                                ? item->patch
                                : AX_JSON_GET(entry, "resource");
  ax_buf buf = AX_BUF_INIT(TEXT_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_json_write_tree(&w, resource ? resource : item->resource);
  return kept(h->sent->arena, &buf, ax_json_write_end(&w), out);
}

static ax_status outcome_of(const ax_intake_hold *h, const ax_intake_item *item,
                            ax_str *out) {
  ax_buf buf = AX_BUF_INIT(TEXT_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_fhir_issues_write(item->issues, h->sent->source, &w);
  return kept(h->sent->arena, &buf, ax_json_write_end(&w), out);
}

static ax_str target_of(const ax_intake_hold *h, const ax_intake_item *item) {
  if (item->i == AX_INTAKE_HOLD_WHOLE) return AX_STR("Bundle");
  if (!item->id.len || item->method == AX_INTAKE_POST) return item->type;
  return AX_JOIN(h->sent->arena, item->type, AX_STR("/"), item->id);
}

static ax_status make(const ax_intake_hold *h, ax_intake_item *item,
                      ax_held *out) {
  ax_arena *arena = h->sent->arena;
  char *id = AX_NEW_ARRAY(arena, char, AX_UUID_TEXT + 1);
  if (!id) return AX_NOMEM;
  int64_t now = ax_clock_wall_ms();
  ax_uuid_text(ax_uuid_v7(now), id);
  item->held = (ax_str){ id, AX_UUID_TEXT };
  item->updated_ms = now;
  AX_TRY(ax_intake_hold_say(h->sent, item));
  *out = (ax_held){ .id = item->held,
                    .kind = AX_HELD_REFUSED,
                    .sender = h->sent->caller,
                    .request_id = h->sent->request_id,
                    .message = h->sent->message,
                    .target = target_of(h, item),
                    .at_ms = now,
                    .status = 202 };
  if (!out->target.ptr) return AX_NOMEM;
  AX_TRY(request_of(h, item, &out->request));
  AX_TRY(body_of(h, item, &out->body));
  return outcome_of(h, item, &out->outcome);
}

/* --- one commit ------------------------------------------------------------
 */

typedef struct {
  const ax_intake_hold *h;
  ax_intake_item *items[AT_ONCE];
  ax_fhir_issues *issues[AT_ONCE]; /* before anything was said */
  ax_held held[AT_ONCE];
  size_t count;
} group;

static ax_status room_for(const ax_intake_options *options, size_t more,
                          ax_error *err) {
  ax_store_stats stats;
  AX_TRY(ax_store_stats_read(options->store, &stats, err));
  if (stats.held[AX_HELD_REFUSED] + more <= options->quarantine_max)
    return AX_OK;
  return ax_error_set(err, AX_UNAVAILABLE,
                      "the quarantine is full: %" PRIu64
                      " requests wait there for somebody to correct or "
                      "discard them",
                      stats.held[AX_HELD_REFUSED]);
}

/* "Quarantine/a,Quarantine/b": so that a look-up by message names them. */
static ax_status targets_of(const group *g, ax_str *out) {
  ax_buf buf = AX_BUF_INIT(TEXT_MAX);
  for (size_t i = 0; i < g->count; i++) {
    if (i) ax_buf_append_char(&buf, ',');
    ax_buf_append(&buf, AX_STR("Quarantine/"));
    ax_buf_append(&buf, g->held[i].id);
  }
  return kept(g->h->sent->arena, &buf, buf.status, out);
}

/* Those that were done under the key before are as they were; the rest gets
 * its form in `held`. */
static ax_status prepare(group *g, const ax_intake_once *once, size_t *fresh,
                         ax_error *err) {
  ax_arena *arena = g->h->sent->arena;
  *fresh = 0;
  for (size_t i = 0; i < g->count; i++) {
    bool done = false;
    ax_intake_item *item = g->items[i];
    AX_TRY(ax_intake_once_settle(once, arena, item, &done, err));
    if (done) continue;
    item->issues = g->issues[i];
    item->status = 202;
    AX_TRY(make(g->h, item, &g->held[*fresh]));
    g->items[*fresh] = item;
    g->issues[(*fresh)++] = g->issues[i];
  }
  g->count = *fresh;
  return AX_OK;
}

static ax_status record(group *g, const ax_intake_once *once, ax_once *out,
                        bool *keep) {
  ax_arena *arena = g->h->sent->arena;
  ax_intake_item *copies = AX_NEW_ARRAY(arena, ax_intake_item, g->count);
  if (!copies) return AX_NOMEM;
  for (size_t i = 0; i < g->count; i++) copies[i] = *g->items[i];
  return ax_intake_once_record(once, arena, copies, g->count, out, keep);
}

static void refuse_key(group *g) {
  for (size_t i = 0; i < g->count; i++) {
    ax_intake_once_refuse(g->items[i]->issues);
    g->items[i]->status = 422;
  }
  g->count = 0;
}

static ax_status try_once(group *g, bool again, ax_error *err) {
  const ax_intake_request *rq = g->h->sent;
  ax_store *store = g->h->intake->options.store;
  ax_intake_once once;
  ax_once remembered;
  bool remember = false;
  size_t fresh = 0;
  ax_audit audit = { .at_ms = ax_clock_wall_ms(),
                     .request_id = rq->request_id,
                     .caller = rq->caller,
                     .action = AX_STR("quarantine"),
                     .outcome = AX_STR("held"),
                     .message = rq->message,
                     .identifier = rq->identifier };
  AX_TRY(ax_intake_once_known(rq, store, again, &once, err));
  if (once.other) {
    refuse_key(g);
    return AX_OK;
  }
  AX_TRY(prepare(g, &once, &fresh, err));
  if (!fresh) return AX_OK;
  AX_TRY(room_for(&g->h->intake->options, fresh, err));
  AX_TRY(targets_of(g, &audit.target));
  AX_TRY(record(g, &once, &remembered, &remember));
  ax_commit commit = { .held = g->held,
                       .held_count = fresh,
                       .audit = &audit,
                       .once = remember ? &remembered : NULL };
  AX_TRY(ax_store_commit(store, &commit, err));
  if (remember) ax_intake_once_did(rq);
  return AX_OK;
}

static void forget(group *g) {
  for (size_t i = 0; i < g->count; i++) {
    g->items[i]->held = AX_STR("");
    g->items[i]->status = 0;
    g->items[i]->issues = g->issues[i];
  }
}

static ax_status flush(group *g, ax_error *err) {
  ax_status status = AX_CONFLICT;
  for (int i = 0; i < TRIES && status == AX_CONFLICT && g->count; i++) {
    ax_error local = { 0 };
    status = try_once(g, i > 0, &local);
    if (status && (status != AX_CONFLICT || i == TRIES - 1))
      (void)ax_error_set(err, status, "%s", local.text);
  }
  if (!g->count) status = AX_OK;
  if (status) forget(g);
  g->count = 0;
  return status;
}

ax_status ax_intake_hold_items(const ax_intake_hold *hold,
                               ax_intake_item *items, size_t count,
                               ax_error *err) {
  group *g = AX_NEW(hold->sent->arena, group);
  if (!g) return AX_NOMEM;
  *g = (group){ .h = hold };
  for (size_t i = 0; i < count; i++) {
    if (!items[i].hold) continue;
    if (g->count == AT_ONCE) AX_TRY(flush(g, err));
    g->issues[g->count] = items[i].issues;
    g->items[g->count++] = &items[i];
  }
  return g->count ? flush(g, err) : AX_OK;
}

static bool is_wanted(const ax_intake_hold *hold) {
  const ax_intake_modes *modes = hold->intake->options.modes;
  return !hold->rq->release &&
         ax_intake_mode_of(modes, hold->rq->caller) == AX_INTAKE_QUARANTINE;
}

/* Not what failed for another reason: a condition (409, 412), our own (5xx). */
static bool is_refused(const ax_intake_item *item) {
  return !item->held.len && ax_fhir_issues_errors(item->issues) &&
         (item->status < 400 || item->status == 422) &&
         ax_intake_verdict_bearable(item, item->issues);
}

ax_status ax_intake_hold_refused(const ax_intake_hold *hold,
                                 ax_intake_item *items, size_t count,
                                 ax_error *err) {
  bool wanted = is_wanted(hold);
  for (size_t i = 0; i < count; i++) {
    items[i].hold = wanted && is_refused(&items[i]);
    if (items[i].hold) items[i].status = 0;
  }
  return ax_intake_hold_items(hold, items, count, err);
}

/* --- the end of a stay -----------------------------------------------------
 */

ax_status ax_intake_hold_settled(const ax_intake_options *options,
                                 const ax_intake_request *rq,
                                 const ax_intake_item *items, size_t count,
                                 ax_held *out) {
  char text[400];
  ax_buf buf = AX_BUF_INIT(TEXT_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  const ax_intake_item *first = items;
  if (count == 1)
    (void)snprintf(text, sizeof text,
                   "It was released and is stored as " AX_STR_FMT
                   "/_history/%" PRIu64,
                   AX_STR_ARG(first->reference), first->version);
  else
    (void)snprintf(text, sizeof text,
                   "It was released: all %zu entries were carried out", count);
  ax_fhir_make_outcome(&w, AX_STR("information"), AX_STR("informational"),
                       ax_str_from(text));
  *out =
      (ax_held){ .id = rq->release->id,
                 .state = AX_HELD_DONE,
                 .status = 200,
                 .note = rq->release->note,
                 .until_ms = ax_clock_wall_ms() + options->quarantine_keep_ms };
  return kept(rq->arena, &buf, ax_json_write_end(&w), &out->outcome);
}
