/*
 * The tables, and how older files come forward: migration i takes a file from
 * version i to i + 1 and runs in one transaction. What has been released is
 * never changed, only followed by another.
 */
#include <string.h>

#include "store/store_sqlite.h"

/* clang-format off */
static const char version_1[] =
    "CREATE TABLE name("
    "  key INTEGER PRIMARY KEY,"
    "  text TEXT NOT NULL UNIQUE);"

    "CREATE TABLE value("
    "  key INTEGER PRIMARY KEY,"
    "  system INTEGER NOT NULL,"            /* name, 0: none */
    "  code TEXT NOT NULL,"
    "  UNIQUE(code, system));"

    "CREATE TABLE resource("
    "  key INTEGER PRIMARY KEY,"
    "  type INTEGER NOT NULL,"              /* name */
    "  id TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"           /* the current one */
    "  seq INTEGER NOT NULL,"
    "  deleted INTEGER NOT NULL,"
    "  UNIQUE(type, id));"
    "CREATE INDEX resource_seq ON resource(type, seq) WHERE deleted = 0;"

    "CREATE TABLE version("
    "  at INTEGER PRIMARY KEY,"             /* resource << 24 | version */
    "  updated_ms INTEGER NOT NULL,"
    "  deleted INTEGER NOT NULL,"
    "  codec INTEGER NOT NULL,"             /* store_pack.h */
    "  body BLOB NOT NULL);"

    "CREATE TABLE index_value("
    "  resource INTEGER NOT NULL,"
    "  param INTEGER NOT NULL,"             /* name: Type.param */
    "  value INTEGER NOT NULL,"
    "  seq INTEGER NOT NULL,"               /* of the resource */
    "  PRIMARY KEY(resource, param, value)) WITHOUT ROWID;"
    "CREATE INDEX index_value_seq ON index_value(param, value, seq);"

    "CREATE TABLE index_date("
    "  resource INTEGER NOT NULL,"
    "  param INTEGER NOT NULL,"
    "  lo INTEGER NOT NULL,"                /* first and last millisecond */
    "  hi INTEGER NOT NULL,"
    "  PRIMARY KEY(resource, param, lo, hi)) WITHOUT ROWID;"

    "CREATE TABLE index_number("
    "  resource INTEGER NOT NULL,"
    "  param INTEGER NOT NULL,"
    "  number REAL NOT NULL,"
    "  system INTEGER NOT NULL,"            /* name */
    "  unit TEXT NOT NULL,"
    "  PRIMARY KEY(resource, param, number, system, unit)) WITHOUT ROWID;"

    "CREATE TABLE fact("
    "  resource INTEGER NOT NULL,"
    "  n INTEGER NOT NULL,"
    "  patient INTEGER NOT NULL,"           /* value */
    "  system INTEGER NOT NULL,"            /* name; -1: a Patient's own row */
    "  code TEXT NOT NULL,"
    "  kind INTEGER NOT NULL,"
    "  status INTEGER NOT NULL,"
    "  flags INTEGER NOT NULL,"
    "  statement INTEGER NOT NULL,"         /* ax_fact.group */
    "  lo INTEGER, hi INTEGER,"             /* NULL: no time */
    "  precision INTEGER NOT NULL,"
    "  end_lo INTEGER, end_hi INTEGER,"     /* NULL: no end */
    "  issued INTEGER NOT NULL,"
    "  value_kind INTEGER NOT NULL,"
    "  number REAL,"
    "  digits TEXT NOT NULL,"
    "  comparator INTEGER NOT NULL,"
    "  unit TEXT NOT NULL,"
    "  low REAL, high REAL,"
    "  value_system INTEGER NOT NULL,"      /* name */
    "  value_code TEXT NOT NULL,"
    "  PRIMARY KEY(resource, n)) WITHOUT ROWID;"
    "CREATE INDEX fact_code ON fact(patient, system, code);"

    "CREATE TABLE task("
    "  key INTEGER PRIMARY KEY,"
    "  model TEXT NOT NULL,"
    "  patient TEXT NOT NULL,"
    "  as_of_ms INTEGER NOT NULL,"
    "  not_before_ms INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL,"
    "  state INTEGER NOT NULL,"             /* ax_task_state */
    "  note TEXT NOT NULL);"
    "CREATE INDEX task_due ON task(not_before_ms, key) WHERE state = 0;"

    "CREATE TABLE evidence("
    "  key INTEGER PRIMARY KEY,"
    "  at_ms INTEGER NOT NULL,"
    "  model TEXT NOT NULL,"
    "  record TEXT NOT NULL,"               /* canonical JSON */
    "  hash BLOB NOT NULL);"                /* of the one before and record */

    "CREATE TABLE audit("
    "  key INTEGER PRIMARY KEY,"
    "  at_ms INTEGER NOT NULL,"
    "  request_id TEXT NOT NULL,"
    "  caller TEXT NOT NULL,"
    "  action TEXT NOT NULL,"
    "  target TEXT NOT NULL,"
    "  outcome TEXT NOT NULL);"

    "CREATE TABLE total("
    "  one INTEGER PRIMARY KEY CHECK(one = 1),"
    "  resources INTEGER NOT NULL, versions INTEGER NOT NULL,"
    "  facts INTEGER NOT NULL, waiting INTEGER NOT NULL,"
    "  done INTEGER NOT NULL, failed INTEGER NOT NULL,"
    "  evidence INTEGER NOT NULL);"
    "INSERT INTO total VALUES(1, 0, 0, 0, 0, 0, 0, 0);";

