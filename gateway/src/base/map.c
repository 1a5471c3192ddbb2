#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

__extension__ typedef unsigned __int128 u128;

typedef struct {
  ax_str key;
  void *value;
  uint64_t hash;
} pair;

struct ax_map {
  ax_arena *arena;
  pair *pairs;     /* in order of insertion */
  uint32_t *slots; /* index into pairs plus one; 0 is free */
  size_t count;
  size_t capacity;   /* of pairs */
  size_t slot_count; /* a power of two, more than capacity */
};

static uint64_t seeds[2];
static pthread_once_t seeded = PTHREAD_ONCE_INIT;

static void make_seeds(void) {
  if (getrandom(seeds, sizeof seeds, 0) != (ssize_t)sizeof seeds)
    seeds[0] ^= (uint64_t)ax_clock_mono_ns();
  seeds[0] |= 1;
  seeds[1] |= 1;
}

static uint64_t fold(uint64_t a, uint64_t b) {
  u128 product = (u128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Multiply and fold, eight bytes at a time, with secret multipliers. */
uint64_t ax_map_hash(ax_str key) {
  (void)pthread_once(&seeded, make_seeds);
  uint64_t h = seeds[0] ^ (key.len * UINT64_C(0x9E3779B97F4A7C15));
  const char *p = key.ptr;
  size_t left = key.len;
  for (; left >= 8; left -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    h = fold(h ^ word, seeds[1] ^ UINT64_C(0xA0761D6478BD642F));
  }
  uint64_t tail = 0;
  if (left) memcpy(&tail, p, left);
  h = fold(h ^ tail, seeds[1] ^ UINT64_C(0xE7037ED1A0B428DB));
  return h ^ (h >> 32);
}

ax_map *ax_map_new(ax_arena *arena) {
  ax_map *map = AX_NEW(arena, ax_map);
  if (map) map->arena = arena;
  return map;
}

/* The slot that holds `key`, or the free one where it would go. */
static size_t find_slot(const ax_map *map, ax_str key, uint64_t hash) {
  size_t mask = map->slot_count - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    uint32_t slot = map->slots[at];
    if (slot == 0) return at;
    const pair *p = &map->pairs[slot - 1];
    if (p->hash == hash && ax_str_eq(p->key, key)) return at;
  }
}

static ax_status grow(ax_map *map) {
  size_t capacity = map->capacity ? map->capacity * 2 : 8;
  if (capacity > UINT32_MAX / 4) return AX_NOMEM;
  pair *pairs = AX_TAKE_ARRAY(map->arena, pair, capacity);
  uint32_t *slots = AX_NEW_ARRAY(map->arena, uint32_t, capacity * 2);
  if (!pairs || !slots) return AX_NOMEM;
  if (map->count) memcpy(pairs, map->pairs, map->count * sizeof *pairs);
  map->pairs = pairs;
  map->slots = slots;
  map->capacity = capacity;
  map->slot_count = capacity * 2;
  for (size_t i = 0; i < map->count; i++) {
    size_t at = find_slot(map, pairs[i].key, pairs[i].hash);
    slots[at] = (uint32_t)(i + 1);
  }
  return AX_OK;
}

ax_status ax_map_put(ax_map *map, ax_str key, void *value) {
  if (map->count == map->capacity) AX_TRY(grow(map));
  uint64_t hash = ax_map_hash(key);
  size_t at = find_slot(map, key, hash);
  if (map->slots[at]) {
    map->pairs[map->slots[at] - 1].value = value;
    return AX_OK;
  }
  map->pairs[map->count++] = (pair){ key, value, hash };
  map->slots[at] = (uint32_t)map->count;
  return AX_OK;
}

void *ax_map_get(const ax_map *map, ax_str key) {
  if (map->count == 0) return NULL;
  uint32_t slot = map->slots[find_slot(map, key, ax_map_hash(key))];
  return slot ? map->pairs[slot - 1].value : NULL;
}

size_t ax_map_count(const ax_map *map) {
  return map->count;
}

void *ax_map_at(const ax_map *map, size_t i, ax_str *key) {
  if (i >= map->count) return NULL;
  if (key) *key = map->pairs[i].key;
  return map->pairs[i].value;
}
