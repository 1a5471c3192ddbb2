/*
 * The facts of a patient. Each filter is one walk along (patient, system,
 * code); what several filters found is sorted and taken once. A model asks for
 * many code systems and a patient has few, so theirs are looked up first and
 * the filters of others cost nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "store/store_sqlite.h"

enum { NAMES_MAX = 100 };

typedef struct {
  ax_fact fact;
  int64_t resource, n; /* who it is */
} found;

typedef struct {
  int64_t key;
  ax_str text; /* empty: codes without a system */
} named;

typedef struct {
  ax_store_conn *conn;
  ax_arena *arena;
  int64_t patient;
  AX_VEC(found) list;
  AX_VEC(named) systems; /* that the patient has facts of */
  AX_VEC(named) names;   /* texts of keys that rows carry */
  ax_error *err;
} lookup;

/* --- rows ------------------------------------------------------------------
 */

#define FACT_COLUMNS                                                           \
  "SELECT f.resource, f.n, f.type, f.id, f.version, f.system, f.code, f.kind," \
  " f.status, f.flags, f.statement, f.lo, f.hi, f.precision, f.end_lo,"        \
  " f.end_hi, f.issued, f.value_kind, f.number, f.digits, f.comparator,"       \
  " f.unit, f.low, f.high, f.value_system, f.value_code, f.details"            \
  " FROM fact f"
#define FACT_SELECT FACT_COLUMNS " WHERE f.patient = ?1 AND +f.resource < ?2"

static bool is_null(const ax_store_stmt *s, int column) {
  return sqlite3_column_type(s->stmt, column) == SQLITE_NULL;
}

static void take_numbers(const ax_store_stmt *s, ax_fact *f) {
  f->kind = (ax_fact_kind)sqlite3_column_int(s->stmt, 7);
  f->status = (ax_fact_status)sqlite3_column_int(s->stmt, 8);
  f->flags = (unsigned)sqlite3_column_int64(s->stmt, 9);
  f->group = (uint32_t)sqlite3_column_int64(s->stmt, 10);
  f->has_time = !is_null(s, 11);
  f->lo_ms = sqlite3_column_int64(s->stmt, 11);
  f->hi_ms = sqlite3_column_int64(s->stmt, 12);
  f->precision = (ax_date_precision)sqlite3_column_int(s->stmt, 13);
  f->has_end = !is_null(s, 14);
  f->end_lo_ms = sqlite3_column_int64(s->stmt, 14);
  f->end_hi_ms = sqlite3_column_int64(s->stmt, 15);
  f->issued_ms = sqlite3_column_int64(s->stmt, 16);
  f->value_kind = (ax_fact_value)sqlite3_column_int(s->stmt, 17);
  f->number = sqlite3_column_double(s->stmt, 18);
  f->comparator = (char)sqlite3_column_int(s->stmt, 20);
  f->has_low = !is_null(s, 22);
  f->low = sqlite3_column_double(s->stmt, 22);
  f->has_high = !is_null(s, 23);
  f->high = sqlite3_column_double(s->stmt, 23);
}

/* A patient's facts carry few different keys again and again. */
static ax_status name_of(lookup *l, int64_t key, ax_str *out) {
  *out = AX_STR("");
  if (key <= AX_STORE_NAME_NONE) return AX_OK;
  for (size_t i = 0; i < l->names.count; i++)
    if (l->names.items[i].key == key) {
      *out = l->names.items[i].text;
      return AX_OK;
    }
  ax_store_stmt s =
      ax_store_conn_use(l->conn, "SELECT text FROM name WHERE key = ?");
  ax_store_conn_int(&s, key);
  ax_status status = AX_OK;
  if (ax_store_conn_row(&s)) status = ax_store_conn_copy(&s, 0, l->arena, out);
  ax_status done = ax_store_conn_done(&s, l->err);
  if (status || done) return status ? status : done;
  if (l->names.count == NAMES_MAX) return AX_OK; /* odd: asked for each time */
  named *slot = AX_VEC_PUSH(&l->names, l->arena);
  if (!slot) return AX_NOMEM;
  *slot = (named){ key, *out };
  return AX_OK;
}

static ax_status take_row(const ax_store_stmt *s, lookup *l) {
  found *one = AX_VEC_PUSH(&l->list, l->arena);
  if (!one) return AX_NOMEM;
  ax_fact *f = &one->fact;
  one->resource = sqlite3_column_int64(s->stmt, 0);
  one->n = sqlite3_column_int64(s->stmt, 1);
  f->source_version = (uint64_t)sqlite3_column_int64(s->stmt, 4);
  f->source_url = AX_STR("");
  take_numbers(s, f);
  AX_TRY(name_of(l, sqlite3_column_int64(s->stmt, 2), &f->source_type));
  AX_TRY(ax_store_conn_copy(s, 3, l->arena, &f->source_id));
  AX_TRY(name_of(l, sqlite3_column_int64(s->stmt, 5), &f->system));
  AX_TRY(ax_store_conn_copy(s, 6, l->arena, &f->code));
  AX_TRY(ax_store_conn_copy(s, 19, l->arena, &f->digits));
  AX_TRY(ax_store_conn_copy(s, 21, l->arena, &f->unit));
  AX_TRY(name_of(l, sqlite3_column_int64(s->stmt, 24), &f->value_system));
  AX_TRY(ax_store_conn_copy(s, 25, l->arena, &f->value_code));
  return ax_store_conn_copy(s, 26, l->arena, &f->details);
}

