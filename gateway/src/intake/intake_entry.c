#include "intake/intake_entry.h"

#include "fhir/fhir_date.h"
#include "fhir/fhir_primitive.h"
#include "fhir/fhir_reference.h"
#include "intake/intake_history.h"
#include "intake/intake_patch.h"

typedef struct {
  const ax_intake *intake;
  const ax_intake_request *rq;
  const ax_json *request;
  ax_intake_item *item;
} reading;

static void refuse(const reading *r, int status, ax_issue_type type,
                   const char *id, const char *member, ax_str value,
                   const char *why) {
  ax_str path = ax_intake_item_path(r->item, member);
  const char *name = member;
  for (const char *c = member; *c; c++)
    if (*c == '.') name = c + 1;
  const ax_json *at = ax_json_get(r->request, ax_str_from(name));
  ax_fhir_issues_addf(r->item->issues, AX_ERROR, type, id, path,
                      at ? at : r->item->entry, AX_STR(""), "%s: \"%.*s\"", why,
                      (int)(value.len < 200 ? value.len : 200), value.ptr);
  r->item->method = AX_INTAKE_NOTHING;
  if (r->item->status == 0) r->item->status = status;
}

/* The URL without our base and without a slash at either end. */
static ax_str relative_url(const reading *r) {
  ax_str url = AX_JSON_STR(r->request, "url");
  if (r->rq->base.len && ax_str_starts(url, r->rq->base))
    url = ax_str_skip(url, r->rq->base.len);
  if (url.len && url.ptr[0] == '/') url = ax_str_skip(url, 1);
  if (url.len && url.ptr[url.len - 1] == '/') url.len--;
  return url;
}

static bool known_type(const reading *r, ax_str type) {
  if (ax_registry_is_resource(r->intake->options.registry, type)) return true;
  refuse(r, 404, AX_ISSUE_NOT_SUPPORTED, "type-unknown", ".request.url", type,
         "This is not a resource type of FHIR R4");
  return false;
}

static bool same_type(const reading *r, ax_str type) {
  ax_str sent = AX_JSON_STR(r->item->resource, "resourceType");
  if (!r->item->resource) {
    refuse(r, 400, AX_ISSUE_REQUIRED, "entry-no-resource", ".resource", type,
           "The entry must hold the resource to store, of the type of its URL");
    return false;
  }
  if (ax_str_eq(sent, type)) return true;
  refuse(r, 400, AX_ISSUE_INVALID, "type-not-of-url", ".request.url", type,
         "The resource of the entry is not of the type its URL names");
  return false;
}

/* --- methods ---------------------------------------------------------------
 */

static void read_post(const reading *r) {
  ax_str url = relative_url(r);
  r->item->if_none_exist = AX_JSON_STR(r->request, "ifNoneExist");
  if (ax_str_starts(r->item->if_none_exist, AX_STR("?")))
    r->item->if_none_exist = ax_str_skip(r->item->if_none_exist, 1);
  r->item->type = url;
  if (ax_str_find(url, AX_STR("/")) != AX_STR_NONE ||
      ax_str_find(url, AX_STR("$")) != AX_STR_NONE) {
    refuse(r, 400, AX_ISSUE_NOT_SUPPORTED, "entry-bad-url", ".request.url", url,
           "A POST in a Bundle goes to a resource type; operations and "
           "searches by POST are not offered here");
    return;
  }
  if (known_type(r, url) && same_type(r, url)) r->item->method = AX_INTAKE_POST;
}

