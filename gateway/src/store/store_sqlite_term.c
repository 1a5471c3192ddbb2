/*
 * One condition of a search as SQL. Rows are reached through the resource
 * (primary keys begin with it), so a condition costs a look-up for each
 * resource that the driver of the search brings; what lies inside chains and
 * _has is found once, the other way round.
 */
#include <stdio.h>
#include <string.h>

#include "store/store_sqlite_sql.h"

enum { PREFIX_MAX = 512, ABOVE_MAX = 200 };

static bool by_value(ax_index_kind kind) {
  return kind == AX_INDEX_TOKEN || kind == AX_INDEX_REFERENCE ||
         kind == AX_INDEX_STRING || kind == AX_INDEX_URI;
}

static const char *table_of(ax_index_kind kind) {
  if (by_value(kind)) return "index_value";
  return kind == AX_INDEX_DATE ? "index_date" : "index_number";
}

static const ax_str *params_of(const ax_query_term *t, size_t *count) {
  *count = t->param_count ? t->param_count : 1;
  return t->param_count ? t->params : &t->param;
}

/* --- parameters ------------------------------------------------------------
 */

static ax_status param_keys(ax_store_sql *s, ax_str type, const ax_str *names,
                            size_t count, int64_t *keys, size_t *found) {
  *found = 0;
  for (size_t i = 0; i < count; i++) {
    ax_status status = ax_store_name_param(s->conn, type, names[i], false,
                                           &keys[*found], s->err);
    if (status && status != AX_NOT_FOUND) return status;
    *found += !status;
  }
  return AX_OK;
}

static void say_list(ax_store_sql *s, const int64_t *keys, size_t count) {
  for (size_t i = 0; i < count; i++)
    ax_store_sql_int(s, i ? ",?" : " IN (?", keys[i]);
  ax_store_sql_say(s, ")");
}

ax_status ax_store_sql_params(ax_store_sql *s, ax_str type, const ax_str *names,
                              size_t count) {
  size_t found = 0;
  int64_t *keys = AX_NEW_ARRAY(s->arena, int64_t, count + 1);
  if (!keys) return AX_NOMEM;
  AX_TRY(param_keys(s, type, names, count, keys, &found));
  if (found == 0) {
    ax_store_sql_say(s, "0");
  } else if (found == 1) {
    ax_store_sql_int(s, "i#.param = ?", keys[0]);
  } else {
    ax_store_sql_deep(s, "i#.param");
    say_list(s, keys, found);
  }
  return AX_OK;
}

/* --- values by key ---------------------------------------------------------
 */

/* NOT_FOUND: nobody wrote such a value. */
static ax_status exact_key(ax_store_sql *s, ax_str system, ax_str code,
                           int64_t *key) {
  int64_t system_key = 0;
  AX_TRY(ax_store_name_find(s->conn, system, false, &system_key, s->err));
  return ax_store_name_value(s->conn, system_key, code, false, key, s->err);
}

/* The text that ends all texts with this beginning: 0xFF follows every byte of
 * UTF-8. */
static ax_status prefix_end(ax_store_sql *s, ax_str prefix, ax_str *out) {
  char *end = AX_NEW_ARRAY(s->arena, char, prefix.len + 1);
  if (!end) return AX_NOMEM;
  if (prefix.len) memcpy(end, prefix.ptr, prefix.len);
  end[prefix.len] = (char)0xff;
  *out = (ax_str){ end, prefix.len + 1 };
  return AX_OK;
}

static ax_status say_prefix(ax_store_sql *s, ax_str prefix) {
  ax_str end;
  AX_TRY(prefix_end(s, prefix, &end));
  /* Of one resource the rows are few: each is looked up among the values, not
   * the other way round. */
  ax_store_sql_say(s, s->of_one ? "+" : "");
  ax_store_sql_text(s, "i#.value IN (SELECT key FROM value WHERE code >= ?",
                    prefix);
  ax_store_sql_text(s, " AND code < ?)", end);
  return AX_OK;
}

