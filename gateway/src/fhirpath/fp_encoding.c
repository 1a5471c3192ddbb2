/* FHIRPath 5.6: encode, decode, escape, unescape. */
#include <string.h>

#include "base/utf8.h"
#include "fhirpath/fp_function.h"

typedef struct {
  const char *digits;
  bool pads;
} base64;

static const base64 plain = {
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true
};
static const base64 for_urls = {
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", true
};

static ax_str input_of(const ax_fp_call *call) {
  return call->input.items[0].u.text;
}

static bool is_kind(const ax_fp_call *call, const char *kind) {
  return ax_str_eq(call->args[0].items[0].u.text, ax_str_from(kind));
}

/* Room for the result: no coding here makes more than 6 bytes of one. */
static char *room(ax_fp_call *call) {
  return AX_TAKE_ARRAY(call->run->arena, char, input_of(call).len * 6 + 8);
}

static ax_status give(ax_fp_call *call, const char *text, size_t len) {
  return ax_fp_run_push_text(call->run, call->out, (ax_str){ text, len });
}

/* Decoded bytes that are no text give nothing. */
static ax_status give_decoded(ax_fp_call *call, const char *text, size_t len,
                              bool fine) {
  ax_str result = { text, len };
  if (!fine || !ax_utf8_valid(result, NULL)) return AX_OK;
  return give(call, text, len);
}

/* --- base64 ----------------------------------------------------------------
 */

static size_t encode_base64(const base64 *kind, ax_str in, char *out) {
  size_t len = 0;
  for (size_t i = 0; i < in.len; i += 3) {
    size_t bytes = in.len - i < 3 ? in.len - i : 3;
    uint32_t group = 0;
    for (size_t k = 0; k < 3; k++)
      group = group << 8 | (k < bytes ? (unsigned char)in.ptr[i + k] : 0);
    for (size_t k = 0; k < 4; k++) {
      if (k <= bytes)
        out[len++] = kind->digits[group >> (18 - 6 * k) & 63];
      else if (kind->pads)
        out[len++] = '=';
    }
  }
  return len;
}

static bool decode_base64(const base64 *kind, ax_str in, char *out,
                          size_t *len) {
  uint32_t group = 0;
  unsigned bits = 0;
  *len = 0;
  while (in.len && in.ptr[in.len - 1] == '=') in.len--;
  for (size_t i = 0; i < in.len; i++) {
    const char *digit = in.ptr[i] ? strchr(kind->digits, in.ptr[i]) : NULL;
    if (!digit) return false;
    group = group << 6 | (uint32_t)(digit - kind->digits);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[(*len)++] = (char)(group >> bits & 255);
  }
  return bits < 6;
}

/* --- hex -------------------------------------------------------------------
 */

static const char hex_digits[] = "0123456789abcdef";

static size_t encode_hex(ax_str in, char *out) {
  for (size_t i = 0; i < in.len; i++) {
    out[2 * i] = hex_digits[(unsigned char)in.ptr[i] >> 4];
    out[2 * i + 1] = hex_digits[(unsigned char)in.ptr[i] & 15];
  }
  return in.len * 2;
}

static int hex_value(char c) {
  if (c >= 'A' && c <= 'F') c = (char)(c - 'A' + 'a');
  const char *digit = c ? strchr(hex_digits, c) : NULL;
  return digit ? (int)(digit - hex_digits) : -1;
}

