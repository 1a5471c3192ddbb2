#include "api/api.h"
#include "base/clock.h"
#include "http/http_route.h"
#include "search/search.h"

static const struct {
  ax_http_method method;
  const char *name;
} method_names[] = {
  { AX_HTTP_GET, "GET" },         { AX_HTTP_HEAD, "HEAD" },
  { AX_HTTP_POST, "POST" },       { AX_HTTP_PUT, "PUT" },
  { AX_HTTP_PATCH, "PATCH" },     { AX_HTTP_DELETE, "DELETE" },
  { AX_HTTP_OPTIONS, "OPTIONS" },
};

/* "GET, HEAD, OPTIONS" */
static ax_str allow_list(ax_api_call *call, unsigned methods) {
  ax_buf *list = ax_api_answer_begin(call);
  if (!list) return AX_STR("");
  if (methods & AX_HTTP_GET) methods |= AX_HTTP_HEAD;
  methods |= AX_HTTP_OPTIONS;
  for (size_t i = 0; i < AX_COUNT(method_names); i++) {
    if (!(methods & method_names[i].method)) continue;
    if (list->len) ax_buf_append(list, AX_STR(", "));
    ax_buf_append(list, ax_str_from(method_names[i].name));
  }
  return ax_buf_view(list);
}

/* The `_format` parameter of the URL, or empty. */
static ax_str format_of(ax_api_call *call) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  if (call->rq->query.len == 0) return AX_STR("");
  if (ax_search_pairs(call->rq->arena, call->rq->query, &pairs, &count, NULL))
    return AX_STR(""); /* a broken query is told by whoever needs it */
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(pairs[i].name, AX_STR("_format"))) return pairs[i].value;
  return AX_STR("");
}

/* `_format` beats Accept (R4 3.1.0.1.11). */
static bool settle_media(ax_api_call *call) {
  ax_str accept = ax_http_get_header(call->rq, AX_STR("Accept"));
  ax_str format = format_of(call);
  ax_http_media media = format.len ? ax_http_media_format(format)
                                   : ax_http_media_accepted(accept);
  if (media != AX_HTTP_MEDIA_NONE) {
    call->media = media;
    return true;
  }
  ax_str asked = ax_arena_str(call->rq->arena, format.len ? format : accept);
  ax_api_error_refuse(call, 406, AX_ISSUE_NOT_SUPPORTED,
                      "\"%.80s\" cannot be served: FHIR R4 is spoken here as "
                      "application/fhir+json or application/json",
                      asked.ptr ? asked.ptr : "");
  return false;
}

static bool is_known_type(ax_api_call *call) {
  if (call->type.len == 0) return true;
  if (ax_registry_is_resource(call->api->registry, call->type)) return true;
  ax_api_error_refuse(call, 404, AX_ISSUE_NOT_SUPPORTED,
                      "\"%.*s\" is not a resource type of FHIR R4",
                      (int)(call->type.len < 80 ? call->type.len : 80),
                      call->type.ptr);
  return false;
}

static void refuse_path(ax_api_call *call, unsigned allowed) {
  if (allowed == 0) {
    ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND,
                        "there is nothing at this address; the API is "
                        "described at %.*s/metadata",
                        AX_STR_ARG(call->base));
    return;
  }
  ax_str list = allow_list(call, allowed);
  if (!list.len) return;
  ax_http_set_header(call->rs, AX_STR("Allow"), list);
  if (call->rq->method == AX_HTTP_OPTIONS) {
    call->rs->status = 204;
    return;
  }
  ax_api_error_refuse(
      call, 405, AX_ISSUE_NOT_SUPPORTED,
      "%.*s is not offered at this address, only %.*s",
      (int)(call->rq->method_name.len < 20 ? call->rq->method_name.len : 20),
      call->rq->method_name.ptr, AX_STR_ARG(list));
}

/* Has the sender a request left? */
static bool is_in_time(ax_api_call *call) {
  if (!call->api->rate) return true;
  int64_t wait = ax_http_rate_take(call->api->rate, ax_api_once_sender(call),
                                   ax_clock_mono_ns());
  if (wait == 0) return true;
  ax_str seconds = ax_arena_printf(call->rq->arena, "%lld",
                                   (long long)((wait + 999) / 1000));
  if (seconds.ptr) ax_http_set_header(call->rs, AX_STR("Retry-After"), seconds);
  ax_api_error_refuse(call, 429, AX_ISSUE_THROTTLED,
                      "this sender sends faster than is agreed here; the next "
                      "request is welcome in %lld ms",
                      (long long)wait);
  return false;
}