/* "http://a/b/c" lies under "http://a/b", "http://a" and itself. */
static void say_above(ax_store_sql *s, ax_str url) {
  size_t n = 0;
  ax_store_sql_text(s,
                    "i#.value IN (SELECT key FROM value WHERE system = 0 AND"
                    " code IN (?",
                    url);
  for (size_t i = url.len; i > 0 && n < ABOVE_MAX; i--) {
    if (url.ptr[i - 1] != '/') continue;
    ax_store_sql_text(s, ",?", (ax_str){ url.ptr, i });
    ax_store_sql_text(s, ",?", (ax_str){ url.ptr, i - 1 });
    n++;
  }
  ax_store_sql_say(s, "))");
}

static ax_status say_below(ax_store_sql *s, ax_str url) {
  ax_str end, folder = url;
  if (folder.len && folder.ptr[folder.len - 1] == '/') folder.len--;
  ax_str slash = AX_JOIN(s->arena, folder, AX_STR("/"));
  if (!slash.ptr) return AX_NOMEM;
  AX_TRY(prefix_end(s, slash, &end));
  ax_store_sql_text(s, "i#.value IN (SELECT key FROM value WHERE code = ?",
                    folder);
  ax_store_sql_text(s, " OR (code >= ?", slash);
  ax_store_sql_text(s, " AND code < ?))", end);
  return AX_OK;
}

static ax_status say_string(ax_store_sql *s, const ax_query_value *v) {
  int64_t key = 0;
  if (v->match == AX_MATCH_CONTAINS) {
    ax_store_sql_text(s,
                      "instr((SELECT code FROM value WHERE key = i#.value),"
                      " ?) > 0",
                      v->code);
    return AX_OK;
  }
  if (v->match != AX_MATCH_EXACT) return say_prefix(s, v->code);
  ax_status status = exact_key(s, v->system, v->code, &key);
  if (status == AX_NOT_FOUND) ax_store_sql_say(s, "0");
  if (!status) ax_store_sql_int(s, "i#.value = ?", key);
  return status == AX_NOT_FOUND ? AX_OK : status;
}

static ax_status say_token(ax_store_sql *s, const ax_query_value *v) {
  int64_t key = 0;
  ax_status status = AX_OK;
  if (v->any_system) {
    ax_store_sql_text(s, "i#.value IN (SELECT key FROM value WHERE code = ?)",
                      v->code);
    return AX_OK;
  }
  if (v->any_code) {
    status = ax_store_name_find(s->conn, v->system, false, &key, s->err);
    if (!status)
      ax_store_sql_int(s, "(SELECT system FROM value WHERE key = i#.value) = ?",
                       key);
  } else {
    status = exact_key(s, v->system, v->code, &key);
    if (!status) ax_store_sql_int(s, "i#.value = ?", key);
  }
  if (status == AX_NOT_FOUND) ax_store_sql_say(s, "0");
  return status == AX_NOT_FOUND ? AX_OK : status;
}

static ax_status say_by_value(ax_store_sql *s, ax_index_kind kind,
                              const ax_query_value *v) {
  if (kind == AX_INDEX_STRING) return say_string(s, v);
  if (v->match == AX_MATCH_BELOW) return say_below(s, v->code);
  if (v->match == AX_MATCH_ABOVE) {
    say_above(s, v->code);
    return AX_OK;
  }
  return say_token(s, v);
}

/* --- dates, numbers, quantities --------------------------------------------
 */

/* R4 3.1.1.5.2: the prefixes compare intervals. */
static void say_date(ax_store_sql *s, const ax_query_value *v) {
  switch (v->compare) {
  case AX_CMP_EQ:
    ax_store_sql_int(s, "(i#.lo >= ?", v->lo);
    ax_store_sql_int(s, " AND i#.hi <= ?)", v->hi);
    return;
  case AX_CMP_NE:
    ax_store_sql_int(s, "(i#.lo < ?", v->lo);
    ax_store_sql_int(s, " OR i#.hi > ?)", v->hi);
    return;
  case AX_CMP_LT:
    ax_store_sql_int(s, "i#.lo < ?", v->lo);
    return;
  case AX_CMP_GT:
    ax_store_sql_int(s, "i#.hi > ?", v->hi);
    return;
  case AX_CMP_LE:
    ax_store_sql_int(s, "(i#.lo < ?", v->lo);
    ax_store_sql_int(s, " OR (i#.lo >= ?", v->lo);
    ax_store_sql_int(s, " AND i#.hi <= ?))", v->hi);
    return;
  case AX_CMP_GE:
    ax_store_sql_int(s, "(i#.hi > ?", v->hi);
    ax_store_sql_int(s, " OR (i#.lo >= ?", v->lo);
    ax_store_sql_int(s, " AND i#.hi <= ?))", v->hi);
    return;
  case AX_CMP_SA:
    ax_store_sql_int(s, "i#.lo > ?", v->hi);
    return;
  case AX_CMP_EB:
    ax_store_sql_int(s, "i#.hi < ?", v->lo);
    return;
  case AX_CMP_AP:
    break; /* the query's interval is widened already */
  }
  ax_store_sql_int(s, "(i#.lo <= ?", v->hi);
  ax_store_sql_int(s, " AND i#.hi >= ?)", v->lo);
}

