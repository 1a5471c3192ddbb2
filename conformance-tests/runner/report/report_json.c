#include "base/map.h"
#include "fhir/fhir_date.h"
#include "report/report_form.h"
#include "report/report_text.h"

typedef struct {
  const ax_report_view *view;
  ax_json_writer w;
  /* of the script at hand, in the order in which they are first looked at */
  AX_VEC(const ax_result_exchange *) exchanges;
} writer;

static void put_int(ax_json_writer *w, ax_str key, int64_t value) {
  ax_json_write_key(w, key);
  ax_json_write_int(w, value);
}

static void put_bool(ax_json_writer *w, ax_str key, bool value) {
  ax_json_write_key(w, key);
  ax_json_write_bool(w, value);
}

static void put_instant(ax_json_writer *w, ax_str key, int64_t ms) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(ms, text);
  ax_json_write_member(w, key, ax_str_from(text));
}

static void put_kind(ax_json_writer *w, ax_result_kind kind) {
  ax_json_write_member(w, AX_STR("outcome"), ax_str_from(ax_result_word(kind)));
}

static void put_totals(writer *r) {
  ax_report_total totals[AX_REPORT_FORM_TOTALS];
  ax_report_form_totals(r->view, totals);
  ax_json_write_key(&r->w, AX_STR("totals"));
  ax_json_write_object(&r->w);
  for (size_t i = 0; i < AX_REPORT_FORM_TOTALS; i++) {
    ax_json_write_key(&r->w, totals[i].name);
    ax_json_write_object(&r->w);
    put_int(&r->w, AX_STR("all"), (int64_t)totals[i].counts->all);
    for (unsigned k = 0; k < AX_RESULT_KINDS; k++)
      put_int(&r->w, ax_str_from(ax_result_word((ax_result_kind)k)),
              (int64_t)totals[i].counts->of[k]);
    ax_json_write_close(&r->w);
  }
  ax_json_write_close(&r->w);
}

/* --- exchanges ------------------------------------------------------------ */

static ax_status exchange_index(writer *r, const ax_result_exchange *e,
                                size_t *out) {
  for (*out = 0; *out < r->exchanges.count; (*out)++)
    if (r->exchanges.items[*out] == e) return AX_OK;
  const ax_result_exchange **slot = AX_VEC_PUSH(&r->exchanges, r->view->arena);
  if (!slot) return AX_NOMEM;
  *slot = e;
  return AX_OK;
}

static void put_headers(ax_json_writer *w, ax_str key,
                        const ax_result_header *headers, size_t count) {
  ax_json_write_key(w, key);
  ax_json_write_array(w);
  for (size_t i = 0; i < count; i++) {
    ax_json_write_object(w);
    ax_json_write_key(w, AX_STR("name"));
    ax_report_text_value(w, headers[i].name);
    ax_json_write_key(w, AX_STR("value"));
    ax_report_text_value(w, headers[i].value);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

static void put_exchange(ax_json_writer *w, const ax_result_exchange *e) {
  ax_json_write_object(w);
  ax_report_text_member(w, AX_STR("method"), e->method);
  ax_report_text_member(w, AX_STR("url"), e->url);
  put_headers(w, AX_STR("requestHeaders"), e->request_headers.items,
              e->request_headers.count);
  ax_report_text_member(w, AX_STR("requestBody"), e->request_body);
  put_int(w, AX_STR("status"), e->status);
  put_headers(w, AX_STR("responseHeaders"), e->response_headers.items,
              e->response_headers.count);
  ax_report_text_member(w, AX_STR("responseBody"), e->response_body);
  ax_report_text_member(w, AX_STR("failure"), e->failure);
  put_instant(w, AX_STR("started"), e->started_ms);
  put_int(w, AX_STR("durationUs"), e->duration_us);
  ax_json_write_close(w);
}

/* --- actions, phases, scripts --------------------------------------------- */

static ax_status put_action(writer *r, const ax_result_action *a) {
  ax_json_writer *w = &r->w;
  size_t index = 0;
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("kind"),
                       a->is_assert ? AX_STR("assert") : AX_STR("operation"));
  put_kind(w, a->kind);
  ax_report_text_member(w, AX_STR("label"), a->label);
  ax_report_text_member(w, AX_STR("description"), a->description);
  ax_report_text_member(w, AX_STR("place"), a->place);
  ax_report_text_member(w, AX_STR("rule"), a->rule);
  ax_report_text_member(w, AX_STR("message"), a->message);
  ax_report_text_member(w, AX_STR("expected"), a->expected);
  ax_report_text_member(w, AX_STR("actual"), a->actual);
  ax_report_text_member(w, AX_STR("requirement"), a->requirement);
  ax_report_text_member(w, AX_STR("requirementUrl"), a->requirement_url);
  if (a->exchange) {
    AX_TRY(exchange_index(r, a->exchange, &index));
    put_int(w, AX_STR("exchange"), (int64_t)index);
  }
  put_int(w, AX_STR("durationUs"), a->duration_us);
  ax_json_write_close(w);
  return AX_OK;
}

static ax_status put_phase(writer *r, const ax_result_phase *p) {
  static const ax_str names[] = { [AX_RESULT_SETUP] = AX_STR_INIT("setup"),
                                  [AX_RESULT_TEST] = AX_STR_INIT("test"),
                                  [AX_RESULT_TEARDOWN] =
                                      AX_STR_INIT("teardown") };
  ax_json_writer *w = &r->w;
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("phase"), names[p->phase]);
  ax_report_text_member(w, AX_STR("id"), p->id);
  ax_report_text_member(w, AX_STR("name"), p->name);
  ax_report_text_member(w, AX_STR("description"), p->description);
  put_kind(w, p->kind);
  ax_report_text_member(w, AX_STR("message"), p->message);
  put_int(w, AX_STR("durationUs"), p->duration_us);
  ax_json_write_key(w, AX_STR("actions"));
  ax_json_write_array(w);
  for (size_t i = 0; i < p->actions.count; i++)
    AX_TRY(put_action(r, &p->actions.items[i]));
  ax_json_write_close(w);
  ax_json_write_close(w);
  return AX_OK;
}

