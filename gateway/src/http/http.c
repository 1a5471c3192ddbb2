#include "http/http.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

ax_http_method ax_http_method_named(ax_str name) {
  static const struct {
    ax_str name;
    ax_http_method method;
  } methods[] = {
    { AX_STR_INIT("GET"), AX_HTTP_GET },
    { AX_STR_INIT("HEAD"), AX_HTTP_HEAD },
    { AX_STR_INIT("POST"), AX_HTTP_POST },
    { AX_STR_INIT("PUT"), AX_HTTP_PUT },
    { AX_STR_INIT("PATCH"), AX_HTTP_PATCH },
    { AX_STR_INIT("DELETE"), AX_HTTP_DELETE },
    { AX_STR_INIT("OPTIONS"), AX_HTTP_OPTIONS },
  };
  for (size_t i = 0; i < AX_COUNT(methods); i++)
    if (ax_str_eq(name, methods[i].name)) return methods[i].method;
  return AX_HTTP_OTHER;
}

static int lower(char c) {
  return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool ax_http_equal(ax_str a, ax_str b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++)
    if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
  return true;
}

ax_str ax_http_trim(ax_str s) {
  while (s.len && (*s.ptr == ' ' || *s.ptr == '\t')) s.ptr++, s.len--;
  while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
    s.len--;
  return s;
}

ax_str ax_http_get_header(const ax_http_request *request, ax_str name) {
  for (size_t i = 0; i < request->header_count; i++)
    if (ax_http_equal(request->headers[i].name, name))
      return request->headers[i].value;
  return AX_STR("");
}

static bool is_clean(ax_str value) {
  for (size_t i = 0; i < value.len; i++) {
    unsigned char c = (unsigned char)value.ptr[i];
    if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

void ax_http_set_header(ax_http_response *response, ax_str name, ax_str value) {
  if (!is_clean(value)) return;
  if (response->header_count >= AX_COUNT(response->headers)) return;
  response->headers[response->header_count++] = (ax_http_header){ name, value };
}

const char *ax_http_reason(int status) {
  static const struct {
    int status;
    const char *reason;
  } reasons[] = {
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 304, "Not Modified" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 411, "Length Required" },
    { 412, "Precondition Failed" },
    { 413, "Content Too Large" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 422, "Unprocessable Content" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 505, "HTTP Version Not Supported" },
    { 507, "Insufficient Storage" },
  };
  for (size_t i = 0; i < AX_COUNT(reasons); i++)
    if (reasons[i].status == status) return reasons[i].reason;
  return "Status";
}

void ax_http_date(int64_t wall_ms, char out[AX_HTTP_DATE + 1]) {
  static const char days[] = "SunMonTueWedThuFriSat";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  time_t seconds = (time_t)(wall_ms / 1000);
  /* The form has four digits for the year. */
  if (seconds < 0) seconds = 0;
  if (seconds > 253402300799) seconds = 253402300799;
  struct tm tm = { 0 };
  (void)gmtime_r(&seconds, &tm);
  char text[96];
  (void)snprintf(text, sizeof text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                 days + (ptrdiff_t)tm.tm_wday * 3, tm.tm_mday,
                 months + (ptrdiff_t)tm.tm_mon * 3, tm.tm_year + 1900,
                 tm.tm_hour, tm.tm_min, tm.tm_sec);
  memcpy(out, text, AX_HTTP_DATE);
  out[AX_HTTP_DATE] = '\0';
}

static bool digits(const char *at, int count, int *out) {
  *out = 0;
  for (int i = 0; i < count; i++) {
    if (at[i] < '0' || at[i] > '9') return false;
    *out = *out * 10 + (at[i] - '0');
  }
  return true;
}

/* Days from 1970-01-01 (Howard Hinnant's days_from_civil). */
static int64_t days_of(int year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = y / 400, of_era = y - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         719468;
}

bool ax_http_date_parse(ax_str text, int64_t *wall_ms) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int day, year, hour, minute, second, month = 0;
  if (text.len != AX_HTTP_DATE) return false;
  const char *t = text.ptr;
  while (month < 12 && memcmp(t + 8, months + (ptrdiff_t)month * 3, 3) != 0)
    month++;
  bool fine = month < 12 && digits(t + 5, 2, &day) &&
              digits(t + 12, 4, &year) && digits(t + 17, 2, &hour) &&
              digits(t + 20, 2, &minute) && digits(t + 23, 2, &second) &&
              memcmp(t + 25, " GMT", 4) == 0;
  if (!fine || year < 1970 || day < 1 || day > 31) return false;
  int64_t days = days_of(year, month + 1, day);
  *wall_ms = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
  return true;
}

static void write_field(ax_buf *out, ax_str name, ax_str value) {
  ax_buf_append(out, name);
  ax_buf_append(out, AX_STR(": "));
  ax_buf_append(out, value);
  ax_buf_append(out, AX_STR("\r\n"));
}

static bool has_field(const ax_http_response *response, ax_str name) {
  for (size_t i = 0; i < response->header_count; i++)
    if (ax_http_equal(response->headers[i].name, name)) return true;
  return false;
}

static void write_length(const ax_http_response *response, ax_buf *out) {
  if (response->status == 204 || response->status == 304) return;
  if (response->relayed && has_field(response, AX_STR("Content-Length")))
    return;
  ax_buf_append(out, AX_STR("Content-Length: "));
  ax_buf_append_uint(out, response->body.len);
  ax_buf_append(out, AX_STR("\r\n"));
}

/* What is answered may be a patient's: nobody in between keeps it, no browser
 * runs it. */
static const char every_answer[] = "Cache-Control: no-store\r\n"
                                   "X-Content-Type-Options: nosniff\r\n"
                                   "Content-Security-Policy: default-src "
                                   "'none'; frame-ancestors 'none'\r\n"
                                   "Referrer-Policy: no-referrer\r\n";

void ax_http_write_head(const ax_http_response *response, int64_t wall_ms,
                        bool close, ax_buf *out) {
  assert(response->status >= 100 && response->status <= 599);
  char text[64];
  (void)snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\n", response->status,
                 ax_http_reason(response->status));
  ax_buf_append(out, ax_str_from(text));
  char date[AX_HTTP_DATE + 1];
  ax_http_date(wall_ms, date);
  if (!response->relayed) write_field(out, AX_STR("Date"), ax_str_from(date));
  if (response->content_type.len)
    write_field(out, AX_STR("Content-Type"), response->content_type);
  write_length(response, out);
  for (size_t i = 0; i < response->header_count; i++)
    write_field(out, response->headers[i].name, response->headers[i].value);
  if (!response->relayed) ax_buf_append(out, ax_str_from(every_answer));
  if (close) ax_buf_append(out, AX_STR("Connection: close\r\n"));
  ax_buf_append(out, AX_STR("\r\n"));
}
