#include "api/api.h"
#include "json/json_parse.h"
#include "search/search.h"

enum { PROFILES_MAX = 16 };

typedef struct {
  const ax_json *resource; /* NULL: none was given */
  ax_str source;           /* the text it was read from */
  ax_str path;
  ax_str profiles[PROFILES_MAX];
  size_t profile_count;
  ax_str mode;
} request;

static bool add_profile(ax_api_call *call, request *out, ax_str profile) {
  if (out->profile_count < PROFILES_MAX) {
    out->profiles[out->profile_count++] = profile;
    return true;
  }
  ax_api_error_refuse(call, 400, AX_ISSUE_TOO_COSTLY,
                      "at most %d profiles are checked in one request",
                      PROFILES_MAX);
  return false;
}

/* value[x] of a parameter, of the types that $validate knows. */
static ax_str value_of(const ax_json *part) {
  static const ax_str names[] = {
    AX_STR_INIT("valueCode"), AX_STR_INIT("valueCanonical"),
    AX_STR_INIT("valueUri"), AX_STR_INIT("valueUrl"), AX_STR_INIT("valueString")
  };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    ax_str text = ax_json_str(part, names[i]);
    if (text.len) return text;
  }
  return AX_STR("");
}

static bool take_option(ax_api_call *call, request *out, ax_str name,
                        ax_str value) {
  if (ax_str_eq(name, AX_STR("mode"))) {
    out->mode = value;
    return true;
  }
  if (ax_str_eq(name, AX_STR("profile")))
    return value.len == 0 || add_profile(call, out, value);
  if (ax_str_eq(name, AX_STR("_format")) || ax_str_eq(name, AX_STR("_pretty")))
    return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_NOT_SUPPORTED,
                      "$validate knows the parameters resource, mode and "
                      "profile, not \"%.*s\"",
                      (int)(name.len < 80 ? name.len : 80), name.ptr);
  return false;
}

static bool has_part(const ax_json *doc, ax_str name) {
  const ax_json *parts = AX_JSON_GET(doc, "parameter");
  for (size_t i = 0; i < ax_json_count(parts); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(parts, i), "name"), name))
      return true;
  return false;
}

static bool take_parameters(ax_api_call *call, const ax_json *doc,
                            request *out) {
  const ax_json *parts = AX_JSON_GET(doc, "parameter");
  out->resource = NULL;
  for (size_t i = 0; i < ax_json_count(parts); i++) {
    const ax_json *part = ax_json_item(parts, i);
    ax_str name = AX_JSON_STR(part, "name");
    if (ax_str_eq(name, AX_STR("resource")))
      out->resource = AX_JSON_GET(part, "resource");
    else if (!take_option(call, out, name, value_of(part)))
      return false;
  }
  return true;
}

static bool take_query(ax_api_call *call, request *out) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  if (!ax_api_body_query(call, &pairs, &count)) return false;
  for (size_t i = 0; i < count; i++)
    if (!take_option(call, out, pairs[i].name, pairs[i].value)) return false;
  return true;
}

/* A deletion is about a resource that is named: by the address, or by the one
 * sent. */
static bool can_name(ax_api_call *call, const request *rq) {
  if (call->id.len || AX_JSON_STR(rq->resource, "id").len) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_REQUIRED,
                      "the mode \"delete\" needs to know what: ask "
                      "Type/id/$validate, or send a resource with an id");
  return false;
}

static bool is_possible(ax_api_call *call, const request *rq) {
  static const ax_str modes[] = { AX_STR_INIT(""), AX_STR_INIT("create"),
                                  AX_STR_INIT("update"), AX_STR_INIT("delete"),
                                  AX_STR_INIT("profile") };
  bool known = false;
  for (size_t i = 0; i < AX_COUNT(modes); i++)
    if (ax_str_eq(rq->mode, modes[i])) known = true;
  if (!known)
    ax_api_error_refuse(call, 400, AX_ISSUE_NOT_SUPPORTED,
                        "the mode of $validate may be create, update, delete "
                        "or profile");
  else if (ax_str_eq(rq->mode, AX_STR("delete")))
    return can_name(call, rq);
  else if (!rq->resource || !AX_JSON_STR(rq->resource, "resourceType").len)
    ax_api_error_refuse(call, 400, AX_ISSUE_REQUIRED,
                        "$validate needs a resource: as the body, or as the "
                        "part \"resource\" of Parameters");
  else if (ax_str_eq(rq->mode, AX_STR("profile")) && !rq->profile_count)
    ax_api_error_refuse(call, 400, AX_ISSUE_REQUIRED,
                        "the mode \"profile\" needs the parameter profile");
  else
    return true;
  return false;
}

