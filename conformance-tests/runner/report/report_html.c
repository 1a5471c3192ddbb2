/*
 * One page. Everything foreign goes through ax_report_text_xml and
 * ax_report_text_attribute; a policy in the page allows its own style and
 * script by their digests and nothing from elsewhere.
 */
#include "base/sha256.h"
#include "report/report_form.h"
#include "report/report_page.h"
#include "report/report_text.h"
#include "json/json_parse.h"
#include "json/json_pretty.h"

enum {
  PRETTY_MAX = 256 * 1024, /* a body that is set out in lines */
  PRETTY_OUT_MAX = 8 << 20,
  CURL_BODY_MAX = 64 * 1024
};

/* Which step shows an exchange; the others point there. */
typedef struct {
  const ax_result_exchange *exchange;
  size_t step;
} shown;

typedef struct {
  const ax_report_view *view;
  ax_buf *out;
  AX_VEC(shown) shown; /* of the script at hand */
  size_t script, step;
} page;

static void put(page *p, const char *html) {
  ax_buf_append(p->out, ax_str_from(html));
}

static void put_text(page *p, ax_str text) {
  ax_report_text_xml(p->out, text);
}

/* --- head ----------------------------------------------------------------- */

/* Base64 of a digest: 32 bytes are 43 digits and one of padding. */
static void put_digest(page *p, ax_str text) {
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char d[AX_SHA256_BYTES + 1] = { 0 };
  ax_sha256(text, d);
  put(p, "'sha256-");
  for (unsigned bit = 0; bit < AX_SHA256_BYTES * 8; bit += 6) {
    unsigned two = (unsigned)d[bit / 8] << 8 | d[bit / 8 + 1];
    ax_buf_append_char(p->out, digits[two >> (10 - bit % 8) & 63]);
  }
  put(p, "='");
}

static void put_head(page *p) {
  put(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
         "charset=\"utf-8\">\n<meta name=\"viewport\" "
         "content=\"width=device-width\">\n<meta "
         "name=\"referrer\" content=\"no-referrer\">\n<meta "
         "http-equiv=\"Content-Security-Policy\" content=\"default-src "
         "'none'; base-uri 'none'; form-action 'none'; style-src ");
  put_digest(p, ax_report_page_style);
  put(p, "; script-src ");
  put_digest(p, ax_report_page_script);
  put(p, "\">\n<title>");
  put_text(p, p->view->run->suite);
  put(p, " - conformance report</title>\n<style>");
  ax_buf_append(p->out, ax_report_page_style);
  put(p, "</style>\n</head>\n<body>\n");
}

static void put_totals(page *p) {
  ax_report_total totals[AX_REPORT_FORM_TOTALS];
  ax_report_form_totals(p->view, totals);
  put(p, "<table id=\"totals\"><tr><th></th><th>all</th>");
  for (unsigned k = 0; k < AX_RESULT_KINDS; k++)
    ax_buf_printf(p->out, "<th>%s</th>", ax_result_word((ax_result_kind)k));
  put(p, "</tr>\n");
  for (size_t i = 0; i < AX_REPORT_FORM_TOTALS; i++) {
    ax_buf_printf(p->out, "<tr><th>" AX_STR_FMT "</th><td>%zu</td>",
                  AX_STR_ARG(totals[i].name), totals[i].counts->all);
    for (unsigned k = 0; k < AX_RESULT_KINDS; k++)
      ax_buf_printf(p->out, "<td class=\"%s\">%zu</td>",
                    ax_result_word((ax_result_kind)k), totals[i].counts->of[k]);
    put(p, "</tr>\n");
  }
  put(p, "</table>\n");
}

static void put_filter(page *p) {
  put(p, "<form hidden><input type=\"search\" name=\"q\" "
         "placeholder=\"filter: words\" aria-label=\"filter by text\">");
  for (unsigned k = 0; k < AX_RESULT_KINDS; k++)
    ax_buf_printf(p->out,
                  "<label><input type=\"checkbox\" name=\"%s\" checked> "
                  "%s</label>",
                  ax_result_word((ax_result_kind)k),
                  ax_result_word((ax_result_kind)k));
  put(p, "<button type=\"button\" id=\"open\">open / close all</button> "
         "<span id=\"n\"></span></form>\n");
}

static void put_top(page *p) {
  const ax_result_run *run = p->view->run;
  put(p, "<h1>");
  put_text(p, run->suite);
  put(p, "</h1>\n<p>against <code>");
  put_text(p, run->target);
  put(p, "</code>, ");
  ax_report_text_seconds(p->out, run->duration_us);
  put(p, " s, ");
  put_text(p, run->runner);
  ax_buf_printf(p->out, ", seed %llu</p>\n", (unsigned long long)run->seed);
  put_totals(p);
  put_filter(p);
}

/* --- one step ------------------------------------------------------------- */

