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
#include <stdlib.h>
#include <string.h>

#include "store/store_sqlite_sql.h"

enum {
  SAMPLE_ROWS = 200, /* enough to tell a patient from a common code */
  LIMIT_MAX = 1 << 30,
  FINDS_CEILING = 16 << 20
};

static const size_t no_driver = SIZE_MAX;

typedef struct {
  ax_store_sql sql;
  ax_arena *arena;
  const ax_query *query;
  int64_t type;
  ax_store_keys *terms; /* one for each of the query's */
  size_t driver;        /* term; no_driver: the resources of the type */
  ax_error *err;
} plan;

static void say(plan *p, const char *text) {
  ax_store_sql_say(&p->sql, text);
}

/* --- what is asked ---------------------------------------------------------
 */

/* NOT_FOUND: this finds nothing. */
static ax_status resolve_all(plan *p) {
  const ax_query *q = p->query;
  if (q->term_count > AX_STORE_TERMS)
    return ax_error_set(p->err, AX_TOO_LARGE,
                        "a search has at most %d parameters, not %zu",
                        AX_STORE_TERMS, q->term_count);
  p->terms = AX_NEW_ARRAY(p->arena, ax_store_keys, q->term_count);
  if (!p->terms && q->term_count) return AX_NOMEM;
  AX_TRY(ax_store_name_find(p->sql.conn, q->type, false, &p->type, p->err));
  for (size_t i = 0; i < q->term_count; i++) {
    AX_TRY(ax_store_sql_keys(&p->sql, q->type, &q->terms[i], &p->terms[i]));
    if (p->terms[i].usable &&
        (p->terms[i].key_count == 0 || p->terms[i].param_count == 0))
      return AX_NOT_FOUND;
  }
  return AX_OK;
}

static ax_status sample(plan *p, const ax_store_keys *t, int64_t *rows) {
  *rows = 0;
  for (size_t i = 0; i < t->key_count * t->param_count && *rows < SAMPLE_ROWS;
       i++) {
    int64_t n = 0;
    ax_store_stmt s = ax_store_conn_use(
        p->sql.conn, "SELECT count(*) FROM (SELECT 1 FROM index_value"
                     " WHERE param = ? AND value = ? LIMIT 200)");
    ax_store_conn_int(&s, t->params[i % t->param_count]);
    ax_store_conn_int(&s, t->keys[i / t->param_count]);
    AX_TRY(ax_store_conn_one(&s, &n, p->err));
    *rows += n;
  }
  return AX_OK;
}

static ax_status choose_driver(plan *p) {
  size_t candidates = 0;
  int64_t fewest = INT64_MAX;
  p->driver = no_driver;
  if (p->query->id_count) return AX_OK; /* nothing is narrower */
  for (size_t i = 0; i < p->query->term_count; i++) {
    if (!p->terms[i].usable) continue;
    if (candidates++ == 0) p->driver = i;
  }
  for (size_t i = 0; candidates > 1 && i < p->query->term_count; i++) {
    int64_t rows = 0;
    if (!p->terms[i].usable) continue;
    AX_TRY(sample(p, &p->terms[i], &rows));
    if (rows < fewest) p->driver = i;
    if (rows < fewest) fewest = rows;
  }
  return AX_OK;
}

/* --- the whole statement ---------------------------------------------------
 */

static void say_in(plan *p, const char *column, const int64_t *keys,
                   size_t count) {
  say(p, column);
  if (count == 1) {
    ax_store_sql_int(&p->sql, " = ?", keys[0]);
    return;
  }
  for (size_t i = 0; i < count; i++)
    ax_store_sql_int(&p->sql, i ? ",?" : " IN (?", keys[i]);
  say(p, ")");
}

