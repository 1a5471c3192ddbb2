/* Unit tests of gateway/src/base: file, log, clock, uuid, sha256. */
#include "support/ax_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/uuid.h"

/* A folder of its own for each test, removed afterwards. */
typedef struct {
  char folder[64];
  ax_arena *arena;
} fixture;

static int set_up(void **state) {
  fixture *f = calloc(1, sizeof *f);
  if (!f) return -1;
  (void)snprintf(f->folder, sizeof f->folder, "/tmp/ax_test_XXXXXX");
  f->arena = ax_arena_new(1 << 20);
  *state = f;
  return mkdtemp(f->folder) && f->arena ? 0 : -1;
}

static int tear_down(void **state) {
  fixture *f = *state;
  char command[96];
  (void)snprintf(command, sizeof command, "rm -rf %s", f->folder);
  int gone = system(command); /* NOLINT(cert-env33-c): our own fixed text */
  ax_arena_free(f->arena);
  free(f);
  return gone;
}

static const char *path_of(fixture *f, const char *name) {
  return ax_arena_printf(f->arena, "%s/%s", f->folder, name).ptr;
}

static void a_written_file_reads_back(void **state) {
  fixture *f = *state;
  const char *path = path_of(f, "a.json");
  ax_str out;
  ax_error err = { 0 };
  assert_int_equal(ax_file_write(path, AX_STR("one"), &err), AX_OK);
  assert_int_equal(ax_file_write(path, AX_STR("two\0x"), &err), AX_OK);
  assert_int_equal(ax_file_read(f->arena, path, 5, &out, &err), AX_OK);
  assert_int_equal(out.len, 5);
  assert_memory_equal(out.ptr, "two\0x", 6);
  const char *const *names = NULL;
  size_t count = 0;
  assert_int_equal(ax_file_list(f->arena, f->folder, &names, &count, &err),
                   AX_OK);
  assert_int_equal(count, 1); /* no draft is left */
}

static void reading_says_what_is_wrong(void **state) {
  fixture *f = *state;
  ax_str out;
  ax_error err = { 0 };
  assert_int_equal(ax_file_read(f->arena, path_of(f, "none"), 10, &out, &err),
                   AX_NOT_FOUND);
  assert_non_null(strstr(err.text, "/none: No such file or directory"));
  assert_int_equal(ax_file_read(f->arena, f->folder, 10, &out, NULL), AX_IO);
  assert_int_equal(ax_file_write(path_of(f, "b"), AX_STR("0123456789"), NULL),
                   AX_OK);
  assert_int_equal(ax_file_read(f->arena, path_of(f, "b"), 9, &out, NULL),
                   AX_TOO_LARGE);
  assert_int_equal(ax_file_write(path_of(f, "no/such/b"), AX_STR("x"), NULL),
                   AX_NOT_FOUND);
}

static void files_without_a_size_are_read_too(void **state) {
  fixture *f = *state;
  ax_str out;
  assert_int_equal(
      ax_file_read(f->arena, "/proc/self/status", 1 << 16, &out, NULL), AX_OK);
  assert_true(ax_str_starts(out, AX_STR("Name:")));
  assert_int_equal(ax_file_read(f->arena, "/proc/self/status", 10, &out, NULL),
                   AX_TOO_LARGE);
  assert_int_equal(ax_file_write(path_of(f, "empty"), AX_STR(""), NULL), AX_OK);
  assert_int_equal(ax_file_read(f->arena, path_of(f, "empty"), 0, &out, NULL),
                   AX_OK);
  assert_int_equal(out.len, 0);
}

static void folders_are_made_with_their_parents(void **state) {
  fixture *f = *state;
  const char *path = path_of(f, "x/y/z");
  assert_int_equal(ax_file_make_dirs(path, NULL), AX_OK);
  assert_int_equal(ax_file_make_dirs(path, NULL), AX_OK);
  assert_true(ax_file_is_dir(path));
  assert_int_equal(ax_file_write(path_of(f, "file"), AX_STR("x"), NULL), AX_OK);
  assert_true(ax_file_exists(path_of(f, "file")));
  assert_false(ax_file_is_dir(path_of(f, "file")));
  assert_int_not_equal(ax_file_make_dirs(path_of(f, "file/x"), NULL), AX_OK);
}

static void a_listing_is_sorted(void **state) {
  fixture *f = *state;
  static const char *const names[] = { "b", "a", "C", ".d" };
  for (size_t i = 0; i < AX_COUNT(names); i++)
    assert_int_equal(ax_file_write(path_of(f, names[i]), AX_STR(""), NULL),
                     AX_OK);
  const char *const *found = NULL;
  size_t count = 0;
  assert_int_equal(ax_file_list(f->arena, f->folder, &found, &count, NULL),
                   AX_OK);
  assert_int_equal(count, 4);
  assert_string_equal(found[0], ".d");
  assert_string_equal(found[1], "C");
  assert_string_equal(found[3], "b");
  assert_int_equal(
      ax_file_list(f->arena, path_of(f, "none"), &found, &count, NULL),
      AX_NOT_FOUND);
}

