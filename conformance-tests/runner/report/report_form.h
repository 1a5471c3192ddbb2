/*
 * report_form.h - the forms of report, one file each; report.c holds the table
 * of them. All take their counts from the view.
 */
#ifndef AX_REPORT_REPORT_FORM_H
#define AX_REPORT_REPORT_FORM_H

#include "base/buf.h"
#include "report/report_case.h"

typedef struct {
  const ax_result_run *run;
  ax_result_totals totals;
  ax_report_cases cases;
  ax_result_counts case_counts;
  bool colours;
  ax_arena *arena;
} ax_report_view;

/* For people at a terminal: what did not pass, and the totals. */
ax_status ax_report_console_write(const ax_report_view *view,
                                  ax_buf *out) AX_MUST_USE;
/* Everything there is; the members are described in conformance-tests/report.md. */
ax_status ax_report_json_write(const ax_report_view *view,
                               ax_buf *out) AX_MUST_USE;
/* JUnit XML: a testsuite for each script, a testcase for each case. */
ax_status ax_report_junit_write(const ax_report_view *view,
                                ax_buf *out) AX_MUST_USE;
/* TAP version 14 (testanything.org): a test point for each case. */
ax_status ax_report_tap_write(const ax_report_view *view,
                              ax_buf *out) AX_MUST_USE;
/* One page that needs nothing else. */
ax_status ax_report_html_write(const ax_report_view *view,
                               ax_buf *out) AX_MUST_USE;
/* A collection of FHIR TestReport resources, one for each script. */
ax_status ax_report_testreport_write(const ax_report_view *view,
                                     ax_buf *out) AX_MUST_USE;

/* Lines of what came of one script while the run goes on (report_console.c):
 * "fail  ID (3 tests, 0.120 s)". */
void ax_report_console_line(const ax_result_script *script, bool colours,
                            ax_buf *out);

/* The five totals by name, for forms that list them. */
enum { AX_REPORT_FORM_TOTALS = 5 };
typedef struct {
  ax_str name; /* "scripts" */
  const ax_result_counts *counts;
} ax_report_total;
void ax_report_form_totals(const ax_report_view *view,
                           ax_report_total out[AX_REPORT_FORM_TOTALS]);

#endif
