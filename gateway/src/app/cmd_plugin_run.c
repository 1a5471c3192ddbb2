/*
 * `auspex plugin run`: one module on a Bundle (as `auspex score` does, with
 * only this module) or on rows of numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cmd_plugin.h"
#include "app/command.h"
#include "app/commands.h"
#include "app/exits.h"
#include "app/plugin_words.h"
#include "base/file.h"
#include "kit/folder.h"
#include "kit/playback.h"
#include "json/json_parse.h"

enum { MEMORY_MAX = 1 << 30, FILE_MOST = 256 << 20 };
enum { EXPLAIN, AS_OF, WORKER }; /* options */

static const ax_plugin_option options[] = {
  [EXPLAIN] = { "--explain", NULL, "Lines for people instead of JSON." },
  [AS_OF] = { "--as-of", "TIME", "A Bundle: score as of this date or time." },
  [WORKER] = { "--worker", "PATH", "auspex-worker; default: beside auspex." },
  { NULL, NULL, NULL },
};

static const ax_plugin_manual manual = {
  .usage = "run [--explain] [--as-of TIME] [--worker PATH] FOLDER BUNDLE|ROWS",
  .about =
      "Scores the patients of a Bundle with this module alone and prints a\n"
      "Bundle of results, or scores rows of numbers:\n"
      "  {\"rows\": [{\"model\": \"NAME\", \"inputs\": {\"age\": 62}}]}\n"
      "and prints one line of JSON for each. An input that is left out is\n"
      "ABSENT. Rows of golden.json can be given as well.",
  .options = options,
  .least = 2,
  .most = 2,
};

/* --- rows
 * --------------------------------------------------------------------- */

static int run_rows(ax_arena *arena, const ax_plugin_words *words,
                    const ax_json *doc) {
  ax_error err = { 0 };
  ax_trial trial;
  ax_buf out = AX_BUF_INIT(MEMORY_MAX);
  ax_status status = ax_trial_open(arena, words->values[WORKER],
                                   words->words[0], &trial, &err);
  if (status) return ax_command_fail(AX_EXIT_SCORING, status, &err);
  status = ax_playback(&trial, doc, words->values[EXPLAIN] != NULL, &out, &err);
  ax_trial_close(&trial);
  /* What was scored before a fault is printed, too. */
  bool printed = !out.len || ax_command_print((ax_str){ out.bytes, out.len });
  ax_buf_free(&out);
  if (status)
    return ax_command_fail(
        status == AX_INVALID ? AX_EXIT_INPUT : AX_EXIT_SCORING, status, &err);
  return printed ? AX_EXIT_OK : AX_EXIT_USAGE;
}

/* --- a Bundle
 * ------------------------------------------------------------------- */

static void put_concept(const ax_json *concept) {
  ax_str text = AX_JSON_STR(concept, "text");
  const ax_json *coding = ax_json_item(AX_JSON_GET(concept, "coding"), 0);
  if (!text.len) text = AX_JSON_STR(coding, "display");
  if (!text.len) text = AX_JSON_STR(coding, "code");
  (void)printf(AX_STR_FMT, AX_STR_ARG(text));
}

static void explain_risk(const ax_json *risk) {
  const ax_json *all = AX_JSON_GET(risk, "prediction");
  (void)printf("RiskAssessment, method ");
  put_concept(AX_JSON_GET(risk, "method"));
  (void)printf("\n");
  for (size_t i = 0; i < ax_json_count(all); i++) {
    const ax_json *p = ax_json_item(all, i);
    ax_str percent = ax_json_text(AX_JSON_GET(p, "probabilityDecimal"));
    ax_str relative = ax_json_text(AX_JSON_GET(p, "relativeRisk"));
    (void)printf("  ");
    put_concept(AX_JSON_GET(p, "outcome"));
    if (percent.len)
      (void)printf(", probability " AX_STR_FMT " %%", AX_STR_ARG(percent));
    if (relative.len)
      (void)printf(", relative risk " AX_STR_FMT, AX_STR_ARG(relative));
    if (AX_JSON_GET(p, "qualitativeRisk")) {
      (void)printf(", ");
      put_concept(AX_JSON_GET(p, "qualitativeRisk"));
    }
    (void)printf("\n    " AX_STR_FMT "\n",
                 AX_STR_ARG(AX_JSON_STR(p, "rationale")));
  }
}

static void explain_guidance(const ax_json *guidance) {
  const ax_json *notes = AX_JSON_GET(guidance, "note");
  (void)printf("GuidanceResponse: data required\n");
  for (size_t i = 0; i < ax_json_count(notes); i++)
    (void)printf("  " AX_STR_FMT "\n",
                 AX_STR_ARG(AX_JSON_STR(ax_json_item(notes, i), "text")));
}