static void say_source(plan *p) {
  if (p->driver == no_driver) {
    ax_store_sql_int(&p->sql,
                     " FROM (SELECT key AS resource, seq, id FROM resource"
                     " WHERE deleted = 0 AND type = ?) d WHERE",
                     p->type);
    ax_store_sql_int(&p->sql, " +d.resource < ?", p->sql.conn->shown);
    return;
  }
  const ax_store_keys *t = &p->terms[p->driver];
  say(p, " FROM index_value d WHERE ");
  say_in(p, "d.param", t->params, t->param_count);
  say_in(p, " AND d.value", t->keys, t->key_count);
  ax_store_sql_int(&p->sql, " AND +d.resource < ?", p->sql.conn->shown);
}

/* Everything behind FROM but the page. */
static ax_status say_matches(plan *p) {
  const ax_query *q = p->query;
  say_source(p);
  ax_store_sql_updated(&p->sql, q, "d.seq");
  ax_store_sql_ids(&p->sql, q, "d.id");
  for (size_t i = 0; i < q->term_count; i++)
    if (i != p->driver)
      AX_TRY(ax_store_sql_term(&p->sql, q->type, &q->terms[i], "d.resource"));
  return AX_OK;
}

static bool several_rows(const plan *p) {
  if (p->driver == no_driver) return false;
  const ax_store_keys *t = &p->terms[p->driver];
  return t->key_count > 1 || t->param_count > 1;
}

/* --- sorting ---------------------------------------------------------------
 */

typedef struct { /* one key of a cursor */
  char kind;     /* i r t n */
  int64_t number;
  double real;
  ax_str text;
} sort_key;

static bool is_value(ax_index_kind kind) {
  return kind == AX_INDEX_TOKEN || kind == AX_INDEX_REFERENCE ||
         kind == AX_INDEX_STRING || kind == AX_INDEX_URI;
}

/* ", (SELECT min(...) ...) AS k0": of several values the one that comes first.
 */
static ax_status say_key(plan *p, size_t i) {
  const ax_query_sort *sort = &p->query->sorts[i];
  char end[32];
  (void)snprintf(end, sizeof end, ") AS k%zu", i);
  if (!sort->param_count) {
    say(p, ", (SELECT i0.id FROM resource i0 WHERE i0.key = d.resource");
    say(p, end);
    return AX_OK;
  }
  say(p, sort->descending ? ", (SELECT max(" : ", (SELECT min(");
  if (sort->kind == AX_INDEX_DATE)
    say(p, "i0.lo) FROM index_date i0");
  else if (is_value(sort->kind))
    say(p, "s.code) FROM index_value i0 JOIN value s ON s.key = i0.value");
  else
    say(p, "coalesce(i0.canon, i0.number)) FROM index_number i0");
  say(p, " WHERE i0.resource = d.resource AND ");
  AX_TRY(ax_store_sql_params(&p->sql, p->query->type, sort->params,
                             sort->param_count));
  say(p, end);
  return AX_OK;
}

static void say_order(plan *p, const char *seq) {
  char text[64];
  say(p, " ORDER BY ");
  for (size_t i = 0; i < p->query->sort_count; i++) {
    (void)snprintf(text, sizeof text, "m.k%zu IS NULL, m.k%zu%s, ", i, i,
                   p->query->sorts[i].descending ? " DESC" : "");
    say(p, text);
  }
  say(p, seq);
  if (p->query->newest_first) say(p, " DESC");
}

/* "i12", "t5:hello", one behind the other. */
static bool read_key(ax_str *rest, sort_key *out) {
  uint64_t len = 0;
  ax_str head = ax_str_cut(rest, ':');
  *out = (sort_key){ .kind = (char)(head.len ? head.ptr[0] : '?') };
  if (head.len < 2 || !ax_str_uint64(ax_str_skip(head, 1), rest->len, &len))
    return false;
  ax_str body = { rest->ptr, (size_t)len };
  *rest = ax_str_skip(*rest, (size_t)len);
  char number[64];
  if (out->kind == 'i')
    return ax_str_int64(body, INT64_MIN, INT64_MAX, &out->number);
  if (out->kind == 'r' && body.len < sizeof number) {
    memcpy(number, body.ptr, body.len);
    number[body.len] = '\0';
    out->real = strtod(number, NULL);
    return true;
  }
  out->text = body;
  return out->kind == 't' || out->kind == 'n';
}

