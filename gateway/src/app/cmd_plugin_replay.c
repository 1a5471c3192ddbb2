/* `auspex plugin replay`: recorded scores through their modules again. */
#include <stdio.h>

#include "app/app_replay.h"
#include "app/app_worker.h"
#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/exits.h"

enum { MEMORY = 64 << 20 };

static const ax_command_manual manual = {
  .usage = "plugin replay [OPTION]...",
  .about = "Gives every row of evidence in the data folder to the module that "
           "scored it and compares\n"
           "the answers bit for bit, also while a gateway serves the folder. "
           "Ends with 1 when an\n"
           "answer differs.",
};

static ax_status open_host(ax_arena *arena, const ax_config *config,
                           ax_score_host **out, ax_error *err) {
  ax_score_options options = ax_app_worker_options(arena, config);
  options.staged = true; /* everything that is there, whoever signed it */
  return ax_score_host_new(&options, out, err);
}

static ax_status open_store(const ax_config *config, ax_store **out,
                            ax_error *err) {
  ax_store_options options = { .folder = config->data, .read_only = true };
  return ax_store_open(&options, out, err);
}

static int report(const ax_app_replay *r) {
  (void)printf(
      "%llu recorded scores: %llu the same, %llu different, %llu by "
      "versions that are not here, %llu recorded failures, %llu "
      "unreadable\n",
      (unsigned long long)r->records, (unsigned long long)r->same,
      (unsigned long long)r->different, (unsigned long long)r->no_module,
      (unsigned long long)r->failures, (unsigned long long)r->unreadable);
  if (r->first[0]) (void)printf("first: %s\n", r->first);
  return r->different || r->unreadable ? AX_EXIT_INPUT : AX_EXIT_OK;
}

static int run(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(arena, &manual, argc, argv, &command, &code))
    return code;
  if (command.word_count) {
    ax_status odd = ax_error_set(&err, AX_INVALID,
                                 "plugin replay takes options only, not "
                                 "\"%.60s\"",
                                 command.words[0].value);
    return ax_command_fail(AX_EXIT_USAGE, odd, &err);
  }
  ax_score_host *host = NULL;
  ax_store *store = NULL;
  ax_app_replay replay = { 0 };
  code = AX_EXIT_SCORING;
  ax_status status = open_host(arena, &command.config, &host, &err);
  if (!status) {
    code = AX_EXIT_DATA;
    status = open_store(&command.config, &store, &err);
  }
  if (!status) status = ax_app_replay_run(store, host, &replay, &err);
  ax_store_close(store);
  ax_score_host_free(host);
  return status ? ax_command_fail(code, status, &err) : report(&replay);
}

int ax_cmd_plugin_replay(int argc, char **argv) {
  ax_arena *arena = ax_arena_new(MEMORY);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
