#!/bin/sh
# run_tests.sh JOBS PROGRAM...: runs test programs, JOBS of them at a time, and
# prints each one's report (TAP) in one piece when it has ended, between lines
# "# run NAME" and "# exit STATUS"; of one that fails also the end of what it
# said on standard error. PROGRAM.took says how many seconds each ran.
set -u
if [ "$1" = one ]; then
  lock=$2 program=$3
  begun=$(date +%s.%N)
  CMOCKA_MESSAGE_OUTPUT=TAP "$program" >"$program.tap" 2>"$program.log"
  status=$?
  echo "$begun $(date +%s.%N)" | awk '{printf "%.1f\n", $2 - $1}' >"$program.took"
  {
    flock 9
    echo "# run $(basename "$program")"
    cat "$program.tap"
    [ "$status" = 0 ] || tail -n 60 "$program.log" | sed 's/^/# /'
    echo "# exit $status"
  } 9>"$lock"
  exit 0
fi
jobs=$1
shift
lock=$(mktemp)
trap 'rm -f "$lock"' EXIT
printf '%s\n' "$@" | xargs -P "$jobs" -I{} "$0" one "$lock" {}
