/*
 * A query becomes SQL in three steps: look up the keys of the values asked for
 * (a value nobody wrote finds nothing at once), choose the term with the
 * fewest rows to drive, and let every other term filter:
 *
 *   SELECT ... FROM index_value d WHERE d.param = ? AND d.value = ?
 *     AND EXISTS (SELECT 1 FROM index_value WHERE resource = d.resource AND
 * ...) ORDER BY d.seq LIMIT ?
 *
 * Without such a term the resources of the type, in order of `seq`, drive.
 */
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "store/store_sqlite.h"

enum {
  TERMS_MAX = 64,
  BINDS_MAX = 5000,
  KEYS_MAX = 64,     /* values of one term that are looked up beforehand */
  SAMPLE_ROWS = 200, /* enough to tell a patient from a common code */
  LIMIT_MAX = 1 << 30,
  FINDS_CEILING = 4 << 20
};

static const size_t no_driver = SIZE_MAX;

typedef struct {
  enum { BIND_INT, BIND_REAL, BIND_TEXT } kind;
  int64_t number;
  double real;
  ax_str text;
} bind;

typedef struct {
  int64_t param;
  size_t key_count;
  int64_t keys[KEYS_MAX];
  bool open; /* more keys than that, or "system|": judged row by row */
} resolved;

typedef struct {
  ax_store_conn *conn;
  ax_arena *arena;
  const ax_query *query;
  int64_t type;
  resolved *terms; /* one for each of the query's */
  size_t driver;   /* term; no_driver: the resources of the type */
  AX_VEC(bind) binds;
  ax_status status; /* of adding binds, sticky */
  ax_error *err;
} plan;

/* --- text and parameters ----------------------------------------------------
 */

static void say(plan *p, const char *sql) {
  ax_buf_append(&p->conn->sql, ax_str_from(sql));
}

static void add_bind(plan *p, const char *sql, bind value) {
  say(p, sql);
  bind *b =
      p->binds.count < BINDS_MAX ? AX_VEC_PUSH(&p->binds, p->arena) : NULL;
  if (b)
    *b = value;
  else if (!p->status)
    p->status = p->binds.count < BINDS_MAX ? AX_NOMEM : AX_TOO_LARGE;
}

static void say_int(plan *p, const char *sql, int64_t value) {
  add_bind(p, sql, (bind){ .kind = BIND_INT, .number = value });
}

static void say_real(plan *p, const char *sql, double value) {
  add_bind(p, sql, (bind){ .kind = BIND_REAL, .real = value });
}

static void say_text(plan *p, const char *sql, ax_str value) {
  add_bind(p, sql, (bind){ .kind = BIND_TEXT, .text = value });
}

static bool by_value(ax_index_kind kind) {
  return kind == AX_INDEX_TOKEN || kind == AX_INDEX_REFERENCE ||
         kind == AX_INDEX_STRING || kind == AX_INDEX_URI;
}

/* --- keys of values --------------------------------------------------------
 */

static void add_key(resolved *r, int64_t key) {
  for (size_t i = 0; i < r->key_count; i++)
    if (r->keys[i] == key) return;
  if (r->key_count == KEYS_MAX)
    r->open = true;
  else
    r->keys[r->key_count++] = key;
}

static ax_status add_keys(ax_store_stmt *s, resolved *r, ax_error *err) {
  while (!r->open && ax_store_conn_row(s))
    add_key(r, sqlite3_column_int64(s->stmt, 0));
  return ax_store_conn_done(s, err);
}

/* Any text that begins so: 0xFF follows every byte of UTF-8. */
static ax_status keys_of_prefix(plan *p, const ax_query_value *v, resolved *r) {
  char end[512];
  size_t n = v->code.len < sizeof end ? v->code.len : sizeof end - 1;
  if (n) memcpy(end, v->code.ptr, n);
  end[n] = (char)0xff;
  ax_store_stmt s = ax_store_conn_use(
      p->conn, "SELECT key FROM value WHERE code >= ? AND code < ?"
               " AND system = 0");
  ax_store_conn_text(&s, v->code);
  ax_store_conn_text(&s, (ax_str){ end, n + 1 });
  return add_keys(&s, r, p->err);
}

