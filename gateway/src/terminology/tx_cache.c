#include "terminology/tx_cache.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"

enum { LINE_BYTES = 4096, ENTRY_MEMORY = 8192, FILE_MAX = 256 << 20 };

typedef struct {
  int64_t expires_ms;
  ax_membership answer;
  ax_str display;
} entry;

typedef struct {
  ax_arena *arena;
  ax_map *entries;
  size_t lines; /* written, also for a key that was there already */
} generation;

struct ax_tx_cache {
  size_t half; /* lines of a generation */
  generation young, old;
  char *young_path, *old_path; /* NULL: memory only */
  int fd;                      /* appends to the young file; -1: none */
  pthread_mutex_t lock;        /* guards all of it */
};

/* --- generations ---------------------------------------------------------- */

static ax_status begin_generation(ax_tx_cache *c, generation *g) {
  *g = (generation){ .arena = ax_arena_new(c->half * ENTRY_MEMORY + 65536) };
  g->entries = g->arena ? ax_map_new(g->arena) : NULL;
  return g->entries ? AX_OK : AX_NOMEM;
}

static void end_generation(generation *g) {
  ax_arena_free(g->arena);
  *g = (generation){ 0 };
}

static entry *find(const generation *g, ax_str key) {
  return g->entries ? ax_map_get(g->entries, key) : NULL;
}

static ax_status keep(generation *g, ax_str key, const entry *value) {
  entry *made = AX_NEW(g->arena, entry);
  ax_str name = ax_arena_str(g->arena, key);
  if (!made || !name.ptr) return AX_NOMEM;
  *made = *value;
  made->display = ax_arena_str(g->arena, value->display);
  if (!made->display.ptr) return AX_NOMEM;
  g->lines++;
  return ax_map_put(g->entries, name, made);
}

/* --- lines ---------------------------------------------------------------- */

static bool is_plain(ax_str s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t') return false;
  return true;
}

static bool has_tab(ax_str s) {
  return s.len && memchr(s.ptr, '\t', s.len) != NULL;
}

static bool read_line(ax_str line, ax_str *key, entry *out) {
  static const char letters[] = { 'Y', 'N', 'U' };
  ax_str expiry = ax_str_cut(&line, '\t');
  ax_str letter = ax_str_cut(&line, '\t');
  out->display = ax_str_cut(&line, '\t');
  *key = line;
  const char *at =
      letter.len == 1 ? memchr(letters, letter.ptr[0], sizeof letters) : NULL;
  if (!at || !line.len || !is_plain(line) || !is_plain(out->display) ||
      !ax_str_int64(expiry, 0, INT64_MAX, &out->expires_ms))
    return false;
  out->answer = (ax_membership)(at - letters);
  return true;
}

static void append_line(const ax_tx_cache *c, ax_str key, const entry *value) {
  ax_buf line = AX_BUF_INIT(LINE_BYTES);
  ax_buf_printf(&line, "%lld\t%c\t", (long long)value->expires_ms,
                "YNU"[value->answer]);
  ax_buf_append(&line, value->display);
  ax_buf_append_char(&line, '\t');
  ax_buf_append(&line, key);
  ax_buf_append_char(&line, '\n');
  ax_str text = ax_buf_view(&line);
  /* One write with O_APPEND: lines of several programs do not mix. What is
   * lost with a full disk is asked again. */
  if (text.len && c->fd >= 0 && write(c->fd, text.ptr, text.len) < 0) {
  }
  ax_buf_free(&line);
}

/* --- files ---------------------------------------------------------------- */

