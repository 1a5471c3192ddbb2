#include "fhir/fhir_date.h"

#include <string.h>

enum { DAY_MS = 86400000, HOUR_MS = 3600000, MINUTE_MS = 60000 };

/* --- the calendar -------------------------------------------------------- */

static bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month) {
  static const signed char days[] = { 31, 28, 31, 30, 31, 30,
                                      31, 31, 30, 31, 30, 31 };
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

/* Years begin in March here, so that the leap day is the last of its year, and
 * repeat every 400 years = 146,097 days; 719,468 days lie between 0000-03-01
 * and 1970-01-01. */
int64_t ax_fhir_date_from_civil(int year, int month, int day) {
  int64_t y = (int64_t)year - (month <= 2);
  int64_t era = floor_div(y, 400);
  int64_t year_of_era = y - era * 400;
  int64_t month_from_march = (month + 9) % 12;
  int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void ax_fhir_date_to_civil(int64_t day_number, int *year, int *month,
                           int *day) {
  int64_t days = day_number + 719468;
  int64_t era = floor_div(days, 146097);
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                         day_of_era / 146096) /
                        365;
  int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  *month = (int)(month_from_march < 10 ? month_from_march + 3
                                       : month_from_march - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

int64_t ax_fhir_date_day_number(int64_t wall_ms) {
  return floor_div(wall_ms, DAY_MS);
}

/* --- reading ------------------------------------------------------------- */

/* Takes exactly `count` digits off the front. */
static bool take_digits(ax_str *rest, size_t count, int min, int max,
                        int *out) {
  int value = 0;
  if (rest->len < count) return false;
  for (size_t i = 0; i < count; i++) {
    char c = rest->ptr[i];
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  *rest = ax_str_skip(*rest, count);
  *out = value;
  return value >= min && value <= max;
}

static bool take_char(ax_str *rest, char c) {
  if (rest->len == 0 || rest->ptr[0] != c) return false;
  *rest = ax_str_skip(*rest, 1);
  return true;
}

/* YYYY, YYYY-MM, YYYY-MM-DD; what follows the day is left in `*rest`. */
static bool take_date(ax_str *rest, ax_fhir_date *d) {
  d->precision = AX_DATE_YEAR;
  if (!take_digits(rest, 4, 1, 9999, &d->year)) return false;
  if (rest->len == 0) return true;
  d->precision = AX_DATE_MONTH;
  if (!take_char(rest, '-') || !take_digits(rest, 2, 1, 12, &d->month))
    return false;
  if (rest->len == 0) return true;
  d->precision = AX_DATE_DAY;
  return take_char(rest, '-') &&
         take_digits(rest, 2, 1, days_in_month(d->year, d->month), &d->day);
}

/* Any number of decimals; the first three count. */
static bool take_fraction(ax_str *rest, ax_fhir_date *d) {
  int scale = 100;
  size_t digits = 0;
  for (; rest->len && rest->ptr[0] >= '0' && rest->ptr[0] <= '9'; digits++) {
    d->milli += (rest->ptr[0] - '0') * scale;
    scale /= 10;
    *rest = ax_str_skip(*rest, 1);
  }
  d->precision = AX_DATE_MILLISECOND;
  return digits > 0;
}

static bool take_time(ax_str *rest, ax_fhir_date *d) {
  if (!take_digits(rest, 2, 0, 23, &d->hour) || !take_char(rest, ':') ||
      !take_digits(rest, 2, 0, 59, &d->minute) || !take_char(rest, ':') ||
      !take_digits(rest, 2, 0, 60, &d->second))
    return false;
  d->precision = AX_DATE_SECOND;
  return !take_char(rest, '.') || take_fraction(rest, d);
}

/* Z or +hh:mm up to 14:00. */
static bool take_zone(ax_str *rest, ax_fhir_date *d) {
  int hours = 0, minutes = 0;
  d->has_zone = true;
  if (take_char(rest, 'Z')) return true;
  bool west = rest->len && rest->ptr[0] == '-';
  if (!take_char(rest, west ? '-' : '+') ||
      !take_digits(rest, 2, 0, 14, &hours) || !take_char(rest, ':') ||
      !take_digits(rest, 2, 0, 59, &minutes))
    return false;
  if (hours == 14 && minutes != 0) return false;
  d->zone_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

static int64_t ms_of_day(const ax_fhir_date *d) {
  if (d->second == 60) /* a leap second is the last moment before it */
    return (int64_t)d->hour * HOUR_MS + (int64_t)d->minute * MINUTE_MS + 59999;
  return (int64_t)d->hour * HOUR_MS + (int64_t)d->minute * MINUTE_MS +
         (int64_t)d->second * 1000 + d->milli;
}

static void set_time_interval(ax_fhir_date *d, int64_t start) {
  d->lo_ms = start + ms_of_day(d);
  d->hi_ms = d->lo_ms;
  if (d->precision == AX_DATE_SECOND && d->second < 60) d->hi_ms += 999;
}

static void set_interval(ax_fhir_date *d) {
  int month = d->month ? d->month : 1, day = d->day ? d->day : 1;
  int last_month = d->month ? d->month : 12;
  int last_day = d->day ? d->day : days_in_month(d->year, last_month);
  d->lo_ms = ax_fhir_date_from_civil(d->year, month, day) * DAY_MS;
  if (d->precision > AX_DATE_DAY) {
    set_time_interval(d, d->lo_ms - (int64_t)d->zone_minutes * MINUTE_MS);
    return;
  }
  d->hi_ms = ax_fhir_date_from_civil(d->year, last_month, last_day) * DAY_MS +
             (DAY_MS - 1);
}

bool ax_fhir_date_parse_date(ax_str text, ax_fhir_date *out) {
  ax_fhir_date d = { 0 };
  if (!take_date(&text, &d) || text.len != 0) return false;
  set_interval(&d);
  *out = d;
  return true;
}

bool ax_fhir_date_parse_datetime(ax_str text, ax_fhir_date *out) {
  ax_fhir_date d = { 0 };
  if (!take_date(&text, &d)) return false;
  if (text.len && (!take_char(&text, 'T') || !take_time(&text, &d) ||
                   !take_zone(&text, &d)))
    return false;
  if (text.len) return false;
  set_interval(&d);
  *out = d;
  return true;
}

bool ax_fhir_date_parse_instant(ax_str text, ax_fhir_date *out) {
  ax_fhir_date d;
  if (!ax_fhir_date_parse_datetime(text, &d)) return false;
  if (d.precision < AX_DATE_SECOND) return false;
  *out = d;
  return true;
}

bool ax_fhir_date_parse_time(ax_str text, ax_fhir_date *out) {
  ax_fhir_date d = { 0 };
  if (!take_time(&text, &d) || text.len) return false;
  set_time_interval(&d, 0);
  *out = d;
  return true;
}

/* --- writing ------------------------------------------------------------- */

/* Four digits hold the years that FHIR knows; others are cut to its ends. */
static int64_t known_days(int64_t wall_ms, int64_t *ms) {
  int64_t first = ax_fhir_date_from_civil(1, 1, 1);
  int64_t last = ax_fhir_date_from_civil(9999, 12, 31);
  int64_t day = ax_fhir_date_day_number(wall_ms);
  if (day < first || day > last) {
    *ms = day < first ? 0 : DAY_MS - 1;
    return day < first ? first : last;
  }
  *ms = wall_ms - day * DAY_MS;
  return day;
}

static void put_digits(char *to, size_t count, int value) {
  while (count--) {
    to[count] = (char)('0' + value % 10);
    value /= 10;
  }
}

void ax_fhir_date_instant(int64_t wall_ms, char out[AX_FHIR_DATE_INSTANT + 1]) {
  int year = 0, month = 0, day = 0;
  int64_t ms = 0;
  ax_fhir_date_to_civil(known_days(wall_ms, &ms), &year, &month, &day);
  memcpy(out, "0000-00-00T00:00:00.000Z", AX_FHIR_DATE_INSTANT + 1);
  put_digits(out, 4, year);
  put_digits(out + 5, 2, month);
  put_digits(out + 8, 2, day);
  put_digits(out + 11, 2, (int)(ms / HOUR_MS));
  put_digits(out + 14, 2, (int)(ms / MINUTE_MS % 60));
  put_digits(out + 17, 2, (int)(ms / 1000 % 60));
  put_digits(out + 20, 3, (int)(ms % 1000));
}

void ax_fhir_date_day(int64_t wall_ms, char out[11]) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(wall_ms, text);
  for (size_t i = 0; i < 10; i++) out[i] = text[i];
  out[10] = '\0';
}

/* --- reckoning ----------------------------------------------------------- */

int64_t ax_fhir_date_add_months(int64_t wall_ms, int months) {
  int year = 0, month = 0, day = 0;
  int64_t number = ax_fhir_date_day_number(wall_ms);
  ax_fhir_date_to_civil(number, &year, &month, &day);
  int64_t total = (int64_t)year * 12 + (month - 1) + months;
  year = (int)floor_div(total, 12);
  month = (int)(total - (int64_t)year * 12) + 1;
  int last = days_in_month(year, month);
  if (day > last) day = last;
  return wall_ms +
         (ax_fhir_date_from_civil(year, month, day) - number) * DAY_MS;
}

static int completed_years(int64_t from_ms, int64_t to_ms) {
  int y1 = 0, m1 = 0, d1 = 0, y2 = 0, m2 = 0, d2 = 0;
  ax_fhir_date_to_civil(ax_fhir_date_day_number(from_ms), &y1, &m1, &d1);
  ax_fhir_date_to_civil(ax_fhir_date_day_number(to_ms), &y2, &m2, &d2);
  return y2 - y1 - (m2 < m1 || (m2 == m1 && d2 < d1));
}

void ax_fhir_date_age(const ax_fhir_date *birth, int64_t at_ms, int *least,
                      int *greatest) {
  *least = completed_years(birth->hi_ms, at_ms);
  *greatest = completed_years(birth->lo_ms, at_ms);
}
