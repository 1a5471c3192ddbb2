/* Requests that are kept as they came, apart from the resources. */
#include "base/vec.h"
#include "store/store_sqlite.h"

enum { SWEEP = 8 }; /* ended ones removed with each new one */

#define COLUMNS                                                         \
  "key, id, kind, state, sender, request_id, message, target, request," \
  " at_ms, until_ms, status, note"
#define TEXTS ", body_codec, body, outcome_codec, outcome"

/* Statements are kept by the address of their text. */
static const char by_id[] =
    "SELECT " COLUMNS TEXTS " FROM held WHERE kind = ? AND id = ?";
static const char by_target[] =
    "SELECT " COLUMNS TEXTS " FROM held WHERE kind = 2 AND target = ?"
    " ORDER BY key LIMIT ?";
static const char by_key[] =
    "SELECT " COLUMNS " FROM held WHERE kind = ?1 AND key > ?2"
    " AND (?3 OR state = ?4) AND (?5 = '' OR sender = ?5)"
    " ORDER BY key LIMIT ?6";

typedef AX_VEC(ax_held) held_list;

/* --- writing ---------------------------------------------------------------
 */

typedef struct {
  int64_t kind, state;
} standing;

static ax_status look(ax_store_conn *conn, ax_str id, standing *out,
                      ax_error *err) {
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT kind, state FROM held WHERE id = ?");
  ax_store_conn_text(&s, id);
  bool found = ax_store_conn_row(&s);
  if (found)
    *out = (standing){ sqlite3_column_int64(s.stmt, 0),
                       sqlite3_column_int64(s.stmt, 1) };
  AX_TRY(ax_store_conn_done(&s, err));
  if (found) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      "nothing is held as " AX_STR_FMT, AX_STR_ARG(id));
}

static ax_status too_late(ax_str id, int64_t state, ax_error *err) {
  return ax_error_set(err, AX_CONFLICT, "what was held as " AX_STR_FMT " %s",
                      AX_STR_ARG(id),
                      state == AX_HELD_DONE ? "was released or done before"
                                            : "was discarded");
}

ax_status ax_store_held_holds(ax_store_conn *conn, ax_str id, ax_error *err) {
  standing now = { 0, 0 };
  AX_TRY(look(conn, id, &now, err));
  return now.state == AX_HELD_WAITING ? AX_OK : too_late(id, now.state, err);
}

static ax_status may_end(ax_store_conn *conn, const ax_held *end, standing *now,
                         ax_error *err) {
  AX_TRY(look(conn, end->id, now, err));
  bool answered = now->kind == AX_HELD_JOB && now->state == AX_HELD_DONE &&
                  end->state == AX_HELD_DROPPED;
  return now->state == AX_HELD_WAITING || answered
             ? AX_OK
             : too_late(end->id, now->state, err);
}

ax_status ax_store_held_ends(ax_store_conn *conn, const ax_held *end,
                             ax_error *err) {
  standing now = { 0, 0 };
  return may_end(conn, end, &now, err);
}

static ax_status sweep(ax_store_conn *conn, int64_t now_ms, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "DELETE FROM held WHERE key IN (SELECT key FROM held WHERE"
            " until_ms <> 0 AND state <> 0 AND until_ms < ?"
            " ORDER BY until_ms LIMIT ?)");
  ax_store_conn_int(&s, now_ms);
  ax_store_conn_int(&s, SWEEP);
  return ax_store_conn_run(&s, err);
}

static void bind_packed(ax_store_stmt *s, const ax_store_packed *packed) {
  ax_store_conn_int(s, packed->codec);
  ax_store_conn_blob(s, packed->bytes);
}

