/* Unit tests of gateway/src/app/config.c. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/config.h"

static ax_arena *arena;
static ax_error err;

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(1 << 20);
  err = (ax_error){ 0 };
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  (void)unsetenv("AUSPEX_MAX_BODY");
  ax_arena_free(arena);
  return 0;
}

static const ax_config_extra extras[] = { { "--model", "NAME", "help" },
                                          { NULL, NULL, NULL } };

#define LOAD(out, ...)                  \
  load((const char *[]){ __VA_ARGS__ }, \
       sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), (out))

static ax_status load(const char *const *words, size_t count,
                      ax_config_command *out) {
  char *argv[16] = { 0 };
  for (size_t i = 0; i < count; i++)
    argv[i] = ax_arena_cstr(arena, ax_str_from(words[i]));
  return ax_config_load(arena, (int)count, argv, extras, out, &err);
}

/* A configuration file with `text`; its name is good until the next. */
static const char *file_with(const char *text) {
  static char name[64];
  (void)snprintf(name, sizeof name, "/tmp/auspex-config-XXXXXX");
  int fd = mkstemp(name);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  (void)close(fd);
  return name;
}

static void every_standard_is_within_its_bounds(void **state) {
  (void)state;
  ax_config_command c;
  assert_int_equal(ax_config_load(arena, 0, NULL, NULL, &c, &err), AX_OK);
  assert_string_equal(c.config.listen, "127.0.0.1:8080");
  assert_int_equal(c.config.max_body, 64 << 20);
  assert_int_equal(c.config.keep_alive_ms, 5000);
  assert_false(c.config.insecure_no_auth);
}

static void later_sources_win(void **state) {
  (void)state;
  ax_config_command c;
  const char *file = file_with("# sizes\n\nmax_body = 1M\n threads=7 \r\n");
  assert_int_equal(LOAD(&c, "--config", file), AX_OK);
  assert_int_equal(c.config.max_body, 1 << 20);
  assert_int_equal(c.config.threads, 7);
  (void)setenv("AUSPEX_MAX_BODY", "2M", 1);
  assert_int_equal(LOAD(&c, "--config", file), AX_OK);
  assert_int_equal(c.config.max_body, 2 << 20);
  assert_int_equal(LOAD(&c, "--max-body=3M", "--config", file), AX_OK);
  assert_int_equal(c.config.max_body, 3 << 20);
  (void)unlink(file);
}

static void faults_name_their_place(void **state) {
  (void)state;
  ax_config_command c;
  char want[128];
  const char *file = file_with("threads = 4\nno_such_key = 1\n");
  assert_int_equal(LOAD(&c, "--config", file), AX_INVALID);
  (void)snprintf(want, sizeof want, "%s:2: there is no option \"no_such_key\"",
                 file);
  assert_non_null(strstr(err.text, want));
  (void)unlink(file);
  err = (ax_error){ 0 };
  (void)setenv("AUSPEX_MAX_BODY", "lots", 1);
  assert_int_equal(LOAD(&c, "x"), AX_INVALID);
  assert_non_null(strstr(err.text, "AUSPEX_MAX_BODY: max_body is a size"));
  (void)unsetenv("AUSPEX_MAX_BODY");
  err = (ax_error){ 0 };
  assert_int_equal(LOAD(&c, "--max-body", "17"), AX_INVALID);
  assert_non_null(strstr(err.text, "--max-body: max_body must lie between "));
}

/* What would be taken for something else, or for nothing. */
static void values_follow_the_rule_of_their_option(void **state) {
  (void)state;
  static const struct {
    const char *line, *rule; /* NULL: it is fine */
  } rows[] = {
    { "base_url = https://fhir.example.org/fhir", NULL },
    { "base_url = fhir.example.org", ":1: base_url is an http(s) URL" },
    { "base_url = https:///fhir", "is an http(s) URL" },
    { "base_url = http://a/b?c", "is an http(s) URL" },
    { "base_url =", NULL },
    { "cors_origins = https://a.example https://b.example:8443", NULL },
    { "cors_origins = *", NULL },
    { "cors_origins = https://a.example/", "without a slash at the end" },
    { "cors_origins = a.example", "is *, or origins" },
    { "known_as = https://a.example/fhir, http://b.example", NULL },
    { "known_as = https://a.example/fhir http://b.example", "with commas" },
    { "terminology_server = tx.example.org", "is an http(s) URL" },
    { "implied_profiles = none", "is an http(s) URL" },
    { "sender_header = X-Sender", NULL },
    { "sender_header = X Sender", "is the name of a header" },
    { "sender_header = X-Sender:", "is the name of a header" },
    { "site = eq5d5l.value_set=Netherlands; a.b=c", NULL },
    { "site = Netherlands", "NAME=VALUE" },
    { "sender_validation = lab", "NAME=VALUE" },
    { "search_exclude = Patient.phonetic Basic.*", NULL },
    { "search_exclude = phonetic", "names such as Patient.phonetic" },
    { "module_keys = "
      "RWQbAgMEBQYHCBkcAhVTX2lk6Qj2MFYGk0M4UxqFNnCKVVkcE4DxXXXX",
      NULL },
    { "module_keys = key.pub", "public keys of minisign" },
    { "keep_alive = 5", ":1: keep_alive is a time such as 250ms, 5s" },
    { "score_wait = 0", NULL },
    { "keep_alive = 0ms", "must lie between 1" },
    { "threads = 4\nmax_body = 1M\nthreads = 5",
      ":3: threads is given in an earlier line, too" },
  };
  ax_config_command c;
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    const char *file = file_with(rows[i].line);
    err = (ax_error){ 0 };
    ax_status status = LOAD(&c, "--config", file);
    (void)unlink(file);
    if ((status == AX_OK) != (rows[i].rule == NULL) ||
        (rows[i].rule && !strstr(err.text, rows[i].rule)))
      fail_msg("%s: %s", rows[i].line, err.text);
  }
}