/* W/"3", "3", 3 or *. */
static bool read_version(ax_str text, uint64_t *out) {
  if (ax_str_eq(text, AX_STR("*"))) {
    *out = AX_INTAKE_ANY_VERSION;
    return true;
  }
  if (ax_str_starts(text, AX_STR("W/"))) text = ax_str_skip(text, 2);
  if (text.len > 1 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
    text = (ax_str){ text.ptr + 1, text.len - 2 };
  return ax_str_uint64(text, UINT32_MAX, out) && *out > 0;
}

static bool read_condition(const reading *r, const char *name,
                           const char *member, uint64_t *out) {
  ax_str text = ax_json_str(r->request, ax_str_from(name));
  if (text.len == 0 || read_version(text, out)) return true;
  refuse(r, 400, AX_ISSUE_VALUE, "entry-bad-version", member, text,
         "This is a version as W/\"3\", or *");
  return false;
}

/* Type/id, or Type?condition. */
static bool read_target(const reading *r) {
  ax_str url = relative_url(r), query = url;
  ax_str path = ax_str_cut(&query, '?');
  ax_reference ref = ax_fhir_reference_parse(url);
  bool by_id = ref.kind == AX_REF_RELATIVE && ref.version.len == 0;
  bool by_query =
      path.len && query.len && ax_str_find(path, AX_STR("/")) == AX_STR_NONE;
  if (!by_id && !by_query) {
    refuse(r, 400, AX_ISSUE_NOT_SUPPORTED, "entry-bad-url", ".request.url", url,
           "This goes to Type/id or to Type?condition");
    return false;
  }
  r->item->type = by_id ? ref.type : path;
  r->item->id = by_id ? ref.id : AX_STR("");
  r->item->condition = by_id ? AX_STR("") : query;
  return known_type(r, r->item->type) &&
         read_condition(r, "ifMatch", ".request.ifMatch", &r->item->if_match);
}

static void read_put(const reading *r) {
  ax_str sent = AX_JSON_STR(r->item->resource, "id");
  if (!read_target(r) || !same_type(r, r->item->type)) return;
  if (!read_condition(r, "ifNoneMatch", ".request.ifNoneMatch",
                      &r->item->if_none_match))
    return;
  if (r->item->condition.len) {
    r->item->sent_id = sent;
  } else if (!ax_str_eq(sent, r->item->id)) {
    refuse(r, 400, AX_ISSUE_INVALID, "id-not-of-url", ".request.url",
           AX_JSON_STR(r->request, "url"),
           "The resource must carry the id that the URL of its PUT names");
    return;
  }
  r->item->method = AX_INTAKE_PUT;
}

static void read_delete(const reading *r) {
  if (!read_target(r)) return;
  r->item->resource = NULL;
  r->item->method = AX_INTAKE_DELETE;
}

/* A JSON Patch travels as a Binary, a FHIRPath Patch as Parameters
 * (R4 3.1.0.6). */
static ax_status read_patch(const reading *r) {
  const ax_json *body = r->item->resource;
  ax_str type = AX_JSON_STR(body, "resourceType");
  r->item->resource = NULL;
  if (!read_target(r)) return AX_OK;
  if (ax_str_eq(type, AX_STR("Parameters"))) {
    r->item->patch = body;
  } else if (ax_str_eq(type, AX_STR("Binary"))) {
    const char *why = NULL;
    AX_TRY(ax_intake_patch_binary(r->rq->arena, body, &r->item->patch, &why));
    if (why) {
      refuse(r, 400, AX_ISSUE_VALUE, "patch-bad-binary", ".resource", type,
             why);
      return AX_OK;
    }
  } else {
    refuse(r, 400, AX_ISSUE_REQUIRED, "patch-missing", ".resource", type,
           "A PATCH entry holds a Binary with a JSON Patch, or Parameters with "
           "a FHIRPath Patch");
    return AX_OK;
  }
  r->item->method = AX_INTAKE_PATCH;
  return AX_OK;
}

/* What the reader has already (R4 Bundle.entry.request.ifModifiedSince). */
static bool read_known(const reading *r) {
  ax_fhir_date since;
  ax_str text = AX_JSON_STR(r->request, "ifModifiedSince");
  if (!read_condition(r, "ifNoneMatch", ".request.ifNoneMatch",
                      &r->item->if_none_match))
    return false;
  if (!text.len) return true;
  if (!ax_fhir_date_parse_instant(text, &since)) {
    refuse(r, 400, AX_ISSUE_VALUE, "entry-bad-instant",
           ".request.ifModifiedSince", text, "This is no instant");
    return false;
  }
  r->item->if_modified_ms = since.lo_ms;
  return true;
}

/* Type/id or Type/id/_history/version: it reads as a reference does. */
static bool names_one(const ax_intake_item *item, ax_str path) {
  return ax_fhir_reference_parse(path).kind == AX_REF_RELATIVE &&
         ax_str_starts(path, item->type);
}

/* What is read: a resource or one of its versions, a search, a history. */
static bool read_what(const reading *r, ax_str path) {
  ax_intake_item *item = r->item;
  ax_str id, rest = path;
  bool history = ax_intake_history_path(path, &item->type, &id);
  if (!history) item->type = ax_str_cut(&rest, '/');
  if ((!history || item->type.len) && !known_type(r, item->type)) return false;
  static const ax_str end = AX_STR_INIT("/_history");
  ax_str one = { path.ptr, path.len - (history && id.len ? end.len : 0) };
  bool alone = history ? !id.len : !rest.len;
  bool usable = alone || names_one(item, one);
  if (!usable)
    refuse(r, 400, AX_ISSUE_NOT_SUPPORTED, "entry-bad-url", ".request.url",
           item->target,
           "A GET in a Bundle reads Type/id or Type/id/_history/version, "
           "searches Type?parameters, or asks for the _history of Type/id, of "
           "Type or of all");
  return usable;
}

static void read_get(const reading *r) {
  ax_str url = relative_url(r), rest = url;
  r->item->target = url;
  if (!read_what(r, ax_str_cut(&rest, '?')) || !read_known(r)) return;
  r->item->method = AX_INTAKE_GET;
}

static void read_head(const reading *r) {
  r->item->head = true;
  read_get(r);
}

/* --- the entry -------------------------------------------------------------
 */

static const struct {
  const char *name;
  void (*read)(const reading *r);
} methods[] = {
  { "POST", read_post }, { "PUT", read_put },   { "DELETE", read_delete },
  { "GET", read_get },   { "HEAD", read_head },
};

ax_status ax_intake_entry_read(const ax_intake *intake,
                               const ax_intake_request *rq,
                               const ax_bundle_entry *entry,
                               ax_intake_item *item) {
  reading r = { intake, rq, AX_JSON_GET(entry->entry, "request"), item };
  ax_str method = AX_JSON_STR(r.request, "method");
  item->i = entry->i;
  item->in_bundle = true;
  item->method = AX_INTAKE_NOTHING;
  item->entry = entry->entry;
  item->resource = entry->resource;
  item->full_url = entry->full_url;
  if (ax_str_eq(method, AX_STR("PATCH"))) {
    AX_TRY(read_patch(&r));
    return ax_fhir_issues_complete(item->issues) ? AX_OK : AX_NOMEM;
  }
  for (size_t i = 0; i < AX_COUNT(methods); i++)
    if (ax_str_eq(method, ax_str_from(methods[i].name))) {
      methods[i].read(&r);
      return ax_fhir_issues_complete(item->issues) ? AX_OK : AX_NOMEM;
    }
  refuse(&r, 400, AX_ISSUE_REQUIRED, "entry-no-request", ".request", method,
         "Each entry of a batch or transaction needs a request with a method "
         "of HTTP (R4 bdl-3)");
  return ax_fhir_issues_complete(item->issues) ? AX_OK : AX_NOMEM;
}
