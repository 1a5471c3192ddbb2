/* `list` and `check`: what there is, without a server. */
#include <stdio.h>

#include "app/app_memory.h"
#include "app/command.h"
#include "cli/cli_check.h"
#include "cli/cli_exits.h"
#include "cli/cli_find.h"
#include "cli/cli_rules.h"
#include "cli/cmd.h"
#include "report/report_text.h"
#include "script/script.h"

enum { LINE_MAX_BYTES = 400, OUT_MAX = 64 << 20 };
static const size_t WORLD = (size_t)1 << 30, SCRATCH = (size_t)1 << 30;

typedef struct {
  const char *name, *about;
  bool notices; /* `check` */
} mode;

typedef struct {
  const mode *mode;
  ax_arena *arena;
  ax_cli_options options;
  ax_cli_words files;
  ax_cli_rules rules;
  size_t scripts, tests, broken, notices;
  ax_error err;
} job;

static void put(ax_buf *out, ax_str text) {
  ax_report_text_line(out, text, LINE_MAX_BYTES);
}

static void put_tests(ax_buf *out, const ax_script *script) {
  for (size_t i = 0; i < script->tests.count; i++) {
    const ax_script_phase *test = &script->tests.items[i];
    ax_buf_append(out, AX_STR("  "));
    put(out, script->id.len ? script->id : script->name);
    ax_buf_append_char(out, '/');
    put(out, test->id.len ? test->id : test->name);
    if (test->id.len && test->name.len) {
      ax_buf_append(out, AX_STR("  "));
      put(out, test->name);
    }
    ax_buf_append_char(out, '\n');
  }
}

static void put_notices(ax_buf *out, const ax_script_notice *items,
                        size_t count) {
  for (size_t i = 0; i < count; i++) {
    ax_buf_append(out, AX_STR("  "));
    put(out, items[i].place);
    ax_buf_append(out, AX_STR(": "));
    put(out, items[i].text);
    ax_buf_append_char(out, '\n');
  }
}

static ax_status put_faults(job *j, ax_buf *out, const ax_script *script,
                            ax_arena *scratch) {
  ax_cli_faults faults = { 0 };
  AX_TRY(ax_cli_check_script(&j->rules, script, scratch, &faults));
  put_notices(out, script->notices.items, script->notices.count);
  put_notices(out, faults.items, faults.count);
  j->notices += script->notices.count + faults.count;
  return AX_OK;
}

static ax_status put_script(job *j, ax_buf *out, const ax_script *script,
                            ax_arena *scratch) {
  put(out, script->file);
  ax_buf_append(out, AX_STR("  "));
  put(out, script->title.len ? script->title : script->name);
  for (size_t i = 0; i < script->tags.count; i++) {
    ax_buf_append(out, AX_STR("  #"));
    put(out, script->tags.items[i]);
  }
  ax_buf_append_char(out, '\n');
  if (j->mode->notices)
    AX_TRY(put_faults(j, out, script, scratch));
  else
    put_tests(out, script);
  j->scripts++;
  j->tests += script->tests.count;
  return out->status;
}

static ax_status show_file(job *j, const char *file, ax_arena *scratch,
                           ax_buf *out) {
  const ax_script_options load = { .registry = j->rules.rules.registry,
                                   .fixture_folders = j->options.fixtures.items,
                                   .fixture_folder_count =
                                       j->options.fixtures.count };
  ax_error err = { 0 };
  ax_script *script;
  const ax_script *wanted;
  ax_status status = ax_script_load(file, &load, scratch, &script, &err);
  if (status == AX_NOMEM) return status;
  if (status) {
    j->broken++;
    (void)ax_cmd_fail(0, status, &err);
    return AX_OK;
  }
  AX_TRY(ax_cli_find_wanted(scratch, script, &j->options, &wanted));
  return wanted ? put_script(j, out, wanted, scratch) : AX_OK;
}

static ax_status show_all(job *j) {
  for (size_t i = 0; i < j->files.count; i++) {
    ax_arena *scratch = ax_arena_new(SCRATCH);
    ax_buf out = AX_BUF_INIT(OUT_MAX);
    ax_status status =
        scratch ? show_file(j, j->files.items[i], scratch, &out) : AX_NOMEM;
    if (!status && out.len && !ax_command_print(ax_buf_view(&out)))
      status =
          ax_error_set(&j->err, AX_IO, "standard output cannot be written");
    ax_buf_free(&out);
    ax_arena_free(scratch);
    AX_TRY(status);
  }
  (void)printf("%zu scripts, %zu tests", j->scripts, j->tests);
  if (j->mode->notices) (void)printf(", %zu remarks", j->notices);
  if (j->broken) (void)printf(", %zu files cannot be used", j->broken);
  (void)printf("\n");
  return AX_OK;
}

static int print_help(const mode *m) {
  (void)printf(
      "usage: auspex-conformance %s [OPTION]... FILE|FOLDER...\n\n%s\n\n"
      "Options: --include, --exclude, --fixtures, --packages and --profiles, "
      "as for `run`.\n",
      m->name, m->about);
  return AX_CLI_EXIT_OK;
}

static ax_status prepare(job *j) {
  if (!j->options.paths.count)
    return ax_error_set(&j->err, AX_INVALID,
                        "%s needs a TestScript or a folder with some",
                        j->mode->name);
  AX_TRY(ax_cli_find_scripts(j->arena, &j->options.paths, &j->files, &j->err));
  return ax_cli_rules_open(j->arena, &j->options, &j->rules, &j->err);
}

static int look(job *j, int argc, char **argv) {
  ax_status status =
      ax_cli_options_read(j->arena, argc, argv, &j->options, &j->err);
  if (!status && j->options.help) return print_help(j->mode);
  if (!status) status = prepare(j);
  if (!status) status = show_all(j);
  if (status) return ax_cmd_fail(AX_CLI_EXIT_INPUT, status, &j->err);
  return j->broken ? AX_CLI_EXIT_INPUT : AX_CLI_EXIT_OK;
}

static int begin(const mode *m, int argc, char **argv) {
  ax_app_memory_settle();
  job j = { .mode = m, .arena = ax_arena_new(WORLD) };
  int code = j.arena ? look(&j, argc, argv)
                     : ax_cmd_fail(AX_CLI_EXIT_INPUT, AX_NOMEM, NULL);
  ax_cli_rules_close(&j.rules);
  ax_arena_free(j.arena);
  return code;
}

int ax_cmd_list(int argc, char **argv) {
  static const mode list = {
    "list", "Lists scripts, their tags and tests, as --include names them.",
    false
  };
  return begin(&list, argc, argv);
}

int ax_cmd_check(int argc, char **argv) {
  static const mode check = {
    "check",
    "Reads scripts without running them and says what is unusual or wrong in "
    "each.\nExit code 2: some cannot be used at all.",
    true
  };
  return begin(&check, argc, argv);
}
