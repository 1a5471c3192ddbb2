/*
 * cli_reports.h - writes the reports that the command line asks for.
 * Threads: any; no state.
 */
#ifndef AX_CLI_CLI_REPORTS_H
#define AX_CLI_CLI_REPORTS_H

#include "cli/cli_options.h"
#include "report/report.h"

/* Are the forms in --report known? INVALID names one that is not. */
ax_status ax_cli_reports_check(const ax_cli_options *options,
                               ax_error *err) AX_MUST_USE;

/* Writes the files. IO names the file that could not be written. */
ax_status ax_cli_reports_write(const ax_cli_options *options,
                               const ax_result_run *run,
                               ax_error *err) AX_MUST_USE;

/* What --quiet leaves out, on standard output. */
ax_status ax_cli_reports_print(const ax_result_run *run, bool colours,
                               ax_error *err) AX_MUST_USE;

/* The line of --summary. */
void ax_cli_reports_summary(const char *word, const ax_result_run *run,
                            ax_buf *out);

#endif
