/*
 * base64.h - what base64Binary stands for (RFC 4648, white space allowed as
 * R4 has it). Other characters are skipped: their fault is found elsewhere.
 * Threads: any.
 */
#ifndef AX_VALIDATE_BASE64_H
#define AX_VALIDATE_BASE64_H

#include "base/str.h"

/* Writes the bytes into `out`, which has room for three quarters of
 * `text.len`, or only counts them (`out` NULL); returns how many. */
size_t ax_base64_decode(ax_str text, char *out);

#endif
