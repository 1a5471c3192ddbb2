#include "api/api.h"
#include "json/json_parse.h"

bool ax_api_body_query(ax_api_call *call, ax_search_pair **pairs,
                       size_t *count) {
  ax_error err = { 0 };
  ax_status status =
      ax_search_pairs(call->rq->arena, call->rq->query, pairs, count, &err);
  if (status) ax_api_error(call, status, &err);
  return status == AX_OK;
}

static bool is_json_media(ax_api_call *call) {
  const char *why = "";
  ax_str type = ax_http_get_header(call->rq, AX_STR("Content-Type"));
  ax_http_media media = ax_http_media_of_body(type, &why);
  if (media == AX_HTTP_MEDIA_FHIR || media == AX_HTTP_MEDIA_JSON) return true;
  if (media == AX_HTTP_MEDIA_FORM) why = "a form is not what is expected here";
  if (media == AX_HTTP_MEDIA_LINES)
    why = "NDJSON is loaded by POST to a resource type only";
  ax_api_error_refuse(call, 415, AX_ISSUE_NOT_SUPPORTED,
                      "%s (Content-Type \"%.60s\"): send "
                      "application/fhir+json",
                      why,
                      type.len ? ax_arena_str(call->rq->arena, type).ptr : "");
  return false;
}

static bool has_body(ax_api_call *call) {
  if (call->rq->body.len) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_STRUCTURE,
                      "the request has no body, a resource is expected");
  return false;
}

static bool parse(ax_api_call *call, const ax_json **out) {
  if (!has_body(call)) return false;
  ax_json_fault fault = { 0 };
  ax_status status =
      ax_json_parse(call->rq->arena, call->rq->body, out, &fault);
  if (status == AX_OK) return true;
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  if (status == AX_NOMEM || !issues) {
    ax_api_error(call, AX_NOMEM, NULL);
    return false;
  }
  ax_fhir_issues_add_json(issues, &fault);
  ax_api_answer_issues(call, status == AX_TOO_LARGE ? 413 : 400, issues,
                       call->rq->body);
  return false;
}

bool ax_api_body_json(ax_api_call *call, const ax_json **out) {
  ax_str type = ax_http_get_header(call->rq, AX_STR("Content-Type"));
  if (!type.len && !has_body(call)) return false;
  return is_json_media(call) && parse(call, out);
}

/* R4 3.1.0.6. Plain JSON is taken for what its shape says. */
bool ax_api_body_patch(ax_api_call *call, const ax_json **out) {
  ax_str type = ax_http_get_header(call->rq, AX_STR("Content-Type"));
  ax_str rest = type;
  ax_str media = ax_http_trim(ax_str_cut(&rest, ';'));
  bool patch = ax_http_equal(media, AX_STR("application/json-patch+json"));
  const char *why = "";
  ax_http_media known = ax_http_media_of_body(type, &why);
  if (!patch && known != AX_HTTP_MEDIA_FHIR && known != AX_HTTP_MEDIA_JSON) {
    ax_api_error_refuse(call, 415, AX_ISSUE_NOT_SUPPORTED,
                        "a PATCH is application/json-patch+json with a JSON "
                        "Patch, or application/fhir+json with the Parameters "
                        "of a FHIRPath Patch");
    return false;
  }
  if (!parse(call, out)) return false;
  bool parameters =
      ax_str_eq(AX_JSON_STR(*out, "resourceType"), AX_STR("Parameters"));
  bool array = ax_json_is(*out, AX_JSON_ARRAY);
  if (patch ? array : array || parameters) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_STRUCTURE,
                      patch ? "a JSON Patch is an array of operations"
                            : "the body is no FHIRPath Patch: it must be "
                              "Parameters");
  return false;
}

bool ax_api_body_resource(ax_api_call *call, const ax_json **out,
                          ax_str *type) {
  if (!ax_api_body_json(call, out)) return false;
  *type = AX_JSON_STR(*out, "resourceType");
  if (ax_json_is(*out, AX_JSON_OBJECT) && type->len) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_STRUCTURE,
                      "the body is not a FHIR resource: it must be a JSON "
                      "object with a resourceType");
  return false;
}

ax_intake_request ax_api_body_intake(ax_api_call *call, const ax_json *doc) {
  ax_str identifier = AX_JSON_STR(AX_JSON_GET(doc, "identifier"), "value");
  return (ax_intake_request){ .arena = call->rq->arena,
                              .source = call->rq->body,
                              .doc = doc,
                              .base = call->base,
                              .request_id = call->rq->id,
                              .message = identifier,
                              .identifier = identifier,
                              .caller = ax_api_once_sender(call) };
}
