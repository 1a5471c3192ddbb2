#include "kit/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* minisign.h of minisign 0.11: what base64 hides. */
typedef struct {
  unsigned char algorithm[2], kdf[2], checksum_kind[2], salt[32], ops[8],
      memory[8], number[8], secret[64], checksum[32];
} secret_key;
typedef struct {
  unsigned char algorithm[2], number[8], key[32];
} public_key;
typedef struct {
  unsigned char algorithm[2], number[8], signature[64];
} signature;
_Static_assert(sizeof(secret_key) == 158, "packed");
_Static_assert(sizeof(public_key) == 42, "packed");
_Static_assert(sizeof(signature) == 74, "packed");

static void put_base64(ax_buf *out, const void *bytes, size_t len) {
  char text[512];
  sodium_bin2base64(text, sizeof text, bytes, len,
                    sodium_base64_VARIANT_ORIGINAL);
  ax_buf_append(out, ax_str_from(text));
  ax_buf_append_char(out, '\n');
}

/* Over algorithm, number and secret key; the first 32 bytes count. */
static void checksum(const secret_key *key, unsigned char out[32]) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, 32);
  crypto_generichash_update(&state, key->algorithm, 2);
  crypto_generichash_update(&state, key->number, 8);
  crypto_generichash_update(&state, key->secret, 64);
  crypto_generichash_final(&state, out, 32);
}

/* minisign shows a key's number with its greatest byte first. */
static void put_number(ax_buf *out, const unsigned char number[8]) {
  for (int i = 7; i >= 0; i--) ax_buf_printf(out, "%02X", number[i]);
}

ax_status ax_sign_new_key(ax_buf *secret, ax_buf *public_text, ax_error *err) {
  secret_key s;
  public_key p;
  if (sodium_init() < 0)
    return ax_error_set(err, AX_UNAVAILABLE, "there is no randomness");
  memset(&s, 0, sizeof s);
  memset(&p, 0, sizeof p);
  memcpy(s.algorithm, "Ed", 2);
  memcpy(s.checksum_kind, "B2", 2);
  randombytes_buf(s.number, sizeof s.number);
  crypto_sign_keypair(p.key, s.secret);
  checksum(&s, s.checksum);
  memcpy(p.algorithm, "Ed", 2);
  memcpy(p.number, s.number, sizeof p.number);
  ax_buf_append(secret, AX_STR("untrusted comment: minisign secret key, not "
                               "protected by a password\n"));
  put_base64(secret, &s, sizeof s);
  ax_buf_append(public_text, AX_STR("untrusted comment: minisign public key "));
  put_number(public_text, p.number);
  ax_buf_append_char(public_text, '\n');
  put_base64(public_text, &p, sizeof p);
  sodium_memzero(&s, sizeof s);
  return secret->status ? secret->status : public_text->status;
}

static ax_status read_key(ax_str file, secret_key *out, ax_error *err) {
  unsigned char sum[32];
  size_t len = 0;
  ax_str comment = ax_str_cut(&file, '\n');
  ax_str text = ax_str_trim(ax_str_cut(&file, '\n'));
  if (!ax_str_starts(comment, AX_STR("untrusted comment:")) ||
      sodium_base642bin((unsigned char *)out, sizeof *out, text.ptr, text.len,
                        NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) ||
      len != sizeof *out || memcmp(out->algorithm, "Ed", 2) != 0)
    return ax_error_set(err, AX_INVALID,
                        "it is no secret key of minisign (a comment, then 212 "
                        "letters of base64)");
  if (out->kdf[0] || out->kdf[1])
    return ax_error_set(err, AX_INVALID,
                        "the key is protected by a password, which is not "
                        "supported: sign manifest.sha256 with `minisign -S`, "
                        "or use a key without one (`minisign -G -W`, or "
                        "`auspex plugin sign --new-key`)");
  checksum(out, sum);
  if (sodium_memcmp(sum, out->checksum, sizeof sum) != 0)
    return ax_error_set(err, AX_INVALID,
                        "the key is damaged: its checksum is "
                        "wrong");
  return AX_OK;
}

static void sign(const secret_key *key, ax_str bytes, ax_str comment,
                 ax_buf *out) {
  signature s;
  unsigned char digest[64], whole[64];
  ax_buf both = AX_BUF_INIT(4096);
  memcpy(s.algorithm, "ED", 2);
  memcpy(s.number, key->number, sizeof s.number);
  crypto_generichash(digest, sizeof digest, (const unsigned char *)bytes.ptr,
                     bytes.len, NULL, 0);
  crypto_sign_detached(s.signature, NULL, digest, sizeof digest, key->secret);
  ax_buf_append(&both, (ax_str){ (const char *)s.signature, 64 });
  ax_buf_append(&both, comment);
  ax_str all = ax_buf_view(&both);
  crypto_sign_detached(whole, NULL, (const unsigned char *)all.ptr, all.len,
                       key->secret);
  if (both.status) out->status = both.status;
  ax_buf_free(&both);
  ax_buf_append(out, AX_STR("untrusted comment: signature by auspex\n"));
  put_base64(out, &s, sizeof s);
  ax_buf_append(out, AX_STR("trusted comment: "));
  ax_buf_append(out, comment);
  ax_buf_append_char(out, '\n');
  put_base64(out, whole, sizeof whole);
}

ax_status ax_sign_make(ax_str secret, ax_str bytes, ax_str comment, ax_buf *out,
                       ax_error *err) {
  secret_key key;
  if (sodium_init() < 0)
    return ax_error_set(err, AX_UNAVAILABLE, "libsodium cannot be used");
  memset(&key, 0, sizeof key);
  ax_status status = read_key(secret, &key, err);
  if (!status) sign(&key, bytes, comment, out);
  sodium_memzero(&key, sizeof key);
  return status ? status : out->status;
}
