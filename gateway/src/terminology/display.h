/*
 * display.h - is a text one of the names of a concept.
 *
 * Names are compared without case and with white space folded: R4 calls a
 * display "a representation of the meaning of the code", and senders change
 * both. Every designation counts, in whatever language; a name that no
 * language has is what is to be found.
 *
 * Threads: any; no state.
 */
#ifndef AX_TERMINOLOGY_DISPLAY_H
#define AX_TERMINOLOGY_DISPLAY_H

#include "base/buf.h"
#include "json/json.h"

/* Equal but for case and white space? Letters with case beyond Latin, Greek and
 * Cyrillic are compared as they are. */
bool ax_display_same(ax_str a, ax_str b);

/* Is `text` a display or designation of `concept` (an object with display and
 * designation, of a CodeSystem or a ValueSet; may be NULL)? */
bool ax_display_of(const ax_json *concept, ax_str text);

/* Appends the concept's names as a person reads them: "'Married', 'verheiratet'
 * (de)". A comma goes before the first when `out` is not empty. */
void ax_display_list(const ax_json *concept, ax_buf *out);

#endif
