#include "intake/intake_history.h"

#include "fhir/fhir_date.h"
#include "intake/intake_link.h"
#include "search/search_cursor.h"
#include "json/json_write.h"

enum { COUNT_STANDARD = 50, COUNT_MAX = 1000, URL_MAX = 1 << 20 };

typedef struct {
  const ax_intake_history *h;
  ax_intake_history_request *out;
  ax_fhir_issues *issues;
  ax_buf *self;
  ax_str cursor;
} reading;

bool ax_intake_history_path(ax_str path, ax_str *type, ax_str *id) {
  ax_str rest = path, parts[3] = { { 0 } };
  size_t n = 0;
  while (n < AX_COUNT(parts) && rest.len) parts[n++] = ax_str_cut(&rest, '/');
  if (n == 0 || rest.len || path.ptr[path.len - 1] == '/' ||
      !ax_str_eq(parts[n - 1], AX_STR("_history")))
    return false;
  *type = n > 1 ? parts[0] : AX_STR("");
  *id = n > 2 ? parts[1] : AX_STR("");
  return n == 1 || (type->len && (n == 2 || id->len));
}

/* --- parameters ------------------------------------------------------------
 */

static void wrong(const reading *r, const char *name, ax_str value,
                  const char *what) {
  ax_fhir_issues_addf(r->issues, AX_ERROR, AX_ISSUE_VALUE, "history-bad-value",
                      AX_STR(""), NULL, AX_STR(""), "%s=%.*s %s", name,
                      (int)(value.len < 60 ? value.len : 60), value.ptr, what);
}

static void take_since(reading *r, ax_str value) {
  ax_fhir_date date;
  if (!ax_fhir_date_parse_datetime(value, &date)) {
    wrong(r, "_since", value, "is no instant such as 2026-01-31T10:00:00Z");
    return;
  }
  r->out->ask.has_since = true;
  r->out->ask.since_ms = date.lo_ms;
}

static void take_at(reading *r, ax_str value) {
  ax_fhir_date date;
  ax_str text = value;
  bool from =
      ax_str_starts(text, AX_STR("ge")) || ax_str_starts(text, AX_STR("gt"));
  bool until =
      ax_str_starts(text, AX_STR("le")) || ax_str_starts(text, AX_STR("lt"));
  if (from || until || ax_str_starts(text, AX_STR("eq")))
    text = ax_str_skip(text, 2);
  if (!ax_fhir_date_parse_datetime(text, &date)) {
    wrong(r, "_at", value,
          "is no date or time, with or without eq, ge, gt, le or lt");
    return;
  }
  ax_history *ask = &r->out->ask;
  int64_t lo = until ? 0 : date.lo_ms, hi = from ? INT64_MAX : date.hi_ms;
  if (!ask->has_at || lo > ask->at_lo) ask->at_lo = lo;
  if (!ask->has_at || hi < ask->at_hi) ask->at_hi = hi;
  ask->has_at = true;
}

static void take_count(reading *r, ax_str value) {
  uint64_t n = 0;
  if (ax_str_uint64(value, UINT32_MAX, &n))
    r->out->ask.limit = n < COUNT_MAX ? (size_t)n : COUNT_MAX;
  else
    wrong(r, "_count", value, "is no number of versions");
}

static void take_cursor(reading *r, ax_str value) {
  r->cursor = value;
}

static const struct {
  ax_str name;
  void (*take)(reading *r, ax_str value);
} params[] = {
  { AX_STR_INIT("_since"), take_since },
  { AX_STR_INIT("_at"), take_at },
  { AX_STR_INIT("_count"), take_count },
  { AX_STR_INIT("_after"), take_cursor },
};

/* About the answer's form, which is another's business. */
static bool about_form(ax_str name) {
  return ax_str_eq(name, AX_STR("_format")) ||
         ax_str_eq(name, AX_STR("_pretty"));
}

static void take_pair(reading *r, const ax_search_pair *pair) {
  for (size_t i = 0; i < AX_COUNT(params); i++) {
    if (!ax_str_eq(pair->name, params[i].name)) continue;
    params[i].take(r, pair->value);
    if (params[i].take != take_cursor)
      ax_intake_link_param(r->self, pair->name, pair->value);
    return;
  }
  if (about_form(pair->name) || r->h->lenient) return;
  ax_fhir_issues_addf(
      r->issues, AX_ERROR, AX_ISSUE_NOT_SUPPORTED, "history-bad-parameter",
      AX_STR(""), NULL, AX_STR(""),
      "a history has no parameter \"%.*s\"; there are _since, _at, _count, "
      "_format and _pretty",
      (int)(pair->name.len < 60 ? pair->name.len : 60), pair->name.ptr);
}

static ax_status read_cursor(reading *r) {
  ax_str position;
  if (r->cursor.len == 0) return AX_OK;
  ax_status status =
      ax_search_cursor_read(r->h->arena, r->out->self, r->cursor, &position);
  if (!status && !ax_str_uint64(position, INT64_MAX, &r->out->ask.after))
    status = AX_INVALID;
  if (status != AX_INVALID) return status;
  wrong(r, "_after", r->cursor,
        "belongs to no page of this history; start again without it");
  return AX_OK;
}

