/* Any bytes as a JSONPath over a small document: nodes of it, or a fault. */
#include <stddef.h>
#include <stdint.h>

#include "run/json_path.h"
#include "json/json_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] =
    "{\"resourceType\":\"Bundle\",\"total\":2,\"entry\":[{\"resource\":{"
    "\"id\":\"a\",\"n\":1.50,\"name\":[{\"family\":\"Ant\",\"given\":[\"Al\","
    "\"Bo\"]}]}},{\"resource\":{\"id\":\"b\",\"active\":true,\"x\":null}}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(32u << 20);
  const ax_json *tree;
  ax_json_fault fault;
  ax_json_path_nodes nodes = { 0 };
  ax_error err = { 0 };
  if (!arena) return 0;
  if (ax_json_parse(arena, ax_str_from(document), &tree, &fault))
    __builtin_trap();
  ax_status status = ax_json_path_select(
      arena, (ax_str){ (const char *)data, size }, tree, &nodes, &err);
  if (status && status != AX_NOMEM && !err.text[0]) __builtin_trap();
  for (size_t i = 0; !status && i < nodes.count; i++)
    if (!nodes.items[i]) __builtin_trap();
  ax_arena_free(arena);
  return 0;
}
