/*
 * sandbox_filter.h - the two system-call filters of a worker; the only file
 * that uses libseccomp. For sandbox.c.
 */
#ifndef AX_WORKER_SANDBOX_FILTER_H
#define AX_WORKER_SANDBOX_FILTER_H

#include <stdbool.h>

/* While the plug-in loads: anything but processes, sockets and other
 * processes' memory. False when the kernel refuses. */
bool ax_sandbox_filter_early(void);

/* While it scores: only what scoring needs. */
bool ax_sandbox_filter_scoring(void);

#endif
