/* JUnit XML as continuous integration reads it; what is written here is valid
 * by both schemas in use (Ant's and Jenkins'), which conformance-tests/unit
 * keeps in junit.xsd. */
#include "fhir/fhir_date.h"
#include "report/report_form.h"
#include "report/report_text.h"

enum { CURL_BODY_MAX = 4096 };

typedef struct {
  size_t first, count; /* cases of the view */
  size_t failures, errors, skipped;
} suite;

static void put_attribute(ax_buf *out, const char *name, ax_str value) {
  ax_buf_printf(out, " %s=\"", name);
  ax_report_text_attribute(out, value);
  ax_buf_append_char(out, '"');
}

static void put_time(ax_buf *out, int64_t us) {
  ax_buf_append(out, AX_STR(" time=\""));
  ax_report_text_seconds(out, us);
  ax_buf_append_char(out, '"');
}

/* --- what a case says ----------------------------------------------------- */

static void put_line(ax_buf *out, const char *name, ax_str value) {
  if (!value.len) return;
  ax_buf_printf(out, "%s ", name);
  ax_report_text_xml(out, value);
  ax_buf_append_char(out, '\n');
}

static void put_exchange(ax_buf *out, const ax_result_exchange *e) {
  ax_buf curl = AX_BUF_INIT(1 << 20);
  put_line(out, "request: ", e->method);
  put_line(out, "url:     ", e->url);
  if (e->status) ax_buf_printf(out, "status:   %d\n", e->status);
  put_line(out, "failure: ", e->failure);
  ax_report_text_curl(&curl, e, CURL_BODY_MAX);
  put_line(out, "repeat:  ", ax_buf_view(&curl));
  ax_buf_free(&curl);
}

static void put_story(ax_buf *out, const ax_result_action *a) {
  put_line(out, a->is_assert ? "assert:  " : "sent:    ", a->rule);
  put_line(out, "what:    ", a->description.len ? a->description : a->label);
  put_line(out, "why:     ", a->message);
  put_line(out, "expected:", a->expected);
  put_line(out, "actual:  ", a->actual);
  put_line(out, "shows:   ", a->requirement);
  put_line(out, "see:     ", a->requirement_url);
  put_line(out, "place:   ", a->place);
  if (a->exchange) put_exchange(out, a->exchange);
}

static void put_outcome(ax_buf *out, const ax_report_case *item,
                        const char *element) {
  const ax_result_action *a = ax_report_case_decided(item);
  bool typed = item->kind >= AX_RESULT_FAIL;
  ax_buf_printf(out, "><%s", element);
  put_attribute(out, "message", item->message);
  if (typed)
    put_attribute(out, "type", ax_str_from(ax_result_word(item->kind)));
  ax_buf_append_char(out, '>');
  if (typed && a) put_story(out, a);
  ax_buf_printf(out, "</%s></testcase>\n", element);
}

static void put_case(ax_buf *out, const ax_report_case *item) {
  static const char *const elements[AX_RESULT_KINDS] = {
    [AX_RESULT_SKIP] = "skipped",
    [AX_RESULT_UNSUPPORTED] = "skipped",
    [AX_RESULT_FAIL] = "failure",
    [AX_RESULT_ERROR] = "error",
  };
  int64_t us =
      item->phase ? item->phase->duration_us : item->script->duration_us;
  ax_buf_append(out, AX_STR("<testcase"));
  put_attribute(out, "classname", ax_report_case_script(item->script));
  put_attribute(out, "name", item->name);
  put_time(out, us);
  if (elements[item->kind])
    put_outcome(out, item, elements[item->kind]);
  else
    ax_buf_append(out, AX_STR("/>\n"));
}

/* --- suites --------------------------------------------------------------- */

static void put_property(ax_buf *out, const char *name, ax_str value) {
  ax_buf_printf(out, "<property name=\"%s\"", name);
  put_attribute(out, "value", value);
  ax_buf_append(out, AX_STR("/>\n"));
}

static void put_count_property(ax_buf *out, const char *kind,
                               const char *outcome, size_t count) {
  ax_buf_printf(out, "<property name=\"%s.%s\" value=\"%zu\"/>\n", kind,
                outcome, count);
}