static ax_status keys_of_code(plan *p, const ax_query_value *v, resolved *r) {
  ax_store_stmt s =
      ax_store_conn_use(p->conn, "SELECT key FROM value WHERE code = ?");
  ax_store_conn_text(&s, v->code);
  return add_keys(&s, r, p->err);
}

static ax_status keys_of(plan *p, ax_index_kind kind, const ax_query_value *v,
                         resolved *r) {
  int64_t system = 0, key = 0;
  if (kind == AX_INDEX_STRING) return keys_of_prefix(p, v, r);
  if (v->any_code) {
    r->open = true;
    return AX_OK;
  }
  if (v->any_system) return keys_of_code(p, v, r);
  ax_status status =
      ax_store_name_find(p->conn, v->system, false, &system, p->err);
  if (!status)
    status = ax_store_name_value(p->conn, system, v->code, false, &key, p->err);
  if (status == AX_NOT_FOUND) return AX_OK;
  if (!status) add_key(r, key);
  return status;
}

/* NOT_FOUND: this term can find nothing. */
static ax_status resolve(plan *p, size_t i) {
  const ax_query_term *t = &p->query->terms[i];
  resolved *r = &p->terms[i];
  AX_TRY(ax_store_name_param(p->conn, p->query->type, t->param, false,
                             &r->param, p->err));
  if (!by_value(t->kind)) return AX_OK;
  for (size_t v = 0; v < t->value_count; v++)
    AX_TRY(keys_of(p, t->kind, &t->values[v], r));
  return r->open || r->key_count ? AX_OK : AX_NOT_FOUND;
}

static ax_status resolve_all(plan *p) {
  if (p->query->term_count > TERMS_MAX)
    return ax_error_set(p->err, AX_TOO_LARGE,
                        "a search has at most %d parameters, not %zu",
                        TERMS_MAX, p->query->term_count);
  p->terms = AX_NEW_ARRAY(p->arena, resolved, p->query->term_count);
  if (!p->terms && p->query->term_count) return AX_NOMEM;
  AX_TRY(ax_store_name_find(p->conn, p->query->type, false, &p->type, p->err));
  for (size_t i = 0; i < p->query->term_count; i++) AX_TRY(resolve(p, i));
  return AX_OK;
}

/* --- who drives ------------------------------------------------------------
 */

static ax_status sample(plan *p, const resolved *r, int64_t *rows) {
  *rows = 0;
  for (size_t i = 0; i < r->key_count && *rows < SAMPLE_ROWS; i++) {
    int64_t n = 0;
    ax_store_stmt s = ax_store_conn_use(
        p->conn, "SELECT count(*) FROM (SELECT 1 FROM index_value"
                 " WHERE param = ? AND value = ? LIMIT 200)");
    ax_store_conn_int(&s, r->param);
    ax_store_conn_int(&s, r->keys[i]);
    AX_TRY(ax_store_conn_one(&s, &n, p->err));
    *rows += n;
  }
  return AX_OK;
}

static bool can_drive(const plan *p, size_t i) {
  return by_value(p->query->terms[i].kind) && !p->terms[i].open;
}

static ax_status choose_driver(plan *p) {
  size_t candidates = 0;
  int64_t fewest = INT64_MAX;
  p->driver = no_driver;
  if (p->query->id_count) return AX_OK; /* nothing is narrower */
  for (size_t i = 0; i < p->query->term_count; i++) {
    if (!can_drive(p, i)) continue;
    if (candidates++ == 0) p->driver = i;
  }
  for (size_t i = 0; candidates > 1 && i < p->query->term_count; i++) {
    int64_t rows = 0;
    if (!can_drive(p, i)) continue;
    AX_TRY(sample(p, &p->terms[i], &rows));
    if (rows < fewest) p->driver = i;
    if (rows < fewest) fewest = rows;
  }
  return AX_OK;
}

