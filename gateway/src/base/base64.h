/*
 * base64.h - bytes as text and back (RFC 4648 4).
 * Threads: any.
 */
#ifndef AX_BASE_BASE64_H
#define AX_BASE_BASE64_H

#include "base/buf.h"

/* Appends the bytes as text, padded, on one line. */
void ax_base64_append(ax_buf *out, ax_str bytes);

/* What base64Binary stands for: white space is allowed, as R4 has it, and other
 * characters are skipped: their fault is found elsewhere. Writes the bytes into
 * `out`, which has room for three quarters of `text.len`, or only counts them
 * (`out` NULL); returns how many. */
size_t ax_base64_decode(ax_str text, char *out);

/* The same of a text that is nothing else, with blanks between (R4
 * base64Binary), up to a '='. False: it is none. */
bool ax_base64_decode_strict(ax_str text, char *out, size_t *len) AX_MUST_USE;

#endif
