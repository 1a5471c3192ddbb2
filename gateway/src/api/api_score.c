#include "api/api.h"
#include "base/clock.h"
#include "fhir/fhir_date.h"

enum { MODELS_MAX = 64 };

typedef struct {
  const ax_json *bundle;
  ax_str models[MODELS_MAX];
  size_t model_count;
  int64_t as_of_ms;
} request;

static bool take_as_of(ax_api_call *call, const ax_json *part, request *out) {
  ax_str text = AX_JSON_STR(part, "valueDateTime");
  if (!text.len) text = AX_JSON_STR(part, "valueInstant");
  ax_fhir_date date;
  bool fine =
      ax_fhir_date_parse_datetime(text, &date) && date.precision >= AX_DATE_DAY;
  if (fine) out->as_of_ms = date.hi_ms;
  if (fine && date.lo_ms <= ax_clock_wall_ms()) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                      "asOf must be a valueDateTime or valueInstant of at "
                      "least a whole day that is not in the future, not "
                      "\"%.*s\"",
                      (int)(text.len < 80 ? text.len : 80), text.ptr);
  return false;
}

static bool take_model(ax_api_call *call, const ax_json *part, request *out) {
  ax_str name = AX_JSON_STR(part, "valueString");
  if (!name.len) name = AX_JSON_STR(part, "valueCode");
  if (!name.len) name = AX_JSON_STR(part, "valueUri");
  if (name.len && out->model_count < MODELS_MAX) {
    out->models[out->model_count++] = name;
    return true;
  }
  ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                      "a model is named by a valueString, at most %d of them",
                      MODELS_MAX);
  return false;
}

static bool take_part(ax_api_call *call, const ax_json *part, request *out) {
  ax_str name = AX_JSON_STR(part, "name");
  if (ax_str_eq(name, AX_STR("model"))) return take_model(call, part, out);
  if (ax_str_eq(name, AX_STR("asOf"))) return take_as_of(call, part, out);
  if (ax_str_eq(name, AX_STR("bundle"))) {
    out->bundle = AX_JSON_GET(part, "resource");
    return true;
  }
  ax_api_error_refuse(call, 400, AX_ISSUE_NOT_SUPPORTED,
                      "$score knows the parameters bundle, model and asOf, not "
                      "\"%.*s\"",
                      (int)(name.len < 80 ? name.len : 80), name.ptr);
  return false;
}

static bool take_request(ax_api_call *call, const ax_json *doc, ax_str type,
                         request *out) {
  if (ax_str_eq(type, AX_STR("Parameters"))) {
    const ax_json *parts = AX_JSON_GET(doc, "parameter");
    for (size_t i = 0; i < ax_json_count(parts); i++)
      if (!take_part(call, ax_json_item(parts, i), out)) return false;
  } else {
    out->bundle = doc;
  }
  if (ax_str_eq(AX_JSON_STR(out->bundle, "resourceType"), AX_STR("Bundle")))
    return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_REQUIRED,
                      "$score needs a Bundle: as the body, or as the part "
                      "\"bundle\" of Parameters");
  return false;
}

void ax_api_score(ax_api_call *call) {
  const ax_json *doc = NULL;
  ax_str type;
  request rq = { 0 };
  if (!ax_api_body_resource(call, &doc, &type)) return;
  if (!take_request(call, doc, type, &rq)) return;
  ax_buf *answer = ax_api_answer_begin(call);
  if (!answer) return;
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  ax_intake_inputs inputs = { rq.bundle, rq.models, rq.model_count,
                              rq.as_of_ms };
  ax_intake_request input = ax_api_body_intake(call, doc);
  ax_error err = { 0 };
  ax_status status = issues ? ax_intake_score(call->api->intake, &input,
                                              &inputs, answer, issues, &err)
                            : AX_NOMEM;
  if (status)
    ax_api_error(call, status, &err);
  else if (ax_fhir_issues_errors(issues))
    ax_api_answer_issues(call, 422, issues, call->rq->body);
  else
    ax_api_answer_json(call, 200, ax_buf_view(answer));
}
