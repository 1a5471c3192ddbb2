/* `auspex plugin golden`: writes golden.json. */
#include <stdio.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "base/file.h"
#include "kit/rehearse.h"
#include "scoring/golden.h"

enum { MEMORY_MAX = 1 << 30, ORDINARY = 12 };
enum { ROWS, WORKER }; /* options */

static const ax_plugin_option options[] = {
  [ROWS] = { "--rows", "N", "Rows with plausible values a model; 12." },
  [WORKER] = { "--worker", "PATH", "auspex-worker; default: beside auspex." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage = "golden [--rows N] [--worker PATH] FOLDER",
  .about =
      "Writes FOLDER/golden.json: rows by the declarations, and what the "
      "module\n"
      "answers to them now. A gateway stages a version only when it gives "
      "these\n"
      "answers bit for bit. Look at them before you ship: what is wrong now\n"
      "stays wrong. Exit code 6 when the module fails on a row.",
  .options = options,
  .least = 1,
  .most = 1,
};

static ax_status write_file(ax_arena *arena, const ax_trial *trial,
                            const ax_buf *text, ax_error *err) {
  ax_str path = ax_arena_printf(arena, "%s/" AX_GOLDEN_FILE, trial->folder);
  if (!path.ptr) return AX_NOMEM;
  return ax_file_write(path.ptr, ax_buf_view(text), err);
}

static int golden(ax_arena *arena, const ax_plugin_words *words) {
  uint64_t ordinary = ORDINARY;
  ax_error err = { 0 };
  ax_trial trial;
  size_t rows = 0;
  ax_buf text = AX_BUF_INIT(AX_GOLDEN_MAX);
  if (words->values[ROWS] &&
      !ax_str_uint64(ax_str_from(words->values[ROWS]), 1000, &ordinary)) {
    (void)fprintf(stderr, "auspex: --rows is a number up to 1000\n");
    return AX_EXIT_USAGE;
  }
  ax_status status = ax_trial_open(arena, words->values[WORKER],
                                   words->words[0], &trial, &err);
  if (status) return ax_command_fail(AX_EXIT_SCORING, status, &err);
  status = ax_rehearse(&trial, (size_t)ordinary, &text, &rows, &err);
  if (!status) status = write_file(arena, &trial, &text, &err);
  if (!status)
    (void)printf("%s/" AX_GOLDEN_FILE ": %zu rows\n", words->words[0], rows);
  ax_buf_free(&text);
  ax_trial_close(&trial);
  return status ? ax_command_fail(AX_EXIT_SCORING, status, &err) : AX_EXIT_OK;
}

int ax_cmd_plugin_golden(int argc, char **argv) {
  return ax_plugin_words_run(&manual, argc, argv, MEMORY_MAX, golden);
}