static bool decode_hex(ax_str in, char *out, size_t *len) {
  *len = in.len / 2;
  for (size_t i = 0; i < *len; i++) {
    int high = hex_value(in.ptr[2 * i]), low = hex_value(in.ptr[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = (char)(high * 16 + low);
  }
  return in.len % 2 == 0;
}

ax_status ax_fp_encoding_encode(ax_fp_call *call) {
  char *out = room(call);
  if (!out) return AX_NOMEM;
  if (is_kind(call, "hex"))
    return give(call, out, encode_hex(input_of(call), out));
  if (is_kind(call, "base64"))
    return give(call, out, encode_base64(&plain, input_of(call), out));
  if (is_kind(call, "urlbase64"))
    return give(call, out, encode_base64(&for_urls, input_of(call), out));
  return AX_OK;
}

ax_status ax_fp_encoding_decode(ax_fp_call *call) {
  char *out = room(call);
  size_t len = 0;
  bool fine = false;
  if (!out) return AX_NOMEM;
  if (is_kind(call, "hex"))
    fine = decode_hex(input_of(call), out, &len);
  else if (is_kind(call, "base64"))
    fine = decode_base64(&plain, input_of(call), out, &len);
  else if (is_kind(call, "urlbase64"))
    fine = decode_base64(&for_urls, input_of(call), out, &len);
  return give_decoded(call, out, len, fine);
}

/* --- escapes ---------------------------------------------------------------
 */

typedef struct {
  char c;
  const char *text;
} escaped;

static const escaped html[] = { { '&', "&amp;" },
                                { '<', "&lt;" },
                                { '>', "&gt;" },
                                { '"', "&quot;" },
                                { '\'', "&#39;" } };
static const escaped json[] = { { '\\', "\\\\" }, { '"', "\\\"" },
                                { '\n', "\\n" },  { '\r', "\\r" },
                                { '\t', "\\t" },  { '\b', "\\b" },
                                { '\f', "\\f" } };

static size_t put(char *out, size_t at, const char *text) {
  size_t len = strlen(text);
  for (size_t i = 0; i < len; i++) out[at + i] = text[i];
  return at + len;
}

static size_t escape(const escaped *table, size_t count, ax_str in, char *out) {
  size_t len = 0;
  for (size_t i = 0; i < in.len; i++) {
    const escaped *row = NULL;
    for (size_t k = 0; k < count; k++)
      if (table[k].c == in.ptr[i]) row = &table[k];
    if (row)
      len = put(out, len, row->text);
    else
      out[len++] = in.ptr[i];
  }
  return len;
}

/* &#39; &#x27; \u0027: one character by its number. */
static size_t take_number(ax_str in, char *out, size_t *len) {
  bool html_form = ax_str_starts(in, AX_STR("&#"));
  if (!html_form && !ax_str_starts(in, AX_STR("\\u"))) return 0;
  bool hex = !html_form || (in.len > 2 && (in.ptr[2] | 32) == 'x');
  size_t i = html_form && hex ? 3 : 2, start = i;
  uint32_t c = 0;
  for (; i < in.len && i - start < (html_form ? 7 : 4); i++) {
    int digit = hex_value(in.ptr[i]);
    if (digit < 0 || (!hex && digit > 9)) break;
    c = c * (hex ? 16 : 10) + (uint32_t)digit;
  }
  bool ended = html_form ? i < in.len && in.ptr[i] == ';' : i - start == 4;
  if (!ended || i == start || c == 0 || c > 0x10FFFF ||
      (c >= 0xD800 && c < 0xE000))
    return 0;
  *len += ax_utf8_encode(c, out + *len);
  return html_form ? i + 1 : i;
}

static size_t unescape(const escaped *table, size_t count, ax_str in,
                       char *out) {
  size_t len = 0;
  while (in.len) {
    size_t used = take_number(in, out, &len);
    for (size_t k = 0; k < count && !used; k++) {
      if (!ax_str_starts(in, ax_str_from(table[k].text))) continue;
      out[len++] = table[k].c;
      used = strlen(table[k].text);
    }
    if (!used) {
      out[len++] = in.ptr[0];
      used = 1;
    }
    in = ax_str_skip(in, used);
  }
  return len;
}

ax_status ax_fp_encoding_escape(ax_fp_call *call) {
  char *out = room(call);
  if (!out) return AX_NOMEM;
  if (is_kind(call, "html"))
    return give(call, out, escape(html, AX_COUNT(html), input_of(call), out));
  if (is_kind(call, "json"))
    return give(call, out, escape(json, AX_COUNT(json), input_of(call), out));
  return AX_OK;
}

ax_status ax_fp_encoding_unescape(ax_fp_call *call) {
  char *out = room(call);
  if (!out) return AX_NOMEM;
  if (is_kind(call, "html"))
    return give(call, out, unescape(html, AX_COUNT(html), input_of(call), out));
  if (is_kind(call, "json"))
    return give(call, out, unescape(json, AX_COUNT(json), input_of(call), out));
  return AX_OK;
}
