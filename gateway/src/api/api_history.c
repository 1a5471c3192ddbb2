/* History of a resource, a type, everything (R4 3.1.0.12). */
#include "api/api.h"
#include "fhir/fhir_date.h"
#include "fhir/fhir_primitive.h"
#include "search/search.h"
#include "search/search_cursor.h"
#include "json/json_write.h"

enum { COUNT_STANDARD = 50, COUNT_MAX = 1000 };

typedef struct {
  ax_history ask;
  ax_str cursor;
  ax_buf *scope; /* the question without its cursor, as a URL */
} request;

/* --- parameters ------------------------------------------------------------
 */

static bool wrong(ax_api_call *call, ax_str name, ax_str value,
                  const char *what) {
  ax_api_error_refuse(call, 400, AX_ISSUE_VALUE, "%.*s=%.60s %s",
                      AX_STR_ARG(name), ax_arena_cstr(call->rq->arena, value),
                      what);
  return false;
}

static bool take_since(ax_api_call *call, request *rq, ax_str value) {
  ax_fhir_date date;
  if (!ax_fhir_date_parse_datetime(value, &date))
    return wrong(call, AX_STR("_since"), value,
                 "is no instant such as 2026-01-31T10:00:00Z");
  rq->ask.has_since = true;
  rq->ask.since_ms = date.lo_ms;
  return true;
}

static bool take_at(ax_api_call *call, request *rq, ax_str value) {
  ax_fhir_date date;
  ax_str text = value;
  bool from =
      ax_str_starts(text, AX_STR("ge")) || ax_str_starts(text, AX_STR("gt"));
  bool until =
      ax_str_starts(text, AX_STR("le")) || ax_str_starts(text, AX_STR("lt"));
  if (from || until || ax_str_starts(text, AX_STR("eq")))
    text = ax_str_skip(text, 2);
  if (!ax_fhir_date_parse_datetime(text, &date))
    return wrong(call, AX_STR("_at"), value,
                 "is no date or time, with or without eq, ge, gt, le or lt");
  int64_t lo = until ? 0 : date.lo_ms, hi = from ? INT64_MAX : date.hi_ms;
  if (!rq->ask.has_at || lo > rq->ask.at_lo) rq->ask.at_lo = lo;
  if (!rq->ask.has_at || hi < rq->ask.at_hi) rq->ask.at_hi = hi;
  rq->ask.has_at = true;
  return true;
}

static bool take_count(ax_api_call *call, request *rq, ax_str value) {
  uint64_t n = 0;
  if (!ax_str_uint64(value, UINT32_MAX, &n))
    return wrong(call, AX_STR("_count"), value, "is no number of versions");
  rq->ask.limit = n < COUNT_MAX ? (size_t)n : COUNT_MAX;
  return true;
}

static bool take_cursor(ax_api_call *call, request *rq, ax_str value) {
  (void)call;
  rq->cursor = value;
  return true;
}

static const struct {
  ax_str name;
  bool (*take)(ax_api_call *call, request *rq, ax_str value);
} params[] = {
  { AX_STR_INIT("_since"), take_since },
  { AX_STR_INIT("_at"), take_at },
  { AX_STR_INIT("_count"), take_count },
  { AX_STR_INIT("_after"), take_cursor },
};

static bool take_pair(ax_api_call *call, request *rq,
                      const ax_search_pair *pair) {
  for (size_t i = 0; i < AX_COUNT(params); i++) {
    if (!ax_str_eq(pair->name, params[i].name)) continue;
    if (!params[i].take(call, rq, pair->value)) return false;
    if (!ax_str_eq(pair->name, AX_STR("_after")))
      ax_api_answer_param(rq->scope, pair->name, pair->value);
    return true;
  }
  if (ax_api_is_form_param(pair->name) || ax_api_prefer_of(call->rq).lenient)
    return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_NOT_SUPPORTED,
                      "a history has no parameter \"%.60s\"; there are _since, "
                      "_at, _count, _format and _pretty",
                      ax_arena_cstr(call->rq->arena, pair->name));
  return false;
}

static bool take_request(ax_api_call *call, request *rq) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  ax_status status =
      ax_search_pairs(call->rq->arena, call->rq->query, &pairs, &count, &err);
  if (status) {
    ax_api_error(call, status, &err);
    return false;
  }
  for (size_t i = 0; i < count; i++)
    if (!take_pair(call, rq, &pairs[i])) return false;
  if (rq->cursor.len == 0) return true;
  ax_str position;
  status = ax_search_cursor_read(call->rq->arena, ax_buf_view(rq->scope),
                                 rq->cursor, &position);
  if (!status && !ax_str_uint64(position, INT64_MAX, &rq->ask.after))
    status = AX_INVALID;
  if (!status) return true;
  if (status == AX_INVALID)
    return wrong(call, AX_STR("_after"), rq->cursor,
                 "belongs to no page of this history; start again without it");
  ax_api_error(call, status, NULL);
  return false;
}

