/* From the registry of packages into the collection. */
#include "search/search.h"

enum { ONE_MAX = 4 << 20 };

ax_status ax_search_load(ax_search *search, ax_registry *registry,
                         ax_error *err) {
  ax_status status = AX_OK;
  ax_arena *scratch = ax_arena_new(ONE_MAX);
  if (!scratch) return AX_NOMEM;
  size_t count = ax_registry_count(registry, AX_DEF_SEARCH_PARAMETER);
  for (size_t i = 0; i < count && !status; i++) {
    const ax_json *tree = NULL;
    ax_error ignored = { 0 };
    ax_str url = ax_registry_url(registry, AX_DEF_SEARCH_PARAMETER, i);
    /* What cannot be read is in the registry's notes. */
    if (ax_registry_load(registry, scratch, AX_DEF_SEARCH_PARAMETER, url, &tree,
                         &ignored) == AX_OK)
      status = ax_search_add(search, tree);
    ax_arena_reset(scratch);
  }
  ax_arena_free(scratch);
  if (!status) return AX_OK;
  return ax_error_set(err, status, "no memory for the search parameters");
}
