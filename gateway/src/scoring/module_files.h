/*
 * module_files.h - the files of one module as sealed memory files:
 * `<plugins>/<name>/<name>.so` and everything in `<plugins>/<name>/data/`.
 *
 * They are read once, at start. Every worker of the module gets the same
 * bytes, whatever happens to the folder, and the digests in results and
 * evidence are those of these bytes.
 *
 * Threads: any.
 */
#ifndef AX_SCORING_MODULE_FILES_H
#define AX_SCORING_MODULE_FILES_H

#include "base/sha256.h"
#include "scoring/frame_load.h"

enum {
  AX_MODULE_FILES_MAX = 256 << 20
}; /* bytes of one file, and of all data */

typedef struct {
  ax_frame_load order;            /* descriptors belong to this struct */
  char digest[AX_SHA256_HEX + 1]; /* of the .so */
  /* Of the data files: what `sha256sum * | sha256sum` gives in the folder (C
   * locale); empty when there are none. */
  char data_digest[AX_SHA256_HEX + 1];
} ax_module_files;

/* NOT_FOUND, TOO_LARGE, IO, NOMEM. Names of data files live in `arena`. */
ax_status ax_module_files_open(ax_arena *arena, const char *plugins,
                               const char *name, ax_module_files *out,
                               ax_error *err) AX_MUST_USE;
void ax_module_files_close(ax_module_files *files);

#endif
