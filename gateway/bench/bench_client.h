/*
 * bench_client.h - a client of a benchmark that waits for its answers.
 * Header only; bench_gateway.h starts what it talks to.
 */
#ifndef AX_BENCH_BENCH_CLIENT_H
#define AX_BENCH_BENCH_CLIENT_H

#include "base/buf.h"
#include "bench_gateway.h"

typedef struct {
  int fd, status;
  ax_buf heard;     /* head and body of the last answer, and a NUL */
  const char *body; /* of it */
} client;

static inline client client_of(unsigned port) {
  return (client){ .fd = dial(port), .heard = AX_BUF_INIT((size_t)1 << 30) };
}

static inline void client_leave(client *c) {
  (void)close(c->fd);
  ax_buf_free(&c->heard);
}

static inline void say(client *c, const char *bytes, size_t len) {
  for (size_t done = 0; done < len;) {
    ssize_t n = send(c->fd, bytes + done, len - done, MSG_NOSIGNAL);
    if (n <= 0) give_up("cannot send");
    done += (size_t)n;
  }
}

/* Where the body begins and ends, once the head is there. */
static inline bool is_whole(client *c, size_t *whole) {
  const char *end = strstr(c->heard.bytes, "\r\n\r\n");
  if (!end) return false;
  const char *length = strstr(c->heard.bytes, "Content-Length: ");
  *whole = (size_t)(end + 4 - c->heard.bytes);
  if (length && length < end)
    *whole += strtoul(length + strlen("Content-Length: "), NULL, 10);
  c->body = end + 4;
  return true;
}

static inline void hear(client *c) {
  size_t whole = SIZE_MAX;
  c->heard.len = 0;
  while (c->heard.len < whole) {
    char *room = ax_buf_room(&c->heard, 65537);
    if (!room) give_up("no memory");
    ssize_t n = recv(c->fd, room, 65536, 0);
    if (n <= 0) give_up("the gateway hung up");
    room[n] = '\0';
    ax_buf_wrote(&c->heard, (size_t)n);
    if (whole == SIZE_MAX) (void)is_whole(c, &whole);
  }
  size_t again = 0;
  (void)is_whole(c, &again); /* the buffer may have moved */
  c->status = (int)strtol(c->heard.bytes + strlen("HTTP/1.1 "), NULL, 10);
}

/* POST to /fhir + path; answers have return=minimal. */
static inline int post(client *c, const char *path, const char *body,
                       size_t len) {
  char head[300];
  int n = snprintf(head, sizeof head,
                   "POST /fhir%s HTTP/1.1\r\nHost: bench\r\nPrefer: "
                   "return=minimal\r\nContent-Type: application/fhir+json\r\n"
                   "Content-Length: %zu\r\n\r\n",
                   path, len);
  say(c, head, (size_t)n);
  say(c, body, len);
  hear(c);
  return c->status;
}

static inline int get(client *c, const char *path) {
  char head[600];
  int n = snprintf(head, sizeof head,
                   "GET /fhir%s HTTP/1.1\r\nHost: bench\r\n\r\n", path);
  say(c, head, (size_t)n);
  hear(c);
  return c->status;
}

static inline int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

#endif
