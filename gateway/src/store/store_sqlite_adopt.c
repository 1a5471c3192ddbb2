/* Facts that become another patient's: they waited for it, or two records are
 * one person's; and that go back when these are not. A Patient's own facts stay
 * with its record. */
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

/* What rests on them and is the other's result is no more what it was. */
static ax_status give_back(ax_store_conn *conn, const ax_adoption *a,
                           int64_t from, int64_t to, ax_error *err) {
  int64_t origin = to;
  ax_status status =
      a->origin.len ? key_of(conn, a->origin, false, &origin, err) : AX_OK;
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE basis SET version = 0 WHERE patient = ?1 AND source IN"
            " (SELECT resource FROM fact WHERE patient = ?1 AND sent = ?2)");
  ax_store_conn_int(&s, from);
  ax_store_conn_int(&s, origin);
  AX_TRY(ax_store_conn_run(&s, err));
  s = ax_store_conn_use(conn, "UPDATE fact SET patient = ?2, sent = CASE sent"
                              " WHEN ?2 THEN 0 ELSE sent END WHERE patient = ?1"
                              " AND sent = ?3 AND system <> -1");
  ax_store_conn_int(&s, from);
  ax_store_conn_int(&s, to);
  ax_store_conn_int(&s, origin);
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_adopt(ax_store_conn *conn, const ax_adoption *a,
                         ax_error *err) {
  int64_t from = 0, to = 0;
  ax_status status = key_of(conn, a->from, false, &from, err);
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  AX_TRY(key_of(conn, a->to, true, &to, err));
  if (a->back) return give_back(conn, a, from, to, err);
  /* Whose they were as they were sent; who only waited was nobody. */
  ax_store_stmt s = ax_store_conn_use(
      conn, "UPDATE fact SET patient = ?1, sent = CASE WHEN sent = ?1 THEN 0"
            " WHEN sent = 0 AND ?3 THEN patient ELSE sent END"
            " WHERE patient = ?2 AND system <> -1");
  ax_store_conn_int(&s, to);
  ax_store_conn_int(&s, from);
  ax_store_conn_int(&s, ax_str_starts(a->from, AX_STR("Patient/")));
  return ax_store_conn_run(&s, err);
}