static void write_key(const ax_store_stmt *s, int column, ax_buf *out) {
  char text[64] = "";
  ax_str body = AX_STR("");
  char kind = 'n';
  switch (sqlite3_column_type(s->stmt, column)) {
  case SQLITE_INTEGER:
    kind = 'i';
    (void)snprintf(text, sizeof text, "%lld",
                   (long long)sqlite3_column_int64(s->stmt, column));
    break;
  case SQLITE_FLOAT:
    kind = 'r';
    (void)snprintf(text, sizeof text, "%.17g",
                   sqlite3_column_double(s->stmt, column));
    break;
  case SQLITE_TEXT:
    kind = 't';
    body = ax_store_conn_view(s, column);
    break;
  default:
    break;
  }
  if (kind != 't') body = ax_str_from(text);
  ax_buf_append_char(out, kind);
  ax_buf_append_uint(out, body.len);
  ax_buf_append_char(out, ':');
  ax_buf_append(out, body);
}

static void say_value(plan *p, const char *column, const char *op,
                      const sort_key *k) {
  say(p, column);
  say(p, op);
  if (k->kind == 'i') ax_store_sql_int(&p->sql, "?", k->number);
  if (k->kind == 'r') ax_store_sql_real(&p->sql, "?", k->real);
  if (k->kind == 't') ax_store_sql_text(&p->sql, "?", k->text);
}

/* Behind the cursor: the first key that differs decides; no value comes last.
 */
static ax_status say_behind(plan *p) {
  const ax_query *q = p->query;
  ax_str rest = q->after_keys;
  int64_t after = q->after > INT64_MAX ? INT64_MAX : (int64_t)q->after;
  for (size_t i = 0; i < q->sort_count; i++) {
    sort_key k;
    char column[32];
    if (!read_key(&rest, &k))
      return ax_error_set(p->err, AX_INVALID, "the cursor is not usable");
    (void)snprintf(column, sizeof column, "m.k%zu", i);
    say(p, i ? " AND (" : "(");
    if (k.kind == 'n') {
      say(p, column);
      say(p, " IS NULL");
      continue;
    }
    say(p, column);
    say(p, " IS NULL OR ");
    say_value(p, column, q->sorts[i].descending ? " < " : " > ", &k);
    say(p, " OR ");
    say_value(p, column, " = ", &k);
  }
  ax_store_sql_int(
      &p->sql, q->newest_first ? " AND m.seq < ?" : " AND m.seq > ?", after);
  for (size_t i = 0; i < q->sort_count; i++) say(p, ")");
  return AX_OK;
}

/* --- pages -----------------------------------------------------------------
 */

/* Resources, their seq and their keys: no one twice, at most `limit`. */
static ax_status say_rows(plan *p, size_t limit) {
  const ax_query *q = p->query;
  int64_t after = q->after > INT64_MAX ? INT64_MAX : (int64_t)q->after;
  if (q->sort_count) say(p, "SELECT * FROM (");
  say(p, several_rows(p) ? "SELECT DISTINCT d.resource, d.seq"
                         : "SELECT d.resource, d.seq");
  for (size_t i = 0; i < q->sort_count; i++) AX_TRY(say_key(p, i));
  AX_TRY(say_matches(p));
  if (q->sort_count) {
    say(p, ") m");
    if (after) say(p, " WHERE ");
    if (after) AX_TRY(say_behind(p));
    say_order(p, "m.seq");
  } else {
    if (after)
      ax_store_sql_int(&p->sql,
                       q->newest_first ? " AND d.seq < ?" : " AND d.seq > ?",
                       after);
    say_order(p, "d.seq");
  }
  ax_store_sql_int(&p->sql, " LIMIT ?",
                   (int64_t)(limit < LIMIT_MAX ? limit : LIMIT_MAX));
  return AX_OK;
}

