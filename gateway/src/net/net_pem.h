/*
 * net_pem.h - do files of certificates hold what they should? Asked before they
 * are needed: a key that does not fit shows at the start, not at the first
 * handshake. Beside sha256.c and delivery_jwt.c one of the files that include
 * headers of OpenSSL.
 *
 * Whether a certificate is good today is for the handshake to say: files are
 * renewed while the program runs.
 *
 * Threads: any.
 */
#ifndef AX_NET_NET_PEM_H
#define AX_NET_NET_PEM_H

#include "base/error.h"

/* `ca_file` holds at least one certificate, `cert_file` begins with one and
 * `key_file` (or `cert_file` itself, when there is none) holds its private key,
 * without a pass phrase. NULL: not given. IO when a file cannot be read,
 * INVALID otherwise, with the file's name. */
ax_status ax_net_pem_check(const char *ca_file, const char *cert_file,
                           const char *key_file, ax_error *err) AX_MUST_USE;

#endif
