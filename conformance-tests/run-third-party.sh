#!/bin/sh
# run-third-party.sh FOLDER [OPTION of auspex-conformance run]... - all
# TestScripts in FOLDER/testscripts against a fresh gateway of this build
# (BUILD, else build). Scripts that ask for XML on the wire are run in JSON.
# Fixtures are looked for in FOLDER/testscripts/*/fixtures and among the examples
# of R4, too; guides of build/igs are loaded for the profiles that scripts name. The last line counts (auspex-conformance run --help, --summary). Scripts
# that fail are what it is to find out, no failure of the run: the exit code is 0
# unless it could not be run.
set -eu
[ $# -ge 1 ] && [ -d "$1/testscripts" ] || {
  echo "run-third-party.sh: name a folder that holds testscripts/ (CORPORA=FOLDER)" >&2
  exit 2
}
scripts=$(cd "$1" && pwd)/testscripts
shift
cd "$(dirname "$0")/.."
build=${BUILD:-build}

. conformance-tests/fresh-gateway.sh
start_gateway

for fixtures in "$scripts"/*/fixtures; do
  [ ! -d "$fixtures" ] || set -- "$@" --fixtures "$fixtures"
done
# Scripts that name an example of R4 as their fixture.
for examples in build/packages/hl7.fhir.r4.examples#*/package; do
  [ ! -d "$examples" ] || set -- "$@" --fixtures "$examples"
done
for guide in build/igs/*#*; do
  [ ! -d "$guide" ] || set -- "$@" --profiles "$guide"
done
code=0
"$build/bin/auspex-conformance" run --base "$base" --wire json --colour never \
  --suite "third-party TestScripts" --report-dir "$build/conformance-third-party" \
  --summary testscripts "$@" "$scripts" >"$work/told" || code=$?
# 1: scripts failed; 2 also when some files cannot be used, which count as such.
[ "$code" -le 2 ] && grep -q '^testscripts: ' "$work/told" || {
  cat "$work/told"
  [ "$code" != 0 ] || code=2
  exit "$code"
}
sed -n '/^scripts  /,/^time  /p' "$work/told"
echo "reports: $build/conformance-third-party"
grep '^testscripts: ' "$work/told"
