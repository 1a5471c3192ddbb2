/* `auspex plugin lint`: mistakes that can be seen without loading. */
#include <stdio.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "kit/lint.h"

enum { MEMORY_MAX = 1 << 30 };

static const ax_plugin_option options[] = {
  { "--json", NULL, "Findings as JSON." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage = "lint [--json] FILE|FOLDER",
  .about =
      "Looks at a module without loading it: ELF note, exports, hardening,\n"
      "imports, declarations with codes and units, and, for a folder, cards,\n"
      "golden rows and manifest. Exit code 1 when there are errors.",
  .options = options,
  .least = 1,
  .most = 1,
};

int ax_cmd_plugin_lint(int argc, char **argv) {
  ax_plugin_words words;
  int code;
  if (!ax_plugin_words_read(&manual, argc, argv, &words, &code)) return code;
  ax_arena *arena = ax_arena_new(MEMORY_MAX);
  ax_findings findings = { .arena = arena };
  ax_error err = { 0 };
  ax_status status =
      arena ? ax_lint(words.words[0], &findings, &err) : AX_NOMEM;
  if (status) {
    code = ax_command_fail(AX_EXIT_USAGE, status, &err);
  } else {
    ax_buf out = AX_BUF_INIT(MEMORY_MAX);
    if (words.values[0])
      ax_finding_json(&findings, &out);
    else
      ax_finding_print(&findings, &out);
    code = findings.errors ? AX_EXIT_INPUT : AX_EXIT_OK;
    if (out.status || !ax_command_print(ax_buf_view(&out)))
      code = AX_EXIT_USAGE;
    ax_buf_free(&out);
  }
  ax_arena_free(arena);
  return code;
}
