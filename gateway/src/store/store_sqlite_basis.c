/* Results and the versions they rest on. */
#include "base/vec.h"
#include "fhir/fhir_reference.h"
#include "store/store_sqlite.h"

/* --- writing ---------------------------------------------------------------
 */

typedef struct {
  int64_t key, version;
  bool deleted;
} source;

/* NOT_FOUND when there is no such resource. */
static ax_status find_source(ax_store_conn *conn, ax_str type, ax_str id,
                             source *out, ax_error *err) {
  int64_t name = 0;
  AX_TRY(ax_store_name_find(conn, type, false, &name, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "SELECT key, version, deleted FROM resource"
                              " WHERE type = ? AND id = ?");
  ax_store_conn_int(&s, name);
  ax_store_conn_text(&s, id);
  bool found = ax_store_conn_row(&s);
  if (found)
    *out = (source){ sqlite3_column_int64(s.stmt, 0),
                     sqlite3_column_int64(s.stmt, 1),
                     sqlite3_column_int(s.stmt, 2) != 0 };
  AX_TRY(ax_store_conn_done(&s, err));
  return found ? AX_OK : AX_NOT_FOUND;
}

static ax_status add_row(ax_store_conn *conn, int64_t result,
                         const source *from, const ax_write *w, ax_error *err) {
  int64_t model = 0, patient = 0;
  AX_TRY(ax_store_name_find(conn, w->model, true, &model, err));
  AX_TRY(ax_store_name_value(conn, AX_STORE_NAME_NONE, w->patient, true,
                             &patient, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT OR IGNORE INTO basis(result, source, version, model,"
            " patient, as_of_ms) VALUES(?,?,?,?,?,?)");
  ax_store_conn_int(&s, result);
  ax_store_conn_int(&s, from->key);
  ax_store_conn_int(&s, from->version);
  ax_store_conn_int(&s, model);
  ax_store_conn_int(&s, patient);
  ax_store_conn_int(&s, w->as_of_ms);
  return ax_store_conn_run(&s, err);
}

static ax_status add_basis(ax_store_conn *conn, int64_t result, ax_str text,
                           const ax_write *w, ax_error *err) {
  ax_reference ref = ax_fhir_reference_parse(text);
  int64_t version = 0;
  source now = { 0 };
  if (!ref.type.len || !ref.id.len ||
      !ax_str_int64(ref.version, 1, INT64_MAX, &version))
    return AX_OK;
  ax_status status = find_source(conn, ref.type, ref.id, &now, err);
  if (status && status != AX_NOT_FOUND) return status;
  if (status || now.deleted || now.version != version)
    return ax_error_set(err, AX_CONFLICT,
                        "the result rests on " AX_STR_FMT
                        ", which is not current any more",
                        AX_STR_ARG(text));
  return add_row(conn, result, &now, w, err);
}

ax_status ax_store_basis_add(ax_store_conn *conn, int64_t result,
                             const ax_write *write, ax_error *err) {
  for (size_t i = 0; i < write->basis_count; i++)
    AX_TRY(add_basis(conn, result, write->basis[i], write, err));
  return AX_OK;
}

ax_status ax_store_basis_clear(ax_store_conn *conn, int64_t result,
                               ax_error *err) {
  ax_store_stmt s =
      ax_store_conn_use(conn, "DELETE FROM basis WHERE result = ?");
  ax_store_conn_int(&s, result);
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_basis_move(ax_store_conn *conn, int64_t of,
                              int64_t version, ax_error *err) {
  ax_store_stmt s =
      ax_store_conn_use(conn, "UPDATE basis SET version = ?2 WHERE source = ?1"
                              " AND version = ?2 - 1");
  ax_store_conn_int(&s, of);
  ax_store_conn_int(&s, version);
  return ax_store_conn_run(&s, err);
}

/* --- reading ---------------------------------------------------------------
 */

#define STANDING                                                        \
  "SELECT DISTINCT t.text, r.id, r.version, m.text, p.code, b.as_of_ms" \
  " FROM basis b JOIN resource r ON r.key = b.result"                   \
  " JOIN resource s ON s.key = b.source"                                \
  " JOIN name t ON t.key = r.type JOIN name m ON m.key = b.model"       \
  " JOIN value p ON p.key = b.patient WHERE "

typedef AX_VEC(ax_standing) standing_list;

static ax_status take_row(const ax_store_stmt *s, ax_arena *arena,
                          standing_list *list) {
  ax_standing *one = AX_VEC_PUSH(list, arena);
  if (!one) return AX_NOMEM;
  one->version = (uint64_t)sqlite3_column_int64(s->stmt, 2);
  one->as_of_ms = sqlite3_column_int64(s->stmt, 5);
  AX_TRY(ax_store_conn_copy(s, 0, arena, &one->type));
  AX_TRY(ax_store_conn_copy(s, 1, arena, &one->id));
  AX_TRY(ax_store_conn_copy(s, 3, arena, &one->model));
  return ax_store_conn_copy(s, 4, arena, &one->patient);
}

static ax_status take_all(ax_store_stmt *s, ax_arena *arena,
                          standing_list *list, ax_error *err) {
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(s)) status = take_row(s, arena, list);
  ax_status done = ax_store_conn_done(s, err);
  return status ? status : done;
}

static ax_status on_resource(ax_store_conn *conn, ax_arena *arena,
                             const ax_standing *wanted, standing_list *list,
                             ax_error *err) {
  source from = { 0 };
  AX_TRY(find_source(conn, wanted->type, wanted->id, &from, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, STANDING "b.source = ? AND b.version < ?");
  ax_store_conn_int(&s, from.key);
  ax_store_conn_int(&s, (int64_t)wanted->version);
  return take_all(&s, arena, list, err);
}

static ax_status of_model(ax_store_conn *conn, ax_arena *arena,
                          const ax_standing *wanted, standing_list *list,
                          ax_error *err) {
  int64_t model = 0, patient = 0;
  AX_TRY(ax_store_name_find(conn, wanted->model, false, &model, err));
  AX_TRY(ax_store_name_value(conn, AX_STORE_NAME_NONE, wanted->patient, false,
                             &patient, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, STANDING "b.patient = ? AND b.model = ? AND b.as_of_ms = ?"
                     " AND (s.version != b.version OR s.deleted)");
  ax_store_conn_int(&s, patient);
  ax_store_conn_int(&s, model);
  ax_store_conn_int(&s, wanted->as_of_ms);
  return take_all(&s, arena, list, err);
}

static ax_status of_parted(ax_store_conn *conn, ax_arena *arena,
                           const ax_standing *wanted, standing_list *list,
                           ax_error *err) {
  int64_t patient = 0, other = 0;
  AX_TRY(ax_store_name_value(conn, AX_STORE_NAME_NONE, wanted->patient, false,
                             &patient, err));
  AX_TRY(ax_store_name_value(conn, AX_STORE_NAME_NONE, wanted->id, false,
                             &other, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, STANDING "b.patient = ?1 AND b.source IN (SELECT f.resource FROM"
                     " fact f WHERE f.patient = ?1 AND f.sent = ?2)");
  ax_store_conn_int(&s, patient);
  ax_store_conn_int(&s, other);
  return take_all(&s, arena, list, err);
}

ax_status ax_store_sqlite_standing(ax_store_backend *backend, ax_arena *arena,
                                   const ax_standing *wanted, ax_standing **out,
                                   size_t *count, ax_error *err) {
  ax_store_conn *conn = NULL;
  standing_list list = { 0 };
  AX_TRY(ax_store_sqlite_borrow(backend, &conn, err));
  ax_status status = wanted->type.len
                         ? on_resource(conn, arena, wanted, &list, err)
                     : wanted->model.len
                         ? of_model(conn, arena, wanted, &list, err)
                         : of_parted(conn, arena, wanted, &list, err);
  ax_store_sqlite_return(backend, conn);
  *out = list.items;
  *count = list.count;
  return status == AX_NOT_FOUND ? AX_OK : status;
}