typedef struct { /* the columns: as written, or in base units */
  const char *ge_low, *lt_low, *gt_high, *le_low, *ge_high, *lt_high, *gt_low;
} columns;

static const columns raw = { "i#.number >= ?", "i#.number < ?", "i#.high > ?",
                             "i#.number <= ?", "i#.high >= ?",  "i#.high < ?",
                             "i#.number > ?" };
static const columns canon = { "i#.canon >= ?",      "i#.canon < ?",
                               "i#.canon_high > ?",  "i#.canon <= ?",
                               "i#.canon_high >= ?", "i#.canon_high < ?",
                               "i#.canon > ?" };

/* The digits stand for low <= x < high; a single number is only itself. */
static void say_equal(ax_store_sql *s, const columns *c,
                      const ax_query_value *v) {
  bool single = v->low >= v->high;
  ax_store_sql_real(s, c->ge_low, single ? v->number : v->low);
  ax_store_sql_say(s, " AND ");
  if (single)
    ax_store_sql_real(
        s, canon.ge_low == c->ge_low ? "i#.canon_high <= ?" : "i#.high <= ?",
        v->number);
  else
    ax_store_sql_real(s, c->lt_high, v->high);
}

static void say_number(ax_store_sql *s, const ax_query_value *v) {
  const columns *c = v->dim.len ? &canon : &raw;
  switch (v->compare) {
  case AX_CMP_EQ:
    say_equal(s, c, v);
    return;
  case AX_CMP_NE:
    ax_store_sql_say(s, "NOT (");
    say_equal(s, c, v);
    ax_store_sql_say(s, ")");
    return;
  case AX_CMP_LT:
    ax_store_sql_real(s, c->lt_low, v->number);
    return;
  case AX_CMP_LE:
    ax_store_sql_real(s, c->le_low, v->number);
    return;
  case AX_CMP_GT:
    ax_store_sql_real(s, c->gt_high, v->number);
    return;
  case AX_CMP_GE:
    ax_store_sql_real(s, c->ge_high, v->number);
    return;
  case AX_CMP_SA:
    ax_store_sql_real(s, c->gt_low, v->number);
    return;
  case AX_CMP_EB:
    ax_store_sql_real(s, c->lt_high, v->number);
    return;
  case AX_CMP_AP:
    break;
  }
  double tenth = v->number < 0 ? -v->number * 0.1 : v->number * 0.1;
  bool given = v->low < v->high;
  ax_store_sql_real(s, c->le_low, given ? v->high : v->number + tenth);
  ax_store_sql_say(s, " AND ");
  ax_store_sql_real(s, c->ge_high, given ? v->low : v->number - tenth);
}

static ax_status say_name(ax_store_sql *s, const char *text, ax_str name) {
  int64_t key = 0;
  ax_status status = ax_store_name_find(s->conn, name, false, &key, s->err);
  if (!status) ax_store_sql_int(s, text, key);
  if (status == AX_NOT_FOUND) ax_store_sql_say(s, " AND 0");
  return status == AX_NOT_FOUND ? AX_OK : status;
}

static ax_status say_unit(ax_store_sql *s, const ax_query_value *v) {
  if (v->dim.len) return say_name(s, " AND i#.dim = ?", v->dim);
  if (!v->any_code && (v->code.len || !v->any_system))
    ax_store_sql_text(s, " AND i#.unit = ?", v->code);
  if (v->any_system) return AX_OK;
  return say_name(s, " AND i#.system = ?", v->system);
}

