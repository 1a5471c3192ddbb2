#include "delivery/delivery_jwt.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_MAX = 2048, ES384_PART = 48 };

struct ax_delivery_jwt_key {
  EVP_PKEY *pkey;
  bool elliptic;
};

static bool fits(EVP_PKEY *pkey, bool elliptic) {
  if (elliptic)
    return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC &&
           EVP_PKEY_get_bits(pkey) == 384;
  return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA &&
         EVP_PKEY_get_bits(pkey) >= 2048;
}

ax_status ax_delivery_jwt_key_new(const char *path, const char *algorithm,
                                  ax_delivery_jwt_key **out, ax_error *err) {
  *out = NULL;
  FILE *file = fopen(path, "r");
  if (!file)
    return ax_error_set(err, AX_IO, "the key %.150s cannot be read", path);
  ax_delivery_jwt_key *key = calloc(1, sizeof *key);
  char no_pass_phrase[] = ""; /* or OpenSSL would ask whoever sits there */
  if (key) {
    key->elliptic = strcmp(algorithm, "ES384") == 0;
    key->pkey = PEM_read_PrivateKey(file, NULL, NULL, no_pass_phrase);
  }
  (void)fclose(file);
  if (!key) return AX_NOMEM;
  if (key->pkey && fits(key->pkey, key->elliptic)) {
    *out = key;
    return AX_OK;
  }
  ax_delivery_jwt_key_free(key);
  return ax_error_set(err, AX_INVALID,
                      "%.150s holds no private key for %s (RSA of 2048 bits or "
                      "more for RS384, P-384 for ES384)",
                      path, algorithm);
}

void ax_delivery_jwt_key_free(ax_delivery_jwt_key *key) {
  if (!key) return;
  EVP_PKEY_free(key->pkey);
  free(key);
}

/* RFC 4648 5, without padding. */
static ax_str base64url(ax_arena *arena, const unsigned char *bytes,
                        size_t len) {
  char *text = AX_NEW_ARRAY(arena, char, len / 3 * 4 + 5);
  if (!text) return (ax_str){ 0 };
  size_t n = (size_t)EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
  while (n && text[n - 1] == '=') n--;
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '+') text[i] = '-';
    if (text[i] == '/') text[i] = '_';
  }
  return (ax_str){ text, n };
}

/* RFC 7518 3.4: R and S one behind the other, not their DER. */
static bool flatten(const unsigned char *der, size_t len,
                    unsigned char out[2 * ES384_PART]) {
  ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
  if (!sig) return false;
  bool done =
      BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, ES384_PART) == ES384_PART &&
      BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + ES384_PART, ES384_PART) ==
          ES384_PART;
  ECDSA_SIG_free(sig);
  return done;
}

static bool sign(const ax_delivery_jwt_key *key, ax_str text,
                 unsigned char *signature, size_t *len) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool done =
      context &&
      EVP_DigestSignInit(context, NULL, EVP_sha384(), NULL, key->pkey) == 1 &&
      EVP_DigestSign(context, signature, len, (const unsigned char *)text.ptr,
                     text.len) == 1;
  EVP_MD_CTX_free(context);
  return done;
}

ax_status ax_delivery_jwt_sign(const ax_delivery_jwt_key *key, ax_arena *arena,
                               ax_str header, ax_str payload, ax_str *out,
                               ax_error *err) {
  unsigned char signature[SIGNATURE_MAX], flat[2 * ES384_PART];
  size_t len = sizeof signature;
  ax_str head = base64url(arena, (const unsigned char *)header.ptr, header.len);
  ax_str body =
      base64url(arena, (const unsigned char *)payload.ptr, payload.len);
  if (!head.ptr || !body.ptr) return AX_NOMEM;
  ax_str text = AX_JOIN(arena, head, AX_STR("."), body);
  if (!text.ptr) return AX_NOMEM;
  bool done = sign(key, text, signature, &len);
  if (done && key->elliptic) done = flatten(signature, len, flat);
  if (!done) return ax_error_set(err, AX_INVALID, "a token cannot be signed");
  ax_str tail = key->elliptic ? base64url(arena, flat, sizeof flat)
                              : base64url(arena, signature, len);
  if (!tail.ptr) return AX_NOMEM;
  *out = AX_JOIN(arena, text, AX_STR("."), tail);
  return out->ptr ? AX_OK : AX_NOMEM;
}
