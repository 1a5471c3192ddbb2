#include "proxy/recording.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/utf8.h"
#include "proxy/proxy_message.h"
#include "base/base64.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum {
  FILE_LIMIT = 256 << 20,
  /* Copies made while masking, and the text written. */
  WRITE_MEMORY = 512 << 20,
  DIGITS = 6
};

struct ax_recording {
  const char *folder;
  ax_arena *arena;
  ax_recording_mask mask;
  void *ctx;
  atomic_uint number; /* of the last one */
};

/* --- writing -------------------------------------------------------------- */

/* "000012.json" */
static bool is_numbered(ax_str name, uint64_t *number) {
  if (name.len != DIGITS + 5 || !ax_str_ends(name, AX_STR(".json")))
    return false;
  return ax_str_uint64((ax_str){ name.ptr, DIGITS }, 999999, number);
}

static ax_status find_last(ax_recording *recording, ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  uint64_t number = 0, last = 0;
  AX_TRY(
      ax_file_list(recording->arena, recording->folder, &names, &count, err));
  for (size_t i = 0; i < count; i++)
    if (is_numbered(ax_str_from(names[i]), &number) && number > last)
      last = number;
  atomic_init(&recording->number, (unsigned)last);
  return AX_OK;
}

static ax_status begin(ax_recording *recording, const char *folder,
                       ax_error *err) {
  recording->arena = ax_arena_new(64 << 20);
  if (!recording->arena) return AX_NOMEM;
  recording->folder = ax_arena_cstr(recording->arena, ax_str_from(folder));
  if (!recording->folder) return AX_NOMEM;
  AX_TRY(ax_file_make_dirs(folder, err));
  return find_last(recording, err);
}

ax_status ax_recording_begin(const char *folder, ax_recording_mask mask,
                             void *ctx, ax_recording **out, ax_error *err) {
  *out = NULL;
  if (!mask)
    return ax_error_set(err, AX_INVALID,
                        "a recording needs a way to mask secrets");
  ax_recording *recording = calloc(1, sizeof *recording);
  if (!recording) return AX_NOMEM;
  recording->mask = mask;
  recording->ctx = ctx;
  ax_status status = begin(recording, folder, err);
  if (status)
    ax_recording_end(recording);
  else
    *out = recording;
  return status;
}

void ax_recording_end(ax_recording *recording) {
  if (!recording) return;
  ax_arena_free(recording->arena);
  free(recording);
}

unsigned ax_recording_number(ax_recording *recording) {
  return atomic_fetch_add(&recording->number, 1) + 1;
}