typedef AX_VEC(ax_stored) stored_list;

enum { KEYS_FROM = 5 }; /* columns: seq, id, version, codec, body, keys */

static ax_status take_match(const ax_store_stmt *s, ax_arena *arena,
                            ax_str type, stored_list *list, ax_error *err) {
  ax_stored *one = AX_VEC_PUSH(list, arena);
  if (!one) return AX_NOMEM;
  one->type = type;
  one->updated_ms = ax_store_sqlite_updated(sqlite3_column_int64(s->stmt, 0));
  one->version = (uint64_t)sqlite3_column_int64(s->stmt, 2);
  AX_TRY(ax_store_conn_copy(s, 1, arena, &one->id));
  return ax_store_sqlite_body(s, 3, arena, one, err);
}

static void keep_keys(const plan *p, const ax_store_stmt *s, ax_buf *keys) {
  ax_buf_clear(keys);
  for (size_t i = 0; i < p->query->sort_count; i++)
    write_key(s, KEYS_FROM + (int)i, keys);
}

static ax_status take_rows(plan *p, ax_store_stmt *s, ax_str type,
                           stored_list *list, ax_buf *keys, ax_page *out) {
  ax_status status = AX_OK;
  int64_t seq = 0;
  while (!status && ax_store_conn_row(s)) {
    if (list->count == p->query->limit) { /* one more than asked for is there */
      out->next = (uint64_t)seq;
      out->next_keys = ax_arena_str(p->arena, ax_buf_view(keys));
      return out->next_keys.ptr ? AX_OK : AX_NOMEM;
    }
    seq = sqlite3_column_int64(s->stmt, 0);
    keep_keys(p, s, keys);
    status = take_match(s, p->arena, type, list, p->err);
  }
  return status;
}

static ax_status take_page(plan *p, ax_store_stmt *s, ax_page *out) {
  enum { KEYS_SIZE = 64 * 1024 };
  stored_list list = { 0 };
  ax_buf keys = AX_BUF_INIT(KEYS_SIZE);
  char *type = ax_arena_cstr(p->arena, p->query->type);
  ax_status status = AX_NOMEM;
  if (type)
    status = take_rows(p, s, (ax_str){ type, p->query->type.len }, &list, &keys,
                       out);
  ax_status done = ax_store_conn_done(s, p->err);
  ax_buf_free(&keys);
  out->items = list.items;
  out->count = list.count;
  return status ? status : done;
}

static ax_status find_page(plan *p, ax_page *out) {
  ax_store_stmt s;
  char text[32];
  ax_store_sql_begin(&p->sql);
  say(p, "SELECT m.seq, r.id, r.version, v.codec, v.body");
  for (size_t i = 0; i < p->query->sort_count; i++) {
    (void)snprintf(text, sizeof text, ", m.k%zu", i);
    say(p, text);
  }
  say(p, " FROM (");
  AX_TRY(say_rows(p, p->query->limit + 1));
  say(p, ") m CROSS JOIN resource r ON r.key = m.resource"
         " CROSS JOIN version v ON v.at = (r.key << 24 | r.version)");
  say_order(p, "m.seq");
  AX_TRY(ax_store_sql_ready(&p->sql, &s));
  return take_page(p, &s, out);
}

static ax_status count_all(plan *p, ax_page *out) {
  ax_store_stmt s;
  int64_t n = 0;
  ax_store_sql_begin(&p->sql);
  say(p, "SELECT count(DISTINCT d.resource)");
  AX_TRY(say_matches(p));
  AX_TRY(ax_store_sql_ready(&p->sql, &s));
  AX_TRY(ax_store_conn_one(&s, &n, p->err));
  out->total = (uint64_t)n;
  return AX_OK;
}