/* --- answer ----------------------------------------------------------------
 */

/* A resource that the server named was made by POST. */
static bool by_post(const ax_stored *v) {
  return v->version == 1 && v->id.len == 36;
}

static void write_request(ax_json_writer *w, ax_api_call *call,
                          const ax_stored *v) {
  bool post = by_post(v);
  ax_str url =
      post ? v->type : AX_JOIN(call->rq->arena, v->type, AX_STR("/"), v->id);
  ax_json_write_key(w, AX_STR("request"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("method"),
                       v->deleted ? AX_STR("DELETE")
                       : post     ? AX_STR("POST")
                                  : AX_STR("PUT"));
  ax_json_write_member(w, AX_STR("url"), url);
  ax_json_write_close(w);
}

static void write_response(ax_json_writer *w, ax_api_call *call,
                           const ax_stored *v) {
  char instant[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(v->updated_ms, instant);
  ax_json_write_key(w, AX_STR("response"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("status"),
                       v->deleted        ? AX_STR("204 No Content")
                       : v->version == 1 ? AX_STR("201 Created")
                                         : AX_STR("200 OK"));
  ax_json_write_member(w, AX_STR("etag"),
                       ax_arena_printf(call->rq->arena, "W/\"%llu\"",
                                       (unsigned long long)v->version));
  ax_json_write_member(w, AX_STR("lastModified"),
                       (ax_str){ instant, AX_FHIR_DATE_INSTANT });
  ax_json_write_close(w);
}

static void write_entry(ax_json_writer *w, ax_api_call *call,
                        const ax_stored *v) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("fullUrl"),
                       AX_JOIN(call->rq->arena, call->base, AX_STR("/"),
                               v->type, AX_STR("/"), v->id));
  if (!v->deleted) {
    ax_json_write_key(w, AX_STR("resource"));
    ax_json_write_raw(w, v->body);
  }
  write_request(w, call, v);
  write_response(w, call, v);
  ax_json_write_close(w);
}

static ax_status write_links(ax_json_writer *w, ax_api_call *call,
                             const request *rq, uint64_t next) {
  ax_str self = ax_buf_view(rq->scope), token, more = { 0 };
  if (next) {
    ax_str at =
        ax_arena_printf(call->rq->arena, "%llu", (unsigned long long)next);
    AX_TRY(ax_search_cursor_write(call->rq->arena, self, at, &token));
    bool first = ax_str_find(self, AX_STR("?")) == AX_STR_NONE;
    more = AX_JOIN(call->rq->arena, self, first ? AX_STR("?") : AX_STR("&"),
                   AX_STR("_after="), token);
    if (!more.ptr) return AX_NOMEM;
  }
  ax_json_write_key(w, AX_STR("link"));
  ax_json_write_array(w);
  ax_api_answer_link(w, AX_STR("self"), self);
  if (next) ax_api_answer_link(w, AX_STR("next"), more);
  ax_json_write_close(w);
  return AX_OK;
}

static ax_status write_page(ax_api_call *call, const request *rq,
                            const ax_page *page, ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("history"));
  if (page->has_total) {
    ax_json_write_key(&w, AX_STR("total"));
    ax_json_write_int(&w, (int64_t)page->total);
  }
  AX_TRY(write_links(&w, call, rq, page->next));
  if (page->count) {
    ax_json_write_key(&w, AX_STR("entry"));
    ax_json_write_array(&w);
    for (size_t i = 0; i < page->count; i++)
      write_entry(&w, call, &page->items[i]);
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

void ax_api_history(ax_api_call *call) {
  request rq = {
    .ask = { .type = call->type, .id = call->id, .limit = COUNT_STANDARD },
    .scope = ax_api_answer_begin(call)
  };
  if (!rq.scope) return;
  ax_buf_append(rq.scope, call->base);
  if (call->type.len) ax_buf_printf(rq.scope, "/%.*s", AX_STR_ARG(call->type));
  if (call->id.len) ax_buf_printf(rq.scope, "/%.*s", AX_STR_ARG(call->id));
  ax_buf_append(rq.scope, AX_STR("/_history"));
  if (!take_request(call, &rq)) return;
  ax_page page;
  ax_error err = { 0 };
  ax_status status =
      ax_store_history(call->api->store, call->rq->arena, &rq.ask, &page, &err);
  if (status == AX_NOT_FOUND) {
    ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND,
                        "there never was a %.*s/%.64s", AX_STR_ARG(call->type),
                        ax_arena_cstr(call->rq->arena, call->id));
    return;
  }
  ax_buf *out = status ? NULL : ax_api_answer_begin(call);
  if (!status && !out) return;
  if (!status) status = write_page(call, &rq, &page, out);
  if (status)
    ax_api_error(call, status, &err);
  else
    ax_api_answer_json(call, 200, ax_buf_view(out));
}
