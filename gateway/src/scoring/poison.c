#include "scoring/poison.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/sha256.h"

typedef struct {
  char key[AX_POISON_KEY];
  unsigned strikes;
} suspect;

struct ax_poison {
  pthread_mutex_t lock;
  suspect *suspects; /* the oldest first */
  size_t suspect_count;
  char (*keys)[AX_POISON_KEY]; /* sorted */
  size_t count, room;
};

ax_poison *ax_poison_new(void) {
  ax_poison *p = calloc(1, sizeof *p);
  if (p) p->suspects = calloc(AX_POISON_SUSPECTS, sizeof *p->suspects);
  if (!p || !p->suspects) {
    free(p);
    return NULL;
  }
  pthread_mutex_init(&p->lock, NULL);
  return p;
}

void ax_poison_free(ax_poison *p) {
  if (!p) return;
  pthread_mutex_destroy(&p->lock);
  free(p->keys);
  free(p->suspects);
  free(p);
}

/* --- keys --------------------------------------------------------------------
 */

static void put(ax_buf *out, const void *bytes, size_t len) {
  ax_buf_append(out, (ax_str){ bytes, len });
}

/* One NaN is as good as another. */
static void put_number(ax_buf *out, double value) {
  static const char none = 'n';
  if (value != value)
    put(out, &none, 1);
  else
    put(out, &value, sizeof value);
}

void ax_poison_key(const char *version_digest, const ax_model *model,
                   const ax_feature_row *row, char out[AX_POISON_KEY + 1]) {
  char digest[AX_SHA256_HEX + 1];
  ax_buf text = AX_BUF_INIT(64 << 20);
  ax_buf_append(&text, ax_str_from(version_digest));
  ax_buf_append(&text, model->id);
  for (uint32_t c = 0; c < model->column_count; c++) {
    const ax_feature_cell *cell = &row->cells[c];
    put(&text, &cell->state, sizeof cell->state);
    put_number(&text, cell->value);
    put_number(&text, cell->low);
    put_number(&text, cell->high);
    put(&text, &cell->sample_count, sizeof cell->sample_count);
  }
  for (size_t i = 0; i < row->sample_count; i++)
    put_number(&text, row->sample_values[i]);
  ax_sha256_hex(ax_buf_view(&text), digest);
  ax_buf_free(&text);
  memcpy(out, digest, AX_POISON_KEY);
  out[AX_POISON_KEY] = '\0';
}

/* --- the set -----------------------------------------------------------------
 */

/* Where `key` stands, or would. */
static size_t place(const ax_poison *p, const char *key, bool *there) {
  size_t low = 0, high = p->count;
  *there = false;
  while (low < high && !*there) {
    size_t mid = low + (high - low) / 2;
    int order = memcmp(p->keys[mid], key, AX_POISON_KEY);
    if (order == 0) return *there = true, mid;
    if (order < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

bool ax_poison_any(ax_poison *p) {
  pthread_mutex_lock(&p->lock);
  bool any = p->count > 0;
  pthread_mutex_unlock(&p->lock);
  return any;
}

bool ax_poison_known(ax_poison *p, ax_str key) {
  bool there = false;
  if (key.len != AX_POISON_KEY) return false;
  pthread_mutex_lock(&p->lock);
  (void)place(p, key.ptr, &there);
  pthread_mutex_unlock(&p->lock);
  return there;
}

/* --- suspects ----------------------------------------------------------------
 */

/* NULL: there is nothing against it. Called with the lock. */
static suspect *find(const ax_poison *p, ax_str key) {
  for (size_t i = 0; i < p->suspect_count; i++)
    if (!memcmp(p->suspects[i].key, key.ptr, AX_POISON_KEY))
      return &p->suspects[i];
  return NULL;
}

static void forget(ax_poison *p, const suspect *s) {
  size_t at = (size_t)(s - p->suspects);
  memmove(&p->suspects[at], &p->suspects[at + 1],
          (--p->suspect_count - at) * sizeof *s);
}

bool ax_poison_suspects(ax_poison *p) {
  pthread_mutex_lock(&p->lock);
  bool any = p->count + p->suspect_count > 0;
  pthread_mutex_unlock(&p->lock);
  return any;
}

unsigned ax_poison_strikes(ax_poison *p, ax_str key) {
  bool there = false;
  if (key.len != AX_POISON_KEY) return 0;
  pthread_mutex_lock(&p->lock);
  const suspect *s = find(p, key);
  (void)place(p, key.ptr, &there);
  unsigned strikes = there ? AX_POISON_STRIKES : s ? s->strikes : 0;
  pthread_mutex_unlock(&p->lock);
  return strikes;
}

void ax_poison_strike(ax_poison *p, ax_str key) {
  if (key.len != AX_POISON_KEY) return;
  pthread_mutex_lock(&p->lock);
  suspect *s = find(p, key);
  if (s) {
    s->strikes++;
  } else {
    if (p->suspect_count == AX_POISON_SUSPECTS) forget(p, p->suspects);
    s = &p->suspects[p->suspect_count++];
    memcpy(s->key, key.ptr, AX_POISON_KEY);
    s->strikes = 1;
  }
  pthread_mutex_unlock(&p->lock);
}

void ax_poison_acquit(ax_poison *p, ax_str key) {
  if (key.len != AX_POISON_KEY) return;
  pthread_mutex_lock(&p->lock);
  const suspect *s = find(p, key);
  if (s) forget(p, s);
  pthread_mutex_unlock(&p->lock);
}

/* --- adding ------------------------------------------------------------------
 */

static bool make_room(ax_poison *p) {
  if (p->count < p->room) return true;
  if (p->count >= AX_POISON_MAX) return false;
  size_t room = p->room ? 2 * p->room : 64;
  void *larger = realloc(p->keys, room * sizeof *p->keys);
  if (!larger) return false;
  p->keys = larger;
  p->room = room;
  return true;
}

bool ax_poison_add(ax_poison *p, ax_str key) {
  bool there = false, added = false;
  if (key.len != AX_POISON_KEY) return false;
  pthread_mutex_lock(&p->lock);
  size_t at = place(p, key.ptr, &there);
  if (!there && make_room(p)) {
    memmove(p->keys[at + 1], p->keys[at], (p->count - at) * sizeof *p->keys);
    memcpy(p->keys[at], key.ptr, AX_POISON_KEY);
    p->count++;
    added = true;
  }
  const suspect *s = find(p, key);
  if (s && (there || added)) forget(p, s);
  pthread_mutex_unlock(&p->lock);
  return added;
}
