#include "store/store_sqlite_sql.h"

#include <stdio.h>

void ax_store_sql_begin(ax_store_sql *s) {
  s->conn->sql.len = 0;
  s->binds.count = 0;
  s->depth = 0;
}

void ax_store_sql_say(ax_store_sql *s, const char *text) {
  ax_buf_append(&s->conn->sql, ax_str_from(text));
}

void ax_store_sql_deep(ax_store_sql *s, const char *text) {
  ax_str rest = ax_str_from(text);
  while (rest.len) {
    bool more = ax_str_find(rest, AX_STR("#")) != AX_STR_NONE;
    ax_buf_append(&s->conn->sql, ax_str_cut(&rest, '#'));
    if (more) ax_buf_append_uint(&s->conn->sql, s->depth);
  }
}

static void add_bind(ax_store_sql *s, const char *text, ax_store_bind value) {
  ax_store_sql_deep(s, text);
  ax_store_bind *b =
      s->binds.count < AX_STORE_BINDS ? AX_VEC_PUSH(&s->binds, s->arena) : NULL;
  if (b)
    *b = value;
  else if (!s->status)
    s->status = s->binds.count < AX_STORE_BINDS ? AX_NOMEM : AX_TOO_LARGE;
}

void ax_store_sql_int(ax_store_sql *s, const char *text, int64_t value) {
  add_bind(s, text, (ax_store_bind){ .kind = AX_STORE_INT, .number = value });
}

void ax_store_sql_real(ax_store_sql *s, const char *text, double value) {
  add_bind(s, text, (ax_store_bind){ .kind = AX_STORE_REAL, .real = value });
}

void ax_store_sql_text(ax_store_sql *s, const char *text, ax_str value) {
  add_bind(s, text, (ax_store_bind){ .kind = AX_STORE_TEXT, .text = value });
}

ax_status ax_store_sql_ready(ax_store_sql *s, ax_store_stmt *out) {
  ax_buf_append_char(&s->conn->sql, '\0');
  ax_status status = s->conn->sql.status;
  if (s->status) status = s->status;
  if (status) {
    ax_buf_free(&s->conn->sql);
    s->conn->sql.status = AX_OK;
    return ax_error_set(s->err, status, "a search has too many values");
  }
  *out = ax_store_conn_built(s->conn, ax_buf_view(&s->conn->sql).ptr);
  for (size_t i = 0; i < s->binds.count; i++) {
    const ax_store_bind *b = &s->binds.items[i];
    if (b->kind == AX_STORE_INT) ax_store_conn_int(out, b->number);
    if (b->kind == AX_STORE_REAL) ax_store_conn_real(out, b->real);
    if (b->kind == AX_STORE_TEXT) ax_store_conn_text(out, b->text);
  }
  return AX_OK;
}