static void open_young(ax_tx_cache *c) {
  if (!c->young_path) return;
  if (c->fd >= 0) (void)close(c->fd);
  c->fd = open(c->young_path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static ax_status load(const ax_tx_cache *c, const char *path, generation *g) {
  ax_arena *scratch = ax_arena_new(FILE_MAX + 65536);
  ax_str text = AX_STR("");
  ax_status status = scratch ? AX_OK : AX_NOMEM;
  if (!status && ax_file_read(scratch, path, FILE_MAX, &text, NULL))
    text = AX_STR(""); /* absent, unreadable or too large: begun anew */
  while (!status && text.len && g->lines < c->half) {
    ax_str key;
    entry value;
    if (!memchr(text.ptr, '\n', text.len)) break; /* torn */
    if (read_line(ax_str_cut(&text, '\n'), &key, &value))
      status = keep(g, key, &value);
  }
  ax_arena_free(scratch);
  return status;
}

/* A torn last line must not swallow the next one. */
static void end_torn_line(const ax_tx_cache *c) {
  char last = '\n';
  off_t end = c->fd >= 0 ? lseek(c->fd, 0, SEEK_END) : 0;
  if (end > 0 && pread(c->fd, &last, 1, end - 1) == 1 && last != '\n' &&
      write(c->fd, "\n", 1) < 0) {
  }
}

static ax_status name_files(ax_tx_cache *c, const char *folder, ax_str name) {
  size_t room = strlen(folder) + name.len + 32;
  if (ax_file_make_dirs(folder, NULL)) return AX_OK; /* memory only */
  c->young_path = malloc(room);
  c->old_path = malloc(room);
  if (!c->young_path || !c->old_path) return AX_NOMEM;
  (void)snprintf(c->young_path, room, "%s/" AX_STR_FMT ".new", folder,
                 AX_STR_ARG(name));
  (void)snprintf(c->old_path, room, "%s/" AX_STR_FMT ".old", folder,
                 AX_STR_ARG(name));
  return AX_OK;
}

static ax_status fill(ax_tx_cache *c, const char *folder, ax_str name) {
  AX_TRY(begin_generation(c, &c->young));
  AX_TRY(begin_generation(c, &c->old));
  if (!folder) return AX_OK;
  AX_TRY(name_files(c, folder, name));
  if (!c->old_path) return AX_OK;
  AX_TRY(load(c, c->old_path, &c->old));
  AX_TRY(load(c, c->young_path, &c->young));
  open_young(c);
  end_torn_line(c);
  return AX_OK;
}

ax_status ax_tx_cache_open(const char *folder, ax_str name, size_t max,
                           ax_tx_cache **out) {
  ax_tx_cache *c = calloc(1, sizeof *c);
  if (!c || pthread_mutex_init(&c->lock, NULL) != 0) {
    free(c);
    return AX_NOMEM;
  }
  c->fd = -1;
  c->half = max / 2 ? max / 2 : 1;
  ax_status status = fill(c, folder, name);
  if (status) {
    ax_tx_cache_close(c);
    return status;
  }
  *out = c;
  return AX_OK;
}

void ax_tx_cache_close(ax_tx_cache *cache) {
  if (!cache) return;
  if (cache->fd >= 0) (void)close(cache->fd);
  end_generation(&cache->young);
  end_generation(&cache->old);
  free(cache->young_path);
  free(cache->old_path);
  (void)pthread_mutex_destroy(&cache->lock);
  free(cache);
}

/* --- asking and telling --------------------------------------------------- */

/* The young generation is full: it becomes the old one. */
static void turn(ax_tx_cache *c) {
  generation fresh;
  if (begin_generation(c, &fresh)) {
    end_generation(&fresh);
    return;
  }
  end_generation(&c->old);
  c->old = c->young;
  c->young = fresh;
  if (c->young_path && rename(c->young_path, c->old_path) == 0) open_young(c);
}

static void add(ax_tx_cache *c, ax_str key, const entry *value) {
  if (c->young.lines >= c->half) turn(c);
  if (c->young.lines >= c->half || keep(&c->young, key, value)) return;
  append_line(c, key, value);
}

bool ax_tx_cache_get(ax_tx_cache *cache, ax_str key, int64_t now_ms,
                     ax_membership *answer, ax_buf *display) {
  (void)pthread_mutex_lock(&cache->lock);
  entry found = { 0 };
  const entry *held = find(&cache->young, key);
  const entry *older = held ? NULL : find(&cache->old, key);
  if (held) found = *held;
  if (older) found = *older;
  bool good = (held || older) && found.expires_ms > now_ms;
  if (good && display) ax_buf_append(display, found.display);
  /* What is still asked for moves on; its display dies with the generation
   * that it is in, so it is added before that. */
  if (good && older && cache->young.lines < cache->half)
    add(cache, key, &found);
  (void)pthread_mutex_unlock(&cache->lock);
  if (good) *answer = found.answer;
  return good;
}

void ax_tx_cache_put(ax_tx_cache *cache, ax_str key, int64_t expires_ms,
                     ax_membership answer, ax_str display) {
  const entry value = { expires_ms, answer, display };
  if (!key.len || !is_plain(key) || !is_plain(display) || has_tab(display) ||
      key.len + display.len + 64 > LINE_BYTES)
    return;
  (void)pthread_mutex_lock(&cache->lock);
  add(cache, key, &value);
  (void)pthread_mutex_unlock(&cache->lock);
}

size_t ax_tx_cache_count(ax_tx_cache *cache) {
  (void)pthread_mutex_lock(&cache->lock);
  size_t count =
      ax_map_count(cache->young.entries) + ax_map_count(cache->old.entries);
  (void)pthread_mutex_unlock(&cache->lock);
  return count;
}
