#include <stdio.h>
#include <unistd.h>

#include "app/app_memory.h"
#include "app/command.h"
#include "base/clock.h"
#include "cli/cli_exits.h"
#include "cli/cli_find.h"
#include "cli/cli_reports.h"
#include "cli/cli_session.h"
#include "cli/cmd.h"
#include "report/report_keep.h"

static const size_t WORLD = (size_t)1 << 30;

static const char usage[] =
    "usage: auspex-conformance run --base URL [OPTION]... FILE|FOLDER...\n\n"
    "Runs FHIR R4 TestScripts (JSON or XML) against a server. A folder stands "
    "for all\nTestScripts in it and below.\n\nOptions:\n";

static const char summary_help[] =
    "\nIn the line of --summary, scripts = complete + unsupported + all "
    "others:\n"
    "  complete     every action was run and judged; what was skipped was so "
    "because\n               something before it failed or a condition of the "
    "script did not apply\n"
    "  unsupported  not complete, and all that was missing the target says in "
    "its\n               CapabilityStatement that it does not do\n"
    "  asserts      all asserts; passed and failed those that hold and do "
    "not, the\n               others were skipped, are only warnings, or could "
    "not be judged\n";

typedef struct {
  ax_arena *arena; /* of the whole run */
  ax_arena *kept;  /* of the results */
  ax_cli_options options;
  ax_cli_words files;
  ax_cli_rules rules;
  ax_cli_target *target;
  ax_map *requirements;
  ax_cli_clients clients;
  ax_result_run run;
  ax_cli_session_end end;
  ax_error err;
} job;

static int print_help(void) {
  ax_buf out = AX_BUF_INIT(1 << 20);
  ax_buf_append(&out, ax_str_from(usage));
  ax_cli_options_help(&out);
  ax_buf_append(&out, ax_str_from(summary_help));
  ax_buf_append(&out, AX_STR("\nExit codes (the greatest that applies):\n"));
#define X(name, code, meaning) ax_buf_printf(&out, "  %d  %s\n", code, meaning);
  AX_CLI_EXITS(X)
#undef X
  (void)ax_command_print(ax_buf_view(&out));
  ax_buf_free(&out);
  return AX_CLI_EXIT_OK;
}

/* --- before --------------------------------------------------------------- */

