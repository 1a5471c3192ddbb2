/* What is written beside a resource's current version: what it can be found
 * by, and what it says about a patient. */
#include <math.h>

#include "store/store_sqlite.h"

/* --- index -----------------------------------------------------------------
 */

static ax_status value_row(ax_store_conn *conn, ax_store_owner owner,
                           int64_t param, const ax_index_row *row,
                           ax_error *err) {
  int64_t system = 0, value = 0;
  AX_TRY(ax_store_name_find(conn, row->system, true, &system, err));
  AX_TRY(ax_store_name_value(conn, system, row->code, true, &value, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT OR IGNORE INTO index_value(resource, param, value, grp,"
            " seq) VALUES(?,?,?,?,?)");
  ax_store_conn_int(&s, owner.resource);
  ax_store_conn_int(&s, param);
  ax_store_conn_int(&s, value);
  ax_store_conn_int(&s, row->group);
  ax_store_conn_int(&s, owner.seq);
  return ax_store_conn_run(&s, err);
}

static ax_status date_row(ax_store_conn *conn, ax_store_owner owner,
                          int64_t param, const ax_index_row *row,
                          ax_error *err) {
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT OR IGNORE INTO index_date(resource, param, lo, hi, grp)"
            " VALUES(?,?,?,?,?)");
  ax_store_conn_int(&s, owner.resource);
  ax_store_conn_int(&s, param);
  ax_store_conn_int(&s, row->lo);
  ax_store_conn_int(&s, row->hi);
  ax_store_conn_int(&s, row->group);
  return ax_store_conn_run(&s, err);
}

static ax_status number_row(ax_store_conn *conn, ax_store_owner owner,
                            int64_t param, int64_t n, const ax_index_row *row,
                            ax_error *err) {
  if (!isfinite(row->number)) return AX_OK; /* nothing to be found by */
  int64_t system = 0, dim = 0;
  AX_TRY(ax_store_name_find(conn, row->system, true, &system, err));
  AX_TRY(ax_store_name_find(conn, row->dim, true, &dim, err));
  ax_store_stmt s = ax_store_conn_use(
      conn, "INSERT INTO index_number(resource, param, n, grp, number, high,"
            " system, unit, canon, canon_high, dim)"
            " VALUES(?,?,?,?,?,?,?,?,?,?,?)");
  ax_store_conn_int(&s, owner.resource);
  ax_store_conn_int(&s, param);
  ax_store_conn_int(&s, n);
  ax_store_conn_int(&s, row->group);
  ax_store_conn_real(&s, row->number);
  ax_store_conn_real(&s, row->high < row->number ? row->number : row->high);
  ax_store_conn_int(&s, system);
  ax_store_conn_text(&s, row->code);
  /* Not finite: NULL. */
  ax_store_conn_real(&s, row->dim.len ? row->canon : (double)NAN);
  ax_store_conn_real(&s, row->dim.len ? row->canon_high : (double)NAN);
  if (row->dim.len)
    ax_store_conn_int(&s, dim);
  else
    ax_store_conn_null(&s);
  return ax_store_conn_run(&s, err);
}

static ax_status index_row(ax_store_conn *conn, ax_store_owner owner,
                           ax_str type, int64_t n, const ax_index_row *row,
                           ax_error *err) {
  int64_t param = 0;
  AX_TRY(ax_store_name_param(conn, type, row->param, true, &param, err));
  switch (row->kind) {
  case AX_INDEX_DATE:
    return date_row(conn, owner, param, row, err);
  case AX_INDEX_NUMBER:
  case AX_INDEX_QUANTITY:
    return number_row(conn, owner, param, n, row, err);
  case AX_INDEX_TOKEN:
  case AX_INDEX_REFERENCE:
  case AX_INDEX_STRING:
  case AX_INDEX_URI:
    break;
  }
  return value_row(conn, owner, param, row, err);
}

ax_status ax_store_rows_index(ax_store_conn *conn, ax_store_owner owner,
                              const ax_write *write, ax_error *err) {
  for (size_t i = 0; i < write->index_count; i++)
    AX_TRY(
        index_row(conn, owner, write->type, (int64_t)i, &write->index[i], err));
  return AX_OK;
}

/* --- facts -----------------------------------------------------------------
 */

static void pair_or_null(ax_store_stmt *s, bool has, int64_t lo, int64_t hi) {
  if (has) {
    ax_store_conn_int(s, lo);
    ax_store_conn_int(s, hi);
    return;
  }
  ax_store_conn_null(s);
  ax_store_conn_null(s);
}

static void bind_value(ax_store_stmt *s, const ax_fact *f, int64_t system) {
  ax_store_conn_int(s, f->value_kind);
  ax_store_conn_real(s, f->value_kind == AX_FACT_VALUE_NUMBER ||
                                f->value_kind == AX_FACT_VALUE_BOOL
                            ? f->number
                            : (double)NAN);
  ax_store_conn_text(s, f->digits);
  ax_store_conn_int(s, f->comparator);
  ax_store_conn_text(s, f->unit);
  ax_store_conn_real(s, f->has_low ? f->low : (double)NAN);
  ax_store_conn_real(s, f->has_high ? f->high : (double)NAN);
  ax_store_conn_int(s, system);
  ax_store_conn_text(s, f->value_code);
  ax_store_conn_text(s, f->details);
}

static const char fact_insert[] =
    "INSERT INTO fact(resource, n, patient, system, code, type, id, version,"
    " kind, status, flags, statement, lo, hi, precision, end_lo, end_hi, "
    "issued,"
    " value_kind, number, digits, comparator, unit, low, high,"
    " value_system, value_code, details)"
    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

typedef struct { /* what all facts of a resource have in common */
  const ax_write *write;
  int64_t resource, patient, type;
} fact_owner;

static ax_status fact_row(ax_store_conn *conn, const fact_owner *owner,
                          int64_t n, const ax_fact *f, ax_error *err) {
  int64_t system = AX_STORE_NAME_PATIENT, value_system = 0;
  if (f->kind != AX_FACT_PATIENT && f->kind != AX_FACT_EXTENSION)
    AX_TRY(ax_store_name_find(conn, f->system, true, &system, err));
  AX_TRY(ax_store_name_find(conn, f->value_system, true, &value_system, err));
  ax_store_stmt s = ax_store_conn_use(conn, fact_insert);
  ax_store_conn_int(&s, owner->resource);
  ax_store_conn_int(&s, n);
  ax_store_conn_int(&s, owner->patient);
  ax_store_conn_int(&s, system);
  ax_store_conn_text(&s, f->code);
  ax_store_conn_int(&s, owner->type);
  ax_store_conn_text(&s, owner->write->id);
  ax_store_conn_int(&s, (int64_t)owner->write->version);
  ax_store_conn_int(&s, f->kind);
  ax_store_conn_int(&s, f->status);
  ax_store_conn_int(&s, f->flags);
  ax_store_conn_int(&s, f->group);
  pair_or_null(&s, f->has_time, f->lo_ms, f->hi_ms);
  ax_store_conn_int(&s, f->precision);
  pair_or_null(&s, f->has_end, f->end_lo_ms, f->end_hi_ms);
  ax_store_conn_int(&s, f->issued_ms);
  bind_value(&s, f, value_system);
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_rows_facts(ax_store_conn *conn, ax_store_owner owner,
                              const ax_write *write, ax_error *err) {
  fact_owner all = { .write = write, .resource = owner.resource };
  char own[AX_LIMIT_ID + 9];
  ax_str subject = write->patient;
  if (write->fact_count == 0) return AX_OK;
  if (subject.len == 0 && ax_str_eq(write->type, AX_STR("Patient"))) {
    sqlite3_snprintf(sizeof own, own, "Patient/%.*s", (int)write->id.len,
                     write->id.ptr);
    subject = ax_str_from(own);
  }
  AX_TRY(ax_store_name_value(conn, AX_STORE_NAME_NONE, subject, true,
                             &all.patient, err));
  AX_TRY(ax_store_name_find(conn, write->type, true, &all.type, err));
  for (size_t i = 0; i < write->fact_count; i++)
    AX_TRY(fact_row(conn, &all, (int64_t)i, &write->facts[i], err));
  return AX_OK;
}

/* --- removal ---------------------------------------------------------------
 */

ax_status ax_store_rows_unindex(ax_store_conn *conn, int64_t resource,
                                ax_error *err) {
  ax_store_stmt s =
      ax_store_conn_use(conn, "DELETE FROM index_value WHERE resource = ?");
  ax_store_conn_int(&s, resource);
  AX_TRY(ax_store_conn_run(&s, err));
  s = ax_store_conn_use(conn, "DELETE FROM index_date WHERE resource = ?");
  ax_store_conn_int(&s, resource);
  AX_TRY(ax_store_conn_run(&s, err));
  s = ax_store_conn_use(conn, "DELETE FROM index_number WHERE resource = ?");
  ax_store_conn_int(&s, resource);
  return ax_store_conn_run(&s, err);
}

ax_status ax_store_rows_clear(ax_store_conn *conn, int64_t resource,
                              int64_t *facts, ax_error *err) {
  AX_TRY(ax_store_rows_unindex(conn, resource, err));
  ax_store_stmt s =
      ax_store_conn_use(conn, "DELETE FROM fact WHERE resource = ?");
  ax_store_conn_int(&s, resource);
  AX_TRY(ax_store_conn_run(&s, err));
  *facts = sqlite3_changes64(conn->db);
  return AX_OK;
}
