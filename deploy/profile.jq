# A Bundle of $risk-profile in a few lines: what should be seen first, by model;
# measurements; what is missing, and why.
def base: "https://auspex-gateway.org/fhir/StructureDefinition/";
def ext($name): [.extension // [] | .[] | select(.url == base + $name)];
def words: .text // .coding[0].display // .coding[0].code;
def percent: if .probabilityDecimal then "\(.probabilityDecimal * 10 | round / 10) %" else empty end;
def level: if .qualitativeRisk then "level \(.qualitativeRisk.coding[0].code)" else empty end;
# A relative number is one against somebody; an odds ratio is no "times as often".
def relative: (ext("comparator")[0].valueString // "?") as $whom
  | if .relativeRisk | not then empty
    elif $whom | test("odds ratio") then "odds ratio \(.relativeRisk) against \($whom | sub("; an odds ratio.*"; ""))"
    else "\(.relativeRisk) times as often as in \($whom)" end;
def horizon: if .whenPeriod and .whenPeriod.start != .whenPeriod.end and (.outcome | words | test("within") | not)
  then "until \(.whenPeriod.end[:10])" else empty end;
def prediction: [(.outcome | words), level, percent, relative, horizon] | join(", ");
# What each treatment adds after fifteen years, where a model compares treatments.
def benefit: [.[].prediction[] | select(.outcome | words | test("within 15 years, surgery and"))
  | { with: (.outcome | words | sub(".*surgery and "; "")),
      more: ([ext("contribution")[].extension | map({ key: .url, value: (.valueDecimal // .valueString // .valueCode) })
        | from_entries | select(.basis == "probability") | .amount][0]) } | select(.more)];
def gap: .extension // [] | map(select(.url | endswith("/input-gap")).extension
  | map({ key: .url, value: (.valueString // .valueCode) }) | from_entries)[]
  | (.title // .input) as $what | $what + (if .state == "absent" or (.reason | not) then ""
      else " (\(.reason | ltrimstr($what + " ") | rtrimstr(".")))" end);

[.entry[].resource] as $all
| ($all | map(select(.resourceType == "RiskAssessment"))) as $risks
| ($all | map(select(.resourceType == "GuidanceResponse"))) as $lacking
| ($all | map(select(.resourceType == "Observation"))) as $measured
| (((reduce $risks[].method.coding[0].code as $m ([]; if index([$m]) then . else . + [$m] end))[] as $model
| ($risks | map(select(.method.coding[0].code == $model))) as $of
| ([$of[].prediction[:3][]]) as $said
| "    \($model): " + ($said[:9] | map(prediction) | join("; "))
    + (if ($said | length) > 9 then "; and \(($said | length) - 9) more" else "" end),
  ($of | benefit | if length > 0 then "      alive after 15 years, percentage points more than with surgery alone: "
    + (map("\(.with) \(.more * 1000 | round / 10)") | join("; ")) else empty end)),
  ($measured | group_by(.method.coding[0].code)[]
    | "    measured by \(.[0].method.coding[0].code): "
      + (.[:3] | map("\(.code | words) \(.valueQuantity.value * 100 | round / 100)") | join(", "))
      + (if length > 3 then " and \(length - 3) more" else "" end)),
  ($lacking[] | "    \(.moduleCodeableConcept.coding[0].code) lacks: "
    + ([.dataRequirement[] | gap] | unique | .[:4] | join(", "))))
