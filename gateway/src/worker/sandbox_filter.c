#include "worker/sandbox_filter.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/attrs.h"

/* Nothing that loads or sets up a model has a reason for these. */
static const int never[] = {
  SCMP_SYS(execve),
  SCMP_SYS(execveat),
  SCMP_SYS(fork),
  SCMP_SYS(vfork),
  SCMP_SYS(socket),
  SCMP_SYS(socketpair),
  SCMP_SYS(connect),
  SCMP_SYS(bind),
  SCMP_SYS(listen),
  SCMP_SYS(accept),
  SCMP_SYS(accept4),
  SCMP_SYS(shmget),
  SCMP_SYS(shmat),
  SCMP_SYS(msgget),
  SCMP_SYS(semget),
  SCMP_SYS(mq_open),
  SCMP_SYS(ptrace),
  SCMP_SYS(process_vm_readv),
  SCMP_SYS(process_vm_writev),
  SCMP_SYS(kill),
  SCMP_SYS(tkill),
  SCMP_SYS(mount),
  SCMP_SYS(umount2),
  SCMP_SYS(unshare),
  SCMP_SYS(setns),
  SCMP_SYS(bpf),
  SCMP_SYS(keyctl),
  SCMP_SYS(perf_event_open),
  SCMP_SYS(io_uring_setup),
  SCMP_SYS(pidfd_open),
  SCMP_SYS(pidfd_getfd),
};

/* clone(2) of a process has no CLONE_THREAD; clone3 hides its flags behind a
 * pointer, so C libraries get the answer of a kernel that lacks it. */
enum { FLAG_THREAD = 0x10000 };

bool ax_sandbox_filter_early(void) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (!filter) return false;
  bool ok = true;
  for (size_t i = 0; i < AX_COUNT(never); i++)
    ok &= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, never[i], 0) == 0;
  ok &= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1,
                         SCMP_A0(SCMP_CMP_MASKED_EQ, FLAG_THREAD, 0)) == 0;
  ok &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) ==
        0;
  ok &= seccomp_load(filter) == 0;
  seccomp_release(filter);
  return ok;
}

static const int allowed[] = {
  SCMP_SYS(read),          SCMP_SYS(write),
  SCMP_SYS(readv),         SCMP_SYS(writev),
  SCMP_SYS(recvfrom),      SCMP_SYS(recvmsg),
  SCMP_SYS(sendto),        SCMP_SYS(sendmsg),
  SCMP_SYS(close),         SCMP_SYS(futex),
  SCMP_SYS(munmap),        SCMP_SYS(brk),
  SCMP_SYS(mremap),        SCMP_SYS(madvise),
  SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
  SCMP_SYS(gettimeofday),  SCMP_SYS(time),
  SCMP_SYS(exit),          SCMP_SYS(exit_group),
  SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigprocmask),
  SCMP_SYS(sigaltstack),   SCMP_SYS(restart_syscall),
  SCMP_SYS(getpid),        SCMP_SYS(gettid),
  SCMP_SYS(sched_yield),   SCMP_SYS(sched_getaffinity),
  SCMP_SYS(getcpu),        SCMP_SYS(sysinfo),
};

/* Libraries try these and get along without: XGBoost reads its CPU quota for
 * every prediction. */
static const int refused[] = {
  SCMP_SYS(open),       SCMP_SYS(openat),     SCMP_SYS(openat2),
  SCMP_SYS(stat),       SCMP_SYS(lstat),      SCMP_SYS(fstat),
  SCMP_SYS(newfstatat), SCMP_SYS(statx),      SCMP_SYS(access),
  SCMP_SYS(faccessat),  SCMP_SYS(faccessat2), SCMP_SYS(readlink),
  SCMP_SYS(readlinkat), SCMP_SYS(lseek),      SCMP_SYS(fcntl),
  SCMP_SYS(ioctl),      SCMP_SYS(getrandom),  SCMP_SYS(uname),
  SCMP_SYS(getrlimit),  SCMP_SYS(prlimit64),  SCMP_SYS(getuid),
};

static bool allow_memory(scmp_filter_ctx filter, int call) {
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                          SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

bool ax_sandbox_filter_scoring(void) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (!filter) return false;
  bool ok = true;
  for (size_t i = 0; i < AX_COUNT(allowed); i++)
    ok &= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
  for (size_t i = 0; i < AX_COUNT(refused); i++)
    ok &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0) == 0;
  ok &= allow_memory(filter, SCMP_SYS(mmap));
  ok &= allow_memory(filter, SCMP_SYS(mprotect));
  /* abort() signals its own process, and only that. */
  ok &= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                         SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0;
  ok &=
      seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction), 0) == 0;
  ok &= seccomp_load(filter) == 0;
  seccomp_release(filter);
  return ok;
}
