#include "run/operation.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "http/http.h"
#include "run/exchange.h"
#include "run/operation_url.h"
#include "run/source.h"
#include "run/variable.h"
#include "run/wait.h"
#include "run/wire.h"
#include "json/json_edit.h"
#include "json/json_write.h"

static const size_t BODY_MAX = (size_t)256 << 20;

/* An operation being made ready. */
typedef struct {
  ax_operation_url url;
  ax_source source; /* of its body */
  bool has_source;
  ax_exchange_request request;
} draft;

/* --- destinations --------------------------------------------------------- */

static const ax_run_destination *find_base(const ax_state *s, unsigned index) {
  const ax_run_target *t = &s->options->target;
  for (size_t i = 0; i < t->destination_count; i++)
    if (t->destinations[i].index == index) return &t->destinations[i];
  return NULL;
}

bool ax_operation_knows(const ax_state *s, unsigned destination) {
  return find_base(s, destination) != NULL;
}

ax_status ax_operation_base(ax_state *s, unsigned index, ax_str place,
                            ax_str *out, ax_error *err) {
  const ax_run_target *t = &s->options->target;
  const ax_run_destination *found = find_base(s, index);
  if (!t->destination_count)
    return ax_error_set(err, AX_INVALID, "the run has no target");
  if (!index && s->script->destinations.count > 1 && t->destination_count > 1)
    return ax_error_set(err, AX_INVALID,
                        "the script has several destinations, and this "
                        "operation does not say which one it means");
  if (found || index <= 1) {
    *out = found ? found->base : t->destinations[0].base;
    return AX_OK;
  }
  if (t->destination_count > 1)
    return ax_error_set(err, AX_INVALID,
                        "no base URL is known for destination %u", index);
  ax_str note = ax_arena_printf(
      s->arena,
      "destination %u is another server; only one is known, and it played "
      "both",
      index);
  if (!note.ptr) return AX_NOMEM;
  *out = t->destinations[0].base;
  return ax_state_note(s, place, note);
}

static unsigned number_of(const ax_json *json, const char *key) {
  uint64_t n = 0;
  ax_str text = ax_json_text(ax_json_get(json, ax_str_from(key)));
  return ax_str_uint64(text, UINT16_MAX, &n) ? (unsigned)n : 0;
}

/* --- bodies --------------------------------------------------------------- */

static ax_status body_text(ax_state *s, const ax_json *tree, ax_str *out) {
  ax_buf buf = AX_BUF_INIT(BODY_MAX);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_json_write_tree(&w, tree);
  ax_status status = ax_json_write_end(&w);
  if (!status) *out = ax_arena_str(s->arena, ax_buf_view(&buf));
  if (!status && !out->ptr) status = AX_NOMEM;
  ax_buf_free(&buf);
  return status;
}

static ax_status find_body(ax_state *s, draft *d, ax_error *err) {
  ax_str id;
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(d->url.json, "sourceId"), &id, err));
  d->has_source = id.len > 0;
  if (!d->has_source) return AX_OK;
  AX_TRY(ax_source_find(s, id, false, &d->source, err));
  d->url.body = d->source.json;
  return AX_OK;
}

/* An update goes to the id of its URL; the body must say the same. */
static ax_status with_id(ax_state *s, draft *d) {
  ax_str id = d->url.target_id;
  bool update = ax_str_eq(d->request.method, AX_STR("PUT"));
  if (!update || !id.len || !d->url.body ||
      ax_str_eq(AX_JSON_STR(d->url.body, "id"), id))
    return AX_OK;
  d->url.body =
      ax_json_edit_set_after(s->arena, d->url.body, AX_STR("resourceType"),
                             AX_STR("id"), ax_json_edit_string(id));
  return d->url.body ? AX_OK : AX_NOMEM;
}

/* What is no FHIR resource (a JSON Patch, a form, a body broken on purpose)
 * stands in scripts as a Binary of its media type. R4 lets a Binary be sent as
 * its content under that type (binary.html), so an operation whose contentType
 * is the Binary's sends the content, placeholders replaced. */
static bool is_content(const draft *d) {
  ax_str type = AX_JSON_STR(d->url.json, "contentType");
  return type.len &&
         ax_str_eq(AX_JSON_STR(d->url.body, "resourceType"),
                   AX_STR("Binary")) &&
         ax_str_eq(AX_JSON_STR(d->url.body, "contentType"), type);
}

static ax_status write_content(ax_state *s, draft *d, ax_error *err) {
  ax_str data = AX_JSON_STR(d->url.body, "data");
  char *bytes = AX_NEW_ARRAY(s->arena, char, data.len + 1);
  if (!bytes) return AX_NOMEM;
  ax_str text = { bytes, ax_base64_decode(data, bytes) };
  return ax_variable_fill(s, text, &d->request.body, err);
}

