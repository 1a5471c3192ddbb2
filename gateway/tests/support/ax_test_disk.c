#include "support/ax_test_disk.h"

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, FILES_MAX = 16, PATH_ROOM = 512 };

typedef struct change { /* since the last sync, newest first */
  struct change *next;
  bool truncates;
  size_t at, len; /* truncates: `at` is the new length */
  unsigned char bytes[];
} change;

typedef struct {
  char path[PATH_ROOM];
  unsigned char *synced;
  size_t len, room;
  change *changes;
} tracked;

typedef struct {
  sqlite3_file base; /* first: SQLite sees this */
  tracked *track;    /* NULL: not followed (temporary files) */
  sqlite3_file *real;
} disk_file;

static struct {
  pthread_mutex_t mutex;
  sqlite3_vfs vfs, *under;
  tracked files[FILES_MAX];
  ax_test_disk_state state;
  unsigned left, random; /* operations until the cut; 0: none is planned */
  char folder[PATH_ROOM];
  bool cut;
} disk = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* --- what is on it ---------------------------------------------------------
 */

static void grow(tracked *t, size_t len) {
  if (len <= t->len) return;
  if (len > t->room) {
    t->room = 2 * len;
    t->synced = realloc(t->synced, t->room);
    assert(t->synced);
  }
  memset(t->synced + t->len, 0, len - t->len);
  t->len = len;
}

static void drop_changes(tracked *t) {
  while (t->changes) {
    change *next = t->changes->next;
    free(t->changes);
    t->changes = next;
  }
}

static void forget(tracked *t) {
  drop_changes(t);
  free(t->synced);
  *t = (tracked){ 0 };
}

/* What is there when a file is first seen counts as synced. */
static void load(tracked *t) {
  FILE *file = fopen(t->path, "rb");
  unsigned char step[4096];
  if (!file) return;
  for (size_t n; (n = fread(step, 1, sizeof step, file)) > 0;) {
    size_t at = t->len;
    grow(t, at + n);
    memcpy(t->synced + at, step, n);
  }
  (void)fclose(file);
}

static tracked *find(const char *path) {
  tracked *empty = NULL;
  for (size_t i = 0; i < FILES_MAX; i++) {
    if (strcmp(disk.files[i].path, path) == 0) return &disk.files[i];
    if (!disk.files[i].path[0] && !empty) empty = &disk.files[i];
  }
  assert(empty && strlen(path) < PATH_ROOM);
  (void)snprintf(empty->path, sizeof empty->path, "%s", path);
  load(empty);
  return empty;
}

static void note(tracked *t, bool truncates, const void *bytes, size_t len,
                 size_t at) {
  change *c = malloc(sizeof *c + len);
  assert(c);
  *c = (change){
    .next = t->changes, .truncates = truncates, .at = at, .len = len
  };
  if (len) memcpy(c->bytes, bytes, len);
  t->changes = c;
}

static unsigned draw(void) {
  disk.random = disk.random * 1103515245u + 12345u;
  return disk.random >> 16;
}

/* One in three cuts loses everything unsynced, one nothing, one some. */
static bool survives(unsigned mood) {
  return mood == 0 ? false : mood == 1 ? true : draw() % 2 == 0;
}

static void put(tracked *t, const change *c, unsigned mood) {
  if (c->truncates) {
    if (survives(mood) && c->at < t->len) t->len = c->at;
    return;
  }
  for (size_t done = 0; done < c->len;) {
    size_t n = SECTOR - (c->at + done) % SECTOR;
    if (n > c->len - done) n = c->len - done;
    if (survives(mood)) {
      grow(t, c->at + done + n);
      memcpy(t->synced + c->at + done, c->bytes + done, n);
    }
    done += n;
  }
}

static void put_all(tracked *t, const change *newest, unsigned mood) {
  if (!newest) return;
  put_all(t, newest->next, mood);
  put(t, newest, mood);
}

static void take_picture(const tracked *t, unsigned mood) {
  tracked copy = { 0 };
  grow(&copy, t->len);
  if (t->len) memcpy(copy.synced, t->synced, t->len);
  put_all(&copy, t->changes, mood);
  char path[2 * PATH_ROOM];
  (void)snprintf(path, sizeof path, "%s%s", disk.folder, strrchr(t->path, '/'));
  FILE *file = fopen(path, "wb");
  assert(file);
  size_t wrote = copy.len ? fwrite(copy.synced, 1, copy.len, file) : 0;
  assert(wrote == copy.len);
  (void)wrote;
  (void)fclose(file);
  free(copy.synced);
}

/* Called before each operation, with the mutex. */
static void count_operation(void) {
  if (disk.left == 0 || --disk.left > 0) return;
  unsigned mood = draw() % 3;
  for (size_t i = 0; i < FILES_MAX; i++)
    if (disk.files[i].path[0]) take_picture(&disk.files[i], mood);
  disk.cut = true;
}

/* --- files -----------------------------------------------------------------
 */

static sqlite3_file *real_of(sqlite3_file *file) {
  return ((disk_file *)file)->real;
}

static int disk_close(sqlite3_file *file) {
  return real_of(file)->pMethods->xClose(real_of(file));
}

static int disk_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 at) {
  return real_of(file)->pMethods->xRead(real_of(file), bytes, n, at);
}

static int refusal(void) {
  if (disk.state == AX_TEST_DISK_FULL) return SQLITE_FULL;
  if (disk.state == AX_TEST_DISK_READ_ONLY) return SQLITE_READONLY;
  return SQLITE_OK;
}

