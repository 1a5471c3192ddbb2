/* Unit tests of gateway/src/http/http_socket.c: the descriptor of a peer. */
#include "support/ax_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_socket.h"

enum { PAIRS = 20 };

typedef struct {
  int listening, client[PAIRS], served[PAIRS], port[PAIRS];
} net;

static int port_of(int fd) {
  struct sockaddr_in at;
  socklen_t len = sizeof at;
  assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
  return ntohs(at.sin_port);
}

static void connect_all(net *n) {
  struct sockaddr_in at = { .sin_family = AF_INET };
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  n->listening = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(n->listening, (struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(listen(n->listening, PAIRS), 0);
  at.sin_port = htons((uint16_t)port_of(n->listening));
  for (int i = 0; i < PAIRS; i++) {
    n->client[i] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(n->client[i], (struct sockaddr *)&at, sizeof at),
                     0);
    n->served[i] = accept(n->listening, NULL, NULL);
    n->port[i] = port_of(n->client[i]);
  }
}

static void close_all(net *n) {
  for (int i = 0; i < PAIRS; i++) {
    (void)close(n->client[i]);
    (void)close(n->served[i]);
  }
  (void)close(n->listening);
}

static void the_descriptor_of_a_peer_is_found_whoever_is_served(void **s) {
  (void)s;
  net n;
  ax_http_sockets *all = calloc(1, sizeof *all);
  ax_http_socket slots[PAIRS];
  assert_non_null(all);
  connect_all(&n);
  for (int i = 0; i < PAIRS; i++) {
    assert_int_equal(ax_http_socket_init(&slots[i], all), 0);
    int fd = ax_http_socket_find(all, "127.0.0.1", n.port[i]);
    assert_int_equal(fd, n.served[i]);
    ax_http_socket_serve(&slots[i], fd);
  }
  /* Also one that is served already: the table is a hint. */
  assert_int_equal(ax_http_socket_find(all, "127.0.0.1", n.port[3]),
                   n.served[3]);
  assert_int_equal(ax_http_socket_find(all, "127.0.0.2", n.port[3]), -1);
  for (int i = 0; i < PAIRS; i++) {
    ax_http_socket_serve(&slots[i], -1);
    ax_http_socket_clear(&slots[i]);
  }
  for (size_t i = 0; i < AX_COUNT(all->served); i++)
    assert_int_equal(all->served[i], 0);
  close_all(&n);
  free(all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_descriptor_of_a_peer_is_found_whoever_is_served),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
