/*
 * report_case.h - what forms that know only test cases (JUnit, TAP) count.
 *
 * A case is a test of a script. So that nothing that went wrong is missing
 * there, a set-up or teardown that failed, could not be judged or is
 * unsupported is a case too, and a script without any (it could not be loaded,
 * it has no tests) is one itself.
 *
 * Lifetime: the arena given; points into the run. Threads: any.
 */
#ifndef AX_REPORT_REPORT_CASE_H
#define AX_REPORT_REPORT_CASE_H

#include "run/result.h"

typedef struct {
  const ax_result_script *script;
  const ax_result_phase *phase; /* NULL: the script itself */
  ax_result_kind kind;
  ax_str name;
  ax_str message; /* why it was skipped, is unsupported, broke; may be empty */
} ax_report_case;

typedef AX_VEC(ax_report_case) ax_report_cases;

/* Adds the cases of one script. NOMEM. */
ax_status ax_report_case_of(const ax_result_script *script, ax_arena *arena,
                            ax_report_cases *out) AX_MUST_USE;

/* The cases of all scripts, and their counts. NOMEM. */
ax_status ax_report_case_all(const ax_result_run *run, ax_arena *arena,
                             ax_report_cases *out) AX_MUST_USE;
ax_result_counts ax_report_case_count(const ax_report_cases *cases);

/* The action that decided about the case, or NULL: the first one of its
 * kind. */
const ax_result_action *ax_report_case_decided(const ax_report_case *item);

/* What people call a script: its name, title, id or file. */
ax_str ax_report_case_script(const ax_result_script *script);

#endif
