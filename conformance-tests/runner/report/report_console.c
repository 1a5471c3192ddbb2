#include <inttypes.h>

#include "report/report_form.h"
#include "report/report_text.h"

enum { CURL_BODY_MAX = 1500, VALUE_MAX = 2000, LINE_MAX_BYTES = 300 };

static const char *const colour_of[AX_RESULT_KINDS] = {
  [AX_RESULT_PASS] = "32", [AX_RESULT_WARNING] = "33",
  [AX_RESULT_SKIP] = "36", [AX_RESULT_UNSUPPORTED] = "35",
  [AX_RESULT_FAIL] = "31", [AX_RESULT_ERROR] = "1;31",
};

static void put_kind(ax_buf *out, ax_result_kind kind, bool colours) {
  const char *word = ax_result_word(kind);
  if (colours)
    ax_buf_printf(out, "\033[%sm%s\033[0m", colour_of[kind], word);
  else
    ax_buf_append(out, ax_str_from(word));
  ax_buf_printf(out, "%*s", (int)(12 - strlen(word)), "");
}

/* "      expected: ..." with the lines behind the first under it. */
static void put_field(ax_buf *out, const char *name, ax_str text) {
  if (!text.len) return;
  ax_buf_printf(out, "      %-10s", name);
  bool cut = text.len > VALUE_MAX;
  if (cut) text.len = VALUE_MAX;
  ax_report_text_plain(out, text, 16);
  ax_buf_append(out, cut ? AX_STR(" ...\n") : AX_STR("\n"));
}

static void put_exchange(ax_buf *out, const ax_result_exchange *e) {
  ax_buf_append(out, AX_STR("      request:  "));
  ax_report_text_line(out, e->method, 40);
  ax_buf_append_char(out, ' ');
  ax_report_text_line(out, e->url, 1000);
  if (e->status) ax_buf_printf(out, " -> %d", e->status);
  ax_buf_append(out, AX_STR(" ("));
  ax_report_text_seconds(out, e->duration_us);
  ax_buf_append(out, AX_STR(" s)\n"));
  put_field(out, "failure:", e->failure);
  ax_buf_append(out, AX_STR("      repeat:   "));
  ax_report_text_curl(out, e, CURL_BODY_MAX);
  ax_buf_append_char(out, '\n');
}

static void put_action(ax_buf *out, const ax_result_action *a, bool colours) {
  ax_buf_append(out, AX_STR("    "));
  put_kind(out, a->kind, colours);
  ax_buf_append(out, a->is_assert ? AX_STR("assert ") : AX_STR("operation "));
  ax_report_text_line(out, a->rule, LINE_MAX_BYTES);
  ax_buf_append_char(out, '\n');
  put_field(out, "what:", a->description.len ? a->description : a->label);
  put_field(out, "why:", a->message);
  put_field(out, "expected:", a->expected);
  put_field(out, "actual:", a->actual);
  put_field(out, "shows:", a->requirement);
  put_field(out, "see:", a->requirement_url);
  put_field(out, "place:", a->place);
  if (a->exchange) put_exchange(out, a->exchange);
}

static bool is_told(ax_result_kind kind) {
  return kind == AX_RESULT_WARNING || kind >= AX_RESULT_UNSUPPORTED;
}

static void put_case(ax_buf *out, const ax_report_case *item, bool colours) {
  ax_buf_append(out, AX_STR("  "));
  put_kind(out, item->kind, colours);
  ax_report_text_line(out, item->name, LINE_MAX_BYTES);
  ax_buf_append_char(out, '\n');
  const ax_result_action *decided = ax_report_case_decided(item);
  if (!decided || !ax_str_eq(decided->message, item->message))
    put_field(out, "why:", item->message);
  for (size_t i = 0; item->phase && i < item->phase->actions.count; i++)
    if (is_told(item->phase->actions.items[i].kind))
      put_action(out, &item->phase->actions.items[i], colours);
}

static void put_script(ax_buf *out, const ax_result_script *script,
                       bool colours) {
  ax_buf_append_char(out, '\n');
  put_kind(out, script->kind, colours);
  ax_report_text_line(out, ax_report_case_script(script), LINE_MAX_BYTES);
  ax_buf_append(out, AX_STR("  "));
  ax_report_text_line(out, script->file, LINE_MAX_BYTES);
  ax_buf_append_char(out, '\n');
}

static void put_totals(const ax_report_view *view, ax_buf *out) {
  ax_report_total totals[AX_REPORT_FORM_TOTALS];
  ax_report_form_totals(view, totals);
  ax_buf_append_char(out, '\n');
  for (size_t i = 0; i < AX_REPORT_FORM_TOTALS; i++) {
    const ax_result_counts *counts = totals[i].counts;
    ax_buf_printf(out, "%-12.*s%zu", AX_STR_ARG(totals[i].name), counts->all);
    for (unsigned k = 0; k < AX_RESULT_KINDS; k++)
      if (counts->of[k] || k == AX_RESULT_PASS || k == AX_RESULT_FAIL)
        ax_buf_printf(out, "%s%zu %s", k == 0 ? ": " : ", ", counts->of[k],
                      ax_result_word((ax_result_kind)k));
    ax_buf_append_char(out, '\n');
  }
}

ax_status ax_report_console_write(const ax_report_view *view, ax_buf *out) {
  const ax_result_script *last = NULL;
  for (size_t i = 0; i < view->cases.count; i++) {
    const ax_report_case *item = &view->cases.items[i];
    if (!is_told(item->kind)) continue;
    if (item->script != last) put_script(out, item->script, view->colours);
    last = item->script;
    put_case(out, item, view->colours);
  }
  put_totals(view, out);
  ax_buf_append(out, AX_STR("target      "));
  ax_report_text_line(out, view->run->target, LINE_MAX_BYTES);
  ax_buf_append(out, AX_STR("\ntime        "));
  ax_report_text_seconds(out, view->run->duration_us);
  ax_buf_printf(out, " s, seed %" PRIu64 "\n", view->run->seed);
  return out->status;
}

static size_t count_tests(const ax_result_script *script) {
  size_t count = 0;
  for (size_t i = 0; i < script->phases.count; i++)
    count += script->phases.items[i].phase == AX_RESULT_TEST;
  return count;
}

void ax_report_console_line(const ax_result_script *script, bool colours,
                            ax_buf *out) {
  size_t tests = count_tests(script);
  put_kind(out, script->kind, colours);
  ax_report_text_line(out, ax_report_case_script(script), LINE_MAX_BYTES);
  ax_buf_printf(out, "  (%zu test%s, ", tests, tests == 1 ? "" : "s");
  ax_report_text_seconds(out, script->duration_us);
  ax_buf_append(out, script->wire_changed ? AX_STR(" s, in JSON not XML)")
                                          : AX_STR(" s)"));
  if (script->kind >= AX_RESULT_SKIP && script->message.len) {
    ax_buf_append(out, AX_STR("  "));
    ax_report_text_line(out, script->message, LINE_MAX_BYTES);
  }
  ax_buf_append_char(out, '\n');
}
