/*
 * intake_ends.h - the ends of tasks that left nothing behind ("does not apply",
 * "said so before"): kept for a moment and written together, so that a sender
 * does not wait for a commit that has nothing in it for anybody.
 *
 * A crash before they are written leaves their tasks waiting; done again, they
 * come to the same end. Whatever has a result, evidence or something to tell
 * ends in its own commit, never here.
 *
 * Threads: any; flush from one.
 */
#ifndef AX_INTAKE_INTAKE_ENDS_H
#define AX_INTAKE_INTAKE_ENDS_H

#include "store/store.h"

enum { AX_INTAKE_ENDS_MANY = 128 }; /* so many are worth a flush at once */

typedef struct ax_intake_ends ax_intake_ends;

/* NULL: no memory. */
ax_intake_ends *ax_intake_ends_new(void) AX_MUST_USE;
void ax_intake_ends_free(ax_intake_ends *ends);

/* Keeps the end of `task`; how many are kept now, 0: there is no room, end it
 * in a commit of its own. */
size_t ax_intake_ends_add(ax_intake_ends *ends, const ax_task *task,
                          ax_str note, ax_str results) AX_MUST_USE;

size_t ax_intake_ends_count(ax_intake_ends *ends);

/* Writes what is kept in one commit. What cannot be written is forgotten: its
 * tasks wait, and are done again. */
void ax_intake_ends_flush(ax_intake_ends *ends, ax_store *store);

#endif
