/* Any document through the settling of references: it must come back whole,
 * and as JSON of the same shape. */
#include <stdint.h>
#include <stdlib.h>

#include "intake/intake_refs.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_json_fault fault;
  ax_arena *arena = ax_arena_new(32 << 20);
  if (!arena) return 0;
  ax_intake_item target = { .type = AX_STR("Patient"),
                            .reference = AX_STR("Patient/new"),
                            .version = 2 };
  ax_intake_item item = { .in_bundle = true,
                          .full_url = AX_STR("http://a.b/fhir/Patient/9"),
                          .issues = ax_fhir_issues_new(arena) };
  ax_map *urls = ax_map_new(arena);
  ax_intake_refs refs = { .urls = urls };
  if (urls && item.issues &&
      ax_map_put(urls, AX_STR("urn:uuid:1"), &target) == AX_OK &&
      ax_map_put(urls, AX_STR("http://a.b/fhir/Patient/1"), &target) == AX_OK &&
      ax_json_parse(arena, (ax_str){ (const char *)data, size }, &item.resource,
                    &fault) == AX_OK &&
      ax_intake_refs_settle(&refs, arena, &item, NULL) == AX_OK &&
      item.tree->kind != item.resource->kind)
    abort();
  ax_arena_free(arena);
  return 0;
}
