/*
 * map.h - text to pointer, in an arena.
 *
 * An open-addressing hash table. Keys are borrowed: they must live as long as
 * the map. Iteration (ax_map_at) is in order of insertion, so that output is
 * the same on every run. Nothing is ever removed. The hash is seeded per
 * process, so a sender cannot choose colliding keys.
 *
 * Threads: many may read a map that nobody changes.
 */
#ifndef AX_BASE_MAP_H
#define AX_BASE_MAP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

typedef struct ax_map ax_map;

/* An empty map in `arena`, or NULL. */
ax_map *ax_map_new(ax_arena *arena) AX_MUST_USE;

/* The hash the map uses: seeded once per process, so do not store it. */
uint64_t ax_map_hash(ax_str key);

/* Stores `value` (not NULL) under `key`, replacing what was there. */
ax_status ax_map_put(ax_map *map, ax_str key, void *value) AX_MUST_USE;

/* The value under `key`, or NULL. */
void *ax_map_get(const ax_map *map, ax_str key);

size_t ax_map_count(const ax_map *map);

/* The `i`th pair in order of insertion; `key` may be NULL. */
void *ax_map_at(const ax_map *map, size_t i, ax_str *key);

#endif
