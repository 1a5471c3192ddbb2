/*
 * uuid.h - identifiers: RFC 9562 version 7 for new rows (ordered by time, so
 * that indexes grow at their end) and version 5 for identities that must come
 * out the same whenever they are computed again.
 * Threads: all functions may be called from any thread.
 */
#ifndef AX_BASE_UUID_H
#define AX_BASE_UUID_H

#include <stdint.h>

#include "base/attrs.h"
#include "base/str.h"

enum { AX_UUID_TEXT = 36 }; /* lower-case hex with dashes, without NUL */

typedef struct {
  unsigned char bytes[16];
} ax_uuid;

/* A new version 7 UUID; two calls on one thread never give the same. */
ax_uuid ax_uuid_v7(int64_t wall_ms);

/* The version 5 UUID (SHA-1) of `name` inside the namespace `ns`. */
ax_uuid ax_uuid_v5(ax_uuid ns, ax_str name);

/* Writes 36 characters and a NUL. */
void ax_uuid_text(ax_uuid uuid, char out[AX_UUID_TEXT + 1]);

/* Reads the 36-character form in either case; false when it is not one. */
bool ax_uuid_parse(ax_str text, ax_uuid *out);

#endif
