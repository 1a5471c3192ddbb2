/* From outside: a disk that takes nothing more, inspection, and going back to a
 * copy. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

static outside *gw;

static char no_plugins[] = "/tmp/auspex-disk-XXXXXX";

/* Without models: their lines at the start would fill the log, which is a file
 * like others and bounded like them. */
static int set_up(void **state) {
  (void)state;
  memcpy(no_plugins + sizeof no_plugins - 7, "XXXXXX", 6);
  if (!mkdtemp(no_plugins)) return -1;
  const char *const args[] = { "--plugins",
                               no_plugins,
                               "--sender-header",
                               "X-Sender",
                               "--sender-validation",
                               "lab=quarantine",
                               NULL };
  gw = outside_start(args);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  return rmdir(no_plugins);
}

static const char body[] =
    "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:disk\","
    "\"value\":\"1\"}]}";

/* The gateway may write files up to `bytes` long; 0: as long as it likes. */
static void limit_files(long bytes) {
  char command[200], limit[40] = "unlimited";
  if (bytes) (void)snprintf(limit, sizeof limit, "%ld", bytes);
  (void)snprintf(command, sizeof command,
                 "prlimit --pid %d --fsize=%s:unlimited 2>/dev/null",
                 (int)outside_pid(gw), limit);
  if (system(command) != 0) skip(); /* NOLINT(cert-env33-c) no prlimit here */
}

static size_t stored(void) {
  const outside_answer *a =
      outside_get(gw, "/Patient?_count=0&_total=accurate");
  return strtoul(ax_json_text(AX_JSON_GET(a->json, "total")).ptr, NULL, 10);
}

static void nothing_is_accepted_that_the_disk_does_not_take(void **state) {
  (void)state;
  size_t accepted = 0;
  for (int i = 0; i < 20; i++)
    accepted += outside_post(gw, "/Patient", body)->status == 201;
  assert_int_equal(accepted, 20);
  limit_files(65536); /* room for the log, none in the store's files */
  for (int i = 0; i < 5; i++) {
    const outside_answer *a = outside_post(gw, "/Patient", body);
    outside_refused(a, 507, "no-store", "nothing was stored");
    assert_string_equal(outside_header(a, "Retry-After"), "30");
  }
  assert_int_equal(outside_get(gw, "//health/ready")->status, 503);
  assert_int_equal(outside_get(gw, "//health/live")->status, 200);
  assert_int_equal(stored(), accepted);
  limit_files(0);
  /* Nobody sends, and it comes back by itself. */
  assert_int_equal(outside_get(gw, "//health/ready")->status, 200);
  assert_int_equal(outside_post(gw, "/Patient", body)->status, 201);
  assert_int_equal(stored(), accepted + 1);
  assert_non_null(strstr(outside_log(gw), "store_failing"));
  assert_non_null(strstr(outside_log(gw), "store_recovered"));
}

/* What cannot be kept in quarantine is not said to be there. */
static void quarantine_does_not_promise_what_the_disk_does_not_take(void **s) {
  (void)s;
  static const char faulty[] = "{\"resourceType\":\"Patient\",\"gender\":1}";
  static const char batch[] =
      "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{"
      "\"resource\":{\"resourceType\":\"Patient\",\"gender\":1},\"request\":{"
      "\"method\":\"POST\",\"url\":\"Patient\"}}]}";
  const char *from = "X-Sender: lab";
  assert_int_equal(outside_post_with(gw, "/Patient", from, faulty)->status,
                   202);
  limit_files(65536);
  outside_refused(outside_post_with(gw, "/Patient", from, faulty), 507,
                  "no-store", "nothing was stored");
  const outside_answer *a = outside_post_with(gw, "", from, batch);
  assert_str(outside_find(a->json, "entry[0].response.status"),
             "507 Insufficient Storage");
  limit_files(0);
  a = outside_operate(gw, "GET", "//admin/quarantine", NULL);
  assert_int_equal(ax_json_count(outside_at(a->json, "rows")), 1);
  assert_int_equal(outside_get(gw, "//health/ready")->status, 200);
}

