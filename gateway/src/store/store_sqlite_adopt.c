/* Facts that become another patient's: they waited for it, or two records are
 * one person's. A Patient's own facts stay with its record. */
#include "store/store_sqlite.h"

static ax_status key_of(ax_store_conn *conn, ax_str subject, bool add,
                        int64_t *key, ax_error *err) {
  return ax_store_name_value(conn, AX_STORE_NAME_NONE, subject, add, key, err);
}

ax_status ax_store_adopt_holds(ax_store_conn *conn, const ax_adoption *a,
                               ax_error *err) {
  int64_t from = 0, waiting = 0;
  if (!a->checked) return AX_OK;
  ax_status status = key_of(conn, a->from, false, &from, err);
  if (status && status != AX_NOT_FOUND) return status;
  if (!status) {
    ax_store_stmt s = ax_store_conn_use(
        conn, "SELECT EXISTS(SELECT 1 FROM fact WHERE patient = ?"
              " AND system <> -1 AND +resource < ?)");
    ax_store_conn_int(&s, from);
    ax_store_conn_int(&s, conn->shown);
    AX_TRY(ax_store_conn_one(&s, &waiting, err));
  }
  if ((waiting != 0) == a->waiting) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      "facts came for this patient in the meantime");
}

ax_status ax_store_adopt(ax_store_conn *conn, const ax_adoption *a,
                         ax_error *err) {
  int64_t from = 0, to = 0;
  ax_status status = key_of(conn, a->from, false, &from, err);
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  AX_TRY(key_of(conn, a->to, true, &to, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE fact SET patient = ? WHERE patient = ? AND system <> -1");
  ax_store_conn_int(&s, to);
  ax_store_conn_int(&s, from);
  return ax_store_conn_run(&s, err);
}
