/*
 * module_manifest.h - manifest.sha256: the digests of a module's files, one a
 * line as sha256sum prints them ("<64 hex digits>  data/x.table"), names below
 * the module's folder. What a signature covers.
 *
 * Pure. Threads: any. Foreign input.
 */
#ifndef AX_SCORING_MODULE_MANIFEST_H
#define AX_SCORING_MODULE_MANIFEST_H

#include "base/map.h"
#include "base/sha256.h"

enum { AX_MODULE_MANIFEST_FILES = 1024 };

/* Reads it into name -> digest (64 lower-case hex digits, a C string).
 * INVALID names the line: no digest, a name that is absolute or climbs out of
 * the folder, a name that stands twice; TOO_LARGE; NOMEM. */
ax_status ax_module_manifest_read(ax_arena *arena, ax_str text,
                                  const ax_map **out,
                                  ax_error *err) AX_MUST_USE;

/* Does the manifest list `name` with this digest? INVALID says what it says
 * instead. */
ax_status ax_module_manifest_check(const ax_map *manifest, ax_str name,
                                   const char *digest,
                                   ax_error *err) AX_MUST_USE;

#endif
