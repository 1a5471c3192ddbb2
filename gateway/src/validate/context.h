/*
 * context.h - where an extension may be used (R4 StructureDefinition.context,
 * defining-extensions.html#context), and whether as a modifier.
 *
 * Lifetime: the schema's arena. Threads: immutable.
 */
#ifndef AX_VALIDATE_CONTEXT_H
#define AX_VALIDATE_CONTEXT_H

#include "validate/walk.h"

/* What the StructureDefinition says; NULL for one that is no extension. */
ax_status ax_context_compile(ax_arena *arena, const ax_json *definition,
                             const ax_context **out) AX_MUST_USE;

/* Reports an extension at `place` that must not be used there. */
void ax_context_check(const ax_schema *extension, ax_walk *walk,
                      const ax_place *place);

#endif
