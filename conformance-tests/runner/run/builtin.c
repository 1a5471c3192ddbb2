#include "run/builtin.h"

#include "base/sha256.h"
#include "base/uuid.h"
#include "fhir/fhir_date.h"
#include "run/variable.h"

enum { WORD_MAX = 20 };
static const int64_t DAY_MS = 86400000;

/* 32 bytes that follow from the seed and two texts. */
static ax_status digest_of(const ax_state *s, ax_str kind, ax_str name,
                           unsigned char out[AX_SHA256_BYTES]) {
  ax_str text = ax_arena_printf(s->arena, "%llu/" AX_STR_FMT "/" AX_STR_FMT,
                                (unsigned long long)s->options->seed,
                                AX_STR_ARG(kind), AX_STR_ARG(name));
  if (!text.ptr) return AX_NOMEM;
  ax_sha256(text, out);
  return AX_OK;
}

/* --- words ---------------------------------------------------------------- */

/* C6, D9, CD14: false for all others. */
static bool word_like(ax_str name, const char **letters, uint64_t *len) {
  static const struct {
    const char *prefix, *letters;
  } kinds[] = {
    { "CD", "abcdefghijklmnopqrstuvwxyz0123456789" },
    { "C", "abcdefghijklmnopqrstuvwxyz" },
    { "D", "0123456789" },
  };
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    ax_str prefix = ax_str_from(kinds[i].prefix);
    if (!ax_str_starts(name, prefix) ||
        !ax_str_uint64(ax_str_skip(name, prefix.len), WORD_MAX, len))
      continue;
    *letters = kinds[i].letters;
    return *len > 0;
  }
  return false;
}

static ax_status word_of(const ax_state *s, ax_str kind, const char *letters,
                         size_t len, ax_str *out) {
  unsigned char digest[AX_SHA256_BYTES];
  char word[WORD_MAX];
  AX_TRY(digest_of(s, AX_STR("word"), kind, digest));
  for (size_t i = 0; i < len; i++)
    word[i] = letters[digest[i] % strlen(letters)];
  /* Numbers that begin with 0 are no JSON. */
  if (len && word[0] == '0') word[0] = '7';
  *out = ax_arena_str(s->arena, (ax_str){ word, len });
  return out->ptr ? AX_OK : AX_NOMEM;
}

/* --- UUIDs ---------------------------------------------------------------- */

static ax_status uuid_of(const ax_state *s, ax_str scope, bool dashes,
                         ax_str *out) {
  unsigned char digest[AX_SHA256_BYTES];
  ax_uuid uuid;
  char text[AX_UUID_TEXT + 1];
  size_t len = 0;
  AX_TRY(digest_of(s, AX_STR("uuid"), scope, digest));
  memcpy(uuid.bytes, digest, sizeof uuid.bytes);
  ax_uuid_text(ax_uuid_v5(uuid, s->out->file), text);
  for (size_t i = 0; i < AX_UUID_TEXT; i++)
    if (dashes || text[i] != '-') text[len++] = text[i];
  *out = ax_arena_str(s->arena, (ax_str){ text, len });
  return out->ptr ? AX_OK : AX_NOMEM;
}

/* --- dates ---------------------------------------------------------------- */

static bool moved(int64_t *ms, ax_str part, int64_t by) {
  if (part.len != 1) return false;
  switch (part.ptr[0]) {
  case 'y':
  case 'Y':
    *ms = ax_fhir_date_add_months(*ms, (int)by * 12);
    return true;
  case 'M':
    *ms = ax_fhir_date_add_months(*ms, (int)by);
    return true;
  case 'w':
  case 'W':
    *ms += by * 7 * DAY_MS;
    return true;
  case 'd':
  case 'D':
    *ms += by * DAY_MS;
    return true;
  case 'h':
  case 'H':
    *ms += by * 3600000;
    return true;
  case 'm':
    *ms += by * 60000;
    return true;
  case 's':
    *ms += by * 1000;
    return true;
  default:
    return false;
  }
}

static ax_status odd_offset(ax_str name, ax_error *err) {
  return ax_error_set(err, AX_INVALID,
                      "'${" AX_STR_FMT "}' moves a date by something that is "
                      "no part of it and a number",
                      AX_STR_ARG(name));
}

