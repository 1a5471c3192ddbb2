#include "app/corpora.h"
#include "base/map.h"
#include "fhirpath/fp_check.h"
#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "fhirpath/fp_write.h"
#include "validate/fp_model_r4.h"

enum { REPORT_MAX = 64 * 1024 * 1024 };

typedef struct {
  const ax_corpora *corpora;
  const ax_fp_model *model;
  ax_arena *arena;      /* manifest and inputs */
  ax_arena *evaluation; /* one case */
  ax_map *inputs;       /* by file name */
  ax_buf report;
  size_t cases, passed;
} bench;

/* One case and what became of it. */
typedef struct {
  const ax_json *test;
  ax_str expression;
  const ax_json *input;
  bool strict;
  ax_fp_list got;
  ax_fp_fault fault;
  ax_status status;
} trial;

static ax_status input_of(bench *b, ax_str name, const ax_json **out,
                          ax_error *err) {
  *out = NULL;
  if (!name.len) return AX_OK;
  const ax_json **kept = ax_map_get(b->inputs, name);
  if (kept) {
    *out = *kept;
    return AX_OK;
  }
  kept = AX_NEW(b->arena, const ax_json *);
  ax_str path = ax_arena_printf(b->arena, "%s/fhirpath/" AX_STR_FMT,
                                b->corpora->folder, AX_STR_ARG(name));
  if (!path.ptr || !kept) return AX_NOMEM;
  ax_str source;
  ax_json_fault fault = { .at = 0 };
  AX_TRY(ax_corpora_file_read(b->arena, path.ptr, &source, out, &fault, err));
  *kept = *out;
  return ax_map_put(b->inputs, name, kept);
}

static void run(bench *b, trial *t) {
  ax_fp_program program;
  bool truth;
  t->status = ax_fp_parse(b->evaluation, t->expression, &program, &t->fault);
  if (t->status) return;
  ax_fp_input in = { .arena = b->evaluation,
                     .model = b->model,
                     .no_context = !t->input };
  if (t->input) in.context = ax_fp_eval_root(b->model, t->input);
  if (t->strict)
    t->status =
        ax_fp_check(b->evaluation, &program, b->model,
                    t->input ? in.context.u.node.type : NULL, NULL, &t->fault);
  if (t->status) return;
  if (!ax_json_is(AX_JSON_GET(t->test, "predicate"), AX_JSON_BOOL) ||
      !AX_JSON_GET(t->test, "predicate")->truth) {
    t->status = ax_fp_eval(&program, &in, &t->got, &t->fault);
    return;
  }
  t->status = ax_fp_eval_boolean(&program, &in, &truth, &t->fault);
  ax_fp_item *item = AX_NEW(b->evaluation, ax_fp_item);
  if (!item) t->status = AX_NOMEM;
  if (t->status) return;
  *item = ax_fp_value_boolean(truth);
  t->got = (ax_fp_list){ item, 1, 1 };
}

/* --- judging ---------------------------------------------------------------
 */

/* code, id, uri ... are all text to whoever recorded the results. */
static ax_str type_family(ax_str type) {
  static const char *const texts[] = { "code", "id",   "uri",     "url",
                                       "oid",  "uuid", "markdown" };
  for (size_t i = 0; i < AX_COUNT(texts); i++)
    if (ax_str_eq(type, ax_str_from(texts[i]))) return AX_STR("string");
  return type;
}

static bool item_matches(bench *b, const ax_fp_item *got,
                         const ax_json *wanted) {
  ax_str type = AX_JSON_STR(wanted, "type");
  ax_str value = AX_JSON_STR(wanted, "value"), text;
  ax_fp_item system;
  if (type.len &&
      !ax_str_eq(type_family(type), type_family(ax_fp_write_type(got))))
    return false;
  if (ax_fp_value_system(b->evaluation, got, &system) != AX_OK ||
      ax_fp_value_text(b->evaluation, &system, &text) != AX_OK)
    return false;
  bool moment = system.kind == AX_FP_DATE || system.kind == AX_FP_DATETIME ||
                system.kind == AX_FP_TIME;
  if (moment && value.len && value.ptr[0] == '@') value = ax_str_skip(value, 1);
  if (system.kind == AX_FP_TIME && value.len && value.ptr[0] == 'T')
    value = ax_str_skip(value, 1);
  return ax_str_eq(value, text);
}