/* What `level` and the fields below write to standard error. */
static ax_str logged(fixture *f, ax_log_level level, ax_str value) {
  const char *path = path_of(f, "log");
  int saved = dup(STDERR_FILENO);
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  ax_str out = { 0 };
  assert_true(saved >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
  ax_log_event(level, "event", ax_log_str("text", value), ax_log_int("n", -5));
  (void)dup2(saved, STDERR_FILENO);
  (void)close(saved);
  (void)close(fd);
  assert_int_equal(ax_file_read(f->arena, path, 1 << 16, &out, NULL), AX_OK);
  return out;
}

static void a_log_line_is_one_line(void **state) {
  fixture *f = *state;
  ax_str line = logged(f, AX_LOG_WARN, AX_STR("plain"));
  assert_str(ax_str_skip(line, 24), " warn event text=plain n=-5\n");
  assert_int_equal(line.ptr[23], 'Z');
  line = logged(f, AX_LOG_ERROR, AX_STR("a \"b\"\n\x7f\\"));
  assert_str(ax_str_skip(line, 24),
             " error event text=\"a \\\"b\\\"\\x0a\\x7f\\\\\" n=-5\n");
  line = logged(f, AX_LOG_ERROR, AX_STR(""));
  assert_str(ax_str_skip(line, 24), " error event text=\"\" n=-5\n");
}

static void a_long_value_is_cut_between_characters(void **state) {
  fixture *f = *state;
  char text[301];
  for (size_t i = 0; i < 300; i += 2) memcpy(text + i, "\xc3\xa4", 2);
  memmove(text + 1, text, 299);
  text[0] = 'a';
  ax_str line = logged(f, AX_LOG_INFO, (ax_str){ text, 299 });
  assert_int_equal(line.len, 24 + sizeof " info event text= n=-5\n" - 1 + 199);
}

static void levels_below_the_chosen_one_are_dropped(void **state) {
  fixture *f = *state;
  assert_int_equal(logged(f, AX_LOG_DEBUG, AX_STR("x")).len, 0);
  ax_log_set_level(AX_LOG_DEBUG);
  assert_true(logged(f, AX_LOG_DEBUG, AX_STR("x")).len > 0);
  ax_log_set_level(AX_LOG_INFO);
}

static void clocks_move_forward(void **state) {
  (void)state;
  int64_t wall = ax_clock_wall_ms(), mono = ax_clock_mono_ns();
  ax_clock_sleep_ms(3);
  ax_clock_sleep_ms(-1);
  assert_true(ax_clock_mono_ns() - mono >= 3000000);
  assert_true(ax_clock_wall_ms() >= wall);
  assert_true(wall > INT64_C(1577836800000)); /* after 2020 */
}

static void uuids_have_version_order_and_text(void **state) {
  (void)state;
  char a[AX_UUID_TEXT + 1], b[AX_UUID_TEXT + 1];
  ax_uuid early = ax_uuid_v7(1700000000000), late = ax_uuid_v7(1700000000001);
  ax_uuid_text(early, a);
  ax_uuid_text(late, b);
  assert_true(strcmp(a, b) < 0);
  assert_memory_equal(a, "018bcfe5-6800-7", 15);
  assert_non_null(strchr("89ab", a[19]));
  ax_uuid same = ax_uuid_v7(1700000000000);
  assert_memory_not_equal(same.bytes, early.bytes, 16);
}

static void a_name_gives_the_same_uuid_every_time(void **state) {
  (void)state;
  ax_uuid dns;
  char text[AX_UUID_TEXT + 1];
  assert_true(
      ax_uuid_parse(AX_STR("6BA7B810-9dad-11d1-80b4-00c04fd430c8"), &dns));
  ax_uuid_text(ax_uuid_v5(dns, AX_STR("www.example.com")), text);
  /* RFC 9562 A.4 */
  assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

static void what_is_no_uuid_is_refused(void **state) {
  (void)state;
  ax_uuid uuid;
  static const char *const bad[] = { "",
                                     "6ba7b810-9dad-11d1-80b4-00c04fd430c",
                                     "6ba7b8109dad11d180b400c04fd430c8",
                                     "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
                                     "6ba7b810x9dad-11d1-80b4-00c04fd430c8",
                                     "{ba7b810-9dad-11d1-80b4-00c04fd430c}" };
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    assert_false(ax_uuid_parse(ax_str_from(bad[i]), &uuid));
}

static void digests_are_those_of_the_standard(void **state) {
  (void)state;
  char hex[AX_SHA256_HEX + 1];
  ax_sha256_hex(AX_STR("abc"), hex);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
                           "b00361a396177a9cb410ff61f20015ad");
  ax_sha256_hex(AX_STR(""), hex);
  assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
                           "27ae41e4649b934ca495991b7852b855");
  unsigned char sha1[AX_SHA1_BYTES];
  ax_sha256_sha1_of_two(AX_STR("a"), AX_STR("bc"), sha1);
  assert_memory_equal(sha1, "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e", 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_written_file_reads_back, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(reading_says_what_is_wrong, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(files_without_a_size_are_read_too, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(folders_are_made_with_their_parents, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_listing_is_sorted, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_log_line_is_one_line, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_long_value_is_cut_between_characters,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(levels_below_the_chosen_one_are_dropped,
                                    set_up, tear_down),
    cmocka_unit_test(clocks_move_forward),
    cmocka_unit_test(uuids_have_version_order_and_text),
    cmocka_unit_test(a_name_gives_the_same_uuid_every_time),
    cmocka_unit_test(what_is_no_uuid_is_refused),
    cmocka_unit_test(digests_are_those_of_the_standard),
  };
  return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
