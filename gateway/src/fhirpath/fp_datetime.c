#include "fhirpath/fp_datetime.h"

#include <stdio.h>

#include "fhir/fhir_date.h"
#include "fhirpath/fp_units.h"

enum {
  MINUTES_A_DAY = 24 * 60,
  NANOS_A_MS = 1000000,
  WEST = 14 * 60, /* local time is at most this much later than UTC */
  EAST = 12 * 60  /* and at most this much earlier */
};

int ax_fp_datetime_month_days(int year, int month) {
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

/* --- reading ---------------------------------------------------------------
 */

/* Takes `mark` (if any) and exactly `digits` digits off the front. */
static bool take(ax_str *rest, char mark, size_t digits, int *out) {
  ax_str s = *rest;
  if (mark) {
    if (!s.len || s.ptr[0] != mark) return false;
    s = ax_str_skip(s, 1);
  }
  if (s.len < digits) return false;
  int value = 0;
  for (size_t i = 0; i < digits; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    value = value * 10 + (s.ptr[i] - '0');
  }
  *out = value;
  *rest = ax_str_skip(s, digits);
  return true;
}

static bool take_date(ax_str *rest, ax_fp_moment *m) {
  if (!take(rest, '\0', 4, &m->year) || m->year < 1) return false;
  m->precision = AX_FP_YEAR;
  if (!take(rest, '-', 2, &m->month)) return true;
  m->precision = AX_FP_MONTH;
  if (m->month < 1 || m->month > 12) return false;
  if (!take(rest, '-', 2, &m->day)) return true;
  m->precision = AX_FP_DAY;
  return m->day >= 1 && m->day <= ax_fp_datetime_month_days(m->year, m->month);
}

static bool take_fraction(ax_str *rest, ax_fp_moment *m) {
  int digit;
  int32_t unit = 100000000;
  if (!rest->len || rest->ptr[0] != '.') return true;
  *rest = ax_str_skip(*rest, 1);
  m->precision = AX_FP_FRACTION;
  while (take(rest, '\0', 1, &digit)) {
    m->nanos += digit * unit;
    unit /= 10;
    if (m->fraction_digits < 9) m->fraction_digits++;
  }
  return m->fraction_digits > 0;
}

static bool take_time(ax_str *rest, ax_fp_moment *m) {
  if (!take(rest, '\0', 2, &m->hour) || m->hour > 23) return false;
  m->precision = AX_FP_HOUR;
  if (!take(rest, ':', 2, &m->minute)) return true;
  m->precision = AX_FP_MINUTE;
  if (m->minute > 59) return false;
  if (!take(rest, ':', 2, &m->second)) return true;
  m->precision = AX_FP_SECOND;
  return m->second <= 59 && take_fraction(rest, m);
}

static bool take_zone(ax_str *rest, ax_fp_moment *m) {
  int hours, minutes;
  if (!rest->len) return true;
  char sign = rest->ptr[0];
  *rest = ax_str_skip(*rest, 1);
  m->has_zone = true;
  if (sign == 'Z') return true;
  if (sign != '+' && sign != '-') return false;
  if (!take(rest, '\0', 2, &hours) || !take(rest, ':', 2, &minutes))
    return false;
  m->zone_minutes = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
  return minutes < 60 && hours * 60 + minutes <= 14 * 60;
}

bool ax_fp_datetime_parse(ax_fp_kind kind, ax_str text, ax_fp_moment *out) {
  ax_fp_moment m = { .precision = AX_FP_YEAR };
  ax_str rest = text;
  if (kind == AX_FP_TIME) {
    if (!take_time(&rest, &m)) return false;
  } else {
    if (!take_date(&rest, &m)) return false;
    bool time = kind == AX_FP_DATETIME && rest.len && rest.ptr[0] == 'T';
    if (time) rest = ax_str_skip(rest, 1);
    if (time && rest.len &&
        (m.precision != AX_FP_DAY || !take_time(&rest, &m) ||
         !take_zone(&rest, &m)))
      return false;
  }
  *out = m;
  return rest.len == 0;
}

/* --- writing ---------------------------------------------------------------
 */

typedef struct {
  char text[64];
  size_t len;
} line;

/* Every argument is in a range that fits the 64 bytes. */
static void put(line *to, const char *fmt, int value) {
  /* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): five literals below */
  int n = fmt[0] == '4'   ? snprintf(to->text + to->len, 8, "%04d", value)
          : fmt[0] == '-' ? snprintf(to->text + to->len, 8, "-%02d", value)
          : fmt[0] == ':' ? snprintf(to->text + to->len, 8, ":%02d", value)
                          : snprintf(to->text + to->len, 8, "%02d", value);
  if (n > 0) to->len += (size_t)n;
}

static void put_char(line *to, char c) {
  to->text[to->len++] = c;
}

static void put_fraction(line *to, const ax_fp_moment *m) {
  int32_t unit = 100000000;
  put_char(to, '.');
  for (int i = 0; i < m->fraction_digits; i++, unit /= 10)
    put_char(to, (char)('0' + m->nanos / unit % 10));
}

static void put_zone(line *to, const ax_fp_moment *m) {
  if (!m->has_zone) return;
  if (m->zone_minutes == 0) {
    put_char(to, 'Z');
    return;
  }
  int minutes = m->zone_minutes < 0 ? -m->zone_minutes : m->zone_minutes;
  put_char(to, m->zone_minutes < 0 ? '-' : '+');
  put(to, "2", minutes / 60);
  put(to, ":", minutes % 60);
}

static void put_time(line *to, const ax_fp_moment *m) {
  put(to, "2", m->hour);
  if (m->precision >= AX_FP_MINUTE) put(to, ":", m->minute);
  if (m->precision >= AX_FP_SECOND) put(to, ":", m->second);
  if (m->precision == AX_FP_FRACTION) put_fraction(to, m);
}

ax_status ax_fp_datetime_text(ax_arena *arena, ax_fp_kind kind,
                              const ax_fp_moment *m, ax_str *out) {
  line to = { .len = 0 };
  if (kind == AX_FP_TIME) {
    put_time(&to, m);
  } else {
    put(&to, "4", m->year);
    if (m->precision >= AX_FP_MONTH) put(&to, "-", m->month);
    if (m->precision >= AX_FP_DAY) put(&to, "-", m->day);
    if (m->precision >= AX_FP_HOUR) {
      put_char(&to, 'T');
      put_time(&to, m);
      put_zone(&to, m);
    }
  }
  *out = ax_arena_str(arena, (ax_str){ to.text, to.len });
  return out->ptr ? AX_OK : AX_NOMEM;
}

/* --- comparing -------------------------------------------------------------
 */

/* Minutes since the epoch; of the day for a Time. */
static int64_t minutes_of(const ax_fp_moment *m) {
  int64_t days = m->year
                     ? ax_fhir_date_from_civil(m->year, m->month ? m->month : 1,
                                               m->day ? m->day : 1)
                     : 0;
  return days * MINUTES_A_DAY + (int64_t)m->hour * 60 + m->minute;
}

static void set_minutes(ax_fp_moment *m, int64_t minutes) {
  int64_t day = minutes / MINUTES_A_DAY, rest = minutes % MINUTES_A_DAY;
  if (rest < 0) {
    rest += MINUTES_A_DAY;
    day--;
  }
  if (m->year) ax_fhir_date_to_civil(day, &m->year, &m->month, &m->day);
  m->hour = (int)rest / 60;
  m->minute = (int)rest % 60;
}

static bool has_time(const ax_fp_moment *m) {
  return m->precision >= AX_FP_HOUR;
}

static ax_fp_moment to_utc(const ax_fp_moment *m) {
  ax_fp_moment utc = *m;
  if (!m->has_zone || !has_time(m)) return utc;
  set_minutes(&utc, minutes_of(m) - m->zone_minutes);
  utc.zone_minutes = 0;
  return utc;
}

static ax_fp_order order_of(int64_t a, int64_t b) {
  return a < b ? AX_FP_BEFORE : a > b ? AX_FP_AFTER : AX_FP_SAME;
}

/* The part of precision `p`; seconds with their decimals. */
static int64_t part(const ax_fp_moment *m, ax_fp_precision p) {
  switch (p) {
  case AX_FP_YEAR:
    return m->year;
  case AX_FP_MONTH:
    return m->month;
  case AX_FP_DAY:
    return m->day;
  case AX_FP_HOUR:
    return m->hour;
  case AX_FP_MINUTE:
    return m->minute;
  case AX_FP_SECOND:
  case AX_FP_FRACTION:
    break;
  }
  return m->second * (int64_t)1000000000 + m->nanos;
}

static ax_fp_precision level(const ax_fp_moment *m) {
  return m->precision == AX_FP_FRACTION ? AX_FP_SECOND : m->precision;
}

static ax_fp_order compare_parts(const ax_fp_moment *a, const ax_fp_moment *b) {
  ax_fp_precision least = level(a) < level(b) ? level(a) : level(b);
  for (int p = AX_FP_YEAR; p <= (int)least; p++) {
    ax_fp_order order =
        order_of(part(a, (ax_fp_precision)p), part(b, (ax_fp_precision)p));
    if (order != AX_FP_SAME) return order;
  }
  return level(a) == level(b) ? AX_FP_SAME : AX_FP_NO_ORDER;
}

/* Local times lie between UTC-12 and UTC+14: only beyond that a time without a
 * zone is surely before or after one with. */
static ax_fp_order compare_loose(const ax_fp_moment *zoned,
                                 const ax_fp_moment *local) {
  int64_t utc = minutes_of(zoned) - zoned->zone_minutes;
  int64_t at = minutes_of(local);
  int64_t blur =
      level(zoned) == AX_FP_HOUR || level(local) == AX_FP_HOUR ? 60 : 1;
  if (utc + blur < at - WEST) return AX_FP_BEFORE;
  if (utc - blur > at + EAST) return AX_FP_AFTER;
  return AX_FP_NO_ORDER;
}

ax_fp_order ax_fp_datetime_compare(const ax_fp_moment *a,
                                   const ax_fp_moment *b) {
  bool timed = has_time(a) && has_time(b);
  if (timed && a->has_zone && !b->has_zone) return compare_loose(a, b);
  if (timed && b->has_zone && !a->has_zone) {
    ax_fp_order order = compare_loose(b, a);
    return order == AX_FP_NO_ORDER ? order : (ax_fp_order)-order;
  }
  /* Against a date, the calendar day as written counts. */
  if (!timed) return compare_parts(a, b);
  ax_fp_moment x = to_utc(a), y = to_utc(b);
  return compare_parts(&x, &y);
}

/* --- arithmetic ------------------------------------------------------------
 */

/* Largest amount added: 10,000 years in milliseconds is below. */
static const int64_t AMOUNT_MAX = (int64_t)1 << 50;

static bool in_years(int64_t year) {
  return year >= 1 && year <= 9999;
}

static bool add_months(ax_fp_moment *m, int64_t months) {
  int64_t total =
      (int64_t)m->year * 12 + (m->month ? m->month - 1 : 0) + months;
  if (total < 12 || !in_years(total / 12)) return false;
  m->year = (int)(total / 12);
  if (m->month) m->month = (int)(total % 12) + 1;
  int last = m->month ? ax_fp_datetime_month_days(m->year, m->month) : 31;
  if (m->day > last) m->day = last;
  return true;
}

static bool add_days(ax_fp_moment *m, int64_t days) {
  int64_t day = ax_fhir_date_from_civil(m->year, m->month, m->day) + days;
  if (day < ax_fhir_date_from_civil(1, 1, 1) ||
      day > ax_fhir_date_from_civil(9999, 12, 31))
    return false;
  ax_fhir_date_to_civil(day, &m->year, &m->month, &m->day);
  return true;
}

/* Adds to the time of day; a Time wraps at midnight. */
static bool add_nanos(ax_fp_moment *m, int64_t ms, int64_t nanos) {
  int64_t sub = m->nanos + nanos + ms % 1000 * NANOS_A_MS;
  int64_t seconds =
      (int64_t)m->hour * 3600 + (int64_t)m->minute * 60 + m->second + ms / 1000;
  seconds += sub / 1000000000;
  sub %= 1000000000;
  if (sub < 0) {
    sub += 1000000000;
    seconds--;
  }
  int64_t days = seconds / 86400, rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    days--;
  }
  m->nanos = (int32_t)sub;
  m->hour = (int)(rest / 3600);
  m->minute = (int)(rest / 60 % 60);
  m->second = (int)(rest % 60);
  return !m->year || add_days(m, days);
}

