#include "run/exchange.h"

#include "base/clock.h"
#include "http/http.h"
#include "http/http_gzip.h"
#include "json/json_parse.h"

enum { UNPACKED_MAX = 64 << 20 };

static bool method_of(ax_str name, ax_net_method *out) {
  static const struct {
    const char *name;
    ax_net_method method;
  } rows[] = {
    { "GET", AX_NET_GET },         { "HEAD", AX_NET_HEAD },
    { "POST", AX_NET_POST },       { "PUT", AX_NET_PUT },
    { "PATCH", AX_NET_PATCH },     { "DELETE", AX_NET_DELETE },
    { "OPTIONS", AX_NET_OPTIONS },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ax_str_eq(name, ax_str_from(rows[i].name))) {
      *out = rows[i].method;
      return true;
    }
  return false;
}

static bool has_header(const ax_result_exchange *e, ax_str name) {
  for (size_t i = 0; i < e->request_headers.count; i++)
    if (ax_http_equal(e->request_headers.items[i].name, name)) return true;
  return false;
}

static ax_status add_header(ax_state *s, ax_result_exchange *e, ax_str name,
                            ax_str value) {
  ax_result_header *h = AX_VEC_PUSH(&e->request_headers, s->arena);
  if (!h) return AX_NOMEM;
  h->name = name;
  h->value = value;
  return AX_OK;
}

/* What the operation says goes before what the run says. */
static ax_status add_headers(ax_state *s, const ax_exchange_request *request,
                             ax_result_exchange *e) {
  const ax_run_target *target = &s->options->target;
  for (size_t i = 0; i < request->headers.count; i++)
    AX_TRY(add_header(s, e, request->headers.items[i].name,
                      request->headers.items[i].value));
  for (size_t i = 0; i < target->header_count; i++)
    if (!has_header(e, target->headers[i].name))
      AX_TRY(
          add_header(s, e, target->headers[i].name, target->headers[i].value));
  if (target->bearer.len && !has_header(e, AX_STR("Authorization"))) {
    ax_str value = AX_JOIN(s->arena, AX_STR("Bearer "), target->bearer);
    if (!value.ptr) return AX_NOMEM;
    AX_TRY(add_header(s, e, AX_STR("Authorization"), value));
  }
  if (!s->options->test_header) return AX_OK;
  return add_header(s, e, ax_str_from(s->options->test_header), s->test_id);
}

/* A body that is JSON, as a tree; NULL for all others. */
static ax_status tree_of(ax_state *s, ax_str body, const ax_json **out) {
  ax_json_fault fault;
  ax_str text = ax_str_trim(body);
  *out = NULL;
  if (!text.len || (text.ptr[0] != '{' && text.ptr[0] != '[')) return AX_OK;
  ax_status status = ax_json_parse(s->arena, body, out, &fault);
  if (status) *out = NULL;
  return status == AX_NOMEM ? status : AX_OK;
}

/* A body that a script asked to have compressed, unpacked. `*whole` is false
 * for one that is not what its Content-Encoding says: it stays as it came. */
static ax_status unpack(ax_state *s, const ax_net_response *response,
                        ax_str *body, bool *whole) {
  ax_str coding = ax_net_client_header(response, AX_STR("Content-Encoding"));
  *body = response->body;
  *whole = true;
  if (!body->len || (!ax_str_eq_nocase(coding, AX_STR("gzip")) &&
                     !ax_str_eq_nocase(coding, AX_STR("deflate"))))
    return AX_OK;
  ax_buf plain = AX_BUF_INIT(UNPACKED_MAX);
  ax_status status = ax_http_gzip_unpack(response->body, &plain);
  *whole = status == AX_OK;
  if (*whole) *body = ax_arena_str(s->arena, ax_buf_view(&plain));
  ax_buf_free(&plain);
  return status == AX_NOMEM || !body->ptr ? AX_NOMEM : AX_OK;
}

