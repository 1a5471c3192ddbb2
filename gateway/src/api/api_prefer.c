/* The Prefer field (RFC 7240; R4 3.1.0.1.4, 3.1.1.2) and the fields that make a
 * request conditional (RFC 9110 13). */
#include "api/api.h"
#include "http/http_headers.h"

static ax_api_return named_return(ax_str value) {
  if (ax_http_equal(value, AX_STR("minimal"))) return AX_API_RETURN_MINIMAL;
  if (ax_http_equal(value, AX_STR("representation")))
    return AX_API_RETURN_REPRESENTATION;
  if (ax_http_equal(value, AX_STR("OperationOutcome")))
    return AX_API_RETURN_OUTCOME;
  return AX_API_RETURN_DEFAULT;
}

/* Of a preference that comes more than once the first counts (RFC 7240 2). */
typedef struct {
  ax_api_prefer out;
  bool has_return, has_handling;
} preferences;

static void take(preferences *p, ax_str name, ax_str value) {
  if (ax_http_equal(name, AX_STR("respond-async"))) p->out.async = true;
  if (ax_http_equal(name, AX_STR("return")) && !p->has_return) {
    p->out.wants = named_return(value);
    p->has_return = true;
  }
  if (ax_http_equal(name, AX_STR("handling")) && !p->has_handling) {
    p->out.lenient = ax_http_equal(value, AX_STR("lenient"));
    p->has_handling = true;
  }
}

ax_api_prefer ax_api_prefer_of(const ax_http_request *rq) {
  preferences p = { .out = { .wants = AX_API_RETURN_DEFAULT } };
  for (size_t i = 0; i < rq->header_count; i++) {
    if (!ax_http_equal(rq->headers[i].name, AX_STR("Prefer"))) continue;
    ax_str rest = rq->headers[i].value, element;
    while (ax_http_headers_next(&rest, &element)) {
      ax_str value = ax_str_cut(&element, ';');
      ax_str name = ax_http_trim(ax_str_cut(&value, '='));
      value = ax_http_trim(value);
      if (value.len > 1 && value.ptr[0] == '"')
        value = (ax_str){ value.ptr + 1, value.len - 2 };
      take(&p, name, value);
    }
  }
  return p.out;
}

/* W/"3", "3", or what many clients send: 3. */
static bool read_tag(ax_str tag, uint64_t *out) {
  if (ax_str_eq(tag, AX_STR("*"))) {
    *out = AX_INTAKE_ANY_VERSION;
    return true;
  }
  if (ax_str_starts(tag, AX_STR("W/"))) tag = ax_str_skip(tag, 2);
  if (tag.len > 1 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"')
    tag = (ax_str){ tag.ptr + 1, tag.len - 2 };
  return ax_str_uint64(tag, UINT32_MAX, out) && *out > 0;
}

bool ax_api_prefer_version(ax_api_call *call, ax_str field, uint64_t *out) {
  ax_str list = ax_http_get_header(call->rq, field), element, second;
  *out = 0;
  if (!ax_http_headers_next(&list, &element)) return true;
  if (ax_http_headers_next(&list, &second)) {
    ax_api_error_refuse(call, 400, AX_ISSUE_NOT_SUPPORTED,
                        "%.*s may name one version here, not several",
                        AX_STR_ARG(field));
    return false;
  }
  if (read_tag(ax_http_trim(element), out)) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                      "%.*s is \"%.60s\"; it must be a version as in an ETag "
                      "of ours, W/\"3\", or *",
                      AX_STR_ARG(field),
                      ax_arena_cstr(call->rq->arena, element));
  return false;
}
