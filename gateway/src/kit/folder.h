/*
 * folder.h - which file of a folder is the module: the only .so in it, as for a
 * gateway (scoring/module_files.h).
 *
 * Threads: any.
 */
#ifndef AX_KIT_FOLDER_H
#define AX_KIT_FOLDER_H

#include "base/arena.h"
#include "base/error.h"

enum { AX_FOLDER_PATH = 4096 };

/* The path without links, "." and ".."; false when there is nothing. */
bool ax_folder_full(const char *path, char out[AX_FOLDER_PATH]);

/* The file's name ("endpac.so"). NOT_FOUND: there is no folder, or not exactly
 * one .so in it; IO, NOMEM. */
ax_status ax_folder_module(ax_arena *arena, const char *folder, ax_str *out,
                           ax_error *err) AX_MUST_USE;

#endif