/* Some other program holds the file: a copier, an editor of databases. */
static void a_locked_store_refuses_and_comes_back_by_itself(void **state) {
  (void)state;
  char path[200];
  sqlite3 *other = NULL;
  size_t before = stored();
  (void)snprintf(path, sizeof path, "%s/auspex.db", outside_data(gw));
  assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
  assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                   SQLITE_OK);
  const outside_answer *a = outside_post(gw, "/Patient", body);
  outside_refused(a, 503, "transient", "locked by somebody else");
  assert_string_equal(outside_header(a, "Retry-After"), "1");
  assert_int_equal(outside_get(gw, "//health/ready")->status, 503);
  assert_int_equal(stored(), before); /* reading goes on */
  assert_int_equal(sqlite3_close(other), SQLITE_OK);
  assert_int_equal(outside_get(gw, "//health/ready")->status, 200);
  assert_int_equal(outside_post(gw, "/Patient", body)->status, 201);
  assert_int_equal(stored(), before + 1);
}

static outside_run_result run_on(const char *command, const char *folder,
                                 const char *to) {
  const char *args[] = {
    command, "--data", folder, to ? "--to" : NULL, to, NULL
  };
  return outside_run(args, NULL);
}

static void assert_owned(const char *folder, uid_t by) {
  static const char *const files[] = { ".", "auspex.db", "modules.log" };
  char path[200];
  struct stat is;
  for (size_t i = 0; i < AX_COUNT(files); i++) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_uid, by);
    assert_int_equal(is.st_mode & 077, 0);
  }
}

/* The gateway does not run as root, and shall be able to go back to what root
 * copied. */
static void what_root_copies_belongs_to_the_gateway(void **state) {
  (void)state;
  enum { SOMEBODY = 12345 };
  char copy[100], line[140], db[200];
  if (geteuid() != 0) skip();
  (void)snprintf(copy, sizeof copy, "%s.copy", outside_data(gw));
  (void)snprintf(db, sizeof db, "%s/auspex.db", outside_data(gw));
  assert_int_equal(chown(db, SOMEBODY, SOMEBODY), 0);
  outside_run_result r = run_on("backup", outside_data(gw), copy);
  assert_int_equal(chown(db, 0, 0), 0);
  if (r.code != 0) fail_msg("%d: %s%s", r.code, r.out, r.err);
  assert_owned(copy, SOMEBODY);
  (void)snprintf(line, sizeof line, "rm -r %s", copy);
  assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
}

static void a_copy_is_made_while_serving_and_can_be_gone_back_to(void **state) {
  (void)state;
  char copy[100], path[200];
  size_t before = stored();
  (void)snprintf(copy, sizeof copy, "%s.copy", outside_data(gw));
  outside_run_result r = run_on("backup", outside_data(gw), copy);
  if (r.code != 0) fail_msg("%d: %s%s", r.code, r.out, r.err);
  assert_non_null(strstr(r.out, " 0 faults"));
  assert_owned(copy, getuid());
  r = run_on("check", outside_data(gw), NULL);
  assert_int_equal(r.code, 0);
  assert_int_equal(outside_post(gw, "/Patient", body)->status, 201);
  r = run_on("backup", outside_data(gw), copy);
  assert_int_equal(r.code, 3);
  assert_non_null(strstr(r.err, "is there already"));

  assert_int_equal(outside_end(gw), 0);
  static const char *const files[] = { "auspex.db", "auspex.db-wal",
                                       "auspex.db-shm" };
  for (size_t i = 0; i < AX_COUNT(files); i++) {
    (void)snprintf(path, sizeof path, "%s/%s", outside_data(gw), files[i]);
    (void)unlink(path);
  }
  char from[200];
  (void)snprintf(from, sizeof from, "%s/auspex.db", copy);
  (void)snprintf(path, sizeof path, "%s/auspex.db", outside_data(gw));
  assert_int_equal(rename(from, path), 0);
  outside_again(gw, NULL);
  assert_int_equal(stored(), before);
  assert_int_equal(outside_post(gw, "/Patient", body)->status, 201);
  (void)snprintf(path, sizeof path, "rm -r %s", copy);
  assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c) */
}

static void what_was_changed_by_hand_is_found(void **state) {
  (void)state;
  char path[200];
  assert_int_equal(outside_end(gw), 0);
  (void)snprintf(path, sizeof path, "%s/auspex.db", outside_data(gw));
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, 8192 * 3, SEEK_SET), 0);
  for (int i = 0; i < 4000; i++) (void)fputc(0x55, file);
  assert_int_equal(fclose(file), 0);
  outside_run_result r = run_on("check", outside_data(gw), NULL);
  assert_true(r.code == 1 || r.code == 3);
  assert_true(strstr(r.out, "fault: ") || strstr(r.err, "damaged"));
  r = run_on("check", "/nowhere/at/all", NULL);
  assert_int_equal(r.code, 3);
  assert_non_null(strstr(r.err, "there is none in /nowhere/at/all"));
}

