/*
 * certificates.h - certificates for tests, made anew in a folder:
 *
 *     ca.pem            an authority, and other-ca.pem another one
 *     server.pem        127.0.0.1, by ca
 *     elsewhere.pem     another host, by ca
 *     late-server.pem   127.0.0.1, by ca, expired
 *     client.pem        a client, by ca
 *     late-client.pem   the same, expired
 *     stranger.pem      a client, by other-ca
 *
 * each with its private key in NAME.key. Whatever goes wrong in here fails the
 * test that called.
 */
#ifndef AX_CONFORMANCE_CERTIFICATES_H
#define AX_CONFORMANCE_CERTIFICATES_H

/* Makes `folder` (a template of mkdtemp) and the files in it. */
void certificates_begin(char *folder);
/* Removes the folder with all that is in it. */
void certificates_end(const char *folder);

/* FOLDER/`name`, good until the tenth call from here on. */
const char *certificates_path(const char *folder, const char *name);

/* Writes the file `from` over the file `to`, as who renews one does. */
void certificates_renew(const char *folder, const char *from, const char *to);

#endif
