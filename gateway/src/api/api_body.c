#include "api/api.h"
#include "http/http_headers.h"
#include "json/json_parse.h"

static bool is_json_media(ax_api_call *call) {
  const char *why = "";
  ax_str type = ax_http_get_header(call->rq, AX_STR("Content-Type"));
  ax_http_media media = ax_http_media_of_body(type, &why);
  if (media == AX_HTTP_MEDIA_FHIR || media == AX_HTTP_MEDIA_JSON) return true;
  if (media == AX_HTTP_MEDIA_FORM) why = "a form is not what is expected here";
  ax_api_error_refuse(call, 415, AX_ISSUE_NOT_SUPPORTED,
                      "%s (Content-Type \"%.60s\"): send "
                      "application/fhir+json",
                      why,
                      type.len ? ax_arena_str(call->rq->arena, type).ptr : "");
  return false;
}

bool ax_api_body_json(ax_api_call *call, const ax_json **out) {
  if (!is_json_media(call)) return false;
  if (call->rq->body.len == 0) {
    ax_api_error_refuse(call, 400, AX_ISSUE_STRUCTURE,
                        "the request has no body, a resource is expected");
    return false;
  }
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

static ax_api_return named_return(ax_str value) {
  if (ax_http_equal(value, AX_STR("minimal"))) return AX_API_RETURN_MINIMAL;
  if (ax_http_equal(value, AX_STR("representation")))
    return AX_API_RETURN_REPRESENTATION;
  if (ax_http_equal(value, AX_STR("OperationOutcome")))
    return AX_API_RETURN_OUTCOME;
  return AX_API_RETURN_DEFAULT;
}

ax_api_return ax_api_body_prefer(const ax_http_request *rq) {
  for (size_t i = 0; i < rq->header_count; i++) {
    if (!ax_http_equal(rq->headers[i].name, AX_STR("Prefer"))) continue;
    ax_str rest = rq->headers[i].value, element;
    while (ax_http_headers_next(&rest, &element)) {
      ax_str value = ax_str_cut(&element, ';');
      ax_str name = ax_http_trim(ax_str_cut(&value, '='));
      if (!ax_http_equal(name, AX_STR("return"))) continue;
      value = ax_http_trim(value);
      if (value.len > 1 && value.ptr[0] == '"')
        value = (ax_str){ value.ptr + 1, value.len - 2 };
      return named_return(value);
    }
  }
  return AX_API_RETURN_DEFAULT;
}

ax_intake_request ax_api_body_intake(ax_api_call *call, const ax_json *doc) {
  return (ax_intake_request){ .arena = call->rq->arena,
                              .source = call->rq->body,
                              .doc = doc,
                              .base = call->base,
                              .request_id = call->rq->id,
                              .caller = ax_api_once_sender(call) };
}
