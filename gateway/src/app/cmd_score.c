#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/command.h"
#include "app/commands.h"
#include "app/exits.h"
#include "base/clock.h"
#include "base/file.h"
#include "fhir/fhir_date.h"
#include "json/json_parse.h"

enum { MODELS_MAX = 64, MEMORY_MAX = 1 << 30 };

static const ax_config_extra extras[] = {
  { "--model", "NAME", "Only this model (id or short name); may be repeated." },
  { "--as-of", "TIME",
    "Score as of this date or time; the results are tagged retrospective." },
  { NULL, NULL, NULL },
};

static const ax_command_manual manual = {
  .usage = "score [OPTION]... FILE",
  .about =
      "Scores the patients of a Bundle with the models of the plug-ins and "
      "prints a\n"
      "Bundle of results. FILE may be - for standard input. Nothing is "
      "stored.",
  .extras = extras,
};

typedef struct {
  const char *file;
  ax_str models[MODELS_MAX];
  size_t model_count;
  int64_t as_of_ms;
} wish;

static ax_status take_as_of(wish *out, const char *text, ax_error *err) {
  ax_fhir_date date;
  if (!ax_fhir_date_parse_datetime(ax_str_from(text), &date) ||
      date.precision < AX_DATE_DAY || date.lo_ms > ax_clock_wall_ms())
    return ax_error_set(err, AX_INVALID,
                        "--as-of is a date (YYYY-MM-DD) or a dateTime that is "
                        "not in the future, not \"%.60s\"",
                        text);
  out->as_of_ms = date.hi_ms;
  return AX_OK;
}

static ax_status take_word(wish *out, const ax_config_word *word,
                           ax_error *err) {
  if (!word->name && out->file)
    return ax_error_set(err, AX_INVALID, "score takes one FILE");
  if (!word->name) {
    out->file = word->value;
    return AX_OK;
  }
  if (strcmp(word->name, "--as-of") == 0)
    return take_as_of(out, word->value, err);
  if (out->model_count == MODELS_MAX)
    return ax_error_set(err, AX_INVALID, "at most %d models may be named",
                        MODELS_MAX);
  out->models[out->model_count++] = ax_str_from(word->value);
  return AX_OK;
}

static ax_status take_words(const ax_config_command *command, wish *out,
                            ax_error *err) {
  for (size_t i = 0; i < command->word_count; i++)
    AX_TRY(take_word(out, &command->words[i], err));
  if (out->file) return AX_OK;
  return ax_error_set(err, AX_INVALID, "score needs a FILE with a Bundle");
}

static void free_buf(void *buf) {
  ax_buf_free(buf);
}

static ax_status read_input(ax_arena *arena, const char *path, size_t max,
                            ax_str *out, ax_error *err) {
  if (strcmp(path, "-") != 0) return ax_file_read(arena, path, max, out, err);
  ax_buf *text = AX_NEW(arena, ax_buf);
  if (!text || ax_arena_defer(arena, free_buf, text)) return AX_NOMEM;
  *text = (ax_buf)AX_BUF_INIT(max);
  AX_TRY(ax_file_read_fd(0, max, text, err));
  *out = ax_buf_view(text);
  return AX_OK;
}

/* Faults as lines for people: "FILE:LINE:COLUMN: error: PATH: TEXT". */
static void print_issues(const char *file, ax_str source,
                         const ax_fhir_issues *issues) {
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    ax_json_place place = { 0, 0 };
    if (issue->has_place) place = ax_json_place_of(source, issue->at);
    (void)fprintf(stderr, "%s:%u:%u: %s: %.*s%s%.*s\n", file, place.line,
                  place.column, ax_fhir_issue_severity(issue->severity),
                  AX_STR_ARG(issue->path), issue->path.len ? ": " : "",
                  AX_STR_ARG(issue->text));
  }
}

static int score(ax_arena *arena, ax_app *app, const wish *want, ax_str source,
                 const ax_json *doc) {
  ax_error err = { 0 };
  ax_buf answer = AX_BUF_INIT((size_t)1 << 30);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  ax_intake_request rq = { .arena = arena,
                           .source = source,
                           .doc = doc,
                           .base = AX_STR("http://localhost/fhir"),
                           .request_id = AX_STR("score"),
                           .caller = AX_STR("command line") };
  ax_intake_inputs inputs = { doc, want->models, want->model_count,
                              want->as_of_ms };
  ax_status status =
      issues ? ax_intake_score(app->intake, &rq, &inputs, &answer, issues, &err)
             : AX_NOMEM;
  int code = AX_EXIT_OK;
  if (status) {
    bool blame = status == AX_INVALID || status == AX_NOT_FOUND ||
                 status == AX_TOO_LARGE;
    code =
        ax_command_fail(blame ? AX_EXIT_INPUT : AX_EXIT_SCORING, status, &err);
  } else if (ax_fhir_issues_errors(issues)) {
    print_issues(want->file, source, issues);
    code = AX_EXIT_INPUT;
  } else {
    ax_buf_append_char(&answer, '\n');
    if (!ax_command_print(ax_buf_view(&answer))) code = AX_EXIT_USAGE;
  }
  ax_buf_free(&answer);
  return code;
}

static int parse_input(ax_arena *arena, const char *file, ax_str source,
                       const ax_json **doc) {
  ax_json_fault fault = { 0 };
  ax_status status = ax_json_parse(arena, source, doc, &fault);
  if (status == AX_NOMEM) return ax_command_fail(AX_EXIT_USAGE, status, NULL);
  if (status)
    (void)fprintf(stderr, "%s:%u:%u: fatal: %s\n", file, fault.place.line,
                  fault.place.column, fault.text);
  return status ? AX_EXIT_INPUT : AX_EXIT_OK;
}

static int run(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  int exit_code = AX_EXIT_OK;
  if (!ax_command_begin(arena, &manual, argc, argv, &command, &exit_code))
    return exit_code;
  wish want = { 0 };
  ax_str source;
  const ax_json *doc = NULL;
  ax_error err = { 0 };
  ax_status status = take_words(&command, &want, &err);
  if (!status)
    status =
        read_input(arena, want.file, command.config.max_body, &source, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  exit_code = parse_input(arena, want.file, source, &doc);
  if (exit_code) return exit_code;
  (void)signal(SIGPIPE, SIG_IGN);
  ax_app app;
  status = ax_app_open(arena, &command.config, false, &app, &exit_code, &err);
  if (status) return ax_command_fail(exit_code, status, &err);
  /* What the request holds it must let go before the world ends. */
  ax_arena *request = ax_arena_new(MEMORY_MAX);
  exit_code = request ? score(request, &app, &want, source, doc)
                      : ax_command_fail(AX_EXIT_SCORING, AX_NOMEM, NULL);
  ax_arena_free(request);
  ax_app_close(&app);
  return exit_code;
}

int ax_cmd_score(int argc, char **argv) {
  ax_arena *arena = ax_arena_new(MEMORY_MAX);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
