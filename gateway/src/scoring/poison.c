#include "scoring/poison.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/sha256.h"

enum { LINE = AX_POISON_KEY + 3, STRIKES_MOST = 9 }; /* "<key> 1\n" */

typedef struct {
  char key[AX_POISON_KEY];
  unsigned strikes; /* 0: the place is free */
  uint64_t order;   /* of the first strike; lower is older */
} suspect;

struct ax_poison {
  pthread_mutex_t lock;
  suspect *suspects; /* each in its place, which is its line in the file */
  size_t places;     /* from here on all are free */
  size_t suspect_count;
  uint64_t next_order;
  int file;                    /* -1: they are not kept */
  bool told;                   /* that it cannot be written */
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
  p->file = -1;
  return p;
}

void ax_poison_free(ax_poison *p) {
  if (!p) return;
  pthread_mutex_destroy(&p->lock);
  if (p->file >= 0) (void)close(p->file);
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
  for (size_t i = 0; i < p->places; i++)
    if (p->suspects[i].strikes &&
        !memcmp(p->suspects[i].key, key.ptr, AX_POISON_KEY))
      return &p->suspects[i];
  return NULL;
}

/* Its line as it is now. It need not be on disk at once: what a killed process
 * wrote is there, and a power cut costs one worker more at most. */
static void keep(ax_poison *p, const suspect *s) {
  char line[LINE];
  if (p->file < 0) return;
  memset(line, ' ', sizeof line);
  line[LINE - 1] = '\n';
  if (s->strikes) {
    memcpy(line, s->key, AX_POISON_KEY);
    line[LINE - 2] = (char)('0' + s->strikes);
  }
  off_t at = (off_t)(s - p->suspects) * LINE;
  if (pwrite(p->file, line, sizeof line, at) == LINE || p->told) return;
  p->told = true;
  ax_log_event(AX_LOG_ERROR, "strike_not_recorded",
               ax_log_str("why", ax_str_from(strerror(errno))));
}

static void forget(ax_poison *p, suspect *s) {
  s->strikes = 0;
  p->suspect_count--;
  keep(p, s);
}

/* A free place, or that of the oldest. */
static suspect *place_for_one(ax_poison *p) {
  suspect *oldest = p->suspects;
  if (p->suspect_count == p->places && p->places < AX_POISON_SUSPECTS)
    return &p->suspects[p->places++];
  for (size_t i = 0; i < p->places; i++) {
    suspect *s = &p->suspects[i];
    if (!s->strikes) return s;
    if (s->order < oldest->order) oldest = s;
  }
  p->suspect_count--;
  return oldest;
}

static suspect *add_suspect(ax_poison *p, const char *key, unsigned strikes) {
  suspect *s = place_for_one(p);
  memcpy(s->key, key, AX_POISON_KEY);
  s->strikes = strikes;
  s->order = p->next_order++;
  p->suspect_count++;
  return s;
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
  if (!s) s = add_suspect(p, key.ptr, 0);
  if (s->strikes < STRIKES_MOST) s->strikes++;
  keep(p, s);
  pthread_mutex_unlock(&p->lock);
}

void ax_poison_acquit(ax_poison *p, ax_str key) {
  if (key.len != AX_POISON_KEY) return;
  pthread_mutex_lock(&p->lock);
  suspect *s = find(p, key);
  if (s) forget(p, s);
  pthread_mutex_unlock(&p->lock);
}

/* --- the file ----------------------------------------------------------------
 */

static bool is_key(const char *text) {
  for (size_t i = 0; i < AX_POISON_KEY; i++)
    if (!strchr("0123456789abcdef", text[i]) || !text[i]) return false;
  return true;
}

/* Lines that are none (a power cut, a stranger) hold nothing against anybody.
 */
static void take_line(ax_poison *p, const char *line) {
  unsigned strikes = (unsigned)(line[LINE - 2] - '0');
  if (line[AX_POISON_KEY] == ' ' && line[LINE - 1] == '\n' && strikes >= 1 &&
      strikes <= STRIKES_MOST && is_key(line) &&
      !find(p, (ax_str){ line, AX_POISON_KEY }))
    (void)add_suspect(p, line, strikes);
}

ax_status ax_poison_keep(ax_poison *p, const char *path, ax_error *err) {
  char line[LINE];
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return ax_error_set(err, AX_IO, "%s: %s", path, strerror(errno));
  pthread_mutex_lock(&p->lock);
  for (off_t i = 0; i < AX_POISON_SUSPECTS; i++) {
    if (pread(fd, line, sizeof line, i * LINE) != LINE) break;
    take_line(p, line);
  }
  if (p->file >= 0) (void)close(p->file);
  p->file = fd;
  for (size_t i = 0; i < p->places; i++) keep(p, &p->suspects[i]);
  /* They stand in the first places now. */
  bool cut = ftruncate(fd, (off_t)p->places * LINE) == 0;
  pthread_mutex_unlock(&p->lock);
  return cut ? AX_OK
             : ax_error_set(err, AX_IO, "%s: %s", path, strerror(errno));
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
  pthread_mutex_unlock(&p->lock);
  return added;
}
