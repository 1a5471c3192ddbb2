#!/bin/sh
# demo.sh - the main job on the sample Bundles: starts the gateway on a free port
# with a temporary data folder, posts each sample with curl, shows what was
# accepted, what was refused and why, and every result. Leaves nothing running.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
here=deploy

work=$(mktemp -d)
gateway=
finish() {
  status=$?
  if [ -n "$gateway" ] && kill -TERM "$gateway" 2>/dev/null; then
    wait "$gateway" || status=$?
  fi
  if [ "$status" != 0 ]; then
    echo "demo: failed with status $status" >&2
    [ ! -s "$work/log" ] || tail -n 20 "$work/log" >&2
  fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }
echo '{}' >"$work/known"
show() { jq -r --slurpfile k "$work/known" '$k[0] as $known | '"$(cat "$here/demo.jq")"; }

: >"$work/out" # it is looked for before the gateway has made it
"$build/bin/auspex" serve --listen 127.0.0.1:0 --data "$work/data" \
  --modules-unsigned --activate "$(ls "$build/plugins" | tr '\n' ' ')" \
  >"$work/out" 2>"$work/log" &
gateway=$!
base=
for _ in $(seq 1 600); do
  base=$(sed -n 's|^listening on ||p' "$work/out")
  [ -z "$base" ] || break
  kill -0 "$gateway" 2>/dev/null || { wait "$gateway" || exit $?; exit 1; }
  sleep 0.05
done
[ -n "$base" ] || { echo "demo: the gateway did not start" >&2; exit 1; }
say "gateway: $base"
say

say "== The sample Bundles, posted with curl =="
for sample in fhir-profiles/examples/*.json; do
  name=$(basename "$sample" .json)
  "$here/fill-dates.sh" "$sample" >"$work/$name.json"
  code=$(curl -sS -o "$work/answer" -w '%{http_code}' -X POST "$base" \
    -H 'Content-Type: application/fhir+json' -H 'Prefer: return=minimal' \
    --data-binary "@$work/$name.json")
  case $code in
  2??) say "$name: accepted ($code)" ;;
  4??) say "$name: refused ($code)" ;;
  *) say "$name: $code"; show <"$work/answer"; exit 1 ;;
  esac
  show <"$work/answer"
done
say

get() { curl -sS -H 'Accept: application/fhir+json' "$base/$1"; }

# What references lead to, so that results can be shown in words.
for type in Patient Observation Condition QuestionnaireResponse; do
  get "$type?_count=1000"
done | jq -s 'map((.entry // [])[].resource | { key: "\(.resourceType)/\(.id)", value: . }) | from_entries' \
  >"$work/known"

say "== Risks (RiskAssessment) =="
get 'RiskAssessment?_count=1000' | show
say "== Could not be scored, and what is missing (GuidanceResponse) =="
get 'GuidanceResponse?_count=1000' | show
say "== Scale scores (derived Observations) =="
get 'Observation?_count=1000' | show
say
say "== Four patients over time, one of each project (\$risk-profile) =="
"$here/stories.sh" "$base"
say
say "The same over HTTP while 'make run' serves:"
say "  curl 'http://127.0.0.1:8080/fhir/RiskAssessment?patient=Patient/ID'"
