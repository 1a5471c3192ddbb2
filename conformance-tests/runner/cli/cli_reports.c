#include "cli/cli_reports.h"

#include <stdio.h>

#include "app/command.h"
#include "base/file.h"

/* A report of everything that was kept, in all of its escapes. */
static const size_t REPORT_MAX = (size_t)1 << 30;

static const ax_report_form all_forms[] = {
  AX_REPORT_CONSOLE, AX_REPORT_JSON, AX_REPORT_JUNIT,
  AX_REPORT_TAP,     AX_REPORT_HTML, AX_REPORT_TESTREPORT,
};

static ax_status read_wish(const char *word, ax_report_form *form, ax_str *file,
                           ax_error *err) {
  ax_str name;
  AX_TRY(ax_cli_options_pair("--report", word, '=', &name, file, err));
  if (!ax_report_named(name, form))
    return ax_error_set(err, AX_INVALID,
                        "--report knows console, json, junit, tap, html and "
                        "testreport, not \"%.40s\"",
                        word);
  if (file->len) return AX_OK;
  return ax_error_set(err, AX_INVALID, "--report %.60s names no file", word);
}

/* Told before a run, not when its results would be lost. */
static ax_status check_folder(ax_str file, ax_error *err) {
  char folder[4096];
  size_t n = file.len;
  while (n && file.ptr[n - 1] != '/') n--;
  if (!n) return AX_OK;
  (void)snprintf(folder, sizeof folder, "%.*s", (int)n, file.ptr);
  if (ax_file_is_dir(folder)) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND, "--report: there is no folder %.200s",
                      folder);
}

ax_status ax_cli_reports_check(const ax_cli_options *options, ax_error *err) {
  for (size_t i = 0; i < options->reports.count; i++) {
    ax_report_form form;
    ax_str file;
    AX_TRY(read_wish(options->reports.items[i], &form, &file, err));
    AX_TRY(check_folder(file, err));
  }
  return options->report_dir ? ax_file_make_dirs(options->report_dir, err)
                             : AX_OK;
}

/* One form at a time, so that only one text is in memory. */
static ax_status write_one(ax_report_form form, const char *file,
                           const ax_result_run *run, ax_error *err) {
  ax_buf text = AX_BUF_INIT(REPORT_MAX);
  ax_arena *arena = ax_arena_new(REPORT_MAX);
  ax_status status = arena ? AX_OK : AX_NOMEM;
  if (!status) status = ax_report_write(form, run, false, arena, &text, err);
  if (!status) status = ax_file_write(file, ax_buf_view(&text), err);
  ax_arena_free(arena);
  ax_buf_free(&text);
  return status;
}

ax_status ax_cli_reports_write(const ax_cli_options *options,
                               const ax_result_run *run, ax_error *err) {
  for (size_t i = 0; i < options->reports.count; i++) {
    ax_report_form form;
    ax_str file;
    AX_TRY(read_wish(options->reports.items[i], &form, &file, err));
    AX_TRY(write_one(form, file.ptr, run, err));
  }
  for (size_t i = 0; options->report_dir && i < AX_COUNT(all_forms); i++) {
    ax_buf path = AX_BUF_INIT(1 << 16);
    ax_buf_printf(&path, "%s/%s", options->report_dir,
                  ax_report_file(all_forms[i]));
    ax_buf_append_char(&path, '\0');
    ax_status status = path.status;
    if (!status) status = write_one(all_forms[i], path.bytes, run, err);
    ax_buf_free(&path);
    AX_TRY(status);
  }
  return AX_OK;
}

ax_status ax_cli_reports_print(const ax_result_run *run, bool colours,
                               ax_error *err) {
  ax_buf text = AX_BUF_INIT(REPORT_MAX);
  ax_arena *arena = ax_arena_new(REPORT_MAX);
  ax_status status = arena ? AX_OK : AX_NOMEM;
  if (!status)
    status =
        ax_report_write(AX_REPORT_CONSOLE, run, colours, arena, &text, err);
  if (!status && !ax_command_print(ax_buf_view(&text)))
    status = ax_error_set(err, AX_IO, "standard output cannot be written");
  ax_arena_free(arena);
  ax_buf_free(&text);
  return status;
}

void ax_cli_reports_summary(const char *word, const ax_result_run *run,
                            ax_buf *out) {
  ax_result_counts asserts = ax_result_count(run).asserts;
  size_t complete = 0, unsupported = 0;
  for (size_t i = 0; i < run->scripts.count; i++) {
    complete += ax_result_complete(&run->scripts.items[i]);
    unsupported += ax_result_target_lacks(&run->scripts.items[i]);
  }
  ax_buf_printf(out,
                "%s: scripts=%zu complete=%zu unsupported=%zu asserts=%zu "
                "passed=%zu failed=%zu\n",
                word, run->scripts.count, complete, unsupported, asserts.all,
                asserts.of[AX_RESULT_PASS], asserts.of[AX_RESULT_FAIL]);
}