static void put_pre(page *p, const char *name, ax_str text) {
  if (!text.len) return;
  ax_buf_printf(p->out, "<dt>%s</dt><dd><pre>", name);
  put_text(p, text);
  put(p, "</pre></dd>\n");
}

static void put_line(page *p, const char *name, ax_str text) {
  if (!text.len) return;
  ax_buf_printf(p->out, "<dt>%s</dt><dd>", name);
  put_text(p, text);
  put(p, "</dd>\n");
}

/* JSON that was kept whole gets line breaks. */
static void put_body(page *p, const char *name, ax_str body) {
  ax_arena_mark mark = ax_arena_mark_here(p->view->arena);
  const ax_json *tree = NULL;
  ax_json_fault fault;
  bool json = body.len && body.len <= PRETTY_MAX &&
              (body.ptr[0] == '{' || body.ptr[0] == '[') &&
              ax_json_parse(p->view->arena, body, &tree, &fault) == AX_OK;
  ax_buf flat = AX_BUF_INIT(PRETTY_OUT_MAX),
         pretty = AX_BUF_INIT(PRETTY_OUT_MAX);
  if (json) {
    ax_json_writer w = ax_json_write_begin(&flat);
    ax_json_write_tree(&w, tree);
    ax_json_pretty_write(ax_buf_view(&flat), &pretty);
    json = !flat.status && !pretty.status;
  }
  put_pre(p, name, json ? ax_buf_view(&pretty) : body);
  ax_buf_free(&flat);
  ax_buf_free(&pretty);
  ax_arena_rewind(p->view->arena, mark);
}

static void put_headers(page *p, const char *name,
                        const ax_result_header *headers, size_t count) {
  if (!count) return;
  ax_buf_printf(p->out, "<dt>%s</dt><dd><pre>", name);
  for (size_t i = 0; i < count; i++) {
    put_text(p, headers[i].name);
    put(p, ": ");
    put_text(p, headers[i].value);
    put(p, "\n");
  }
  put(p, "</pre></dd>\n");
}

static void put_exchange(page *p, const ax_result_exchange *e) {
  ax_buf curl = AX_BUF_INIT(1 << 20);
  ax_report_text_curl(&curl, e, CURL_BODY_MAX);
  put(p, "<details class=\"exchange\"><summary>");
  put_text(p, e->method);
  put(p, " <code>");
  put_text(p, e->url);
  put(p, "</code>");
  if (e->status) ax_buf_printf(p->out, " &rarr; %d", e->status);
  put(p, " <span class=\"t\">");
  ax_report_text_seconds(p->out, e->duration_us);
  put(p, " s</span></summary><dl>\n");
  put_pre(p, "repeat it", ax_buf_view(&curl));
  put_headers(p, "sent", e->request_headers.items, e->request_headers.count);
  put_body(p, "", e->request_body);
  put_line(p, "no answer", e->failure);
  put_headers(p, "answer", e->response_headers.items,
              e->response_headers.count);
  put_body(p, "", e->response_body);
  put(p, "</dl></details>\n");
  ax_buf_free(&curl);
}

static ax_status put_exchange_once(page *p, const ax_result_exchange *e) {
  for (size_t i = 0; i < p->shown.count; i++) {
    if (p->shown.items[i].exchange != e) continue;
    ax_buf_printf(p->out,
                  "<p>about the <a href=\"#s%zu-%zu\">request and answer "
                  "above</a></p>\n",
                  p->script, p->shown.items[i].step);
    return AX_OK;
  }
  shown *slot = AX_VEC_PUSH(&p->shown, p->view->arena);
  if (!slot) return AX_NOMEM;
  *slot = (shown){ e, p->step };
  put_exchange(p, e);
  return AX_OK;
}

/* A link only where it leads to the web. */
static void put_requirement(page *p, const ax_result_action *a) {
  if (!a->requirement.len) return;
  bool web = ax_str_starts(a->requirement_url, AX_STR("https://")) ||
             ax_str_starts(a->requirement_url, AX_STR("http://"));
  put(p, "<dt>shows</dt><dd>");
  if (web) {
    put(p, "<a rel=\"noreferrer\" href=\"");
    ax_report_text_attribute(p->out, a->requirement_url);
    put(p, "\">");
  }
  put_text(p, a->requirement);
  put(p, web ? "</a></dd>\n" : "</dd>\n");
}

static void put_summary(page *p, ax_result_kind kind, ax_str name, ax_str code,
                        int64_t us) {
  ax_buf_printf(p->out, "<summary><span class=\"o\">%s</span> ",
                ax_result_word(kind));
  put_text(p, name);
  if (code.len) {
    put(p, " <code>");
    put_text(p, code);
    put(p, "</code>");
  }
  put(p, " <span class=\"t\">");
  ax_report_text_seconds(p->out, us);
  put(p, " s</span></summary>\n");
}

