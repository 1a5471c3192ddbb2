#include "scoring/frame_load.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

size_t ax_frame_load_fds(const ax_frame_load *order,
                         int out[AX_FRAME_LOAD_FDS]) {
  size_t count = 0;
  out[count++] = order->module;
  if (order->data >= 0) out[count++] = order->data;
  for (size_t i = 0; i < order->library_count; i++)
    out[count++] = order->libraries[i];
  return count;
}

ax_status ax_frame_load_write(ax_buf *out, const ax_frame_load *order) {
  ax_frame_begin(out, AX_FRAME_LOAD, 0);
  ax_frame_put_u64(out, order->memory);
  ax_frame_put_u8(out, order->trial);
  ax_frame_put_u8(out, (uint8_t)order->library_count);
  ax_frame_put_u32(out, (uint32_t)order->file_count);
  for (size_t i = 0; i < order->file_count; i++) {
    ax_frame_put_str(out, order->files[i].name);
    ax_frame_put_u64(out, order->files[i].offset);
    ax_frame_put_u64(out, order->files[i].length);
  }
  if (out->len > AX_FRAME_LOAD_BYTES) return AX_TOO_LARGE;
  return ax_frame_end(out);
}

static bool read_order(ax_arena *arena, ax_str payload, ax_frame_load *out) {
  ax_frame f = ax_frame_reader(payload);
  out->memory = ax_frame_u64(&f);
  out->trial = ax_frame_u8(&f);
  out->library_count = ax_frame_u8(&f);
  if (out->library_count > AX_FRAME_LOAD_LIBRARIES) return false;
  out->file_count = ax_frame_count(&f, AX_FRAME_LOAD_FILES, 20);
  ax_frame_load_file *files =
      AX_NEW_ARRAY(arena, ax_frame_load_file, out->file_count + 1);
  if (!files) return false;
  for (size_t i = 0; i < out->file_count; i++) {
    files[i].name = ax_frame_str(&f, 255);
    files[i].offset = ax_frame_u64(&f);
    files[i].length = ax_frame_u64(&f);
  }
  out->files = files;
  return ax_frame_done(&f);
}

/* The bytes of one packet and the descriptors with it; those that did not come
 * are -1. */
static ssize_t receive(int socket, void *bytes, int fds[AX_FRAME_LOAD_FDS]) {
  enum { SIZE = AX_FRAME_LOAD_FDS * sizeof(int) };
  union {
    char bytes[CMSG_SPACE(SIZE)];
    struct cmsghdr align;
  } control = { { 0 } };
  struct iovec iov = { bytes, AX_FRAME_LOAD_BYTES };
  struct msghdr msg = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control.bytes,
                        .msg_controllen = sizeof control.bytes };
  ssize_t got;
  do got = recvmsg(socket, &msg, 0);
  while (got < 0 && errno == EINTR);
  for (size_t i = 0; i < AX_FRAME_LOAD_FDS; i++) fds[i] = -1;
  struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
  if (got > 0 && c && c->cmsg_level == SOL_SOCKET &&
      c->cmsg_type == SCM_RIGHTS) {
    size_t len = c->cmsg_len - CMSG_LEN(0);
    memcpy(fds, CMSG_DATA(c), len < SIZE ? len : SIZE);
  }
  return got;
}

/* The last ones are libraries; before them stands the module, and between them
 * the data, when there are any. */
static bool share_out(const int fds[AX_FRAME_LOAD_FDS], ax_frame_load *out) {
  size_t count = 0;
  while (count < AX_FRAME_LOAD_FDS && fds[count] >= 0) count++;
  if (count < 1 + out->library_count || count > 2 + out->library_count)
    return false;
  out->module = fds[0];
  out->data = count == 2 + out->library_count ? fds[1] : -1;
  for (size_t i = 0; i < out->library_count; i++)
    out->libraries[i] = fds[count - out->library_count + i];
  return true;
}

ax_status ax_frame_load_receive(ax_arena *arena, int socket, ax_frame_load *out,
                                ax_error *err) {
  char *bytes = AX_NEW_ARRAY(arena, char, AX_FRAME_LOAD_BYTES);
  int fds[AX_FRAME_LOAD_FDS];
  if (!bytes) return ax_error_set(err, AX_NOMEM, "no memory for the order");
  ssize_t got = receive(socket, bytes, fds);
  ax_frame_header head;
  *out = (ax_frame_load){ .module = -1, .data = -1 };
  if (got < AX_FRAME_HEADER ||
      !ax_frame_header_read((const unsigned char *)bytes, &head) ||
      head.type != AX_FRAME_LOAD ||
      head.length != (size_t)got - AX_FRAME_HEADER ||
      !read_order(arena, (ax_str){ bytes + AX_FRAME_HEADER, head.length },
                  out) ||
      !share_out(fds, out))
    return ax_error_set(err, AX_INVALID, "the order to load is malformed");
  return AX_OK;
}
