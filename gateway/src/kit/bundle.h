/*
 * bundle.h - a module folder as one file: its manifest, a deterministic
 * archive. What belongs to a module: its .so, golden.json, and all in data/,
 * cards/ and lib/; sources that lie beside them stay at home.
 *
 * The archive is POSIX ustar in gzip, with sorted names, no times, no owners: the
 * same files make the same bytes (with the same zlib). It is written by
 * libarchive, as definitions/package_archive.c reads FHIR packages by it.
 *
 * Threads: any.
 */
#ifndef AX_KIT_BUNDLE_H
#define AX_KIT_BUNDLE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define AX_BUNDLE_MANIFEST "manifest.sha256"
#define AX_BUNDLE_SIGNATURE AX_BUNDLE_MANIFEST ".minisig"

enum { AX_BUNDLE_MOST = 512 << 20 };

/* What `sha256sum` prints for the files of the module, sorted by name.
 * NOT_FOUND: the folder holds no module; IO, TOO_LARGE, NOMEM. */
ax_status ax_bundle_manifest(ax_arena *arena, const char *folder, ax_buf *out,
                             ax_error *err) AX_MUST_USE;

/* The archive: NAME/... with the manifest that is given, and the signature that
 * lies in the folder, when it does. TOO_LARGE also for a path above 100 bytes.
 */
ax_status ax_bundle_archive(ax_arena *arena, const char *folder,
                            ax_str manifest, ax_buf *out,
                            ax_error *err) AX_MUST_USE;

#endif
