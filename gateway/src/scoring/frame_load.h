/*
 * frame_load.h - the first message to a worker: the module and its data files
 * as sealed memory files, and its limits.
 *
 * Threads: any.
 */
#ifndef AX_SCORING_FRAME_LOAD_H
#define AX_SCORING_FRAME_LOAD_H

#include "base/arena.h"
#include "scoring/frame.h"

enum {
  AX_FRAME_LOAD_FILES = 256,
  AX_FRAME_LOAD_BYTES = 16384,
  AX_FRAME_LOAD_LIBRARIES = 2,
  AX_FRAME_LOAD_FDS = 2 + AX_FRAME_LOAD_LIBRARIES
};

typedef struct {
  ax_str name;
  uint64_t offset, length; /* in the data file */
} ax_frame_load_file;

typedef struct {
  int module, data; /* descriptors; data -1: no data files */
  uint64_t memory;  /* bytes; 0: no limit */
  uint8_t trial;    /* of the author's tools: what fresh memory is filled with,
                       and batches are guarded (worker/guard.h); 0: none of it */
  const ax_frame_load_file *files;
  size_t file_count;
  /* Shared libraries the module brings; loaded before it. */
  int libraries[AX_FRAME_LOAD_LIBRARIES];
  size_t library_count;
} ax_frame_load;

/* The descriptors that travel with the message; how many. */
size_t ax_frame_load_fds(const ax_frame_load *order,
                         int out[AX_FRAME_LOAD_FDS]);

/* Writes the whole message (the descriptors travel beside it). */
ax_status ax_frame_load_write(ax_buf *out,
                              const ax_frame_load *order) AX_MUST_USE;

/* Receives it in one go from a blocking socket; texts are copied into `arena`.
 * INVALID for anything else. */
ax_status ax_frame_load_receive(ax_arena *arena, int socket, ax_frame_load *out,
                                ax_error *err) AX_MUST_USE;

#endif