static void explain_bundle(const ax_json *bundle) {
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *r = AX_JSON_GET(ax_json_item(entries, i), "resource");
    ax_str type = AX_JSON_STR(r, "resourceType");
    if (ax_str_eq(type, AX_STR("RiskAssessment"))) {
      explain_risk(r);
    } else if (ax_str_eq(type, AX_STR("GuidanceResponse"))) {
      explain_guidance(r);
    } else if (ax_str_eq(type, AX_STR("Observation"))) {
      (void)printf("Observation ");
      put_concept(AX_JSON_GET(r, "code"));
      (void)printf(": " AX_STR_FMT "\n",
                   AX_STR_ARG(ax_json_text(
                       AX_JSON_GET(AX_JSON_GET(r, "valueQuantity"), "value"))));
    }
  }
}

/* A folder of plug-ins in which there is only this one. */
static ax_status only_this(ax_arena *arena, const char *folder, ax_str *plugins,
                           ax_error *err) {
  char full[AX_FOLDER_PATH];
  char *made = ax_arena_cstr(arena, AX_STR("/tmp/auspex-run-XXXXXX"));
  if (!made) return AX_NOMEM;
  if (!ax_folder_full(folder, full))
    return ax_error_set(err, AX_NOT_FOUND, "there is no folder \"%.150s\"",
                        folder);
  if (!mkdtemp(made))
    return ax_error_set(err, AX_IO, "no folder can be made in /tmp");
  *plugins = ax_str_from(made);
  ax_str link = ax_arena_printf(arena, "%s%s", made, strrchr(full, '/'));
  if (!link.ptr) return AX_NOMEM;
  if (symlink(full, link.ptr) != 0)
    return ax_error_set(err, AX_IO, "no link can be made in %s", made);
  return AX_OK;
}

static void clear_away(ax_arena *arena, const char *folder, ax_str plugins) {
  char full[AX_FOLDER_PATH];
  if (!plugins.ptr || !ax_folder_full(folder, full)) return;
  ax_str link = ax_arena_printf(arena, "%s%s", plugins.ptr, strrchr(full, '/'));
  if (link.ptr) (void)unlink(link.ptr);
  (void)rmdir(plugins.ptr);
}

static int score(ax_arena *arena, const ax_plugin_words *words,
                 const char *plugins) {
  char *argv[8];
  const char *all[8] = { "--plugins", plugins, "--modules-unsigned",
                         words->words[1] };
  int argc = 4;
  if (words->values[AS_OF]) {
    all[argc++] = "--as-of";
    all[argc++] = words->values[AS_OF];
  }
  if (words->values[WORKER]) {
    all[argc++] = "--worker";
    all[argc++] = words->values[WORKER];
  }
  for (int i = 0; i < argc; i++)
    if (!(argv[i] = ax_arena_cstr(arena, ax_str_from(all[i]))))
      return AX_EXIT_USAGE;
  return ax_cmd_score(argc, argv);
}

/* The score command prints its Bundle into a pipe, and we read it out. */
static int score_and_explain(ax_arena *arena, const ax_plugin_words *words,
                             const char *plugins) {
  int ends[2], how = 0;
  ax_error err = { 0 };
  ax_buf text = AX_BUF_INIT(FILE_MOST);
  if (pipe(ends) != 0) return AX_EXIT_USAGE;
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    if (dup2(ends[1], 1) != 1) _exit(AX_EXIT_USAGE);
    exit(score(arena, words, plugins));
  }
  close(ends[1]);
  ax_status status = ax_file_read_fd(ends[0], FILE_MOST, &text, &err);
  close(ends[0]);
  if (child < 0 || waitpid(child, &how, 0) != child) return AX_EXIT_USAGE;
  int code = WIFEXITED(how) ? WEXITSTATUS(how) : AX_EXIT_SCORING;
  const ax_json *doc = NULL;
  ax_json_fault fault;
  if (!status && code == AX_EXIT_OK &&
      !ax_json_parse(arena, ax_buf_view(&text), &doc, &fault))
    explain_bundle(doc);
  ax_buf_free(&text);
  return code;
}

static int run_bundle(ax_arena *arena, const ax_plugin_words *words) {
  ax_error err = { 0 };
  ax_str plugins = { NULL, 0 };
  ax_status status = only_this(arena, words->words[0], &plugins, &err);
  int code = status ? ax_command_fail(AX_EXIT_USAGE, status, &err)
             : words->values[EXPLAIN]
                 ? score_and_explain(arena, words, plugins.ptr)
                 : score(arena, words, plugins.ptr);
  clear_away(arena, words->words[0], plugins);
  return code;
}

static int run(ax_arena *arena, const ax_plugin_words *words) {
  ax_error err = { 0 };
  ax_str text;
  const ax_json *doc = NULL;
  ax_json_fault fault = { 0 };
  ax_status status =
      ax_file_read(arena, words->words[1], FILE_MOST, &text, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  status = ax_json_parse(arena, text, &doc, &fault);
  if (status) {
    (void)fprintf(stderr, "auspex: %s:%u:%u: %s\n", words->words[1],
                  fault.place.line, fault.place.column, fault.text);
    return AX_EXIT_INPUT;
  }
  return AX_JSON_STR(doc, "resourceType").len ? run_bundle(arena, words)
                                              : run_rows(arena, words, doc);
}

int ax_cmd_plugin_run(int argc, char **argv) {
  return ax_plugin_words_run(&manual, argc, argv, MEMORY_MAX, run);
}
