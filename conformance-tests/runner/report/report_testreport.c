/*
 * http://hl7.org/fhir/R4/testreport.html. Its action results know no
 * "unsupported": that is "skip" there, and the message begins with
 * "unsupported:". `score` is the share of asserts that hold of those that were
 * judged.
 */
#include <stdio.h>

#include "base/uuid.h"
#include "fhir/fhir_date.h"
#include "fhir/fhir_make.h"
#include "report/report_form.h"
#include "report/report_text.h"

#define BASE "https://auspex-gateway.org/fhir"

static void put_instant(ax_json_writer *w, ax_str key, int64_t ms) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(ms, text);
  ax_json_write_member(w, key, ax_str_from(text));
}

/* Strings of FHIR hold more than blanks and no control characters. */
static void put_text(ax_json_writer *w, ax_str key, ax_str text) {
  if (!ax_str_trim(text).len) return;
  ax_buf clean = AX_BUF_INIT(text.len * 3 + 1);
  ax_report_text_fhir(&clean, text);
  ax_json_write_member(w, key, ax_buf_view(&clean));
  ax_buf_free(&clean);
}

/* --- actions -------------------------------------------------------------- */

static ax_str result_code(ax_result_kind kind) {
  static const ax_str codes[AX_RESULT_KINDS] = {
    [AX_RESULT_PASS] = AX_STR_INIT("pass"),
    [AX_RESULT_WARNING] = AX_STR_INIT("warning"),
    [AX_RESULT_SKIP] = AX_STR_INIT("skip"),
    [AX_RESULT_UNSUPPORTED] = AX_STR_INIT("skip"),
    [AX_RESULT_FAIL] = AX_STR_INIT("fail"),
    [AX_RESULT_ERROR] = AX_STR_INIT("error"),
  };
  return codes[kind];
}

/* Markdown in which nothing is HTML. */
static void put_markdown(ax_buf *out, ax_str text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] == '<')
      ax_buf_append(out, AX_STR("&lt;"));
    else
      ax_buf_append_char(out, text.ptr[i]);
}

static void put_message(ax_json_writer *w, const ax_result_action *a) {
  ax_buf text = AX_BUF_INIT(1 << 20);
  if (a->kind == AX_RESULT_UNSUPPORTED &&
      !ax_str_starts(a->message, AX_STR("unsupported")))
    ax_buf_append(&text, AX_STR("unsupported: "));
  put_markdown(&text, a->message);
  if (a->kind == AX_RESULT_FAIL || a->kind == AX_RESULT_WARNING) {
    if (a->expected.len) ax_buf_append(&text, AX_STR("\n\nexpected: "));
    put_markdown(&text, a->expected);
    if (a->actual.len) ax_buf_append(&text, AX_STR("\n\nactual: "));
    put_markdown(&text, a->actual);
  }
  put_text(w, AX_STR("message"), ax_buf_view(&text));
  ax_buf_free(&text);
}

/* An operation's detail is a uri: no blanks. */
static bool is_uri(ax_str text) {
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.ptr[i] <= ' ') return false;
  return text.len > 0;
}

static void put_detail(ax_json_writer *w, const ax_result_action *a,
                       bool as_operation) {
  if (!as_operation) {
    ax_buf text = AX_BUF_INIT(1 << 20);
    ax_buf_append(&text, a->rule);
    if (a->requirement.len) {
      ax_buf_append(&text, AX_STR(" [requirement "));
      ax_buf_append(&text, a->requirement);
      ax_buf_append_char(&text, ']');
    }
    put_text(w, AX_STR("detail"), ax_buf_view(&text));
    ax_buf_free(&text);
  } else if (a->exchange && is_uri(a->exchange->url)) {
    put_text(w, AX_STR("detail"), a->exchange->url);
  }
}

