#include <stdio.h>

#include "app/app_rules.h"
#include "app/command.h"
#include "app/commands.h"
#include "app/exits.h"

static const ax_command_manual manual = {
  .usage = "explain [OPTION]... URL|TYPE",
  .about = "Prints the checks that were compiled from a StructureDefinition, "
           "named by its\n"
           "canonical URL or by the name of a core type.",
};

static ax_status explain(ax_arena *arena, const ax_config *config,
                         const char *name, ax_buf *out, int *exit_code,
                         ax_error *err) {
  ax_app_rules rules;
  *exit_code = AX_EXIT_PACKAGES;
  AX_TRY(ax_app_rules_open(arena, config, NULL, 0, &rules, err));
  ax_str url = ax_str_from(name);
  if (ax_registry_type(rules.registry, url))
    url = ax_arena_printf(arena, "http://hl7.org/fhir/StructureDefinition/%s",
                          name);
  *exit_code = AX_EXIT_USAGE;
  ax_json_writer w = ax_json_write_begin(out);
  ax_status status = ax_validate_explain(rules.validator, url, &w, err);
  if (!status) status = ax_json_write_end(&w);
  ax_app_rules_close(&rules);
  return status;
}

static int run(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int exit_code = AX_EXIT_OK;
  if (!ax_command_begin(arena, &manual, argc, argv, &command, &exit_code))
    return exit_code;
  ax_error err = { 0 };
  if (command.word_count != 1) {
    ax_status odd =
        ax_error_set(&err, AX_INVALID, "explain needs one URL or type name");
    return ax_command_fail(AX_EXIT_USAGE, odd, &err);
  }
  ax_buf out = AX_BUF_INIT((size_t)256 << 20);
  ax_status status = explain(arena, &command.config, command.words[0].value,
                             &out, &exit_code, &err);
  if (status) exit_code = ax_command_fail(exit_code, status, &err);
  if (!status) {
    ax_buf_append_char(&out, '\n');
    exit_code =
        ax_command_print(ax_buf_view(&out)) ? AX_EXIT_OK : AX_EXIT_USAGE;
  }
  ax_buf_free(&out);
  return exit_code;
}

int ax_cmd_explain(int argc, char **argv) {
  ax_arena *arena = ax_arena_new(64u << 20);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
