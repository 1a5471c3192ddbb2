#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_MAX_BYTES = 4096, FIELD_MAX_BYTES = 200 };

typedef struct {
  char bytes[LINE_MAX_BYTES];
  size_t len;
} line;

static _Atomic int max_level = AX_LOG_INFO;

ax_log_field ax_log_str(const char *name, ax_str value) {
  return (ax_log_field){ name, AX_LOG_FIELD_STR, value, 0 };
}

ax_log_field ax_log_int(const char *name, int64_t value) {
  return (ax_log_field){ name, AX_LOG_FIELD_INT, { 0 }, value };
}

void ax_log_set_level(ax_log_level level) {
  atomic_store(&max_level, (int)level);
}

/* The last byte is kept for the line's end. */
static void put(line *l, const char *bytes, size_t len) {
  size_t room = sizeof l->bytes - 1 - l->len;
  if (len > room) len = room;
  memcpy(l->bytes + l->len, bytes, len);
  l->len += len;
}

static void put_text(line *l, const char *z) {
  put(l, z, strlen(z));
}

static void put_time(line *l) {
  int64_t now = ax_clock_wall_ms();
  time_t seconds = (time_t)(now / 1000);
  struct tm tm;
  char text[64];
  (void)gmtime_r(&seconds, &tm);
  (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                 tm.tm_min, tm.tm_sec, (int)(now % 1000));
  put_text(l, text);
}

static bool is_plain(ax_str s) {
  if (s.len == 0) return false;
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] <= ' ' || strchr("\"=\\\177", s.ptr[i]))
      return false;
  return true;
}

/* Cuts at the ceiling, but never inside a UTF-8 sequence. */
static ax_str shorten(ax_str s) {
  if (s.len <= FIELD_MAX_BYTES) return s;
  s.len = FIELD_MAX_BYTES;
  while (s.len && ((unsigned char)s.ptr[s.len] & 0xC0) == 0x80) s.len--;
  return s;
}

static void put_value(line *l, ax_str s) {
  s = shorten(s);
  if (is_plain(s)) {
    put(l, s.ptr, s.len);
    return;
  }
  put_text(l, "\"");
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    char escape[8];
    if (c < ' ' || c == 0x7F) {
      (void)snprintf(escape, sizeof escape, "\\x%02x", c);
      put_text(l, escape);
    } else {
      if (c == '"' || c == '\\') put_text(l, "\\");
      put(l, s.ptr + i, 1);
    }
  }
  put_text(l, "\"");
}

static void put_field(line *l, const ax_log_field *field) {
  char number[32];
  put_text(l, " ");
  put_text(l, field->name);
  put_text(l, "=");
  if (field->kind == AX_LOG_FIELD_STR) {
    put_value(l, field->text);
    return;
  }
  (void)snprintf(number, sizeof number, "%lld", (long long)field->number);
  put_text(l, number);
}

void ax_log_write(ax_log_level level, const char *event,
                  const ax_log_field *fields) {
  static const char *const names[] = { "error", "warn", "info", "debug" };
  if ((int)level > atomic_load(&max_level)) return;
  int saved = errno; /* logging must not change what the caller looks at */
  line l = { .len = 0 };
  put_time(&l);
  put_text(&l, " ");
  put_text(&l, names[level]);
  put_text(&l, " ");
  put_text(&l, event);
  for (const ax_log_field *f = fields; f->kind != AX_LOG_FIELD_END; f++)
    put_field(&l, f);
  l.bytes[l.len++] = '\n';
  if (write(STDERR_FILENO, l.bytes, l.len) < 0) errno = saved;
  errno = saved;
}
