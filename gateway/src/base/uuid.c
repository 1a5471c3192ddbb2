#include "base/uuid.h"

#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/sha256.h"

/* The kernel's generator fails only before it is seeded at boot; the clock then
 * keeps two identifiers apart. */
static void fill_random(unsigned char *out, size_t len) {
  memset(out, 0, len);
  if (getrandom(out, len, 0) == (ssize_t)len) return;
  int64_t now = ax_clock_mono_ns();
  memcpy(out, &now, sizeof now < len ? sizeof now : len);
}

static void set_version(ax_uuid *uuid, unsigned version) {
  uuid->bytes[6] = (unsigned char)((uuid->bytes[6] & 0x0f) | version << 4);
  uuid->bytes[8] = (unsigned char)((uuid->bytes[8] & 0x3f) | 0x80);
}

ax_uuid ax_uuid_v7(int64_t wall_ms) {
  ax_uuid uuid;
  fill_random(uuid.bytes, sizeof uuid.bytes);
  uint64_t time = (uint64_t)wall_ms;
  for (size_t i = 0; i < 6; i++)
    uuid.bytes[i] = (unsigned char)(time >> (40 - 8 * i));
  set_version(&uuid, 7);
  return uuid;
}

ax_uuid ax_uuid_v5(ax_uuid ns, ax_str name) {
  unsigned char digest[AX_SHA1_BYTES];
  ax_sha256_sha1_of_two((ax_str){ (const char *)ns.bytes, sizeof ns.bytes },
                        name, digest);
  ax_uuid uuid;
  memcpy(uuid.bytes, digest, sizeof uuid.bytes);
  set_version(&uuid, 5);
  return uuid;
}

void ax_uuid_text(ax_uuid uuid, char out[AX_UUID_TEXT + 1]) {
  static const char hex[] = "0123456789abcdef";
  size_t at = 0;
  for (size_t i = 0; i < sizeof uuid.bytes; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
    out[at++] = hex[uuid.bytes[i] >> 4];
    out[at++] = hex[uuid.bytes[i] & 15];
  }
  out[at] = '\0';
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool ax_uuid_parse(ax_str text, ax_uuid *out) {
  if (text.len != AX_UUID_TEXT) return false;
  ax_uuid uuid;
  size_t at = 0;
  for (size_t i = 0; i < sizeof uuid.bytes; i++) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && text.ptr[at++] != '-')
      return false;
    int high = hex_digit(text.ptr[at++]);
    int low = hex_digit(text.ptr[at++]);
    if (high < 0 || low < 0) return false;
    uuid.bytes[i] = (unsigned char)(high << 4 | low);
  }
  *out = uuid;
  return true;
}