static int disk_write(sqlite3_file *file, const void *bytes, int n,
                      sqlite3_int64 at) {
  tracked *t = ((disk_file *)file)->track;
  if (!t) return real_of(file)->pMethods->xWrite(real_of(file), bytes, n, at);
  pthread_mutex_lock(&disk.mutex);
  int rc = refusal();
  if (rc == SQLITE_OK) {
    count_operation();
    note(t, false, bytes, (size_t)n, (size_t)at);
    rc = real_of(file)->pMethods->xWrite(real_of(file), bytes, n, at);
  }
  pthread_mutex_unlock(&disk.mutex);
  return rc;
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size) {
  tracked *t = ((disk_file *)file)->track;
  pthread_mutex_lock(&disk.mutex);
  if (t) count_operation();
  if (t) note(t, true, NULL, 0, (size_t)size);
  int rc = real_of(file)->pMethods->xTruncate(real_of(file), size);
  pthread_mutex_unlock(&disk.mutex);
  return rc;
}

/* No real sync: what matters here is what would have been. */
static int disk_sync(sqlite3_file *file, int flags) {
  tracked *t = ((disk_file *)file)->track;
  (void)flags;
  if (!t) return SQLITE_OK;
  pthread_mutex_lock(&disk.mutex);
  int rc = disk.state == AX_TEST_DISK_NO_SYNC ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  if (rc == SQLITE_OK) {
    count_operation();
    put_all(t, t->changes, 1);
    drop_changes(t);
  }
  pthread_mutex_unlock(&disk.mutex);
  return rc;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int disk_lock(sqlite3_file *file, int kind) {
  return real_of(file)->pMethods->xLock(real_of(file), kind);
}

static int disk_unlock(sqlite3_file *file, int kind) {
  return real_of(file)->pMethods->xUnlock(real_of(file), kind);
}

static int disk_reserved(sqlite3_file *file, int *out) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int disk_control(sqlite3_file *file, int what, void *arg) {
  return real_of(file)->pMethods->xFileControl(real_of(file), what, arg);
}

static int disk_sector(sqlite3_file *file) {
  (void)file;
  return SECTOR;
}

static int disk_traits(sqlite3_file *file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int disk_shm_map(sqlite3_file *file, int page, int size, int extend,
                        void volatile **out) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend,
                                          out);
}

static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *file) {
  real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int disk_shm_unmap(sqlite3_file *file, int remove_it) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove_it);
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = disk_close,
  .xRead = disk_read,
  .xWrite = disk_write,
  .xTruncate = disk_truncate,
  .xSync = disk_sync,
  .xFileSize = disk_size,
  .xLock = disk_lock,
  .xUnlock = disk_unlock,
  .xCheckReservedLock = disk_reserved,
  .xFileControl = disk_control,
  .xSectorSize = disk_sector,
  .xDeviceCharacteristics = disk_traits,
  .xShmMap = disk_shm_map,
  .xShmLock = disk_shm_lock,
  .xShmBarrier = disk_shm_barrier,
  .xShmUnmap = disk_shm_unmap,
};

/* --- the disk --------------------------------------------------------------
 */

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
                     int flags, int *out_flags) {
  disk_file *f = (disk_file *)file;
  (void)vfs;
  f->track = NULL;
  f->real = (sqlite3_file *)(void *)((char *)file + sizeof *f);
  int rc = disk.under->xOpen(disk.under, path, f->real, flags, out_flags);
  f->base.pMethods = f->real->pMethods ? &methods : NULL;
  if (rc != SQLITE_OK || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL |
                                    SQLITE_OPEN_MAIN_JOURNAL)))
    return rc;
  pthread_mutex_lock(&disk.mutex);
  f->track = find(path);
  pthread_mutex_unlock(&disk.mutex);
  return rc;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync_folder) {
  (void)vfs;
  pthread_mutex_lock(&disk.mutex);
  for (size_t i = 0; i < FILES_MAX; i++)
    if (strcmp(disk.files[i].path, path) == 0) forget(&disk.files[i]);
  pthread_mutex_unlock(&disk.mutex);
  return disk.under->xDelete(disk.under, path, sync_folder);
}

void ax_test_disk_mount(void) {
  if (disk.under) return;
  (void)sqlite3_initialize();
  disk.under = sqlite3_vfs_find(NULL);
  assert(disk.under);
  disk.vfs = *disk.under;
  disk.vfs.zName = "ax_test_disk";
  disk.vfs.szOsFile = (int)sizeof(disk_file) + disk.under->szOsFile;
  disk.vfs.xOpen = disk_open;
  disk.vfs.xDelete = disk_delete;
  (void)sqlite3_vfs_register(&disk.vfs, 1);
}

void ax_test_disk_unmount(void) {
  if (!disk.under) return;
  (void)sqlite3_vfs_unregister(&disk.vfs);
  (void)sqlite3_vfs_register(disk.under, 1);
  for (size_t i = 0; i < FILES_MAX; i++) forget(&disk.files[i]);
  disk.under = NULL;
  disk.left = 0;
  disk.state = AX_TEST_DISK_FINE;
}

void ax_test_disk_turn(ax_test_disk_state state) {
  pthread_mutex_lock(&disk.mutex);
  disk.state = state;
  pthread_mutex_unlock(&disk.mutex);
}

void ax_test_disk_cut_after(unsigned operations, unsigned seed,
                            const char *folder) {
  pthread_mutex_lock(&disk.mutex);
  (void)snprintf(disk.folder, sizeof disk.folder, "%s", folder);
  disk.random = seed;
  disk.cut = false;
  disk.left = operations;
  pthread_mutex_unlock(&disk.mutex);
}

bool ax_test_disk_was_cut(void) {
  pthread_mutex_lock(&disk.mutex);
  bool cut = disk.cut;
  pthread_mutex_unlock(&disk.mutex);
  return cut;
}
