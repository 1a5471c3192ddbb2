/* Memory files of broker.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scoring/broker.h"

static int write_all(int fd, ax_str bytes) {
  while (bytes.len) {
    ssize_t wrote = write(fd, bytes.ptr, bytes.len);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return -1;
    bytes.ptr += wrote;
    bytes.len -= (size_t)wrote;
  }
  return 0;
}

ax_status ax_broker_seal(const char *name, ax_str bytes, int *out,
                         ax_error *err) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    return ax_error_set(err, AX_IO, "memfd_create: %s", strerror(errno));
  if (write_all(fd, bytes) != 0 ||
      fcntl(fd, F_ADD_SEALS,
            F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
    ax_error_set(err, AX_IO, "the memory file of '%s': %s", name,
                 strerror(errno));
    close(fd);
    return AX_IO;
  }
  *out = fd;
  return AX_OK;
}

ax_status ax_broker_send_fds(int socket, ax_str bytes, const int *fds,
                             size_t fd_count, ax_error *err) {
  enum { MOST = 4 };
  if (fd_count > MOST)
    return ax_error_set(err, AX_TOO_LARGE, "too many descriptors");
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr align;
  } control = { { 0 } };
  struct iovec iov = { .iov_len = bytes.len };
  struct msghdr msg = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control.bytes,
                        .msg_controllen = CMSG_SPACE(fd_count * sizeof(int)) };
  memcpy(&iov.iov_base, &bytes.ptr, sizeof iov.iov_base); /* only read */
  struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
  memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
  ssize_t sent;
  do sent = sendmsg(socket, &msg, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  /* A LOAD message is small and the socket's buffer empty: it goes whole. */
  if (sent == (ssize_t)bytes.len) return AX_OK;
  return ax_error_set(err, AX_UNAVAILABLE, "the worker takes no message");
}
