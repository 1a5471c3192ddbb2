#include "dates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "fhir/fhir_date.h"
#include "support/ax_test.h"

enum { SAMPLE_MAX = 8 << 20 };

/* Reads "-40d" or nothing up to "}}"; moves `rest` behind it. */
static bool take_shift(ax_str *rest, int64_t *days) {
  size_t i = 0;
  int64_t sign = 1, count = 0;
  *days = 0;
  if (rest->len > 0 && (rest->ptr[0] == '-' || rest->ptr[0] == '+')) {
    sign = rest->ptr[i++] == '-' ? -1 : 1;
    size_t first = i;
    while (i < rest->len && rest->ptr[i] >= '0' && rest->ptr[i] <= '9' &&
           count < 10000000)
      count = count * 10 + (rest->ptr[i++] - '0');
    if (i == first || i == rest->len || rest->ptr[i++] != 'd') return false;
  }
  if (rest->len - i < 2 || memcmp(rest->ptr + i, "}}", 2) != 0) return false;
  *days = sign * count;
  *rest = (ax_str){ rest->ptr + i + 2, rest->len - i - 2 };
  return true;
}

ax_str dates_fill(ax_arena *arena, ax_str text, int64_t now_ms) {
  static const ax_str mark = AX_STR_INIT("{{today");
  ax_buf out = AX_BUF_INIT(SAMPLE_MAX);
  while (text.len > 0) {
    ax_str behind = text;
    int64_t days = 0;
    bool is_date = ax_str_starts(text, mark);
    if (is_date) {
      behind = (ax_str){ text.ptr + mark.len, text.len - mark.len };
      is_date = take_shift(&behind, &days);
    }
    if (is_date) {
      char day[11];
      ax_fhir_date_day(now_ms + days * 86400000, day);
      ax_buf_append(&out, ax_str_from(day));
      text = behind;
    } else {
      ax_buf_append_char(&out, *text.ptr);
      text = (ax_str){ text.ptr + 1, text.len - 1 };
    }
  }
  ax_str view = ax_buf_view(&out);
  ax_str filled = { ax_arena_cstr(arena, view), view.len };
  assert_int_equal(out.status, AX_OK);
  assert_non_null(filled.ptr);
  ax_buf_free(&out);
  return filled;
}

ax_str dates_sample(ax_arena *arena, const char *name) {
  char path[512];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/fhir-profiles/examples/%s",
                 root ? root : ".", name);
  ax_str text;
  ax_error err = { 0 };
  if (ax_file_read(arena, path, SAMPLE_MAX, &text, &err) != AX_OK)
    fail_msg("%s", err.text);
  return dates_fill(arena, text, ax_clock_wall_ms());
}
