/*
 * declared.h - the declarations of a module, read from its file: none of its
 * code runs.
 *
 * The structs are followed in a child process, because their pointers are
 * foreign input: where one leads nowhere, the child dies and the module is said
 * to be malformed. For command-line tools: the caller has one thread.
 */
#ifndef AX_KIT_DECLARED_H
#define AX_KIT_DECLARED_H

#include "kit/elf.h"
#include "scoring/model.h"

/*
 * The models that the file declares. None (AX_OK, 0) for a module whose models
 * come with its data. INVALID: they are malformed or break a rule of the host
 * (`err` says which); NOMEM, IO.
 */
ax_status ax_declared_read(ax_arena *arena, const ax_elf *elf, ax_model **out,
                           size_t *count, ax_error *err) AX_MUST_USE;

#endif
