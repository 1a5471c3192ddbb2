/*
 * search_text.h - texts as both faces of search see them. Private to search/.
 */
#ifndef AX_SEARCH_SEARCH_TEXT_H
#define AX_SEARCH_SEARCH_TEXT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/*
 * Letters in lower case and without their marks (Latin; Greek and Cyrillic
 * only in lower case), runs of white space and punctuation as one space, none
 * at the ends (R4 3.1.1.4.8: insensitive to case and accents). NOMEM.
 */
ax_status ax_search_text_fold(ax_arena *arena, ax_str text,
                              ax_str *out) AX_MUST_USE;

/* How a folded word sounds in English (American Soundex: a letter and three
 * digits); empty for what has no Latin letter first. NOMEM. */
ax_status ax_search_text_sound(ax_arena *arena, ax_str word,
                               ax_str *out) AX_MUST_USE;

/* "Type/id" of a reference to `type` and `id`. NOMEM. */
ax_status ax_search_text_local(ax_arena *arena, ax_str type, ax_str id,
                               ax_str *out) AX_MUST_USE;

#endif
