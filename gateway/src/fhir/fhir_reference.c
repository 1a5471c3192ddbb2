#include "fhir/fhir_reference.h"

#include "fhir/fhir_primitive.h"

/* Cuts the part behind the last '/' off `*s`; without one, all of it. */
static ax_str cut_last(ax_str *s) {
  size_t at = s->len;
  while (at && s->ptr[at - 1] != '/') at--;
  ax_str last = { s->ptr + at, s->len - at };
  s->len = at ? at - 1 : 0;
  return last;
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The shape of a resource type's name; whether it exists is not asked. */
static bool is_type(ax_str s) {
  if (s.len < 2 || s.len > 64 || s.ptr[0] < 'A' || s.ptr[0] > 'Z') return false;
  for (size_t i = 1; i < s.len; i++)
    if (!is_letter(s.ptr[i]) && (s.ptr[i] < '0' || s.ptr[i] > '9'))
      return false;
  return true;
}

static bool has_space(ax_str s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] <= ' ') return true;
  return false;
}

/* Takes [base/]Type/id[/_history/version] apart from its end. */
static bool take_tail(ax_str text, ax_reference *out) {
  ax_str rest = text;
  ax_str last = cut_last(&rest);
  ax_str before = rest;
  if (ax_str_eq(cut_last(&before), AX_STR("_history"))) {
    if (!ax_fhir_primitive_is_id(last)) return false;
    out->version = last;
    rest = before;
    last = cut_last(&rest);
  }
  out->id = last;
  out->type = cut_last(&rest);
  out->base = rest;
  return is_type(out->type) && ax_fhir_primitive_is_id(out->id);
}

/* "scheme:" (RFC 3986 3.1) at the start? */
static bool has_scheme(ax_str s) {
  size_t i = 0;
  while (i < s.len &&
         (is_letter(s.ptr[i]) ||
          (i && ((s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '+' ||
                 s.ptr[i] == '-' || s.ptr[i] == '.'))))
    i++;
  return i > 0 && i + 1 < s.len && s.ptr[i] == ':';
}

static ax_reference absolute(ax_str text) {
  ax_reference ref = { .kind = AX_REF_URL };
  if (ax_str_starts(text, AX_STR("urn:uuid:")) ||
      ax_str_starts(text, AX_STR("urn:oid:")))
    return (ax_reference){ .kind = AX_REF_URN };
  if (!ax_str_starts(text, AX_STR("http://")) &&
      !ax_str_starts(text, AX_STR("https://")))
    return ref;
  ax_reference parts = { .kind = AX_REF_ABSOLUTE };
  /* "http://Patient/1" has no base: "http:/" is left of it. */
  if (take_tail(text, &parts) && parts.base.len > sizeof "http:/" &&
      parts.base.ptr[parts.base.len - 1] != '/')
    return parts;
  return ref;
}

ax_reference ax_fhir_reference_parse(ax_str text) {
  ax_reference ref = { .kind = AX_REF_INVALID };
  if (text.len == 0 || has_space(text)) return ref;
  if (text.ptr[0] == '#') {
    ref.kind = AX_REF_FRAGMENT;
    ref.id = ax_str_skip(text, 1);
    return ref;
  }
  ax_str query = text;
  ax_str before = ax_str_cut(&query, '?');
  if (before.len < text.len && is_type(before)) {
    ref.kind = AX_REF_CONDITIONAL;
    ref.type = before;
    ref.query = query;
    return ref;
  }
  if (has_scheme(text)) return absolute(text);
  ax_reference parts = { .kind = AX_REF_RELATIVE };
  return take_tail(text, &parts) && parts.base.len == 0 &&
                 parts.type.ptr == text.ptr
             ? parts
             : ref;
}

bool ax_fhir_reference_is_below(const char *list, ax_str base) {
  ax_str rest = list ? ax_str_from(list) : AX_STR("");
  while (rest.len) {
    ax_str part = ax_str_cut(&rest, ',');
    while (part.len) {
      ax_str one = ax_str_trim(ax_str_cut(&part, ' '));
      while (one.len && one.ptr[one.len - 1] == '/') one.len--;
      if (one.len && ax_str_eq(one, base)) return true;
    }
  }
  return false;
}
