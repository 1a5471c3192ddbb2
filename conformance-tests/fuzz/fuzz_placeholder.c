/* Any bytes as a text with placeholders; names begin with 'u' when nobody knows
 * them. What is not a placeholder must come through as it is. */
#include <stddef.h>
#include <stdint.h>

#include "run/placeholder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ax_status value(void *ctx, ax_str name, ax_str *out, ax_error *err) {
  size_t *removed = ctx;
  if (!name.len) __builtin_trap();
  if (name.ptr[0] == 'u') return ax_error_set(err, AX_INVALID, "unknown name");
  *removed += name.len + sizeof "${}" - 1;
  *out = AX_STR("");
  return AX_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_arena *arena = ax_arena_new(8u << 20);
  size_t removed = 0;
  ax_str out;
  const ax_placeholder_source source = { value, &removed };
  if (!arena) return 0;
  ax_status status = ax_placeholder_fill(
      arena, (ax_str){ (const char *)data, size }, &source, &out, NULL);
  if (status == AX_OK && out.len + removed != size) __builtin_trap();
  ax_arena_free(arena);
  return 0;
}