/* --- one row fits one of the values ----------------------------------------
 */

static ax_status say_value(ax_store_sql *s, ax_index_kind kind,
                           const ax_query_value *v) {
  if (by_value(kind)) return say_by_value(s, kind, v);
  if (kind == AX_INDEX_DATE) {
    say_date(s, v);
    return AX_OK;
  }
  say_number(s, v);
  return kind == AX_INDEX_QUANTITY ? say_unit(s, v) : AX_OK;
}

static bool is_key(ax_index_kind kind, const ax_query_value *v) {
  return by_value(kind) && kind != AX_INDEX_STRING && !v->any_system &&
         !v->any_code && v->match == AX_MATCH_EQUAL;
}

/* All values that are one key each, in one list. */
static ax_status say_keys(ax_store_sql *s, const ax_query_term *t, size_t *n) {
  int64_t key = 0;
  *n = 0;
  for (size_t i = 0; i < t->value_count; i++) {
    if (!is_key(t->kind, &t->values[i])) continue;
    ax_status status =
        exact_key(s, t->values[i].system, t->values[i].code, &key);
    if (status && status != AX_NOT_FOUND) return status;
    if (status) continue;
    if ((*n)++ == 0) ax_store_sql_deep(s, "i#.value");
    ax_store_sql_int(s, *n > 1 ? ",?" : " IN (?", key);
  }
  if (*n) ax_store_sql_say(s, ")");
  return AX_OK;
}

static ax_status say_values(ax_store_sql *s, const ax_query_term *t) {
  size_t said = 0;
  ax_store_sql_say(s, "(");
  AX_TRY(say_keys(s, t, &said));
  for (size_t i = 0; i < t->value_count; i++) {
    if (is_key(t->kind, &t->values[i])) continue;
    ax_store_sql_say(s, said++ ? " OR (" : "(");
    AX_TRY(say_value(s, t->kind, &t->values[i]));
    ax_store_sql_say(s, ")");
  }
  ax_store_sql_say(s, said ? ")" : "0)");
  return AX_OK;
}

/* Only rows that refer to a type: their codes begin with "Type/". */
static void say_only(ax_store_sql *s, ax_str only) {
  if (only.len == 0) return;
  ax_store_sql_text(s,
                    " AND (SELECT code FROM value WHERE key = i#.value)"
                    " GLOB ? || '/*'",
                    only);
}

/* --- terms -----------------------------------------------------------------
 */

static ax_status say_rows(ax_store_sql *s, ax_str type, const ax_query_term *t,
                          const char *key) {
  size_t count = 0;
  const ax_str *names = params_of(t, &count);
  ax_store_sql_say(s, t->negate ? " AND NOT EXISTS (SELECT 1 FROM "
                                : " AND EXISTS (SELECT 1 FROM ");
  ax_store_sql_say(s, table_of(t->kind));
  ax_store_sql_deep(s, " i# WHERE i#.resource = ");
  ax_store_sql_say(s, key);
  ax_store_sql_say(s, " AND ");
  AX_TRY(ax_store_sql_params(s, type, names, count));
  if (t->shape == AX_TERM_VALUES) {
    ax_store_sql_say(s, " AND ");
    s->of_one = true;
    ax_status status = say_values(s, t);
    s->of_one = false;
    AX_TRY(status);
  } else {
    say_only(s, t->only);
  }
  ax_store_sql_say(s, ")");
  return AX_OK;
}

