/* The CapabilityStatement: what the tables say we can do (R4 3.1.0.8). */
#include <string.h>

#include "api/api.h"
#include "base/vec.h"
#include "search/search.h"
#include "json/json_write.h"

#define MEMBER(w, name, literal) \
  ax_json_write_member((w), AX_STR(name), AX_STR(literal))

static bool is_about_type(const ax_api_route *route) {
  return strstr(route->pattern, "{type}") != NULL;
}

static void write_codes(ax_json_writer *w, const ax_api *api, bool about_type) {
  for (size_t i = 0; i < api->route_count; i++) {
    const ax_api_route *route = &api->routes[i];
    ax_str rest = ax_str_from(route->interactions ? route->interactions : "");
    if (is_about_type(route) != about_type) continue;
    while (rest.len) {
      ax_json_write_object(w);
      ax_json_write_member(w, AX_STR("code"), ax_str_cut(&rest, ' '));
      ax_json_write_close(w);
    }
  }
}

/* `type`: empty for those of the system. */
static bool is_operation_of(const ax_api_route *route, ax_str type) {
  return route->operation && is_about_type(route) == (type.len > 0) &&
         (!route->only || ax_str_eq(ax_str_from(route->only), type));
}

static bool has_operation(const ax_api *api, ax_str type) {
  for (size_t i = 0; i < api->route_count; i++)
    if (is_operation_of(&api->routes[i], type)) return true;
  return false;
}

static void write_operations(ax_json_writer *w, const ax_api *api,
                             ax_str type) {
  if (!has_operation(api, type)) return;
  ax_json_write_key(w, AX_STR("operation"));
  ax_json_write_array(w);
  for (size_t i = 0; i < api->route_count; i++) {
    const ax_api_route *route = &api->routes[i];
    if (!is_operation_of(route, type)) continue;
    ax_json_write_object(w);
    ax_json_write_member(w, AX_STR("name"), ax_str_from(route->operation));
    ax_json_write_member(w, AX_STR("definition"),
                         ax_str_from(route->definition));
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

static void write_params(ax_json_writer *w, ax_search *search, ax_str type) {
  ax_search_param param;
  ax_json_write_key(w, AX_STR("searchParam"));
  ax_json_write_array(w);
  for (size_t i = 0; ax_search_param_at(search, type, i, &param); i++) {
    ax_json_write_object(w);
    ax_json_write_member(w, AX_STR("name"), param.name);
    ax_json_write_member(w, AX_STR("definition"), param.definition);
    ax_json_write_member(w, AX_STR("type"), param.kind);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

/* --- _include, _revinclude -------------------------------------------------
 */

/* Every reference that can be searched by. */
typedef struct {
  ax_str type;
  ax_search_param param;
} link;
typedef AX_VEC(link) link_list;

static ax_status add_links(ax_search *search, ax_arena *arena, ax_str type,
                           link_list *out) {
  ax_search_param param;
  for (size_t i = 0; ax_search_param_at(search, type, i, &param); i++) {
    if (!ax_str_eq(param.kind, AX_STR("reference"))) continue;
    link *slot = AX_VEC_PUSH(out, arena);
    if (!slot) return AX_NOMEM;
    *slot = (link){ type, param };
  }
  return AX_OK;
}

static bool leads_to(const link *l, ax_str type) {
  for (size_t i = 0; i < l->param.target_count; i++)
    if (ax_str_eq(l->param.targets[i], type)) return true;
  return l->param.target_count == 0;
}

static void write_link(ax_json_writer *w, const link *l) {
  ax_buf text = AX_BUF_INIT(512);
  ax_buf_append(&text, l->type);
  ax_buf_append_char(&text, ':');
  ax_buf_append(&text, l->param.name);
  ax_json_write_str(w, ax_buf_view(&text));
  ax_buf_free(&text);
}

/* A type without such a list would say that it has no includes (R4). */
static void write_includes(ax_json_writer *w, const link_list *links,
                           ax_str type) {
  ax_json_write_key(w, AX_STR("searchInclude"));
  ax_json_write_array(w);
  ax_json_write_str(w, AX_STR("*"));
  for (size_t i = 0; i < links->count; i++)
    if (ax_str_eq(links->items[i].type, type)) write_link(w, &links->items[i]);
  ax_json_write_close(w);
  bool some = false;
  for (size_t i = 0; i < links->count; i++) {
    if (!leads_to(&links->items[i], type)) continue;
    if (!some) {
      ax_json_write_key(w, AX_STR("searchRevInclude"));
      ax_json_write_array(w);
    }
    some = true;
    write_link(w, &links->items[i]);
  }
  if (some) ax_json_write_close(w);
}

/* --- a type ----------------------------------------------------------------
 */

static void write_type(ax_json_writer *w, const ax_api *api,
                       const link_list *links, ax_str type, ax_str url) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("type"), type);
  ax_json_write_member(w, AX_STR("profile"), url);
  ax_json_write_key(w, AX_STR("interaction"));
  ax_json_write_array(w);
  write_codes(w, api, true);
  ax_json_write_close(w);
  MEMBER(w, "versioning", "versioned-update");
  ax_json_write_key(w, AX_STR("readHistory"));
  ax_json_write_bool(w, true);
  ax_json_write_key(w, AX_STR("updateCreate"));
  ax_json_write_bool(w, true);
  ax_json_write_key(w, AX_STR("conditionalCreate"));
  ax_json_write_bool(w, true);
  MEMBER(w, "conditionalRead", "full-support");
  ax_json_write_key(w, AX_STR("conditionalUpdate"));
  ax_json_write_bool(w, true);
  MEMBER(w, "conditionalDelete", "single");
  write_includes(w, links, type);
  write_params(w, api->search, type);
  write_operations(w, api, type);
  ax_json_write_close(w);
}

/* The `i`th definition's type, when that is one of resources. */
static bool type_at(const ax_api *api, size_t i, ax_str *url, ax_str *name) {
  static const ax_str base =
      AX_STR_INIT("http://hl7.org/fhir/StructureDefinition/");
  *url = ax_registry_url(api->registry, AX_DEF_STRUCTURE, i);
  if (!ax_str_starts(*url, base)) return false;
  *name = (ax_str){ url->ptr + base.len, url->len - base.len };
  return ax_registry_is_resource(api->registry, *name);
}

static ax_status write_types(ax_json_writer *w, ax_arena *arena,
                             const ax_api *api) {
  ax_str url, name;
  link_list links = { 0 };
  size_t count = ax_registry_count(api->registry, AX_DEF_STRUCTURE);
  for (size_t i = 0; i < count; i++)
    if (type_at(api, i, &url, &name))
      AX_TRY(add_links(api->search, arena, name, &links));
  for (size_t i = 0; i < count; i++)
    if (type_at(api, i, &url, &name)) write_type(w, api, &links, name, url);
  return AX_OK;
}

static void write_head(ax_json_writer *w, ax_api_call *call) {
  const ax_api *api = call->api;
  MEMBER(w, "resourceType", "CapabilityStatement");
  MEMBER(w, "status", "active");
  ax_json_write_member(w, AX_STR("date"), ax_str_from(api->software_date));
  MEMBER(w, "kind", "instance");
  ax_json_write_key(w, AX_STR("instantiates"));
  ax_json_write_array(w);
  ax_json_write_str(w, AX_STR(AX_API_CANONICAL "/CapabilityStatement/auspex"));
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("software"));
  ax_json_write_object(w);
  MEMBER(w, "name", "Auspex");
  ax_json_write_member(w, AX_STR("version"), ax_str_from(api->version));
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("implementation"));
  ax_json_write_object(w);
  MEMBER(w, "description", "Auspex FHIR gateway with hosted scoring models");
  ax_json_write_member(w, AX_STR("url"), call->base);
  ax_json_write_close(w);
  MEMBER(w, "fhirVersion", "4.0.1");
  ax_json_write_key(w, AX_STR("format"));
  ax_json_write_array(w);
  ax_json_write_str(w, AX_STR("application/fhir+json"));
  ax_json_write_str(w, AX_STR("application/json"));
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("patchFormat"));
  ax_json_write_array(w);
  ax_json_write_str(w, AX_STR("application/json-patch+json"));
  ax_json_write_str(w, AX_STR("application/fhir+json"));
  ax_json_write_close(w);
}