static const char version_2[] =
    "CREATE TABLE once("
    "  key INTEGER PRIMARY KEY,"
    "  sender TEXT NOT NULL,"
    "  name TEXT NOT NULL,"
    "  digest BLOB NOT NULL,"
    "  until_ms INTEGER NOT NULL,"
    "  note TEXT NOT NULL);"
    "CREATE INDEX once_name ON once(sender, name);"
    "CREATE INDEX once_until ON once(until_ms);";

/* History goes by time. */
static const char version_3[] =
    "CREATE INDEX version_updated ON version(updated_ms);";

static const char version_4[] =
    "ALTER TABLE audit ADD COLUMN message TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX audit_request ON audit(request_id);"
    "CREATE INDEX audit_message ON audit(message) WHERE message <> '';"
    "ALTER TABLE task ADD COLUMN audit INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE task ADD COLUMN results TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX task_audit ON task(audit) WHERE audit <> 0;"
    "CREATE TABLE outbox("
    "  key INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  target TEXT NOT NULL,"
    "  patient TEXT NOT NULL,"
    "  type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,"
    "  task INTEGER NOT NULL,"              /* 0: none */
    "  at_ms INTEGER NOT NULL, not_before_ms INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL,"
    "  state INTEGER NOT NULL,"             /* ax_outbox_state */
    "  note TEXT NOT NULL);"
    "CREATE INDEX outbox_due ON outbox(target, patient, key) WHERE state = 0;"
    "CREATE INDEX outbox_of ON outbox(type, id);"
    "CREATE INDEX outbox_task ON outbox(task) WHERE task <> 0;"
    "CREATE INDEX outbox_dead ON outbox(key) WHERE state = 2;";

/* clang-format on */

/* What a fact's resource says besides: method, body site, members ... */
static const char version_5[] =
    "ALTER TABLE fact ADD COLUMN details TEXT NOT NULL DEFAULT '';";

/* Which resource versions a result rests on, so that a correction finds it. */
static const char version_6[] =
    "CREATE TABLE basis("
    "  result INTEGER NOT NULL,"  /* resource */
    "  source INTEGER NOT NULL,"  /* resource */
    "  version INTEGER NOT NULL," /* of the source */
    "  model INTEGER NOT NULL,"   /* name */
    "  patient INTEGER NOT NULL," /* value */
    "  as_of_ms INTEGER NOT NULL,"
    "  PRIMARY KEY(result, source)) WITHOUT ROWID;"
    "CREATE INDEX basis_source ON basis(source, version);"
    "CREATE INDEX basis_model ON basis(patient, model, as_of_ms);";

/* clang-format off */
/* A patient's facts lie side by side, with whose they are: reading them is one
 * walk, and asks no other table. */