static ax_status say_composite(ax_store_sql *s, ax_str type,
                               const ax_query_term *t, const char *key) {
  unsigned outer = s->depth;
  ax_store_sql_say(s, t->negate ? " AND NOT (" : " AND (");
  for (size_t a = 0; a < t->alternatives; a++) {
    const ax_query_term *parts = &t->parts[a * t->part_count];
    if (a) ax_store_sql_say(s, " OR ");
    ax_store_sql_say(s, "EXISTS (SELECT 1 FROM ");
    for (size_t i = 0; i < t->part_count; i++) {
      s->depth = outer + 1 + (unsigned)i;
      if (i) ax_store_sql_say(s, " CROSS JOIN ");
      ax_store_sql_say(s, table_of(parts[i].kind));
      ax_store_sql_deep(s, " i#");
    }
    for (size_t i = 0; i < t->part_count; i++) {
      size_t count = 0;
      const ax_str *names = params_of(&parts[i], &count);
      s->depth = outer + 1 + (unsigned)i;
      ax_store_sql_deep(s, i ? " AND i#.resource = " : " WHERE i#.resource = ");
      ax_store_sql_say(s, key);
      if (i) {
        ax_store_sql_deep(s, " AND i#.grp = i");
        ax_buf_append_uint(&s->conn->sql, outer + 1);
        ax_store_sql_say(s, ".grp");
      }
      ax_store_sql_say(s, " AND ");
      AX_TRY(ax_store_sql_params(s, type, names, count));
      ax_store_sql_say(s, " AND ");
      AX_TRY(say_values(s, &parts[i]));
    }
    ax_store_sql_say(s, ")");
  }
  s->depth = outer;
  ax_store_sql_say(s, ")");
  return AX_OK;
}

/* Everything about a resource of the inner query but where it comes from. */
static ax_status say_inner(ax_store_sql *s, const ax_query *inner) {
  char key[32], seq[32], id[32];
  unsigned depth = s->depth;
  (void)snprintf(key, sizeof key, "r%u.key", depth);
  (void)snprintf(seq, sizeof seq, "r%u.seq", depth);
  (void)snprintf(id, sizeof id, "r%u.id", depth);
  int64_t type = 0;
  ax_status status =
      ax_store_name_find(s->conn, inner->type, false, &type, s->err);
  if (status && status != AX_NOT_FOUND) return status;
  ax_store_sql_int(s, " AND r#.deleted = 0 AND r#.type = ?",
                   status ? -1 : type);
  ax_store_sql_deep(s, " AND +r#.key <");
  ax_store_sql_int(s, " ?", s->conn->shown);
  ax_store_sql_updated(s, inner, seq);
  ax_store_sql_ids(s, inner, id);
  for (size_t i = 0; i < inner->term_count; i++)
    AX_TRY(ax_store_sql_term(s, inner->type, &inner->terms[i], key));
  return AX_OK;
}

/* The keys of resources that a keyed term of the inner query gives, so that
 * SQLite starts from them. */
static ax_status say_start(ax_store_sql *s, const ax_query *inner) {
  for (size_t i = 0; i < inner->term_count; i++) {
    ax_store_keys keys;
    AX_TRY(ax_store_sql_keys(s, inner->type, &inner->terms[i], &keys));
    if (!keys.usable) continue;
    if (keys.key_count == 0 || keys.param_count == 0) {
      ax_store_sql_say(s, " AND 0");
      return AX_OK;
    }
    ax_store_sql_deep(s, " AND r#.key IN (SELECT resource FROM index_value"
                         " WHERE param");
    say_list(s, keys.params, keys.param_count);
    ax_store_sql_say(s, " AND value");
    say_list(s, keys.keys, keys.key_count);
    ax_store_sql_say(s, ")");
    return AX_OK;
  }
  return AX_OK;
}

static ax_status say_chain(ax_store_sql *s, ax_str type, const ax_query_term *t,
                           const char *key) {
  size_t count = 0;
  const ax_str *names = params_of(t, &count);
  ax_str folder = AX_JOIN(s->arena, t->inner->type, AX_STR("/"));
  if (!folder.ptr) return AX_NOMEM;
  s->depth++;
  ax_store_sql_deep(s, " AND EXISTS (SELECT 1 FROM index_value i# WHERE"
                       " i#.resource = ");
  ax_store_sql_say(s, key);
  ax_store_sql_say(s, " AND ");
  AX_TRY(ax_store_sql_params(s, type, names, count));
  ax_store_sql_text(s,
                    " AND i#.value IN (SELECT v#.key FROM resource r# CROSS"
                    " JOIN value v# ON v#.system = 0 AND v#.code = ? || r#.id"
                    " WHERE 1",
                    folder);
  AX_TRY(say_start(s, t->inner));
  AX_TRY(say_inner(s, t->inner));
  ax_store_sql_say(s, "))");
  s->depth--;
  return AX_OK;
}

