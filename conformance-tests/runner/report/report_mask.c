#include "report/report_mask.h"

#include <string.h>

#include "base/vec.h"
#include "report/report_text.h"

typedef struct {
  ax_str text;
  bool base64; /* a piece of it: hide the whole run of base64 around it */
} needle;

struct ax_report_masker {
  AX_VEC(needle) needles;
};

/* A text with a mark for each byte that is hidden. */
typedef struct {
  ax_str text;
  unsigned char *hidden;
  bool any;
} canvas;

static void hide(canvas *c, size_t from, size_t to) {
  if (to > c->text.len) to = c->text.len;
  if (from >= to) return;
  memset(c->hidden + from, 1, to - from);
  c->any = true;
}

static bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

static bool is_base64(char c) {
  return is_alnum(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool at_nocase(ax_str text, size_t at, ax_str word) {
  return at <= text.len && text.len - at >= word.len &&
         ax_str_eq_nocase((ax_str){ text.ptr + at, word.len }, word);
}

/* --- what is searched for ------------------------------------------------- */

/* Base64 digits of `secret` when `shift` bytes stand before it: only those that
 * depend on nothing but the secret. */
static ax_str base64_core(ax_arena *arena, ax_str secret, size_t shift,
                          const char *digits) {
  size_t first_bit = shift * 8, bits = secret.len * 8;
  size_t skip =
      (6 - first_bit % 6) % 6; /* bits that share a digit with before */
  if (bits < skip + 6) return AX_STR("");
  size_t count = (bits - skip) / 6;
  char *core = AX_NEW_ARRAY(arena, char, count + 1);
  if (!core) return (ax_str){ NULL, 0 };
  for (size_t i = 0; i < count; i++) {
    unsigned digit = 0;
    for (size_t b = skip + i * 6; b < skip + i * 6 + 6; b++) {
      unsigned byte = (unsigned char)secret.ptr[b / 8];
      digit = digit << 1 | (byte >> (7 - b % 8) & 1u);
    }
    core[i] = digits[digit];
  }
  return (ax_str){ core, count };
}

static ax_status add_needle(ax_report_masker *m, ax_arena *arena, ax_str text,
                            bool base64) {
  if (!text.ptr) return AX_NOMEM;
  if (!text.len) return AX_OK;
  for (size_t i = 0; i < m->needles.count; i++)
    if (ax_str_eq(m->needles.items[i].text, text)) return AX_OK;
  needle *slot = AX_VEC_PUSH(&m->needles, arena);
  if (!slot) return AX_NOMEM;
  *slot = (needle){ text, base64 };
  return AX_OK;
}

static ax_status add_secret(ax_report_masker *m, ax_arena *arena,
                            ax_str secret) {
  static const char standard[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static const char for_urls[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  AX_TRY(add_needle(m, arena, secret, false));
  if (secret.len < AX_REPORT_MASK_BASE64) return AX_OK;
  for (size_t shift = 0; shift < 3; shift++) {
    AX_TRY(add_needle(m, arena, base64_core(arena, secret, shift, standard),
                      true));
    AX_TRY(add_needle(m, arena, base64_core(arena, secret, shift, for_urls),
                      true));
  }
  return AX_OK;
}

ax_status ax_report_mask_new(ax_arena *arena, const ax_str *secrets,
                             size_t secret_count, ax_report_masker **out) {
  ax_report_masker *m = AX_NEW(arena, ax_report_masker);
  *out = m;
  if (!m) return AX_NOMEM;
  for (size_t i = 0; i < secret_count; i++)
    if (secrets[i].len) AX_TRY(add_secret(m, arena, secrets[i]));
  return AX_OK;
}

/* --- the secrets, however they are written -------------------------------- */

/* Hexadecimal digits behind `before`, and ';' behind those of an entity: how
 * many bytes that takes when it stands for `wanted`, else 0. */
static size_t match_coded(ax_str t, size_t at, ax_str before, char wanted) {
  size_t digits = at + before.len;
  if (!at_nocase(t, at, before) || t.len - digits < 2) return 0;
  int high = hex(t.ptr[digits]), low = hex(t.ptr[digits + 1]);
  if (high < 0 || low < 0 || (char)(high << 4 | low) != wanted) return 0;
  if (before.ptr[0] != '&') return before.len + 2;
  return t.len - digits > 2 && t.ptr[digits + 2] == ';' ? before.len + 3 : 0;
}

/* How many bytes at `at` stand for the byte `wanted`, escaped or not; 0: it is
 * not there. */
static size_t match_byte(ax_str t, size_t at, char wanted) {
  static const struct {
    ax_str escape;
    char stands_for;
  } names[] = {
    { AX_STR_INIT("&amp;"), '&' },  { AX_STR_INIT("&lt;"), '<' },
    { AX_STR_INIT("&gt;"), '>' },   { AX_STR_INIT("&quot;"), '"' },
    { AX_STR_INIT("&#39;"), '\'' }, { AX_STR_INIT("&apos;"), '\'' },
    { AX_STR_INIT("\\\""), '"' },   { AX_STR_INIT("\\\\"), '\\' },
    { AX_STR_INIT("\\/"), '/' },    { AX_STR_INIT("\\n"), '\n' },
    { AX_STR_INIT("\\t"), '\t' },   { AX_STR_INIT("\\r"), '\r' },
    { AX_STR_INIT("+"), ' ' },
  };
  static const ax_str coded[] = { AX_STR_INIT("%25"), AX_STR_INIT("%"),
                                  AX_STR_INIT("\\u00"), AX_STR_INIT("&#x") };
  for (size_t i = 0; i < AX_COUNT(coded); i++) {
    size_t len = match_coded(t, at, coded[i], wanted);
    if (len) return len;
  }
  for (size_t i = 0; i < AX_COUNT(names); i++)
    if (names[i].stands_for == wanted && at_nocase(t, at, names[i].escape))
      return names[i].escape.len;
  return at < t.len && t.ptr[at] == wanted;
}

/* Where `secret`, some of whose bytes are escaped, ends when it begins at
 * `at`; `at` when it does not. */
static size_t match_escaped(ax_str text, size_t at, ax_str secret) {
  size_t end = at;
  for (size_t i = 0; i < secret.len; i++) {
    size_t len = match_byte(text, end, secret.ptr[i]);
    if (!len) return at;
    end += len;
  }
  return end;
}

static void hide_base64(canvas *c, size_t from, size_t to) {
  while (from && is_base64(c->text.ptr[from - 1])) from--;
  while (to < c->text.len && is_base64(c->text.ptr[to])) to++;
  while (to < c->text.len && c->text.ptr[to] == '=') to++;
  hide(c, from, to);
}

static void hide_found(canvas *c, const needle *n, size_t from, size_t to) {
  if (n->base64)
    hide_base64(c, from, to);
  else
    hide(c, from, to);
}

static void hide_plain(canvas *c, const needle *n) {
  size_t at = 0;
  for (;;) {
    size_t found = ax_str_find(ax_str_skip(c->text, at), n->text);
    if (found == AX_STR_NONE) return;
    hide_found(c, n, at + found, at + found + n->text.len);
    at += found + 1;
  }
}

static bool begins_escape(char c) {
  return c == '%' || c == '\\' || c == '&' || c == '+';
}

static void hide_escaped(canvas *c, const needle *n) {
  for (size_t at = 0; at < c->text.len; at++) {
    char first = c->text.ptr[at];
    if (first != n->text.ptr[0] && !begins_escape(first)) continue;
    size_t end = match_escaped(c->text, at, n->text);
    if (end > at) hide_found(c, n, at, end);
  }
}

static bool has_escapes(ax_str text) {
  for (size_t i = 0; i < text.len; i++)
    if (begins_escape(text.ptr[i])) return true;
  return false;
}

/* --- behind a name -------------------------------------------------------- */

static const ax_str secret_names[] = {
  AX_STR_INIT("access_token"),     AX_STR_INIT("refresh_token"),
  AX_STR_INIT("id_token"),         AX_STR_INIT("subject_token"),
  AX_STR_INIT("actor_token"),      AX_STR_INIT("client_secret"),
  AX_STR_INIT("client_assertion"), AX_STR_INIT("code_verifier"),
  AX_STR_INIT("password"),         AX_STR_INIT("passwd"),
  AX_STR_INIT("api_key"),          AX_STR_INIT("apikey"),
  AX_STR_INIT("api-key"),          AX_STR_INIT("authorization"),
  AX_STR_INIT("cookie"),
};

/* How a text goes on between a name and its value, and what ends the value. */
typedef struct {
  size_t at;      /* where the value begins */
  ax_str closing; /* of a quoted one; empty: it is not quoted */
  bool encoded;   /* name=value inside a percent-encoded text */
  bool element;   /* <name>value< */
  bool line;      /* Name: value, to the end of the line */
} behind;

static size_t skip_blanks(ax_str t, size_t at) {
  while (at < t.len && is_blank(t.ptr[at])) at++;
  return at;
}

/* A quotation mark as JSON, JSON in JSON, a script or a URL writes it. */
static ax_str quote_at(ax_str t, size_t at) {
  static const ax_str quotes[] = { AX_STR_INIT("\\\""), AX_STR_INIT("\""),
                                   AX_STR_INIT("'"), AX_STR_INIT("%22"),
                                   AX_STR_INIT("&quot;") };
  for (size_t i = 0; i < AX_COUNT(quotes); i++)
    if (at_nocase(t, at, quotes[i])) return quotes[i];
  return AX_STR("");
}

/* FHIR's way: "name": "password", "valueString": "...". */
static size_t skip_value_member(ax_str t, size_t at) {
  size_t to = skip_blanks(t, at);
  if (to >= t.len || t.ptr[to] != ',') return at;
  to = skip_blanks(t, to + 1);
  ax_str quote = quote_at(t, to);
  if (!quote.len || !at_nocase(t, to + quote.len, AX_STR("value"))) return at;
  to += quote.len;
  while (to < t.len && is_alnum(t.ptr[to])) to++;
  quote = quote_at(t, to);
  return quote.len ? to + quote.len : at;
}

static bool find_behind(ax_str t, size_t name_at, size_t at, behind *out) {
  *out = (behind){ 0 };
  ax_str quote = quote_at(t, at);
  if (quote.len) at = skip_value_member(t, at + quote.len);
  if (at < t.len && t.ptr[at] == '>') {
    out->at = at + 1;
    out->element = name_at > 0;
    return out->element;
  }
  at = skip_blanks(t, at);
  if (at_nocase(t, at, AX_STR("value"))) at = skip_blanks(t, at + 5);
  out->encoded =
      at_nocase(t, at, AX_STR("%3D")) || at_nocase(t, at, AX_STR("%3A"));
  bool separated =
      at < t.len && (t.ptr[at] == '=' || t.ptr[at] == ':' || out->encoded);
  if (!separated) return false;
  out->line = t.ptr[at] == ':' && !quote.len;
  at = skip_blanks(t, at + (out->encoded ? 3 : 1));
  out->closing = quote_at(t, at);
  out->at = at + out->closing.len;
  return true;
}

static bool ends_value(const behind *b, ax_str t, size_t at) {
  char c = t.ptr[at];
  if (b->closing.len) return at_nocase(t, at, b->closing);
  if (b->element) return c == '<';
  if (b->line) return c == '\n' || c == '\r' || c == '"' || c == '\'';
  if (b->encoded &&
      (at_nocase(t, at, AX_STR("%26")) || at_nocase(t, at, AX_STR("%22"))))
    return true;
  return is_blank(c) || strchr("&\"'<>,;)}", c);
}

/* A backslash takes the next character with it, unless it is the one that
 * begins the closing quotation mark. */
static size_t value_end(const behind *b, ax_str t) {
  size_t at = b->at;
  while (at < t.len && !ends_value(b, t, at))
    at += t.ptr[at] == '\\' && b->closing.len == 1 && at + 1 < t.len ? 2 : 1;
  return at;
}

static void hide_behind(canvas *c, ax_str name) {
  size_t at = 0;
  for (;;) {
    size_t found = ax_str_find_nocase(ax_str_skip(c->text, at), name);
    if (found == AX_STR_NONE) return;
    size_t name_at = at + found;
    at = name_at + name.len;
    behind b;
    if (find_behind(c->text, name_at, at, &b))
      hide(c, b.at, value_end(&b, c->text));
  }
}

/* --- by their looks ------------------------------------------------------- */

static size_t run_of(ax_str t, size_t at, const char *more) {
  while (at < t.len &&
         (is_alnum(t.ptr[at]) || (t.ptr[at] && strchr(more, t.ptr[at]))))
    at++;
  return at;
}

/* A word of prose has neither digits nor such signs and is not so long. */
static bool looks_secret(ax_str word) {
  bool odd = word.len > 24;
  for (size_t i = 0; i < word.len; i++)
    odd |= !is_alnum(word.ptr[i]) || (word.ptr[i] >= '0' && word.ptr[i] <= '9');
  for (size_t i = 1; i < word.len; i++)
    odd |= word.ptr[i] >= 'A' && word.ptr[i] <= 'Z';
  return odd && word.len >= 6;
}

static void hide_schemes(canvas *c) {
  static const ax_str schemes[] = { AX_STR_INIT("bearer"),
                                    AX_STR_INIT("basic") };
  for (size_t i = 0; i < AX_COUNT(schemes); i++) {
    size_t at = 0;
    for (;;) {
      size_t found = ax_str_find_nocase(ax_str_skip(c->text, at), schemes[i]);
      if (found == AX_STR_NONE) break;
      at += found + schemes[i].len;
      size_t from = at;
      if (at_nocase(c->text, from, AX_STR("%20")))
        from += 3;
      else
        while (from < c->text.len &&
               (c->text.ptr[from] == ' ' || c->text.ptr[from] == '+'))
          from++;
      size_t to = run_of(c->text, from, "-._~+/=%");
      /* realm="..." is a parameter of a challenge, no credentials. */
      bool parameter = to < c->text.len && c->text.ptr[to] == '"';
      if (from > at && !parameter &&
          looks_secret((ax_str){ c->text.ptr + from, to - from }))
        hide(c, from, to);
    }
  }
}

/* Three parts of base64url, the first of which is a JSON object. */
static void hide_jwts(canvas *c) {
  size_t at = 0;
  for (;;) {
    size_t found = ax_str_find(ax_str_skip(c->text, at), AX_STR("eyJ"));
    if (found == AX_STR_NONE) return;
    size_t from = at + found, dot = run_of(c->text, from, "-_");
    at = from + 3;
    if (dot >= c->text.len || c->text.ptr[dot] != '.') continue;
    size_t second = run_of(c->text, dot + 1, "-_");
    if (second - dot < 3 || second >= c->text.len || c->text.ptr[second] != '.')
      continue;
    hide(c, from, run_of(c->text, second + 1, "-_"));
  }
}

static bool ends_authority(ax_str t, size_t at) {
  char c = t.ptr[at];
  return is_blank(c) || strchr("/?#\"'<>\\,", c) ||
         at_nocase(t, at, AX_STR("%2F")) || at_nocase(t, at, AX_STR("%22"));
}

static void hide_user_info(canvas *c) {
  static const struct {
    ax_str begins, ends;
  } forms[] = { { AX_STR_INIT("://"), AX_STR_INIT("@") },
                { AX_STR_INIT("%3A%2F%2F"), AX_STR_INIT("%40") } };
  for (size_t i = 0; i < AX_COUNT(forms); i++) {
    size_t at = 0;
    for (;;) {
      size_t found =
          ax_str_find_nocase(ax_str_skip(c->text, at), forms[i].begins);
      if (found == AX_STR_NONE) break;
      size_t from = at + found + forms[i].begins.len;
      at = from;
      size_t last = from;
      for (size_t p = from; p < c->text.len && !ends_authority(c->text, p); p++)
        if (at_nocase(c->text, p, forms[i].ends)) last = p;
      hide(c, from, last);
    }
  }
}

/* --- the whole ------------------------------------------------------------ */

static void hide_all(const ax_report_masker *m, canvas *c) {
  bool escapes = has_escapes(c->text);
  for (size_t i = 0; i < m->needles.count; i++) {
    hide_plain(c, &m->needles.items[i]);
    if (escapes) hide_escaped(c, &m->needles.items[i]);
  }
  for (size_t i = 0; i < AX_COUNT(secret_names); i++)
    hide_behind(c, secret_names[i]);
  hide_schemes(c);
  hide_jwts(c);
  hide_user_info(c);
}

static ax_str paint(const canvas *c, ax_arena *arena) {
  ax_str mask = AX_STR(AX_REPORT_TEXT_MASK);
  size_t len = 0;
  for (size_t i = 0; i < c->text.len; i++)
    if (!c->hidden[i])
      len++;
    else if (i == 0 || !c->hidden[i - 1])
      len += mask.len;
  char *bytes = AX_NEW_ARRAY(arena, char, len + 1), *to = bytes;
  if (!bytes) return (ax_str){ NULL, 0 };
  for (size_t i = 0; i < c->text.len; i++)
    if (!c->hidden[i]) {
      *to++ = c->text.ptr[i];
    } else if (i == 0 || !c->hidden[i - 1]) {
      memcpy(to, mask.ptr, mask.len);
      to += mask.len;
    }
  return (ax_str){ bytes, len };
}

ax_status ax_report_mask_text(const ax_report_masker *masker, ax_arena *arena,
                              ax_str text, ax_str *out) {
  *out = text;
  if (!text.len) return AX_OK;
  canvas c = { .text = text,
               .hidden = AX_NEW_ARRAY(arena, unsigned char, text.len) };
  if (!c.hidden) return AX_NOMEM;
  hide_all(masker, &c);
  if (c.any) *out = paint(&c, arena);
  return out->ptr ? AX_OK : AX_NOMEM;
}

bool ax_report_mask_is_secret_name(ax_str name) {
  static const ax_str parts[] = {
    AX_STR_INIT("authorization"), AX_STR_INIT("cookie"),
    AX_STR_INIT("api-key"),       AX_STR_INIT("apikey"),
    AX_STR_INIT("api_key"),       AX_STR_INIT("token"),
    AX_STR_INIT("secret"),        AX_STR_INIT("passw"),
    AX_STR_INIT("session"),       AX_STR_INIT("credential"),
    AX_STR_INIT("auth-key"),      AX_STR_INIT("subscription-key"),
  };
  for (size_t i = 0; i < AX_COUNT(parts); i++)
    if (ax_str_find_nocase(name, parts[i]) != AX_STR_NONE) return true;
  return false;
}

ax_status ax_report_mask_header(const ax_report_masker *masker, ax_arena *arena,
                                ax_str name, ax_str value, ax_str *out) {
  *out = value;
  if (!value.len) return AX_OK;
  if (!ax_report_mask_is_secret_name(name))
    return ax_report_mask_text(masker, arena, value, out);
  static const ax_str schemes[] = { AX_STR_INIT("Bearer "),
                                    AX_STR_INIT("Basic ") };
  *out = AX_STR(AX_REPORT_TEXT_MASK);
  for (size_t i = 0; i < AX_COUNT(schemes); i++)
    if (at_nocase(value, 0, schemes[i])) {
      *out = AX_JOIN(arena, schemes[i], AX_STR(AX_REPORT_TEXT_MASK));
      return out->ptr ? AX_OK : AX_NOMEM;
    }
  return AX_OK;
}
