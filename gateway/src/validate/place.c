#include "validate/place.h"

#include "base/buf.h"

/* As deep as JSON may nest, plus what may stand above a resource. */
enum { FRAMES = 300, TEXT = 16 << 10 };

ax_place ax_place_member(const ax_place *up, ax_str name) {
  return (ax_place){ .up = up,
                     .name = name,
                     .index = AX_PLACE_SINGLE,
                     .value = ax_json_get(up->value, name) };
}

ax_place ax_place_item(const ax_place *up, ax_str name, size_t i) {
  return (ax_place){ .up = up,
                     .name = name,
                     .index = i,
                     .value = ax_json_item(ax_json_get(up->value, name), i) };
}

static void append(ax_buf *out, const ax_place *p, bool first) {
  if (!first) ax_buf_append_char(out, '.');
  ax_buf_append(out, p->name);
  if (p->choice.len) {
    ax_buf_append(out, AX_STR(".ofType("));
    ax_buf_append(out, p->choice);
    ax_buf_append_char(out, ')');
  }
  if (p->index != AX_PLACE_SINGLE) ax_buf_printf(out, "[%zu]", p->index);
}

ax_str ax_place_text(ax_arena *arena, const ax_place *place) {
  const ax_place *frames[FRAMES];
  size_t count = 0;
  for (; place && count < FRAMES; place = place->up) frames[count++] = place;
  ax_buf text = AX_BUF_INIT(TEXT);
  for (size_t i = count; i-- > 0;) append(&text, frames[i], i + 1 == count);
  ax_str out = ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return out.ptr ? out : AX_STR("");
}

const ax_json *ax_place_json(const ax_place *place) {
  return place->value ? place->value : place->sibling;
}
