/* Unit tests of gateway/src/terminology/tx_cache.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "base/file.h"
#include "terminology/tx_cache.h"

static char folder[] = "/tmp/auspex-tx-cache-XXXXXX";

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  char command[100];
  (void)snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command); // NOLINT: a fixed command of this test
}

static ax_tx_cache *open_cache(const char *name, size_t max) {
  ax_tx_cache *cache = NULL;
  assert_int_equal(ax_tx_cache_open(folder, ax_str_from(name), max, &cache),
                   AX_OK);
  return cache;
}

/* "Y display", "N display", "U display", or "" for nothing. */
static const char *get(ax_tx_cache *cache, const char *key, int64_t now) {
  static char text[100];
  ax_buf display = AX_BUF_INIT(90);
  ax_membership answer;
  text[0] = '\0';
  if (ax_tx_cache_get(cache, ax_str_from(key), now, &answer, &display))
    (void)snprintf(text, sizeof text, "%c %.*s", "YNU"[answer],
                   AX_STR_ARG(ax_buf_view(&display)));
  ax_buf_free(&display);
  return text;
}

static void put(ax_tx_cache *cache, const char *key, int64_t expires,
                ax_membership answer, const char *display) {
  ax_tx_cache_put(cache, ax_str_from(key), expires, answer,
                  ax_str_from(display));
}

static void answers_survive_a_restart_and_expire(void **state) {
  (void)state;
  ax_tx_cache *cache = open_cache("restart", 100);
  put(cache, "a\tb", 1000, AX_MEMBER_YES, "Name \xc3\xa4");
  put(cache, "c", 500, AX_MEMBER_NO, "");
  put(cache, "d", 500, AX_MEMBER_UNKNOWN, "");
  for (int round = 0; round < 2; round++) {
    assert_string_equal(get(cache, "a\tb", 999), "Y Name \xc3\xa4");
    assert_string_equal(get(cache, "a\tb", 1000), "");
    assert_string_equal(get(cache, "c", 499), "N ");
    assert_string_equal(get(cache, "c", 500), "");
    assert_string_equal(get(cache, "d", 1), "U ");
    assert_string_equal(get(cache, "e", 1), "");
    ax_tx_cache_close(cache);
    cache = open_cache("restart", 100);
  }
  put(cache, "c", 900, AX_MEMBER_YES, "later");
  assert_string_equal(get(cache, "c", 600), "Y later");
  ax_tx_cache_close(cache);
  cache = open_cache("restart", 100);
  assert_string_equal(get(cache, "c", 600), "Y later");
  ax_tx_cache_close(cache);
}

static void it_stays_within_its_bound_and_keeps_what_is_used(void **state) {
  (void)state;
  ax_tx_cache *cache = open_cache("bound", 20);
  char key[20];
  put(cache, "used", 1000, AX_MEMBER_YES, "");
  for (int i = 0; i < 500; i++) {
    (void)snprintf(key, sizeof key, "k%d", i);
    put(cache, key, 1000, AX_MEMBER_NO, "");
    assert_string_equal(get(cache, "used", 1), "Y ");
    assert_true(ax_tx_cache_count(cache) <= 21);
  }
  assert_string_equal(get(cache, "k499", 1), "N ");
  assert_string_equal(get(cache, "k0", 1), "");
  ax_tx_cache_close(cache);
  cache = open_cache("bound", 20);
  assert_string_equal(get(cache, "used", 1), "Y ");
  assert_true(ax_tx_cache_count(cache) <= 20);
  ax_tx_cache_close(cache);
}

static const char *path_of(const char *file) {
  static char path[100];
  (void)snprintf(path, sizeof path, "%s/%s", folder, file);
  return path;
}

static void damaged_lines_are_left_out(void **state) {
  (void)state;
  const char *text = "garbage\n\n1000\tY\tgood\tkey1\nx\tY\tbad\tkey2\n"
                     "1000\tQ\tbad\tkey3\n1000\tY\tbad\n1000\tY\tb\x01"
                     "d\tkey4\n-5\tY\tbad\tkey5\n1000\tN\ttorn\tkey6";
  assert_int_equal(
      ax_file_write(path_of("damaged.new"), ax_str_from(text), NULL), AX_OK);
  ax_tx_cache *cache = open_cache("damaged", 100);
  assert_int_equal(ax_tx_cache_count(cache), 1);
  assert_string_equal(get(cache, "key1", 1), "Y good");
  put(cache, "key7", 1000, AX_MEMBER_YES, "after the torn one");
  ax_tx_cache_close(cache);
  cache = open_cache("damaged", 100);
  assert_string_equal(get(cache, "key7", 1), "Y after the torn one");
  ax_tx_cache_close(cache);
}

static void what_would_break_a_line_is_not_kept(void **state) {
  (void)state;
  ax_tx_cache *cache = open_cache("lines", 100);
  put(cache, "a\nb", 1000, AX_MEMBER_YES, "");
  put(cache, "c", 1000, AX_MEMBER_YES, "x\ty");
  put(cache, "d", 1000, AX_MEMBER_YES, "x\ny");
  put(cache, "", 1000, AX_MEMBER_YES, "");
  static char long_key[5000];
  memset(long_key, 'k', sizeof long_key - 1);
  put(cache, long_key, 1000, AX_MEMBER_YES, "");
  assert_int_equal(ax_tx_cache_count(cache), 0);
  ax_tx_cache_close(cache);
}

static void without_a_folder_it_remembers_in_memory(void **state) {
  (void)state;
  ax_tx_cache *cache = NULL;
  assert_int_equal(ax_tx_cache_open(NULL, AX_STR("x"), 10, &cache), AX_OK);
  put(cache, "a", 1000, AX_MEMBER_YES, "");
  assert_string_equal(get(cache, "a", 1), "Y ");
  ax_tx_cache_close(cache);
  assert_int_equal(
      ax_tx_cache_open("/proc/nowhere", AX_STR("x"), 10, &cache), AX_OK);
  put(cache, "a", 1000, AX_MEMBER_YES, "");
  assert_string_equal(get(cache, "a", 1), "Y ");
  ax_tx_cache_close(cache);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_survive_a_restart_and_expire),
    cmocka_unit_test(it_stays_within_its_bound_and_keeps_what_is_used),
    cmocka_unit_test(damaged_lines_are_left_out),
    cmocka_unit_test(what_would_break_a_line_is_not_kept),
    cmocka_unit_test(without_a_folder_it_remembers_in_memory),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