static ax_status take_all(ax_store_stmt *s, lookup *l) {
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(s)) status = take_row(s, l);
  ax_status done = ax_store_conn_done(s, l->err);
  return status ? status : done;
}

/* --- filters ---------------------------------------------------------------
 */

static ax_status everything(lookup *l) {
  ax_store_stmt s = ax_store_conn_use(l->conn, FACT_SELECT);
  ax_store_conn_int(&s, l->patient);
  ax_store_conn_int(&s, l->conn->shown);
  return take_all(&s, l);
}

static ax_status by_system(lookup *l, int64_t system) {
  ax_store_stmt s =
      ax_store_conn_use(l->conn, FACT_SELECT " AND f.system = ?3");
  ax_store_conn_int(&s, l->patient);
  ax_store_conn_int(&s, l->conn->shown);
  ax_store_conn_int(&s, system);
  return take_all(&s, l);
}

static ax_status by_code(lookup *l, int64_t system, ax_str code) {
  ax_store_stmt s = ax_store_conn_use(l->conn, FACT_SELECT
                                      " AND f.system = ?3 AND f.code = ?4");
  ax_store_conn_int(&s, l->patient);
  ax_store_conn_int(&s, l->conn->shown);
  ax_store_conn_int(&s, system);
  ax_store_conn_text(&s, code);
  return take_all(&s, l);
}

/* Codes from `first` up to all that begin with `last`: 0xFF follows every
 * byte of UTF-8. */
static ax_status by_range(lookup *l, int64_t system, ax_str first,
                          ax_str last) {
  char *end = AX_NEW_ARRAY(l->arena, char, last.len + 1);
  if (!end) return AX_NOMEM;
  if (last.len) memcpy(end, last.ptr, last.len);
  end[last.len] = (char)0xff;
  ax_store_stmt s = ax_store_conn_use(l->conn, FACT_SELECT
                                      " AND f.system = ?3 AND f.code >= ?4"
                                      " AND f.code < ?5");
  ax_store_conn_int(&s, l->patient);
  ax_store_conn_int(&s, l->conn->shown);
  ax_store_conn_int(&s, system);
  ax_store_conn_text(&s, first);
  ax_store_conn_text(&s, (ax_str){ end, last.len + 1 });
  return take_all(&s, l);
}

