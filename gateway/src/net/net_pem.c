#include "net/net_pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>

static FILE *open_file(const char *path, const char *what, ax_error *err) {
  FILE *file = fopen(path, "r");
  if (!file)
    (void)ax_error_set(err, AX_IO, "the %s %.150s cannot be read", what, path);
  return file;
}

static X509 *first_certificate(FILE *file) {
  char no_pass_phrase[] = ""; /* or OpenSSL would ask whoever sits there */
  return PEM_read_X509(file, NULL, NULL, no_pass_phrase);
}

static ax_status check_authorities(const char *path, ax_error *err) {
  FILE *file = open_file(path, "file of certificate authorities", err);
  if (!file) return AX_IO;
  X509 *certificate = first_certificate(file);
  (void)fclose(file);
  X509_free(certificate);
  return certificate
             ? AX_OK
             : ax_error_set(err, AX_INVALID,
                            "the file of certificate authorities %.150s holds "
                            "no certificate in PEM",
                            path);
}

static ax_status read_certificate(const char *path, X509 **out, ax_error *err) {
  FILE *file = open_file(path, "client certificate", err);
  if (!file) return AX_IO;
  *out = first_certificate(file);
  (void)fclose(file);
  return *out ? AX_OK
              : ax_error_set(err, AX_INVALID,
                             "the client certificate %.150s holds no "
                             "certificate in PEM",
                             path);
}

static ax_status check_key(const char *path, X509 *certificate, ax_error *err) {
  FILE *file = open_file(path, "key of the client certificate", err);
  if (!file) return AX_IO;
  char no_pass_phrase[] = "";
  EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, no_pass_phrase);
  (void)fclose(file);
  if (!key)
    return ax_error_set(err, AX_INVALID,
                        "%.150s holds no private key in PEM without a pass "
                        "phrase",
                        path);
  bool fits = X509_check_private_key(certificate, key) == 1;
  EVP_PKEY_free(key);
  return fits ? AX_OK
              : ax_error_set(err, AX_INVALID,
                             "the key in %.150s is not that of the client "
                             "certificate",
                             path);
}

static ax_status check_pair(const char *cert_file, const char *key_file,
                            ax_error *err) {
  X509 *certificate = NULL;
  AX_TRY(read_certificate(cert_file, &certificate, err));
  ax_status status =
      check_key(key_file ? key_file : cert_file, certificate, err);
  X509_free(certificate);
  return status;
}

ax_status ax_net_pem_check(const char *ca_file, const char *cert_file,
                           const char *key_file, ax_error *err) {
  ax_status status = AX_OK;
  if (ca_file) status = check_authorities(ca_file, err);
  if (!status && key_file && !cert_file)
    status = ax_error_set(err, AX_INVALID,
                          "the key %.150s is given without a client "
                          "certificate",
                          key_file);
  if (!status && cert_file) status = check_pair(cert_file, key_file, err);
  ERR_clear_error(); /* curl reads this queue, too */
  return status;
}