static ax_status write_body(ax_state *s, draft *d, ax_error *err) {
  if (!d->has_source) return AX_OK;
  if (is_content(d)) return write_content(s, d, err);
  AX_TRY(with_id(s, d));
  if (d->url.body) return body_text(s, d->url.body, &d->request.body);
  const ax_result_exchange *e = d->source.exchange;
  if (e)
    d->request.body = d->source.is_request ? e->request_body : e->response_body;
  return AX_OK;
}

/* --- headers -------------------------------------------------------------- */

static bool has_header(const draft *d, ax_str name) {
  for (size_t i = 0; i < d->request.headers.count; i++)
    if (ax_http_equal(d->request.headers.items[i].name, name)) return true;
  return false;
}

static ax_status add_header(ax_state *s, draft *d, ax_str name, ax_str value) {
  ax_net_header *h = AX_VEC_PUSH(&d->request.headers, s->arena);
  if (!h) return AX_NOMEM;
  h->name = name;
  h->value = value;
  return AX_OK;
}

static ax_status own_headers(ax_state *s, draft *d, ax_error *err) {
  const ax_json *list = AX_JSON_GET(d->url.json, "requestHeader");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    ax_str name, value;
    AX_TRY(ax_variable_fill(s, AX_JSON_STR(one, "field"), &name, err));
    AX_TRY(ax_variable_fill(s, AX_JSON_STR(one, "value"), &value, err));
    if (!name.len)
      return ax_error_set(err, AX_INVALID, "requestHeader[%zu] has no field",
                          i);
    AX_TRY(ax_wire_value(s, value, &value));
    AX_TRY(add_header(s, d, name, value));
  }
  return AX_OK;
}

/* Accept or Content-Type as the operation names it, else FHIR JSON. */
static ax_status media_header(ax_state *s, draft *d, ax_str name, ax_str code,
                              ax_error *err) {
  ax_str media = AX_STR("application/fhir+json");
  bool body = d->request.body.len && ax_str_eq(name, AX_STR("Content-Type"));
  if (has_header(d, name)) return AX_OK;
  if (code.len) {
    AX_TRY(ax_variable_fill(s, code, &code, err));
    AX_TRY(ax_wire_media(s, code, &media));
  }
  if (body && ax_wire_is_xml(media) && !is_content(d))
    return ax_error_set(err, AX_UNSUPPORTED, "XML bodies (%s)", AX_WIRE_HINT);
  return media.len ? add_header(s, d, name, media) : AX_OK;
}

static ax_status make_headers(ax_state *s, draft *d, ax_error *err) {
  AX_TRY(own_headers(s, d, err));
  AX_TRY(media_header(s, d, AX_STR("Accept"),
                      AX_JSON_STR(d->url.json, "accept"), err));
  ax_str type = AX_JSON_STR(d->url.json, "contentType");
  /* R4 sets it whenever it is named; else it goes with a body. */
  if (!type.len && !d->request.body.len) return AX_OK;
  return media_header(s, d, AX_STR("Content-Type"), type, err);
}

/* --- method and URL ------------------------------------------------------- */

static bool says_what(const ax_json *operation) {
  static const ax_str words[] = { AX_STR_INIT("resource"),
                                  AX_STR_INIT("params"),
                                  AX_STR_INIT("sourceId"),
                                  AX_STR_INIT("targetId") };
  for (size_t i = 0; i < AX_COUNT(words); i++)
    if (ax_json_get(operation, words[i])) return true;
  return false;
}

static ax_status find_code(draft *d, ax_error *err) {
  ax_str code = AX_JSON_STR(AX_JSON_GET(d->url.json, "type"), "code");
  bool own = AX_JSON_STR(d->url.json, "method").len ||
             AX_JSON_STR(d->url.json, "url").len;
  if (!code.len && !own && !says_what(d->url.json))
    return ax_error_set(err, AX_INVALID,
                        "the operation does not say what to do: it has no "
                        "type, method, url, resource, params, sourceId or "
                        "targetId");
  if (ax_operation_code_find(code, &d->url.code) || own) return AX_OK;
  return ax_error_set(err, AX_UNSUPPORTED, "operation code '" AX_STR_FMT "'",
                      AX_STR_ARG(code));
}

static ax_str upper(ax_state *s, ax_str text) {
  char *copy = ax_arena_cstr(s->arena, text);
  for (char *c = copy; c && *c; c++)
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
  return (ax_str){ copy, copy ? text.len : 0 };
}

