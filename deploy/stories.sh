#!/bin/sh
# stories.sh BASE - one patient of each of the four projects over time: posts what
# a hospital would send, step by step, and shows the patient's risk profile after
# each step. Needs curl and jq; `make demo` calls it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
base=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { # project number words
  echo "  $3"
  "$here/fill-dates.sh" "fhir-profiles/stories/$1-$2.json" >"$work/bundle"
  code=$(curl -sS -o "$work/answer" -w '%{http_code}' -X POST "$base" \
    -H 'Content-Type: application/fhir+json' --data-binary "@$work/bundle")
  [ "$code" = 200 ] || { echo "stories: $1-$2: $code"; cat "$work/answer"; exit 1; }
  patient=$(curl -sS -G "$base/Patient" --data-urlencode \
    "identifier=http://hospital.example.org/mrn|story-$1" | jq -r '.entry[0].resource.id')
  curl -sS "$base/Patient/$patient/\$risk-profile" | jq -r -f "$here/profile.jq"
}

echo "QUALITOP: a woman with lung cancer under a checkpoint inhibitor"
step qualitop 1 "four weeks ago, before the first dose: counts, LDH, quality of life"
step qualitop 2 "three weeks ago: liver values in order"
step qualitop 3 "yesterday: ALT has risen, quality of life has fallen, anxiety"
echo
echo "ASCAPE: a woman operated for breast cancer"
step ascape 1 "tumour, nodes, receptors"
step ascape 2 "after treatment: fatigue, sleep, mood"
echo
echo "PANCAIM: a man with new diabetes who loses weight and carries a variant of CDKN2A"
step pancaim 1 "the onset of diabetes, glucose and weight a year before and now, the variant"
step pancaim 2 "pancreatic cancer is found, chemotherapy begins: END-PAC no longer applies"
echo
echo "CLARIFY: a survivor of lymphoma"
step clarify 1 "the diagnosis"
step clarify 2 "six weeks ago: quality of life"
step clarify 3 "yesterday: it has fallen"