static ax_status say_has(ax_store_sql *s, ax_str type, const ax_query_term *t,
                         const char *key) {
  size_t count = 0;
  int64_t type_key = 0;
  const ax_str *names = params_of(t, &count);
  ax_str end, folder = AX_JOIN(s->arena, type, AX_STR("/"));
  if (!folder.ptr) return AX_NOMEM;
  AX_TRY(prefix_end(s, folder, &end));
  ax_status status =
      ax_store_name_find(s->conn, type, false, &type_key, s->err);
  if (status && status != AX_NOT_FOUND) return status;
  s->depth++;
  ax_store_sql_say(s, " AND ");
  ax_store_sql_say(s, key);
  ax_store_sql_deep(s, " IN (SELECT t#.key FROM resource r# CROSS JOIN"
                       " index_value i# ON i#.resource = r#.key AND ");
  AX_TRY(ax_store_sql_params(s, t->inner->type, names, count));
  ax_store_sql_text(s,
                    " CROSS JOIN value v# ON v#.key = i#.value AND"
                    " v#.code >= ?",
                    folder);
  ax_store_sql_text(s, " AND v#.code < ?", end);
  ax_store_sql_int(s, " CROSS JOIN resource t# ON t#.type = ?", type_key);
  ax_store_sql_int(s, " AND t#.id = substr(v#.code, ?) WHERE 1",
                   (int64_t)folder.len + 1);
  AX_TRY(say_start(s, t->inner));
  AX_TRY(say_inner(s, t->inner));
  ax_store_sql_say(s, ")");
  s->depth--;
  return AX_OK;
}

ax_status ax_store_sql_term(ax_store_sql *s, ax_str type,
                            const ax_query_term *term, const char *key) {
  if (s->depth > AX_STORE_DEPTH)
    return ax_error_set(s->err, AX_TOO_LARGE,
                        "a search goes through too many references");
  switch (term->shape) {
  case AX_TERM_VALUES:
  case AX_TERM_PRESENT:
    return say_rows(s, type, term, key);
  case AX_TERM_CHAIN:
    return say_chain(s, type, term, key);
  case AX_TERM_HAS:
    return say_has(s, type, term, key);
  case AX_TERM_COMPOSITE:
    return say_composite(s, type, term, key);
  }
  return AX_INVALID;
}

/* --- keys that can drive ---------------------------------------------------
 */

enum { KEYS_MAX = 64 };

typedef AX_VEC(int64_t) key_list;

/* The keys that a statement about codes gives, at most KEYS_MAX and one. */
static ax_status add_keys(ax_store_sql *s, ax_store_stmt *stmt,
                          key_list *list) {
  ax_status status = AX_OK;
  while (!status && list->count <= KEYS_MAX && ax_store_conn_row(stmt)) {
    int64_t *slot = AX_VEC_PUSH(list, s->arena);
    if (slot)
      *slot = sqlite3_column_int64(stmt->stmt, 0);
    else
      status = AX_NOMEM;
  }
  ax_status done = ax_store_conn_done(stmt, s->err);
  return status ? status : done;
}

static ax_status add_keys_of_code(ax_store_sql *s, ax_str code,
                                  key_list *list) {
  ax_store_stmt stmt =
      ax_store_conn_use(s->conn, "SELECT key FROM value WHERE code = ?");
  ax_store_conn_text(&stmt, code);
  return add_keys(s, &stmt, list);
}

/* A name in full has few continuations; what has many (one letter) does not
 * drive. */
static ax_status add_keys_of_prefix(ax_store_sql *s, ax_str prefix,
                                    key_list *list) {
  ax_str end;
  AX_TRY(prefix_end(s, prefix, &end));
  ax_store_stmt stmt = ax_store_conn_use(
      s->conn, "SELECT key FROM value WHERE code >= ? AND code < ? LIMIT ?");
  ax_store_conn_text(&stmt, prefix);
  ax_store_conn_text(&stmt, end);
  ax_store_conn_int(&stmt, KEYS_MAX + 1);
  return add_keys(s, &stmt, list);
}

static ax_status add_key(ax_store_sql *s, const ax_query_value *v,
                         key_list *list) {
  int64_t key = 0;
  ax_status status = exact_key(s, v->system, v->code, &key);
  if (status == AX_NOT_FOUND) return AX_OK;
  if (status) return status;
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i] == key) return AX_OK;
  int64_t *slot = AX_VEC_PUSH(list, s->arena);
  if (!slot) return AX_NOMEM;
  *slot = key;
  return AX_OK;
}