static ax_status suite_name(job *j, ax_str *out) {
  ax_buf name = AX_BUF_INIT(1 << 16);
  if (j->options.suite) ax_buf_append(&name, ax_str_from(j->options.suite));
  for (size_t i = 0; !j->options.suite && i < j->options.paths.count; i++) {
    if (i) ax_buf_append_char(&name, ' ');
    ax_buf_append(&name, ax_str_from(j->options.paths.items[i]));
  }
  *out = ax_arena_str(j->arena, ax_buf_view(&name));
  ax_buf_free(&name);
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status prepare(job *j) {
  ax_cli_options *o = &j->options;
  size_t loaded = 0;
  if (!o->paths.count)
    return ax_error_set(&j->err, AX_INVALID,
                        "run needs a TestScript or a folder with some");
  AX_TRY(ax_cli_reports_check(o, &j->err));
  AX_TRY(ax_cli_find_scripts(j->arena, &o->paths, &j->files, &j->err));
  AX_TRY(ax_cli_requirements_read(j->arena, o, &j->requirements, &j->err));
  AX_TRY(suite_name(j, &j->run.suite));
  AX_TRY(ax_cli_rules_open(j->arena, o, &j->rules, &j->err));
  AX_TRY(ax_cli_target_open(j->arena, o, &j->target, &j->err));
  AX_TRY(ax_cli_target_load(j->target, &loaded, &j->err));
  ax_str silence = ax_cli_target_silence(j->target);
  if (silence.len)
    (void)fprintf(stderr, "auspex-conformance: warning: " AX_STR_FMT "\n",
                  AX_STR_ARG(silence));
  if (loaded && !o->quiet)
    (void)printf("loaded %zu resource(s) and Bundle(s)\n", loaded);
  return AX_OK;
}

/* What the run itself is called may hold secrets, too. */
static ax_status name_run(job *j) {
  const ax_str *secrets;
  size_t count;
  ax_report_masker *masker;
  j->run.target = ax_cli_target_run(j->target).destinations[0].base;
  j->run.runner = AX_STR("auspex-conformance " AX_CLI_VERSION);
  j->run.seed = j->options.seed;
  if (!j->run.seed) j->run.seed = (uint64_t)ax_clock_wall_ms();
  AX_TRY(ax_cli_target_secrets(j->target, j->arena, &secrets, &count));
  AX_TRY(ax_report_mask_new(j->arena, secrets, count, &masker));
  const ax_report_keep_options options = { .masker = masker };
  AX_TRY(ax_report_keep_text(&options, j->arena, j->arena, &j->run.target));
  return ax_report_keep_text(&options, j->arena, j->arena, &j->run.suite);
}

static bool wants_colours(const ax_cli_options *o) {
  ax_str when = ax_str_from(o->colour);
  if (ax_str_eq(when, AX_STR("auto"))) return isatty(STDOUT_FILENO);
  return ax_str_eq(when, AX_STR("always"));
}

/* --- after ---------------------------------------------------------------- */

static bool all_judged(const ax_result_counts *c, bool strict) {
  if (c->of[AX_RESULT_FAIL] || c->of[AX_RESULT_ERROR]) return false;
  return !strict || !(c->of[AX_RESULT_SKIP] + c->of[AX_RESULT_UNSUPPORTED]);
}

static int exit_code(const job *j) {
  ax_result_totals totals = ax_result_count(&j->run);
  bool strict = j->options.strict;
  const ax_result_counts *scripts = &totals.scripts, *tests = &totals.tests;
  size_t passed = scripts->of[AX_RESULT_PASS] + scripts->of[AX_RESULT_WARNING] +
                  tests->of[AX_RESULT_PASS] + tests->of[AX_RESULT_WARNING];
  if (j->end.unreachable) return AX_CLI_EXIT_UNREACHABLE;
  if (j->end.unloadable) return AX_CLI_EXIT_INPUT;
  if (j->end.interrupted || !passed || !all_judged(scripts, strict) ||
      !all_judged(tests, strict))
    return AX_CLI_EXIT_FAILED;
  return AX_CLI_EXIT_OK;
}

static ax_status report(job *j, bool colours) {
  if (!j->options.quiet)
    AX_TRY(ax_cli_reports_print(&j->run, colours, &j->err));
  AX_TRY(ax_cli_reports_write(&j->options, &j->run, &j->err));
  if (!j->options.summary) return AX_OK;
  ax_buf line = AX_BUF_INIT(1 << 16);
  ax_cli_reports_summary(j->options.summary, &j->run, &line);
  bool printed = ax_command_print(ax_buf_view(&line));
  ax_buf_free(&line);
  return printed ? AX_OK
                 : ax_error_set(&j->err, AX_IO,
                                "standard output cannot be written");
}

/* A pattern that means nothing is mostly a slip, and fewer tests than were
 * meant would pass unseen. */
static void tell_unmatched(const job *j) {
  const ax_cli_words *include = &j->options.include;
  for (size_t i = 0; j->end.matched && i < include->count; i++)
    if (!j->end.matched[i])
      (void)fprintf(stderr,
                    "auspex-conformance: warning: --include %s means no script "
                    "and no test\n",
                    include->items[i]);
}

static int run_scripts(job *j) {
  bool colours = wants_colours(&j->options);
  const ax_cli_session session = { .options = &j->options,
                                   .rules = &j->rules,
                                   .target = j->target,
                                   .requirements = j->requirements,
                                   .files = &j->files,
                                   .seed = j->run.seed,
                                   .clients = j->clients,
                                   .colours = colours };
  ax_status status =
      ax_cli_session_run(&session, j->kept, &j->run, &j->end, &j->err);
  if (!status && !j->run.scripts.count)
    status = ax_error_set(&j->err, AX_INVALID,
                          "--include and --exclude leave no test");
  if (!status) tell_unmatched(j);
  ax_cli_rules_close(&j->rules); /* their memory is the reports' now */
  if (!status) status = report(j, colours);
  if (status) return ax_cmd_fail(AX_CLI_EXIT_INPUT, status, &j->err);
  return exit_code(j);
}

static int run(job *j, int argc, char **argv) {
  ax_status status =
      ax_cli_options_read(j->arena, argc, argv, &j->options, &j->err);
  if (!status && j->options.help) return print_help();
  j->options.offline = j->clients.recorded;
  if (!status) status = prepare(j);
  if (!status) status = name_run(j);
  if (status) return ax_cmd_fail(ax_cmd_exit_of(status), status, &j->err);
  return run_scripts(j);
}

int ax_cmd_run(int argc, char **argv) {
  return ax_cmd_run_clients(argc, argv, NULL);
}

int ax_cmd_run_clients(int argc, char **argv, const ax_cli_clients *clients) {
  ax_app_memory_settle();
  job j = { .arena = ax_arena_new(WORLD), .kept = ax_arena_new(WORLD) };
  if (clients) j.clients = *clients;
  int code = j.arena && j.kept ? run(&j, argc, argv)
                               : ax_cmd_fail(AX_CLI_EXIT_INPUT, AX_NOMEM, NULL);
  ax_cli_target_close(j.target);
  ax_cli_rules_close(&j.rules);
  ax_arena_free(j.kept);
  ax_arena_free(j.arena);
  return code;
}
