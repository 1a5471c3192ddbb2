#include "tls_front.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "certificates.h"
#include "support/ax_test.h"

enum { CONNECTIONS = 64, CHUNK = 16384, LOOK_MS = 50 };

struct tls_front {
  SSL_CTX *tls;
  int listener;
  unsigned port, plain_port;
  pthread_t acceptor;
  atomic_bool stopping;
  atomic_size_t let_in;
  pthread_t threads[CONNECTIONS];
  size_t count; /* of threads; the acceptor's until it has ended */
};

typedef struct {
  tls_front *front;
  int fd;
} connection;

static struct sockaddr_in local(unsigned port) {
  struct sockaddr_in at = { .sin_family = AF_INET };
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons((uint16_t)port);
  return at;
}

static bool send_all(int fd, const char *bytes, size_t len) {
  while (len) {
    ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes += n;
    len -= (size_t)n;
  }
  return true;
}

static bool to_plain(SSL *ssl, int plain) {
  char bytes[CHUNK];
  int n = SSL_read(ssl, bytes, sizeof bytes);
  return n > 0 && send_all(plain, bytes, (size_t)n);
}

static bool to_tls(SSL *ssl, int plain) {
  char bytes[CHUNK];
  ssize_t n = recv(plain, bytes, sizeof bytes, 0);
  return n > 0 && SSL_write(ssl, bytes, (int)n) == n;
}

static void relay(const tls_front *front, SSL *ssl, int plain) {
  struct pollfd ends[] = { { .fd = SSL_get_fd(ssl), .events = POLLIN },
                           { .fd = plain, .events = POLLIN } };
  bool open = true;
  while (open && !atomic_load(&front->stopping)) {
    bool held = SSL_pending(ssl) > 0; /* read already, so poll tells nothing */
    if (poll(ends, 2, held ? 0 : LOOK_MS) < 0) break;
    if (held || ends[0].revents) open = to_plain(ssl, plain);
    if (open && ends[1].revents) open = to_tls(ssl, plain);
  }
}

/* Bytes that nobody reads would make the kernel reset the connection, and the
 * client would not hear why it was turned away. */
static void hear_out(int fd) {
  char bytes[CHUNK];
  (void)shutdown(fd, SHUT_WR);
  while (recv(fd, bytes, sizeof bytes, 0) > 0) {
  }
}

static void *serve(void *ctx) {
  connection *c = ctx;
  tls_front *front = c->front;
  SSL *ssl = SSL_new(front->tls);
  int plain = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at = local(front->plain_port);
  if (ssl && SSL_set_fd(ssl, c->fd) == 1 && SSL_accept(ssl) == 1) {
    atomic_fetch_add(&front->let_in, 1);
    if (connect(plain, (struct sockaddr *)&at, sizeof at) == 0)
      relay(front, ssl, plain);
    (void)SSL_shutdown(ssl);
  } else {
    hear_out(c->fd);
  }
  SSL_free(ssl);
  (void)close(plain);
  (void)close(c->fd);
  free(c);
  return NULL;
}

static void take(tls_front *front, int fd) {
  const struct timeval patience = { .tv_sec = 10 };
  connection *c = calloc(1, sizeof *c);
  if (!c || front->count == CONNECTIONS) {
    free(c);
    (void)close(fd);
    return;
  }
  *c = (connection){ front, fd };
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (pthread_create(&front->threads[front->count], NULL, serve, c) == 0)
    front->count++;
}

static void *accept_all(void *ctx) {
  tls_front *front = ctx;
  struct pollfd door = { .fd = front->listener, .events = POLLIN };
  while (!atomic_load(&front->stopping)) {
    if (poll(&door, 1, LOOK_MS) <= 0) continue;
    int fd = accept(front->listener, NULL, NULL);
    if (fd >= 0) take(front, fd);
  }
  return NULL;
}

static SSL_CTX *make_tls(const char *folder, const char *name) {
  SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
  char certificate[80], key[80];
  (void)snprintf(certificate, sizeof certificate, "%s.pem", name);
  (void)snprintf(key, sizeof key, "%s.key", name);
  assert_non_null(tls);
  assert_int_equal(
      SSL_CTX_use_certificate_file(tls, certificates_path(folder, certificate),
                                   SSL_FILETYPE_PEM),
      1);
  assert_int_equal(SSL_CTX_use_PrivateKey_file(
                       tls, certificates_path(folder, key), SSL_FILETYPE_PEM),
                   1);
  assert_int_equal(SSL_CTX_load_verify_locations(
                       tls, certificates_path(folder, "ca.pem"), NULL),
                   1);
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     NULL);
  /* Nobody is sent the authority along; it is for the client to know. */
  (void)SSL_CTX_set_mode(tls, SSL_MODE_NO_AUTO_CHAIN);
  /* Who was let in once shall show its certificate again. */
  (void)SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
  (void)SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
  (void)SSL_CTX_set_num_tickets(tls, 0);
  return tls;
}

tls_front *tls_front_start(const char *folder, const char *name,
                           unsigned plain_port) {
  tls_front *front = calloc(1, sizeof *front);
  struct sockaddr_in at = local(0);
  socklen_t size = sizeof at;
  assert_non_null(front);
  front->plain_port = plain_port;
  front->tls = make_tls(folder, name);
  front->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(front->listener, (struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(listen(front->listener, CONNECTIONS), 0);
  assert_int_equal(getsockname(front->listener, (struct sockaddr *)&at, &size),
                   0);
  front->port = ntohs(at.sin_port);
  assert_int_equal(pthread_create(&front->acceptor, NULL, accept_all, front),
                   0);
  return front;
}

unsigned tls_front_port(const tls_front *front) {
  return front->port;
}

size_t tls_front_let_in(const tls_front *front) {
  return atomic_load(&front->let_in);
}

void tls_front_stop(tls_front *front) {
  if (!front) return;
  atomic_store(&front->stopping, true);
  (void)pthread_join(front->acceptor, NULL);
  for (size_t i = 0; i < front->count; i++)
    (void)pthread_join(front->threads[i], NULL);
  (void)close(front->listener);
  SSL_CTX_free(front->tls);
  free(front);
}
