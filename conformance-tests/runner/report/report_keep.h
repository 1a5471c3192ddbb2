/*
 * report_keep.h - what is kept of a script's results until the reports are
 * written: a copy without secrets, in which long bodies are cut.
 *
 * A run of many scripts would otherwise hold every answer it ever got. Secrets
 * are hidden before anything is cut, so that no half of one is left over.
 *
 * Lifetime: the copy lives in the arena given and needs nothing of the
 * original. Its `script` is the original's only as far as NULL goes; its
 * exchanges have no trees. Threads: any.
 */
#ifndef AX_REPORT_REPORT_KEEP_H
#define AX_REPORT_REPORT_KEEP_H

#include "report/report_mask.h"
#include "run/result.h"

typedef struct {
  const ax_report_masker *masker;
  size_t body_max; /* bytes kept of a body; 0: all */
  size_t text_max; /* and of every other text; 0: all */
} ax_report_keep_options;

/* `scratch` may be freed afterwards. NOMEM. */
ax_status ax_report_keep(const ax_result_script *in,
                         const ax_report_keep_options *options,
                         ax_arena *scratch, ax_arena *arena,
                         ax_result_script *out) AX_MUST_USE;

/* One text likewise, as ax_report_keep does it. NOMEM. */
ax_status ax_report_keep_text(const ax_report_keep_options *options,
                              ax_arena *scratch, ax_arena *arena,
                              ax_str *text) AX_MUST_USE;

#endif