/* Teardown knows operations only (R4). */
static void put_action(ax_json_writer *w, const ax_result_action *a,
                       bool teardown) {
  bool as_operation = !a->is_assert || teardown;
  ax_json_write_object(w);
  ax_json_write_key(w, as_operation ? AX_STR("operation") : AX_STR("assert"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("result"), result_code(a->kind));
  put_message(w, a);
  put_detail(w, a, as_operation);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

/* A test needs an action, also when it was skipped as a whole. */
static void put_no_action(ax_json_writer *w, const ax_result_phase *p) {
  const ax_result_action none = { .kind = p->kind,
                                  .message = p->message,
                                  .is_assert = false };
  put_action(w, &none, false);
}

static void put_actions(ax_json_writer *w, const ax_result_phase *p) {
  ax_json_write_key(w, AX_STR("action"));
  ax_json_write_array(w);
  for (size_t i = 0; i < p->actions.count; i++)
    put_action(w, &p->actions.items[i], p->phase == AX_RESULT_TEARDOWN);
  if (!p->actions.count) put_no_action(w, p);
  ax_json_write_close(w);
}

/* --- a report ------------------------------------------------------------- */

static const ax_result_phase *phase_of(const ax_result_script *s,
                                       ax_result_phase_kind kind) {
  for (size_t i = 0; i < s->phases.count; i++)
    if (s->phases.items[i].phase == kind && s->phases.items[i].actions.count)
      return &s->phases.items[i];
  return NULL;
}

static void put_whole_phase(ax_json_writer *w, ax_str key,
                            const ax_result_script *s,
                            ax_result_phase_kind kind) {
  const ax_result_phase *p = phase_of(s, kind);
  if (!p) return;
  ax_json_write_key(w, key);
  ax_json_write_object(w);
  put_actions(w, p);
  ax_json_write_close(w);
}

static void put_tests(ax_json_writer *w, const ax_result_script *s) {
  bool any = false;
  for (size_t i = 0; i < s->phases.count; i++) {
    const ax_result_phase *p = &s->phases.items[i];
    if (p->phase != AX_RESULT_TEST) continue;
    if (!any) {
      ax_json_write_key(w, AX_STR("test"));
      ax_json_write_array(w);
      any = true;
    }
    ax_json_write_object(w);
    put_text(w, AX_STR("name"), p->name.len ? p->name : p->id);
    put_text(w, AX_STR("description"), p->description);
    put_actions(w, p);
    ax_json_write_close(w);
  }
  if (any) ax_json_write_close(w);
}

static void put_score(ax_json_writer *w, const ax_result_script *script) {
  ax_result_run alone = { 0 };
  ax_result_script copy = *script;
  alone.scripts.items = &copy;
  alone.scripts.count = 1;
  ax_result_counts asserts = ax_result_count(&alone).asserts;
  size_t held = asserts.of[AX_RESULT_PASS] + asserts.of[AX_RESULT_WARNING];
  size_t judged = held + asserts.of[AX_RESULT_FAIL];
  if (!judged) return;
  char digits[24];
  size_t tenths = held * 1000 / judged;
  (void)snprintf(digits, sizeof digits, "%zu.%zu", tenths / 10, tenths % 10);
  ax_json_write_key(w, AX_STR("score"));
  ax_json_write_number(w, ax_str_from(digits));
}

static ax_str whole_result(const ax_result_script *s) {
  if (s->kind <= AX_RESULT_WARNING) return AX_STR("pass");
  return s->kind >= AX_RESULT_FAIL ? AX_STR("fail") : AX_STR("pending");
}

static void put_participants(ax_json_writer *w, const ax_report_view *view) {
  const struct {
    ax_str type, uri, display;
  } all[] = {
    { AX_STR("test-engine"), AX_STR(BASE), view->run->runner },
    { AX_STR("server"), view->run->target, AX_STR("") },
  };
  ax_json_write_key(w, AX_STR("participant"));
  ax_json_write_array(w);
  for (size_t i = 0; i < AX_COUNT(all); i++) {
    if (!is_uri(all[i].uri)) continue;
    ax_json_write_object(w);
    ax_json_write_member(w, AX_STR("type"), all[i].type);
    ax_report_text_member(w, AX_STR("uri"), all[i].uri);
    put_text(w, AX_STR("display"), all[i].display);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

static void put_script_reference(ax_json_writer *w, const ax_result_script *s) {
  ax_json_write_key(w, AX_STR("testScript"));
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("identifier"));
  ax_json_write_object(w);
  if (is_uri(s->url))
    ax_json_write_member(w, AX_STR("system"), AX_STR("urn:ietf:rfc:3986"));
  put_text(w, AX_STR("value"), is_uri(s->url) ? s->url : s->file);
  ax_json_write_close(w);
  put_text(w, AX_STR("display"), ax_report_case_script(s));
  ax_json_write_close(w);
}

static void put_report(ax_json_writer *w, const ax_report_view *view,
                       const ax_result_script *s) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("resourceType"), AX_STR("TestReport"));
  put_text(w, AX_STR("name"), ax_report_case_script(s));
  ax_json_write_member(w, AX_STR("status"), AX_STR("completed"));
  put_script_reference(w, s);
  ax_json_write_member(w, AX_STR("result"), whole_result(s));
  put_score(w, s);
  put_text(w, AX_STR("tester"), view->run->runner);
  put_instant(w, AX_STR("issued"), s->started_ms);
  put_participants(w, view);
  put_whole_phase(w, AX_STR("setup"), s, AX_RESULT_SETUP);
  put_tests(w, s);
  put_whole_phase(w, AX_STR("teardown"), s, AX_RESULT_TEARDOWN);
  ax_json_write_close(w);
}

/* The same run gives the same names: RFC 9562 version 5 over what it is. */
static void put_full_url(ax_json_writer *w, const ax_report_view *view,
                         size_t index) {
  static const ax_uuid space = { { 0x6f, 0x2d, 0x1c, 0x9a, 0x0b, 0x57, 0x4e,
                                   0x63, 0x9d, 0x31, 0x7a, 0xc4, 0x58, 0xe2,
                                   0x14, 0x8b } };
  char id[AX_UUID_TEXT + 1], url[AX_UUID_TEXT + 10];
  ax_buf name = AX_BUF_INIT(1 << 16);
  ax_buf_append_int(&name, view->run->started_ms);
  ax_buf_append_char(&name, '/');
  ax_buf_append_uint(&name, index);
  ax_uuid_text(ax_uuid_v5(space, ax_buf_view(&name)), id);
  (void)snprintf(url, sizeof url, "urn:uuid:%s", id);
  ax_json_write_member(w, AX_STR("fullUrl"), ax_str_from(url));
  ax_buf_free(&name);
}

ax_status ax_report_testreport_write(const ax_report_view *view, ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("collection"));
  put_instant(&w, AX_STR("timestamp"), view->run->started_ms);
  if (view->run->scripts.count) {
    ax_json_write_key(&w, AX_STR("entry"));
    ax_json_write_array(&w);
    for (size_t i = 0; i < view->run->scripts.count; i++) {
      ax_json_write_object(&w);
      put_full_url(&w, view, i);
      ax_json_write_key(&w, AX_STR("resource"));
      put_report(&w, view, &view->run->scripts.items[i]);
      ax_json_write_close(&w);
    }
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  AX_TRY(ax_json_write_end(&w));
  ax_buf_append_char(out, '\n');
  return out->status;
}
