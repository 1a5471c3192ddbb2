#include "base/vec.h"

#include <string.h>

void *ax_vec_push(ax_arena *arena, void **items, size_t *count,
                  size_t *capacity, size_t size) {
  if (*count == *capacity) {
    size_t larger = *capacity ? *capacity * 2 : 8;
    void *moved = ax_arena_alloc(arena, larger, size, alignof(max_align_t));
    if (!moved) return NULL;
    if (*count) memcpy(moved, *items, *count * size);
    *items = moved;
    *capacity = larger;
  }
  return (char *)*items + size * (*count)++;
}
