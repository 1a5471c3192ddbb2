#include "scoring/frame.h"

#include <string.h>

#include "base/utf8.h"

#define FRAME_MAGIC                                         \
  0x58465541u /* "AUFX" in memory on little-endian machines \
               */

bool ax_frame_header_read(const unsigned char *bytes, ax_frame_header *out) {
  uint32_t word[5];
  memcpy(word, bytes, sizeof word);
  if (word[0] != FRAME_MAGIC || word[1] != AX_FRAME_VERSION) return false;
  if (word[2] < AX_FRAME_LOAD || word[2] >= AX_FRAME_TYPES) return false;
  if (word[4] > AX_FRAME_MAX) return false;
  *out = (ax_frame_header){ .type = (ax_frame_type)word[2],
                            .sequence = word[3],
                            .length = word[4] };
  return true;
}

ax_frame ax_frame_reader(ax_str payload) {
  const unsigned char *at = (const unsigned char *)payload.ptr;
  return (ax_frame){ .at = at, .end = at ? at + payload.len : at };
}

static size_t left(const ax_frame *f) {
  return (size_t)(f->end - f->at);
}

const unsigned char *ax_frame_bytes(ax_frame *f, size_t count, size_t size) {
  if (f->bad || (size && count > left(f) / size)) {
    f->bad = true;
    return NULL;
  }
  const unsigned char *bytes = f->at;
  f->at += count * size;
  return bytes;
}

static void take(ax_frame *f, void *out, size_t size) {
  const unsigned char *bytes = ax_frame_bytes(f, 1, size);
  if (bytes) memcpy(out, bytes, size);
}

uint8_t ax_frame_u8(ax_frame *f) {
  uint8_t value = 0;
  take(f, &value, sizeof value);
  return value;
}

uint32_t ax_frame_u32(ax_frame *f) {
  uint32_t value = 0;
  take(f, &value, sizeof value);
  return value;
}

int32_t ax_frame_i32(ax_frame *f) {
  int32_t value = 0;
  take(f, &value, sizeof value);
  return value;
}

uint64_t ax_frame_u64(ax_frame *f) {
  uint64_t value = 0;
  take(f, &value, sizeof value);
  return value;
}

int64_t ax_frame_i64(ax_frame *f) {
  int64_t value = 0;
  take(f, &value, sizeof value);
  return value;
}

double ax_frame_f64(ax_frame *f) {
  double value = 0;
  take(f, &value, sizeof value);
  return value;
}

ax_str ax_frame_str(ax_frame *f, size_t max) {
  size_t len = ax_frame_u32(f);
  if (f->bad || len > max || len > left(f)) return f->bad = true, AX_STR("");
  ax_str text = { (const char *)f->at, len };
  if (len && (memchr(text.ptr, 0, len) || !ax_utf8_valid(text, NULL)))
    return f->bad = true, AX_STR("");
  f->at += len;
  return text;
}

uint32_t ax_frame_count(ax_frame *f, uint32_t max, size_t each) {
  uint32_t count = ax_frame_u32(f);
  if (f->bad || count > max || (each && count > left(f) / each))
    return f->bad = true, 0;
  return count;
}

bool ax_frame_done(const ax_frame *f) {
  return !f->bad && f->at == f->end;
}

void ax_frame_put_bytes(ax_buf *out, const void *bytes, size_t len) {
  if (len) ax_buf_append(out, (ax_str){ bytes, len });
}

void ax_frame_put_u8(ax_buf *out, uint8_t value) {
  ax_frame_put_bytes(out, &value, sizeof value);
}

void ax_frame_put_u32(ax_buf *out, uint32_t value) {
  ax_frame_put_bytes(out, &value, sizeof value);
}

void ax_frame_put_i32(ax_buf *out, int32_t value) {
  ax_frame_put_bytes(out, &value, sizeof value);
}

void ax_frame_put_u64(ax_buf *out, uint64_t value) {
  ax_frame_put_bytes(out, &value, sizeof value);
}

void ax_frame_put_i64(ax_buf *out, int64_t value) {
  ax_frame_put_bytes(out, &value, sizeof value);
}

void ax_frame_put_f64(ax_buf *out, double value) {
  ax_frame_put_bytes(out, &value, sizeof value);
}

void ax_frame_put_str(ax_buf *out, ax_str text) {
  ax_frame_put_u32(out, (uint32_t)text.len);
  ax_frame_put_bytes(out, text.ptr, text.len);
}

void ax_frame_begin(ax_buf *out, ax_frame_type type, uint32_t sequence) {
  const uint32_t word[5] = { FRAME_MAGIC, AX_FRAME_VERSION, (uint32_t)type,
                             sequence, 0 };
  ax_frame_put_bytes(out, word, sizeof word);
}

ax_status ax_frame_end(ax_buf *out) {
  if (out->status) return out->status;
  if (out->len < AX_FRAME_HEADER) return AX_NOMEM;
  size_t payload = out->len - AX_FRAME_HEADER;
  if (payload > AX_FRAME_MAX) return AX_TOO_LARGE;
  uint32_t length = (uint32_t)payload;
  memcpy(out->bytes + 4 * sizeof(uint32_t), &length, sizeof length);
  return AX_OK;
}
