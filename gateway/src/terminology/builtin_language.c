/*
 * Languages: BCP 47 tags as RFC 5646 2.1 writes them, and what 2.2.9 says of
 * well-formed ones without a look into the registry: no variant and no
 * singleton twice. Whether a subtag is registered is not asked.
 */
#include <ctype.h>

#include "base/attrs.h"
#include "terminology/builtin.h"

enum { TAG_MAX = 255 };

/* RFC 5646 2.1, irregular and regular: registered before the grammar and not
 * all of its form. */
static bool is_grandfathered(ax_str tag) {
  static const ax_str tags[] = {
    AX_STR_INIT("en-GB-oed"),  AX_STR_INIT("i-ami"),
    AX_STR_INIT("i-bnn"),      AX_STR_INIT("i-default"),
    AX_STR_INIT("i-enochian"), AX_STR_INIT("i-hak"),
    AX_STR_INIT("i-klingon"),  AX_STR_INIT("i-lux"),
    AX_STR_INIT("i-mingo"),    AX_STR_INIT("i-navajo"),
    AX_STR_INIT("i-pwn"),      AX_STR_INIT("i-tao"),
    AX_STR_INIT("i-tay"),      AX_STR_INIT("i-tsu"),
    AX_STR_INIT("sgn-BE-FR"),  AX_STR_INIT("sgn-BE-NL"),
    AX_STR_INIT("sgn-CH-DE"),  AX_STR_INIT("art-lojban"),
    AX_STR_INIT("cel-gaulish"), AX_STR_INIT("no-bok"),
    AX_STR_INIT("no-nyn"),     AX_STR_INIT("zh-guoyu"),
    AX_STR_INIT("zh-hakka"),   AX_STR_INIT("zh-min"),
    AX_STR_INIT("zh-min-nan"), AX_STR_INIT("zh-xiang"),
  };
  for (size_t i = 0; i < AX_COUNT(tags); i++)
    if (ax_str_eq_nocase(tags[i], tag)) return true;
  return false;
}

static bool all(ax_str s, int (*class)(int)) {
  for (size_t i = 0; i < s.len; i++)
    if (!class((unsigned char)s.ptr[i])) return false;
  return s.len > 0;
}

static bool alpha_of(ax_str s, size_t low, size_t high) {
  return s.len >= low && s.len <= high && all(s, isalpha);
}

typedef struct {
  ax_str tag, part, rest;
} subtags;

static void next(subtags *t) {
  t->part = ax_str_cut(&t->rest, '-');
}

/* Did the present subtag stand in the tag before, not counting the language?
 * Extensions follow the variants, so neither can be met inside the other. */
static bool is_second(const subtags *t) {
  ax_str before = { t->tag.ptr, (size_t)(t->part.ptr - t->tag.ptr) };
  (void)ax_str_cut(&before, '-');
  while (before.len)
    if (ax_str_eq_nocase(ax_str_cut(&before, '-'), t->part)) return true;
  return false;
}

static bool is_variant(ax_str s) {
  return all(s, isalnum) && ((s.len >= 5 && s.len <= 8) ||
                             (s.len == 4 && isdigit((unsigned char)s.ptr[0])));
}

/* x-... or u-...: a letter or digit and at least one subtag. */
static bool take_extension(subtags *t) {
  bool private = t->part.ptr[0] == 'x' || t->part.ptr[0] == 'X';
  size_t count = 0;
  next(t);
  while (t->part.len && (private || t->part.len > 1)) {
    if (t->part.len > 8 || !all(t->part, isalnum)) return false;
    count++;
    next(t);
  }
  return count > 0;
}

/* langtag without its extensions: language, script, region, variants. */
static bool take_main(subtags *t) {
  if (!alpha_of(t->part, 2, 8)) return false;
  size_t primary = t->part.len;
  next(t);
  for (int i = 0; i < 3 && primary <= 3 && alpha_of(t->part, 3, 3); i++)
    next(t);
  if (alpha_of(t->part, 4, 4)) next(t);
  if (alpha_of(t->part, 2, 2) || (t->part.len == 3 && all(t->part, isdigit)))
    next(t);
  for (; is_variant(t->part); next(t))
    if (is_second(t)) return false;
  return true;
}

bool ax_builtin_language(ax_str code) {
  if (!code.len || code.len > TAG_MAX || code.ptr[code.len - 1] == '-')
    return false;
  if (is_grandfathered(code)) return true;
  subtags t = { .tag = code, .rest = code };
  next(&t);
  bool private = t.part.len == 1 && tolower((unsigned char)code.ptr[0]) == 'x';
  if (!private && !take_main(&t)) return false;
  while (t.part.len == 1 && isalnum((unsigned char)t.part.ptr[0]))
    if ((!private && is_second(&t)) || !take_extension(&t)) return false;
  return !t.part.len && !t.rest.len;
}
