#include "json/json.h"

#include <string.h>

const ax_json *ax_json_get(const ax_json *object, ax_str key) {
  if (!object || object->kind != AX_JSON_OBJECT) return NULL;
  const ax_json_member *members = object->u.members;
  for (uint32_t i = 0; i < object->count; i++)
    if (ax_str_eq(members[i].key, key)) return &members[i].value;
  return NULL;
}

const ax_json *ax_json_item(const ax_json *array, size_t i) {
  if (!array || array->kind != AX_JSON_ARRAY || i >= array->count) return NULL;
  return &array->u.items[i];
}

size_t ax_json_count(const ax_json *value) {
  if (!value) return 0;
  return value->kind >= AX_JSON_ARRAY ? value->count : 0;
}

bool ax_json_is(const ax_json *value, ax_json_kind kind) {
  return value && value->kind == kind;
}

ax_str ax_json_text(const ax_json *value) {
  if (!value) return AX_STR("");
  if (value->kind != AX_JSON_STRING && value->kind != AX_JSON_NUMBER)
    return AX_STR("");
  return (ax_str){ value->u.text, value->count };
}

ax_str ax_json_str(const ax_json *object, ax_str key) {
  const ax_json *value = ax_json_get(object, key);
  return ax_json_is(value, AX_JSON_STRING) ? ax_json_text(value) : AX_STR("");
}

/* Objects usually list their members in the same order; only where they do not
 * is each key looked up. */
static const ax_json *member_like(const ax_json *object, uint32_t i,
                                  ax_str key) {
  const ax_json_member *same = &object->u.members[i];
  return ax_str_eq(same->key, key) ? &same->value : ax_json_get(object, key);
}

static bool members_equal(const ax_json *a, const ax_json *b) {
  for (uint32_t i = 0; i < a->count; i++) {
    const ax_json_member *m = &a->u.members[i];
    const ax_json *other = member_like(b, i, m->key);
    if (!other || !ax_json_equal(&m->value, other)) return false;
  }
  return true;
}

bool ax_json_equal(const ax_json *a, const ax_json *b) {
  if (a == b) return true;
  if (!a || !b || a->kind != b->kind) return false;
  switch ((ax_json_kind)a->kind) {
  case AX_JSON_NULL:
    return true;
  case AX_JSON_BOOL:
    return a->truth == b->truth;
  case AX_JSON_NUMBER:
  case AX_JSON_STRING:
    return ax_str_eq(ax_json_text(a), ax_json_text(b));
  case AX_JSON_ARRAY:
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++)
      if (!ax_json_equal(&a->u.items[i], &b->u.items[i])) return false;
    return true;
  case AX_JSON_OBJECT:
    return a->count == b->count && members_equal(a, b);
  }
  return false;
}

ax_json_place ax_json_place_of(ax_str source, uint32_t at) {
  ax_json_place place = { 1, 1 };
  size_t end = at < source.len ? at : source.len, start = 0;
  while (start < end) {
    const char *hit = memchr(source.ptr + start, '\n', end - start);
    if (!hit) break;
    start = (size_t)(hit - source.ptr) + 1;
    place.line++;
  }
  place.column = (uint32_t)(end - start) + 1;
  return place;
}

static void go_on(ax_json_places *p, uint32_t at) {
  const char *text = p->source.ptr;
  while (p->at < at) {
    const char *hit = memchr(text + p->at, '\n', at - p->at);
    p->at = hit ? (uint32_t)(hit - text) + 1 : at;
    if (!hit) return;
    p->line++;
    p->line_start = p->at;
  }
}

static void go_back(ax_json_places *p, uint32_t at) {
  const char *text = p->source.ptr;
  for (; p->at > at; p->at--)
    if (text[p->at - 1] == '\n') p->line--;
  p->line_start = at;
  while (p->line_start > 0 && text[p->line_start - 1] != '\n')
    p->line_start--;
}

ax_json_place ax_json_places_find(ax_json_places *places, uint32_t at) {
  if (at > places->source.len) at = (uint32_t)places->source.len;
  if (at < places->line_start)
    go_back(places, at);
  else if (at < places->at)
    places->at = at; /* in the same line */
  else
    go_on(places, at);
  return (ax_json_place){ places->line, at - places->line_start + 1 };
}
