/*
 * tls_front.h - TLS before a server of this process that speaks plain HTTP, as
 * a hospital puts nginx or haproxy before one. Only clients that show a
 * certificate by the front's authority come through.
 *
 *     tls_front *front = tls_front_start(folder, "server", plain_port);
 *     ... https://127.0.0.1:PORT, PORT = tls_front_port(front)
 *     assert_int_equal(tls_front_let_in(front), 1);
 *     tls_front_stop(front);
 *
 * Certificates are those of certificates.h. Whatever goes wrong in here but a
 * handshake fails the test that called.
 *
 * Threads: one of its own for each connection; the calls from one thread.
 */
#ifndef AX_CONFORMANCE_TLS_FRONT_H
#define AX_CONFORMANCE_TLS_FRONT_H

#include <stddef.h>

typedef struct tls_front tls_front;

/* Shows FOLDER/`name`.pem and asks for certificates by FOLDER/ca.pem. */
tls_front *tls_front_start(const char *folder, const char *name,
                           unsigned plain_port);
unsigned tls_front_port(const tls_front *front);

/* Connections whose handshake came to its end. */
size_t tls_front_let_in(const tls_front *front);

/* Ends all connections. NULL is fine. */
void tls_front_stop(tls_front *front);

#endif
