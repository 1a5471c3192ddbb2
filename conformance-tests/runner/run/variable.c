#include "run/variable.h"

#include "net/net_client.h"
#include "run/builtin.h"
#include "run/evaluate.h"
#include "run/source.h"

enum { DEPTH_MAX = 16 };

static ax_status fill(ax_state *s, ax_str text, ax_str scope, bool url,
                      ax_str *out, ax_error *err);

static ax_status nothing(const ax_script_variable *v, ax_str what,
                         ax_str source, ax_error *err) {
  return ax_error_set(err, AX_NOT_FOUND,
                      "variable '" AX_STR_FMT "' has no value: " AX_STR_FMT
                      " gives nothing in " AX_STR_FMT,
                      AX_STR_ARG(v->name), AX_STR_ARG(what),
                      AX_STR_ARG(source));
}

static ax_status from_expression(ax_state *s, const ax_script_variable *v,
                                 const ax_source *source, ax_str *out,
                                 ax_error *err) {
  ax_evaluate_values values = { 0 };
  ax_str what;
  bool is_path = v->expression.len == 0;
  AX_TRY(ax_source_need_json(source, err));
  AX_TRY(ax_variable_fill(s, is_path ? v->path : v->expression, &what, err));
  AX_TRY(is_path ? ax_evaluate_path(s, what, source, &values, err)
                 : ax_evaluate_expression(s, what, source, &values, err));
  if (!values.count || !values.items[0].len)
    return nothing(v, what, source->name, err);
  *out = values.items[0];
  return AX_OK;
}

static ax_status from_source(ax_state *s, const ax_script_variable *v,
                             ax_str *out, ax_error *err) {
  ax_source source;
  ax_str id;
  AX_TRY(ax_variable_fill(s, v->source_id, &id, err));
  AX_TRY(ax_source_find(s, id, false, &source, err));
  if (!v->header_field.len) return from_expression(s, v, &source, out, err);
  ax_status status = ax_source_header(&source, v->header_field, out, err);
  return status;
}

/* R4 leaves the value of such a variable to whoever runs the script. */
static ax_status make_up(ax_state *s, const ax_script_variable *v,
                         ax_str *out) {
  AX_TRY(ax_builtin_invent(s, v, out));
  ax_str note = ax_arena_printf(s->arena,
                                "variable '" AX_STR_FMT
                                "' is left to the user and was not set; the "
                                "runner made up '" AX_STR_FMT "'",
                                AX_STR_ARG(v->name), AX_STR_ARG(*out));
  return note.ptr ? ax_state_note(s, v->place, note) : AX_NOMEM;
}

static ax_status of_script(ax_state *s, const ax_script_variable *v,
                           ax_str *out, bool *extracted, ax_error *err) {
  bool rule = v->expression.len || v->path.len || v->header_field.len;
  if (rule) {
    ax_status status = from_source(s, v, out, err);
    *extracted = !status;
    if (status != AX_NOT_FOUND || !v->has_default) return status;
    if (err) *err = (ax_error){ 0 };
  }
  if (v->has_default)
    return fill(s, v->default_value, v->name, false, out, err);
  return make_up(s, v, out);
}

static const ax_run_setting *set_by_user(const ax_state *s, ax_str name) {
  for (size_t i = 0; i < s->options->variable_count; i++)
    if (ax_str_eq(s->options->variables[i].name, name))
      return &s->options->variables[i];
  return NULL;
}

static const ax_run_setting *bound(const ax_state *s, ax_str name) {
  for (size_t i = s->bound.count; i-- > 0;)
    if (ax_str_eq(s->bound.items[i].name, name)) return &s->bound.items[i];
  return NULL;
}

static ax_status find(ax_state *s, ax_str name, ax_str scope, ax_str *out,
                      bool *extracted, ax_error *err) {
  const ax_run_setting *set = bound(s, name);
  const ax_script_variable *v = ax_script_find_variable(s->script, name);
  *extracted = false;
  if (!set) set = set_by_user(s, name);
  if (set) {
    *out = set->value;
    return AX_OK;
  }
  if (v) return of_script(s, v, out, extracted, err);
  return ax_builtin_value(s, name, scope, out, err);
}

static ax_status value(ax_state *s, ax_str name, ax_str scope, ax_str *out,
                       bool *extracted, ax_error *err) {
  if (s->depth == DEPTH_MAX)
    return ax_error_set(err, AX_INVALID,
                        "variable '" AX_STR_FMT "' needs itself for its value",
                        AX_STR_ARG(name));
  s->depth++;
  ax_status status = find(s, name, scope, out, extracted, err);
  s->depth--;
  return status;
}

ax_status ax_variable_value(ax_state *s, ax_str name, ax_str scope, ax_str *out,
                            ax_error *err) {
  bool extracted;
  return value(s, name, scope, out, &extracted, err);
}

typedef struct {
  ax_state *s;
  ax_str scope;
  unsigned count; /* placeholders of this text or tree so far */
  bool for_url;
} fill_for;

/* What the target said is data: '&' or '+' in it must arrive as such. A whole
 * URL stays one, and so does a path. */
static ax_status for_url(ax_state *s, ax_str text, ax_str *out) {
  static const char odd[] = "&+#%";
  bool whole = ax_str_find(text, AX_STR("://")) != AX_STR_NONE;
  *out = text;
  for (size_t i = 0; i < text.len && !whole; i++)
    if (memchr(odd, text.ptr[i], sizeof odd - 1)) {
      *out = ax_net_client_escape(s->arena, text);
      return out->ptr ? AX_OK : AX_NOMEM;
    }
  return AX_OK;
}

static ax_status fill_value(void *ctx, ax_str name, ax_str *out,
                            ax_error *err) {
  fill_for *f = ctx;
  bool extracted;
  /* Two UUIDs in one fixture differ, and stay what they are. */
  ax_str scope = ax_arena_printf(f->s->arena, AX_STR_FMT "#%u",
                                 AX_STR_ARG(f->scope), f->count++);
  if (!scope.ptr) return AX_NOMEM;
  AX_TRY(value(f->s, name, scope, out, &extracted, err));
  return f->for_url && extracted ? for_url(f->s, *out, out) : AX_OK;
}

static ax_status fill(ax_state *s, ax_str text, ax_str scope, bool url,
                      ax_str *out, ax_error *err) {
  fill_for f = { .s = s, .scope = scope, .for_url = url };
  const ax_placeholder_source source = { fill_value, &f };
  return ax_placeholder_fill(s->arena, text, &source, out, err);
}

ax_status ax_variable_fill(ax_state *s, ax_str text, ax_str *out,
                           ax_error *err) {
  return fill(s, text, AX_STR(""), false, out, err);
}

ax_status ax_variable_fill_url(ax_state *s, ax_str text, ax_str *out,
                               ax_error *err) {
  return fill(s, text, AX_STR(""), true, out, err);
}

ax_status ax_variable_fill_tree(ax_state *s, const ax_json *tree, ax_str scope,
                                const ax_json **out, ax_error *err) {
  fill_for f = { .s = s, .scope = scope };
  const ax_placeholder_source source = { fill_value, &f };
  return ax_placeholder_fill_tree(s->arena, tree, &source, out, err);
}
