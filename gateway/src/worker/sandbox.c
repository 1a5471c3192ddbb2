#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attrs.h"
#include "worker/sandbox_filter.h"

#ifndef PR_SET_MDWE /* Linux 6.3 */
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

enum { NOBODY = 65534, DESCRIPTORS = 32 };

static void note(ax_sandbox *s, uint32_t what, bool done) {
  if (done)
    s->applied |= what;
  else
    s->refused |= what;
}

/* Reads from nothing, writes to nothing: a plug-in that prints rows must not
 * fill the gateway's log with them. */
static bool silence(void) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return false;
  bool done = dup2(null, 0) == 0 && dup2(null, 1) == 1 &&
              (AX_SANITIZED || dup2(null, 2) == 2);
  if (null > 2) close(null);
  return done;
}

static bool close_others(int keep) {
  bool below = keep <= 3 || close_range(3, (unsigned)keep - 1, 0) == 0;
  return below && close_range((unsigned)keep + 1, ~0U, 0) == 0;
}

/* The parent may have died before we asked to be told. */
static bool die_with_parent(void) {
  return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() != 1;
}

void ax_sandbox_begin(ax_sandbox *s, int keep, bool apart) {
  *s = (ax_sandbox){ 0 };
  note(s, AX_SANDBOX_NAMESPACES, apart);
  note(s, AX_SANDBOX_PARENT, die_with_parent());
  bool quiet = silence();
  note(s, AX_SANDBOX_DESCRIPTORS, close_others(keep) && quiet);
}

/* --- before the plug-in's code ---------------------------------------------
 */

static bool limit(__rlimit_resource_t what, rlim_t most) {
  struct rlimit now;
  if (getrlimit(what, &now) != 0) return false;
  if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most) most = now.rlim_max;
  return setrlimit(what, &(struct rlimit){ most, most }) == 0;
}

static bool set_limits(uint64_t memory) {
  bool done = limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, DESCRIPTORS) &&
              limit(RLIMIT_NPROC, 1);
  if (AX_SANITIZED) return done; /* a report must reach its file */
  done = limit(RLIMIT_FSIZE, 0) && done;
  if (memory) done = limit(RLIMIT_AS, memory) && done;
  return done;
}

/* Root may do what limits forbid, so it stops being root. */
static bool drop_user(void) {
  if (geteuid() != 0) return true;
  if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
      setresuid(NOBODY, NOBODY, NOBODY) != 0)
    return false;
  /* Both were reset with the user: dlopen needs /proc/self/fd, and the worker
   * must still go when the broker does. */
  return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

static const char *const library_paths[] = {
  "/lib",       "/lib64",         "/usr/lib",
  "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"
};

static void allow_libraries(int rules) {
  for (size_t i = 0; i < AX_COUNT(library_paths); i++) {
    int fd = open(library_paths[i], O_PATH | O_CLOEXEC);
    if (fd < 0) continue;
    bool file = i == AX_COUNT(library_paths) - 1;
    struct landlock_path_beneath_attr path = {
      .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
                        (file ? 0 : LANDLOCK_ACCESS_FS_READ_DIR),
      .parent_fd = fd,
    };
    (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                  &path, 0);
    close(fd);
  }
}

/* Everything version 1 of Landlock (Linux 5.13) can forbid, plus what later
 * versions added, as far as this kernel has it. */
static bool forbid_files(void) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
                         LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  struct {
    uint64_t files, network;
  } handled = { (UINT64_C(1) << 13) - 1, 0 };
  if (version >= 2) handled.files |= UINT64_C(1) << 13; /* REFER */
  if (version >= 3) handled.files |= UINT64_C(1) << 14; /* TRUNCATE */
  if (version >= 4) handled.network = 3;                /* TCP bind, connect */
  if (version >= 5) handled.files |= UINT64_C(1) << 15; /* IOCTL_DEV */
  size_t size = version >= 4 ? sizeof handled : sizeof handled.files;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
  if (rules < 0) return false;
  allow_libraries(rules);
  bool done = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  close(rules);
  return done;
}

void ax_sandbox_before_load(ax_sandbox *s, uint64_t memory) {
  note(s, AX_SANDBOX_USER, drop_user());
  note(s, AX_SANDBOX_LIMITS, set_limits(memory));
  note(s, AX_SANDBOX_NO_NEW_PRIVS, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  note(s, AX_SANDBOX_LANDLOCK, forbid_files());
  if (!AX_SANITIZED)
    note(s, AX_SANDBOX_EARLY_FILTER, ax_sandbox_filter_early());
}

/* --- after it has been set up ------------------------------------------------
 */

void ax_sandbox_after_create(ax_sandbox *s) {
  if (AX_SANITIZED) return;
  note(s, AX_SANDBOX_NO_NEW_CODE,
       prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0);
  note(s, AX_SANDBOX_FILTER, ax_sandbox_filter_scoring());
}