/* A quantity of days or less as milliseconds. */
static bool amount_ms(const ax_fp_duration *unit, int64_t amount,
                      int64_t *out) {
  if (unit->milliseconds == 0 || amount > AMOUNT_MAX / unit->milliseconds ||
      amount < -AMOUNT_MAX / unit->milliseconds)
    return false;
  *out = amount * unit->milliseconds;
  return true;
}

/* 6.7: what is finer than the value is first turned into its precision. */
static bool add_coarse(ax_fp_moment *m, int64_t ms) {
  int64_t days = ms / 86400000;
  switch (m->precision) {
  case AX_FP_YEAR:
    return add_months(m, days / 365 * 12);
  case AX_FP_MONTH:
    return add_months(m, days / 30);
  case AX_FP_DAY:
    return add_days(m, days);
  case AX_FP_HOUR:
    return add_nanos(m, ms / 3600000 * 3600000, 0);
  case AX_FP_MINUTE:
    return add_nanos(m, ms / 60000 * 60000, 0);
  case AX_FP_SECOND:
    return add_nanos(m, ms / 1000 * 1000, 0);
  case AX_FP_FRACTION:
    break;
  }
  return add_nanos(m, ms, 0);
}

static bool add_amount(ax_fp_moment *m, const ax_fp_duration *unit,
                       int64_t amount) {
  int64_t ms;
  if (!unit->months) return amount_ms(unit, amount, &ms) && add_coarse(m, ms);
  if (amount > 120000 || amount < -120000) return false;
  int64_t months = amount * unit->months;
  if (m->precision == AX_FP_YEAR) months = months / 12 * 12;
  return add_months(m, months);
}