static int lower(char c) {
  return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool same_in_any_case(const char *a, const char *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

static bool contains(ax_str text, ax_str part) {
  for (size_t i = 0; i + part.len <= text.len; i++)
    if (same_in_any_case(text.ptr + i, part.ptr, part.len)) return true;
  return false;
}

/* The patient's next system after `last`, in the order of keys. */
static ax_status next_system(lookup *l, int64_t last, named *out) {
  ax_store_stmt s = ax_store_conn_use(
      l->conn, "SELECT f.system, n.text FROM fact f LEFT JOIN name n"
               " ON n.key = f.system WHERE f.patient = ?1 AND f.system > ?2"
               " ORDER BY f.system LIMIT 1");
  ax_store_conn_int(&s, l->patient);
  ax_store_conn_int(&s, last);
  ax_status status = ax_store_conn_row(&s) ? AX_OK : AX_NOT_FOUND;
  if (!status) {
    out->key = sqlite3_column_int64(s.stmt, 0);
    status = ax_store_conn_copy(&s, 1, l->arena, &out->text);
  }
  AX_TRY(ax_store_conn_done(&s, l->err));
  return status;
}

static ax_status list_systems(lookup *l) {
  named one = { .key = AX_STORE_NAME_PATIENT };
  ax_status status;
  while ((status = next_system(l, one.key, &one)) == AX_OK) {
    named *slot = AX_VEC_PUSH(&l->systems, l->arena);
    if (!slot) return AX_NOMEM;
    *slot = one;
  }
  return status == AX_NOT_FOUND ? AX_OK : status;
}

static ax_status in_system(lookup *l, const named *system,
                           const ax_fact_code *filter) {
  if (filter->match == AX_FACT_MATCH_CONTAINS)
    return contains(system->text, filter->system) ? by_system(l, system->key)
                                                  : AX_OK;
  if (!ax_str_eq(system->text, filter->system)) return AX_OK;
  if (filter->match == AX_FACT_MATCH_EXACT)
    return by_code(l, system->key, filter->code);
  if (filter->match == AX_FACT_MATCH_PREFIX)
    return by_range(l, system->key, filter->code, filter->code);
  ax_str last = filter->code;
  ax_str first = ax_str_cut(&last, '-');
  return by_range(l, system->key, first, last.len ? last : first);
}

static ax_status by_filter(lookup *l, const ax_fact_code *filter) {
  for (size_t i = 0; i < l->systems.count; i++)
    AX_TRY(in_system(l, &l->systems.items[i], filter));
  return AX_OK;
}

/* --- order -----------------------------------------------------------------
 */

static int compare(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

static int by_time(const void *left, const void *right) {
  const found *a = left, *b = right;
  int order = compare(a->fact.has_time, b->fact.has_time);
  if (!order) order = compare(a->fact.lo_ms, b->fact.lo_ms);
  if (!order) order = compare(a->fact.hi_ms, b->fact.hi_ms);
  if (!order) order = compare(a->resource, b->resource);
  return order ? order : compare(a->n, b->n);
}

static ax_status give(lookup *l, ax_facts *out) {
  size_t n = l->list.count;
  if (n == 0) return AX_OK;
  qsort(l->list.items, n, sizeof *l->list.items, by_time);
  out->items = AX_NEW_ARRAY(l->arena, ax_fact, n);
  if (!out->items) return AX_NOMEM;
  for (size_t i = 0; i < n; i++) {
    const found *f = &l->list.items[i];
    if (i && by_time(f - 1, f) == 0) continue; /* two filters found it */
    out->items[out->count++] = f->fact;
  }
  return AX_OK;
}

static ax_status facts_with(lookup *l, ax_str patient,
                            const ax_fact_code *filters, size_t filter_count) {
  ax_status status = ax_store_name_value(l->conn, AX_STORE_NAME_NONE, patient,
                                         false, &l->patient, l->err);
  if (status == AX_NOT_FOUND) return AX_OK;
  if (status) return status;
  if (filter_count == 0) return everything(l);
  AX_TRY(by_system(l, AX_STORE_NAME_PATIENT));
  AX_TRY(list_systems(l));
  for (size_t i = 0; i < filter_count; i++) AX_TRY(by_filter(l, &filters[i]));
  return AX_OK;
}

ax_status ax_store_sqlite_facts(ax_store_backend *backend, ax_arena *arena,
                                ax_str patient, const ax_fact_code *filters,
                                size_t filter_count, ax_facts *out,
                                ax_error *err) {
  lookup l = { .arena = arena, .err = err };
  AX_TRY(ax_store_sqlite_borrow(backend, &l.conn, err));
  ax_status status = facts_with(&l, patient, filters, filter_count);
  ax_store_sqlite_return(backend, l.conn);
  return status ? status : give(&l, out);
}

/* --- of one resource ---------------------------------------------------------
 */

static ax_status find_resource(lookup *l, ax_str type, ax_str id,
                               int64_t *key) {
  int64_t name = 0;
  AX_TRY(ax_store_name_find(l->conn, type, false, &name, l->err));
  ax_store_stmt s = ax_store_conn_use(
      l->conn, "SELECT key FROM resource WHERE type = ? AND id = ?"
               " AND key < ?");
  ax_store_conn_int(&s, name);
  ax_store_conn_text(&s, id);
  ax_store_conn_int(&s, l->conn->shown);
  bool there = ax_store_conn_row(&s);
  if (there) *key = sqlite3_column_int64(s.stmt, 0);
  AX_TRY(ax_store_conn_done(&s, l->err));
  return there ? AX_OK : AX_NOT_FOUND;
}

/* All facts of a resource are one patient's. */
static ax_status owner_of(lookup *l, int64_t resource, ax_str *patient) {
  ax_store_stmt s = ax_store_conn_use(
      l->conn, "SELECT v.code FROM fact f JOIN value v ON v.key = f.patient"
               " WHERE f.resource = ? LIMIT 1");
  ax_store_conn_int(&s, resource);
  ax_status status = AX_OK;
  if (ax_store_conn_row(&s))
    status = ax_store_conn_copy(&s, 0, l->arena, patient);
  ax_status done = ax_store_conn_done(&s, l->err);
  return status ? status : done;
}

static ax_status of_resource(lookup *l, ax_str type, ax_str id,
                             ax_str *patient) {
  int64_t key = 0;
  ax_status status = find_resource(l, type, id, &key);
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  AX_TRY(owner_of(l, key, patient));
  ax_store_stmt s =
      ax_store_conn_use(l->conn, FACT_COLUMNS " WHERE f.resource = ?");
  ax_store_conn_int(&s, key);
  return take_all(&s, l);
}

ax_status ax_store_sqlite_facts_of(ax_store_backend *backend, ax_arena *arena,
                                   ax_str type, ax_str id, ax_facts *out,
                                   ax_str *patient, ax_error *err) {
  lookup l = { .arena = arena, .err = err };
  AX_TRY(ax_store_sqlite_borrow(backend, &l.conn, err));
  ax_status status = of_resource(&l, type, id, patient);
  ax_store_sqlite_return(backend, l.conn);
  return status ? status : give(&l, out);
}
