/*
 * fuzz.h - rows and data files that chance makes, for as long as one likes. The
 * same seed makes the same ones.
 *
 * For command-line tools; see trial.h.
 */
#ifndef AX_KIT_FUZZ_H
#define AX_KIT_FUZZ_H

#include "kit/finding.h"
#include "kit/trial.h"

typedef struct {
  uint64_t rows, batches, files; /* tried */
} ax_fuzz_count;

/* Until `deadline_ns` (monotonic) or three findings. A row that did harm is
 * shown as golden.json would hold it. */
ax_status ax_fuzz(ax_trial *trial, uint64_t seed, int64_t deadline_ns,
                  ax_findings *out, ax_fuzz_count *count,
                  ax_error *err) AX_MUST_USE;

#endif
