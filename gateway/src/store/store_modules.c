#include "store/store_modules.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum { LEDGER_MAX = 256 << 20, RECORD_MAX = 1 << 16, PATH_MOST = 4096 };

struct ax_store_modules {
  int fd;
  pthread_mutex_t lock;
  char chain[AX_SHA256_HEX + 1];
};

typedef AX_VEC(const ax_json *) record_list;

/* --- the chain ---------------------------------------------------------------
 */

static void link_chain(char chain[AX_SHA256_HEX + 1], ax_str record) {
  char both[2 * AX_SHA256_HEX + 1];
  memcpy(both, chain, AX_SHA256_HEX);
  ax_sha256_hex(record, both + AX_SHA256_HEX);
  ax_sha256_hex((ax_str){ both, sizeof both - 1 }, chain);
}

static void begin_chain(char chain[AX_SHA256_HEX + 1]) {
  memset(chain, '0', AX_SHA256_HEX);
  chain[AX_SHA256_HEX] = '\0';
}

static const char before[] = "{\"chain\":\"", between[] = "\",\"record\":";

/* The record of a line whose hash follows from the chain so far, as bytes. */
static bool take_line(ax_str line, char chain[AX_SHA256_HEX + 1],
                      ax_str *record) {
  size_t head = sizeof before - 1, mid = sizeof between - 1;
  ax_str rest = ax_str_skip(line, head + AX_SHA256_HEX);
  if (!ax_str_starts(line, ax_str_from(before)) ||
      !ax_str_starts(rest, ax_str_from(between)) ||
      !ax_str_ends(rest, AX_STR("}")))
    return false;
  *record = ax_str_skip(rest, mid);
  record->len--;
  link_chain(chain, *record);
  return memcmp(line.ptr + head, chain, AX_SHA256_HEX) == 0;
}

/* Walks the lines; what follows the last line end was never acknowledged. */
static ax_status walk(ax_arena *arena, ax_str text,
                      char chain[AX_SHA256_HEX + 1], size_t *good,
                      record_list *list, ax_error *err) {
  size_t number = 0;
  begin_chain(chain);
  *good = 0;
  for (ax_str rest = text; rest.len; number++) {
    const char *end = memchr(rest.ptr, '\n', rest.len);
    ax_str record;
    if (!end) return AX_OK;
    ax_str line = { rest.ptr, (size_t)(end - rest.ptr) };
    const ax_json *tree = NULL;
    if (!take_line(line, chain, &record) ||
        (list && ax_json_parse(arena, record, &tree, NULL)))
      return ax_error_set(err, AX_INVALID,
                          AX_STORE_MODULES_FILE
                          ", line %zu: it is not as it was written; a record "
                          "was changed or taken out",
                          number + 1);
    const ax_json **slot = list ? AX_VEC_PUSH(list, arena) : NULL;
    if (list && !slot) return ax_error_set(err, AX_NOMEM, "no memory");
    if (slot) *slot = tree;
    rest = ax_str_skip(rest, line.len + 1);
    *good = text.len - rest.len;
  }
  return AX_OK;
}

/* --- opening
 * -------------------------------------------------------------------
 */

static ax_status path_of(const char *folder, char out[PATH_MOST],
                         ax_error *err) {
  int len = snprintf(out, PATH_MOST, "%s/" AX_STORE_MODULES_FILE, folder);
  if (len > 0 && len < PATH_MOST) return AX_OK;
  return ax_error_set(err, AX_TOO_LARGE,
                      "the path of the data folder is too "
                      "long");
}

static ax_status failed(const char *what, ax_error *err) {
  return ax_error_set(err, AX_IO, AX_STORE_MODULES_FILE ": %s: %s", what,
                      strerror(errno));
}

/* Of this descriptor: a lock by fcntl() belongs to the process and is gone as
 * soon as it closes any descriptor of the file, such as that of a reader. */
static ax_status lock_file(int fd, ax_error *err) {
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return AX_OK;
  if (errno != EWOULDBLOCK) return failed("lock", err);
  return ax_error_set(err, AX_CONFLICT,
                      "another process has " AX_STORE_MODULES_FILE " open");
}

/* Finds the end of the chain and cuts off what is behind it. */
static ax_status find_end(ax_store_modules *m, ax_error *err) {
  ax_buf text = AX_BUF_INIT(LEDGER_MAX);
  size_t good = 0;
  ax_status status = ax_file_read_fd(m->fd, LEDGER_MAX, &text, err);
  if (!status)
    status = walk(NULL, ax_buf_view(&text), m->chain, &good, NULL, err);
  ax_buf_free(&text);
  if (!status && ftruncate(m->fd, (off_t)good) != 0)
    status = failed("truncate", err);
  if (!status && lseek(m->fd, (off_t)good, SEEK_SET) < 0)
    status = failed("seek", err);
  return status;
}

