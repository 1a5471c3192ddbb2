#include "support/ax_test_store.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ax_test.h"

void ax_test_store_folder(char out[64]) {
  const char *base = getenv("TMPDIR");
  (void)snprintf(out, 64, "%.40s/ax_store_XXXXXX", base ? base : "/tmp");
  assert_non_null(mkdtemp(out));
}

void ax_test_store_remove(const char *folder) {
  char path[512];
  DIR *dir = opendir(folder);
  if (!dir) return;
  for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    (void)unlink(path);
  }
  closedir(dir);
  (void)rmdir(folder);
}

static void open_store(ax_test_store *t) {
  ax_store_options options = { .folder = t->folder };
  t->err = (ax_error){ 0 };
  ax_status status = ax_store_open(&options, &t->store, &t->err);
  if (status) print_error("%s\n", t->err.text);
  assert_int_equal(status, AX_OK);
}

int ax_test_store_setup(void **state) {
  ax_test_store *t = calloc(1, sizeof *t);
  if (!t) return -1;
  t->arena = ax_arena_new(512u << 20);
  ax_test_store_folder(t->folder);
  open_store(t);
  *state = t;
  return 0;
}

int ax_test_store_teardown(void **state) {
  ax_test_store *t = *state;
  ax_store_close(t->store);
  ax_arena_free(t->arena);
  ax_test_store_remove(t->folder);
  free(t);
  return 0;
}

void ax_test_store_reopen(ax_test_store *t) {
  ax_store_close(t->store);
  t->store = NULL;
  open_store(t);
}

static sqlite3 *open_file(const ax_test_store *t) {
  char path[128];
  sqlite3 *db = NULL;
  (void)snprintf(path, sizeof path, "%s/auspex.db", t->folder);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  return db;
}

void ax_test_store_sql(const ax_test_store *t, const char *sql) {
  char *why = NULL;
  sqlite3 *db = open_file(t);
  if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
    fail_msg("%s: %s", sql, why);
  sqlite3_close(db);
}

int64_t ax_test_store_count(const ax_test_store *t, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  sqlite3 *db = open_file(t);
  assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
  int64_t n = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  sqlite3_close(db);
  return n;
}

ax_index_row ax_test_store_token(const char *param, const char *system,
                                 const char *code) {
  return (ax_index_row){ .kind = AX_INDEX_TOKEN,
                         .param = ax_str_from(param),
                         .system = ax_str_from(system),
                         .code = ax_str_from(code) };
}

ax_index_row ax_test_store_reference(const char *param, const char *to) {
  return (ax_index_row){ .kind = AX_INDEX_REFERENCE,
                         .param = ax_str_from(param),
                         .code = ax_str_from(to) };
}

ax_index_row ax_test_store_date(const char *param, int64_t lo, int64_t hi) {
  return (ax_index_row){
    .kind = AX_INDEX_DATE, .param = ax_str_from(param), .lo = lo, .hi = hi
  };
}

ax_write ax_test_store_write(const char *type, const char *id, uint64_t version,
                             int64_t updated_ms) {
  return (ax_write){ .type = ax_str_from(type),
                     .id = ax_str_from(id),
                     .version = version,
                     .updated_ms = updated_ms,
                     .body = AX_STR("{\"resourceType\":\"Basic\"}") };
}

ax_status ax_test_store_put(ax_test_store *t, ax_write write) {
  ax_commit commit = { .writes = &write, .write_count = 1 };
  t->err = (ax_error){ 0 };
  return ax_store_commit(t->store, &commit, &t->err);
}
