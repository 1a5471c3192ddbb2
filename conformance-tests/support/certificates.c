#include "certificates.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "support/ax_test.h"

enum { NAME = 64, PATH = 256, PATHS = 10, HOUR_S = 3600 };

typedef struct {
  EVP_PKEY *key;
  X509 *certificate;
} identity;

static const struct {
  const char *name, *common_name, *address; /* address: NULL: of a client */
  bool other, expired;
} leaves[] = {
  { "server", "server", "IP:127.0.0.1", false, false },
  { "elsewhere", "elsewhere", "DNS:elsewhere.example.org", false, false },
  { "late-server", "server", "IP:127.0.0.1", false, true },
  { "client", "auspex", NULL, false, false },
  { "late-client", "auspex", NULL, false, true },
  { "stranger", "stranger", NULL, true, false },
};

const char *certificates_path(const char *folder, const char *name) {
  static char paths[PATHS][PATH];
  static size_t next;
  char *path = paths[next++ % PATHS];
  (void)snprintf(path, PATH, "%s/%s", folder, name);
  return path;
}

static void extend(X509 *certificate, int what, const char *value) {
  X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, what, value);
  assert_non_null(e);
  assert_int_equal(X509_add_ext(certificate, e, -1), 1);
  X509_EXTENSION_free(e);
}

/* `issuer`: NULL: signed by itself, an authority. */
static identity make(const char *common_name, const identity *issuer,
                     const char *address, bool expired) {
  identity made = { EVP_EC_gen("P-256"), X509_new() };
  static long serial = 1;
  X509 *c = made.certificate;
  assert_true(made.key && c);
  X509_NAME *name = X509_get_subject_name(c);
  assert_int_equal(X509_set_version(c, 2), 1);
  assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(c), serial++), 1);
  assert_non_null(X509_gmtime_adj(X509_getm_notBefore(c), -2L * HOUR_S));
  assert_non_null(
      X509_gmtime_adj(X509_getm_notAfter(c), (expired ? -1L : 24L) * HOUR_S));
  assert_int_equal(X509_set_pubkey(c, made.key), 1);
  assert_int_equal(
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 (const unsigned char *)common_name, -1, -1, 0),
      1);
  assert_int_equal(
      X509_set_issuer_name(
          c, issuer ? X509_get_subject_name(issuer->certificate) : name),
      1);
  extend(c, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  if (address) extend(c, NID_subject_alt_name, address);
  assert_true(X509_sign(c, issuer ? issuer->key : made.key, EVP_sha256()) > 0);
  return made;
}

static FILE *create(const char *folder, const char *name, const char *ending) {
  char file[NAME];
  (void)snprintf(file, sizeof file, "%s%s", name, ending);
  FILE *out = fopen(certificates_path(folder, file), "w");
  assert_non_null(out);
  return out;
}

static void write_out(const char *folder, const char *name, const identity *i) {
  FILE *file = create(folder, name, ".pem");
  assert_int_equal(PEM_write_X509(file, i->certificate), 1);
  assert_int_equal(fclose(file), 0);
  file = create(folder, name, ".key");
  assert_int_equal(
      PEM_write_PrivateKey(file, i->key, NULL, NULL, 0, NULL, NULL), 1);
  assert_int_equal(fclose(file), 0);
}

static void forget(identity *i) {
  X509_free(i->certificate);
  EVP_PKEY_free(i->key);
}

void certificates_begin(char *folder) {
  assert_non_null(mkdtemp(folder));
  identity ca = make("test authority", NULL, NULL, false);
  identity other = make("another authority", NULL, NULL, false);
  write_out(folder, "ca", &ca);
  write_out(folder, "other-ca", &other);
  for (size_t i = 0; i < AX_COUNT(leaves); i++) {
    identity leaf = make(leaves[i].common_name, leaves[i].other ? &other : &ca,
                         leaves[i].address, leaves[i].expired);
    write_out(folder, leaves[i].name, &leaf);
    forget(&leaf);
  }
  forget(&ca);
  forget(&other);
}

void certificates_end(const char *folder) {
  ax_file_remove_tree(folder);
}

void certificates_renew(const char *folder, const char *from, const char *to) {
  char text[8192];
  FILE *in = fopen(certificates_path(folder, from), "r");
  assert_non_null(in);
  size_t n = fread(text, 1, sizeof text, in);
  (void)fclose(in);
  FILE *out = fopen(certificates_path(folder, to), "w");
  assert_non_null(out);
  assert_int_equal(fwrite(text, 1, n, out), n);
  assert_int_equal(fclose(out), 0);
}
