/*
 * fhir_date.h - FHIR date, dateTime, instant and time as intervals.
 *
 * "2024-03" is not a moment but the interval from the first to the last
 * millisecond of March 2024; without a time zone (only dates have none) UTC is
 * taken. Rules that compare times compare intervals, so a partial date never
 * silently becomes its first day. (R4 datatypes: date, dateTime, instant, time;
 * R4 search: date ranges.) Seconds may carry any number of decimals; those
 * past the third are kept out of the interval. "24:00" and "60" seconds: as R4
 * says (no 24:00; a leap second 60 is allowed and counts as 59.999).
 */
#ifndef AX_FHIR_FHIR_DATE_H
#define AX_FHIR_FHIR_DATE_H

#include <stdint.h>

#include "base/attrs.h"
#include "base/str.h"

typedef enum {
  AX_DATE_YEAR,
  AX_DATE_MONTH,
  AX_DATE_DAY,
  AX_DATE_MINUTE,
  AX_DATE_SECOND,
  AX_DATE_MILLISECOND
} ax_date_precision;

typedef struct {
  int64_t lo_ms; /* first millisecond, since 1970-01-01T00:00:00Z */
  int64_t hi_ms; /* last millisecond, inclusive */
  ax_date_precision precision;
  bool has_zone;
  int zone_minutes;
  int year, month, day; /* as written; 0 when not given */
  int hour, minute, second, milli;
} ax_fhir_date;

/* What may be written depends on the type (R4 2.24.0.1 regular expressions);
 * days that do not exist (2023-02-29) are refused. */
bool ax_fhir_date_parse_date(ax_str text, ax_fhir_date *out);
bool ax_fhir_date_parse_datetime(ax_str text, ax_fhir_date *out);
bool ax_fhir_date_parse_instant(ax_str text, ax_fhir_date *out);
bool ax_fhir_date_parse_time(ax_str text, ax_fhir_date *out); /* lo_ms of day */

/* "2026-11-23T20:41:00.123Z" (24 characters and a NUL). */
enum { AX_FHIR_DATE_INSTANT = 24 };
void ax_fhir_date_instant(int64_t wall_ms, char out[AX_FHIR_DATE_INSTANT + 1]);

/* "2026-11-23" (10 characters and a NUL), of the UTC day. */
void ax_fhir_date_day(int64_t wall_ms, char out[11]);

/* Days since 1970-01-01 of a UTC moment, rounded down; and of a civil date. */
int64_t ax_fhir_date_day_number(int64_t wall_ms);
int64_t ax_fhir_date_from_civil(int year, int month, int day);
void ax_fhir_date_to_civil(int64_t day_number, int *year, int *month, int *day);

/* `wall_ms` moved by whole calendar months; a day that the month lacks
 * becomes its last (FHIRPath 6.7 date arithmetic). */
int64_t ax_fhir_date_add_months(int64_t wall_ms, int months);

/* Completed years from the interval `birth` to `at_ms`: least and greatest
 * possible answer (equal for a full birth date). */
void ax_fhir_date_age(const ax_fhir_date *birth, int64_t at_ms, int *least,
                      int *greatest);

#endif