/* Decimals count for calendar seconds only (6.7). */
static bool seconds_fraction(const ax_fp_quantity *quantity, int sign,
                             int64_t *nanos) {
  ax_fhir_decimal part_of, whole, scaled;
  whole = ax_fhir_decimal_truncate(quantity->value, 0);
  if (!ax_fhir_decimal_subtract(quantity->value, whole, &part_of)) return false;
  if (!ax_fhir_decimal_multiply(ax_fhir_decimal_truncate(part_of, 9),
                                ax_fhir_decimal_from_int(1000000000), &scaled))
    return false;
  if (!ax_fhir_decimal_to_int(scaled, nanos)) return false;
  *nanos *= sign;
  return true;
}

bool ax_fp_datetime_add(ax_fp_kind kind, const ax_fp_moment *moment,
                        const ax_fp_quantity *quantity, int sign,
                        ax_fp_moment *out, const char **why) {
  ax_fp_duration unit;
  int64_t amount, nanos = 0;
  *why = NULL;
  if (!ax_fp_units_duration(quantity, &unit)) {
    *why = "only a quantity of time can be added to a date or time";
    return false;
  }
  if (unit.months && !quantity->is_calendar) {
    *why = "a date moves by calendar years and months, not by 'a' and 'mo'";
    return false;
  }
  if (unit.months && kind == AX_FP_TIME) {
    *why = "a Time has no years and months";
    return false;
  }
  ax_fhir_decimal whole = ax_fhir_decimal_truncate(quantity->value, 0);
  if (!ax_fhir_decimal_to_int(whole, &amount) || amount > AMOUNT_MAX ||
      amount < -AMOUNT_MAX)
    return false;
  *out = *moment;
  if (!add_amount(out, &unit, amount * sign)) return false;
  if (unit.milliseconds != 1000 || !quantity->is_calendar ||
      moment->precision != AX_FP_FRACTION)
    return true;
  return seconds_fraction(quantity, sign, &nanos) && add_nanos(out, 0, nanos);
}

ax_fp_moment ax_fp_datetime_of_clock(int64_t wall_ms) {
  ax_fp_moment m = { .precision = AX_FP_FRACTION,
                     .fraction_digits = 3,
                     .has_zone = true };
  int64_t day = ax_fhir_date_day_number(wall_ms);
  int64_t ms = wall_ms - day * 86400000;
  ax_fhir_date_to_civil(day, &m.year, &m.month, &m.day);
  m.hour = (int)(ms / 3600000);
  m.minute = (int)(ms / 60000 % 60);
  m.second = (int)(ms / 1000 % 60);
  m.nanos = (int32_t)(ms % 1000) * NANOS_A_MS;
  return m;
}
