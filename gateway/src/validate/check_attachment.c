/*
 * Attachment: the stated size and hash are those of the data that stand beside
 * them (R4 datatypes.html#Attachment).
 */
#include <string.h>

#include "base/sha256.h"
#include "base/base64.h"
#include "validate/check.h"

enum { HASH_TEXT = 28 }; /* 20 bytes in base64 */

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Attachment", out);
}

static void check_size(ax_walk *walk, const ax_place *place, ax_str data) {
  const ax_json *size = AX_JSON_GET(place->value, "size");
  uint64_t stated = 0;
  if (!ax_json_is(size, AX_JSON_NUMBER) ||
      !ax_str_uint64(ax_json_text(size), UINT64_MAX, &stated))
    return;
  size_t have = ax_base64_decode(data, NULL);
  if (have != stated)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "attachment-size", place,
                  "The attachment's size is said to be %llu bytes, but its "
                  "data have %zu",
                  (unsigned long long)stated, have);
}

/* SHA-1, as R4 wants it. */
static void check_hash(ax_walk *walk, const ax_place *place, ax_str data) {
  ax_str hash = AX_JSON_STR(place->value, "hash");
  char stated[HASH_TEXT];
  unsigned char have[AX_SHA1_BYTES];
  ax_arena *arena = hash.len ? ax_walk_scratch(walk) : NULL;
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  char *bytes = AX_NEW_ARRAY(arena, char, data.len + 1);
  if (!bytes) {
    walk->no_memory = true;
    return;
  }
  ax_sha256_sha1_of_two((ax_str){ bytes, ax_base64_decode(data, bytes) },
                        AX_STR(""), have);
  ax_arena_rewind(arena, mark);
  if (hash.len <= HASH_TEXT &&
      ax_base64_decode(hash, stated) == AX_SHA1_BYTES &&
      memcmp(stated, have, AX_SHA1_BYTES) == 0)
    return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_VALUE, "attachment-hash", place,
                "The hash '" AX_STR_FMT
                "' is not that of the attachment's data; it must be their "
                "SHA-1 in base64",
                AX_STR_ARG(ax_walk_shown(AX_JSON_GET(place->value, "hash"))));
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str data = AX_JSON_STR(place->value, "data");
  (void)self;
  if (!data.len) return;
  check_size(walk, place, data);
  check_hash(walk, place, data);
}

const ax_check_kind ax_check_attachment = { "attachment", compile, run,
                                            ax_check_explain };
