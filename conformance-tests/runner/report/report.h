/*
 * report.h - the forms in which the results of a run are told.
 *
 * All are made of one ax_result_run and take their totals from
 * ax_result_count, so that they agree. Secrets (tokens, client secrets,
 * passwords, cookies) are masked before a form sees them: ax_report_mask.
 *
 * Threads: a call touches only its arguments.
 */
#ifndef AX_REPORT_REPORT_H
#define AX_REPORT_REPORT_H

#include "base/buf.h"
#include "run/result.h"

/*
 * Replaces, in all texts of the run, every one of `secrets` (empty ones are
 * left out) and the values of Authorization, Cookie, Set-Cookie,
 * Proxy-Authorization and X-Api-Key headers, of access_token, refresh_token,
 * id_token, client_secret, client_assertion and password members and form
 * fields, and of user information in URLs, by "***".
 */
ax_status ax_report_mask(ax_arena *arena, ax_result_run *run,
                         const ax_str *secrets,
                         size_t secret_count) AX_MUST_USE;

typedef enum {
  AX_REPORT_CONSOLE,
  AX_REPORT_JSON,
  AX_REPORT_JUNIT,
  AX_REPORT_TAP,
  AX_REPORT_HTML,
  AX_REPORT_TESTREPORT /* a Bundle of type collection of TestReport resources */
} ax_report_form;

/* "console", "json", "junit", "tap", "html", "testreport"; false: unknown. */
bool ax_report_named(ax_str name, ax_report_form *out);

/* The file name a report gets in a report folder: "junit.xml". */
const char *ax_report_file(ax_report_form form);

/* Writes the whole report. TOO_LARGE, NOMEM. */
ax_status ax_report_write(ax_report_form form, const ax_result_run *run,
                          bool colours, ax_arena *arena, ax_buf *out,
                          ax_error *err) AX_MUST_USE;

#endif
