/* Any bytes as a narrative: an answer, in bounds, whatever they are. */
#include <stddef.h>
#include <stdint.h>

#include "fhir/fhir_xhtml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(4u << 20);
  if (!arena) return 0;
  ax_xhtml found;
  ax_status status =
      ax_fhir_xhtml_check(arena, (ax_str){ (const char *)data, size }, &found);
  if (status == AX_OK) {
    for (size_t i = 0; i < found.fault_count; i++)
      if (found.faults[i].at > size) __builtin_trap();
  }
  ax_arena_free(arena);
  return 0;
}
