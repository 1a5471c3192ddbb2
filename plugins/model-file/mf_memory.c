/* Chunks that live until destroy. */
#include "mf.h"

struct mf_chunk {
  struct mf_chunk *next;
  size_t used, size;
  max_align_t bytes[];
};

enum { CHUNK = 64 << 10 };

void *mf_memory_new(mf_memory *memory, size_t count, size_t size) {
  size_t align = sizeof(max_align_t);
  if (count && size > (SIZE_MAX >> 1) / count) return NULL;
  size_t wanted = (count * size + align - 1) / align * align;
  struct mf_chunk *chunk = memory->chunks;
  if (!chunk || chunk->size - chunk->used < wanted) {
    size_t room = wanted > CHUNK ? wanted : CHUNK;
    chunk = calloc(1, sizeof *chunk + room);
    if (!chunk) return NULL;
    chunk->size = room;
    chunk->next = memory->chunks;
    memory->chunks = chunk;
  }
  void *out = (char *)chunk->bytes + chunk->used;
  chunk->used += wanted;
  return out;
}

void mf_memory_free(mf_memory *memory) {
  while (memory->chunks) {
    struct mf_chunk *next = memory->chunks->next;
    free(memory->chunks);
    memory->chunks = next;
  }
}
