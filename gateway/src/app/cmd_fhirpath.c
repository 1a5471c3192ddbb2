#include "app/cmd_fhirpath.h"

#include <string.h>

#include "app/app_rules.h"
#include "app/command.h"
#include "app/exits.h"
#include "base/file.h"
#include "fhirpath/fp_check.h"
#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "fhirpath/fp_write.h"
#include "validate/fp_model_r4.h"
#include "json/json_parse.h"

enum { FILE_MAX = 256 * 1024 * 1024, MEMORY = 1 << 30, WORDS_MAX = 64 };

static const ax_command_manual manual = {
  .usage = "fhirpath [--strict] [OPTION]... EXPRESSION FILE",
  .about =
      "Evaluates a FHIRPath expression over the resource in FILE (- for "
      "standard input)\n"
      "and prints the results: a JSON array of {type, value}. With --strict "
      "the expression\n"
      "is first checked against the types of R4. An expression that begins "
      "with - stands\n"
      "in brackets: '(-1)'.",
};

typedef struct {
  ax_arena *arena;
  bool strict;
  ax_str expression;
  const char *file;
} job;

static ax_status read_resource(const job *j, const ax_json **out,
                               ax_error *err) {
  ax_str text;
  ax_json_fault fault = { .at = 0 };
  ax_buf input = AX_BUF_INIT(FILE_MAX);
  ax_status status = AX_OK;
  if (strcmp(j->file, "-") == 0) {
    status = ax_file_read_fd(0, FILE_MAX, &input, err);
    text = ax_arena_str(j->arena, ax_buf_view(&input));
    ax_buf_free(&input);
    if (!status && !text.ptr) status = AX_NOMEM;
  } else {
    status = ax_file_read(j->arena, j->file, FILE_MAX, &text, err);
  }
  if (status) return status;
  status = ax_json_parse(j->arena, text, out, &fault);
  if (!status) return AX_OK;
  return ax_error_set(err, status, "%s:%u:%u: %s", j->file, fault.place.line,
                      fault.place.column, fault.text);
}

static ax_status tell(const ax_fp_fault *fault, ax_status status,
                      ax_error *err) {
  if (!status || !fault->status) return status;
  return ax_error_set(err, status, "%s fault at line %u, column %u: %s",
                      ax_fp_fault_kind_name(fault->kind), fault->line,
                      fault->column, fault->text);
}

static ax_fp_answer answer_of(ax_membership membership) {
  switch (membership) {
  case AX_MEMBER_YES:
    return AX_FP_YES;
  case AX_MEMBER_NO:
    return AX_FP_NO;
  case AX_MEMBER_UNKNOWN:
    break;
  }
  return AX_FP_UNKNOWN;
}

static ax_fp_answer member_of(void *ctx, ax_str value_set, ax_str system,
                              ax_str code) {
  return answer_of(ax_valueset_contains(ctx, value_set, system, code, NULL));
}

static ax_fp_answer subsumes(void *ctx, ax_str system, ax_str above,
                             ax_str below) {
  return answer_of(ax_valueset_subsumes(ctx, system, above, below));
}

static ax_status evaluate(const job *j, const ax_app_rules *rules,
                          const ax_fp_model *model, const ax_json *resource,
                          ax_buf *out, ax_error *err) {
  const ax_fp_host host = { .ctx = rules->valuesets,
                            .member_of = member_of,
                            .subsumes = subsumes };
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  ax_fp_list list;
  ax_fp_input in = { .arena = j->arena,
                     .model = model,
                     .host = &host,
                     .context = ax_fp_eval_root(model, resource) };
  ax_status status = ax_fp_parse(j->arena, j->expression, &program, &fault);
  if (!status && j->strict)
    status = ax_fp_check(j->arena, &program, model, in.context.u.node.type,
                         NULL, &fault);
  if (!status) status = ax_fp_eval(&program, &in, &list, &fault);
  AX_TRY(tell(&fault, status, err));
  ax_json_writer w = ax_json_write_begin(out);
  AX_TRY(ax_fp_write(j->arena, &list, &w));
  AX_TRY(ax_json_write_end(&w));
  ax_buf_append_char(out, '\n');
  return out->status;
}

static ax_status work(const job *j, const ax_config *config, ax_buf *out,
                      int *code, ax_error *err) {
  ax_app_rules rules;
  ax_fp_model_r4 *model = NULL;
  const ax_json *resource = NULL;
  *code = AX_EXIT_USAGE;
  AX_TRY(read_resource(j, &resource, err));
  *code = AX_EXIT_PACKAGES;
  AX_TRY(ax_app_rules_open(j->arena, config, NULL, 0, &rules, err));
  ax_status status = ax_fp_model_r4_new(rules.registry, &model, err);
  *code = AX_EXIT_INPUT;
  if (!status)
    status =
        evaluate(j, &rules, ax_fp_model_r4_table(model), resource, out, err);
  ax_fp_model_r4_free(model);
  ax_app_rules_close(&rules);
  return status;
}

static int run(job *j, int argc, char **argv) {
  ax_config_command command;
  ax_error err = { 0 };
  ax_buf out = AX_BUF_INIT((size_t)FILE_MAX * 2);
  int code = AX_EXIT_OK;
  if (!ax_command_begin(j->arena, &manual, argc, argv, &command, &code))
    return code;
  if (command.word_count != 2) {
    ax_status odd = ax_error_set(&err, AX_INVALID,
                                 "fhirpath needs an EXPRESSION and a FILE");
    return ax_command_fail(AX_EXIT_USAGE, odd, &err);
  }
  j->expression = ax_str_from(command.words[0].value);
  j->file = command.words[1].value;
  ax_status status = work(j, &command.config, &out, &code, &err);
  if (status)
    code = ax_command_fail(code, status, &err);
  else
    code = ax_command_print(ax_buf_view(&out)) ? AX_EXIT_OK : AX_EXIT_USAGE;
  ax_buf_free(&out);
  return code;
}

/* --strict takes no value, so it is taken off before options are read. */
int ax_cmd_fhirpath(int argc, char **argv) {
  char *words[WORDS_MAX];
  int count = 0;
  job j = { .arena = ax_arena_new(MEMORY) };
  if (!j.arena) return ax_command_fail(AX_EXIT_USAGE, AX_NOMEM, NULL);
  for (int i = 0; i < argc && count < WORDS_MAX - 1; i++) {
    if (strcmp(argv[i], "--strict") == 0)
      j.strict = true;
    else
      words[count++] = argv[i];
  }
  words[count] = NULL;
  int code = run(&j, count, words);
  ax_arena_free(j.arena);
  return code;
}
