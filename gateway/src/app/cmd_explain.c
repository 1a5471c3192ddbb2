#include <string.h>

#include "app/app_packages.h"
#include "app/app_rules.h"
#include "app/command.h"
#include "app/commands.h"
#include "app/exits.h"
#include "app/explain_text.h"
#include "base/vec.h"
#include "json/json_parse.h"

enum { OUT_MAX = 256 << 20 };

static const ax_config_extra extras[] = {
  { "--package", "PACKAGE",
    "load this FHIR package, too: a folder, a .tgz, or NAME#VERSION in the "
    "package cache; repeats" },
  { "--format", "FORMAT", "text (default) or json" },
  { NULL, NULL, NULL },
};

static const ax_command_manual manual = {
  .usage = "explain [OPTION]... URL|TYPE",
  .about = "Prints the checks that were compiled from a StructureDefinition, "
           "named by its\n"
           "canonical URL or by the name of a core type.",
  .extras = extras,
};

typedef struct {
  ax_arena *arena;
  const char *name;
  bool json;
  AX_VEC(const char *) packages;
} wish;

static ax_status take_word(wish *s, const ax_config_word *word, ax_error *err) {
  if (!word->name) {
    if (s->name)
      return ax_error_set(err, AX_INVALID,
                          "explain needs one URL or type name, not two");
    s->name = word->value;
    return AX_OK;
  }
  if (strcmp(word->name, "--package") == 0) {
    const char **slot = AX_VEC_PUSH(&s->packages, s->arena);
    if (!slot) return AX_NOMEM;
    *slot = word->value;
    return AX_OK;
  }
  s->json = strcmp(word->value, "json") == 0;
  if (!s->json && strcmp(word->value, "text") != 0)
    return ax_error_set(err, AX_INVALID,
                        "--format is text or json, not \"%.40s\"", word->value);
  return AX_OK;
}

static ax_status read_wish(const ax_config_command *command, wish *s,
                           ax_error *err) {
  for (size_t i = 0; i < command->word_count; i++)
    AX_TRY(take_word(s, &command->words[i], err));
  if (s->name) return AX_OK;
  return ax_error_set(err, AX_INVALID, "explain needs one URL or type name");
}

static ax_status write_json(const wish *s, const ax_app_rules *rules,
                            ax_buf *out, ax_error *err) {
  ax_str url = ax_str_from(s->name);
  if (ax_registry_has_type(rules->registry, url))
    url = ax_arena_printf(
        s->arena, "http://hl7.org/fhir/StructureDefinition/%s", s->name);
  ax_json_writer w = ax_json_write_begin(out);
  AX_TRY(ax_validate_explain(rules->validator, url, &w, err));
  AX_TRY(ax_json_write_end(&w));
  ax_buf_append_char(out, '\n');
  return out->status;
}

/* What is nested too deep for a tree stays JSON. */
static ax_status print(const wish *s, ax_str json, ax_error *err) {
  const ax_json *schema = NULL;
  ax_json_fault fault;
  ax_buf text = AX_BUF_INIT(OUT_MAX);
  ax_str shown = json;
  if (!s->json && ax_json_parse(s->arena, json, &schema, &fault) == AX_OK) {
    ax_explain_text_write(schema, &text);
    shown = ax_buf_view(&text);
  }
  bool good = text.status == AX_OK && ax_command_print(shown);
  ax_buf_free(&text);
  if (good) return AX_OK;
  return ax_error_set(err, AX_IO, "standard output cannot be written");
}

static ax_status explain(wish *s, const ax_config *config, int *exit_code,
                         ax_error *err) {
  ax_app_rules rules;
  ax_buf json = AX_BUF_INIT(OUT_MAX);
  *exit_code = AX_EXIT_PACKAGES;
  AX_TRY(ax_app_rules_open(s->arena, config, s->packages.items,
                           s->packages.count, &rules, err));
  *exit_code = AX_EXIT_USAGE;
  ax_status status = write_json(s, &rules, &json, err);
  ax_app_packages_warn(rules.registry);
  if (!status) status = print(s, ax_buf_view(&json), err);
  ax_buf_free(&json);
  ax_app_rules_close(&rules);
  return status;
}

static int run(ax_arena *arena, int argc, char **argv) {
  ax_config_command command;
  wish s = { .arena = arena };
  int exit_code = AX_EXIT_OK;
  ax_error err = { 0 };
  if (!ax_command_begin(arena, &manual, argc, argv, &command, &exit_code))
    return exit_code;
  ax_status status = read_wish(&command, &s, &err);
  if (status) return ax_command_fail(AX_EXIT_USAGE, status, &err);
  status = explain(&s, &command.config, &exit_code, &err);
  return status ? ax_command_fail(exit_code, status, &err) : AX_EXIT_OK;
}

int ax_cmd_explain(int argc, char **argv) {
  ax_arena *arena = ax_arena_new((size_t)1 << 30);
  if (!arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  int code = run(arena, argc, argv);
  ax_arena_free(arena);
  return code;
}
