# A Bundle of $risk-profile in a few lines: what should be seen first, what is
# missing, how many measurements there are.
def words: .text // .coding[0].display // .coding[0].code;
def percent: if .probabilityDecimal then " \(.probabilityDecimal * 10 | round / 10) %" else "" end;
def level: if .qualitativeRisk then " \(.qualitativeRisk.coding[0].code)" else "" end;
def times: if .relativeRisk then " \(.relativeRisk) times as often" else "" end;
def gap: .extension // [] | map(select(.url | endswith("/input-gap")).extension
  | map({ key: .url, value: (.valueString // .valueCode) }) | from_entries | .title // .input);

[.entry[].resource] as $all
| ($all | map(select(.resourceType == "RiskAssessment"))) as $risks
| ($all | map(select(.resourceType == "GuidanceResponse"))) as $lacking
| ($all | map(select(.resourceType == "Observation"))) as $measured
| ($risks[:6][] | "    \(.method.coding[0].code): "
    + (.prediction[:3] | map((.outcome | words) + level + percent + times) | join("; "))),
  (if ($risks | length) > 6 then "    and \(($risks | length) - 6) more" else empty end),
  ($measured | group_by(.method.coding[0].code)[]
    | "    measured by \(.[0].method.coding[0].code): "
      + (.[:3] | map("\(.code | words) \(.valueQuantity.value * 100 | round / 100)") | join(", "))
      + (if length > 3 then " and \(length - 3) more" else "" end)),
  ($lacking[] | "    \(.moduleCodeableConcept.coding[0].code) lacks: "
    + ([.dataRequirement[] | gap[]] | unique | .[:4] | join(", ")))
