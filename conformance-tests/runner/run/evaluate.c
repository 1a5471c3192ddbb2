#include "run/evaluate.h"

#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "run/json_path.h"
#include "run/variable.h"
#include "run/xml_path.h"
#include "json/json_write.h"

enum { TEXT_MAX = 16 << 20, EVALUATION_MAX = 256 << 20 };

static ax_status push(ax_state *s, ax_evaluate_values *out, ax_str text) {
  ax_str *slot = AX_VEC_PUSH(out, s->arena);
  if (!slot) return AX_NOMEM;
  *slot = text;
  return AX_OK;
}

ax_status ax_evaluate_text(ax_arena *arena, const ax_json *value, ax_str *out) {
  if (value->kind == AX_JSON_STRING || value->kind == AX_JSON_NUMBER) {
    *out = ax_json_text(value);
    return AX_OK;
  }
  ax_buf buf = AX_BUF_INIT(TEXT_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_json_write_tree(&w, value);
  ax_status status = ax_json_write_end(&w);
  if (!status) *out = ax_arena_str(arena, ax_buf_view(&buf));
  if (!status && !out->ptr) status = AX_NOMEM;
  ax_buf_free(&buf);
  return status;
}

/* --- FHIRPath ------------------------------------------------------------- */

/* What an expression asks of its surroundings. What nobody could tell it makes
 * the whole of it unsupported: an empty answer would look like a "no". */
typedef struct {
  ax_state *s;
  const char *unknown; /* why a code could not be judged; NULL: all could */
  ax_str about;        /* the value set or code system that was asked for */
} surroundings;

static ax_fp_answer told(surroundings *around, ax_membership answer,
                         ax_str about, const char *why) {
  if (answer == AX_MEMBER_YES) return AX_FP_YES;
  if (answer == AX_MEMBER_NO) return AX_FP_NO;
  around->about = about;
  around->unknown = why ? why : "not known";
  return AX_FP_UNKNOWN;
}

static ax_fp_answer member_of(void *ctx, ax_str value_set, ax_str system,
                              ax_str code) {
  surroundings *around = ctx;
  ax_valuesets *sets = around->s->options->valuesets;
  const char *why = "there is no terminology";
  ax_membership answer = AX_MEMBER_UNKNOWN;
  if (sets) answer = ax_valueset_contains(sets, value_set, system, code, &why);
  return told(around, answer, value_set, why);
}

static ax_fp_answer subsumes(void *ctx, ax_str system, ax_str above,
                             ax_str below) {
  surroundings *around = ctx;
  ax_valuesets *sets = around->s->options->valuesets;
  ax_membership answer = AX_MEMBER_UNKNOWN;
  if (sets) answer = ax_valueset_subsumes(sets, system, above, below);
  return told(around, answer, system,
              "the code system is not loaded or lacks a code");
}

static ax_fp_answer conforms_to(void *ctx, const ax_fp_item *node,
                                ax_str profile) {
  surroundings *around = ctx;
  ax_state *s = around->s;
  const ax_json *tree = node->kind == AX_FP_NODE ? node->u.node.json : NULL;
  if (!tree || !AX_JSON_STR(tree, "resourceType").len ||
      !s->options->validator ||
      !ax_registry_find(s->options->registry, AX_DEF_STRUCTURE, profile))
    return AX_FP_UNKNOWN;
  ax_fhir_issues *issues = ax_fhir_issues_new(s->arena);
  if (!issues ||
      ax_validate_run(s->options->validator, tree,
                      AX_JSON_STR(tree, "resourceType"), &profile, 1, issues))
    return AX_FP_UNKNOWN;
  return ax_fhir_issues_errors(issues) ? AX_FP_NO : AX_FP_YES;
}

/* Variables of the script as %name. */
static bool variable(void *ctx, ax_arena *arena, ax_str name, ax_fp_list *out) {
  surroundings *around = ctx;
  ax_str value;
  ax_fp_item *item = AX_NEW(arena, ax_fp_item);
  if (!item || !ax_script_find_variable(around->s->script, name) ||
      ax_variable_value(around->s, name, AX_STR(""), &value, NULL))
    return false;
  *item = ax_fp_value_string(value);
  *out = (ax_fp_list){ item, 1, 1 };
  return true;
}

static ax_status broken(const ax_fp_fault *fault, ax_status status,
                        ax_str expression, ax_error *err) {
  if (status == AX_NOMEM) return status;
  return ax_error_set(
      err, fault->kind == AX_FP_EXECUTION ? AX_NOT_FOUND : AX_INVALID,
      "%s fault in the expression \"%.*s\" at column %u: %s",
      ax_fp_fault_kind_name(fault->kind),
      expression.len > 60 ? 60 : (int)expression.len, expression.ptr,
      fault->column, fault->text);
}

static ax_status run(ax_state *s, ax_arena *arena, ax_str expression,
                     const ax_json *tree, ax_fp_list *out, ax_error *err) {
  surroundings around = { .s = s };
  const ax_fp_host host = { .ctx = &around,
                            .member_of = member_of,
                            .subsumes = subsumes,
                            .conforms_to = conforms_to,
                            .variable = variable };
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  ax_fp_input in = { .arena = arena,
                     .model = s->model,
                     .host = &host,
                     .context = ax_fp_eval_root(s->model, tree),
                     .now_ms = s->now_ms,
                     .as_filters = true };
  *out = (ax_fp_list){ 0 };
  ax_status status = ax_fp_parse(arena, expression, &program, &fault);
  if (!status) status = ax_fp_eval(&program, &in, out, &fault);
  if (status) return broken(&fault, status, expression, err);
  if (!around.unknown) return AX_OK;
  return ax_error_set(err, AX_UNSUPPORTED, "terminology of %.*s: %s",
                      around.about.len > 120 ? 120 : (int)around.about.len,
                      around.about.ptr, around.unknown);
}

/* --- what comes of it ----------------------------------------------------- */

static ax_status item_text(ax_arena *arena, const ax_fp_item *item,
                           ax_str *out) {
  ax_fp_item value;
  AX_TRY(ax_fp_value_system(arena, item, &value));
  if (item->kind == AX_FP_NODE) {
    const ax_json *json = item->u.node.json;
    *out = AX_STR("");
    return json ? ax_evaluate_text(arena, json, out) : AX_OK;
  }
  return ax_fp_value_text(arena, &value, out);
}

static ax_status texts_of(ax_state *s, ax_arena *scratch, ax_str expression,
                          const ax_source *source, ax_evaluate_values *out,
                          ax_error *err) {
  ax_fp_list list;
  AX_TRY(run(s, scratch, expression, source->json, &list, err));
  for (size_t i = 0; i < list.count; i++) {
    ax_str text;
    AX_TRY(item_text(scratch, &list.items[i], &text));
    text = ax_arena_str(s->arena, text);
    if (!text.ptr) return AX_NOMEM;
    AX_TRY(push(s, out, text));
  }
  return AX_OK;
}

/* A script evaluates thousands of expressions: what each takes is given back,
 * its values are kept. */
ax_status ax_evaluate_expression(ax_state *s, ax_str expression,
                                 const ax_source *source,
                                 ax_evaluate_values *out, ax_error *err) {
  ax_arena *scratch = ax_arena_new(EVALUATION_MAX);
  ax_status status =
      scratch ? texts_of(s, scratch, expression, source, out, err) : AX_NOMEM;
  ax_arena_free(scratch);
  return status;
}

static ax_status truth_of(ax_state *s, ax_arena *scratch, ax_str expression,
                          const ax_json *tree, bool *out, ax_error *err) {
  ax_fp_list list;
  AX_TRY(run(s, scratch, expression, tree, &list, err));
  *out = list.count > 0;
  if (list.count > 1)
    return ax_error_set(err, AX_NOT_FOUND,
                        "the expression gives %zu values, and only one can be "
                        "true or false",
                        list.count);
  if (list.count) {
    ax_fp_item value;
    AX_TRY(ax_fp_value_system(scratch, &list.items[0], &value));
    *out = value.kind != AX_FP_BOOLEAN || value.u.truth;
  }
  return AX_OK;
}

ax_status ax_evaluate_truth_of(ax_state *s, ax_str expression,
                               const ax_json *tree, bool *out, ax_error *err) {
  ax_arena *scratch = ax_arena_new(EVALUATION_MAX);
  ax_status status =
      scratch ? truth_of(s, scratch, expression, tree, out, err) : AX_NOMEM;
  ax_arena_free(scratch);
  return status;
}

ax_status ax_evaluate_truth(ax_state *s, ax_str expression,
                            const ax_source *source, bool *out, ax_error *err) {
  return ax_evaluate_truth_of(s, expression, source->json, out, err);
}

ax_status ax_evaluate_node(ax_state *s, ax_str expression,
                           const ax_source *source, const ax_json **out,
                           ax_error *err) {
  ax_fp_list list;
  AX_TRY(run(s, s->arena, expression, source->json, &list, err));
  for (size_t i = 0; i < list.count; i++) {
    const ax_fp_item *item = &list.items[i];
    *out = item->kind == AX_FP_NODE ? item->u.node.json : NULL;
    if (*out) return AX_OK;
  }
  return ax_error_set(err, AX_NOT_FOUND,
                      "\"%.*s\" gives nothing in " AX_STR_FMT,
                      expression.len > 80 ? 80 : (int)expression.len,
                      expression.ptr, AX_STR_ARG(source->name));
}

/* --- paths ---------------------------------------------------------------- */

/* XPath has a '/' outside of brackets and quotes, a prefix, or an attribute;
 * JSONPath begins with '$' or '.', or has neither. */
static bool is_xml_path(ax_str path) {
  unsigned depth = 0;
  char quote = 0;
  if (path.len && (path.ptr[0] == '$' || path.ptr[0] == '.')) return false;
  if (ax_str_starts(path, AX_STR("fhir:")) || ax_str_starts(path, AX_STR("f:")))
    return true;
  for (size_t i = 0; i < path.len; i++) {
    char c = path.ptr[i];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[') {
      depth++;
    } else if (c == ']' && depth) {
      depth--;
    } else if (!depth && (c == '/' || c == '@')) {
      return true;
    }
  }
  return false;
}

ax_status ax_evaluate_path(ax_state *s, ax_str path, const ax_source *source,
                           ax_evaluate_values *out, ax_error *err) {
  ax_json_path_nodes nodes = { 0 };
  AX_TRY(is_xml_path(path)
             ? ax_xml_path_select(s->arena, path, source->json, &nodes, err)
             : ax_json_path_select(s->arena, path, source->json, &nodes, err));
  for (size_t i = 0; i < nodes.count; i++) {
    ax_str text;
    AX_TRY(ax_evaluate_text(s->arena, nodes.items[i], &text));
    AX_TRY(push(s, out, text));
  }
  return AX_OK;
}
