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

/* `size` bytes right before a page that nobody may touch. */
static void *area(ax_guard *g, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t whole = (size + page - 1) / page * page + page;
  if (g->count == AX_GUARD_ARRAYS) return NULL;
  char *at = mmap(NULL, whole, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return NULL;
  g->areas[g->count].at = at;
  g->areas[g->count++].size = whole;
  if (mprotect(at + whole - page, page, PROT_NONE)) return NULL;
  /* What lies before it is another number each time. */
  memset(at, fill_of(g), whole - page - size);
  return at + whole - page - size;
}

static const void *to_read(ax_guard *g, const void *from, size_t size) {
  char *to = area(g, size);
  if (!to) return NULL;
  if (size) memcpy(to, from, size);
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t whole = g->areas[g->count - 1].size - page;
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

bool ax_guard_begin(ax_guard *g, ax_frame_batch *batch) {
  auspex_output *o = &batch->output;
  g->count = 0;
  g->turn++;
  o->results = area(g, o->result_capacity * sizeof *o->results);
  o->contributions =
      area(g, o->contribution_capacity * sizeof *o->contributions);
  o->text = area(g, o->text_capacity);
  bool done =
      o->results && o->contributions && o->text && guard_rows(g, &batch->batch);
  if (!done) ax_guard_end(g);
  return done;
}

void ax_guard_end(ax_guard *g) {
  for (size_t i = 0; i < g->count; i++)
    (void)munmap(g->areas[i].at, g->areas[i].size);
  g->count = 0;
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
