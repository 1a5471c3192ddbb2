/* `auspex plugin fuzz`: rows and data files that chance makes. */
#include <stdio.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "base/clock.h"
#include "kit/fuzz.h"

enum { MEMORY_MAX = 1 << 30, SECONDS = 10 };
enum { TIME, SEED, WORKER }; /* options */

static const ax_plugin_option options[] = {
  [TIME] = { "--seconds", "N", "How long; 10." },
  [SEED] = { "--seed", "N", "Another seed makes other rows; 1." },
  [WORKER] = { "--worker", "PATH", "auspex-worker; default: beside auspex." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage = "fuzz [--seconds N] [--seed N] [--worker PATH] FOLDER",
  .about =
      "Asks the module for rows with any bits as values and any states, in\n"
      "batches of any size, and starts it with damaged data files. A row that\n"
      "did harm is printed. Exit code 1 when one did.",
  .options = options,
  .least = 1,
  .most = 1,
};

static bool number(const char *text, uint64_t most, uint64_t *out) {
  return !text || ax_str_uint64(ax_str_from(text), most, out);
}

static int fuzz(ax_arena *arena, const ax_plugin_words *words) {
  uint64_t seconds = SECONDS, seed = 1;
  ax_error err = { 0 };
  ax_trial trial;
  ax_findings findings = { .arena = arena };
  ax_fuzz_count count;
  ax_buf out = AX_BUF_INIT(MEMORY_MAX);
  if (!number(words->values[TIME], 86400, &seconds) ||
      !number(words->values[SEED], UINT64_MAX, &seed)) {
    (void)fprintf(stderr, "auspex: --seconds and --seed are whole numbers\n");
    return AX_EXIT_USAGE;
  }
  ax_status status = ax_trial_open(arena, words->values[WORKER],
                                   words->words[0], &trial, &err);
  if (status) return ax_command_fail(AX_EXIT_SCORING, status, &err);
  status =
      ax_fuzz(&trial, seed, ax_clock_mono_ns() + (int64_t)seconds * 1000000000,
              &findings, &count, &err);
  ax_trial_close(&trial);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  ax_finding_print(&findings, &out);
  ax_buf_printf(&out, "%llu rows in %llu batches, %llu damaged sets of files\n",
                (unsigned long long)count.rows,
                (unsigned long long)count.batches,
                (unsigned long long)count.files);
  int code = findings.errors ? AX_EXIT_INPUT : AX_EXIT_OK;
  if (out.status || !ax_command_print(ax_buf_view(&out))) code = AX_EXIT_USAGE;
  ax_buf_free(&out);
  return code;
}

int ax_cmd_plugin_fuzz(int argc, char **argv) {
  return ax_plugin_words_run(&manual, argc, argv, MEMORY_MAX, fuzz);
}
