/*
 * sandbox.h - what a worker gives up before and after it loads a plug-in.
 *
 * Three steps. `begin`, first thing: no descriptors but the socket, no output,
 * die with the broker. `before_load`: code of the plug-in runs inside dlopen
 * (constructors), so limits, the user, file access (Landlock: libraries only)
 * and a filter against new processes and sockets go on before it.
 * `after_create`: from then on a system call that scoring does not need ends
 * the process; one that libraries try harmlessly (opening files) fails.
 *
 * What the kernel does not offer is reported, not fatal: an older kernel has
 * no Landlock, a container may forbid dropping the user.
 *
 * In sanitizer builds the filters and the limits on memory and file size are
 * left out: their run-time libraries need system calls and address space of
 * their own, and write reports.
 *
 * Threads: the worker has one.
 */
#ifndef AX_WORKER_SANDBOX_H
#define AX_WORKER_SANDBOX_H

#include <stdint.h>

enum {
  AX_SANDBOX_PARENT = 1 << 0,      /* dies with the broker */
  AX_SANDBOX_DESCRIPTORS = 1 << 1, /* all others closed */
  AX_SANDBOX_LIMITS = 1 << 2,      /* memory, files, processes, core */
  AX_SANDBOX_USER = 1 << 3,        /* not root */
  AX_SANDBOX_NO_NEW_PRIVS = 1 << 4,
  AX_SANDBOX_LANDLOCK = 1 << 5,     /* no files but libraries */
  AX_SANDBOX_EARLY_FILTER = 1 << 6, /* no processes, no sockets */
  AX_SANDBOX_FILTER = 1 << 7,       /* only what scoring needs */
  AX_SANDBOX_NO_NEW_CODE = 1 << 8,  /* memory never becomes executable */
};

typedef struct {
  uint32_t applied, refused; /* AX_SANDBOX_*; in neither: left out on purpose */
} ax_sandbox;

/* `keep` is the one descriptor above 2 that stays. */
void ax_sandbox_begin(ax_sandbox *sandbox, int keep);

/* `memory` in bytes; 0: no limit. */
void ax_sandbox_before_load(ax_sandbox *sandbox, uint64_t memory);

void ax_sandbox_after_create(ax_sandbox *sandbox);

#endif
