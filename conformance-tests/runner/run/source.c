#include "run/source.h"

#include "run/evaluate.h"
#include "run/variable.h"
#include "run/wire.h"
#include "json/json_parse.h"

enum { DEPTH_MAX = 16 };
static const size_t DOCUMENT = (size_t)512 << 20;

static ax_status none_such(ax_str id, ax_error *err) {
  return ax_error_set(err, AX_NOT_FOUND,
                      "nothing is known as '" AX_STR_FMT
                      "': no fixture, and no request or answer so far",
                      AX_STR_ARG(id));
}

static ax_status missing(const ax_script_fixture *fixture, ax_error *err) {
  return ax_error_set(err, AX_INVALID,
                      "fixture '" AX_STR_FMT "' is missing: " AX_STR_FMT,
                      AX_STR_ARG(fixture->id), AX_STR_ARG(fixture->missing));
}

/* What an expression cuts out of another source when it is needed. */
static ax_status part_of(ax_state *s, const ax_script_fixture *fixture,
                         const ax_json **out, ax_error *err) {
  ax_source whole;
  ax_str expression;
  if (s->depth == DEPTH_MAX)
    return ax_error_set(err, AX_INVALID,
                        "fixture '" AX_STR_FMT "' is a part of itself",
                        AX_STR_ARG(fixture->id));
  s->depth++;
  ax_status status =
      ax_variable_fill(s, fixture->part_expression, &expression, err);
  if (!status) status = ax_source_find(s, fixture->part_of, false, &whole, err);
  if (!status) status = ax_source_need_json(&whole, err);
  if (!status) status = ax_evaluate_node(s, expression, &whole, out, err);
  s->depth--;
  return status;
}

ax_status ax_source_fixture(ax_state *s, const ax_script_fixture *fixture,
                            const ax_json **out, ax_error *err) {
  const ax_json *tree = fixture->resource;
  if (fixture->part_of.len) return part_of(s, fixture, out, err);
  if (!tree && fixture->generate.len)
    AX_TRY(ax_script_generate(s->options->registry, fixture->generate, s->arena,
                              &tree, err));
  if (!tree) return missing(fixture, err);
  /* Each time anew: the variables in it may have got other values. */
  return ax_variable_fill_tree(s, tree, fixture->id, out, err);
}

static void of_exchange(const ax_result_exchange *exchange, bool request,
                        ax_str name, ax_source *out) {
  out->name = name;
  out->exchange = exchange;
  out->is_request = request;
  out->json = request ? exchange->request_json : exchange->response_json;
}

static ax_status of_last(ax_state *s, bool request, ax_source *out,
                         ax_error *err) {
  ax_run_client *client = s->options->client_under_test;
  /* Scripts that only look at what a client sends have no operations. */
  if (!s->last && client) {
    ax_result_exchange *e = NULL;
    AX_TRY(client->next(client, s->arena, &e, err));
    s->last = e;
  }
  if (!s->last && request && !s->asks)
    return ax_error_set(err, AX_UNSUPPORTED,
                        "asserts on a client's requests without a client "
                        "under test");
  if (!s->last)
    return ax_error_set(err, AX_NOT_FOUND,
                        "there is no %s yet, and the script names no source",
                        request ? "request" : "answer");
  of_exchange(s->last, request,
              request ? AX_STR("the last request") : AX_STR("the last answer"),
              out);
  return AX_OK;
}

ax_status ax_source_find(ax_state *s, ax_str id, bool request, ax_source *out,
                         ax_error *err) {
  *out = (ax_source){ .name = id };
  if (!id.len) return of_last(s, request, out, err);
  const ax_result_exchange *answer = ax_map_get(s->responses, id);
  const ax_result_exchange *asked = ax_map_get(s->requests, id);
  if (asked && (request || !answer)) answer = NULL;
  if (answer || asked) {
    of_exchange(answer ? answer : asked, !answer, id, out);
    return AX_OK;
  }
  const ax_script_fixture *fixture = ax_script_find_fixture(s->script, id);
  out->json = ax_map_get(s->lent, id);
  if (out->json) return AX_OK;
  if (fixture) return ax_source_fixture(s, fixture, &out->json, err);
  /* Names of the last exchange in NIST's scripts. */
  if (ax_str_eq(id, AX_STR("request"))) return of_last(s, true, out, err);
  if (ax_str_eq(id, AX_STR("response"))) return of_last(s, false, out, err);
  return none_such(id, err);
}