/* --- filters ---------------------------------------------------------------
 */

static void say_keys(plan *p, const char *column, const resolved *r) {
  say(p, column);
  for (size_t i = 0; i < r->key_count; i++)
    say_int(p, i ? ",?" : " IN (?", r->keys[i]);
  say(p, ")");
}

static ax_status say_open_value(plan *p, ax_index_kind kind,
                                const ax_query_value *v) {
  int64_t system = 0;
  if (kind == AX_INDEX_STRING) {
    say_text(p, "substr(v.code, 1, length(?", v->code);
    say_text(p, ")) = ?", v->code);
    return AX_OK;
  }
  if (v->any_system) {
    say_text(p, "v.code = ?", v->code);
    return AX_OK;
  }
  ax_status status =
      ax_store_name_find(p->conn, v->system, false, &system, p->err);
  if (status == AX_NOT_FOUND) {
    say(p, "0");
    return AX_OK;
  }
  say_int(p, "v.system = ?", system);
  if (!v->any_code) say_text(p, " AND v.code = ?", v->code);
  return status;
}

static ax_status say_open(plan *p, const ax_query_term *t, const resolved *r) {
  say_int(p,
          " AND EXISTS (SELECT 1 FROM index_value i CROSS JOIN value v"
          " ON v.key = i.value WHERE i.resource = d.resource"
          " AND i.param = ? AND (",
          r->param);
  for (size_t i = 0; i < t->value_count; i++) {
    if (i) say(p, " OR ");
    AX_TRY(say_open_value(p, t->kind, &t->values[i]));
  }
  say(p, "))");
  return AX_OK;
}

/* R4 3.1.1.5.2: the prefixes compare intervals. */
static void say_date(plan *p, const ax_query_value *v) {
  switch (v->compare) {
  case AX_CMP_EQ:
    say_int(p, "(i.lo >= ?", v->lo);
    say_int(p, " AND i.hi <= ?)", v->hi);
    return;
  case AX_CMP_NE:
    say_int(p, "(i.lo < ?", v->lo);
    say_int(p, " OR i.hi > ?)", v->hi);
    return;
  case AX_CMP_LT:
    say_int(p, "i.lo < ?", v->lo);
    return;
  case AX_CMP_GT:
    say_int(p, "i.hi > ?", v->hi);
    return;
  case AX_CMP_LE:
    say_int(p, "(i.lo < ?", v->lo);
    say_int(p, " OR (i.lo >= ?", v->lo);
    say_int(p, " AND i.hi <= ?))", v->hi);
    return;
  case AX_CMP_GE:
    say_int(p, "(i.hi > ?", v->hi);
    say_int(p, " OR (i.lo >= ?", v->lo);
    say_int(p, " AND i.hi <= ?))", v->hi);
    return;
  case AX_CMP_SA:
    say_int(p, "i.lo > ?", v->hi);
    return;
  case AX_CMP_EB:
    say_int(p, "i.hi < ?", v->lo);
    return;
  case AX_CMP_AP:
    break; /* the query's interval is widened already */
  }
  say_int(p, "(i.lo <= ?", v->hi);
  say_int(p, " AND i.hi >= ?)", v->lo);
}

static void say_number(plan *p, const ax_query_value *v) {
  double near = v->number < 0 ? -v->number * 0.1 : v->number * 0.1;
  switch (v->compare) {
  case AX_CMP_EQ:
    say_real(p, "i.number = ?", v->number);
    return;
  case AX_CMP_NE:
    say_real(p, "i.number <> ?", v->number);
    return;
  case AX_CMP_LT:
  case AX_CMP_EB:
    say_real(p, "i.number < ?", v->number);
    return;
  case AX_CMP_LE:
    say_real(p, "i.number <= ?", v->number);
    return;
  case AX_CMP_GT:
  case AX_CMP_SA:
    say_real(p, "i.number > ?", v->number);
    return;
  case AX_CMP_GE:
    say_real(p, "i.number >= ?", v->number);
    return;
  case AX_CMP_AP:
    break;
  }
  say_real(p, "(i.number >= ?", v->number - near);
  say_real(p, " AND i.number <= ?)", v->number + near);
}