static ax_status search_with(plan *p, ax_page *out) {
  out->has_total = p->query->want_total;
  ax_status status = resolve_all(p);
  if (status == AX_NOT_FOUND) { /* finds nothing, and that is the total */
    out->has_total = true;
    return AX_OK;
  }
  if (status) return status;
  AX_TRY(choose_driver(p));
  if (p->query->limit) AX_TRY(find_page(p, out));
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
  plan p = { .sql = { .arena = arena, .err = err },
             .arena = arena,
             .query = query,
             .err = err };
  AX_TRY(ax_store_sqlite_borrow(backend, &p.sql.conn, err));
  ax_status status = search_with(&p, out);
  ax_store_sqlite_return(backend, p.sql.conn);
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
  ax_store_sql_begin(&p->sql);
  say(p, "SELECT r.id FROM (");
  AX_TRY(say_rows(p, 2));
  say(p, ") m CROSS JOIN resource r ON r.key = m.resource");
  AX_TRY(ax_store_sql_ready(&p->sql, &s));
  while (ax_store_conn_row(&s)) {
    ++*count;
    *same = ax_str_eq(ax_store_conn_view(&s, 0), id);
  }
  return ax_store_conn_done(&s, p->err);
}

ax_status ax_store_sqlite_finds(ax_store_conn *conn, const ax_query *query,
                                ax_str id, ax_error *err) {
  ax_query first = *query;
  int count = 0;
  bool same = false;
  first.after = 0;
  first.sort_count = 0;
  ax_arena *arena = ax_arena_new(FINDS_CEILING);
  if (!arena) return AX_NOMEM;
  plan p = { .sql = { .conn = conn, .arena = arena, .err = err },
             .arena = arena,
             .query = &first,
             .err = err };
  ax_status status = find_two(&p, id, &count, &same);
  ax_arena_free(arena);
  if (status) return status;
  if (id.len == 0 ? count == 0 : count == 1 && same) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      "a condition on " AX_STR_FMT " no longer holds: %s",
                      AX_STR_ARG(query->type),
                      count == 0   ? "nothing is found any more"
                      : count == 1 ? "another resource is found now"
                                   : "several resources are found now");
}

/* --- what a resource refers to ---------------------------------------------
 */

typedef AX_VEC(ax_str) text_list;

static ax_status values_with(ax_store_sql *s, const ax_rows_of *of,
                             text_list *out) {
  ax_store_stmt stmt;
  int64_t type_key = 0;
  ax_status status =
      ax_store_name_find(s->conn, of->type, false, &type_key, s->err);
  if (status) return status == AX_NOT_FOUND ? AX_OK : status;
  ax_store_sql_begin(s);
  ax_store_sql_int(s,
                   "SELECT v.code FROM resource r CROSS JOIN index_value i0 ON"
                   " i0.resource = r.key CROSS JOIN value v ON v.key ="
                   " i0.value WHERE r.type = ?",
                   type_key);
  ax_store_sql_text(s, " AND r.id = ?", of->id);
  ax_store_sql_int(s, " AND +r.key < ? AND ", s->conn->shown);
  AX_TRY(ax_store_sql_params(s, of->type, of->params, of->param_count));
  AX_TRY(ax_store_sql_ready(s, &stmt));
  while (!status && ax_store_conn_row(&stmt)) {
    ax_str *slot = AX_VEC_PUSH(out, s->arena);
    status = slot ? ax_store_conn_copy(&stmt, 0, s->arena, slot) : AX_NOMEM;
  }
  ax_status done = ax_store_conn_done(&stmt, s->err);
  return status ? status : done;
}

ax_status ax_store_sqlite_values(ax_store_backend *backend, ax_arena *arena,
                                 const ax_rows_of *of, const ax_str **out,
                                 size_t *count, ax_error *err) {
  ax_store_sql s = { .arena = arena, .err = err };
  text_list list = { 0 };
  AX_TRY(ax_store_sqlite_borrow(backend, &s.conn, err));
  ax_status status = values_with(&s, of, &list);
  ax_store_sqlite_return(backend, s.conn);
  *out = list.items;
  *count = list.count;
  return status;
}
