#include "fhir/fhir_primitive.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "fhir/fhir_date.h"

enum { STRING_MAX = 1024 * 1024 }; /* characters; R4 2.24.0.1 string */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool ax_fhir_primitive_is_id(ax_str text) {
  if (text.len == 0 || text.len > AX_LIMIT_ID) return false;
  for (size_t i = 0; i < text.len; i++)
    if (!is_alnum(text.ptr[i]) && text.ptr[i] != '-' && text.ptr[i] != '.')
      return false;
  return true;
}

/* --- one check for each shape -------------------------------------------- */

static bool is_base64(ax_str s) {
  size_t symbols = 0, padding = 0;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (is_space(c)) continue;
    if (c == '=')
      padding++;
    else if (padding || (!is_alnum(c) && c != '+' && c != '/'))
      return false;
    symbols++;
  }
  return symbols > 0 && symbols % 4 == 0 && padding <= 2;
}

static bool has_no_space(ax_str s) {
  for (size_t i = 0; i < s.len; i++)
    if (is_space(s.ptr[i])) return false;
  return s.len > 0;
}

/* Words with single spaces between them. */
static bool is_code(ax_str s) {
  bool after_space = true;
  for (size_t i = 0; i < s.len; i++) {
    bool space = is_space(s.ptr[i]);
    if (space && after_space) return false;
    after_space = space;
  }
  return s.len > 0 && !after_space;
}

/* Control characters cannot stand in XML, so FHIR has no place for them. */
static bool is_characters(ax_str s) {
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if (c < 0x20 && c != '\t' && c != '\r' && c != '\n') return false;
  }
  return s.len > 0;
}

static bool is_text(ax_str s) {
  return is_characters(s) &&
         (s.len <= STRING_MAX || ax_utf8_length(s) <= STRING_MAX);
}

/* urn:oid:[0-2](\.(0|[1-9][0-9]*))+ */
static bool is_oid(ax_str s) {
  if (!ax_str_starts(s, AX_STR("urn:oid:"))) return false;
  ax_str rest = ax_str_skip(s, 8);
  ax_str arc = ax_str_cut(&rest, '.');
  if (arc.len != 1 || arc.ptr[0] < '0' || arc.ptr[0] > '2') return false;
  if (rest.len == 0 || s.ptr[s.len - 1] == '.') return false;
  while (rest.len) {
    arc = ax_str_cut(&rest, '.');
    if (arc.len == 0 || (arc.len > 1 && arc.ptr[0] == '0')) return false;
    for (size_t i = 0; i < arc.len; i++)
      if (!is_digit(arc.ptr[i])) return false;
  }
  return true;
}

static bool is_uuid(ax_str s) {
  if (s.len != 45 || !ax_str_starts(s, AX_STR("urn:uuid:"))) return false;
  for (size_t i = 9; i < s.len; i++) {
    bool dash = i == 17 || i == 22 || i == 27 || i == 32;
    char c = s.ptr[i];
    if (dash ? c != '-' : !is_digit(c) && (c < 'a' || c > 'f')) return false;
  }
  return true;
}

static bool in_range(ax_str s, int64_t min) {
  int64_t value = 0;
  return ax_str_int64(s, min, INT32_MAX, &value);
}

static bool is_integer(ax_str s) {
  return in_range(s, INT32_MIN);
}

static bool is_unsigned(ax_str s) {
  return in_range(s, 0) && s.ptr[0] != '-';
}

static bool is_positive(ax_str s) {
  return in_range(s, 1);
}

static bool is_anything(ax_str s) {
  (void)s;
  return true;
}

static bool is_date(ax_str s) {
  ax_fhir_date date;
  return ax_fhir_date_parse_date(s, &date);
}

static bool is_datetime(ax_str s) {
  ax_fhir_date date;
  return ax_fhir_date_parse_datetime(s, &date);
}

static bool is_instant(ax_str s) {
  ax_fhir_date date;
  return ax_fhir_date_parse_instant(s, &date);
}

static bool is_time(ax_str s) {
  ax_fhir_date date;
  return ax_fhir_date_parse_time(s, &date);
}

/* --- the table ----------------------------------------------------------- */

