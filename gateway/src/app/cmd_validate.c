#include "app/cmd_validate.h"

#include <string.h>

#include "app/app_packages.h"
#include "app/app_rules.h"
#include "app/command.h"
#include "app/exits.h"
#include "app/judge.h"
#include "base/file.h"
#include "base/vec.h"

enum { PROFILES_MAX = 32, JOBS_MAX = 64 };

static const ax_config_extra extras[] = {
  { "--profile", "URL", "hold the resources to this profile, too; repeats" },
  { "--package", "PACKAGE",
    "load this FHIR package, too: a folder, a .tgz, or NAME#VERSION in the "
    "package cache; repeats" },
  { "--jobs", "N", "files judged at once (default: one for each processor)" },
  { "--format", "FORMAT",
    "text (default) or json: an OperationOutcome a line" },
  { "--json-comments", NULL,
    "take comments in the files (// and /* */) for white space, which JSON "
    "does "
    "not" },
  { NULL, NULL, NULL },
};

static const ax_command_manual manual = {
  .usage = "validate [OPTION]... FILE|FOLDER|-...",
  .about =
      "Holds FHIR resources in JSON to the R4 definitions, to the profiles "
      "they claim and\nto those named here. A folder stands for its "
      "*.json files, - for standard input.\nExit code 0: all valid; 1: "
      "some are not; 2: files, options or packages cannot be used.",
  .extras = extras,
};

typedef struct {
  ax_arena *arena; /* of the whole run */
  ax_app_rules rules;
  bool json, comments;
  ax_str profiles[PROFILES_MAX];
  size_t profile_count;
  AX_VEC(const char *) packages;
  AX_VEC(const char *) files;
  unsigned threads;
  ax_judge_totals totals;
} run_state;

static void print_summary(const run_state *s) {
  const ax_judge_totals *t = &s->totals;
  ax_buf out = AX_BUF_INIT(4096);
  ax_buf_printf(&out,
                "%zu files: %zu valid, %zu invalid, %zu unusable; %zu errors, "
                "%zu warnings\n",
                s->files.count, s->files.count - t->invalid - t->unusable,
                t->invalid, t->unusable, t->errors, t->warnings);
  if (!s->json) (void)ax_command_print(ax_buf_view(&out));
  ax_buf_free(&out);
}

/* --- the command line ------------------------------------------------------
 */

static ax_status add_file(run_state *s, const char *name) {
  const char **slot = AX_VEC_PUSH(&s->files, s->arena);
  if (!slot || !name) return AX_NOMEM;
  *slot = name;
  return AX_OK;
}

static ax_status add_path(run_state *s, const char *path, ax_error *err) {
  const char *const *names;
  size_t count;
  if (!ax_file_is_dir(path)) return add_file(s, path);
  AX_TRY(ax_file_list(s->arena, path, &names, &count, err));
  for (size_t i = 0; i < count; i++) {
    if (!ax_str_ends(ax_str_from(names[i]), AX_STR(".json"))) continue;
    AX_TRY(add_file(s, ax_arena_printf(s->arena, "%s/%s", path, names[i]).ptr));
  }
  return AX_OK;
}

static ax_status take_jobs(run_state *s, const char *value, ax_error *err) {
  uint64_t jobs = 0;
  if (!ax_str_uint64(ax_str_from(value), JOBS_MAX, &jobs) || !jobs)
    return ax_error_set(err, AX_INVALID,
                        "--jobs is a number from 1 to %d, not \"%.40s\"",
                        JOBS_MAX, value);
  s->threads = (unsigned)jobs;
  return AX_OK;
}

static ax_status take_word(run_state *s, const ax_config_word *word,
                           ax_error *err) {
  if (!word->name) return add_path(s, word->value, err);
  if (strcmp(word->name, "--package") == 0) {
    const char **slot = AX_VEC_PUSH(&s->packages, s->arena);
    if (!slot) return AX_NOMEM;
    *slot = word->value;
    return AX_OK;
  }
  if (strcmp(word->name, "--profile") == 0) {
    if (s->profile_count == PROFILES_MAX)
      return ax_error_set(err, AX_TOO_LARGE, "at most %d profiles",
                          PROFILES_MAX);
    s->profiles[s->profile_count++] = ax_str_from(word->value);
    return AX_OK;
  }
  if (strcmp(word->name, "--jobs") == 0) return take_jobs(s, word->value, err);
  if (strcmp(word->name, "--json-comments") == 0) {
    s->comments = true;
    return AX_OK;
  }
  s->json = strcmp(word->value, "json") == 0;
  if (!s->json && strcmp(word->value, "text") != 0)
    return ax_error_set(err, AX_INVALID,
                        "--format is text or json, not \"%.40s\"", word->value);
  return AX_OK;
}

static ax_status prepare(run_state *s, const ax_config_command *command,
                         ax_error *err) {
  for (size_t i = 0; i < command->word_count; i++)
    AX_TRY(take_word(s, &command->words[i], err));
  if (s->files.count == 0)
    return ax_error_set(err, AX_INVALID,
                        "validate needs a file, a folder with *.json, or -");
  return ax_app_rules_open(s->arena, &command->config, s->packages.items,
                           s->packages.count, &s->rules, err);
}

static int run(run_state *s, int argc, char **argv) {
  ax_config_command command;
  int exit_code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(s->arena, &manual, argc, argv, &command, &exit_code))
    return exit_code;
  ax_status status = prepare(s, &command, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  const ax_judge_options options = { .validator = s->rules.validator,
                                     .files = s->files.items,
                                     .file_count = s->files.count,
                                     .profiles = s->profiles,
                                     .profile_count = s->profile_count,
                                     .json = s->json,
                                     .comments = s->comments,
                                     .threads = s->threads };
  status = ax_judge_run(&options, &s->totals, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  ax_app_packages_warn(s->rules.registry);
  print_summary(s);
  if (s->totals.unusable) return AX_EXIT_USAGE;
  return s->totals.invalid ? AX_EXIT_INPUT : AX_EXIT_OK;
}

int ax_cmd_validate(int argc, char **argv) {
  run_state s = { .arena = ax_arena_new((size_t)256 << 20) };
  if (!s.arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(&s, argc, argv);
  ax_app_rules_close(&s.rules);
  ax_arena_free(s.arena);
  return code;
}
