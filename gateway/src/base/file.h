/*
 * file.h - whole files in, whole files out.
 * Threads: any.
 */
#ifndef AX_BASE_FILE_H
#define AX_BASE_FILE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* Reads the file at `path` into `arena`. TOO_LARGE above `max`, NOT_FOUND, IO.
 * The text is followed by a NUL that is not counted. */
ax_status ax_file_read(ax_arena *arena, const char *path, size_t max,
                       ax_str *out, ax_error *err) AX_MUST_USE;

/* Reads everything from a descriptor (a pipe, standard input). */
ax_status ax_file_read_fd(int fd, size_t max, ax_buf *out,
                          ax_error *err) AX_MUST_USE;

/* Writes beside `path`, syncs, renames, syncs the folder: readers see the old
 * file or the new one, also after a power cut. */
ax_status ax_file_write(const char *path, ax_str bytes,
                        ax_error *err) AX_MUST_USE;

/* Makes a folder and its parents (mode 0700); fine when it is there. */
ax_status ax_file_make_dirs(const char *path, ax_error *err) AX_MUST_USE;

/* Names in a folder without "." and "..", sorted bytewise; each a C string in
 * `arena`. */
ax_status ax_file_list(ax_arena *arena, const char *path,
                       const char *const **names, size_t *count,
                       ax_error *err) AX_MUST_USE;

/* Removes a file, or a folder with all that is in it, some 30 deep. Links are
 * removed, not followed. What cannot be removed stays. */
void ax_file_remove_tree(const char *path);

bool ax_file_is_dir(const char *path);
/* A file, not a folder, device, pipe or socket: reading it ends. */
bool ax_file_is_regular(const char *path);
bool ax_file_exists(const char *path);

#endif
