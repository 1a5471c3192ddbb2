/*
 * http_socket.h - the socket under a connection of a library that does not
 * hand it out, and a watch over it.
 *
 * A slot belongs to one serving thread. The thread says which peer it serves
 * and by when it must be done with the present step; a watchdog asks every slot
 * now and then and shuts the sockets of those that are late. Shutting down
 * (not closing) wakes a thread that waits in a read or a write.
 *
 * Threads: every function may be called from any thread; a slot has a lock.
 */
#ifndef AX_HTTP_HTTP_SOCKET_H
#define AX_HTTP_HTTP_SOCKET_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/str.h"

typedef enum {
  AX_HTTP_SOCKET_WORKING, /* neither reads nor writes: never late */
  AX_HTTP_SOCKET_IDLE,    /* waits for the next request of the connection */
  AX_HTTP_SOCKET_READING,
  AX_HTTP_SOCKET_WRITING
} ax_http_socket_step;

/* Which descriptors slots serve: none of them is a new connection's, so that
 * finding that one does not ask every connection there is. */
enum { AX_HTTP_SOCKETS_MAX = 65536 };
typedef struct {
  _Atomic uint32_t served[AX_HTTP_SOCKETS_MAX / 32];
} ax_http_sockets;

typedef struct {
  pthread_mutex_t lock;
  ax_http_sockets *all; /* of the same server; NULL: nobody asks */
  int fd; /* -1: no connection, or not found */
  ax_http_socket_step step;
  int64_t deadline_ns; /* monotonic; of reading and writing; of IDLE: when it
                          may be taken for somebody else */
  bool late;           /* the step was cut short */
} ax_http_socket;

int ax_http_socket_init(ax_http_socket *slot, ax_http_sockets *all);
void ax_http_socket_clear(ax_http_socket *slot);

/* Finds the open descriptor of this process whose peer is `address` (numeric
 * IPv4 or IPv6) and `port`, first among those that no slot serves; -1 when
 * there is none. */
int ax_http_socket_find(const ax_http_sockets *all, const char *address,
                        int port);

/* The slot's thread serves `fd` from now on; -1: nothing any more. */
void ax_http_socket_serve(ax_http_socket *slot, int fd);

/* Begins a step, which must end by `deadline_ns`. Returns whether the step
 * before was cut short. */
bool ax_http_socket_begin(ax_http_socket *slot, ax_http_socket_step step,
                          int64_t deadline_ns);

typedef enum {
  AX_HTTP_SOCKET_EASY,    /* idle connections may stay */
  AX_HTTP_SOCKET_CROWDED, /* those past their deadline go */
  AX_HTTP_SOCKET_STOPPING /* all of them go */
} ax_http_socket_mood;

/* Shuts the slot's socket when its step is late at `now_ns`, or when it is idle
 * and the mood is against it. */
void ax_http_socket_check(ax_http_socket *slot, int64_t now_ns,
                          ax_http_socket_mood mood);

/* Connects to a listening socket of this process and hangs up, which wakes the
 * thread that waits in accept. */
void ax_http_socket_knock(const char *address, unsigned port);

#endif
