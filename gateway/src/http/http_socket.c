#include "http/http_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_served(const ax_http_sockets *all, int fd) {
  return (atomic_load(&all->served[fd / 32]) >> (fd % 32) & 1) != 0;
}

static void mark(ax_http_sockets *all, int fd, bool served) {
  if (!all || fd < 0 || fd >= AX_HTTP_SOCKETS_MAX) return;
  uint32_t bit = (uint32_t)1 << (fd % 32);
  if (served)
    atomic_fetch_or(&all->served[fd / 32], bit);
  else
    atomic_fetch_and(&all->served[fd / 32], ~bit);
}

int ax_http_socket_init(ax_http_socket *slot, ax_http_sockets *all) {
  *slot = (ax_http_socket){ .fd = -1, .all = all };
  return pthread_mutex_init(&slot->lock, NULL);
}

void ax_http_socket_clear(ax_http_socket *slot) {
  (void)pthread_mutex_destroy(&slot->lock);
}

static bool is_peer(int fd, const char *address, int port) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage room;
  } peer;
  socklen_t len = sizeof peer;
  char text[INET6_ADDRSTRLEN];
  if (getpeername(fd, &peer.any, &len) != 0) return false;
  if (peer.any.sa_family == AF_INET)
    return ntohs(peer.v4.sin_port) == port &&
           inet_ntop(AF_INET, &peer.v4.sin_addr, text, sizeof text) &&
           strcmp(text, address) == 0;
  if (peer.any.sa_family == AF_INET6)
    return ntohs(peer.v6.sin6_port) == port &&
           inet_ntop(AF_INET6, &peer.v6.sin6_addr, text, sizeof text) &&
           strcmp(text, address) == 0;
  return false;
}

/* Descriptors are given out from below, so a search ends early; a new one lies
 * below the served ones or a little above. */
int ax_http_socket_find(const ax_http_sockets *all, const char *address,
                        int port) {
  long top = sysconf(_SC_OPEN_MAX);
  int end = top < 0 || top > AX_HTTP_SOCKETS_MAX ? AX_HTTP_SOCKETS_MAX
                                                 : (int)top;
  for (int fd = 3; fd < end; fd++)
    if (!is_served(all, fd) && is_peer(fd, address, port)) return fd;
  for (int fd = 3; fd < end; fd++)
    if (is_served(all, fd) && is_peer(fd, address, port)) return fd;
  return -1;
}

void ax_http_socket_serve(ax_http_socket *slot, int fd) {
  (void)pthread_mutex_lock(&slot->lock);
  mark(slot->all, slot->fd, false);
  mark(slot->all, fd, true);
  slot->fd = fd;
  slot->step = AX_HTTP_SOCKET_WORKING;
  slot->late = false;
  (void)pthread_mutex_unlock(&slot->lock);
}

bool ax_http_socket_begin(ax_http_socket *slot, ax_http_socket_step step,
                          int64_t deadline_ns) {
  (void)pthread_mutex_lock(&slot->lock);
  bool late = slot->late;
  slot->step = step;
  slot->deadline_ns = deadline_ns;
  slot->late = false;
  (void)pthread_mutex_unlock(&slot->lock);
  return late;
}

static bool must_leave(const ax_http_socket *slot, int64_t now_ns,
                       ax_http_socket_mood mood) {
  if (slot->step != AX_HTTP_SOCKET_IDLE) return false;
  return mood == AX_HTTP_SOCKET_STOPPING ||
         (mood == AX_HTTP_SOCKET_CROWDED && now_ns > slot->deadline_ns);
}

void ax_http_socket_check(ax_http_socket *slot, int64_t now_ns,
                          ax_http_socket_mood mood) {
  (void)pthread_mutex_lock(&slot->lock);
  bool reading = slot->step == AX_HTTP_SOCKET_READING;
  bool writing = slot->step == AX_HTTP_SOCKET_WRITING;
  bool overdue = (reading || writing) && now_ns > slot->deadline_ns;
  if (slot->fd >= 0 && overdue) {
    /* Who is late to send may still be told so. */
    (void)shutdown(slot->fd, reading ? SHUT_RD : SHUT_RDWR);
    slot->late = true;
  }
  if (slot->fd >= 0 && must_leave(slot, now_ns, mood))
    (void)shutdown(slot->fd, SHUT_RD);
  (void)pthread_mutex_unlock(&slot->lock);
}

void ax_http_socket_knock(const char *address, unsigned port) {
  struct sockaddr_in v4 = { .sin_family = AF_INET };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
  v4.sin_port = v6.sin6_port = htons((uint16_t)port);
  bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1) return;
  int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
  if (fd < 0) return;
  const struct sockaddr *to =
      is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
  (void)connect(fd, to, is_v4 ? sizeof v4 : sizeof v6);
  (void)close(fd);
}
