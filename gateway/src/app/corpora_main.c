/* auspex-corpora [OPTION]... FOLDER: see corpora.h. */
#include <stdio.h>

#include "app/command.h"
#include "app/corpora.h"
#include "app/exits.h"
#include "base/file.h"

static const ax_command_manual manual = {
  .usage = "corpora [OPTION]... FOLDER",
  .about = "Runs the cases in FOLDER and writes what came out otherwise than "
           "recorded to\n"
           "build/corpora/.",
};

typedef struct {
  const char *name; /* its folder */
  ax_status (*run)(const ax_corpora *corpora, ax_buf *out, ax_error *err);
} part;

static const part parts[] = {
  { "validator", ax_corpora_validator },
  { "fhirpath", ax_corpora_fhirpath },
};

static ax_status run_parts(ax_arena *arena, const ax_corpora *corpora,
                           ax_buf *out, ax_error *err) {
  size_t ran = 0;
  AX_TRY(ax_file_make_dirs(corpora->output, err));
  for (size_t i = 0; i < AX_COUNT(parts); i++) {
    ax_str folder =
        ax_arena_printf(arena, "%s/%s", corpora->folder, parts[i].name);
    if (!folder.ptr) return AX_NOMEM;
    if (!ax_file_is_dir(folder.ptr)) continue;
    AX_TRY(parts[i].run(corpora, out, err));
    ran++;
  }
  if (ran) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND, "%s holds no cases", corpora->folder);
}

static ax_status run(ax_arena *arena, const ax_config_command *command,
                     ax_buf *out, ax_error *err) {
  ax_corpora corpora = { .output = "build/corpora" };
  if (command->word_count != 1)
    return ax_error_set(err, AX_INVALID, "one FOLDER is wanted");
  corpora.folder = command->words[0].value;
  AX_TRY(ax_app_packages_open(arena, &command->config, NULL, 0,
                              &corpora.registry, err));
  ax_status status = run_parts(arena, &corpora, out, err);
  ax_registry_close(corpora.registry);
  return status;
}

int main(int argc, char **argv) {
  ax_config_command command;
  ax_error err = { 0 };
  ax_buf out = AX_BUF_INIT((size_t)1 << 20);
  int code = AX_EXIT_OK;
  ax_arena *arena = ax_arena_new((size_t)64 << 20);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  if (ax_command_begin(arena, &manual, argc - 1, argv + 1, &command, &code)) {
    ax_status status = run(arena, &command, &out, &err);
    if (status)
      code = ax_command_fail(AX_EXIT_USAGE, status, &err);
    else if (!ax_command_print(ax_buf_view(&out)))
      code = AX_EXIT_USAGE;
  }
  ax_buf_free(&out);
  ax_arena_free(arena);
  return code;
}
