/* Evidence, read back in the order in which it was written. */
#include "base/vec.h"
#include "store/store_sqlite.h"

typedef AX_VEC(ax_evidence_record) record_list;

static ax_status take(const ax_store_stmt *s, ax_arena *arena,
                      record_list *list) {
  ax_evidence_record *one = AX_VEC_PUSH(list, arena);
  if (!one) return AX_NOMEM;
  one->key = (uint64_t)sqlite3_column_int64(s->stmt, 0);
  return ax_store_conn_copy(s, 1, arena, &one->text);
}

ax_status ax_store_sqlite_evidence(ax_store_backend *backend, ax_arena *arena,
                                   uint64_t after, size_t max,
                                   ax_evidence_record **out, size_t *count,
                                   ax_error *err) {
  ax_store_conn *conn = NULL;
  record_list list = { 0 };
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT key, record FROM evidence WHERE key > ?"
                              " ORDER BY key LIMIT ?");
  ax_store_conn_int(&s, (int64_t)after);
  ax_store_conn_int(&s, (int64_t)max);
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(&s)) status = take(&s, arena, &list);
  ax_status done = ax_store_conn_done(&s, err);
  ax_store_sqlite_return(backend, conn);
  *out = list.items;
  *count = list.count;
  return status ? status : done;
}
