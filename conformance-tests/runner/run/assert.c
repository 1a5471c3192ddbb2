#include "run/assert.h"

#include "base/buf.h"
#include "run/variable.h"

enum { LIST_MAX = 5, TEXT_SHOWN = 400, LIST_BYTES = 8192 };

/* Which element asks for what, in the order in which they are looked at. */
static const struct {
  const char *element;
  ax_assert_kind judge;
} kinds[] = {
  { "response", ax_assert_response_judge },
  { "responseCode", ax_assert_response_code_judge },
  { "contentType", ax_assert_content_type_judge },
  { "headerField", ax_assert_header_judge },
  { "requestMethod", ax_assert_request_method_judge },
  { "requestURL", ax_assert_request_url_judge },
  { "resource", ax_assert_resource_judge },
  { "expression", ax_assert_expression_judge },
  { "path", ax_assert_path_judge },
  { "minimumId", ax_assert_minimum_judge },
  { "validateProfileId", ax_assert_profile_judge },
  { "navigationLinks", ax_assert_links_judge },
  /* Only where nothing above is compared with it. */
  { "compareToSourceExpression", ax_assert_compare_judge },
  { "compareToSourcePath", ax_assert_compare_judge },
};
enum { KINDS = sizeof kinds / sizeof kinds[0], OWN_KINDS = KINDS - 2 };

/* --- shared --------------------------------------------------------------- */

ax_status ax_assert_source(const ax_assert *a, ax_source *source,
                           ax_assert_outcome *out, ax_error *err) {
  AX_TRY(ax_source_find(a->s, a->source_id, a->request, source, err));
  out->exchange = source->exchange;
  return AX_OK;
}

ax_status ax_assert_answer(const ax_assert *a, ax_assert_outcome *out,
                           ax_error *err) {
  ax_source source;
  AX_TRY(ax_source_find(a->s, a->source_id, false, &source, err));
  out->exchange = source.exchange;
  if (!source.exchange)
    return ax_error_set(err, AX_INVALID,
                        "'" AX_STR_FMT "' is a fixture and no answer",
                        AX_STR_ARG(source.name));
  if (source.exchange->status) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND, "no answer came: " AX_STR_FMT,
                      AX_STR_ARG(source.exchange->failure));
}

static void append_short(ax_buf *buf, ax_str text) {
  bool cut = text.len > TEXT_SHOWN;
  ax_str shown = { text.ptr, cut ? TEXT_SHOWN : text.len };
  /* Not in the middle of a character. */
  while (cut && shown.len &&
         ((unsigned char)shown.ptr[shown.len] & 0xc0) == 0x80)
    shown.len--;
  ax_buf_printf(buf, "'" AX_STR_FMT "%s'", AX_STR_ARG(shown), cut ? "..." : "");
}

ax_status ax_assert_list(ax_arena *arena, const ax_str *values, size_t count,
                         ax_str *out) {
  ax_buf buf = AX_BUF_INIT(LIST_BYTES);
  if (!count) ax_buf_append(&buf, AX_STR("nothing"));
  for (size_t i = 0; i < count && i < LIST_MAX; i++) {
    if (i) ax_buf_append(&buf, AX_STR(", "));
    append_short(&buf, values[i]);
  }
  if (count > LIST_MAX) ax_buf_printf(&buf, " and %zu more", count - LIST_MAX);
  ax_status status = buf.status;
  if (!status) *out = ax_arena_str(arena, ax_buf_view(&buf));
  if (!status && !out->ptr) status = AX_NOMEM;
  ax_buf_free(&buf);
  return status;
}

ax_status ax_assert_compare(const ax_assert *a, const ax_str *values,
                            size_t count, ax_str expected, bool any,
                            ax_assert_outcome *out) {
  ax_str shown;
  const char *name = ax_compare_name(a->op);
  out->holds = ax_compare_holds(a->op, values, count, expected, any);
  AX_TRY(ax_assert_list(a->s->arena, values, count, &out->actual));
  AX_TRY(ax_assert_list(a->s->arena, &expected, 1, &shown));
  if (!ax_compare_wants_value(a->op))
    out->expected = ax_str_from(name);
  else if (a->op == AX_COMPARE_EQUALS)
    out->expected = shown;
  else
    out->expected =
        ax_arena_printf(a->s->arena, "%s " AX_STR_FMT, name, AX_STR_ARG(shown));
  return out->expected.ptr ? AX_OK : AX_NOMEM;
}

/* --- reading -------------------------------------------------------------- */

static ax_status read_operator(ax_assert *a, ax_error *err) {
  ax_str code = AX_JSON_STR(a->json, "operator");
  a->has_operator = code.len > 0;
  if (ax_compare_named(code, &a->op)) return AX_OK;
  return ax_error_set(err, AX_UNSUPPORTED, "operator '" AX_STR_FMT "'",
                      AX_STR_ARG(code));
}

/* A value is text in R4; some scripts write a number or a boolean. */
static ax_str value_text(const ax_json *value) {
  if (ax_json_is(value, AX_JSON_BOOL))
    return value->truth ? AX_STR("true") : AX_STR("false");
  return ax_json_text(value);
}

