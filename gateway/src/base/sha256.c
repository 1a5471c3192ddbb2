#include "base/sha256.h"

#include <stdlib.h>

#include <openssl/evp.h>

static void digest(const EVP_MD *kind, ax_str first, ax_str second,
                   unsigned char *out) {
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  int ok = ctx && EVP_DigestInit_ex(ctx, kind, NULL) == 1 &&
           EVP_DigestUpdate(ctx, first.ptr, first.len) == 1 &&
           EVP_DigestUpdate(ctx, second.ptr, second.len) == 1 &&
           EVP_DigestFinal_ex(ctx, out, NULL) == 1;
  EVP_MD_CTX_free(ctx);
  if (!ok) abort(); /* a wrong digest must never get into the evidence */
}

void ax_sha256(ax_str data, unsigned char out[AX_SHA256_BYTES]) {
  digest(EVP_sha256(), data, AX_STR(""), out);
}

void ax_sha256_hex(ax_str data, char out[AX_SHA256_HEX + 1]) {
  static const char hex[] = "0123456789abcdef";
  unsigned char bytes[AX_SHA256_BYTES];
  ax_sha256(data, bytes);
  for (size_t i = 0; i < sizeof bytes; i++) {
    out[2 * i] = hex[bytes[i] >> 4];
    out[2 * i + 1] = hex[bytes[i] & 15];
  }
  out[AX_SHA256_HEX] = '\0';
}

void ax_sha256_sha1_of_two(ax_str first, ax_str second,
                           unsigned char out[AX_SHA1_BYTES]) {
  digest(EVP_sha1(), first, second, out);
}
