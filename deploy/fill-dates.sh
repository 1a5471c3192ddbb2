#!/bin/sh
# Puts dates relative to today (UTC) into sample resources:
#   {{today}}  {{today-40d}}  {{today+3d}}  become  2026-10-14 and so on.
#
#   deploy/fill-dates.sh [-t YYYY-MM-DD] FILE...    writes to standard output
#
# -t takes another day for today.
set -eu
today=$(date -u +%Y-%m-%d)
if [ "${1-}" = -t ]; then
  today=${2:?usage: fill-dates.sh [-t YYYY-MM-DD] FILE...}
  shift 2
fi
[ $# -gt 0 ] || { echo "usage: fill-dates.sh [-t YYYY-MM-DD] FILE..." >&2; exit 2; }
case $today in
  [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;;
  *) echo "fill-dates.sh: '$today' is not a day (YYYY-MM-DD)" >&2; exit 2 ;;
esac
exec awk -v today="$today" '
  # Days of the proleptic Gregorian calendar since 0000-03-01, and back: years
  # begin in March, so that the leap day is the last of its year.
  function days(y, m, d) {
    if (m < 3) { y--; m += 12 }
    return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) \
      + int((153 * (m - 3) + 2) / 5) + d - 1
  }
  function civil(n,   era, doe, yoe, doy, mp, y, m) {
    era = int(n / 146097); doe = n - era * 146097
    yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
    doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
    mp = int((5 * doy + 2) / 153)
    m = mp < 10 ? mp + 3 : mp - 9
    y = yoe + era * 400 + (m < 3)
    return sprintf("%04d-%02d-%02d", y, m, doy - int((153 * mp + 2) / 5) + 1)
  }
  BEGIN {
    now = days(substr(today, 1, 4) + 0, substr(today, 6, 2) + 0, substr(today, 9, 2) + 0)
  }
  {
    while (match($0, /\{\{today([-+][0-9]+d)?\}\}/)) {
      shift = substr($0, RSTART + 7, RLENGTH - 9) + 0
      $0 = substr($0, 1, RSTART - 1) civil(now + shift) substr($0, RSTART + RLENGTH)
    }
    print
  }' "$@"