/* A search, and a conditional create, must not miss what is there. */
bool ax_api_serve_indexed(ax_api_call *call) {
  const ax_api *api = call->api;
  if (!api->indexed || api->indexed(api->ready_ctx, NULL)) return true;
  ax_buf *why = ax_api_answer_begin(call);
  if (!why || api->indexed(api->ready_ctx, why)) return why != NULL;
  ax_buf_append_char(why, '\0');
  ax_http_set_header(call->rs, AX_STR("Retry-After"), AX_STR("5"));
  ax_api_error_refuse(call, 503, AX_ISSUE_TRANSIENT, "%s",
                      why->status ? "not ready yet" : why->bytes);
  return false;
}

/* While the search index is made anew only what does without it is served. */
static bool is_indexed(ax_api_call *call, const ax_api_route *route) {
  return route->plain || route->admin || route->indexless ||
         ax_api_serve_indexed(call);
}

/* May this caller use this address now, and in this form? */
static bool is_welcome(ax_api_call *call, const ax_api_route *route) {
  if (route->admin) return ax_api_admin_allowed(call);
  return route->plain || (is_in_time(call) && settle_media(call));
}

/* OPTIONS says what an address offers; a browser's question whether it may
 * call (a preflight) is one. */
static void dispatch(ax_api_call *call, const ax_http_path *path) {
  unsigned method = call->rq->method, allowed = 0;
  if (method == AX_HTTP_HEAD) method = AX_HTTP_GET;
  for (size_t i = 0; i < call->api->route_count; i++) {
    const ax_api_route *route = &call->api->routes[i];
    ax_http_captures found;
    if (!ax_http_route_match(route->pattern, path, &found)) continue;
    allowed |= route->methods;
    if (!(route->methods & method)) continue;
    call->type = found.type;
    call->id = found.id;
    call->version = found.version;
    if (is_welcome(call, route) && is_known_type(call) &&
        is_indexed(call, route))
      route->run(call);
    return;
  }
  refuse_path(call, allowed);
}

/* "/fhir/R4/..." is "/fhir/...": what some clients are set up to call. Its
 * answers lead on under the same name. */
static void settle_alias(ax_api_call *call, ax_http_path *path) {
  if (path->count < 2 || !ax_str_eq(path->segments[0], AX_STR("fhir")) ||
      !ax_str_eq(path->segments[1], AX_STR("R4")))
    return;
  for (size_t i = 2; i < path->count; i++)
    path->segments[i - 1] = path->segments[i];
  path->count--;
  ax_str base = AX_JOIN(call->rq->arena, call->base, AX_STR("/R4"));
  if (base.ptr) call->base = base;
}

static ax_str base_of(const ax_api *api, const ax_http_request *rq) {
  if (api->base) return ax_str_from(api->base);
  ax_str host = rq->host.len ? rq->host : AX_STR("localhost");
  ax_str base = ax_arena_printf(rq->arena, "http://" AX_STR_FMT "/fhir",
                                AX_STR_ARG(host));
  return base.ptr ? base : AX_STR("http://localhost/fhir");
}

void ax_api_serve(void *api, ax_http_request *rq, ax_http_response *rs) {
  ax_api_call call = { .api = api,
                       .rq = rq,
                       .rs = rs,
                       .base = base_of(api, rq),
                       .media = AX_HTTP_MEDIA_FHIR };
  ax_http_set_header(rs, AX_STR("X-Request-Id"), rq->id);
  ax_http_path path;
  ax_status status = ax_http_route_split(rq->arena, rq->path, &path);
  if (status == AX_OK) {
    settle_alias(&call, &path);
    dispatch(&call, &path);
  } else if (status == AX_NOT_FOUND) {
    refuse_path(&call, 0);
  } else {
    ax_api_error(&call, status, NULL);
  }
  ax_api_form_finish(&call);
}
