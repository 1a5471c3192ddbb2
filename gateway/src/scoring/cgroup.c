#include "scoring/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
  char limit[PATH_MOST + 40];
  (void)snprintf(limit, sizeof limit, "%s/%s", own,
                 group->v2 ? "memory.max" : "memory.limit_in_bytes");
  if (access(limit, W_OK) != 0 ||
      (group->v2 && !write_file(own, "cgroup.subtree_control", "+memory"))) {
    (void)rmdir(own);
    return false;
  }
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
  if (group->path[0]) (void)rmdir(group->path);
}

/* --- one worker
 * ----------------------------------------------------------------
 */

static bool path_of(const ax_cgroup *group, int32_t pid, char *out) {
  int len = snprintf(out, PATH_MOST, "%s/w%d", group->path, (int)pid);
  return group->path[0] && len > 0 && len < PATH_MOST;
}

bool ax_cgroup_limit(const ax_cgroup *group, int32_t pid, uint64_t bytes) {
  char path[PATH_MOST], limit[32], who[32];
  if (!bytes || !path_of(group, pid, path) || mkdir(path, 0700) != 0)
    return false;
  (void)snprintf(limit, sizeof limit, "%llu", (unsigned long long)bytes);
  (void)snprintf(who, sizeof who, "%d", (int)pid);
  if (write_file(path, group->v2 ? "memory.max" : "memory.limit_in_bytes",
                 limit) &&
      write_file(path, "cgroup.procs", who))
    return true;
  (void)rmdir(path);
  return false;
}

void ax_cgroup_drop(const ax_cgroup *group, int32_t pid) {
  char path[PATH_MOST];
  if (path_of(group, pid, path)) (void)rmdir(path);
}
