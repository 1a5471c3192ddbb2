/* Unit tests of the ceiling on a worker's memory. */
#include "support/ax_test.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scoring/cgroup.h"

static void the_group_is_found_in_both_versions(void **state) {
  (void)state;
  static const struct {
    const char *line, *path;
    bool v2;
  } lines[] = {
    { "4:memory:/a/b\n", "/sys/fs/cgroup/memory/a/b", false },
    { "4:cpu,memory:/\n", "/sys/fs/cgroup/memory", false },
    { "0::/system.slice/auspex.service\n",
      "/sys/fs/cgroup/system.slice/auspex.service", true },
    { "0::/\n", "/sys/fs/cgroup", true },
    { "3:cpuset:/a\n", NULL, false },
    { "3:memoryx:/a\n", NULL, false },
    { "3:name=systemd:/\n", NULL, false },
    { "nonsense\n", NULL, false },
    { "", NULL, false },
  };
  for (size_t i = 0; i < AX_COUNT(lines); i++) {
    ax_cgroup group = { .v2 = false };
    assert_int_equal(ax_cgroup_line(lines[i].line, &group),
                     lines[i].path != NULL);
    if (!lines[i].path) continue;
    assert_string_equal(group.path, lines[i].path);
    assert_int_equal(group.v2, lines[i].v2);
  }
}

/* Touches `bytes`, a page at a time. */
static void touch(size_t bytes) {
  ax_arena *arena = ax_arena_new(bytes + (1 << 20));
  volatile char *at = AX_NEW_ARRAY(arena, char, bytes);
  for (size_t i = 0; at && i < bytes; i += 4096) at[i] = 1;
  _exit(at ? 0 : 1);
}

static void whoever_takes_more_is_ended(void **state) {
  (void)state;
  enum { LIMIT = 32 << 20 };
  ax_cgroup group;
  int go[2], how = 0;
  ax_cgroup_begin(&group);
  if (!group.path[0]) skip();
  assert_int_equal(pipe(go), 0);
  pid_t child = fork();
  if (child == 0) {
    char word;
    if (read(go[0], &word, 1) != 1) _exit(2);
    touch((size_t)4 * LIMIT);
  }
  bool limited = ax_cgroup_limit(&group, child, LIMIT);
  assert_int_equal(write(go[1], "g", 1), 1);
  assert_int_equal(waitpid(child, &how, 0), child);
  ax_cgroup_drop(&group, child);
  ax_cgroup_end(&group);
  (void)close(go[0]);
  (void)close(go[1]);
  assert_true(limited);
  assert_true(WIFSIGNALED(how));
  assert_int_not_equal(access(group.path, F_OK), 0); /* nothing is left */
}

static void without_a_group_nothing_happens(void **state) {
  (void)state;
  ax_cgroup none = { .v2 = false };
  assert_false(ax_cgroup_limit(&none, (int32_t)getpid(), 1 << 30));
  ax_cgroup_drop(&none, 1);
  ax_cgroup_end(&none);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_group_is_found_in_both_versions),
    cmocka_unit_test(whoever_takes_more_is_ended),
    cmocka_unit_test(without_a_group_nothing_happens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
