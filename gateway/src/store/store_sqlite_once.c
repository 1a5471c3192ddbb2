/* What senders did under their keys. */
#include "base/vec.h"
#include "store/store_sqlite.h"

enum { SWEEP = 8 }; /* old records removed with each new one */

typedef AX_VEC(ax_once_record) record_list;

static void bind_key(ax_store_stmt *s, const ax_once_key *key) {
  ax_store_conn_text(s, key->sender);
  ax_store_conn_text(s, key->name);
  ax_store_conn_int(s, key->now_ms);
}

ax_status ax_store_once_holds(ax_store_conn *conn, const ax_once *once,
                              ax_error *err) {
  int64_t there = 0;
  ax_store_stmt s = ax_store_conn_use(
      conn, "SELECT count(*) FROM once WHERE sender = ? AND name = ?"
            " AND until_ms >= ?");
  bind_key(&s, once->key);
  AX_TRY(ax_store_conn_one(&s, &there, err));
  if ((uint64_t)there == once->seen) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      "the same key was used by another request meanwhile");
}

ax_status ax_store_once_add(ax_store_conn *conn, const ax_once *once,
                            ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "DELETE FROM once WHERE key IN (SELECT key FROM once"
            " WHERE until_ms < ? ORDER BY until_ms LIMIT ?)");
  ax_store_conn_int(&s, once->key->now_ms);
  ax_store_conn_int(&s, SWEEP);
  AX_TRY(ax_store_conn_run(&s, err));
  s = ax_store_conn_use(conn,
                        "INSERT INTO once(sender, name, digest, until_ms, note)"
                        " VALUES(?,?,?,?,?)");
  ax_store_conn_text(&s, once->key->sender);
  ax_store_conn_text(&s, once->key->name);
  ax_store_conn_blob(&s, once->key->digest);
  ax_store_conn_int(&s, once->until_ms);
  ax_store_conn_text(&s, once->note);
  return ax_store_conn_run(&s, err);
}

static ax_status take_record(const ax_store_stmt *s, ax_arena *arena,
                             record_list *list) {
  ax_once_record *record = AX_VEC_PUSH(list, arena);
  if (!record) return AX_NOMEM;
  AX_TRY(ax_store_conn_copy(s, 0, arena, &record->digest));
  return ax_store_conn_copy(s, 1, arena, &record->note);
}

ax_status ax_store_sqlite_once(ax_store_backend *backend, ax_arena *arena,
                               const ax_once_key *key, ax_once_record **out,
                               size_t *count, ax_error *err) {
  ax_store_conn *conn = NULL;
  record_list list = { 0 };
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT digest, note FROM once WHERE sender = ?"
                              " AND name = ? AND until_ms >= ? ORDER BY key");
  bind_key(&s, key);
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(&s))
    status = take_record(&s, arena, &list);
  ax_status done = ax_store_conn_done(&s, err);
  ax_store_sqlite_return(backend, conn);
  *out = list.items;
  *count = list.count;
  return status ? status : done;
}
