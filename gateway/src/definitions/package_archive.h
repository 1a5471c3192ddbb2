/*
 * package_archive.h - a FHIR package as .tgz, unpacked; the only file that reads
 * archives with libarchive (kit/bundle.c writes them).
 *
 * An archive is foreign bytes: entries that are not plain files or folders,
 * absolute paths, paths that climb out, too many files, files or totals that
 * are too large, and expansion beyond AX_PACKAGE_RATIO are refused, and nothing
 * of a refused archive stays.
 */
#ifndef AX_DEFINITIONS_PACKAGE_ARCHIVE_H
#define AX_DEFINITIONS_PACKAGE_ARCHIVE_H

#include "base/arena.h"
#include "base/error.h"

enum {
  AX_PACKAGE_FILES_MAX = 100000,
  AX_PACKAGE_BYTES_MAX = 1 << 30,
  AX_PACKAGE_RATIO = 200 /* unpacked to packed; R4 examples have 10 */
};

/*
 * Unpacks `path` into a folder below `cache` named by the archive's digest,
 * unless it is there already. `*folder` is that folder. UNSUPPORTED without a
 * cache folder; INVALID, TOO_LARGE, IO, NOMEM.
 */
ax_status ax_package_archive_unpack(ax_arena *arena, const char *path,
                                    const char *cache, const char **folder,
                                    ax_error *err) AX_MUST_USE;

/* Reads the archive in `bytes` and throws it away: every check, no files. For
 * tests and fuzzing. */
ax_status ax_package_archive_check(ax_str bytes, ax_error *err) AX_MUST_USE;

#endif