static void a_line_without_a_value_is_refused(void **state) {
  (void)state;
  ax_config_command c;
  const char *file = file_with("threads\n");
  assert_int_equal(LOAD(&c, "--config", file), AX_INVALID);
  assert_non_null(strstr(err.text, ":1: a line is `key = value`"));
  (void)unlink(file);
}

static void odd_flags_are_refused(void **state) {
  (void)state;
  ax_config_command c;
  assert_int_equal(LOAD(&c, "--no-such-flag", "1"), AX_INVALID);
  assert_non_null(strstr(err.text, "\"--no-such-flag\""));
  assert_int_equal(LOAD(&c, "--listen"), AX_INVALID);
  assert_int_equal(LOAD(&c, "-x"), AX_INVALID);
  assert_int_equal(LOAD(&c, "--config", "/no/such/file"), AX_NOT_FOUND);
  assert_int_equal(LOAD(&c, "--log-level", "loud"), AX_INVALID);
  assert_int_equal(LOAD(&c, "--insecure-no-auth=maybe"), AX_INVALID);
}

static void numbers_do_not_wrap(void **state) {
  (void)state;
  ax_config_command c;
  assert_int_equal(LOAD(&c, "--max-body", "99999999999999999999"), AX_INVALID);
  assert_int_equal(LOAD(&c, "--max-body", "18446744073709551615G"), AX_INVALID);
  assert_int_equal(LOAD(&c, "--max-body", "-1"), AX_INVALID);
  assert_int_equal(LOAD(&c, "--max-body", "4MB"), AX_INVALID);
  assert_int_equal(LOAD(&c, "--keep-alive", "1min"), AX_OK);
  assert_int_equal(c.config.keep_alive_ms, 60000);
}

static void words_and_own_flags_are_kept_in_order(void **state) {
  (void)state;
  ax_config_command c;
  assert_int_equal(LOAD(&c, "a.json", "--model", "endpac", "--model=x",
                        "--insecure-no-auth", "--", "--b"),
                   AX_OK);
  assert_int_equal(c.word_count, 4);
  assert_null(c.words[0].name);
  assert_string_equal(c.words[1].name, "--model");
  assert_string_equal(c.words[2].value, "x");
  assert_string_equal(c.words[3].value, "--b");
  assert_true(c.config.insecure_no_auth);
}

static void what_is_printed_reads_back_the_same(void **state) {
  (void)state;
  ax_config_command first, second;
  assert_int_equal(LOAD(&first, "--max-body", "123456", "--data", "/x y",
                        "--keep-alive", "250ms"),
                   AX_OK);
  ax_buf once = AX_BUF_INIT(1 << 16), twice = AX_BUF_INIT(1 << 16);
  ax_config_print(&first.config, &once);
  ax_buf_append_char(&once, '\0');
  const char *file = file_with(once.bytes);
  assert_int_equal(LOAD(&second, "--config", file), AX_OK);
  (void)unlink(file);
  ax_config_print(&second.config, &twice);
  assert_str(ax_buf_view(&twice), once.bytes);
  ax_buf_free(&once);
  ax_buf_free(&twice);
}

static void addresses_are_taken_apart(void **state) {
  (void)state;
  const char *address = NULL;
  unsigned port = 0;
  assert_int_equal(
      ax_config_listen(arena, "127.0.0.1:0", &address, &port, &err), AX_OK);
  assert_string_equal(address, "127.0.0.1");
  assert_int_equal(ax_config_listen(arena, "[::1]:81", &address, &port, &err),
                   AX_OK);
  assert_string_equal(address, "::1");
  assert_int_equal(port, 81);
  const char *bad[] = { "",        ":80",           "127.0.0.1",
                        "host:80", "127.0.0.1:",    "127.0.0.1:65536",
                        "[]:80",   "127.0.0.1:80x", "1.2.3:80" };
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    assert_int_equal(ax_config_listen(arena, bad[i], &address, &port, &err),
                     AX_INVALID);
}

static void loopback_is_known(void **state) {
  (void)state;
  assert_true(ax_config_is_loopback("127.0.0.1"));
  assert_true(ax_config_is_loopback("127.9.9.9"));
  assert_true(ax_config_is_loopback("::1"));
  assert_false(ax_config_is_loopback("0.0.0.0"));
  assert_false(ax_config_is_loopback("::"));
  assert_false(ax_config_is_loopback("10.0.0.1"));
}

static void help_names_every_option(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(1 << 16);
  ax_config_help(extras, &out);
  ax_buf_append_char(&out, '\0');
  assert_non_null(strstr(out.bytes, "--model NAME"));
  assert_non_null(strstr(out.bytes, "--insecure-no-auth"));
  assert_non_null(strstr(out.bytes, "--max-body SIZE"));
  ax_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(every_standard_is_within_its_bounds, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(later_sources_win, set_up, tear_down),
    cmocka_unit_test_setup_teardown(faults_name_their_place, set_up, tear_down),
    cmocka_unit_test_setup_teardown(values_follow_the_rule_of_their_option,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_line_without_a_value_is_refused, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(odd_flags_are_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(numbers_do_not_wrap, set_up, tear_down),
    cmocka_unit_test_setup_teardown(words_and_own_flags_are_kept_in_order,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_is_printed_reads_back_the_same, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(addresses_are_taken_apart, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(loopback_is_known, set_up, tear_down),
    cmocka_unit_test_setup_teardown(help_names_every_option, set_up, tear_down),
  };
  return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
