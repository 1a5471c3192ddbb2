/* `auspex plugin check`: a module tried out as a gateway would run it. */
#include <stdio.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "kit/check.h"
#include "kit/lint.h"

enum { MEMORY_MAX = 1 << 30 };
enum { JSON, WORKER }; /* options */

static const ax_plugin_option options[] = {
  [JSON] = { "--json", NULL, "Findings as JSON." },
  [WORKER] = { "--worker", "PATH", "auspex-worker; default: beside auspex." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage = "check [--json] [--worker PATH] FOLDER",
  .about =
      "Does all that lint does, and tries the module out in a worker: every\n"
      "state of every input, NaN, infinities, batches of all sizes, small\n"
      "buffers, other orders and batches, another process, damaged data "
      "files,\n"
      "golden rows; memory, time and system calls are watched. Exit code 1 "
      "when\n"
      "there are errors, 6 when the module cannot be loaded.",
  .options = options,
  .least = 1,
  .most = 1,
};

static int print(const ax_findings *findings, bool json) {
  ax_buf out = AX_BUF_INIT(MEMORY_MAX);
  if (json)
    ax_finding_json(findings, &out);
  else
    ax_finding_print(findings, &out);
  int code = findings->errors ? AX_EXIT_INPUT : AX_EXIT_OK;
  if (out.status || !ax_command_print(ax_buf_view(&out))) code = AX_EXIT_USAGE;
  ax_buf_free(&out);
  return code;
}

/* The file first: what it says explains why it does not load. */
static int check(ax_arena *arena, const ax_plugin_words *words) {
  ax_findings findings = { .arena = arena };
  ax_error err = { 0 };
  ax_trial trial;
  ax_status status = ax_lint_module(words->words[0], &findings, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  status = ax_trial_open(arena, words->values[WORKER], words->words[0], &trial,
                         &err);
  if (status) {
    ax_finding_add(&findings, AX_FINDING_ERROR, "load",
                   ax_str_from(words->words[0]), "it cannot be loaded: %s",
                   err.text[0] ? err.text : ax_error_name(status));
    (void)print(&findings, words->values[JSON] != NULL);
    return AX_EXIT_SCORING;
  }
  status = ax_check(&trial, &findings, &err);
  ax_trial_close(&trial);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  return print(&findings, words->values[JSON] != NULL);
}

int ax_cmd_plugin_check(int argc, char **argv) {
  return ax_plugin_words_run(&manual, argc, argv, MEMORY_MAX, check);
}