static ax_status put_action(page *p, const ax_result_action *a) {
  const char *word = ax_result_word(a->kind);
  bool bad = a->kind >= AX_RESULT_FAIL;
  p->step++;
  ax_buf_printf(p->out,
                "<details class=\"step %s\" id=\"s%zu-%zu\" data-kind=\"%s\" "
                "data-outcome=\"%s\"%s>",
                word, p->script, p->step, a->is_assert ? "assert" : "operation",
                word, bad ? " open" : "");
  put_summary(p, a->kind, a->description.len ? a->description : a->label,
              a->rule, a->duration_us);
  put(p, "<dl>\n");
  put_pre(p, "message", a->message);
  put_pre(p, "expected", a->expected);
  put_pre(p, "actual", a->actual);
  put_requirement(p, a);
  put_line(p, "place", a->place);
  put(p, "</dl>\n");
  if (a->exchange) AX_TRY(put_exchange_once(p, a->exchange));
  put(p, "</details>\n");
  return AX_OK;
}

/* --- tests and scripts ---------------------------------------------------- */

static ax_str phase_title(const ax_result_phase *phase) {
  if (phase->phase == AX_RESULT_SETUP) return AX_STR("set-up");
  if (phase->phase == AX_RESULT_TEARDOWN) return AX_STR("teardown");
  return phase->name.len ? phase->name : phase->id;
}

static ax_status put_phase(page *p, const ax_result_phase *phase) {
  static const char *const names[] = { [AX_RESULT_SETUP] = "setup",
                                       [AX_RESULT_TEST] = "test",
                                       [AX_RESULT_TEARDOWN] = "teardown" };
  const char *word = ax_result_word(phase->kind);
  ax_buf_printf(p->out,
                "<details class=\"case %s\" data-phase=\"%s\" "
                "data-outcome=\"%s\"%s>",
                word, names[phase->phase], word,
                phase->kind >= AX_RESULT_FAIL ? " open" : "");
  put_summary(p, phase->kind, phase_title(phase), AX_STR(""),
              phase->duration_us);
  put(p, "<dl>\n");
  put_line(p, "", phase->description);
  put_pre(p, "message", phase->message);
  put(p, "</dl>\n");
  for (size_t i = 0; i < phase->actions.count; i++)
    AX_TRY(put_action(p, &phase->actions.items[i]));
  put(p, "</details>\n");
  return AX_OK;
}

/* A script without phases is a case itself, so that the filter finds it. */
static void put_only_case(page *p, const ax_result_script *s) {
  const char *word = ax_result_word(s->kind);
  ax_buf_printf(p->out,
                "<details class=\"case %s\" data-phase=\"script\" "
                "data-outcome=\"%s\" open>",
                word, word);
  put_summary(p, s->kind, AX_STR("the script"), AX_STR(""), s->duration_us);
  put(p, "<dl>\n");
  put_pre(p, "message", s->message);
  put(p, "</dl></details>\n");
}

static void put_notices(page *p, const ax_result_script *s) {
  if (s->wire_changed)
    put(p, "<p>The script asks for XML; it was run in JSON.</p>\n");
  if (!s->notices.count) return;
  ax_buf_printf(p->out,
                "<details><summary>%zu remark(s) about the script</summary>"
                "<dl>\n",
                s->notices.count);
  for (size_t i = 0; i < s->notices.count; i++) {
    put(p, "<dt></dt><dd><code>");
    put_text(p, s->notices.items[i].place);
    put(p, "</code> ");
    put_text(p, s->notices.items[i].text);
    put(p, "</dd>\n");
  }
  put(p, "</dl></details>\n");
}

static ax_status put_script(page *p, const ax_result_script *s) {
  const char *word = ax_result_word(s->kind);
  p->step = 0;
  p->shown.count = 0;
  ax_buf_printf(p->out,
                "<details class=\"script %s\" id=\"s%zu\" "
                "data-outcome=\"%s\"%s>",
                word, p->script, word,
                s->kind >= AX_RESULT_FAIL ? " open" : "");
  put_summary(p, s->kind, ax_report_case_script(s), s->file, s->duration_us);
  if (s->phases.count && s->message.len) {
    put(p, "<p>");
    put_text(p, s->message);
    put(p, "</p>\n");
  }
  put_notices(p, s);
  for (size_t i = 0; i < s->phases.count; i++)
    AX_TRY(put_phase(p, &s->phases.items[i]));
  if (!s->phases.count) put_only_case(p, s);
  put(p, "</details>\n");
  return AX_OK;
}

ax_status ax_report_html_write(const ax_report_view *view, ax_buf *out) {
  page p = { .view = view, .out = out };
  put_head(&p);
  put_top(&p);
  for (size_t i = 0; i < view->run->scripts.count; i++, p.script++)
    AX_TRY(put_script(&p, &view->run->scripts.items[i]));
  put(&p, "<script>");
  ax_buf_append(out, ax_report_page_script);
  put(&p, "</script>\n</body>\n</html>\n");
  return out->status;
}