static ax_status add(ax_store_conn *conn, ax_held *held,
                     const ax_store_packed *texts, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO held(id, kind, state, sender, request_id, message,"
            " target, request, at_ms, until_ms, status, note, body_codec, body,"
            " outcome_codec, outcome) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  ax_store_conn_text(&s, held->id);
  ax_store_conn_int(&s, held->kind);
  ax_store_conn_int(&s, held->state);
  ax_store_conn_text(&s, held->sender);
  ax_store_conn_text(&s, held->request_id);
  ax_store_conn_text(&s, held->message);
  ax_store_conn_text(&s, held->target);
  ax_store_conn_text(&s, held->request);
  ax_store_conn_int(&s, held->at_ms);
  ax_store_conn_int(&s, held->until_ms);
  ax_store_conn_int(&s, held->status);
  ax_store_conn_text(&s, held->note);
  bind_packed(&s, &texts[0]);
  bind_packed(&s, &texts[1]);
  AX_TRY(ax_store_conn_run(&s, err));
  held->key = (uint64_t)sqlite3_last_insert_rowid(conn->db);
  return AX_OK;
}

/* What waits no more needs its body no more. */
static ax_status settle(ax_store_conn *conn, const ax_held *held,
                        const ax_store_packed *outcome, ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE held SET state = ?1, until_ms = ?2, status = ?3, note = ?4,"
            " outcome_codec = ?5, outcome = ?6,"
            " body_codec = CASE ?1 WHEN 0 THEN body_codec ELSE 0 END,"
            " body = CASE ?1 WHEN 0 THEN body ELSE '' END WHERE id = ?7");
  ax_store_conn_int(&s, held->state);
  ax_store_conn_int(&s, held->until_ms);
  ax_store_conn_int(&s, held->status);
  ax_store_conn_text(&s, held->note);
  bind_packed(&s, outcome);
  ax_store_conn_text(&s, held->id);
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_held_apply(ax_store_conn *conn, ax_store_state *state,
                              const ax_store_job *job, ax_error *err) {
  const ax_commit *c = job->commit;
  for (size_t i = 0; i < c->held_count; i++) {
    ax_held *held = &c->held[i];
    AX_TRY(sweep(conn, held->at_ms, err));
    AX_TRY(add(conn, held, &job->held[2 * i], err));
    state->totals.held[held->kind] += held->state == AX_HELD_WAITING;
  }
  for (size_t i = 0; i < c->settled_count; i++) {
    standing now = { 0, 0 };
    AX_TRY(may_end(conn, &c->settled[i], &now, err)); /* twice in a commit */
    AX_TRY(settle(conn, &c->settled[i], &job->settled[i], err));
    if (now.state == AX_HELD_WAITING && now.kind >= 0 &&
        now.kind < AX_HELD_KINDS)
      state->totals.held[now.kind] -= c->settled[i].state != AX_HELD_WAITING;
  }
  return AX_OK;
}

/* --- reading ---------------------------------------------------------------
 */

static ax_status take_texts(const ax_store_stmt *s, ax_arena *arena,
                            ax_held *held, ax_error *err) {
  AX_TRY(ax_store_unpack(arena, sqlite3_column_int64(s->stmt, 13),
                         ax_store_conn_view(s, 14), &held->body, err));
  return ax_store_unpack(arena, sqlite3_column_int64(s->stmt, 15),
                         ax_store_conn_view(s, 16), &held->outcome, err);
}

static ax_status take(const ax_store_stmt *s, ax_arena *arena, bool whole,
                      ax_held *held, ax_error *err) {
  *held = (ax_held){
    .key = (uint64_t)sqlite3_column_int64(s->stmt, 0),
    .kind = (ax_held_kind)sqlite3_column_int(s->stmt, 2),
    .state = (ax_held_state)sqlite3_column_int(s->stmt, 3),
    .at_ms = sqlite3_column_int64(s->stmt, 9),
    .until_ms = sqlite3_column_int64(s->stmt, 10),
    .status = sqlite3_column_int(s->stmt, 11),
  };
  AX_TRY(ax_store_conn_copy(s, 1, arena, &held->id));
  AX_TRY(ax_store_conn_copy(s, 4, arena, &held->sender));
  AX_TRY(ax_store_conn_copy(s, 5, arena, &held->request_id));
  AX_TRY(ax_store_conn_copy(s, 6, arena, &held->message));
  AX_TRY(ax_store_conn_copy(s, 7, arena, &held->target));
  AX_TRY(ax_store_conn_copy(s, 8, arena, &held->request));
  AX_TRY(ax_store_conn_copy(s, 12, arena, &held->note));
  return whole ? take_texts(s, arena, held, err) : AX_OK;
}

static bool is_over(const ax_held *held, int64_t now_ms) {
  return held->state != AX_HELD_WAITING && held->until_ms &&
         held->until_ms < now_ms;
}

static int64_t limit_of(size_t max) {
  return max > INT64_MAX ? INT64_MAX : (int64_t)max;
}

static ax_store_stmt ask(ax_store_conn *conn, const ax_held_filter *f) {
  if (f->id.len) {
    ax_store_stmt s = ax_store_conn_use(conn, by_id);
    ax_store_conn_int(&s, f->kind);
    ax_store_conn_text(&s, f->id);
    return s;
  }
  if (f->target.len) {
    ax_store_stmt s = ax_store_conn_use(conn, by_target);
    ax_store_conn_text(&s, f->target);
    ax_store_conn_int(&s, limit_of(f->max));
    return s;
  }
  ax_store_stmt s = ax_store_conn_use(conn, by_key);
  ax_store_conn_int(&s, f->kind);
  ax_store_conn_int(&s, (int64_t)f->after);
  ax_store_conn_int(&s, f->any_state);
  ax_store_conn_int(&s, f->state);
  ax_store_conn_text(&s, f->sender);
  ax_store_conn_int(&s, limit_of(f->max));
  return s;
}

ax_status ax_store_sqlite_held(ax_store_backend *backend, ax_arena *arena,
                               const ax_held_filter *filter, int64_t now_ms,
                               ax_held **out, size_t *count, ax_error *err) {
  ax_store_conn *conn = NULL;
  held_list list = { 0 };
  ax_status status = AX_OK;
  bool whole = filter->whole && (filter->id.len || filter->target.len);
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s = ask(conn, filter);
  while (!status && ax_store_conn_row(&s)) {
    ax_held *held = AX_VEC_PUSH(&list, arena);
    status = held ? take(&s, arena, whole, held, err) : AX_NOMEM;
    if (!status && is_over(held, now_ms)) list.count--;
  }
  ax_status done = ax_store_conn_done(&s, err);
  ax_store_sqlite_return(backend, conn);
  *out = list.items;
  *count = list.count;
  return status ? status : done;
}