/* RFC 9110 5.3: lines of one name are one list, but for Set-Cookie. */
static ax_status keep_field(ax_state *s, ax_result_exchange *e,
                            const ax_net_header *field) {
  bool cookie = ax_http_equal(field->name, AX_STR("Set-Cookie"));
  for (size_t i = 0; !cookie && i < e->response_headers.count; i++) {
    ax_result_header *before = &e->response_headers.items[i];
    if (!ax_http_equal(before->name, field->name)) continue;
    before->value =
        AX_JOIN(s->arena, before->value, AX_STR(", "), field->value);
    return before->value.ptr ? AX_OK : AX_NOMEM;
  }
  ax_result_header *h = AX_VEC_PUSH(&e->response_headers, s->arena);
  if (!h) return AX_NOMEM;
  *h = (ax_result_header){ field->name, field->value };
  return AX_OK;
}

static ax_status keep_answer(ax_state *s, const ax_net_response *response,
                             ax_result_exchange *e) {
  bool whole;
  e->status = response->status;
  AX_TRY(unpack(s, response, &e->response_body, &whole));
  for (size_t i = 0; i < response->header_count; i++)
    AX_TRY(keep_field(s, e, &response->headers[i]));
  return whole ? tree_of(s, e->response_body, &e->response_json) : AX_OK;
}

static ax_status keep_failure(ax_state *s, ax_result_exchange *e,
                              ax_status status, const ax_error *why,
                              ax_error *err) {
  if (status == AX_NOMEM) return status;
  e->failure = ax_arena_str(s->arena, ax_str_from(why->text));
  if (!e->failure.ptr) return AX_NOMEM;
  if (status == AX_UNAVAILABLE && !s->answered) s->unreachable = true;
  if (status == AX_DENIED)
    return ax_error_set(err, AX_UNSUPPORTED,
                        "requests to servers that are no destination (%s)",
                        why->text);
  return ax_error_set(err, status, "%s", why->text);
}

static ax_status send(ax_state *s, ax_net_request *request,
                      ax_result_exchange *e, ax_error *err) {
  ax_net_response response;
  ax_error why = { 0 };
  int64_t begun_ns = ax_clock_mono_ns();
  e->started_ms = ax_clock_wall_ms();
  request->timeout_ms =
      s->options->timeout_ms ? s->options->timeout_ms : 30 * 1000;
  ax_status status = ax_net_client_send(s->options->target.client, request,
                                        s->arena, &response, &why);
  e->duration_us = (ax_clock_mono_ns() - begun_ns) / 1000;
  if (status) return keep_failure(s, e, status, &why, err);
  s->answered = true;
  return keep_answer(s, &response, e);
}

static ax_status unreachable(ax_result_exchange *e, ax_error *err) {
  e->failure = AX_STR("the target could not be reached before");
  return ax_error_set(err, AX_UNAVAILABLE,
                      "the target could not be reached before; this request "
                      "was not sent");
}

ax_status ax_exchange_send(ax_state *s, const ax_exchange_request *request,
                           ax_result_exchange **out, ax_error *err) {
  ax_net_request wire = { .url = request->url, .body = request->body };
  ax_result_exchange *e = AX_NEW(s->arena, ax_result_exchange);
  if (!e) return AX_NOMEM;
  *out = NULL;
  e->method = request->method;
  e->url = request->url;
  e->request_body = request->body;
  AX_TRY(add_headers(s, request, e));
  AX_TRY(tree_of(s, request->body, &e->request_json));
  if (!method_of(request->method, &wire.method))
    return ax_error_set(err, AX_UNSUPPORTED, "the HTTP method '" AX_STR_FMT "'",
                        AX_STR_ARG(request->method));
  *out = e;
  if (s->unreachable) return unreachable(e, err);
  ax_net_header *headers =
      AX_NEW_ARRAY(s->arena, ax_net_header, e->request_headers.count + 1);
  if (!headers) return AX_NOMEM;
  for (size_t i = 0; i < e->request_headers.count; i++)
    headers[i] = (ax_net_header){ e->request_headers.items[i].name,
                                  e->request_headers.items[i].value };
  wire.headers = headers;
  wire.header_count = e->request_headers.count;
  return send(s, &wire, e, err);
}

ax_str ax_exchange_reason(const ax_result_exchange *e) {
  const ax_json *issue =
      ax_json_item(AX_JSON_GET(e->response_json, "issue"), 0);
  ax_str text = AX_JSON_STR(AX_JSON_GET(issue, "details"), "text");
  return text.len ? text : AX_JSON_STR(issue, "diagnostics");
}