static const struct {
  const char *name;
  ax_json_kind kind;
  bool (*check)(ax_str text);
  const char *fault;
} table[] = {
  [AX_FHIR_NOT_PRIMITIVE] = { "", AX_JSON_NULL, NULL,
                              "this is not a primitive type" },
  [AX_FHIR_BASE64_BINARY] = { "base64Binary", AX_JSON_STRING, is_base64,
                              "base64Binary is written with A-Z a-z 0-9 + / in "
                              "groups of four, the last one filled up with =" },
  [AX_FHIR_BOOLEAN] = { "boolean", AX_JSON_BOOL, NULL,
                        "a boolean is true or false, without quotes" },
  [AX_FHIR_CANONICAL] = { "canonical", AX_JSON_STRING, has_no_space,
                          "a canonical is a URL: not empty, without spaces" },
  [AX_FHIR_CODE] = { "code", AX_JSON_STRING, is_code,
                     "a code is not empty, has no space at its ends and only "
                     "single spaces inside" },
  [AX_FHIR_DATE] = { "date", AX_JSON_STRING, is_date,
                     "a date is written YYYY, YYYY-MM or YYYY-MM-DD and must "
                     "be a day of the calendar" },
  [AX_FHIR_DATETIME] = { "dateTime", AX_JSON_STRING, is_datetime,
                         "a dateTime is written YYYY, YYYY-MM, YYYY-MM-DD or "
                         "YYYY-MM-DDThh:mm:ss with a time zone" },
  [AX_FHIR_DECIMAL] = { "decimal", AX_JSON_NUMBER, is_anything,
                        "a decimal is a JSON number, without quotes" },
  [AX_FHIR_ID] = { "id", AX_JSON_STRING, ax_fhir_primitive_is_id,
                   "an id has 1 to 64 characters of A-Z a-z 0-9 - ." },
  [AX_FHIR_INSTANT] = { "instant", AX_JSON_STRING, is_instant,
                        "an instant is written YYYY-MM-DDThh:mm:ss with a time "
                        "zone" },
  [AX_FHIR_INTEGER] = { "integer", AX_JSON_NUMBER, is_integer,
                        "an integer is a whole number from -2147483648 to "
                        "2147483647, without quotes, point or exponent" },
  [AX_FHIR_MARKDOWN] = { "markdown", AX_JSON_STRING, is_text,
                         "markdown is not empty, has no control characters and "
                         "at most 1048576 characters" },
  [AX_FHIR_OID] = { "oid", AX_JSON_STRING, is_oid,
                    "an oid is written urn:oid: and numbers with points "
                    "between them" },
  [AX_FHIR_POSITIVE_INT] = { "positiveInt", AX_JSON_NUMBER, is_positive,
                             "a positiveInt is a whole number from 1 to "
                             "2147483647, without quotes, point or exponent" },
  [AX_FHIR_STRING] = { "string", AX_JSON_STRING, is_text,
                       "a string is not empty, has no control characters and "
                       "at most 1048576 characters" },
  [AX_FHIR_TIME] = { "time", AX_JSON_STRING, is_time,
                     "a time is written hh:mm:ss, without a time zone" },
  [AX_FHIR_UNSIGNED_INT] = { "unsignedInt", AX_JSON_NUMBER, is_unsigned,
                             "an unsignedInt is a whole number from 0 to "
                             "2147483647, without quotes, point or exponent" },
  [AX_FHIR_URI] = { "uri", AX_JSON_STRING, has_no_space,
                    "a uri is not empty and has no spaces" },
  [AX_FHIR_URL] = { "url", AX_JSON_STRING, has_no_space,
                    "a url is not empty and has no spaces" },
  [AX_FHIR_UUID] = { "uuid", AX_JSON_STRING, is_uuid,
                     "a uuid is written urn:uuid: and 32 lower-case hex digits "
                     "in groups of 8-4-4-4-12" },
  [AX_FHIR_XHTML] = { "xhtml", AX_JSON_STRING, is_characters,
                      "xhtml is not empty and has no control characters" },
};

ax_fhir_primitive ax_fhir_primitive_named(ax_str name) {
  for (size_t i = 1; i < AX_COUNT(table); i++)
    if (ax_str_eq(name, ax_str_from(table[i].name)))
      return (ax_fhir_primitive)i;
  return AX_FHIR_NOT_PRIMITIVE;
}

const char *ax_fhir_primitive_name(ax_fhir_primitive type) {
  return table[type].name;
}

ax_json_kind ax_fhir_primitive_kind(ax_fhir_primitive type) {
  return table[type].kind;
}

/* JSON itself forbids leading zeros; an exponent or a point in an integer is
 * caught by reading its digits. */
const char *ax_fhir_primitive_fault(ax_fhir_primitive type,
                                    const ax_json *value) {
  if (!ax_json_is(value, table[type].kind)) return table[type].fault;
  if (!table[type].check) return type ? NULL : table[type].fault;
  return table[type].check(ax_json_text(value)) ? NULL : table[type].fault;
}

const char *ax_fhir_primitive_urn_fault(ax_str uri) {
  for (size_t i = 0; i < uri.len; i++)
    if (uri.ptr[i] == '#' || uri.ptr[i] == '|') uri.len = i;
  if (ax_str_starts(uri, AX_STR("urn:uuid:")))
    return is_uuid(uri) ? NULL : table[AX_FHIR_UUID].fault;
  if (ax_str_starts(uri, AX_STR("urn:oid:")))
    return is_oid(uri) ? NULL : table[AX_FHIR_OID].fault;
  return NULL;
}
