#include "scoring/signature.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
  ALGORITHM = 2,
  NUMBER = 8,
  SIGNED = 64,
  KEY_BYTES = ALGORITHM + NUMBER + AX_SIGNATURE_KEY,
  LINE_BYTES = ALGORITHM + NUMBER + SIGNED,
  PREHASH = 64
};

_Static_assert(SIGNED == crypto_sign_BYTES, "Ed25519");
_Static_assert(AX_SIGNATURE_KEY == crypto_sign_PUBLICKEYBYTES, "Ed25519");

/* Exactly `want` bytes of base64 with padding. */
static bool decode(ax_str text, unsigned char *out, size_t want) {
  size_t got = 0;
  const char *end = NULL;
  return text.len &&
         sodium_base642bin(out, want, text.ptr, text.len, NULL, &got, &end,
                           sodium_base64_VARIANT_ORIGINAL) == 0 &&
         got == want && end == text.ptr + text.len;
}

/* --- keys --------------------------------------------------------------------
 */

static ax_status read_key(ax_str word, ax_signature_key *out, ax_error *err) {
  unsigned char bytes[KEY_BYTES];
  if (!decode(word, bytes, sizeof bytes) || memcmp(bytes, "Ed", 2) != 0)
    return ax_error_set(err, AX_INVALID,
                        "\"%.*s\" is no minisign public key (56 characters "
                        "that begin with RW)",
                        (int)(word.len < 70 ? word.len : 70), word.ptr);
  memcpy(out->number, bytes + ALGORITHM, NUMBER);
  memcpy(out->key, bytes + ALGORITHM + NUMBER, AX_SIGNATURE_KEY);
  return AX_OK;
}

static ax_str next_word(ax_str *rest) {
  size_t from = 0, to;
  while (from < rest->len && strchr(" ,\t\n", rest->ptr[from])) from++;
  for (to = from; to < rest->len && !strchr(" ,\t\n", rest->ptr[to]);) to++;
  ax_str word = { rest->ptr + from, to - from };
  *rest = ax_str_skip(*rest, to);
  return word;
}

ax_status ax_signature_keys_read(ax_arena *arena, ax_str text,
                                 ax_signature_keys *out, ax_error *err) {
  ax_signature_key *keys =
      AX_NEW_ARRAY(arena, ax_signature_key, AX_SIGNATURE_KEYS);
  *out = (ax_signature_keys){ keys, 0 };
  if (!keys) return ax_error_set(err, AX_NOMEM, "no memory for keys");
  for (ax_str word; (word = next_word(&text)).len;) {
    if (out->count == AX_SIGNATURE_KEYS)
      return ax_error_set(err, AX_TOO_LARGE, "more than %d keys",
                          AX_SIGNATURE_KEYS);
    AX_TRY(read_key(word, &keys[out->count++], err));
  }
  return AX_OK;
}

/* --- signatures --------------------------------------------------------------
 */

typedef struct {
  unsigned char bytes[LINE_BYTES], global[SIGNED];
  ax_str comment;
} parts;

/* Four lines: comment, signature, trusted comment, signature of both. */
static bool take_apart(ax_str file, parts *out) {
  static const char before[] = "trusted comment: ";
  ax_str line[4];
  for (size_t i = 0; i < 4; i++) line[i] = ax_str_cut(&file, '\n');
  for (size_t i = 0; i < 4; i++)
    if (line[i].len && line[i].ptr[line[i].len - 1] == '\r') line[i].len--;
  out->comment = ax_str_skip(line[2], sizeof before - 1);
  return ax_str_starts(line[0], AX_STR("untrusted comment: ")) &&
         ax_str_starts(line[2], ax_str_from(before)) &&
         decode(line[1], out->bytes, LINE_BYTES) &&
         decode(line[3], out->global, SIGNED) &&
         ax_utf8_valid(out->comment, NULL);
}

static const ax_signature_key *find_key(const ax_signature_keys *keys,
                                        const unsigned char *number) {
  for (size_t i = 0; i < keys->count; i++)
    if (memcmp(keys->items[i].number, number, NUMBER) == 0)
      return &keys->items[i];
  return NULL;
}

static void print_number(const unsigned char *number, char *out) {
  for (size_t i = 0; i < NUMBER; i++)
    (void)snprintf(out + 2 * i, 3, "%02X", number[NUMBER - 1 - i]);
}

static bool covers(const parts *p, ax_str bytes, const ax_signature_key *key) {
  const unsigned char *signature = p->bytes + ALGORITHM + NUMBER;
  const unsigned char *text = (const unsigned char *)bytes.ptr;
  unsigned char hash[PREHASH];
  if (p->bytes[1] == 'd')
    return crypto_sign_verify_detached(signature, text, bytes.len, key->key) ==
           0;
  return crypto_generichash(hash, sizeof hash, text, bytes.len, NULL, 0) == 0 &&
         crypto_sign_verify_detached(signature, hash, sizeof hash, key->key) ==
             0;
}

static bool comment_covered(const parts *p, const ax_signature_key *key) {
  unsigned char text[SIGNED + AX_SIGNATURE_MAX];
  memcpy(text, p->bytes + ALGORITHM + NUMBER, SIGNED);
  if (p->comment.len) memcpy(text + SIGNED, p->comment.ptr, p->comment.len);
  return crypto_sign_verify_detached(p->global, text, SIGNED + p->comment.len,
                                     key->key) == 0;
}

ax_status ax_signature_check(ax_str file, ax_str bytes,
                             const ax_signature_keys *keys, ax_signature *out,
                             ax_error *err) {
  parts p;
  *out = (ax_signature){ .comment = AX_STR("") };
  if (sodium_init() < 0)
    return ax_error_set(err, AX_UNAVAILABLE, "libsodium does not start");
  if (file.len > AX_SIGNATURE_MAX || !take_apart(file, &p) ||
      p.bytes[0] != 'E' || (p.bytes[1] != 'd' && p.bytes[1] != 'D'))
    return ax_error_set(err, AX_INVALID,
                        "the signature file is not as minisign writes it");
  print_number(p.bytes + ALGORITHM, out->key);
  const ax_signature_key *key = find_key(keys, p.bytes + ALGORITHM);
  if (!key)
    return ax_error_set(err, AX_DENIED,
                        "it is signed with key %s, which is not among those of "
                        "the configuration",
                        out->key);
  if (!covers(&p, bytes, key))
    return ax_error_set(err, AX_DENIED,
                        "the signature by key %s is not over this file: it was "
                        "changed after it was signed",
                        out->key);
  if (!comment_covered(&p, key))
    return ax_error_set(err, AX_DENIED,
                        "the trusted comment of the signature by key %s was "
                        "changed",
                        out->key);
  out->comment = p.comment;
  return AX_OK;
}
