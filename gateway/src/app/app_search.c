#include "app/app_search.h"

#include <string.h>

/* --- the code system of a `code` -------------------------------------------
 */

enum { DEFINITION_MAX = 64 << 20 };

static const ax_json *element_at(const ax_json *structure, ax_str path) {
  const ax_json *list =
      AX_JSON_GET(AX_JSON_GET(structure, "snapshot"), "element");
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "path"), path))
      return ax_json_item(list, i);
  return NULL;
}

/* A value set of one code system whose codes are bare in the resource. */
static ax_str only_system(ax_registry *registry, ax_arena *arena, ax_str url) {
  const ax_json *set = NULL;
  if (url.len == 0 ||
      ax_registry_load(registry, arena, AX_DEF_VALUE_SET, url, &set, NULL))
    return AX_STR("");
  const ax_json *includes = AX_JSON_GET(AX_JSON_GET(set, "compose"), "include");
  if (ax_json_count(includes) != 1) return AX_STR("");
  return AX_JSON_STR(ax_json_item(includes, 0), "system");
}

/* The text that outlives the scratch memory is the registry's own. */
static ax_str kept(ax_registry *registry, ax_str system) {
  size_t count = ax_registry_count(registry, AX_DEF_CODE_SYSTEM);
  for (size_t i = 0; i < count; i++) {
    ax_str url = ax_registry_url(registry, AX_DEF_CODE_SYSTEM, i);
    ax_str rest = url;
    ax_str bare = ax_str_cut(&rest, '|');
    if (ax_str_eq(bare, system)) return bare;
  }
  return AX_STR("");
}

static ax_str code_system(void *ctx, ax_str path) {
  const ax_app_rules *rules = ctx;
  ax_str rest = path, found = AX_STR("");
  ax_str type = ax_str_cut(&rest, '.');
  const ax_json *structure = NULL;
  ax_arena *arena = ax_arena_new(DEFINITION_MAX);
  if (!arena) return found;
  ax_str url =
      AX_JOIN(arena, AX_STR("http://hl7.org/fhir/StructureDefinition/"), type);
  if (url.ptr && ax_registry_load(rules->registry, arena, AX_DEF_STRUCTURE, url,
                                  &structure, NULL) == AX_OK) {
    const ax_json *binding =
        AX_JSON_GET(element_at(structure, path), "binding");
    found =
        kept(rules->registry, only_system(rules->registry, arena,
                                          AX_JSON_STR(binding, "valueSet")));
  }
  ax_arena_free(arena);
  return found;
}

static bool expand(void *ctx, ax_search_set set, ax_str a, ax_str b,
                   bool (*each)(void *to, ax_str system, ax_str code),
                   void *to) {
  const ax_app_rules *rules = ctx;
  if (set == AX_SEARCH_IN)
    return ax_valueset_each(rules->valuesets, a, each, to);
  return ax_valueset_family(rules->valuesets, a, b, set == AX_SEARCH_ABOVE,
                            each, to);
}

ax_status ax_app_search_open(const ax_app_rules *rules, const ax_config *config,
                             ax_app_search *out, ax_error *err) {
  *out = (ax_app_search){ 0 };
  ax_status status = ax_fp_model_r4_new(rules->registry, &out->model, err);
  if (status) return status;
  ax_search_options options = { .model = ax_fp_model_r4_table(out->model),
                                .host = { .code_system = code_system,
                                          .expand = expand },
                                .exclude = config->search_exclude,
                                .base = config->base_url,
                                .known_as = config->known_as };
  /* Only its type says const: the functions read. */
  memcpy(&options.host.ctx, &rules, sizeof options.host.ctx);
  status = ax_search_new(&options, &out->search, err);
  if (!status) status = ax_search_load(out->search, rules->registry, err);
  if (status) ax_app_search_close(out);
  return status;
}

void ax_app_search_close(ax_app_search *search) {
  ax_search_free(search->search);
  if (search->model) ax_fp_model_r4_free(search->model);
  *search = (ax_app_search){ 0 };
}