static ax_status write_rest(ax_json_writer *w, ax_arena *arena,
                            const ax_api *api) {
  ax_json_write_key(w, AX_STR("rest"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  MEMBER(w, "mode", "server");
  MEMBER(w, "documentation",
         "Batch and transaction Bundles are carried out later when the request "
         "says `Prefer: respond-async` (the asynchronous bundle pattern of R5): "
         "202 with Content-Location, to be asked with GET, cancelled with "
         "DELETE. POST [type] also takes application/fhir+ndjson: one resource "
         "in each line, each on its own. A request with an Idempotency-Key has its effect once.");
  ax_json_write_key(w, AX_STR("resource"));
  ax_json_write_array(w);
  AX_TRY(write_types(w, arena, api));
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("interaction"));
  ax_json_write_array(w);
  write_codes(w, api, false);
  ax_json_write_close(w);
  write_operations(w, api, (ax_str){ 0 });
  ax_json_write_close(w);
  ax_json_write_close(w);
  return AX_OK;
}

void ax_api_metadata(ax_api_call *call) {
  ax_buf *out = ax_api_answer_begin(call);
  if (!out) return;
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  write_head(&w, call);
  ax_status status = write_rest(&w, call->rq->arena, call->api);
  if (!status) {
    ax_json_write_close(&w);
    status = ax_json_write_end(&w);
  }
  if (status)
    ax_api_error(call, status, NULL);
  else
    ax_api_answer_json(call, 200, ax_buf_view(out));
}
