/*
 * template.h - copies a template folder, putting names in: in file names and
 * texts @NAME@ becomes the plug-in's name and @SDK@ the folder of the headers.
 *
 * Threads: any.
 */
#ifndef AX_KIT_TEMPLATE_H
#define AX_KIT_TEMPLATE_H

#include "base/arena.h"
#include "base/error.h"

typedef struct {
  ax_str name; /* "my-model" */
  ax_str sdk;
} ax_template_names;

/* Is it a name for a module and its folder: small letters, digits and hyphens,
 * beginning with a letter, at most 60? */
bool ax_template_name_ok(ax_str name);

/* Copies `from` to the new folder `to`. CONFLICT when that is there already;
 * NOT_FOUND, IO, NOMEM. */
ax_status ax_template_copy(ax_arena *arena, const char *from, const char *to,
                           const ax_template_names *names,
                           ax_error *err) AX_MUST_USE;

#endif