static ax_status find_method(ax_state *s, draft *d) {
  const ax_operation_code *code = &d->url.code;
  ax_str own = AX_JSON_STR(d->url.json, "method");
  d->request.method = own.len ? upper(s, own) : code->method;
  if (!d->request.method.ptr) return AX_NOMEM;
  if (!own.len && d->has_source && code->sends_body &&
      ax_str_eq(code->method, AX_STR("GET")))
    d->request.method = AX_STR("POST");
  /* R4: sourceId is the body of a PUT or POST. */
  if (ax_str_eq(d->request.method, AX_STR("GET")) ||
      ax_str_eq(d->request.method, AX_STR("HEAD")))
    d->has_source = false;
  return AX_OK;
}

/* A search by POST carries its parameters as a form. */
static ax_status as_form(ax_state *s, draft *d) {
  ax_str url = d->request.url;
  bool search = ax_str_starts(d->url.code.code, AX_STR("search"));
  if (!search || d->has_source || AX_JSON_STR(d->url.json, "url").len ||
      !ax_str_eq(d->request.method, AX_STR("POST")))
    return AX_OK;
  size_t query = ax_str_find(url, AX_STR("?"));
  ax_str path = { url.ptr, query == AX_STR_NONE ? url.len : query };
  d->request.body = ax_str_skip(url, path.len + 1);
  ax_str tail =
      ax_str_ends(path, AX_STR("/_search")) ? AX_STR("") : AX_STR("/_search");
  d->request.url = AX_JOIN(s->arena, path, tail);
  if (!d->request.url.ptr) return AX_NOMEM;
  if (has_header(d, AX_STR("Content-Type"))) return AX_OK;
  return add_header(s, d, AX_STR("Content-Type"),
                    AX_STR("application/x-www-form-urlencoded"));
}

static ax_status prepare(ax_state *s, const ax_script_action *action, draft *d,
                         ax_error *err) {
  d->url.json = action->json;
  d->url.action = action;
  AX_TRY(ax_operation_base(s, number_of(action->json, "destination"),
                           action->place, &d->url.base, err));
  AX_TRY(find_code(d, err));
  AX_TRY(find_body(s, d, err));
  AX_TRY(find_method(s, d));
  AX_TRY(ax_operation_url_make(s, &d->url, &d->request.url, err));
  AX_TRY(ax_wire_url(s, d->request.url, &d->request.url));
  AX_TRY(write_body(s, d, err));
  AX_TRY(as_form(s, d));
  return make_headers(s, d, err);
}

/* --- sending -------------------------------------------------------------- */

static ax_status keep(ax_map *map, ax_str id, ax_result_exchange *e) {
  return id.len ? ax_map_put(map, id, e) : AX_OK;
}

static ax_status register_exchange(ax_state *s, const ax_json *json,
                                   ax_result_exchange *e, ax_error *err) {
  ax_str asked, answered;
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(json, "requestId"), &asked, err));
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(json, "responseId"), &answered, err));
  AX_TRY(keep(s->requests, asked, e));
  return keep(s->responses, answered, e);
}

static bool created(const ax_result_exchange *e) {
  return e->status >= 200 && e->status < 300;
}

/* "2" of the ETag W/"2", or what the body says. */
static ax_str version_told(const ax_result_exchange *e) {
  ax_str tag = ax_result_response_header(e, AX_STR("ETag"));
  if (ax_str_starts(tag, AX_STR("W/\"")) && ax_str_ends(tag, AX_STR("\"")) &&
      tag.len > 4)
    return (ax_str){ tag.ptr + 3, tag.len - 4 };
  return AX_JSON_STR(AX_JSON_GET(e->response_json, "meta"), "versionId");
}

/* What a fixture became on the target: for targetId, and for autodelete. */
static ax_status remember(ax_state *s, ax_str fixture, ax_str base,
                          const ax_result_exchange *e) {
  const ax_script_fixture *f = ax_script_find_fixture(s->script, fixture);
  ax_str version;
  ax_str place = ax_source_of_url(
      ax_result_response_header(e, AX_STR("Location")), &version);
  if (!f || !created(e) ||
      (!ax_str_eq(e->method, AX_STR("POST")) &&
       !ax_str_eq(e->method, AX_STR("PUT"))))
    return AX_OK;
  if (!place.len && ax_str_eq(e->method, AX_STR("PUT")))
    place = ax_source_of_url(e->url, &version);
  if (!place.len) return AX_OK;
  if (!version.len) version = version_told(e);
  ax_str kept =
      AX_JOIN(s->arena, place, version.len ? AX_STR("/_history/") : AX_STR(""),
              version);
  char *text = kept.ptr ? ax_arena_cstr(s->arena, kept) : NULL;
  if (!text) return AX_NOMEM;
  AX_TRY(ax_map_put(s->server_ids, f->id, text));
  if (!f->autodelete) return AX_OK;
  ax_state_made *made = AX_VEC_PUSH(&s->made, s->arena);
  if (!made) return AX_NOMEM;
  made->fixture = f->id;
  made->url = AX_JOIN(s->arena, base, AX_STR("/"), place);
  return made->url.ptr ? AX_OK : AX_NOMEM;
}