/* Would it go, and is there anything? */
static void judge_delete(ax_api_call *call, const request *rq) {
  ax_stored found = { 0 };
  ax_error err = { 0 };
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  ax_str type =
      call->type.len ? call->type : AX_JSON_STR(rq->resource, "resourceType");
  ax_str id = call->id.len ? call->id : AX_JSON_STR(rq->resource, "id");
  ax_status status = issues
                         ? ax_store_read(call->api->store, call->rq->arena,
                                         type, id, AX_VERSION_ANY, &found, &err)
                         : AX_NOMEM;
  if (status && status != AX_NOT_FOUND) {
    ax_api_error(call, status, &err);
    return;
  }
  if (status || found.deleted)
    ax_fhir_issues_addf(issues, AX_WARNING, AX_ISSUE_NOT_FOUND,
                        "nothing-to-delete", type, NULL, AX_STR(""),
                        "There is no %.*s/%.*s; deleting it would change "
                        "nothing",
                        AX_STR_ARG(type), AX_STR_ARG(id));
  ax_api_answer_issues(call, 200, issues, call->rq->body);
}

/* As an update of the address: it must be this resource. */
static void judge_identity(ax_api_call *call, const request *rq,
                           ax_fhir_issues *issues) {
  bool update = ax_str_eq(rq->mode, AX_STR("update"));
  ax_str id = AX_JSON_STR(rq->resource, "id");
  const ax_json *at = AX_JSON_GET(rq->resource, "id");
  ax_str path =
      AX_JOIN(call->rq->arena, AX_JSON_STR(rq->resource, "resourceType"),
              AX_STR(".id"));
  if (call->id.len ? !ax_str_eq(id, call->id) : update && id.len == 0)
    ax_fhir_issues_addf(issues, AX_ERROR, AX_ISSUE_INVALID, "id-not-of-url",
                        path, at ? at : rq->resource, AX_STR(""),
                        "An update carries the id of its address%s%.*s",
                        call->id.len ? ", which is "
                                     : "; this resource has none",
                        AX_STR_ARG(call->id));
}

static void run(ax_api_call *call, const request *rq) {
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  if (!issues) {
    ax_api_error(call, AX_NOMEM, NULL);
    return;
  }
  ax_str type = AX_JSON_STR(rq->resource, "resourceType");
  if (call->type.len && !ax_str_eq(call->type, type))
    ax_fhir_issues_addf(issues, AX_ERROR, AX_ISSUE_INVALID, "type-mismatch",
                        type, rq->resource, AX_STR(""),
                        "the resource is a %.*s but the address says %.*s",
                        AX_STR_ARG(type), AX_STR_ARG(call->type));
  judge_identity(call, rq, issues);
  ax_status status = ax_validate_run(call->api->validator, rq->resource, type,
                                     rq->profiles, rq->profile_count, issues);
  if (status)
    ax_api_error(call, status, NULL);
  else
    ax_api_answer_issues(call, 200, issues, rq->source);
}

/* Asked of a resource that is here, without another one: it is what is to be
 * checked (R4 Resource-validate). False: answered. */
static bool take_stored(ax_api_call *call, request *rq) {
  ax_stored found = { 0 };
  ax_error err = { 0 };
  const ax_json *doc = NULL;
  ax_json_fault fault = { 0 };
  ax_status status = ax_store_read(call->api->store, call->rq->arena,
                                   call->type, call->id, 0, &found, &err);
  if (status == AX_NOT_FOUND)
    ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND,
                        "there is no %.*s/%.*s to validate",
                        AX_STR_ARG(call->type), AX_STR_ARG(call->id));
  else if (status == AX_OK && found.deleted)
    ax_api_error_refuse(call, 410, AX_ISSUE_DELETED, "%.*s/%.*s was deleted",
                        AX_STR_ARG(call->type), AX_STR_ARG(call->id));
  else if (status ||
           (status = ax_json_parse(call->rq->arena, found.body, &doc, &fault)))
    ax_api_error(call, status, &err);
  rq->resource = doc;
  rq->source = found.body;
  return doc != NULL;
}

/* R4 Resource-validate: 200 and an OperationOutcome whether the resource is
 * valid or not; an error status only when that could not be found out. */
void ax_api_validate(ax_api_call *call) {
  request rq = { .source = call->rq->body };
  ax_str type;
  if (!take_query(call, &rq)) return;
  bool bare = call->rq->body.len == 0 && call->id.len;
  if (bare && ax_str_eq(rq.mode, AX_STR("delete"))) {
    judge_delete(call, &rq);
    return;
  }
  if (bare) {
    if (take_stored(call, &rq) && is_possible(call, &rq)) run(call, &rq);
    return;
  }
  if (!ax_api_body_resource(call, &rq.resource, &type)) return;
  /* Parameters posted to their own type, without a part that wraps a
   * resource, are what is to be checked. */
  bool wraps = ax_str_eq(type, AX_STR("Parameters")) &&
               (!ax_str_eq(call->type, type) ||
                has_part(rq.resource, AX_STR("resource")));
  if (wraps && !take_parameters(call, rq.resource, &rq)) return;
  if (!is_possible(call, &rq)) return;
  if (ax_str_eq(rq.mode, AX_STR("delete")))
    judge_delete(call, &rq);
  else
    run(call, &rq);
}