static void put_notices(ax_json_writer *w, const ax_result_script *s) {
  ax_json_write_key(w, AX_STR("notices"));
  ax_json_write_array(w);
  for (size_t i = 0; i < s->notices.count; i++) {
    ax_json_write_object(w);
    ax_report_text_member(w, AX_STR("place"), s->notices.items[i].place);
    ax_report_text_member(w, AX_STR("text"), s->notices.items[i].text);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

static ax_status put_script(writer *r, const ax_result_script *s) {
  ax_json_writer *w = &r->w;
  r->exchanges.count = 0;
  ax_json_write_object(w);
  ax_report_text_member(w, AX_STR("file"), s->file);
  ax_report_text_member(w, AX_STR("id"), s->id);
  ax_report_text_member(w, AX_STR("name"), s->name);
  ax_report_text_member(w, AX_STR("title"), s->title);
  ax_report_text_member(w, AX_STR("url"), s->url);
  put_kind(w, s->kind);
  ax_report_text_member(w, AX_STR("message"), s->message);
  put_bool(w, AX_STR("complete"), ax_result_complete(s));
  put_bool(w, AX_STR("wireChanged"), s->wire_changed);
  put_instant(w, AX_STR("started"), s->started_ms);
  put_int(w, AX_STR("durationUs"), s->duration_us);
  put_notices(w, s);
  ax_json_write_key(w, AX_STR("phases"));
  ax_json_write_array(w);
  for (size_t i = 0; i < s->phases.count; i++)
    AX_TRY(put_phase(r, &s->phases.items[i]));
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("exchanges"));
  ax_json_write_array(w);
  for (size_t i = 0; i < r->exchanges.count; i++)
    put_exchange(w, r->exchanges.items[i]);
  ax_json_write_close(w);
  ax_json_write_close(w);
  return AX_OK;
}

ax_status ax_report_json_write(const ax_report_view *view, ax_buf *out) {
  writer r = { .view = view, .w = ax_json_write_begin(out) };
  const ax_result_run *run = view->run;
  ax_json_write_object(&r.w);
  ax_report_text_member(&r.w, AX_STR("runner"), run->runner);
  ax_report_text_member(&r.w, AX_STR("suite"), run->suite);
  ax_report_text_member(&r.w, AX_STR("target"), run->target);
  put_instant(&r.w, AX_STR("started"), run->started_ms);
  put_int(&r.w, AX_STR("durationUs"), run->duration_us);
  put_int(&r.w, AX_STR("seed"), (int64_t)(run->seed & INT64_MAX));
  put_totals(&r);
  ax_json_write_key(&r.w, AX_STR("scripts"));
  ax_json_write_array(&r.w);
  for (size_t i = 0; i < run->scripts.count; i++)
    AX_TRY(put_script(&r, &run->scripts.items[i]));
  ax_json_write_close(&r.w);
  ax_json_write_close(&r.w);
  AX_TRY(ax_json_write_end(&r.w));
  ax_buf_append_char(out, '\n');
  return out->status;
}
