/* What is remembered between starts, a walk over all resources, and new index
 * rows for what lies there already. */
#include "base/vec.h"
#include "store/store_sqlite.h"

typedef AX_VEC(ax_walked) walked_list;

/* --- settings --------------------------------------------------------------
 */

ax_status ax_store_walk_set(ax_store_conn *conn, const ax_setting *setting,
                            ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, setting->value.len
                ? "INSERT INTO setting(value, name) VALUES(?,?)"
                  " ON CONFLICT(name) DO UPDATE SET value = excluded.value"
                : "DELETE FROM setting WHERE ?1 = '' AND name = ?2");
  ax_store_conn_text(&s, setting->value);
  ax_store_conn_text(&s, setting->name);
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_sqlite_setting(ax_store_backend *backend, ax_arena *arena,
                                  ax_str name, ax_str *out, ax_error *err) {
  ax_store_conn *conn = NULL;
  ax_status status = AX_OK;
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT value FROM setting WHERE name = ?");
  ax_store_conn_text(&s, name);
  if (ax_store_conn_row(&s)) status = ax_store_conn_copy(&s, 0, arena, out);
  ax_status done = ax_store_conn_done(&s, err);
  ax_store_sqlite_return(backend, conn);
  return status ? status : done;
}

/* --- the walk --------------------------------------------------------------
 */

static ax_status take(const ax_store_stmt *s, ax_arena *arena, ax_walked *w,
                      ax_error *err) {
  *w = (ax_walked){
    .key = (uint64_t)sqlite3_column_int64(s->stmt, 0),
    .stored = { .version = (uint64_t)sqlite3_column_int64(s->stmt, 3),
                .updated_ms = sqlite3_column_int64(s->stmt, 4) },
  };
  AX_TRY(ax_store_conn_copy(s, 1, arena, &w->stored.type));
  AX_TRY(ax_store_conn_copy(s, 2, arena, &w->stored.id));
  return ax_store_sqlite_body(s, 5, arena, &w->stored, err);
}

ax_status ax_store_sqlite_walk(ax_store_backend *backend, ax_arena *arena,
                               const ax_walk *walk, ax_walked **out,
                               size_t *count, ax_error *err) {
  ax_store_conn *conn = NULL;
  walked_list list = { 0 };
  size_t taken = 0;
  ax_status status = AX_OK;
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "SELECT r.key, n.text, r.id, r.version, v.updated_ms, v.codec,"
            " v.body FROM resource r JOIN name n ON n.key = r.type"
            " JOIN version v ON v.at = (r.key << 24 | r.version)"
            " WHERE r.key > ? AND r.key < ? AND r.deleted = 0 ORDER BY r.key");
  ax_store_conn_int(&s, (int64_t)walk->after);
  ax_store_conn_int(&s, conn->shown);
  while (!status && list.count < walk->max && taken < walk->bytes &&
         ax_store_conn_row(&s)) {
    ax_walked *w = AX_VEC_PUSH(&list, arena);
    status = w ? take(&s, arena, w, err) : AX_NOMEM;
    if (!status) taken += w->stored.body.len;
  }
  ax_status done = ax_store_conn_done(&s, err);
  ax_store_sqlite_return(backend, conn);
  *out = list.items;
  *count = list.count;
  return status ? status : done;
}

/* --- new rows --------------------------------------------------------------
 */

/* NOT_FOUND: it is not there, or has another version. */
static ax_status find_version(ax_store_conn *conn, const ax_write *write,
                              ax_store_owner *out, ax_error *err) {
  int64_t type = 0;
  AX_TRY(ax_store_name_find(conn, write->type, false, &type, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "SELECT key, seq FROM resource WHERE type = ? AND id = ?"
            " AND version = ? AND deleted = 0 AND key < ?");
  ax_store_conn_int(&s, type);
  ax_store_conn_text(&s, write->id);
  ax_store_conn_int(&s, (int64_t)write->version);
  ax_store_conn_int(&s, conn->shown);
  bool found = ax_store_conn_row(&s);
  if (found)
    *out = (ax_store_owner){ sqlite3_column_int64(s.stmt, 0),
                             sqlite3_column_int64(s.stmt, 1) };
  AX_TRY(ax_store_conn_done(&s, err));
  return found ? AX_OK : AX_NOT_FOUND;
}

ax_status ax_store_walk_reindex(ax_store_conn *conn, const ax_write *write,
                                ax_error *err) {
  ax_store_owner owner = { 0 };
  ax_status status = find_version(conn, write, &owner, err);
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  AX_TRY(ax_store_rows_unindex(conn, owner.resource, err));
  return ax_store_rows_index(conn, owner, write, err);
}

/* Whose they were as they were sent stays known; 0: nobody else's. */
static ax_status sent_by(ax_store_conn *conn, int64_t resource, int64_t *sent,
                         ax_error *err) {
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT max(sent) FROM fact WHERE resource = ?");
  ax_store_conn_int(&s, resource);
  return ax_store_conn_one(&s, sent, err);
}

ax_status ax_store_walk_refact(ax_store_conn *conn, ax_store_state *state,
                               const ax_write *write, ax_error *err) {
  ax_store_owner owner = { 0 };
  int64_t sent = 0;
  ax_status status = find_version(conn, write, &owner, err);
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  AX_TRY(sent_by(conn, owner.resource, &sent, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "DELETE FROM fact WHERE resource = ?");
  ax_store_conn_int(&s, owner.resource);
  AX_TRY(ax_store_conn_run(&s, err));
  state->totals.facts -= sqlite3_changes64(conn->db);
  AX_TRY(ax_store_rows_facts(conn, owner, write, err));
  state->totals.facts += (int64_t)write->fact_count;
  s = ax_store_conn_use(conn, "UPDATE fact SET sent = ? WHERE resource = ?");
  ax_store_conn_int(&s, sent);
  ax_store_conn_int(&s, owner.resource);
  AX_TRY(ax_store_conn_run(&s, err));
  s = ax_store_conn_use(conn, "UPDATE basis SET version = 0 WHERE source = ?");
  ax_store_conn_int(&s, owner.resource);
  return ax_store_conn_run(&s, err);
}