static bool is_right(bench *b, const trial *t) {
  const ax_json *wanted = AX_JSON_GET(t->test, "outputs");
  if (AX_JSON_GET(t->test, "invalid")) return t->status == AX_INVALID;
  if (t->status || t->got.count != ax_json_count(wanted)) return false;
  for (size_t i = 0; i < t->got.count; i++)
    if (!item_matches(b, &t->got.items[i], ax_json_item(wanted, i)))
      return false;
  return true;
}

static void report_got(bench *b, const trial *t) {
  if (t->status) {
    ax_buf_printf(&b->report, "got:        %s fault at %u:%u: %s\n\n",
                  ax_fp_fault_kind_name(t->fault.kind), t->fault.line,
                  t->fault.column, t->fault.text);
    return;
  }
  ax_buf_append(&b->report, AX_STR("got:        "));
  ax_json_writer w = ax_json_write_begin(&b->report);
  if (ax_fp_write(b->evaluation, &t->got, &w) != AX_OK ||
      ax_json_write_end(&w) != AX_OK)
    ax_buf_append(&b->report, AX_STR("(no memory)"));
  ax_buf_append(&b->report, AX_STR("\n\n"));
}

static void report(bench *b, const trial *t) {
  const ax_json *outputs = AX_JSON_GET(t->test, "outputs");
  ax_str invalid = AX_JSON_STR(t->test, "invalid");
  ax_buf_printf(&b->report, "case:       " AX_STR_FMT "\n",
                AX_STR_ARG(AX_JSON_STR(t->test, "id")));
  ax_buf_printf(&b->report, "expression: " AX_STR_FMT "\nexpected:   ",
                AX_STR_ARG(t->expression));
  if (invalid.len)
    ax_buf_printf(&b->report, "fault (" AX_STR_FMT ")", AX_STR_ARG(invalid));
  else if (outputs) {
    ax_json_writer w = ax_json_write_begin(&b->report);
    ax_json_write_tree(&w, outputs);
    if (ax_json_write_end(&w) != AX_OK)
      ax_buf_append(&b->report, AX_STR("(no memory)"));
  }
  ax_buf_append_char(&b->report, '\n');
  report_got(b, t);
}

static ax_status run_test(bench *b, const ax_json *test, ax_error *err) {
  trial t = { .test = test, .expression = AX_JSON_STR(test, "expression") };
  AX_TRY(input_of(b, AX_JSON_STR(test, "input_file"), &t.input, err));
  t.strict = ax_str_eq(AX_JSON_STR(test, "mode"), AX_STR("strict")) ||
             ax_str_eq(AX_JSON_STR(test, "invalid"), AX_STR("semantic"));
  run(b, &t);
  b->cases++;
  if (is_right(b, &t))
    b->passed++;
  else
    report(b, &t);
  ax_arena_reset(b->evaluation);
  return AX_OK;
}

static ax_status run_all(bench *b, ax_error *err) {
  const ax_json *manifest;
  b->inputs = ax_map_new(b->arena);
  if (!b->inputs) return AX_NOMEM;
  AX_TRY(ax_corpora_file_manifest(b->corpora, b->arena, "fhirpath", &manifest,
                                  err));
  const ax_json *tests = AX_JSON_GET(manifest, "tests");
  for (size_t i = 0; i < ax_json_count(tests); i++)
    AX_TRY(run_test(b, ax_json_item(tests, i), err));
  return ax_corpora_file_report(b->corpora, b->arena, "fhirpath", &b->report,
                                err);
}

ax_status ax_corpora_fhirpath(const ax_corpora *corpora, ax_buf *out,
                              ax_error *err) {
  ax_fp_model_r4 *model = NULL;
  bench b = { .corpora = corpora, .report = AX_BUF_INIT(REPORT_MAX) };
  b.arena = ax_arena_new((size_t)512 << 20);
  b.evaluation = ax_arena_new((size_t)256 << 20);
  ax_status status = AX_NOMEM;
  if (b.arena && b.evaluation)
    status = ax_fp_model_r4_new(corpora->registry, &model, err);
  if (!status) {
    b.model = ax_fp_model_r4_table(model);
    status = run_all(&b, err);
  }
  if (!status)
    ax_buf_printf(out, "fhirpath: cases=%zu passed=%zu\n", b.cases, b.passed);
  ax_buf_free(&b.report);
  ax_arena_free(b.arena);
  ax_arena_free(b.evaluation);
  ax_fp_model_r4_free(model);
  return status;
}
