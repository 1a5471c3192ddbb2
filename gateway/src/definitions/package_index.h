/*
 * package_index.h - which definitions a package holds: read from all its
 * files once, then saved under a digest of the folder (names, sizes and times
 * of its files), so that the next start reads one file.
 */
#ifndef AX_DEFINITIONS_PACKAGE_INDEX_H
#define AX_DEFINITIONS_PACKAGE_INDEX_H

#include "definitions/package.h"

/* Fills the entries of `package` (folder, name and version are set). A saved
 * index that does not fit or is damaged is made anew; one that cannot be
 * written is not an error. */
ax_status ax_package_index_load(ax_arena *arena, const char *cache,
                                ax_package *package, ax_error *err) AX_MUST_USE;

#endif