static ax_status say_unit(plan *p, const ax_query_value *v) {
  int64_t system = 0;
  if (!v->any_code) say_text(p, " AND i.unit = ?", v->code);
  if (v->any_system) return AX_OK;
  ax_status status =
      ax_store_name_find(p->conn, v->system, false, &system, p->err);
  if (status == AX_NOT_FOUND) {
    say(p, " AND 0");
    return AX_OK;
  }
  say_int(p, " AND i.system = ?", system);
  return status;
}

static ax_status say_range(plan *p, const ax_query_term *t, const resolved *r) {
  bool date = t->kind == AX_INDEX_DATE;
  say(p, " AND EXISTS (SELECT 1 FROM ");
  say(p, date ? "index_date" : "index_number");
  say_int(p, " i WHERE i.resource = d.resource AND i.param = ? AND (",
          r->param);
  for (size_t i = 0; i < t->value_count; i++) {
    say(p, i ? " OR (" : "(");
    if (date)
      say_date(p, &t->values[i]);
    else
      say_number(p, &t->values[i]);
    if (t->kind == AX_INDEX_QUANTITY) AX_TRY(say_unit(p, &t->values[i]));
    say(p, ")");
  }
  say(p, "))");
  return AX_OK;
}

static ax_status say_term(plan *p, size_t i) {
  const ax_query_term *t = &p->query->terms[i];
  const resolved *r = &p->terms[i];
  if (!by_value(t->kind)) return say_range(p, t, r);
  if (r->open) return say_open(p, t, r);
  say_int(p,
          " AND EXISTS (SELECT 1 FROM index_value i"
          " WHERE i.resource = d.resource AND i.param = ?",
          r->param);
  say_keys(p, " AND i.value", r);
  say(p, ")");
  return AX_OK;
}

/* --- the whole statement ---------------------------------------------------
 */

static void say_source(plan *p) {
  if (p->driver == no_driver) {
    say_int(p,
            " FROM (SELECT key AS resource, seq, id FROM resource"
            " WHERE deleted = 0 AND type = ?) d WHERE 1",
            p->type);
    return;
  }
  const resolved *r = &p->terms[p->driver];
  say_int(p, " FROM index_value d WHERE d.param = ?", r->param);
  if (r->key_count > 1)
    say_keys(p, " AND d.value", r);
  else
    say_int(p, " AND d.value = ?", r->keys[0]);
}

static void say_updated(plan *p) {
  const ax_query *q = p->query;
  int64_t lo = q->updated_lo < 0 ? 0 : q->updated_lo;
  int64_t hi = q->updated_hi;
  if (!q->has_updated) return;
  if (lo > INT64_MAX >> AX_STORE_SEQ_BITS || hi < 0) {
    say(p, " AND 0");
    return;
  }
  say_int(p, " AND d.seq >= ?", lo << AX_STORE_SEQ_BITS);
  if (hi < INT64_MAX >> AX_STORE_SEQ_BITS)
    say_int(p, " AND d.seq < ?", (hi + 1) << AX_STORE_SEQ_BITS);
}

static void say_ids(plan *p) {
  if (!p->query->id_count) return;
  for (size_t i = 0; i < p->query->id_count; i++)
    say_text(p, i ? ",?" : " AND d.id IN (?", p->query->ids[i]);
  say(p, ")");
}