static ax_status read_direction(const ax_json *json, bool *request,
                                ax_error *err) {
  ax_str direction = AX_JSON_STR(json, "direction");
  *request = ax_str_eq(direction, AX_STR("request"));
  if (*request || !direction.len || ax_str_eq(direction, AX_STR("response")))
    return AX_OK;
  return ax_error_set(err, AX_INVALID,
                      "'" AX_STR_FMT "' is no direction: request or response",
                      AX_STR_ARG(direction));
}

static ax_status read(ax_state *s, const ax_script_action *action,
                      ax_assert *out, ax_error *err) {
  const ax_json *json = action->json, *value = AX_JSON_GET(json, "value");
  *out = (ax_assert){ .s = s, .json = json, .action = action };
  AX_TRY(read_direction(json, &out->request, err));
  out->has_value = value != NULL;
  AX_TRY(read_operator(out, err));
  AX_TRY(
      ax_variable_fill(s, AX_JSON_STR(json, "sourceId"), &out->source_id, err));
  return ax_variable_fill(s, value_text(value), &out->value, err);
}

static ax_status demand_warning_only(const ax_assert *a, ax_error *err) {
  if (!a->s->options->demand_warning_only ||
      AX_JSON_GET(a->json, "warningOnly"))
    return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND,
                      "the assert does not say warningOnly, which R4 demands");
}

/* --- judging -------------------------------------------------------------- */

static ax_status nothing_asked(const ax_assert *a, ax_error *err) {
  const ax_json *list = AX_JSON_GET(a->json, "extension");
  ax_str url = AX_JSON_STR(ax_json_item(list, 0), "url");
  if (url.len)
    return ax_error_set(err, AX_UNSUPPORTED, "extension " AX_STR_FMT,
                        AX_STR_ARG(url));
  return ax_error_set(err, AX_INVALID, "the assert asks for nothing");
}

static ax_status tell_rule(const ax_assert *a, const char *element, ax_str text,
                           ax_result_action *out) {
  const char *op = ax_compare_name(a->op);
  const char *about = a->request ? "request " : "";
  bool as_value = a->has_value && ax_compare_wants_value(a->op);
  if (as_value)
    out->rule = ax_arena_printf(
        a->s->arena, "%s%s " AX_STR_FMT " %s '" AX_STR_FMT "'", about, element,
        AX_STR_ARG(text), op, AX_STR_ARG(a->value));
  else if (a->has_operator)
    out->rule = ax_arena_printf(a->s->arena, "%s%s " AX_STR_FMT " %s", about,
                                element, AX_STR_ARG(text), op);
  else
    out->rule = ax_arena_printf(a->s->arena, "%s%s " AX_STR_FMT, about, element,
                                AX_STR_ARG(text));
  return out->rule.ptr ? AX_OK : AX_NOMEM;
}

static ax_status judge(const ax_assert *a, size_t i, ax_assert_outcome *outcome,
                       ax_result_action *out, ax_error *err) {
  ax_str element = ax_str_from(kinds[i].element), text;
  AX_TRY(ax_variable_fill(a->s, value_text(ax_json_get(a->json, element)),
                          &text, err));
  *outcome = (ax_assert_outcome){ 0 };
  AX_TRY(tell_rule(a, kinds[i].element, text, out));
  ax_status status = kinds[i].judge(a, text, outcome, err);
  out->exchange = outcome->exchange;
  return status;
}

/* R4 wants one question for each assert; where there are several, all must
 * hold. */
static ax_status judge_all(const ax_assert *a, ax_assert_outcome *outcome,
                           ax_result_action *out, ax_error *err) {
  bool asked = false;
  for (size_t i = 0; i < KINDS; i++) {
    if (!ax_json_get(a->json, ax_str_from(kinds[i].element))) continue;
    if (asked && i >= OWN_KINDS) break;
    asked = true;
    AX_TRY(judge(a, i, outcome, out, err));
    if (!outcome->holds) return AX_OK;
  }
  return asked ? AX_OK : nothing_asked(a, err);
}

static ax_status tell(const ax_assert *a, const ax_assert_outcome *outcome,
                      ax_result_action *out) {
  const ax_json *warning = AX_JSON_GET(a->json, "warningOnly");
  bool only = ax_json_is(warning, AX_JSON_BOOL) && warning->truth;
  out->expected = outcome->expected;
  out->actual = outcome->actual;
  out->kind = outcome->holds ? AX_RESULT_PASS
              : only         ? AX_RESULT_WARNING
                             : AX_RESULT_FAIL;
  if (outcome->holds) return AX_OK;
  out->message = outcome->message;
  if (!out->message.len)
    out->message = ax_arena_printf(
        a->s->arena, "expected " AX_STR_FMT ", got " AX_STR_FMT,
        AX_STR_ARG(outcome->expected), AX_STR_ARG(outcome->actual));
  return out->message.ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_assert_run(ax_state *s, const ax_script_action *action,
                        ax_result_action *out, ax_error *err) {
  ax_assert a;
  ax_assert_outcome outcome = { 0 };
  AX_TRY(read(s, action, &a, err));
  AX_TRY(demand_warning_only(&a, err));
  AX_TRY(judge_all(&a, &outcome, out, err));
  return tell(&a, &outcome, out);
}
