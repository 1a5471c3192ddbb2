#!/bin/sh
# run_fuzz.sh JOBS SECONDS PROGRAM...: runs fuzz targets for SECONDS each, JOBS of
# them at a time, with their dictionaries and seeds; ends with 1 when one found
# something, and shows what it said. FUZZ_SEED: where the random numbers begin
# (another place each time).
set -u
if [ "$1" = one ]; then
  seconds=$2 program=$3
  name=$(basename "$program") out=$(dirname "$program")
  home=gateway/tests/fuzz
  [ -f "$home/$name.c" ] || home=conformance-tests/fuzz
  dict=$home/$name.dict seeds=$home/seeds/$name
  mkdir -p "$out/found/$name"
  [ -f "$dict" ] && dict=-dict=$dict || dict=
  [ -d "$seeds" ] || seeds=
  # shellcheck disable=SC2086 # both may be nothing
  if ! "$program" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" \
    -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="$out/found/$name/" $dict "$out/found/$name" $seeds \
    >"$out/$name.log" 2>&1; then
    cat "$out/$name.log"
    echo "fuzz: $name FAILED"
    exit 1
  fi
  echo "fuzz: $name $(awk '/number_of_executed_units/{print $2}' "$out/$name.log") runs"
  exit 0
fi
jobs=$1 seconds=$2
shift 2
# xargs ends with 123 when one of them failed.
printf '%s\n' "$@" | xargs -P "$jobs" -I{} "$0" one "$seconds" {} || exit 1
