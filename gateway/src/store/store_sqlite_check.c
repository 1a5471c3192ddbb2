/* Inspection of a whole store: is what lies there what was written? */
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "store/store_sqlite.h"

enum {
  FAULTS_MAX = 100,
  FAULT_TEXT = 300,
  BODY_CEILING = 1 << 30 /* one body at a time */
};

typedef struct {
  ax_store_conn *conn;
  ax_arena *arena;
  AX_VEC(ax_str) faults;
  ax_store_report *out;
  ax_error *err;
} inspection;

/* One line each, also where SQLite says it in several. */
static ax_status fault(inspection *in, const char *text) {
  if (in->faults.count == FAULTS_MAX) {
    in->out->more = true;
    return AX_OK;
  }
  char *copy = ax_arena_cstr(in->arena, ax_str_from(text));
  ax_str *slot = copy ? AX_VEC_PUSH(&in->faults, in->arena) : NULL;
  if (!slot) return AX_NOMEM;
  for (char *c = copy; *c; c++)
    if (*c == '\n') *c = ' ';
  *slot = ax_str_from(copy);
  return AX_OK;
}

static ax_status structure(inspection *in) {
  char text[FAULT_TEXT];
  ax_store_stmt s = ax_store_conn_use(in->conn, "PRAGMA quick_check(50)");
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(&s)) {
    ax_str line = ax_store_conn_view(&s, 0);
    if (ax_str_eq(line, AX_STR("ok"))) continue;
    (void)snprintf(text, sizeof text, "structure: " AX_STR_FMT,
                   AX_STR_ARG(line));
    status = fault(in, text);
  }
  ax_status done = ax_store_conn_done(&s, in->err);
  return status ? status : done;
}

/* Each query counts rows that may not be. */
static const struct {
  const char *what, *sql;
} orphans[] = {
  { "current versions without a body",
    "SELECT count(*) FROM resource r WHERE NOT EXISTS (SELECT 1 FROM version v"
    " WHERE v.at = (r.key << 24 | r.version))" },
  { "bodies without a resource",
    "SELECT count(*) FROM version v WHERE NOT EXISTS (SELECT 1 FROM resource r"
    " WHERE r.key = v.at >> 24)" },
  { "index rows of resources that are deleted or were never there",
    "SELECT count(*) FROM index_value i WHERE NOT EXISTS (SELECT 1 FROM"
    " resource r WHERE r.key = i.resource AND r.deleted = 0 AND r.seq ="
    " i.seq)" },
  { "date rows of resources that are deleted or were never there",
    "SELECT count(*) FROM index_date i WHERE NOT EXISTS (SELECT 1 FROM"
    " resource r WHERE r.key = i.resource AND r.deleted = 0)" },
  { "index rows whose value is missing",
    "SELECT count(*) FROM index_value i WHERE NOT EXISTS (SELECT 1 FROM value v"
    " WHERE v.key = i.value)" },
  { "facts of resources that are deleted or were never there",
    "SELECT count(*) FROM fact f WHERE NOT EXISTS (SELECT 1 FROM resource r"
    " WHERE r.key = f.resource AND r.deleted = 0)" },
  { "totals that differ from the rows counted",
    "SELECT (SELECT count(*) FROM resource WHERE deleted = 0 AND key < shown)"
    " <> resources"
    " OR (SELECT count(*) FROM version WHERE at < shown << 24) <> versions"
    " OR (SELECT count(*) FROM fact WHERE resource < shown) <> facts"
    " OR (SELECT count(*) FROM task WHERE state = 0) <> waiting"
    " OR (SELECT count(*) FROM task WHERE state = 1) <> done"
    " OR (SELECT count(*) FROM task WHERE state = 2) <> failed"
    " OR (SELECT count(*) FROM evidence) <> evidence"
    " OR (SELECT count(*) FROM held WHERE kind = 0 AND state = 0) <>"
    " held_refused OR (SELECT count(*) FROM held WHERE kind = 1 AND state = 0)"
    " <> held_jobs FROM total" },
  { "requests that wait and have no body",
    "SELECT count(*) FROM held WHERE state = 0 AND length(body) = 0" },
};

static ax_status rows(inspection *in) {
  char text[FAULT_TEXT];
  for (size_t i = 0; i < AX_COUNT(orphans); i++) {
    int64_t n = 0;
    ax_store_stmt s = ax_store_conn_once(in->conn, orphans[i].sql);
    AX_TRY(ax_store_conn_one(&s, &n, in->err));
    if (!n) continue;
    (void)snprintf(text, sizeof text, "%lld %s", (long long)n, orphans[i].what);
    AX_TRY(fault(in, text));
  }
  return AX_OK;
}