static const char version_7[] =
    "DROP INDEX fact_code;"
    "ALTER TABLE fact RENAME TO fact_before;"
    "CREATE TABLE fact("
    "  patient INTEGER NOT NULL,"           /* value */
    "  system INTEGER NOT NULL,"            /* name; -1: a Patient's own row */
    "  code TEXT NOT NULL,"
    "  resource INTEGER NOT NULL,"
    "  n INTEGER NOT NULL,"
    "  type INTEGER NOT NULL,"              /* name; of the resource */
    "  id TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL,"
    "  status INTEGER NOT NULL,"
    "  flags INTEGER NOT NULL,"
    "  statement INTEGER NOT NULL,"         /* ax_fact.group */
    "  lo INTEGER, hi INTEGER,"             /* NULL: no time */
    "  precision INTEGER NOT NULL,"
    "  end_lo INTEGER, end_hi INTEGER,"     /* NULL: no end */
    "  issued INTEGER NOT NULL,"
    "  value_kind INTEGER NOT NULL,"
    "  number REAL,"
    "  digits TEXT NOT NULL,"
    "  comparator INTEGER NOT NULL,"
    "  unit TEXT NOT NULL,"
    "  low REAL, high REAL,"
    "  value_system INTEGER NOT NULL,"      /* name */
    "  value_code TEXT NOT NULL,"
    "  details TEXT NOT NULL,"
    "  PRIMARY KEY(patient, system, code, resource, n)) WITHOUT ROWID;"
    "INSERT INTO fact SELECT f.patient, f.system, f.code, f.resource, f.n,"
    "  r.type, r.id, r.version, f.kind, f.status, f.flags, f.statement, f.lo,"
    "  f.hi, f.precision, f.end_lo, f.end_hi, f.issued, f.value_kind, f.number,"
    "  f.digits, f.comparator, f.unit, f.low, f.high, f.value_system,"
    "  f.value_code, f.details FROM fact_before f JOIN resource r ON r.key = f.resource;"
    "DROP TABLE fact_before;"
    "CREATE INDEX fact_resource ON fact(resource);";
/* clang-format on */

/* clang-format off */
/* Rows of one element belong together (grp); quantities also stand in base
 * units. */
static const char version_8[] =
    "CREATE TABLE value_new("
    "  resource INTEGER NOT NULL,"
    "  param INTEGER NOT NULL,"
    "  value INTEGER NOT NULL,"
    "  grp INTEGER NOT NULL,"               /* 0: the resource itself */
    "  seq INTEGER NOT NULL,"
    "  PRIMARY KEY(resource, param, value, grp)) WITHOUT ROWID;"
    "INSERT INTO value_new SELECT resource, param, value, 0, seq"
    "  FROM index_value;"
    "DROP TABLE index_value;"
    "ALTER TABLE value_new RENAME TO index_value;"
    "CREATE INDEX index_value_seq ON index_value(param, value, seq);"

    "CREATE TABLE date_new("
    "  resource INTEGER NOT NULL,"
    "  param INTEGER NOT NULL,"
    "  lo INTEGER NOT NULL,"
    "  hi INTEGER NOT NULL,"
    "  grp INTEGER NOT NULL,"
    "  PRIMARY KEY(resource, param, lo, hi, grp)) WITHOUT ROWID;"
    "INSERT INTO date_new SELECT resource, param, lo, hi, 0 FROM index_date;"
    "DROP TABLE index_date;"
    "ALTER TABLE date_new RENAME TO index_date;"

    "DROP TABLE index_number;"              /* nothing was ever written there */
    "CREATE TABLE index_number("
    "  resource INTEGER NOT NULL,"
    "  param INTEGER NOT NULL,"
    "  n INTEGER NOT NULL,"                 /* of the resource's numbers */
    "  grp INTEGER NOT NULL,"
    "  number REAL NOT NULL, high REAL NOT NULL,"
    "  system INTEGER NOT NULL,"            /* name */
    "  unit TEXT NOT NULL,"
    "  canon REAL, canon_high REAL,"        /* in base units of */
    "  dim INTEGER,"                        /* name */
    "  PRIMARY KEY(resource, param, n)) WITHOUT ROWID;";
/* clang-format on */

/* clang-format off */
/* Requests that are kept apart from the resources, and what is remembered from
 * one start to the next. */
static const char version_9[] =
    "CREATE TABLE held("
    "  key INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  id TEXT NOT NULL UNIQUE,"
    "  kind INTEGER NOT NULL,"              /* ax_held_kind */
    "  state INTEGER NOT NULL,"             /* ax_held_state */
    "  sender TEXT NOT NULL,"
    "  request_id TEXT NOT NULL,"
    "  message TEXT NOT NULL,"
    "  target TEXT NOT NULL,"
    "  request TEXT NOT NULL,"              /* JSON */
    "  at_ms INTEGER NOT NULL,"
    "  until_ms INTEGER NOT NULL,"          /* 0: for ever */
    "  status INTEGER NOT NULL,"
    "  note TEXT NOT NULL,"
    "  body_codec INTEGER NOT NULL, body BLOB NOT NULL,"
    "  outcome_codec INTEGER NOT NULL, outcome BLOB NOT NULL);"
    "CREATE INDEX held_kind ON held(kind, state, key);"
    "CREATE INDEX held_target ON held(target) WHERE kind = 2;"
    "CREATE INDEX held_until ON held(until_ms)"
    "  WHERE until_ms <> 0 AND state <> 0;"
    "ALTER TABLE total ADD COLUMN held_refused INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE total ADD COLUMN held_jobs INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE setting("
    "  name TEXT PRIMARY KEY,"
    "  value TEXT NOT NULL) WITHOUT ROWID;";