static ax_status tell_rule(ax_state *s, const draft *d, ax_result_action *out) {
  ax_str short_url = d->request.url;
  if (ax_str_starts(short_url, d->url.base))
    short_url = ax_str_skip(short_url, d->url.base.len);
  if (ax_str_starts(short_url, AX_STR("/")))
    short_url = ax_str_skip(short_url, 1);
  out->rule = AX_JOIN(s->arena, d->request.method, AX_STR(" "),
                      short_url.len ? short_url : AX_STR("[base]"));
  return out->rule.ptr ? AX_OK : AX_NOMEM;
}

/* Waits for what the client under test sends. */
static ax_status intercept(ax_state *s, const ax_script_action *action,
                           ax_result_action *out, ax_error *err) {
  ax_run_client *client = s->options->client_under_test;
  ax_result_exchange *e = NULL;
  out->rule = AX_STR("a request of the client under test");
  AX_TRY(client->next(client, s->arena, &e, err));
  out->exchange = e;
  s->last = e;
  return register_exchange(s, action->json, e, err);
}

/* An interaction that needs a body and names none is not ours to send. */
static bool is_clients(const draft *d) {
  return d->url.code.code.len && d->url.code.sends_body &&
         !d->url.code.name.len && !d->has_source;
}

ax_status ax_operation_run(ax_state *s, const ax_script_action *action,
                           ax_result_action *out, ax_error *err) {
  draft d = { 0 };
  ax_result_exchange *e = NULL;
  if (s->options->client_under_test && number_of(action->json, "origin"))
    return intercept(s, action, out, err);
  AX_TRY(prepare(s, action, &d, err));
  if (number_of(action->json, "origin") && is_clients(&d))
    return ax_error_set(err, AX_UNSUPPORTED,
                        "requests of a client under test, when there is none");
  AX_TRY(tell_rule(s, &d, out));
  ax_status status = ax_wait_send(s, action->json, &d.request, &e, err);
  out->exchange = e;
  if (e) s->last = e;
  AX_TRY(status);
  AX_TRY(register_exchange(s, action->json, e, err));
  return d.has_source && e ? remember(s, d.source.name, d.url.base, e) : AX_OK;
}

/* --- fixtures that come and go with the script ---------------------------- */

static ax_status refused(ax_state *s, ax_str fixture, const char *what,
                         const ax_result_exchange *e, ax_error *err) {
  ax_str why = ax_exchange_reason(e);
  ax_str text = ax_arena_printf(
      s->arena,
      "fixture '" AX_STR_FMT "' could not be %s: the target answered %d%s%.*s",
      AX_STR_ARG(fixture), what, e->status, why.len ? ": " : "", (int)why.len,
      why.len ? why.ptr : "");
  if (!text.ptr) return AX_NOMEM;
  return ax_error_set(err, AX_NOT_FOUND, AX_STR_FMT, AX_STR_ARG(text));
}

ax_status ax_operation_create(ax_state *s, const ax_script_fixture *fixture,
                              unsigned destination, ax_result_action *out,
                              ax_error *err) {
  draft d = { .has_source = true };
  ax_result_exchange *e = NULL;
  d.request.method = AX_STR("POST");
  AX_TRY(ax_operation_base(s, destination, fixture->place, &d.url.base, err));
  AX_TRY(ax_source_fixture(s, fixture, &d.url.body, err));
  ax_str type = AX_JSON_STR(d.url.body, "resourceType");
  d.request.url = AX_JOIN(s->arena, d.url.base, AX_STR("/"), type);
  if (!d.request.url.ptr) return AX_NOMEM;
  AX_TRY(tell_rule(s, &d, out));
  AX_TRY(write_body(s, &d, err));
  AX_TRY(make_headers(s, &d, err));
  ax_status status = ax_exchange_send(s, &d.request, &e, err);
  out->exchange = e;
  AX_TRY(status);
  if (!e) return AX_NOMEM;
  if (created(e)) return remember(s, fixture->id, d.url.base, e);
  return refused(s, fixture->id, "created", e, err);
}

ax_status ax_operation_remove(ax_state *s, const ax_state_made *made,
                              ax_result_action *out, ax_error *err) {
  draft d = { 0 };
  ax_result_exchange *e = NULL;
  d.request.method = AX_STR("DELETE");
  d.request.url = made->url;
  AX_TRY(tell_rule(s, &d, out));
  AX_TRY(make_headers(s, &d, err));
  ax_status status = ax_exchange_send(s, &d.request, &e, err);
  out->exchange = e;
  AX_TRY(status);
  if (created(e) || e->status == 404 || e->status == 410) return AX_OK;
  return refused(s, made->fixture, "deleted", e, err);
}