static ax_status body(inspection *in, const ax_store_stmt *s) {
  char text[FAULT_TEXT];
  ax_str out;
  ax_error why = { 0 };
  ax_arena *arena = ax_arena_new(BODY_CEILING);
  if (!arena) return AX_NOMEM;
  ax_status status = ax_store_unpack(arena, sqlite3_column_int64(s->stmt, 1),
                                     ax_store_conn_view(s, 2), &out, &why);
  ax_arena_free(arena);
  if (status != AX_IO) return status;
  long long at = sqlite3_column_int64(s->stmt, 0);
  (void)snprintf(text, sizeof text, "resource %lld version %lld: %s",
                 at >> AX_STORE_VERSION_BITS,
                 at & ((1 << AX_STORE_VERSION_BITS) - 1), why.text);
  return fault(in, text);
}

/* Of what is held: both texts of a row. */
static ax_status held(inspection *in) {
  char text[FAULT_TEXT];
  ax_status status = AX_OK;
  ax_store_stmt s = ax_store_conn_use(
      in->conn, "SELECT id, body_codec, body, outcome_codec, outcome FROM held");
  while (!status && ax_store_conn_row(&s)) {
    ax_str out;
    ax_error why = { 0 };
    ax_arena *arena = ax_arena_new(BODY_CEILING);
    for (int i = 0; i < 2 && !status && arena; i++)
      status = ax_store_unpack(arena, sqlite3_column_int64(s.stmt, 1 + 2 * i),
                               ax_store_conn_view(&s, 2 + 2 * i), &out, &why);
    ax_arena_free(arena);
    if (!arena) status = AX_NOMEM;
    if (status != AX_IO) continue;
    (void)snprintf(text, sizeof text, "what is held as " AX_STR_FMT ": %s",
                   AX_STR_ARG(ax_store_conn_view(&s, 0)), why.text);
    status = fault(in, text);
  }
  ax_status done = ax_store_conn_done(&s, in->err);
  return status ? status : done;
}

static ax_status bodies(inspection *in) {
  ax_store_stmt s =
      ax_store_conn_use(in->conn, "SELECT at, codec, body FROM version");
  ax_status status = AX_OK;
  while (!status && ax_store_conn_row(&s)) {
    in->out->versions++;
    status = body(in, &s);
  }
  ax_status done = ax_store_conn_done(&s, in->err);
  return status ? status : done;
}

/* After a broken link the chain goes on from what is written there, so that
 * one change is one fault. */
static ax_status evidence(inspection *in) {
  unsigned char chain[32] = { 0 };
  char text[FAULT_TEXT];
  ax_status status = AX_OK;
  ax_store_stmt s = ax_store_conn_use(
      in->conn, "SELECT key, record, hash FROM evidence ORDER BY key");
  while (!status && ax_store_conn_row(&s)) {
    ax_str hash = ax_store_conn_view(&s, 2);
    in->out->evidence++;
    ax_store_evidence_link(chain, ax_store_conn_view(&s, 1), chain);
    if (hash.len == sizeof chain && memcmp(hash.ptr, chain, hash.len) == 0)
      continue;
    (void)snprintf(text, sizeof text,
                   "evidence %lld: the chain of hashes breaks here: a record "
                   "was changed, added or taken out",
                   (long long)sqlite3_column_int64(s.stmt, 0));
    status = fault(in, text);
    if (hash.len == sizeof chain) memcpy(chain, hash.ptr, sizeof chain);
  }
  ax_status done = ax_store_conn_done(&s, in->err);
  return status ? status : done;
}

static ax_status inspect(inspection *in) {
  AX_TRY(structure(in));
  AX_TRY(rows(in));
  AX_TRY(bodies(in));
  AX_TRY(held(in));
  return evidence(in);
}

ax_status ax_store_sqlite_check(ax_store_backend *backend, ax_arena *arena,
                                ax_store_report *out, ax_error *err) {
  inspection in = { .arena = arena, .out = out, .err = err };
  AX_TRY(ax_store_sqlite_borrow(backend, &in.conn, err));
  ax_status status = inspect(&in);
  ax_store_sqlite_return(backend, in.conn);
  out->faults = in.faults.items;
  out->count = in.faults.count;
  return status;
}
