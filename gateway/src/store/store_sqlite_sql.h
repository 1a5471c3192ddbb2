/*
 * store_sqlite_sql.h - a search as SQL: text and parameters under
 * construction, and the conditions of a query. Private to store/.
 *
 * The texts of all pieces go into the connection's buffer in the order they
 * are said; parameters are bound in the same order.
 */
#ifndef AX_STORE_STORE_SQLITE_SQL_H
#define AX_STORE_STORE_SQLITE_SQL_H

#include "base/vec.h"
#include "store/store_sqlite.h"

enum {
  AX_STORE_TERMS = 64,
  AX_STORE_BINDS = 30000, /* SQLite itself takes 32,766 */
  AX_STORE_DEPTH = 8      /* queries inside queries */
};

typedef struct {
  enum { AX_STORE_INT, AX_STORE_REAL, AX_STORE_TEXT } kind;
  int64_t number;
  double real;
  ax_str text;
} ax_store_bind;

typedef struct {
  ax_store_conn *conn;
  ax_arena *arena;
  AX_VEC(ax_store_bind) binds;
  ax_status status; /* of adding binds, sticky */
  unsigned depth;   /* names of tables: r1, i1, v1 ... */
  bool of_one;      /* what is said is about the rows of one resource */
  ax_error *err;
} ax_store_sql;

/* --- text and parameters ---------------------------------------------------
 */

void ax_store_sql_begin(ax_store_sql *s);
void ax_store_sql_say(ax_store_sql *s, const char *text);
/* Each '#' in `text` becomes the depth: "r#.key" is "r2.key". */
void ax_store_sql_deep(ax_store_sql *s, const char *text);
void ax_store_sql_int(ax_store_sql *s, const char *text, int64_t value);
void ax_store_sql_real(ax_store_sql *s, const char *text, double value);
void ax_store_sql_text(ax_store_sql *s, const char *text, ax_str value);

/* What was said, ready for its first row. TOO_LARGE, NOMEM. */
ax_status ax_store_sql_ready(ax_store_sql *s, ax_store_stmt *out) AX_MUST_USE;

/* --- conditions ------------------------------------------------------------
 */

/* Keys of the values a term asks for, where all of them can be looked up. */
typedef struct {
  bool usable; /* VALUES, not negated, every value is one key */
  const int64_t *params, *keys;
  size_t param_count, key_count;
} ax_store_keys;

ax_status ax_store_sql_keys(ax_store_sql *s, ax_str type,
                            const ax_query_term *term,
                            ax_store_keys *out) AX_MUST_USE;

/* " AND ..." for one term; `key` is the SQL of the resource's key, "d.resource"
 * or "r2.key". */
ax_status ax_store_sql_term(ax_store_sql *s, ax_str type,
                            const ax_query_term *term,
                            const char *key) AX_MUST_USE;

/* " AND ..." for _lastUpdated and _id. */
void ax_store_sql_updated(ax_store_sql *s, const ax_query *q, const char *seq);
void ax_store_sql_ids(ax_store_sql *s, const ax_query *q, const char *id);

/* "i#.param IN (...)", or "0" when nobody ever wrote such rows. */
ax_status ax_store_sql_params(ax_store_sql *s, ax_str type, const ax_str *names,
                              size_t count) AX_MUST_USE;

#endif
