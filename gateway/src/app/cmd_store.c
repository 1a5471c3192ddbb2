/* `auspex check` and `auspex backup`: the store from outside. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/commands.h"
#include "app/exits.h"
#include "base/file.h"
#include "store/store.h"
#include "store/store_modules.h"

enum { PATH_ROOM = 4096 };

static const ax_command_manual check_manual = {
  .usage = "check [OPTION]...",
  .about =
      "Reads the whole store in the data folder, also while it is served: the "
      "database's own\n"
      "structure, bodies and their checksums, rows without an owner, totals "
      "and the chain of\n"
      "evidence. Lists what is wrong and ends with 1, or with 0 when all is "
      "well.",
};

static const ax_config_extra backup_extras[] = {
  { "--to", "FOLDER", "Where the copy goes; it may not hold a store yet." },
  { NULL, NULL, NULL }
};

static const ax_command_manual backup_manual = {
  .usage = "backup --to FOLDER [OPTION]...",
  .about =
      "Copies the store in the data folder as it is at one moment, also while "
      "it is served, and\n"
      "inspects the copy. The copy is a data folder: to go back to it, stop "
      "the gateway, move\n"
      "auspex.db and its -wal and -shm out of the data folder, the copy's "
      "auspex.db in, and\n"
      "start. What root copies belongs to the owner of the store.",
  .extras = backup_extras,
};

static void print_report(const ax_store_report *report) {
  for (size_t i = 0; i < report->count; i++)
    (void)printf("fault: " AX_STR_FMT "\n", AX_STR_ARG(report->faults[i]));
  if (report->more) (void)printf("and more\n");
  (void)printf("%llu versions, %llu evidence records, %zu faults%s\n",
               (unsigned long long)report->versions,
               (unsigned long long)report->evidence, report->count,
               report->more ? " listed" : "");
}

static ax_status open_store(const ax_config *config, ax_store **out,
                            ax_error *err) {
  const ax_store_options options = { .folder = config->data,
                                     .read_only = true };
  return ax_store_open(&options, out, err);
}

static int no_words(const ax_config_command *command, const char *name) {
  ax_error err = { 0 };
  for (size_t i = 0; i < command->word_count; i++) {
    if (command->words[i].name) continue;
    ax_status odd =
        ax_error_set(&err, AX_INVALID, "%s takes options only, not \"%.60s\"",
                     name, command->words[i].value);
    return ax_command_fail(AX_EXIT_USAGE, odd, &err);
  }
  return AX_EXIT_OK;
}

/* The ledger of modules beside the store (store_modules.h). */
static ax_status check_ledger(const ax_config *config, ax_error *err) {
  ax_arena *arena = ax_arena_new((size_t)1 << 30);
  const ax_json *const *records = NULL;
  size_t count = 0;
  if (!arena) return AX_NOMEM;
  ax_status status =
      ax_store_modules_read(arena, config->data, &records, &count, err);
  ax_arena_free(arena);
  return status;
}

static ax_status add_fault(ax_arena *arena, const char *text,
                           ax_store_report *report) {
  ax_str *faults = AX_NEW_ARRAY(arena, ax_str, report->count + 1);
  ax_str copy = ax_arena_str(arena, ax_str_from(text));
  if (!faults || !copy.ptr) return AX_NOMEM;
  for (size_t i = 0; i < report->count; i++) faults[i] = report->faults[i];
  faults[report->count++] = copy;
  report->faults = faults;
  return AX_OK;
}

static int run_check(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int code = AX_EXIT_OK;
  ax_store *store = NULL;
  ax_store_report report = { 0 };
  ax_error err = { 0 };
  if (!ax_command_begin(arena, &check_manual, argc, argv, &command, &code))
    return code;
  code = no_words(&command, "check");
  if (code) return code;
  ax_status status = open_store(&command.config, &store, &err);
  if (!status) status = ax_store_check(store, arena, &report, &err);
  if (!status) status = check_ledger(&command.config, &err);
  if (status == AX_INVALID && store) /* of the ledger: it can be read */
    status = add_fault(arena, err.text, &report);
  ax_store_close(store);
  if (status) return ax_command_fail(AX_EXIT_DATA, status, &err);
  print_report(&report);
  return report.count ? AX_EXIT_INPUT : AX_EXIT_OK;
}

static const char *target_of(const ax_config_command *command) {
  const char *to = NULL;
  for (size_t i = 0; i < command->word_count; i++)
    if (command->words[i].name) to = command->words[i].value;
  return to;
}

/* What root copies belongs to whom the store belongs, who shall be able to go
 * back to it. */
static ax_status give_to_owner(const char *data, const char *to, bool folder,
                               ax_error *err) {
  static const char *const files[] = { "auspex.db", AX_STORE_MODULES_FILE };
  char path[PATH_ROOM];
  struct stat of;
  (void)snprintf(path, sizeof path, "%s/auspex.db", data);
  if (geteuid() != 0 || stat(path, &of) != 0) return AX_OK;
  bool given = !folder || chown(to, of.st_uid, of.st_gid) == 0;
  for (size_t i = 0; i < AX_COUNT(files); i++) {
    (void)snprintf(path, sizeof path, "%s/%s", to, files[i]);
    given &= chown(path, of.st_uid, of.st_gid) == 0 || errno == ENOENT;
  }
  return given
             ? AX_OK
             : ax_error_set(err, AX_IO,
                            "%.150s cannot be given to the owner of the store",
                            to);
}

static int run_backup(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int code = AX_EXIT_OK;
  ax_store *store = NULL;
  ax_store_report report = { 0 };
  ax_error err = { 0 };
  if (!ax_command_begin(arena, &backup_manual, argc, argv, &command, &code))
    return code;
  code = no_words(&command, "backup");
  if (code) return code;
  const char *to = target_of(&command);
  if (!to)
    return ax_command_fail(
        AX_EXIT_USAGE,
        ax_error_set(&err, AX_INVALID, "backup needs --to FOLDER"), &err);
  bool made = !ax_file_is_dir(to);
  ax_status status = open_store(&command.config, &store, &err);
  if (!status) status = ax_store_backup(store, arena, to, &report, &err);
  if (!status) status = ax_store_modules_copy(command.config.data, to, &err);
  if (!status) status = give_to_owner(command.config.data, to, made, &err);
  ax_store_close(store);
  if (report.count) print_report(&report);
  if (status) return ax_command_fail(AX_EXIT_DATA, status, &err);
  (void)printf("copied to %s: ", to);
  print_report(&report);
  return AX_EXIT_OK;
}

static int with_arena(int (*run)(ax_arena *arena, int argc, char **argv),
                      int argc, char **argv) {
  ax_arena *arena = ax_arena_new(64u << 20);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}

int ax_cmd_store_check(int argc, char **argv) {
  return with_arena(run_check, argc, argv);
}

int ax_cmd_store_backup(int argc, char **argv) {
  return with_arena(run_backup, argc, argv);
}
