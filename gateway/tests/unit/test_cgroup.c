/* Unit tests of the ceiling on a worker's memory. */
#include "support/ax_test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
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
  bool limited =
      ax_cgroup_join(&group, child) && ax_cgroup_limit(&group, child, LIMIT);
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

/* --- version 2
 * --------------------------------------------------------------------- */

/* Where a version 2 hierarchy lies, and a controller in it; NULL: there is none
 * here. The memory controller belongs to version 1 on a machine with both, but
 * the kernel's rules are the same for all. */
static const char *v2_root(char controller[40]) {
  static const char *const roots[] = { "/sys/fs/cgroup",
                                       "/sys/fs/cgroup/unified" };
  for (size_t i = 0; i < AX_COUNT(roots); i++) {
    char path[100];
    (void)snprintf(path, sizeof path, "%s/cgroup.controllers", roots[i]);
    FILE *file = fopen(path, "re");
    int got = file ? fscanf(file, "%39s", controller) : 0;
    if (file) (void)fclose(file);
    if (got == 1) return roots[i];
  }
  return NULL;
}

static bool put(const char *folder, const char *name, const char *text) {
  char path[200];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "we");
  bool done = file && fputs(text, file) >= 0;
  return file && fclose(file) == 0 && done;
}

/* In a child, which can be put into a group without harm. */
static void in_group(const char *folder, const char *controller) {
  char below[200], pid[32];
  bool moved = false;
  (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
  (void)snprintf(below, sizeof below, "%s/below", folder);
  if (!put(folder, "cgroup.procs", pid)) _exit(10);
  if (!ax_cgroup_share(folder, controller, &moved)) _exit(11);
  if (!moved) _exit(12); /* it was in the way */
  if (mkdir(below, 0700) != 0) _exit(13);
  char listed[260] = "";
  (void)snprintf(listed, sizeof listed, "%s/cgroup.controllers", below);
  FILE *file = fopen(listed, "re");
  char got[40] = "";
  if (!file || fscanf(file, "%39s", got) != 1) _exit(14);
  (void)fclose(file);
  if (strcmp(got, controller) != 0) _exit(15);
  if (rmdir(below) != 0) _exit(16);
  ax_cgroup_unshare(folder, controller);
  (void)snprintf(below, sizeof below, "%s/main", folder);
  _exit(access(below, F_OK) == 0 ? 17 : 0);
}

static void a_group_of_version_2_is_left_for_a_leaf(void **state) {
  (void)state;
  char controller[40], folder[160], word[80];
  const char *root = v2_root(controller);
  if (!root) {
    print_message("# skipped: no version 2 control groups with a controller\n");
    skip();
  }
  (void)snprintf(folder, sizeof folder, "%s/auspex-test-%ld", root,
                 (long)getpid());
  char before[200] = "";
  (void)snprintf(word, sizeof word, "%s/cgroup.subtree_control", root);
  FILE *file = fopen(word, "re");
  if (file && !fgets(before, sizeof before, file)) before[0] = '\0';
  if (file) (void)fclose(file);
  (void)snprintf(word, sizeof word, "+%s", controller);
  if (mkdir(folder, 0700) != 0 || !put(root, "cgroup.subtree_control", word)) {
    (void)rmdir(folder);
    print_message("# skipped: no group may be made in %s\n", root);
    skip();
  }
  bool was_on = before[0] && strstr(before, controller);
  int how = 0;
  pid_t child = fork();
  if (child == 0) in_group(folder, controller);
  assert_int_equal(waitpid(child, &how, 0), child);
  /* A group with a stranger in it is left as it is. */
  bool moved = true;
  pid_t stranger = fork();
  if (stranger == 0) {
    pid_t grandchild = fork();
    if (grandchild == 0) {
      (void)pause();
      _exit(0);
    }
    char pid[32];
    (void)snprintf(pid, sizeof pid, "%ld", (long)grandchild);
    _exit(put(folder, "cgroup.procs", pid) ? 0 : 1);
  }
  int put_there = 0;
  assert_int_equal(waitpid(stranger, &put_there, 0), stranger);
  bool shared = ax_cgroup_share(folder, controller, &moved);
  (void)put(folder, "cgroup.kill", "1");
  for (int i = 0; i < 500 && rmdir(folder) != 0; i++)
    (void)nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
  word[0] = '-';
  if (!was_on) (void)put(root, "cgroup.subtree_control", word);
  assert_int_equal(how, 0);
  assert_int_equal(put_there, 0);
  assert_false(shared);
  assert_false(moved);
  assert_int_not_equal(access(folder, F_OK), 0);
}

static void without_a_group_nothing_happens(void **state) {
  (void)state;
  ax_cgroup none = { .v2 = false };
  assert_false(ax_cgroup_join(&none, (int32_t)getpid()));
  assert_false(ax_cgroup_limit(&none, (int32_t)getpid(), 1 << 30));
  ax_cgroup_drop(&none, 1);
  ax_cgroup_end(&none);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_group_is_found_in_both_versions),
    cmocka_unit_test(whoever_takes_more_is_ended),
    cmocka_unit_test(a_group_of_version_2_is_left_for_a_leaf),
    cmocka_unit_test(without_a_group_nothing_happens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
