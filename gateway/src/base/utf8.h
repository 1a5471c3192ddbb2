/* utf8.h - is this well-formed UTF-8 (RFC 3629), how many characters, which. */
#ifndef AX_BASE_UTF8_H
#define AX_BASE_UTF8_H

#include <stdint.h>

#include "base/str.h"

/* True when `s` holds only well-formed sequences (no surrogates, no overlong
 * forms); otherwise `*bad_at` (may be NULL) is the offset of the first fault.
 */
bool ax_utf8_valid(ax_str s, size_t *bad_at);

/* Unicode code points in well-formed text. */
size_t ax_utf8_length(ax_str s);

/* Takes one code point off the front of `*rest`; 0xFFFD for a broken byte. */
uint32_t ax_utf8_next(ax_str *rest);

/* Writes `c` as 1..4 bytes, returns how many. */
size_t ax_utf8_encode(uint32_t c, char out[4]);

#endif