/* The counts of JUnit know nothing of asserts and operations. */
static void put_properties(ax_buf *out, const ax_report_view *view,
                           const ax_result_script *script) {
  ax_result_run alone = { 0 };
  ax_result_script copy = *script;
  alone.scripts.items = &copy;
  alone.scripts.count = 1;
  ax_result_totals totals = ax_result_count(&alone);
  ax_buf_append(out, AX_STR("<properties>\n"));
  put_property(out, "file", script->file);
  put_property(out, "target", view->run->target);
  put_property(out, "runner", view->run->runner);
  put_property(out, "outcome", ax_str_from(ax_result_word(script->kind)));
  for (unsigned k = 0; k < AX_RESULT_KINDS; k++) {
    const char *word = ax_result_word((ax_result_kind)k);
    put_count_property(out, "tests", word, totals.tests.of[k]);
    put_count_property(out, "asserts", word, totals.asserts.of[k]);
    put_count_property(out, "operations", word, totals.operations.of[k]);
  }
  ax_buf_append(out, AX_STR("</properties>\n"));
}

/* Schemas want "2026-01-31T23:59:59", without a zone. */
static void put_timestamp(ax_buf *out, int64_t ms) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(ms, text);
  put_attribute(out, "timestamp", (ax_str){ text, 19 });
}

static ax_str host_of(ax_str url) {
  size_t at = ax_str_find(url, AX_STR("://"));
  if (at != AX_STR_NONE) url = ax_str_skip(url, at + 3);
  ax_str host = ax_str_cut(&url, '/');
  return host.len ? host : AX_STR("unknown");
}

static void put_warnings(ax_buf *out, const ax_report_view *view,
                         const suite *s) {
  for (size_t i = s->first; i < s->first + s->count; i++) {
    const ax_report_case *item = &view->cases.items[i];
    const ax_result_action *a = ax_report_case_decided(item);
    if (item->kind != AX_RESULT_WARNING || !a) continue;
    put_line(out, "warning:", item->name);
    put_story(out, a);
  }
}

static void put_suite(ax_buf *out, const ax_report_view *view, size_t id,
                      const suite *s) {
  const ax_result_script *script = view->cases.items[s->first].script;
  ax_buf_append(out, AX_STR("<testsuite package=\"\""));
  ax_buf_printf(out, " id=\"%zu\"", id);
  put_attribute(out, "name", ax_report_case_script(script));
  put_timestamp(out, script->started_ms);
  put_attribute(out, "hostname", host_of(view->run->target));
  ax_buf_printf(
      out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
      s->count, s->failures, s->errors, s->skipped);
  put_time(out, script->duration_us);
  ax_buf_append(out, AX_STR(">\n"));
  put_properties(out, view, script);
  for (size_t i = s->first; i < s->first + s->count; i++)
    put_case(out, &view->cases.items[i]);
  ax_buf_append(out, AX_STR("<system-out>"));
  put_warnings(out, view, s);
  ax_buf_append(out, AX_STR("</system-out>\n<system-err></system-err>\n"
                            "</testsuite>\n"));
}

static suite suite_from(const ax_report_view *view, size_t first) {
  suite s = { .first = first };
  const ax_report_case *cases = view->cases.items;
  for (size_t i = first;
       i < view->cases.count && cases[i].script == cases[first].script; i++) {
    s.count++;
    s.failures += cases[i].kind == AX_RESULT_FAIL;
    s.errors += cases[i].kind == AX_RESULT_ERROR;
    s.skipped += cases[i].kind == AX_RESULT_SKIP ||
                 cases[i].kind == AX_RESULT_UNSUPPORTED;
  }
  return s;
}

ax_status ax_report_junit_write(const ax_report_view *view, ax_buf *out) {
  size_t id = 0;
  ax_buf_append(out, AX_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                            "<testsuites>\n"));
  for (size_t at = 0; at < view->cases.count; id++) {
    suite s = suite_from(view, at);
    put_suite(out, view, id, &s);
    at += s.count;
  }
  ax_buf_append(out, AX_STR("</testsuites>\n"));
  return out->status;
}
