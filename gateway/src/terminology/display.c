#include "terminology/display.h"

#include "base/utf8.h"

/* Simple case folding (Unicode CaseFolding.txt, C and S) of the scripts that
 * have their cases side by side. */
static uint32_t fold(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
  if ((c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) ||
      (c >= 0x14A && c <= 0x177))
    return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
    return c % 2 ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 32;
  if (c == 0x3C2) return 0x3C3;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  return c;
}

static bool is_space(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0xA0;
}

/* The next folded character; a run of white space is one space, none at the
 * beginning and the end. 0: no more. */
static uint32_t next(ax_str *rest, bool *begun) {
  bool space = false;
  while (rest->len) {
    ax_str ahead = *rest;
    uint32_t c = ax_utf8_next(&ahead);
    if (!is_space(c) && space && *begun) return ' ';
    *rest = ahead;
    space = is_space(c);
    if (space) continue;
    *begun = true;
    return fold(c);
  }
  return 0;
}

bool ax_display_same(ax_str a, ax_str b) {
  bool a_begun = false, b_begun = false;
  uint32_t x, y;
  do {
    x = next(&a, &a_begun);
    y = next(&b, &b_begun);
  } while (x == y && x);
  return x == y;
}

bool ax_display_of(const ax_json *concept, ax_str text) {
  const ax_json *list = AX_JSON_GET(concept, "designation");
  ax_str display = AX_JSON_STR(concept, "display");
  if (display.len && ax_display_same(display, text)) return true;
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_display_same(AX_JSON_STR(ax_json_item(list, i), "value"), text))
      return true;
  return false;
}

static void list_one(ax_str name, ax_str language, ax_buf *out) {
  if (!name.len) return;
  ax_buf_append(out, out->len ? AX_STR(", '") : AX_STR("'"));
  ax_buf_append(out, name);
  ax_buf_append_char(out, '\'');
  if (language.len)
    ax_buf_printf(out, " (" AX_STR_FMT ")", AX_STR_ARG(language));
}

void ax_display_list(const ax_json *concept, ax_buf *out) {
  const ax_json *list = AX_JSON_GET(concept, "designation");
  list_one(AX_JSON_STR(concept, "display"), AX_STR(""), out);
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *d = ax_json_item(list, i);
    list_one(AX_JSON_STR(d, "value"), AX_JSON_STR(d, "language"), out);
  }
}