/* `*can` false: the value is not a list of keys. */
static ax_status add_value(ax_store_sql *s, ax_index_kind kind,
                           const ax_query_value *v, key_list *list, bool *can) {
  bool prefix = kind == AX_INDEX_STRING && v->match == AX_MATCH_EQUAL;
  bool exact = kind == AX_INDEX_STRING ? v->match == AX_MATCH_EXACT
                                       : v->match == AX_MATCH_EQUAL;
  *can = (prefix && v->code.len) || (exact && !v->any_code);
  if (!*can) return AX_OK;
  if (prefix) return add_keys_of_prefix(s, v->code, list);
  return v->any_system ? add_keys_of_code(s, v->code, list)
                       : add_key(s, v, list);
}

ax_status ax_store_sql_keys(ax_store_sql *s, ax_str type,
                            const ax_query_term *t, ax_store_keys *out) {
  key_list list = { 0 };
  size_t count = 0;
  const ax_str *names = params_of(t, &count);
  *out = (ax_store_keys){ 0 };
  if (t->shape != AX_TERM_VALUES || t->negate || !by_value(t->kind) ||
      t->value_count > KEYS_MAX)
    return AX_OK;
  for (size_t i = 0; i < t->value_count; i++) {
    bool can = false;
    AX_TRY(add_value(s, t->kind, &t->values[i], &list, &can));
    if (!can || list.count > KEYS_MAX) return AX_OK;
  }
  int64_t *params = AX_NEW_ARRAY(s->arena, int64_t, count + 1);
  if (!params) return AX_NOMEM;
  AX_TRY(param_keys(s, type, names, count, params, &out->param_count));
  out->params = params;
  out->keys = list.items;
  out->key_count = list.count;
  out->usable = true;
  return AX_OK;
}

/* --- _lastUpdated and _id --------------------------------------------------
 */

static void say_not_updated(ax_store_sql *s, const ax_query_span *span,
                            const char *seq) {
  const int64_t last = INT64_MAX >> AX_STORE_SEQ_BITS;
  int64_t lo = span->lo < 0 ? 0 : span->lo;
  if (lo >= last || span->hi < 0) return; /* nothing is there */
  ax_store_sql_say(s, " AND (");
  ax_store_sql_say(s, seq);
  ax_store_sql_int(s, " < ?", lo << AX_STORE_SEQ_BITS);
  if (span->hi < last - 1) {
    ax_store_sql_say(s, " OR ");
    ax_store_sql_say(s, seq);
    ax_store_sql_int(s, " >= ?", (span->hi + 1) << AX_STORE_SEQ_BITS);
  }
  ax_store_sql_say(s, ")");
}

void ax_store_sql_updated(ax_store_sql *s, const ax_query *q, const char *seq) {
  int64_t lo = q->updated_lo < 0 ? 0 : q->updated_lo;
  int64_t hi = q->updated_hi;
  if (!q->has_updated) return;
  if (lo > INT64_MAX >> AX_STORE_SEQ_BITS || hi < 0) {
    ax_store_sql_say(s, " AND 0");
    return;
  }
  ax_store_sql_say(s, " AND ");
  ax_store_sql_say(s, seq);
  ax_store_sql_int(s, " >= ?", lo << AX_STORE_SEQ_BITS);
  for (size_t i = 0; i < q->not_updated_count; i++)
    say_not_updated(s, &q->not_updated[i], seq);
  if (hi >= INT64_MAX >> AX_STORE_SEQ_BITS) return;
  ax_store_sql_say(s, " AND ");
  ax_store_sql_say(s, seq);
  ax_store_sql_int(s, " < ?", (hi + 1) << AX_STORE_SEQ_BITS);
}

void ax_store_sql_ids(ax_store_sql *s, const ax_query *q, const char *id) {
  if (!q->id_count) return;
  ax_store_sql_say(s, " AND ");
  ax_store_sql_say(s, id);
  for (size_t i = 0; i < q->id_count; i++)
    ax_store_sql_text(s, i ? ",?" : " IN (?", q->ids[i]);
  ax_store_sql_say(s, ")");
}