/* clang-format on */

/* What large commits write ahead is hidden: keys below are shown. */
static const char version_10[] =
    "ALTER TABLE total ADD COLUMN shown INTEGER NOT NULL DEFAULT "
    "274877906944;";

/* A message may be asked for by either of two names; facts remember whose they
 * were before records were merged. */
static const char version_11[] =
    "ALTER TABLE audit ADD COLUMN identifier TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX audit_identifier ON audit(identifier)"
    "  WHERE identifier <> '';"
    "ALTER TABLE fact ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;";

static const char *const migrations[] = { version_1, version_2, version_3,
                                          version_4, version_5, version_6,
                                          version_7, version_8, version_9,
                                          version_10, version_11 };

static ax_status pragma(ax_store_conn *conn, const char *sql, int64_t *out,
                        ax_error *err) {
  ax_store_stmt s = ax_store_conn_once(conn, sql);
  return ax_store_conn_one(&s, out, err);
}

static ax_status set(ax_store_conn *conn, const char *name, int64_t value,
                     ax_error *err) {
  char sql[64];
  sqlite3_snprintf(sizeof sql, sql, "PRAGMA %s=%lld", name, (long long)value);
  return ax_store_conn_exec(conn, sql, err);
}

static ax_status forward(ax_store_conn *conn, int64_t from, ax_error *err) {
  AX_TRY(ax_store_conn_exec(conn, "BEGIN IMMEDIATE", err));
  int rc = sqlite3_exec(conn->db, migrations[from], NULL, NULL, NULL);
  ax_status status = AX_OK;
  if (rc) status = ax_store_conn_fail(conn, rc, "making the tables", err);
  if (!status) status = set(conn, "application_id", AX_STORE_APPLICATION, err);
  if (!status) status = set(conn, "user_version", from + 1, err);
  if (!status) status = ax_store_conn_exec(conn, "COMMIT", err);
  if (status) (void)sqlite3_exec(conn->db, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

/* A file of somebody else's may be anything, also an empty database. */
static ax_status ours(ax_store_conn *conn, int64_t *version, ax_error *err) {
  int64_t application = 0, tables = 0;
  AX_TRY(pragma(conn, "PRAGMA application_id", &application, err));
  AX_TRY(pragma(conn, "PRAGMA user_version", version, err));
  AX_TRY(pragma(conn, "SELECT count(*) FROM sqlite_schema", &tables, err));
  bool fresh = application == 0 && *version == 0 && tables == 0;
  if (!fresh && application != AX_STORE_APPLICATION)
    return ax_error_set(err, AX_INVALID,
                        "store: the file is a SQLite database, but not a store "
                        "of Auspex (application id %lld)",
                        (long long)application);
  return AX_OK;
}

static ax_status writer_settings(ax_store_conn *conn, ax_error *err) {
  /* A page size only takes hold before the first table is made. */
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA page_size=8192", err));
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA journal_mode=WAL", err));
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA synchronous=FULL", err));
  /* Checkpoints have a thread of their own. */
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA wal_autocheckpoint=0", err));
  /* Overwriting freed bytes with zeros (Debian's default) costs writes. */
  AX_TRY(ax_store_conn_exec(conn, "PRAGMA secure_delete=OFF", err));
  return ax_store_conn_exec(conn, "PRAGMA journal_size_limit=67108864", err);
}

ax_status ax_store_schema_verify(ax_store_conn *conn, ax_error *err) {
  int64_t version = 0;
  const int64_t newest = (int64_t)AX_COUNT(migrations);
  AX_TRY(ours(conn, &version, err));
  if (version == newest) return AX_OK;
  return ax_error_set(
      err, AX_INVALID,
      "store: the file has version %lld, this program works with version %lld: "
      "%s",
      (long long)version, (long long)newest,
      version < newest ? "`auspex serve` brings it forward"
                       : "use a newer program");
}

ax_status ax_store_schema_prepare(ax_store_conn *conn, ax_error *err) {
  int64_t version = 0;
  const int64_t newest = (int64_t)AX_COUNT(migrations);
  AX_TRY(ours(conn, &version, err));
  if (version > newest || version < 0)
    return ax_error_set(err, AX_INVALID,
                        "store: the file has version %lld, this program knows "
                        "versions up to %lld: use a newer program",
                        (long long)version, (long long)newest);
  AX_TRY(writer_settings(conn, err));
  for (; version < newest; version++) AX_TRY(forward(conn, version, err));
  return AX_OK;
}
