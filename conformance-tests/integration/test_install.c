/* From outside: what `make install` puts in place is whole. */
#include "../support/outside.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { PATH = 400 };

static char folder[] = "/tmp/auspex-install-XXXXXX";
static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT"), *build = getenv("AUSPEX_BUILD");
  char line[PATH];
  arena = ax_arena_new(8 << 20);
  if (!arena || !mkdtemp(folder)) return -1;
  (void)snprintf(line, sizeof line,
                 "umask 077; %s/deploy/install.sh %s/root /usr %s >&2",
                 root ? root : ".", folder, build ? build : "build");
  return system(line) == 0 ? 0 : -1; /* NOLINT(cert-env33-c) */
}

static int tear_down(void **state) {
  (void)state;
  ax_file_remove_tree(folder);
  ax_arena_free(arena);
  return 0;
}

static const char *at(const char *place) {
  return ax_arena_printf(arena, "%s/root/%s", folder, place).ptr;
}

static ax_str text_of(const char *place) {
  ax_str text;
  ax_error err = { 0 };
  if (ax_file_read(arena, at(place), 1 << 20, &text, &err))
    fail_msg("%s", err.text);
  return text;
}

static bool is_text_name(ax_str word) {
  for (size_t i = 0; i < word.len; i++)
    if (!isalnum((unsigned char)word.ptr[i]) && !strchr("-_./", word.ptr[i]))
      return false;
  return ax_str_ends(word, AX_STR(".md")) &&
         ax_str_find(word, AX_STR("/")) != AX_STR_NONE;
}

#define DOC "usr/share/doc/auspex/"

/* From the top or from where the text stands that names it. */
static bool stands(const char *text_name, ax_str word) {
  ax_str top = ax_arena_printf(arena, DOC AX_STR_FMT, AX_STR_ARG(word));
  int beside = (int)(strrchr(text_name, '/') - text_name);
  ax_str near = ax_arena_printf(arena, "%.*s/" AX_STR_FMT, beside, text_name,
                                AX_STR_ARG(word));
  return ax_file_exists(at(top.ptr)) || ax_file_exists(at(near.ptr));
}

/* Between backticks, as our texts name each other. */
static size_t look_up_names(const char *text_name, ax_str text) {
  size_t found = 0;
  while (text.len) {
    (void)ax_str_cut(&text, '`');
    ax_str word = ax_str_cut(&text, '`');
    if (!is_text_name(word)) continue;
    found++;
    if (!stands(text_name, word))
      fail_msg("%s names %.*s", text_name, AX_STR_ARG(word));
  }
  return found;
}

static void texts_find_each_other(void **state) {
  (void)state;
  static const char *const names[] = {
    DOC "README.md",
    DOC "gateway/docs/operating.md",
    DOC "gateway/docs/modules.md",
    DOC "plugins/README.md",
  };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    size_t found = look_up_names(names[i], text_of(names[i]));
    if (i == 0) assert_true(found > 8);
  }
}

static void the_configuration_that_is_put_there_is_fine(void **state) {
  (void)state;
  const char *config = at("etc/auspex/auspex.conf");
  outside_run_result r =
      outside_run((const char *const[]){ "serve", "--config", config,
                                         "--check-config", NULL },
                  NULL);
  if (r.code != 0) fail_msg("%s", r.err);
  r = outside_run((const char *const[]){ "serve", "--config", config,
                                         "--print-config", NULL },
                  NULL);
  assert_non_null(strstr(r.out, "\nplugins = /usr/lib/auspex/plugins\n"));
}

static void the_unit_names_what_is_there(void **state) {
  (void)state;
  static const char *const lines[] = {
    "ExecStart=/usr/bin/auspex serve --config /etc/auspex/auspex.conf\n",
    "Documentation=file:///usr/share/doc/auspex/gateway/docs/operating.md\n",
    /* 2 is the code of a wrong configuration; other ends are tried again. */
    "RestartPreventExitStatus=2\n",
    "StartLimitIntervalSec=0\n",
    "LimitNICE=20\n",
  };
  ax_str unit = text_of("usr/lib/systemd/system/auspex.service");
  for (size_t i = 0; i < AX_COUNT(lines); i++)
    if (ax_str_find(unit, ax_str_from(lines[i])) == AX_STR_NONE)
      fail_msg("no %s", lines[i]);
  assert_true(ax_file_exists(at("usr/bin/auspex")));
  assert_true(ax_file_exists(at("usr/bin/auspex-worker")));
}

/* Whoever installs may keep everything to himself by his umask. */
static void others_may_read_what_is_installed(void **state) {
  (void)state;
  char line[2 * PATH];
  (void)snprintf(line, sizeof line,
                 "test -z \"$(find %s/root '(' -type d -not -perm -005 ')' -o "
                 "'(' -type f -not -perm -004 ')' | tee /dev/stderr)\"",
                 folder);
  assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_find_each_other),
    cmocka_unit_test(the_configuration_that_is_put_there_is_fine),
    cmocka_unit_test(the_unit_names_what_is_there),
    cmocka_unit_test(others_may_read_what_is_installed),
  };
  return cmocka_run_group_tests_name("install", tests, set_up, tear_down);
}