static void write_headers(ax_json_writer *w, const ax_result_header *items,
                          size_t count) {
  ax_json_write_key(w, AX_STR("headers"));
  ax_json_write_array(w);
  for (size_t i = 0; i < count; i++) {
    ax_json_write_object(w);
    ax_json_write_key(w, AX_STR("name"));
    ax_json_write_str(w, items[i].name);
    ax_json_write_key(w, AX_STR("value"));
    ax_json_write_str(w, items[i].value);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

/* U+0000 is UTF-8, and no text of JSON as we read it. */
static bool is_text(ax_str body) {
  return ax_utf8_valid(body, NULL) &&
         (body.len == 0 || !memchr(body.ptr, 0, body.len));
}

static ax_status write_body(ax_json_writer *w, ax_arena *arena, ax_str body) {
  if (body.len == 0) return AX_OK;
  if (is_text(body)) {
    ax_json_write_key(w, AX_STR("body"));
    ax_json_write_str(w, body);
    return AX_OK;
  }
  ax_buf packed = AX_BUF_INIT(SIZE_MAX);
  ax_base64_append(&packed, body);
  ax_str text = ax_arena_str(arena, ax_buf_view(&packed));
  ax_status status = packed.status;
  ax_buf_free(&packed);
  if (status || !text.ptr) return AX_NOMEM;
  ax_json_write_key(w, AX_STR("bodyBase64"));
  ax_json_write_str(w, text);
  return AX_OK;
}

static void write_int(ax_json_writer *w, ax_str key, int64_t value) {
  ax_json_write_key(w, key);
  ax_json_write_int(w, value);
}

static ax_status write_answer(ax_json_writer *w, ax_arena *arena,
                              const ax_result_exchange *e) {
  bool silent = !e->status && !e->failure.len;
  ax_json_write_member(w, AX_STR("failure"),
                       silent ? AX_STR("no answer came") : e->failure);
  if (!e->status) return AX_OK;
  ax_json_write_key(w, AX_STR("response"));
  ax_json_write_object(w);
  write_int(w, AX_STR("status"), e->status);
  write_headers(w, e->response_headers.items, e->response_headers.count);
  AX_TRY(write_body(w, arena, e->response_body));
  ax_json_write_close(w);
  return AX_OK;
}

ax_status ax_recording_text(ax_arena *arena, const ax_result_exchange *e,
                            ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  write_int(&w, AX_STR("exchange"), 1); /* version of this form */
  ax_json_write_member(&w, AX_STR("method"), e->method);
  ax_json_write_member(&w, AX_STR("url"), e->url);
  write_int(&w, AX_STR("startedMs"), e->started_ms);
  write_int(&w, AX_STR("durationUs"), e->duration_us);
  ax_json_write_key(&w, AX_STR("request"));
  ax_json_write_object(&w);
  write_headers(&w, e->request_headers.items, e->request_headers.count);
  AX_TRY(write_body(&w, arena, e->request_body));
  ax_json_write_close(&w);
  AX_TRY(write_answer(&w, arena, e));
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

static ax_status copy_headers(ax_arena *arena, const ax_result_header *items,
                              size_t count, ax_proxy_fields *out) {
  *out = (ax_proxy_fields){ 0 };
  for (size_t i = 0; i < count; i++)
    AX_TRY(ax_proxy_message_add(arena, out, items[i].name, items[i].value));
  return AX_OK;
}

static ax_status write_masked(ax_recording *recording, ax_arena *arena,
                              unsigned number, const ax_result_exchange *e,
                              ax_error *err) {
  ax_result_exchange masked = *e;
  ax_proxy_fields sent, got;
  /* Others look at `e` still. */
  AX_TRY(copy_headers(arena, e->request_headers.items, e->request_headers.count,
                      &sent));
  AX_TRY(copy_headers(arena, e->response_headers.items,
                      e->response_headers.count, &got));
  masked.request_headers.items = sent.items;
  masked.response_headers.items = got.items;
  AX_TRY(recording->mask(recording->ctx, arena, &masked));
  ax_str path = ax_arena_printf(arena, "%s/%0*u.json", recording->folder,
                                (int)DIGITS, number);
  if (!path.ptr) return AX_NOMEM;
  ax_buf text = AX_BUF_INIT(FILE_LIMIT);
  ax_status status = ax_recording_text(arena, &masked, &text);
  if (!status) status = ax_file_write(path.ptr, ax_buf_view(&text), err);
  ax_buf_free(&text);
  return status;
}

ax_status ax_recording_write(ax_recording *recording, unsigned number,
                             const ax_result_exchange *exchange,
                             ax_error *err) {
  ax_arena *arena = ax_arena_new(WRITE_MEMORY);
  if (!arena) return AX_NOMEM;
  ax_status status = write_masked(recording, arena, number, exchange, err);
  ax_arena_free(arena);
  return status;
}

/* --- reading -------------------------------------------------------------- */

static ax_status read_headers(ax_arena *arena, const ax_json *side,
                              ax_proxy_fields *out) {
  const ax_json *list = AX_JSON_GET(side, "headers");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    ax_str name = AX_JSON_STR(one, "name");
    if (name.len)
      AX_TRY(ax_proxy_message_add(arena, out, name, AX_JSON_STR(one, "value")));
  }
  return AX_OK;
}

static ax_status read_body(ax_arena *arena, const ax_json *side, ax_str *out,
                           const ax_json **json) {
  ax_json_fault fault;
  *out = AX_JSON_STR(side, "body");
  ax_str packed = AX_JSON_STR(side, "bodyBase64");
  if (packed.len) {
    char *bytes = AX_NEW_ARRAY(arena, char, packed.len);
    if (!bytes) return AX_NOMEM;
    *out = (ax_str){ bytes, ax_base64_decode(packed, bytes) };
  }
  *json = NULL;
  if (out->len == 0) return AX_OK;
  ax_status status = ax_json_parse(arena, *out, json, &fault);
  if (status) *json = NULL;
  return status == AX_NOMEM ? AX_NOMEM : AX_OK;
}

static int64_t number_of(const ax_json *object, ax_str key, int64_t max) {
  int64_t value = 0;
  (void)ax_str_int64(ax_json_text(ax_json_get(object, key)), 0, max, &value);
  return value;
}

static ax_status read_request(ax_arena *arena, const ax_json *file,
                              ax_result_exchange *out, ax_error *err) {
  const ax_json *side = AX_JSON_GET(file, "request");
  ax_proxy_fields fields = { 0 };
  out->method = AX_JSON_STR(file, "method");
  out->url = AX_JSON_STR(file, "url");
  if (!out->method.len || !out->url.len || !ax_json_is(side, AX_JSON_OBJECT))
    return ax_error_set(err, AX_INVALID,
                        "a recorded exchange has \"method\", \"url\" and "
                        "\"request\", and this one lacks %s",
                        !out->method.len ? "method"
                        : !out->url.len  ? "url"
                                         : "request");
  out->started_ms = number_of(file, AX_STR("startedMs"), INT64_MAX);
  out->duration_us = number_of(file, AX_STR("durationUs"), INT64_MAX);
  AX_TRY(read_headers(arena, side, &fields));
  out->request_headers.items = fields.items;
  out->request_headers.count = out->request_headers.capacity = fields.count;
  return read_body(arena, side, &out->request_body, &out->request_json);
}

static ax_status read_answer(ax_arena *arena, const ax_json *file,
                             ax_result_exchange *out) {
  const ax_json *side = AX_JSON_GET(file, "response");
  ax_proxy_fields fields = { 0 };
  out->failure = AX_JSON_STR(file, "failure");
  out->response_body = AX_STR("");
  out->status = (int)number_of(side, AX_STR("status"), 999);
  if (!side) return AX_OK;
  AX_TRY(read_headers(arena, side, &fields));
  out->response_headers.items = fields.items;
  out->response_headers.count = out->response_headers.capacity = fields.count;
  return read_body(arena, side, &out->response_body, &out->response_json);
}

/* Where an interface engine would have sent it. */
static ax_status url_of(ax_arena *arena, const ax_json *resource, ax_str base,
                        ax_str *out) {
  ax_str type = AX_JSON_STR(resource, "resourceType");
  ax_str kind = AX_JSON_STR(resource, "type");
  bool whole = ax_str_eq(type, AX_STR("Bundle")) &&
               (ax_str_eq(kind, AX_STR("transaction")) ||
                ax_str_eq(kind, AX_STR("batch")));
  *out = whole ? base : AX_JOIN(arena, base, AX_STR("/"), type);
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status read_resource(ax_arena *arena, const ax_json *resource,
                               ax_str text, ax_str base,
                               ax_result_exchange *out) {
  ax_proxy_fields fields = { 0 };
  out->method = AX_STR("POST");
  AX_TRY(url_of(arena, resource, base, &out->url));
  AX_TRY(ax_proxy_message_add(arena, &fields, AX_STR("Content-Type"),
                              AX_STR("application/fhir+json")));
  out->request_headers.items = fields.items;
  out->request_headers.count = out->request_headers.capacity = fields.count;
  out->request_body = text;
  out->request_json = resource;
  out->response_body = AX_STR("");
  out->failure = AX_STR("it was read from a file and not sent");
  return AX_OK;
}

ax_status ax_recording_read(ax_arena *arena, ax_str text, ax_str base,
                            ax_result_exchange *out, ax_error *err) {
  const ax_json *file = NULL;
  ax_json_fault fault = { 0 };
  *out = (ax_result_exchange){ .failure = AX_STR("") };
  ax_status status = ax_json_parse(arena, text, &file, &fault);
  if (status == AX_NOMEM) return status;
  if (status)
    return ax_error_set(err, AX_INVALID, "line %u, column %u: %s",
                        fault.place.line, fault.place.column, fault.text);
  if (AX_JSON_STR(file, "resourceType").len)
    return read_resource(arena, file, text, base, out);
  if (!ax_str_eq(ax_json_text(AX_JSON_GET(file, "exchange")), AX_STR("1")))
    return ax_error_set(err, AX_INVALID,
                        "it is neither a resource nor a recorded exchange "
                        "(\"exchange\": 1)");
  AX_TRY(read_request(arena, file, out, err));
  return read_answer(arena, file, out);
}

/* --- a client that was recorded ------------------------------------------- */

typedef struct {
  ax_run_client client; /* first: it is what others hold */
  const char *folder;
  ax_str base;
  const char *const *names;
  size_t count, at;
} replay;

static ax_status next_file(replay *r, ax_arena *arena, ax_result_exchange *out,
                           ax_error *err) {
  const char *name = r->names[r->at++];
  ax_error why = { 0 };
  ax_str path = ax_arena_printf(arena, "%s/%s", r->folder, name), text;
  if (!path.ptr) return AX_NOMEM;
  AX_TRY(ax_file_read(arena, path.ptr, FILE_LIMIT, &text, err));
  ax_status status = ax_recording_read(arena, text, r->base, out, &why);
  if (status == AX_OK || status == AX_NOMEM) return status;
  return ax_error_set(err, status, "%.80s: %s", name, why.text);
}

static ax_status next(ax_run_client *self, ax_arena *arena,
                      ax_result_exchange **out, ax_error *err) {
  replay *r = (replay *)self;
  if (r->at >= r->count)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "the recording has no more requests");
  *out = AX_NEW(arena, ax_result_exchange);
  return *out ? next_file(r, arena, *out, err) : AX_NOMEM;
}

ax_status ax_recording_open(const char *folder, ax_str base, ax_arena *arena,
                            ax_run_client **out, ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  *out = NULL;
  replay *r = AX_NEW(arena, replay);
  if (!r) return AX_NOMEM;
  AX_TRY(ax_file_list(arena, folder, &names, &count, err));
  const char **kept = AX_NEW_ARRAY(arena, const char *, count ? count : 1);
  if (!kept) return AX_NOMEM;
  for (size_t i = 0; i < count; i++)
    if (ax_str_ends(ax_str_from(names[i]), AX_STR(".json")))
      kept[r->count++] = names[i];
  if (r->count == 0)
    return ax_error_set(err, AX_NOT_FOUND, "%.150s holds no .json file",
                        folder);
  r->client.next = next;
  r->names = kept;
  r->folder = ax_arena_cstr(arena, ax_str_from(folder));
  r->base = ax_arena_str(arena, base);
  if (!r->folder || !r->base.ptr) return AX_NOMEM;
  *out = &r->client;
  return AX_OK;
}

size_t ax_recording_left(const ax_run_client *client) {
  const replay *r = (const replay *)client;
  return r->count - r->at;
}

ax_str ax_recording_name(const ax_run_client *client) {
  const replay *r = (const replay *)client;
  return r->at < r->count ? ax_str_from(r->names[r->at]) : AX_STR("");
}

ax_status ax_recording_view(const ax_run_client *client, size_t skip,
                            size_t count, ax_arena *arena,
                            ax_run_client **out) {
  const replay *r = (const replay *)client;
  replay *view = AX_NEW(arena, replay);
  *out = NULL;
  if (!view) return AX_NOMEM;
  *view = *r;
  size_t left = r->count - r->at;
  view->at = r->at + (skip < left ? skip : left);
  left = r->count - view->at;
  view->count = view->at + (count < left ? count : left);
  *out = &view->client;
  return AX_OK;
}
