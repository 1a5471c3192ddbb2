#include "base/memo.h"

#include <stdatomic.h>

#include "base/map.h"

typedef struct node node;
struct node {
  ax_str key;
  uint64_t hash;
  void *value;
  node *next;
};

struct ax_memo {
  ax_arena *arena;
  size_t mask;
  _Atomic(node *) *chains;
};

ax_memo *ax_memo_new(ax_arena *arena, size_t chains) {
  ax_memo *memo = AX_NEW(arena, ax_memo);
  if (!memo) return NULL;
  memo->arena = arena;
  memo->mask = chains - 1;
  memo->chains = AX_NEW_ARRAY(arena, _Atomic(node *), chains);
  return memo->chains ? memo : NULL;
}

void *ax_memo_get(const ax_memo *memo, ax_str key) {
  uint64_t hash = ax_map_hash(key);
  const node *n = atomic_load_explicit(&memo->chains[hash & memo->mask],
                                       memory_order_acquire);
  for (; n; n = n->next)
    if (n->hash == hash && ax_str_eq(n->key, key)) return n->value;
  return NULL;
}

ax_status ax_memo_put(ax_memo *memo, ax_str key, void *value) {
  node *n = AX_NEW(memo->arena, node);
  if (!n) return AX_NOMEM;
  uint64_t hash = ax_map_hash(key);
  _Atomic(node *) *chain = &memo->chains[hash & memo->mask];
  *n = (node){ key, hash, value,
               atomic_load_explicit(chain, memory_order_relaxed) };
  atomic_store_explicit(chain, n, memory_order_release);
  return AX_OK;
}
