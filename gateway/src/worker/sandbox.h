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
 * What the kernel does not offer is reported, not fatal here: an older kernel
 * has no Landlock, a container may forbid namespaces. Whether to go on without
 * is the gateway's decision (option sandbox).
 *
 * In sanitizer builds the filters and the limits on memory and file size are
 * left out: their run-time libraries need system calls and address space of
 * their own, and write reports.
 *
 * Threads: the worker has one.
 */
#ifndef AX_WORKER_SANDBOX_H
#define AX_WORKER_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "scoring/protection.h"

typedef struct {
  uint32_t applied, refused; /* AX_SANDBOX_*; in neither: left out on purpose */
} ax_sandbox;

/* `keep` is the one descriptor above 2 that stays; `apart`: the broker has put
 * its workers into namespaces of their own. */
void ax_sandbox_begin(ax_sandbox *sandbox, int keep, bool apart);

/* `memory` in bytes; 0: no limit. */
void ax_sandbox_before_load(ax_sandbox *sandbox, uint64_t memory);

void ax_sandbox_after_create(ax_sandbox *sandbox);

#endif
