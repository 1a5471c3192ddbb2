/*
 * Bundle.entry.request of batches and transactions: a URL below the server's
 * base that the method can be used with, and a resource where the method needs
 * one, of the type that the URL names (R4 http.html#transaction, bundle.html).
 */
#include <string.h>

#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Bundle", out);
}

typedef struct {
  ax_walk *walk;
  const ax_bundle_entry *entry;
  ax_place at, request;
  ax_str method, url;
  ax_str type; /* that the URL begins with */
  ax_str rest; /* what follows it, without the slash */
  bool has_query;
} demand;

#define REPORT(d, severity, id, place, ...)                             \
  ax_walk_issue((d)->walk, (severity), AX_ISSUE_INVALID, (id), (place), \
                __VA_ARGS__)

static bool is_method(const demand *d, const char *name) {
  return ax_str_eq(d->method, ax_str_from(name));
}

/* "Patient/1?x" has the type Patient and the rest "1". */
static void read_url(demand *d) {
  ax_str path = d->url, query = path;
  path = ax_str_cut(&query, '?');
  d->has_query = path.len < d->url.len;
  if (path.len && path.ptr[0] == '/') path = ax_str_skip(path, 1);
  d->type = ax_str_cut(&path, '/');
  d->rest = path;
}

static bool is_operation(const demand *d) {
  return memchr(d->url.ptr, '$', d->url.len) != NULL;
}

static bool is_absolute(ax_str url) {
  return ax_str_starts(url, AX_STR("http://")) ||
         ax_str_starts(url, AX_STR("https://")) ||
         ax_str_starts(url, AX_STR("urn:"));
}

/* GET and HEAD may be anything that the server answers. */
static void check_url(const demand *d) {
  bool post = is_method(d, "POST"), put = is_method(d, "PUT");
  if (is_absolute(d->url)) {
    REPORT(d, AX_ERROR, "bundle-request-url", &d->request,
           "The url '" AX_STR_FMT
           "' is absolute; it must be relative to the server's base, such as "
           "Patient or Patient/1",
           AX_STR_ARG(d->url));
    return;
  }
  if (!(post || put) || is_operation(d) || !d->entry->type.len) return;
  if (post && ax_str_eq(d->rest, AX_STR("_search"))) return;
  if (!ax_str_eq(d->type, d->entry->type))
    REPORT(d, AX_ERROR, "bundle-request-type", &d->request,
           "The url '" AX_STR_FMT "' is for another type than the "
           "resource, which is a " AX_STR_FMT,
           AX_STR_ARG(d->url), AX_STR_ARG(d->entry->type));
  else if (put && !d->rest.len && !d->has_query)
    REPORT(d, AX_ERROR, "bundle-request-url", &d->request,
           "The url '" AX_STR_FMT
           "' of a PUT must say which resource: Type/id or Type?query",
           AX_STR_ARG(d->url));
  else if (put && d->rest.len && d->entry->id.len &&
           !ax_str_eq(d->rest, d->entry->id))
    REPORT(d, AX_ERROR, "bundle-request-id", &d->request,
           "The url '" AX_STR_FMT
           "' is for another id than the resource's, " AX_STR_FMT,
           AX_STR_ARG(d->url), AX_STR_ARG(d->entry->id));
}

static void check_resource(const demand *d) {
  bool post = is_method(d, "POST") && !is_operation(d) &&
              !ax_str_eq(d->rest, AX_STR("_search"));
  bool reads =
      is_method(d, "GET") || is_method(d, "HEAD") || is_method(d, "DELETE");
  if ((post || is_method(d, "PUT")) && !d->entry->resource)
    REPORT(d, AX_ERROR, "bundle-request-resource", &d->at,
           "A " AX_STR_FMT " needs a resource, but the entry has none",
           AX_STR_ARG(d->method));
  if (reads && d->entry->resource)
    REPORT(d, AX_WARNING, "bundle-request-resource", &d->at,
           "A " AX_STR_FMT " takes no resource, but the entry has one",
           AX_STR_ARG(d->method));
}

/* "201 Created": three digits, then perhaps words (R4 Bundle.entry.response).
 */
static void check_status(ax_walk *walk, const ax_place *entry) {
  const ax_place response = ax_place_member(entry, AX_STR("response"));
  const ax_place at = ax_place_member(&response, AX_STR("status"));
  ax_str text = ax_json_text(at.value);
  bool fine = text.len >= 3 && (text.len == 3 || text.ptr[3] == ' ');
  if (!text.len) return;
  for (size_t i = 0; fine && i < 3; i++)
    fine = text.ptr[i] >= '0' && text.ptr[i] <= '9';
  if (!fine)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "bundle-response-status", &at,
                  "The status '" AX_STR_FMT
                  "' must begin with the three digits of an HTTP status, such "
                  "as '201 Created'",
                  AX_STR_ARG(ax_walk_shown(at.value)));
}

static void check_entry(ax_walk *walk, const ax_place *bundle,
                        const ax_bundle_entry *entry) {
  demand d = { .walk = walk, .entry = entry };
  d.at = ax_place_item(bundle, AX_STR("entry"), entry->i);
  d.request = ax_place_member(&d.at, AX_STR("request"));
  d.method = AX_JSON_STR(d.request.value, "method");
  d.url = AX_JSON_STR(d.request.value, "url");
  check_status(walk, &d.at);
  if (!d.method.len || !d.url.len) return;
  read_url(&d);
  check_url(&d);
  check_resource(&d);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str type = AX_JSON_STR(place->value, "type");
  (void)self;
  if (walk->bundle_json != place->value || ax_str_eq(type, AX_STR("history")))
    return;
  for (size_t i = 0; i < ax_fhir_bundle_count(walk->bundle); i++)
    check_entry(walk, place, ax_fhir_bundle_at(walk->bundle, i));
}

const ax_check_kind ax_check_request = { "request", compile, run,
                                         ax_check_explain };
