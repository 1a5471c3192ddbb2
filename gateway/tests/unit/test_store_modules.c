/* Unit tests of the ledger of modules. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store_modules.h"

typedef struct {
  char folder[40], path[80];
  ax_arena *arena;
  ax_store_modules *ledger;
} kit;

static int begin(void **state) {
  kit *k = test_calloc(1, sizeof *k);
  (void)snprintf(k->folder, sizeof k->folder, "/tmp/auspex-test-XXXXXX");
  if (!mkdtemp(k->folder)) return -1;
  (void)snprintf(k->path, sizeof k->path, "%s/" AX_STORE_MODULES_FILE,
                 k->folder);
  k->arena = ax_arena_new(64 << 20);
  *state = k;
  return ax_store_modules_open(k->folder, &k->ledger, NULL) ? -1 : 0;
}

static int end(void **state) {
  kit *k = *state;
  ax_store_modules_close(k->ledger);
  ax_arena_free(k->arena);
  (void)unlink(k->path);
  (void)rmdir(k->folder);
  test_free(k);
  return 0;
}

static void add(kit *k, const char *record) {
  ax_error err = { 0 };
  if (ax_store_modules_add(k->ledger, ax_str_from(record), &err))
    fail_msg("%s", err.text);
}

static size_t count(kit *k, const ax_json *const **list) {
  size_t n = 0;
  ax_error err = { 0 };
  if (ax_store_modules_read(k->arena, k->folder, list, &n, &err))
    fail_msg("%s", err.text);
  return n;
}

static void again(kit *k) {
  ax_error err = { 0 };
  ax_store_modules_close(k->ledger);
  k->ledger = NULL;
  if (ax_store_modules_open(k->folder, &k->ledger, &err))
    fail_msg("%s", err.text);
}

static void records_come_back_in_order(void **state) {
  kit *k = *state;
  const ax_json *const *list = NULL;
  assert_int_equal(count(k, &list), 0);
  add(k, "{\"n\":1}");
  add(k, "{\"n\":2,\"text\":\"a } in it\"}");
  again(k);
  add(k, "{\"n\":3}");
  assert_int_equal(count(k, &list), 3);
  for (size_t i = 0; i < 3; i++) {
    char want[8];
    (void)snprintf(want, sizeof want, "%zu", i + 1);
    assert_str(ax_json_text(AX_JSON_GET(list[i], "n")), want);
  }
}

static ax_str text_of(kit *k) {
  ax_str text;
  assert_int_equal(ax_file_read(k->arena, k->path, 1 << 20, &text, NULL),
                   AX_OK);
  return text;
}

static void what_a_power_cut_left_is_cut_off(void **state) {
  kit *k = *state;
  const ax_json *const *list = NULL;
  add(k, "{\"n\":1}");
  add(k, "{\"n\":2}");
  ax_str whole = text_of(k);
  size_t first = ax_str_find(whole, AX_STR("\n")) + 1;
  for (size_t keep = first; keep < whole.len; keep++) {
    ax_store_modules_close(k->ledger);
    k->ledger = NULL;
    assert_int_equal(ax_file_write(k->path, (ax_str){ whole.ptr, keep }, NULL),
                     AX_OK);
    assert_int_equal(count(k, &list), 1);
    again(k);
    add(k, "{\"n\":3}");
    assert_int_equal(count(k, &list), 2);
    assert_str(ax_json_text(AX_JSON_GET(list[1], "n")), "3");
  }
}

static void a_changed_record_is_noticed_with_its_line(void **state) {
  kit *k = *state;
  add(k, "{\"n\":1}");
  add(k, "{\"n\":2}");
  add(k, "{\"n\":3}");
  ax_str whole = text_of(k);
  ax_store_modules_close(k->ledger);
  k->ledger = NULL;
  char *changed = ax_arena_cstr(k->arena, whole);
  char *two = strstr(changed, "\"n\":2");
  two[4] = '7';
  assert_int_equal(ax_file_write(k->path, ax_str_from(changed), NULL), AX_OK);
  ax_error err = { 0 };
  assert_int_equal(ax_store_modules_open(k->folder, &k->ledger, &err),
                   AX_INVALID);
  assert_non_null(strstr(err.text, "line 2"));
  /* a line taken out */
  size_t first = ax_str_find(whole, AX_STR("\n")) + 1;
  assert_int_equal(ax_file_write(k->path, ax_str_skip(whole, first), NULL),
                   AX_OK);
  const ax_json *const *list = NULL;
  size_t n = 0;
  assert_int_equal(ax_store_modules_read(k->arena, k->folder, &list, &n, NULL),
                   AX_INVALID);
}

static void two_processes_do_not_write_at_once(void **state) {
  kit *k = *state;
  const ax_json *const *list = NULL;
  (void)count(k, &list); /* a reader beside the writer opens and closes it */
  pid_t child = fork();
  if (child == 0) {
    ax_store_modules *other = NULL;
    ax_status status = ax_store_modules_open(k->folder, &other, NULL);
    _exit(status == AX_CONFLICT ? 0 : 1);
  }
  int how = 0;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

static void a_copy_holds_the_whole_records(void **state) {
  kit *k = *state;
  char to[] = "/tmp/auspex-test-XXXXXX", path[80];
  const ax_json *const *list = NULL;
  size_t n = 0;
  add(k, "{\"n\":1}");
  add(k, "{\"n\":2}");
  ax_str whole = text_of(k);
  assert_int_equal(
      ax_file_write(k->path, (ax_str){ whole.ptr, whole.len - 3 }, NULL),
      AX_OK);
  assert_non_null(mkdtemp(to));
  assert_int_equal(ax_store_modules_copy(k->folder, to, NULL), AX_OK);
  assert_int_equal(ax_store_modules_read(k->arena, to, &list, &n, NULL), AX_OK);
  assert_int_equal(n, 1);
  (void)snprintf(path, sizeof path, "%s/" AX_STORE_MODULES_FILE, to);
  assert_int_equal(unlink(path), 0);
  /* where there is none, none is made */
  assert_int_equal(ax_store_modules_copy(to, k->folder, NULL), AX_OK);
  assert_int_equal(rmdir(to), 0);
}

static void a_record_is_one_line(void **state) {
  kit *k = *state;
  assert_int_equal(ax_store_modules_add(k->ledger, AX_STR("{\n}"), NULL),
                   AX_INVALID);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
    WITH(records_come_back_in_order),
    WITH(what_a_power_cut_left_is_cut_off),
    WITH(a_changed_record_is_noticed_with_its_line),
    WITH(two_processes_do_not_write_at_once),
    WITH(a_copy_holds_the_whole_records),
    WITH(a_record_is_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
