#include "app/cmd_validate.h"

#include <string.h>
#include <unistd.h>

#include "app/app_rules.h"
#include "app/command.h"
#include "app/exits.h"
#include "base/file.h"
#include "base/vec.h"

enum { FILE_MAX = 512 << 20, OUT_MAX = 1 << 30, PROFILES_MAX = 32 };
static const size_t DOCUMENT = (size_t)4 << 30;

static const ax_config_extra extras[] = {
  { "--profile", "URL", "hold the resources to this profile, too; repeats" },
  { "--package", "PATH", "load this FHIR package, too; repeats" },
  { "--format", "FORMAT",
    "text (default) or json: an OperationOutcome a line" },
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
  ax_arena *arena;    /* of the whole run */
  ax_arena *document; /* of one file */
  ax_app_rules rules;
  bool json;
  ax_str profiles[PROFILES_MAX];
  size_t profile_count;
  AX_VEC(const char *) packages;
  AX_VEC(const char *) files;
  size_t invalid, unusable, errors, warnings;
} run_state;

/* --- output ----------------------------------------------------------------
 */

static void print_text(const run_state *s, const char *name, ax_str source,
                       const ax_fhir_issues *issues) {
  ax_buf out = AX_BUF_INIT(OUT_MAX);
  (void)s;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    ax_json_place place = ax_json_place_of(source, issue->at);
    ax_buf_append(&out, ax_str_from(name));
    if (issue->has_place)
      ax_buf_printf(&out, ":%u:%u", place.line, place.column);
    ax_buf_printf(&out, ": %s: " AX_STR_FMT " [%s]",
                  ax_fhir_issue_severity(issue->severity),
                  AX_STR_ARG(issue->text), issue->id);
    if (issue->path.len)
      ax_buf_printf(&out, " at " AX_STR_FMT, AX_STR_ARG(issue->path));
    if (issue->rule.len)
      ax_buf_printf(&out, " (" AX_STR_FMT ")", AX_STR_ARG(issue->rule));
    ax_buf_append_char(&out, '\n');
  }
  (void)ax_command_print(ax_buf_view(&out));
  ax_buf_free(&out);
}

static void print_json(ax_str source, const ax_fhir_issues *issues) {
  ax_buf out = AX_BUF_INIT(OUT_MAX);
  ax_json_writer w = ax_json_write_begin(&out);
  ax_fhir_issues_write(issues, source, &w);
  if (ax_json_write_end(&w) == AX_OK) {
    ax_buf_append_char(&out, '\n');
    (void)ax_command_print(ax_buf_view(&out));
  }
  ax_buf_free(&out);
}

static void print_summary(const run_state *s) {
  ax_buf out = AX_BUF_INIT(4096);
  ax_buf_printf(&out,
                "%zu files: %zu valid, %zu invalid, %zu unusable; %zu errors, "
                "%zu warnings\n",
                s->files.count, s->files.count - s->invalid - s->unusable,
                s->invalid, s->unusable, s->errors, s->warnings);
  if (!s->json) (void)ax_command_print(ax_buf_view(&out));
  ax_buf_free(&out);
}

/* --- one file --------------------------------------------------------------
 */

static ax_status read_source(run_state *s, const char *name, ax_str *out,
                             ax_error *err) {
  if (strcmp(name, "-") != 0)
    return ax_file_read(s->document, name, FILE_MAX, out, err);
  ax_buf text = AX_BUF_INIT(FILE_MAX);
  ax_status status = ax_file_read_fd(STDIN_FILENO, FILE_MAX, &text, err);
  if (!status) {
    *out = ax_arena_str(s->document, ax_buf_view(&text));
    if (!out->ptr) status = AX_NOMEM;
  }
  ax_buf_free(&text);
  return status;
}

static ax_status check_source(run_state *s, ax_str source,
                              ax_fhir_issues *issues) {
  const ax_json *doc;
  ax_json_fault fault;
  ax_status status = ax_json_parse(s->document, source, &doc, &fault);
  if (status == AX_NOMEM) return status;
  if (status) {
    ax_fhir_issues_add_json(issues, &fault);
    return AX_OK;
  }
  ax_str type = AX_JSON_STR(doc, "resourceType");
  return ax_validate_run(s->rules.validator, doc,
                         type.len ? type : AX_STR("Resource"), s->profiles,
                         s->profile_count, issues);
}

static void validate_file(run_state *s, const char *name) {
  ax_error err = { 0 };
  ax_str source = AX_STR("");
  ax_arena_reset(s->document);
  ax_fhir_issues *issues = ax_fhir_issues_new(s->document);
  ax_status status = issues ? read_source(s, name, &source, &err) : AX_NOMEM;
  if (!status) status = check_source(s, source, issues);
  if (status) {
    (void)ax_command_fail(AX_EXIT_USAGE, status, &err);
    s->unusable++;
    return;
  }
  if (ax_fhir_issues_errors(issues)) s->invalid++;
  s->errors += ax_fhir_issues_errors(issues);
  s->warnings += ax_fhir_issues_warnings(issues);
  if (s->json)
    print_json(source, issues);
  else
    print_text(s, name, source, issues);
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
  AX_TRY(ax_app_rules_open(s->arena, &command->config, s->packages.items,
                           s->packages.count, &s->rules, err));
  s->document = ax_arena_new(DOCUMENT);
  return s->document ? AX_OK : AX_NOMEM;
}

static int run(run_state *s, int argc, char **argv) {
  ax_config_command command;
  int exit_code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(s->arena, &manual, argc, argv, &command, &exit_code))
    return exit_code;
  ax_status status = prepare(s, &command, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  for (size_t i = 0; i < s->files.count; i++)
    validate_file(s, s->files.items[i]);
  print_summary(s);
  if (s->unusable) return AX_EXIT_USAGE;
  return s->invalid ? AX_EXIT_INPUT : AX_EXIT_OK;
}

int ax_cmd_validate(int argc, char **argv) {
  run_state s = { .arena = ax_arena_new((size_t)256 << 20) };
  if (!s.arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(&s, argc, argv);
  ax_app_rules_close(&s.rules);
  ax_arena_free(s.document);
  ax_arena_free(s.arena);
  return code;
}