static ax_status read_pairs(reading *r) {
  const ax_intake_history *h = r->h;
  ax_buf_append(r->self, h->base);
  if (h->type.len) ax_buf_printf(r->self, "/" AX_STR_FMT, AX_STR_ARG(h->type));
  if (h->id.len) ax_buf_printf(r->self, "/" AX_STR_FMT, AX_STR_ARG(h->id));
  ax_buf_append(r->self, AX_STR("/_history"));
  for (size_t i = 0; i < h->count; i++) take_pair(r, &h->pairs[i]);
  if (r->self->status) return r->self->status;
  r->out->self = ax_arena_str(h->arena, ax_buf_view(r->self));
  return r->out->self.ptr ? read_cursor(r) : AX_NOMEM;
}

ax_status ax_intake_history_read(const ax_intake_history *h,
                                 ax_intake_history_request *out,
                                 ax_fhir_issues *issues) {
  ax_buf self = AX_BUF_INIT(URL_MAX);
  reading r = { .h = h, .out = out, .issues = issues, .self = &self };
  *out = (ax_intake_history_request){
    .ask = { .type = h->type, .id = h->id, .limit = COUNT_STANDARD }
  };
  ax_status status = read_pairs(&r);
  ax_buf_free(&self);
  if (status) return status;
  return ax_fhir_issues_complete(issues) ? AX_OK : AX_NOMEM;
}

/* --- answer ----------------------------------------------------------------
 */

/* A resource that the server named was made by POST. */
static bool by_post(const ax_stored *v) {
  return v->version == 1 && v->id.len == 36;
}

static void write_request(ax_json_writer *w, const ax_intake_history *h,
                          const ax_stored *v) {
  bool post = by_post(v);
  ax_str url = post ? v->type : AX_JOIN(h->arena, v->type, AX_STR("/"), v->id);
  ax_json_write_key(w, AX_STR("request"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("method"),
                       v->deleted ? AX_STR("DELETE")
                       : post     ? AX_STR("POST")
                                  : AX_STR("PUT"));
  ax_json_write_member(w, AX_STR("url"), url);
  ax_json_write_close(w);
}

static void write_response(ax_json_writer *w, const ax_intake_history *h,
                           const ax_stored *v) {
  char instant[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(v->updated_ms, instant);
  ax_json_write_key(w, AX_STR("response"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("status"),
                       v->deleted        ? AX_STR("204 No Content")
                       : v->version == 1 ? AX_STR("201 Created")
                                         : AX_STR("200 OK"));
  ax_json_write_member(
      w, AX_STR("etag"),
      ax_arena_printf(h->arena, "W/\"%llu\"", (unsigned long long)v->version));
  ax_json_write_member(w, AX_STR("lastModified"),
                       (ax_str){ instant, AX_FHIR_DATE_INSTANT });
  ax_json_write_close(w);
}

static void write_entry(ax_json_writer *w, const ax_intake_history *h,
                        const ax_stored *v) {
  ax_json_write_object(w);
  ax_json_write_member(
      w, AX_STR("fullUrl"),
      AX_JOIN(h->arena, h->base, AX_STR("/"), v->type, AX_STR("/"), v->id));
  if (!v->deleted) {
    ax_json_write_key(w, AX_STR("resource"));
    ax_json_write_raw(w, v->body);
  }
  write_request(w, h, v);
  write_response(w, h, v);
  ax_json_write_close(w);
}

static ax_status write_links(ax_json_writer *w, const ax_intake_history *h,
                             const ax_intake_history_request *rq,
                             uint64_t next) {
  ax_str self = rq->self, token, more = { 0 };
  if (next) {
    ax_str at = ax_arena_printf(h->arena, "%llu", (unsigned long long)next);
    AX_TRY(ax_search_cursor_write(h->arena, self, at, &token));
    bool first = ax_str_find(self, AX_STR("?")) == AX_STR_NONE;
    more = AX_JOIN(h->arena, self, first ? AX_STR("?") : AX_STR("&"),
                   AX_STR("_after="), token);
    if (!more.ptr) return AX_NOMEM;
  }
  ax_json_write_key(w, AX_STR("link"));
  ax_json_write_array(w);
  ax_intake_link_write(w, AX_STR("self"), self);
  if (next) ax_intake_link_write(w, AX_STR("next"), more);
  ax_json_write_close(w);
  return AX_OK;
}

static ax_status write_page(const ax_intake_history *h,
                            const ax_intake_history_request *rq,
                            const ax_page *page, ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("history"));
  if (page->has_total) {
    ax_json_write_key(&w, AX_STR("total"));
    ax_json_write_int(&w, (int64_t)page->total);
  }
  AX_TRY(write_links(&w, h, rq, page->next));
  if (page->count) {
    ax_json_write_key(&w, AX_STR("entry"));
    ax_json_write_array(&w);
    for (size_t i = 0; i < page->count; i++)
      write_entry(&w, h, &page->items[i]);
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

ax_status ax_intake_history_run(const ax_intake_history *h,
                                const ax_intake_history_request *rq,
                                ax_buf *out, ax_error *err) {
  ax_page page;
  ax_status status = ax_store_history(h->store, h->arena, &rq->ask, &page, err);
  if (status == AX_NOT_FOUND)
    return ax_error_set(err, status, "there never was a %.*s/%.*s",
                        AX_STR_ARG(h->type), AX_STR_ARG(h->id));
  return status ? status : write_page(h, rq, &page, out);
}
