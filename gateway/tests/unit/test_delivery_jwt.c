/* Unit tests of gateway/src/delivery/delivery_jwt.c: what we sign is what
 * others can verify. */
#include "support/ax_test.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "delivery/delivery_jwt.h"

static char path[64];

static int set_up(void **state) {
  (void)state;
  (void)snprintf(path, sizeof path, "/tmp/auspex-jwt-%d.pem", (int)getpid());
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  (void)remove(path);
  return 0;
}

static EVP_PKEY *write_key(EVP_PKEY *pkey) {
  assert_non_null(pkey);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL),
                   1);
  assert_int_equal(fclose(file), 0);
  return pkey;
}

static size_t decode(ax_str text, unsigned char *out) {
  char padded[4096];
  size_t n = 0;
  for (; n < text.len; n++)
    padded[n] = text.ptr[n] == '-'   ? '+'
                : text.ptr[n] == '_' ? '/'
                                     : text.ptr[n];
  size_t lacks = (4 - n % 4) % 4;
  for (size_t i = 0; i < lacks; i++) padded[n++] = '=';
  int len = EVP_DecodeBlock(out, (const unsigned char *)padded, (int)n);
  assert_true(len >= 0);
  return (size_t)len - lacks;
}

static bool verifies(EVP_PKEY *pkey, ax_str token, bool elliptic) {
  unsigned char raw[1024], der[1024];
  ax_str rest = token;
  (void)ax_str_cut(&rest, '.');
  (void)ax_str_cut(&rest, '.');
  ax_str text = { token.ptr, token.len - rest.len - 1 };
  size_t len = decode(rest, raw);
  const unsigned char *signature = raw;
  if (elliptic) {
    assert_int_equal(len, 96);
    ECDSA_SIG *sig = ECDSA_SIG_new();
    (void)ECDSA_SIG_set0(sig, BN_bin2bn(raw, 48, NULL),
                         BN_bin2bn(raw + 48, 48, NULL));
    unsigned char *end = der;
    len = (size_t)i2d_ECDSA_SIG(sig, &end);
    signature = der;
    ECDSA_SIG_free(sig);
  }
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool good =
      EVP_DigestVerifyInit(context, NULL, EVP_sha384(), NULL, pkey) == 1 &&
      EVP_DigestVerify(context, signature, len, (const unsigned char *)text.ptr,
                       text.len) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

static void check(EVP_PKEY *pkey, const char *algorithm, bool elliptic) {
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_delivery_jwt_key *key = NULL;
  ax_error err = { 0 };
  ax_str token;
  unsigned char head[100];
  assert_int_equal(ax_delivery_jwt_key_new(path, algorithm, &key, &err), AX_OK);
  for (int i = 0; i < 20; i++) {
    assert_int_equal(ax_delivery_jwt_sign(key, arena, AX_STR("{\"alg\":1}"),
                                          AX_STR("{\"iss\":\"me?>\"}"), &token,
                                          &err),
                     AX_OK);
    assert_true(verifies(pkey, token, elliptic));
  }
  ax_str rest = token;
  size_t n = decode(ax_str_cut(&rest, '.'), head);
  assert_int_equal(n, 9);
  assert_memory_equal(head, "{\"alg\":1}", 9);
  char *changed = ax_arena_cstr(arena, token);
  changed[strcspn(changed, ".") + 2] ^= 1;
  assert_false(verifies(pkey, ax_str_from(changed), elliptic));
  ax_delivery_jwt_key_free(key);
  ax_arena_free(arena);
  EVP_PKEY_free(pkey);
}

static void rs384_verifies(void **state) {
  (void)state;
  check(write_key(EVP_RSA_gen(2048)), "RS384", false);
}

static void es384_verifies(void **state) {
  (void)state;
  check(write_key(EVP_EC_gen("P-384")), "ES384", true);
}

static void a_key_that_does_not_fit_is_refused(void **state) {
  (void)state;
  ax_delivery_jwt_key *key = NULL;
  ax_error err = { 0 };
  EVP_PKEY_free(write_key(EVP_EC_gen("P-256")));
  assert_int_equal(ax_delivery_jwt_key_new(path, "ES384", &key, &err),
                   AX_INVALID);
  assert_non_null(strstr(err.text, "holds no private key for ES384"));
  assert_int_equal(ax_delivery_jwt_key_new(path, "RS384", &key, NULL),
                   AX_INVALID);
  assert_int_equal(ax_delivery_jwt_key_new("/nowhere", "RS384", &key, NULL),
                   AX_IO);
  assert_null(key);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rs384_verifies),
    cmocka_unit_test(es384_verifies),
    cmocka_unit_test(a_key_that_does_not_fit_is_refused),
  };
  return cmocka_run_group_tests_name("delivery_jwt", tests, set_up, tear_down);
}
