#!/bin/sh
# run-suite.sh [OPTION of auspex-conformance run]... - the suites for our gateway
# against a fresh one of this build (BUILD, else build). Reports go to
# $BUILD/conformance. Ends with the exit code of auspex-conformance.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}

. conformance-tests/fresh-gateway.sh
# A busy machine must not lose a score that a test looks for at once.
start_gateway --score-wait 60s

# server/ holds for any server, so for ours.
suites=
for suite in gateway server plugin; do
  [ ! -d "conformance-tests/suites/$suite" ] || suites="$suites conformance-tests/suites/$suite"
done
code=0
# shellcheck disable=SC2086 # a list of folders without blanks
"$build/bin/auspex-conformance" run --base "$base" --suite "Auspex gateway" \
  --report-dir "$build/conformance" --fixtures conformance-tests/samples/plugin \
  "$@" $suites || code=$?
echo "reports: $build/conformance"
exit "$code"
