/*
 * check_parts.h - what the parts of check share: rows, asking, comparing. For
 * check*.c only.
 */
#ifndef AX_KIT_CHECK_PARTS_H
#define AX_KIT_CHECK_PARTS_H

#include "kit/check.h"
#include "kit/rows.h"

enum {
  AX_CHECK_PARTS_ROWS = 24,   /* ordinary ones */
  AX_CHECK_PARTS_DEATHS = 24, /* of one model; then it is given up */
  AX_CHECK_PARTS_SCRATCH = 256 << 20
};

typedef struct {
  ax_trial *trial;
  ax_findings *out;
  const ax_model *model;
  ax_arena *scratch; /* emptied between parts */
  size_t deaths;
  /* What the ordinary rows give, as evidence text. */
  const ax_feature_row *rows[AX_CHECK_PARTS_ROWS];
  ax_str answers[AX_CHECK_PARTS_ROWS];
  bool fine; /* they could be scored */
  /* The rows hold what no host sends: they must be survived, and any answer
   * will do. */
  bool impossible, trusts; /* trusts: that was said */
  bool tight;              /* there is less room than it declares */
} ax_check_parts;

/* Asks for `count` rows. OK: `results` (in scratch) hold each row's. INVALID:
 * the plug-in declined, `err` says how. Anything else has become a finding that
 * begins with `what`. */
ax_status ax_check_parts_ask(ax_check_parts *c, const char *what,
                             const ax_feature_row *const *rows, size_t count,
                             ax_results *results, ax_error *err);

/* The results of one row as text that has all their bits. */
ax_str ax_check_parts_text(ax_check_parts *c, const ax_results *results);

/* An error, a warning about the model. */
void ax_check_parts_say(ax_check_parts *c, ax_finding_severity severity,
                        const char *rule, const char *format, ...)
    AX_PRINTF(4, 5);

/* Input trials (check_inputs.c), batches (check_batches.c), the module as a
 * whole (check_module.c). */
void ax_check_inputs(ax_check_parts *c);
void ax_check_batches(ax_check_parts *c);
void ax_check_module_data(ax_trial *trial, ax_findings *out);
void ax_check_module_golden(ax_trial *trial, ax_findings *out);

#endif