/* What the store holds is told all the same. */
static void a_changed_ledger_is_a_fault(void **state) {
  (void)state;
  char copy[100], path[140];
  (void)snprintf(copy, sizeof copy, "%s.copy", outside_data(gw));
  assert_int_equal(run_on("backup", outside_data(gw), copy).code, 0);
  (void)snprintf(path, sizeof path, "%s/modules.log", copy);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  (void)fputs("{\"chain\":\"00\",\"record\":{\"act\":\"activate\"}}\n", file);
  assert_int_equal(fclose(file), 0);
  outside_run_result r = run_on("check", copy, NULL);
  if (r.code != 1 || !strstr(r.out, "fault: modules.log, line 1: ") ||
      !strstr(r.out, " 1 faults"))
    fail_msg("%d: %s%s", r.code, r.out, r.err);
  (void)snprintf(path, sizeof path, "rm -r %s", copy);
  assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c) */
}

/* So much that a copy of it is written in parts. */
static void store_megabytes(void) {
  enum { TEXT = 100000, TIMES = 60 };
  static char patient[TEXT + 100];
  uint32_t random = 1;
  int at = snprintf(patient, sizeof patient,
                    "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"");
  for (int n = 0; n < TIMES; n++) {
    for (int i = 0; i < TEXT; i++) { /* what no packing makes small */
      random = random * 1664525 + 1013904223;
      patient[at + i] = (char)('A' + (random >> 24) % 26);
    }
    (void)strcpy(patient + at + TEXT, "\"}]}");
    assert_int_equal(outside_post(gw, "/Patient", patient)->status, 201);
  }
}

static void a_copy_that_finds_no_room_leaves_nothing(void **state) {
  (void)state;
  store_megabytes();
  const char *build = getenv("AUSPEX_BUILD");
  char copy[100], line[400];
  (void)snprintf(copy, sizeof copy, "%s.copy", outside_data(gw));
  (void)snprintf(line, sizeof line,
                 "trap '' XFSZ; ulimit -f 1000; %s/bin/auspex backup --data %s "
                 "--to %s 2>/dev/null; test $? = 3",
                 build ? build : "build", outside_data(gw), copy);
  assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
  assert_int_equal(rmdir(copy), 0);  /* it is empty */
}

/* One body that cannot be unpacked, of a resource that the start needs. */
static void a_damaged_device_is_named_at_start(void **state) {
  (void)state;
  static const char damage[] =
      "UPDATE version SET body = zeroblob(64) WHERE at >> 24 IN (SELECT r.key "
      "FROM resource r JOIN name n ON n.key = r.type WHERE n.text = 'Device')";
  char path[200];
  sqlite3 *db = NULL;
  outside *other = outside_start(NULL);
  assert_int_equal(outside_end(other), 0);
  (void)snprintf(path, sizeof path, "%s/auspex.db", outside_data(other));
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, damage, NULL, NULL, NULL), SQLITE_OK);
  assert_true(sqlite3_changes(db) > 0);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  const char *build = getenv("AUSPEX_BUILD"), *root = getenv("AUSPEX_ROOT");
  char plugins[200], packages[200];
  (void)snprintf(plugins, sizeof plugins, "%s/plugins",
                 build ? build : "build");
  (void)snprintf(packages, sizeof packages, "%s/build/packages",
                 root ? root : ".");
  outside_run_result r = outside_run(
      (const char *const[]){ "serve", "--listen", "127.0.0.1:0", "--data",
                             outside_data(other), "--plugins", plugins,
                             "--packages", packages, "--modules-unsigned",
                             "--log-level", "error", NULL },
      NULL);
  if (r.code != 3 || !strstr(r.err, "store: Device/") ||
      !strstr(r.err, "damaged") || !strstr(r.err, "restore a backup"))
    fail_msg("%d: %s", r.code, r.err);
  outside_stop(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_accepted_that_the_disk_does_not_take),
    cmocka_unit_test(quarantine_does_not_promise_what_the_disk_does_not_take),
    cmocka_unit_test(a_locked_store_refuses_and_comes_back_by_itself),
    cmocka_unit_test(a_copy_is_made_while_serving_and_can_be_gone_back_to),
    cmocka_unit_test(what_root_copies_belongs_to_the_gateway),
    cmocka_unit_test(a_changed_ledger_is_a_fault),
    cmocka_unit_test(a_copy_that_finds_no_room_leaves_nothing),
    cmocka_unit_test(a_damaged_device_is_named_at_start),
    cmocka_unit_test(what_was_changed_by_hand_is_found),
  };
  return cmocka_run_group_tests_name("disk", tests, set_up, tear_down);
}
