#include "scoring/frame_counters.h"

#include <math.h>
#include <string.h>

static bool is_name(const char *name) {
  size_t len = name ? strnlen(name, AX_FRAME_COUNTER_NAME + 1) : 0;
  if (len == 0 || len > AX_FRAME_COUNTER_NAME) return false;
  for (size_t i = 0; i < len; i++)
    if ((name[i] < 'a' || name[i] > 'z') && name[i] != '_') return false;
  return true;
}

bool ax_frame_counters_add(ax_frame_counters *c, const char *name, double add) {
  size_t i = 0;
  if (!is_name(name) || !isfinite(add)) return false;
  while (i < c->count && strcmp(c->items[i].name, name) != 0) i++;
  if (i == AX_FRAME_COUNTERS_MAX) return false;
  if (i == c->count) {
    c->count++;
    c->items[i].add = 0;
    memcpy(c->items[i].name, name, strlen(name) + 1);
  }
  c->items[i].add += add;
  return true;
}

void ax_frame_counters_write(ax_buf *out, const ax_frame_counters *c) {
  ax_frame_put_u32(out, (uint32_t)c->count);
  for (size_t i = 0; i < c->count; i++) {
    ax_frame_put_str(out, ax_str_from(c->items[i].name));
    ax_frame_put_f64(out, c->items[i].add);
  }
}

bool ax_frame_counters_read(ax_str payload, ax_frame_counters *out) {
  ax_frame f = ax_frame_reader(payload);
  uint32_t count = ax_frame_count(&f, AX_FRAME_COUNTERS_MAX, 12);
  bool good = true;
  out->count = 0;
  for (uint32_t i = 0; i < count && good; i++) {
    char name[AX_FRAME_COUNTER_NAME + 1];
    ax_str text = ax_frame_str(&f, AX_FRAME_COUNTER_NAME);
    memcpy(name, text.ptr, text.len);
    name[text.len] = '\0';
    good = ax_frame_counters_add(out, name, ax_frame_f64(&f));
  }
  good = good && out->count == count && ax_frame_done(&f);
  if (!good) out->count = 0;
  return good;
}
