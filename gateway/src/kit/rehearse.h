/*
 * rehearse.h - makes golden rows: rows that go to every corner of what a model
 * declares, and what it answers to them now.
 *
 * For command-line tools; see trial.h.
 */
#ifndef AX_KIT_REHEARSE_H
#define AX_KIT_REHEARSE_H

#include "base/buf.h"
#include "kit/trial.h"

/* Writes golden.json (scoring/golden.h) for all models of the module to `out`:
 * `ordinary` rows with plausible values, and one for each input that may be
 * missing. INVALID, TIMEOUT, UNAVAILABLE: the module failed on a row. */
ax_status ax_rehearse(ax_trial *trial, size_t ordinary, ax_buf *out,
                      size_t *rows, ax_error *err) AX_MUST_USE;

#endif
