/*
 * vec.h - a growable array over an arena, typed by macro.
 *
 *     AX_VEC(int) v = { 0 };
 *     int *slot = AX_VEC_PUSH(&v, arena);   // NULL without memory
 *
 * Growth copies into a new arena block; the old one stays until the arena dies
 * (at most as much again as the final size). Pointers into the array are valid
 * until the next push.
 */
#ifndef AX_BASE_VEC_H
#define AX_BASE_VEC_H

#include "base/arena.h"

#define AX_VEC(type) \
  struct {           \
    type *items;     \
    size_t count;    \
    size_t capacity; \
  }

/* A pointer to one more, zeroed item at the end, or NULL without memory. */
#define AX_VEC_PUSH(v, arena)                                         \
  ((__typeof__((v)->items))ax_vec_push((arena), (void **)&(v)->items, \
                                       &(v)->count, &(v)->capacity,   \
                                       sizeof *(v)->items))

/* What AX_VEC_PUSH calls; not for direct use. */
void *ax_vec_push(ax_arena *arena, void **items, size_t *count,
                  size_t *capacity, size_t size) AX_MUST_USE;

#endif
