/* TAP version 14 (https://testanything.org/tap-version-14-specification.html):
 * YAML blocks hold JSON strings, which YAML reads as its own. */
#include "report/report_form.h"
#include "report/report_text.h"

enum { NAME_MAX_BYTES = 200, REASON_MAX = 300, CURL_BODY_MAX = 4096 };

/* A '#' would begin a directive, a backslash escapes. */
static void put_escaped(ax_buf *out, ax_str text, size_t max) {
  ax_buf line = AX_BUF_INIT(1 << 16);
  ax_report_text_line(&line, text, max);
  ax_str shown = ax_buf_view(&line);
  for (size_t i = 0; i < shown.len; i++) {
    if (shown.ptr[i] == '#' || shown.ptr[i] == '\\')
      ax_buf_append_char(out, '\\');
    ax_buf_append_char(out, shown.ptr[i]);
  }
  ax_buf_free(&line);
}

static void put_field(ax_buf *out, const char *name, ax_str value) {
  if (!value.len) return;
  ax_buf_printf(out, "  %s: ", name);
  ax_report_text_json(out, value);
  ax_buf_append_char(out, '\n');
}

static void put_action(ax_buf *out, const ax_result_action *a) {
  ax_buf curl = AX_BUF_INIT(1 << 20);
  put_field(out, a->is_assert ? "assert" : "operation", a->rule);
  put_field(out, "description", a->description);
  put_field(out, "expected", a->expected);
  put_field(out, "actual", a->actual);
  put_field(out, "requirement", a->requirement);
  put_field(out, "see", a->requirement_url);
  put_field(out, "at", a->place);
  if (a->exchange) {
    put_field(out, "method", a->exchange->method);
    put_field(out, "url", a->exchange->url);
    if (a->exchange->status)
      ax_buf_printf(out, "  status: %d\n", a->exchange->status);
    ax_report_text_curl(&curl, a->exchange, CURL_BODY_MAX);
    put_field(out, "repeat", ax_buf_view(&curl));
  }
  ax_buf_free(&curl);
}

static void put_block(ax_buf *out, const ax_report_case *item) {
  const ax_result_action *a = ax_report_case_decided(item);
  ax_buf_append(out, AX_STR("  ---\n"));
  put_field(out, "message", item->message);
  put_field(out, "severity", ax_str_from(ax_result_word(item->kind)));
  put_field(out, "file", item->script->file);
  if (a) put_action(out, a);
  ax_buf_append(out, AX_STR("  ...\n"));
}

static void put_directive(ax_buf *out, const ax_report_case *item) {
  static const ax_str unsupported = AX_STR_INIT("unsupported");
  ax_buf_append(out, AX_STR(" # SKIP "));
  if (item->kind == AX_RESULT_UNSUPPORTED &&
      !ax_str_starts(item->message, unsupported))
    ax_buf_append(out, AX_STR("unsupported: "));
  put_escaped(out, item->message, REASON_MAX);
}

static void put_case(ax_buf *out, size_t number, const ax_report_case *item) {
  if (item->kind >= AX_RESULT_FAIL) ax_buf_append(out, AX_STR("not "));
  ax_buf_printf(out, "ok %zu - ", number);
  put_escaped(out, ax_report_case_script(item->script), NAME_MAX_BYTES);
  ax_buf_append(out, AX_STR(" / "));
  put_escaped(out, item->name, NAME_MAX_BYTES);
  if (item->kind == AX_RESULT_SKIP || item->kind == AX_RESULT_UNSUPPORTED)
    put_directive(out, item);
  ax_buf_append_char(out, '\n');
  if (item->kind == AX_RESULT_WARNING || item->kind >= AX_RESULT_FAIL)
    put_block(out, item);
}

/* "# asserts 12: 10 pass, 1 warning, ...": all kinds, for programs. */
static void put_totals(const ax_report_view *view, ax_buf *out) {
  ax_report_total totals[AX_REPORT_FORM_TOTALS];
  ax_report_form_totals(view, totals);
  for (size_t i = 0; i < AX_REPORT_FORM_TOTALS; i++) {
    ax_buf_printf(out, "# " AX_STR_FMT " %zu", AX_STR_ARG(totals[i].name),
                  totals[i].counts->all);
    for (unsigned k = 0; k < AX_RESULT_KINDS; k++)
      ax_buf_printf(out, "%s%zu %s", k ? ", " : ": ", totals[i].counts->of[k],
                    ax_result_word((ax_result_kind)k));
    ax_buf_append_char(out, '\n');
  }
}

ax_status ax_report_tap_write(const ax_report_view *view, ax_buf *out) {
  ax_buf_printf(out, "TAP version 14\n1..%zu\n", view->cases.count);
  for (size_t i = 0; i < view->cases.count; i++)
    put_case(out, i + 1, &view->cases.items[i]);
  put_totals(view, out);
  return out->status;
}
