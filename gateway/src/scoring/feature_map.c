/* What codes and texts are worth: walks the rows of an ax_model_map. */
#include "scoring/feature_parts.h"

#include <math.h>
#include <string.h>

#include "base/regex.h"

enum {
  FOLDED = 200, /* longest text that is compared with the map's fold */
  STEPS = 20000 /* of one pattern on one text */
};

typedef struct {
  char bytes[FOLDED];
  ax_str text;
} folded;

static bool is_blank(char c) {
  return c != '\0' && strchr(" \t\r\n()[]", c) != NULL;
}

/* The text without blanks and brackets, if the map says so. A text that is too
 * long to fold matches nothing. */
static ax_str fold(const ax_model_map *map, ax_str text, folded *room) {
  if (!(map->fold & AUSPEX_FOLD_BLANKS)) return text;
  room->text = (ax_str){ room->bytes, 0 };
  for (size_t i = 0; i < text.len; i++) {
    if (is_blank(text.ptr[i])) continue;
    if (room->text.len == FOLDED) return AX_STR("");
    room->bytes[room->text.len++] = text.ptr[i];
  }
  return room->text;
}

static bool equal_nocase(ax_str a, ax_str b) {
  return a.len == b.len && ax_str_find_nocase(a, b) == 0;
}

static bool starts_nocase(ax_str text, ax_str with) {
  return text.len >= with.len &&
         equal_nocase((ax_str){ text.ptr, with.len }, with);
}

static bool fits_pattern(ax_feature_work *w, const ax_model_map_row *row,
                         ax_str text) {
  bool fits = false;
  return row->regex &&
         ax_regex_match(row->regex, w->arena, text, true, STEPS, &fits, NULL) ==
             AX_OK &&
         fits;
}

/* `text` is folded. */
static bool fits_text(ax_feature_work *w, const ax_model_map *map,
                      const ax_model_map_row *row, ax_str text) {
  bool any_case = (map->fold & AUSPEX_FOLD_CASE) != 0;
  switch (row->match) {
  case AUSPEX_MATCH_PATTERN:
    return fits_pattern(w, row, text);
  case AUSPEX_MATCH_PREFIX:
    return any_case ? starts_nocase(text, row->code)
                    : ax_str_starts(text, row->code);
  case AUSPEX_MATCH_ANY:
    return true;
  default:
    return any_case ? equal_nocase(text, row->code)
                    : ax_str_eq(text, row->code);
  }
}

static bool fits_code(ax_feature_work *w, const ax_model_map_row *row,
                      ax_str system, ax_str code, ax_str short_code) {
  if (row->match == AUSPEX_MATCH_PATTERN)
    return ax_model_same_system(row->system, system) &&
           fits_pattern(w, row, short_code);
  ax_model_code wanted = { .system = row->system,
                           .code = row->code,
                           .match = row->match };
  return ax_model_code_matches(&wanted, system, code);
}

bool ax_feature_map_code(ax_feature_work *w, const ax_model_map *map,
                         ax_str system, ax_str code, double *out) {
  folded room;
  ax_str text = fold(map, code, &room);
  for (size_t i = 0; i < map->count; i++) {
    const ax_model_map_row *row = &map->rows[i];
    bool fits = (row->kind == AUSPEX_MAP_CODE &&
                 fits_code(w, row, system, code, text)) ||
                (row->kind == AUSPEX_MAP_TEXT && system.len == 0 &&
                 fits_text(w, map, row, text));
    if (fits) return *out = row->value, true;
  }
  return false;
}

bool ax_feature_map_text(ax_feature_work *w, const ax_model_map *map,
                         ax_str text, double *out) {
  return ax_feature_map_code(w, map, AX_STR(""), text, out);
}

bool ax_feature_map_number(ax_feature_work *w, const ax_model_map *map,
                           double number, ax_str digits, double *out) {
  for (size_t i = 0; i < map->count; i++) {
    const ax_model_map_row *row = &map->rows[i];
    bool inside = number >= row->from && number <= row->to;
    if (row->kind == AUSPEX_MAP_KEEP && inside) return *out = number, true;
    if (row->kind == AUSPEX_MAP_NUMBER && inside)
      return *out = row->value, true;
    if (row->kind == AUSPEX_MAP_TEXT && digits.len &&
        fits_text(w, map, row, digits))
      return *out = row->value, true;
  }
  return false;
}
