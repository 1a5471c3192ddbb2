/*
 * cgroup.h - a ceiling on all memory of one worker, kept by the kernel: what it
 * touches, also page cache and shared memory, where RLIMIT_AS only counts
 * addresses. Only where a control group may be made below our own: cgroup v1,
 * or v2 with the memory controller delegated to our group (systemd: Delegate=).
 * Elsewhere nothing happens and the resource limits alone stand.
 *
 * In v2 a group that hands a controller on may hold no processes itself
 * (kernel: cgroup-v2.rst, "No Internal Process Constraint"), so this process
 * and its children move to a leaf of our group, "main", if nobody else is in
 * there.
 *
 * Threads: any; groups of different workers do not touch each other.
 */
#ifndef AX_SCORING_CGROUP_H
#define AX_SCORING_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AX_CGROUP_PATH = 400 };

typedef struct {
  char path[AX_CGROUP_PATH]; /* of the group of all workers; empty: none */
  bool v2;
  size_t moved; /* bytes of `path` that name the group we moved in; 0: we did
                   not */
} ax_cgroup;

/* Makes a group for the workers of this process, where that is allowed. */
void ax_cgroup_begin(ax_cgroup *out);
void ax_cgroup_end(const ax_cgroup *group);

/* Puts the process into a group of its own, without a ceiling yet. May take the
 * kernel some 15 ms. False: it is in none. */
bool ax_cgroup_join(const ax_cgroup *group, int32_t pid);
/* Gives the group of the process this ceiling. False: it is not limited by
 * this. */
bool ax_cgroup_limit(const ax_cgroup *group, int32_t pid, uint64_t bytes);
/* After it ended. May take as long. */
void ax_cgroup_drop(const ax_cgroup *group, int32_t pid);

/* Makes the group `folder` (v2) hand `controller` ("memory") on to groups below
 * it. `*moved` says whether this process and its children had to move to the
 * leaf "main" for it. False: that is not allowed here, or others are in the
 * group; then all is as before. */
bool ax_cgroup_share(const char *folder, const char *controller, bool *moved);
/* Back again. */
void ax_cgroup_unshare(const char *folder, const char *controller);

/* For tests: where the memory control group of `line` (of /proc/self/cgroup)
 * lies; false when it is of another kind. */
bool ax_cgroup_line(const char *line, ax_cgroup *out);

#endif
