/* The plug-ins of a gateway, from the command line. */
#include "app/app_worker.h"
#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "base/buf.h"

enum { MEMORY = 64 << 20, TEXT_MAX = 16 << 20 };

static const ax_command_manual list_manual = {
  .usage = "plugin list [OPTION]...",
  .about = "Loads every module of the folder of plug-ins in a worker and "
           "prints its models:\n"
           "module, model, version, SHA-256 of the module; or why a module "
           "cannot be used.",
};

static void field(ax_buf *out, ax_str text, char end) {
  ax_buf_append(out, text);
  ax_buf_append_char(out, end);
}

static void print_model(ax_buf *out, const ax_model *model) {
  field(out, model->module, '\t');
  field(out, model->id, '\t');
  field(out, model->version, '\t');
  field(out, model->module_digest, '\n');
}

static ax_status print_host(ax_arena *arena, ax_score_host *host, ax_buf *out) {
  for (size_t i = 0; i < ax_score_model_count(host); i++)
    print_model(out, ax_score_model(host, i));
  for (size_t i = 0; i < ax_score_module_count(host); i++) {
    ax_score_module module;
    AX_TRY(ax_score_module_at(host, i, arena, &module));
    if (!module.broken) continue;
    field(out, module.name, '\t');
    field(out, AX_STR("broken"), '\t');
    field(out, module.detail, '\n');
  }
  return out->status;
}

static int list(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int code = AX_EXIT_OK;
  if (!ax_command_begin(arena, &list_manual, argc, argv, &command, &code))
    return code;
  ax_error err = { 0 };
  if (command.word_count) {
    ax_status odd = ax_error_set(&err, AX_INVALID,
                                 "plugin list takes options only, not "
                                 "\"%.60s\"",
                                 command.words[0].value);
    return ax_command_fail(AX_EXIT_USAGE, odd, &err);
  }
  ax_score_options options = ax_app_worker_options(arena, &command.config);
  ax_score_host *host = NULL;
  ax_buf out = AX_BUF_INIT(TEXT_MAX);
  ax_status status = ax_score_host_new(&options, &host, &err);
  if (!status) status = print_host(arena, host, &out);
  ax_score_host_free(host);
  if (status)
    code = ax_command_fail(AX_EXIT_SCORING, status, &err);
  else
    code = ax_command_print(ax_buf_view(&out)) ? AX_EXIT_OK : AX_EXIT_USAGE;
  ax_buf_free(&out);
  return code;
}

int ax_cmd_plugin_admin_list(int argc, char **argv) {
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = list(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
