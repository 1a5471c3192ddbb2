#include "scoring/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attrs.h"

#define ROOT "/sys/fs/cgroup"

enum { PATH_MOST = AX_CGROUP_PATH + 100 };

static bool write_file(const char *folder, const char *name, const char *text) {
  char path[PATH_MOST];
  int len = snprintf(path, sizeof path, "%s/%s", folder, name);
  if (len <= 0 || (size_t)len >= sizeof path) return false;
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  close(fd);
  return done;
}

/* --- version 2: a leaf of our own --------------------------------------------
 */

/* The parent of a process, from the fourth field of its stat; 0: it is gone. */
static long parent_of(long pid) {
  char path[40], text[400];
  (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  if (got <= 0) return 0;
  text[got] = '\0';
  const char *end = strrchr(text, ')'); /* of the name, which may hold blanks */
  return end && end[1] && end[2] ? strtol(end + 3, NULL, 10) : 0;
}

/* Moves everybody in `from` to `to`, if all are this process or children of
 * it. */
static bool move_ours(const char *from, const char *to) {
  char path[PATH_MOST], line[32];
  long pids[64];
  size_t count = 0;
  bool ours = true;
  (void)snprintf(path, sizeof path, "%s/cgroup.procs", from);
  FILE *file = fopen(path, "re");
  while (file && fgets(line, sizeof line, file)) {
    long pid = strtol(line, NULL, 10);
    ours &= count < AX_COUNT(pids) &&
            (pid == (long)getpid() || parent_of(pid) == (long)getpid());
    if (ours) pids[count++] = pid;
  }
  if (file) (void)fclose(file);
  if (!file || !ours) return false;
  for (size_t i = 0; i < count; i++) {
    (void)snprintf(line, sizeof line, "%ld", pids[i]);
    if (!write_file(to, "cgroup.procs", line)) return false;
  }
  return true;
}

static bool hand_on(const char *folder, char sign, const char *controller) {
  char word[40];
  (void)snprintf(word, sizeof word, "%c%s", sign, controller);
  return write_file(folder, "cgroup.subtree_control", word);
}

bool ax_cgroup_share(const char *folder, const char *controller, bool *moved) {
  char leaf[PATH_MOST];
  *moved = false;
  if (hand_on(folder, '+', controller)) return true; /* nobody is in there */
  int len = snprintf(leaf, sizeof leaf, "%s/main", folder);
  if (len <= 0 || (size_t)len >= sizeof leaf || mkdir(leaf, 0700) != 0)
    return false;
  *moved = move_ours(folder, leaf);
  if (*moved && hand_on(folder, '+', controller)) return true;
  *moved = false;
  (void)move_ours(leaf, folder);
  (void)rmdir(leaf);
  return false;
}

void ax_cgroup_unshare(const char *folder, const char *controller) {
  char leaf[PATH_MOST];
  int len = snprintf(leaf, sizeof leaf, "%s/main", folder);
  if (len <= 0 || (size_t)len >= sizeof leaf) return;
  if (hand_on(folder, '-', controller) && move_ours(leaf, folder))
    (void)rmdir(leaf);
}

/* --- where
 * ---------------------------------------------------------------------
 */

/* "4:memory:/path" (v1) or "0::/path" (v2). */
bool ax_cgroup_line(const char *line, ax_cgroup *out) {
  const char *controllers = strchr(line, ':');
  const char *path = controllers ? strchr(controllers + 1, ':') : NULL;
  if (!path || path[1] != '/') return false;
  size_t len = (size_t)(path - controllers - 1);
  bool v1 = false;
  for (const char *c = controllers + 1; c < path;) {
    size_t n = strcspn(c, ",:");
    v1 |= n == 6 && memcmp(c, "memory", 6) == 0;
    c += n + 1;
  }
  if (!v1 && (len || line[0] != '0')) return false;
  out->v2 = !v1;
  size_t tail = strcspn(path + 1, "\n");
  if (tail == 1) tail = 0; /* the root */
  int wrote = snprintf(out->path, sizeof out->path, "%s%.*s",
                       v1 ? ROOT "/memory" : ROOT, (int)tail, path + 1);
  return wrote > 0 && (size_t)wrote < sizeof out->path;
}

/* Makes the group of all workers below ours, and lets it limit memory. */
static bool make(ax_cgroup *group) {
  char own[PATH_MOST];
  int len =
      snprintf(own, sizeof own, "%s/auspex-%ld", group->path, (long)getpid());
  if (len <= 0 || (size_t)len >= sizeof group->path || mkdir(own, 0700) != 0)
    return false;
  bool moved = false;
  char limit[PATH_MOST + 40];
  (void)snprintf(limit, sizeof limit, "%s/%s", own,
                 group->v2 ? "memory.max" : "memory.limit_in_bytes");
  if (group->v2 && access(limit, W_OK) != 0)
    (void)ax_cgroup_share(group->path, "memory", &moved);
  if (access(limit, W_OK) != 0 || (group->v2 && !hand_on(own, '+', "memory"))) {
    (void)rmdir(own);
    if (moved) ax_cgroup_unshare(group->path, "memory");
    return false;
  }
  group->moved = moved ? strlen(group->path) : 0;
  memcpy(group->path, own, (size_t)len + 1);
  return true;
}

void ax_cgroup_begin(ax_cgroup *out) {
  char line[512];
  bool made = false;
  *out = (ax_cgroup){ .v2 = false };
  FILE *file = fopen("/proc/self/cgroup", "re");
  while (file && !made && fgets(line, sizeof line, file))
    made = ax_cgroup_line(line, out) && make(out);
  if (file) (void)fclose(file);
  if (!made) out->path[0] = '\0';
}

void ax_cgroup_end(const ax_cgroup *group) {
  char parent[AX_CGROUP_PATH];
  if (group->path[0]) (void)rmdir(group->path);
  if (!group->moved) return;
  (void)snprintf(parent, sizeof parent, "%.*s", (int)group->moved, group->path);
  ax_cgroup_unshare(parent, "memory");
}

/* --- one worker
 * ----------------------------------------------------------------
 */

static bool path_of(const ax_cgroup *group, int32_t pid, char *out) {
  int len = snprintf(out, PATH_MOST, "%s/w%d", group->path, (int)pid);
  return group->path[0] && len > 0 && len < PATH_MOST;
}

bool ax_cgroup_join(const ax_cgroup *group, int32_t pid) {
  char path[PATH_MOST], who[32];
  if (!path_of(group, pid, path) || mkdir(path, 0700) != 0) return false;
  (void)snprintf(who, sizeof who, "%d", (int)pid);
  if (write_file(path, "cgroup.procs", who)) return true;
  (void)rmdir(path);
  return false;
}

bool ax_cgroup_limit(const ax_cgroup *group, int32_t pid, uint64_t bytes) {
  char path[PATH_MOST], limit[32];
  if (!bytes || !path_of(group, pid, path)) return false;
  (void)snprintf(limit, sizeof limit, "%llu", (unsigned long long)bytes);
  return write_file(path, group->v2 ? "memory.max" : "memory.limit_in_bytes",
                    limit);
}

void ax_cgroup_drop(const ax_cgroup *group, int32_t pid) {
  char path[PATH_MOST];
  if (path_of(group, pid, path)) (void)rmdir(path);
}
