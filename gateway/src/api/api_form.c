/* How an answer looks, whoever made it: `_pretty`, compression (RFC 9110
 * 12.5.3), and who may read it from a browser (the CORS protocol of the Fetch
 * standard). */
#include "api/api.h"
#include "http/http_gzip.h"
#include "http/http_headers.h"
#include "search/search.h"
#include "json/json_pretty.h"

/* Below this, compressing costs more than it saves. */
enum { PACK_FROM = 1024, PACK_MAX = 256 << 20 };

bool ax_api_is_form_param(ax_str name) {
  return ax_str_eq(name, AX_STR("_format")) ||
         ax_str_eq(name, AX_STR("_pretty"));
}

static bool wants_pretty(ax_api_call *call) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  if (ax_str_find(call->rq->query, AX_STR("_pretty")) == AX_STR_NONE)
    return false;
  if (ax_search_pairs(call->rq->arena, call->rq->query, &pairs, &count, NULL))
    return false;
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(pairs[i].name, AX_STR("_pretty")))
      return ax_str_eq(pairs[i].value, AX_STR("true")) ||
             ax_str_eq(pairs[i].value, AX_STR("1"));
  return false;
}

static void make_pretty(ax_api_call *call) {
  ax_str body = call->rs->body;
  if (body.len == 0 || !wants_pretty(call)) return;
  ax_buf *out = ax_api_answer_buf(call);
  if (!out) return; /* plain, then */
  ax_json_pretty_write(body, out);
  if (out->status == AX_OK) call->rs->body = ax_buf_view(out);
}

/* The quality the client gives to `coding`, in thousandths; -1: not named. */
static int quality_of(ax_str list, ax_str coding) {
  ax_str element;
  int any = -1;
  while (ax_http_headers_next(&list, &element)) {
    ax_str rest = element;
    ax_str name = ax_http_trim(ax_str_cut(&rest, ';'));
    ax_str q = ax_http_trim(rest);
    /* Only "nothing of it" matters: q=0, q=0.0 ... */
    bool none = ax_str_starts(q, AX_STR("q=0"));
    for (size_t i = 3; none && i < q.len; i++)
      none = q.ptr[i] == '0' || q.ptr[i] == '.';
    if (ax_http_equal(name, coding)) return none ? 0 : 1000;
    if (ax_str_eq(name, AX_STR("*"))) any = none ? 0 : 1000;
  }
  return any;
}

static void pack(ax_api_call *call) {
  ax_str list = ax_http_get_header(call->rq, AX_STR("Accept-Encoding"));
  if (list.len == 0 || call->rs->body.len < PACK_FROM) return;
  ax_http_set_header(call->rs, AX_STR("Vary"), AX_STR("Accept-Encoding"));
  bool gzip = quality_of(list, AX_STR("gzip")) > 0;
  if (!gzip && quality_of(list, AX_STR("deflate")) <= 0) return;
  ax_buf *out = ax_api_answer_buf(call);
  if (!out) return;
  out->ceiling = PACK_MAX;
  if (ax_http_gzip_pack(call->rs->body, !gzip, out) != AX_OK) return;
  call->rs->body = ax_buf_view(out);
  ax_http_set_header(call->rs, AX_STR("Content-Encoding"),
                     gzip ? AX_STR("gzip") : AX_STR("deflate"));
}

/* --- CORS ------------------------------------------------------------------
 */

/* Is `origin` one of those in the list (blanks between), or is the list "*"? */
static bool is_allowed(ax_str list, ax_str origin) {
  while (list.len) {
    ax_str one = ax_http_trim(ax_str_cut(&list, ' '));
    if (one.len && (ax_str_eq(one, AX_STR("*")) || ax_str_eq(one, origin)))
      return true;
  }
  return false;
}

static void allow_origin(ax_api_call *call) {
  ax_str origin = ax_http_get_header(call->rq, AX_STR("Origin"));
  ax_str list = ax_str_from(call->api->cors ? call->api->cors : "");
  if (origin.len == 0 || list.len == 0) return;
  ax_http_set_header(call->rs, AX_STR("Vary"), AX_STR("Origin"));
  if (!is_allowed(list, origin)) return;
  ax_http_set_header(call->rs, AX_STR("Access-Control-Allow-Origin"), origin);
  ax_http_set_header(
      call->rs, AX_STR("Access-Control-Expose-Headers"),
      AX_STR("Content-Location, ETag, Last-Modified, Location, Retry-After, "
             "X-Progress, X-Request-Id"));
  if (call->rq->method != AX_HTTP_OPTIONS) return;
  ax_http_set_header(call->rs, AX_STR("Access-Control-Allow-Methods"),
                     AX_STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
  ax_http_set_header(
      call->rs, AX_STR("Access-Control-Allow-Headers"),
      AX_STR("Accept, Authorization, Content-Type, Idempotency-Key, If-Match, "
             "If-Modified-Since, If-None-Exist, If-None-Match, Prefer, "
             "X-Request-Id, X-Requested-With"));
  ax_http_set_header(call->rs, AX_STR("Access-Control-Max-Age"), AX_STR("600"));
}

void ax_api_form_finish(ax_api_call *call) {
  make_pretty(call);
  pack(call);
  allow_origin(call);
}
