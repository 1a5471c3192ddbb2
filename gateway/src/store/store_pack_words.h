/*
 * store_pack_words.h - what resources have in common, as zstd's dictionary: a
 * text that comes before every body and is never stored with it. What stands
 * last is nearest and cheapest, so the commonest comes last.
 *
 * The text is part of the format: bodies packed with it can only be unpacked
 * with it. Never change it; another text is another codec.
 */
#ifndef AX_STORE_STORE_PACK_WORDS_H
#define AX_STORE_STORE_PACK_WORDS_H

#include "base/str.h"

extern const ax_str ax_store_pack_words;

#endif