/* Everything behind FROM but the page. */
static ax_status say_matches(plan *p) {
  say_source(p);
  say_updated(p);
  say_ids(p);
  for (size_t i = 0; i < p->query->term_count; i++)
    if (i != p->driver) AX_TRY(say_term(p, i));
  return AX_OK;
}

static void begin_sql(plan *p, const char *sql) {
  p->conn->sql.len = 0;
  p->binds.count = 0;
  say(p, sql);
}

static void bind_all(const plan *p, ax_store_stmt *s) {
  for (size_t i = 0; i < p->binds.count; i++) {
    const bind *b = &p->binds.items[i];
    if (b->kind == BIND_INT) ax_store_conn_int(s, b->number);
    if (b->kind == BIND_REAL) ax_store_conn_real(s, b->real);
    if (b->kind == BIND_TEXT) ax_store_conn_text(s, b->text);
  }
}

/* What was said, ready for its first row. */
static ax_status ready(plan *p, ax_store_stmt *out) {
  ax_buf_append_char(&p->conn->sql, '\0');
  ax_status status = p->conn->sql.status;
  if (p->status) status = p->status;
  if (status) {
    ax_buf_free(&p->conn->sql);
    p->conn->sql.status = AX_OK;
    return ax_error_set(p->err, status, "a search has too many values");
  }
  *out = ax_store_conn_built(p->conn, ax_buf_view(&p->conn->sql).ptr);
  bind_all(p, out);
  return AX_OK;
}

static void say_page(plan *p, size_t limit) {
  const ax_query *q = p->query;
  int64_t after = q->after > INT64_MAX ? INT64_MAX : (int64_t)q->after;
  if (after)
    say_int(p, q->newest_first ? " AND d.seq < ?" : " AND d.seq > ?", after);
  say(p, q->newest_first ? " ORDER BY d.seq DESC" : " ORDER BY d.seq");
  say_int(p, " LIMIT ?", (int64_t)limit);
}

/* --- results ---------------------------------------------------------------
 */

typedef AX_VEC(ax_stored) stored_list;

/* Columns: seq, id, version, codec, body. */
static ax_status take_match(const ax_store_stmt *s, ax_arena *arena,
                            ax_str type, stored_list *list, ax_error *err) {
  ax_stored *one = AX_VEC_PUSH(list, arena);
  if (!one) return AX_NOMEM;
  one->type = type;
  one->updated_ms = ax_store_sqlite_updated(sqlite3_column_int64(s->stmt, 0));
  one->version = (uint64_t)sqlite3_column_int64(s->stmt, 2);
  AX_TRY(ax_store_conn_copy(s, 1, arena, &one->id));
  return ax_store_unpack(arena, sqlite3_column_int64(s->stmt, 3),
                         ax_store_conn_view(s, 4), &one->body, err);
}

static ax_status take_page(plan *p, ax_store_stmt *s, ax_arena *arena,
                           ax_page *out) {
  stored_list list = { 0 };
  ax_status status = AX_OK;
  int64_t seq = 0;
  char *type = ax_arena_cstr(arena, p->query->type);
  if (!type) status = AX_NOMEM;
  while (!status && ax_store_conn_row(s)) {
    if (list.count == p->query->limit) { /* one more than asked for is there */
      out->next = (uint64_t)seq;
      break;
    }
    seq = sqlite3_column_int64(s->stmt, 0);
    status = take_match(s, arena, (ax_str){ type, p->query->type.len }, &list,
                        p->err);
  }
  ax_status done = ax_store_conn_done(s, p->err);
  out->items = list.items;
  out->count = list.count;
  return status ? status : done;
}

/* Resources and their seq: no one twice, at most `limit`. */
static ax_status say_rows(plan *p, size_t limit) {
  bool several = p->driver != no_driver && p->terms[p->driver].key_count > 1;
  say(p, several ? "SELECT DISTINCT d.resource, d.seq"
                 : "SELECT d.resource, d.seq");
  AX_TRY(say_matches(p));
  say_page(p, limit < LIMIT_MAX ? limit : LIMIT_MAX);
  return AX_OK;
}