/* ", D, -3, H, 2" behind the name. */
static ax_status move_all(ax_str name, ax_str rest, int64_t *ms,
                          ax_error *err) {
  while (rest.len) {
    ax_str part = ax_str_trim(ax_str_cut(&rest, ','));
    ax_str text = ax_str_trim(ax_str_cut(&rest, ','));
    int64_t by;
    if (text.len && text.ptr[0] == '+') text = ax_str_skip(text, 1);
    if (!ax_str_int64(text, -100000, 100000, &by) || !moved(ms, part, by))
      return odd_offset(name, err);
  }
  return AX_OK;
}

static ax_status date_text(const ax_state *s, int64_t ms, bool with_time,
                           ax_str *out) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  if (with_time)
    ax_fhir_date_instant(ms, text);
  else
    ax_fhir_date_day(ms, text);
  *out = ax_arena_str(s->arena, ax_str_from(text));
  return out->ptr ? AX_OK : AX_NOMEM;
}

/* Where DATE, NAME begins: the variable's date, or today when the script has
 * no such variable. */
static ax_status base_of(ax_state *s, ax_str variable, int64_t *ms,
                         ax_error *err) {
  ax_str value;
  ax_fhir_date date;
  ax_error why = { 0 };
  *ms = s->now_ms;
  ax_status status = ax_variable_value(s, variable, AX_STR(""), &value, &why);
  if (status == AX_INVALID && !ax_script_find_variable(s->script, variable))
    return AX_OK;
  if (status) return ax_error_set(err, status, "%s", why.text);
  if (!ax_fhir_date_parse_datetime(value, &date))
    return ax_error_set(err, AX_INVALID,
                        "variable '" AX_STR_FMT "' is no date: '" AX_STR_FMT
                        "'",
                        AX_STR_ARG(variable), AX_STR_ARG(value));
  *ms = date.lo_ms;
  return AX_OK;
}

static ax_status date_of(ax_state *s, ax_str name, ax_str kind, ax_str rest,
                         ax_str *out, ax_error *err) {
  bool with_time = ax_str_ends(kind, AX_STR("TIME"));
  int64_t ms = s->now_ms;
  if (ax_str_starts(kind, AX_STR("DATE")))
    AX_TRY(base_of(s, ax_str_trim(ax_str_cut(&rest, ',')), &ms, err));
  AX_TRY(move_all(name, rest, &ms, err));
  return date_text(s, ms, with_time, out);
}

ax_status ax_builtin_value(ax_state *s, ax_str name, ax_str scope, ax_str *out,
                           ax_error *err) {
  const char *letters;
  uint64_t len;
  ax_str rest = name, kind = ax_str_trim(ax_str_cut(&rest, ','));
  if (word_like(name, &letters, &len))
    return word_of(s, name, letters, (size_t)len, out);
  if (ax_str_eq(name, AX_STR("UUID"))) return uuid_of(s, scope, true, out);
  if (ax_str_eq(name, AX_STR("UUID-NODASH")))
    return uuid_of(s, scope, false, out);
  if (ax_str_eq(name, AX_STR("UUID-ST")))
    return uuid_of(s, AX_STR(""), true, out);
  if (ax_str_eq(name, AX_STR("UUID-ST-NODASH")))
    return uuid_of(s, AX_STR(""), false, out);
  bool today = ax_str_eq(kind, AX_STR("CURRENTDATE")) ||
               ax_str_eq(kind, AX_STR("CURRENTDATETIME"));
  bool from = rest.len && (ax_str_eq(kind, AX_STR("DATE")) ||
                           ax_str_eq(kind, AX_STR("DATETIME")));
  if (today || from) return date_of(s, name, kind, rest, out, err);
  return ax_error_set(err, AX_INVALID,
                      "'${" AX_STR_FMT "}' is no variable of the script, and "
                      "nobody set it",
                      AX_STR_ARG(name));
}

/* --- what the user should have set ---------------------------------------- */

static bool about(const ax_script_variable *v, ax_str word) {
  return ax_str_find_nocase(v->hint, word) != AX_STR_NONE ||
         ax_str_find_nocase(v->name, word) != AX_STR_NONE;
}

ax_status ax_builtin_invent(ax_state *s, const ax_script_variable *variable,
                            ax_str *out) {
  ax_str word;
  if (about(variable, AX_STR("date")))
    return date_text(s, s->now_ms, false, out);
  *out = AX_STR("1");
  if (about(variable, AX_STR("version")) || about(variable, AX_STR("count")) ||
      about(variable, AX_STR("number")))
    return AX_OK;
  AX_TRY(word_of(s, variable->name, "abcdefghijklmnopqrstuvwxyz", 12, &word));
  *out = AX_JOIN(s->arena, AX_STR("auspex-"), word);
  return out->ptr ? AX_OK : AX_NOMEM;
}
