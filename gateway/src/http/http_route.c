#include "http/http_route.h"

#include <string.h>

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static ax_status decode(ax_arena *arena, ax_str in, ax_str *out) {
  *out = in;
  if (!in.len || !memchr(in.ptr, '%', in.len)) return AX_OK;
  char *text = AX_NEW_ARRAY(arena, char, in.len);
  if (!text) return AX_NOMEM;
  size_t n = 0;
  for (size_t i = 0; i < in.len; i++) {
    if (in.ptr[i] != '%') {
      text[n++] = in.ptr[i];
      continue;
    }
    if (in.len - i < 3) return AX_INVALID;
    int high = hex(in.ptr[i + 1]), low = hex(in.ptr[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return AX_INVALID;
    text[n++] = (char)(high * 16 + low);
    i += 2;
  }
  *out = (ax_str){ text, n };
  return AX_OK;
}

ax_status ax_http_route_split(ax_arena *arena, ax_str path, ax_http_path *out) {
  *out = (ax_http_path){ 0 };
  if (path.len && path.ptr[0] == '/') path.ptr++, path.len--;
  if (path.len && path.ptr[path.len - 1] == '/') path.len--;
  while (path.len) {
    ax_str segment = ax_str_cut(&path, '/');
    if (segment.len == 0 || out->count == AX_COUNT(out->segments))
      return AX_NOT_FOUND;
    AX_TRY(decode(arena, segment, &out->segments[out->count]));
    out->count++;
  }
  return AX_OK;
}

static bool is_type(ax_str s) {
  if (s.len == 0 || s.ptr[0] < 'A' || s.ptr[0] > 'Z') return false;
  for (size_t i = 0; i < s.len; i++)
    if (!((s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') ||
          (s.ptr[i] >= 'a' && s.ptr[i] <= 'z')))
      return false;
  return true;
}

static bool is_plain(ax_str s) {
  return s.len > 0 && s.ptr[0] != '$' && s.ptr[0] != '_';
}

static bool take(ax_str place, ax_str segment, ax_http_captures *out) {
  if (ax_str_eq(place, AX_STR("{type}"))) {
    out->type = segment;
    return is_type(segment);
  }
  ax_str *slot = NULL;
  if (ax_str_eq(place, AX_STR("{id}"))) slot = &out->id;
  if (ax_str_eq(place, AX_STR("{vid}"))) slot = &out->version;
  if (ax_str_eq(place, AX_STR("{name}"))) slot = &out->name;
  if (!slot) return ax_str_eq(place, segment);
  *slot = segment;
  return is_plain(segment);
}

bool ax_http_route_match(const char *pattern, const ax_http_path *path,
                         ax_http_captures *out) {
  *out = (ax_http_captures){ 0 };
  ax_str rest = ax_str_from(pattern);
  if (rest.len && rest.ptr[0] == '/') rest.ptr++, rest.len--;
  size_t i = 0;
  while (rest.len) {
    ax_str place = ax_str_cut(&rest, '/');
    if (i == path->count || !take(place, path->segments[i++], out))
      return false;
  }
  return i == path->count;
}
