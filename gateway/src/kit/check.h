/*
 * check.h - tries a module out in a worker, as a gateway would run it, and
 * harder: every state of every cell, values nobody expects, batches of every
 * size, buffers that are too small, rows in other orders and other batches,
 * the same rows again and in another process, damaged data files; memory and
 * time are watched. Declarations are looked at as by lint.
 *
 * For command-line tools; see trial.h.
 */
#ifndef AX_KIT_CHECK_H
#define AX_KIT_CHECK_H

#include "kit/finding.h"
#include "kit/trial.h"

/* Adds what is found to `out`. NOMEM, IO only: whatever the module does is a
 * finding. */
ax_status ax_check(ax_trial *trial, ax_findings *out,
                   ax_error *err) AX_MUST_USE;

#endif
