#include "worker/guard.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STACK = 1 << 16 };

/* One number or another, large and of either sign, read as a double. */
static unsigned char fill_of(const ax_guard *g) {
  return g->turn % 2 ? 0xbf : 0x40;
}

static size_t page_size(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

/* The next area with room for `size` bytes, to be written. Batches are alike,
 * so the one of the batch before mostly fits. */
static char *renew(ax_guard *g, size_t size) {
  size_t page = page_size(), whole = (size + page - 1) / page * page + page;
  if (g->count == AX_GUARD_ARRAYS) return NULL;
  size_t i = g->count++;
  if (g->areas[i].at && g->areas[i].size == whole)
    return mprotect(g->areas[i].at, whole - page, PROT_READ | PROT_WRITE)
               ? NULL
               : g->areas[i].at;
  if (g->areas[i].at) (void)munmap(g->areas[i].at, g->areas[i].size);
  g->areas[i].at = NULL;
  char *at = mmap(NULL, whole, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return NULL;
  g->areas[i].at = at;
  g->areas[i].size = whole;
  return mprotect(at + whole - page, page, PROT_NONE) ? NULL : at;
}

/* `size` bytes right before a page that nobody may touch. */
static char *area(ax_guard *g, size_t size) {
  char *at = renew(g, size);
  if (!at) return NULL;
  /* What lies before it is another number each time. */
  size_t before = g->areas[g->count - 1].size - page_size() - size;
  memset(at, fill_of(g), before);
  return at + before;
}

static const void *to_read(ax_guard *g, const void *from, size_t size) {
  char *to = area(g, size);
  if (!to) return NULL;
  if (size) memcpy(to, from, size);
  size_t whole = g->areas[g->count - 1].size - page_size();
  if (whole && mprotect(g->areas[g->count - 1].at, whole, PROT_READ))
    return NULL;
  return to;
}

#define TO_READ(g, array, n) \
  ((array) == NULL ||        \
   ((array) = to_read((g), (array), (size_t)(n) * sizeof *(array))) != NULL)

static bool guard_rows(ax_guard *g, auspex_batch *b) {
  size_t cells = (size_t)b->row_count * b->column_count;
  return TO_READ(g, b->as_of_ms, b->row_count) &&
         TO_READ(g, b->anchor_ms, b->row_count) &&
         TO_READ(g, b->seed, b->row_count) && TO_READ(g, b->value, cells) &&
         TO_READ(g, b->state, cells) && TO_READ(g, b->time_ms, cells) &&
         TO_READ(g, b->low, cells) && TO_READ(g, b->high, cells) &&
         TO_READ(g, b->source, cells) && TO_READ(g, b->series, cells) &&
         TO_READ(g, b->sample_value, b->sample_count) &&
         TO_READ(g, b->sample_ms, b->sample_count) &&
         TO_READ(g, b->sample_low, b->sample_count) &&
         TO_READ(g, b->sample_high, b->sample_count);
}

bool ax_guard_batch(ax_guard *g, ax_frame_batch *batch) {
  auspex_output *o = &batch->output;
  g->count = 0;
  g->turn++;
  o->results = (void *)area(g, o->result_capacity * sizeof *o->results);
  o->contributions =
      (void *)area(g, o->contribution_capacity * sizeof *o->contributions);
  o->text = area(g, o->text_capacity);
  return o->results && o->contributions && o->text &&
         guard_rows(g, &batch->batch);
}

void ax_guard_stack(const ax_guard *g) {
  volatile unsigned char below[STACK];
  for (size_t i = 0; i < sizeof below; i++) below[i] = fill_of(g);
}

/* What is freed soonest is given out again soonest, as it was left: glibc keeps
 * a few pieces of each size aside and does not fill them. */
static void fill_spares(unsigned char fill) {
  enum { EACH = 8, STEP = 16, LARGEST = 1032 };
  void *spares[EACH];
  for (size_t size = 24; size <= LARGEST; size += STEP) {
    for (size_t i = 0; i < EACH; i++) {
      spares[i] = malloc(size);
      if (spares[i]) memset(spares[i], fill, size);
    }
    for (size_t i = 0; i < EACH; i++) free(spares[i]);
  }
}

void ax_guard_memory(unsigned char fill) {
  (void)mallopt(M_PERTURB, (unsigned char)~fill);
  fill_spares(fill);
}