static ax_status find_page(plan *p, ax_arena *arena, ax_page *out) {
  ax_store_stmt s;
  begin_sql(p, "SELECT m.seq, r.id, r.version, v.codec, v.body FROM (");
  AX_TRY(say_rows(p, p->query->limit + 1));
  say(p, ") m CROSS JOIN resource r ON r.key = m.resource"
         " CROSS JOIN version v ON v.at = (r.key << 24 | r.version)"
         " ORDER BY m.seq");
  if (p->query->newest_first) say(p, " DESC");
  AX_TRY(ready(p, &s));
  return take_page(p, &s, arena, out);
}

static ax_status count_all(plan *p, ax_page *out) {
  ax_store_stmt s;
  int64_t n = 0;
  begin_sql(p, "SELECT count(DISTINCT d.resource)");
  AX_TRY(say_matches(p));
  AX_TRY(ready(p, &s));
  AX_TRY(ax_store_conn_one(&s, &n, p->err));
  out->total = (uint64_t)n;
  return AX_OK;
}

static ax_status search_with(plan *p, ax_arena *arena, ax_page *out) {
  out->has_total = p->query->want_total;
  ax_status status = resolve_all(p);
  if (status == AX_NOT_FOUND) { /* finds nothing, and that is the total */
    out->has_total = true;
    return AX_OK;
  }
  if (status) return status;
  AX_TRY(choose_driver(p));
  if (p->query->limit) AX_TRY(find_page(p, arena, out));
  if (p->query->limit && !p->query->after && !out->next) {
    out->has_total = true; /* all of them stand on this page */
    out->total = out->count;
    return AX_OK;
  }
  return out->has_total ? count_all(p, out) : AX_OK;
}

ax_status ax_store_sqlite_search(ax_store_backend *backend, ax_arena *arena,
                                 const ax_query *query, ax_page *out,
                                 ax_error *err) {
  plan p = { .arena = arena, .query = query, .err = err };
  AX_TRY(ax_store_sqlite_borrow(backend, &p.conn, err));
  ax_status status = search_with(&p, arena, out);
  ax_store_sqlite_return(backend, p.conn);
  return status;
}

/* --- preconditions ---------------------------------------------------------
 */

/* How many there are (2 for "more than one") and whether the first is `id`. */
static ax_status find_two(plan *p, ax_str id, int *count, bool *same) {
  ax_store_stmt s;
  ax_status status = resolve_all(p);
  if (status == AX_NOT_FOUND) return AX_OK;
  if (status) return status;
  AX_TRY(choose_driver(p));
  begin_sql(p, "SELECT r.id FROM (");
  AX_TRY(say_rows(p, 2));
  say(p, ") m CROSS JOIN resource r ON r.key = m.resource");
  AX_TRY(ready(p, &s));
  while (ax_store_conn_row(&s)) {
    ++*count;
    *same = ax_str_eq(ax_store_conn_view(&s, 0), id);
  }
  return ax_store_conn_done(&s, p->err);
}

ax_status ax_store_sqlite_finds(ax_store_conn *conn, const ax_query *query,
                                ax_str id, ax_error *err) {
  ax_query first = *query;
  first.after = 0;
  plan p = { .conn = conn, .query = &first, .err = err };
  int count = 0;
  bool same = false;
  p.arena = ax_arena_new(FINDS_CEILING);
  if (!p.arena) return AX_NOMEM;
  ax_status status = find_two(&p, id, &count, &same);
  ax_arena_free(p.arena);
  if (status) return status;
  if (id.len == 0 ? count == 0 : count == 1 && same) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      "a condition on " AX_STR_FMT " no longer holds: %s",
                      AX_STR_ARG(query->type),
                      count == 0   ? "nothing is found any more"
                      : count == 1 ? "another resource is found now"
                                   : "several resources are found now");
}