/* Why the body is no tree; the parser's own words, with the place. */
static ax_status no_json(const ax_source *source, ax_str type, ax_error *err) {
  const ax_result_exchange *e = source->exchange;
  ax_str body = AX_STR(""), coding = AX_STR("");
  const ax_json *tree;
  ax_json_fault fault;
  if (e) body = source->is_request ? e->request_body : e->response_body;
  if (!body.len)
    return ax_error_set(err, AX_NOT_FOUND, AX_STR_FMT " has no body",
                        AX_STR_ARG(source->name));
  if (!source->is_request)
    coding = ax_result_response_header(e, AX_STR("Content-Encoding"));
  ax_arena *arena = ax_arena_new(DOCUMENT);
  ax_status status =
      arena ? ax_json_parse(arena, body, &tree, &fault) : AX_NOMEM;
  ax_arena_free(arena);
  if (status == AX_NOMEM) return status;
  if (!status)
    fault = (ax_json_fault){ .place = { 1, 1 },
                             .text = "neither an object nor a list" };
  return ax_error_set(err, AX_NOT_FOUND,
                      AX_STR_FMT " has a body that is not JSON (" AX_STR_FMT
                                 "%s" AX_STR_FMT "): %u:%u: %s",
                      AX_STR_ARG(source->name),
                      AX_STR_ARG(type.len ? type : AX_STR("no Content-Type")),
                      coding.len ? ", Content-Encoding " : "",
                      AX_STR_ARG(coding), fault.place.line, fault.place.column,
                      fault.text);
}

ax_status ax_source_need_json(const ax_source *source, ax_error *err) {
  if (source->json) return AX_OK;
  const ax_result_exchange *e = source->exchange;
  if (e && !source->is_request && !e->status)
    return ax_error_set(err, AX_NOT_FOUND,
                        AX_STR_FMT " did not come: " AX_STR_FMT,
                        AX_STR_ARG(source->name), AX_STR_ARG(e->failure));
  ax_str type = AX_STR("");
  if (e)
    type = source->is_request
               ? ax_result_request_header(e, AX_STR("Content-Type"))
               : ax_result_response_header(e, AX_STR("Content-Type"));
  if (ax_wire_is_xml(type))
    return ax_error_set(err, AX_UNSUPPORTED, "XML bodies (%s)", AX_WIRE_HINT);
  return no_json(source, type, err);
}

ax_status ax_source_header(const ax_source *source, ax_str name, ax_str *out,
                           ax_error *err) {
  if (!source->exchange)
    return ax_error_set(err, AX_INVALID,
                        "'" AX_STR_FMT "' is a fixture and has no headers",
                        AX_STR_ARG(source->name));
  *out = source->is_request ? ax_result_request_header(source->exchange, name)
                            : ax_result_response_header(source->exchange, name);
  if (out->len) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND,
                      AX_STR_FMT " has no header " AX_STR_FMT,
                      AX_STR_ARG(source->name), AX_STR_ARG(name));
}

/* --- targets -------------------------------------------------------------- */

/* Takes the last segment off a path. */
static ax_str last_segment(ax_str *path) {
  size_t at = path->len;
  while (at > 0 && path->ptr[at - 1] != '/') at--;
  ax_str segment = ax_str_skip(*path, at);
  path->len = at ? at - 1 : 0;
  return segment;
}

ax_str ax_source_of_url(ax_str url, ax_str *version) {
  size_t query = ax_str_find(url, AX_STR("?"));
  ax_str path = { url.ptr, query == AX_STR_NONE ? url.len : query };
  *version = AX_STR("");
  ax_str whole = path;
  ax_str id = last_segment(&path);
  ax_str type = last_segment(&path);
  if (ax_str_eq(type, AX_STR("_history"))) {
    *version = id;
    whole.len = (size_t)(type.ptr - whole.ptr) - 1;
    id = last_segment(&path);
    type = last_segment(&path);
  }
  bool good = id.len && type.len && type.ptr[0] >= 'A' && type.ptr[0] <= 'Z';
  if (!good) return AX_STR("");
  return ax_str_skip(whole, (size_t)(type.ptr - whole.ptr));
}

static ax_status of_body(ax_state *s, const ax_source *source, ax_str *out,
                         ax_str *version, ax_error *err) {
  ax_str type = AX_JSON_STR(source->json, "resourceType");
  ax_str id = AX_JSON_STR(source->json, "id");
  *version = AX_JSON_STR(AX_JSON_GET(source->json, "meta"), "versionId");
  if (!type.len || !id.len)
    return ax_error_set(err, AX_NOT_FOUND,
                        "'" AX_STR_FMT
                        "' says of no resource which id it has on the target",
                        AX_STR_ARG(source->name));
  *out = AX_JOIN(s->arena, type, AX_STR("/"), id);
  return out->ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_source_target(ax_state *s, ax_str id, ax_str *out, ax_str *version,
                           ax_error *err) {
  ax_source source;
  AX_TRY(ax_source_find(s, id, false, &source, err));
  const ax_result_exchange *e = source.exchange;
  *version = AX_STR("");
  if (!e) {
    const char *known = ax_map_get(s->server_ids, id);
    if (known) {
      *out = ax_source_of_url(ax_str_from(known), version);
      return AX_OK;
    }
    return of_body(s, &source, out, version, err);
  }
  *out = ax_source_of_url(ax_result_response_header(e, AX_STR("Location")),
                          version);
  if (out->len) return AX_OK;
  if (source.json && AX_JSON_STR(source.json, "id").len &&
      !ax_str_eq(AX_JSON_STR(source.json, "resourceType"),
                 AX_STR("OperationOutcome")))
    return of_body(s, &source, out, version, err);
  *out = ax_source_of_url(e->url, version);
  if (out->len) return AX_OK;
  return of_body(s, &source, out, version, err);
}