ax_status ax_store_modules_open(const char *folder, ax_store_modules **out,
                                ax_error *err) {
  char path[PATH_MOST];
  AX_TRY(path_of(folder, path, err));
  ax_store_modules *m = calloc(1, sizeof *m);
  if (!m) return ax_error_set(err, AX_NOMEM, "no memory for a ledger");
  pthread_mutex_init(&m->lock, NULL);
  m->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ax_status status = m->fd < 0 ? failed("open", err) : lock_file(m->fd, err);
  if (!status) status = find_end(m, err);
  if (status) {
    ax_store_modules_close(m);
    return status;
  }
  *out = m;
  return AX_OK;
}

void ax_store_modules_close(ax_store_modules *m) {
  if (!m) return;
  if (m->fd >= 0) close(m->fd);
  pthread_mutex_destroy(&m->lock);
  free(m);
}

/* --- records
 * -------------------------------------------------------------------
 */

static ax_status write_line(ax_store_modules *m, ax_str line, ax_error *err) {
  off_t at = lseek(m->fd, 0, SEEK_CUR);
  ax_str left = line;
  while (left.len) {
    ssize_t wrote = write(m->fd, left.ptr, left.len);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) break;
    left = ax_str_skip(left, (size_t)wrote);
  }
  if (!left.len && fdatasync(m->fd) == 0) return AX_OK;
  ax_status status = failed("write", err);
  /* Half a line must not stand before the next one. */
  if (ftruncate(m->fd, at) != 0 || lseek(m->fd, at, SEEK_SET) < 0) return AX_IO;
  return status;
}

ax_status ax_store_modules_add(ax_store_modules *m, ax_str record,
                               ax_error *err) {
  char chain[AX_SHA256_HEX + 1];
  ax_buf line = AX_BUF_INIT(RECORD_MAX + 200);
  if (record.len > RECORD_MAX || memchr(record.ptr, '\n', record.len))
    return ax_error_set(err, AX_INVALID, "a record is one short line");
  pthread_mutex_lock(&m->lock);
  memcpy(chain, m->chain, sizeof chain);
  link_chain(chain, record);
  ax_buf_append(&line, ax_str_from(before));
  ax_buf_append(&line, ax_str_from(chain));
  ax_buf_append(&line, ax_str_from(between));
  ax_buf_append(&line, record);
  ax_buf_append(&line, AX_STR("}\n"));
  ax_status status = line.status;
  if (!status) status = write_line(m, ax_buf_view(&line), err);
  if (!status) memcpy(m->chain, chain, sizeof chain);
  pthread_mutex_unlock(&m->lock);
  ax_buf_free(&line);
  return status;
}

ax_status ax_store_modules_read(ax_arena *arena, const char *folder,
                                const ax_json *const **out, size_t *count,
                                ax_error *err) {
  char path[PATH_MOST], chain[AX_SHA256_HEX + 1];
  ax_str text;
  size_t good = 0;
  record_list list = { 0 };
  *out = NULL;
  *count = 0;
  AX_TRY(path_of(folder, path, err));
  if (!ax_file_exists(path)) return AX_OK;
  AX_TRY(ax_file_read(arena, path, LEDGER_MAX, &text, err));
  AX_TRY(walk(arena, text, chain, &good, &list, err));
  *out = list.items;
  *count = list.count;
  return AX_OK;
}

static ax_status copy_file(ax_arena *arena, const char *from, const char *to,
                           ax_error *err) {
  char chain[AX_SHA256_HEX + 1];
  ax_str text;
  size_t good = 0;
  AX_TRY(ax_file_read(arena, from, LEDGER_MAX, &text, err));
  AX_TRY(walk(NULL, text, chain, &good, NULL, err));
  return ax_file_write(to, (ax_str){ text.ptr, good }, err);
}

ax_status ax_store_modules_copy(const char *from, const char *to,
                                ax_error *err) {
  char here[PATH_MOST], there[PATH_MOST];
  AX_TRY(path_of(from, here, err));
  AX_TRY(path_of(to, there, err));
  if (!ax_file_exists(here)) return AX_OK;
  ax_arena *arena = ax_arena_new((size_t)LEDGER_MAX + (1 << 20));
  if (!arena) return ax_error_set(err, AX_NOMEM, "no memory for a ledger");
  ax_status status = copy_file(arena, here, there, err);
  ax_arena_free(arena);
  return status;
}
