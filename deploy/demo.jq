# Prints what the gateway answered, for people.

def coding: (.coding // [])[0] // {};
def words: .text // coding.display // coding.code // "?";
def number: tostring;
def signed: if . > 0 then "+\(.)" else tostring end;
def ext($name): [(.extension // [])[]
  | select(.url == "https://auspex-gateway.org/fhir/StructureDefinition/\($name)")];
def sub($name): [(.extension // [])[] | select(.url == $name)][0];

def contribution:
  "\(sub("factor").valueString) \(sub("amount").valueDecimal | signed) \(sub("basis").valueCode)";

def risk:
  "RiskAssessment/\(.id)",
  "  patient    \(.subject.reference)",
  "  model      \(.method | coding | "\(.code) \(.version)")",
  (.prediction[] |
    "  outcome    \(.outcome | words)",
    (if .probabilityDecimal then "  probability \(.probabilityDecimal) %" else empty end),
    (ext("score")[] | "  score      \(.valueQuantity.value | number)"),
    (if .qualitativeRisk then "  level      \(.qualitativeRisk | coding.code)" else empty end),
    (if .relativeRisk then
      "  relative   \(.relativeRisk) times \(ext("comparator")[0].valueString // "")"
    else empty end),
    (if .whenPeriod then "  horizon    \(.whenPeriod.start[:10]) to \(.whenPeriod.end[:10])" else empty end),
    (ext("contribution") | if length > 0 then
      "  driven by  \(map(contribution) | join("; "))" else empty end)),
  "  rests on   \(.basis | map(.reference | sub("/_history/"; " v")) | join(", "))",
  (if .mitigation then "  consider   \(.mitigation)" else empty end),
  "";

def gap:
  "  needs      \(.codeFilter[0].code // [] | map("\(.display // .code)") | unique | .[0] // .type)"
  + (ext("input-gap") | if length > 0 then
      (.[0] | [(.extension // [])[] | "\(.url) \(.valueString // .valueCode // (.valueQuantity.value | tostring? ) // "")"]
        | join(", ") | if . == "" then "" else " (\(.))" end) else "" end);

def guidance:
  "GuidanceResponse/\(.id)",
  "  patient    \(.subject.reference)",
  "  model      \(.moduleUri // .moduleCanonical // (.moduleCodeableConcept | words))",
  "  status     \(.status)",
  ((.dataRequirement // [])[] | gap),
  "";

def issue:
  "  \(.severity): \(.details.text)"
  + (if .expression then "\n      at \(.expression[0])" else "" end)
  + (if .diagnostics then " (\(.diagnostics))" else "" end);

def entry_status: .response.status;

if .resourceType == "OperationOutcome" then .issue[] | issue
elif .resourceType == "Bundle" and (.type | endswith("-response")) then
  "  " + ([.entry[] | entry_status] | group_by(.) | map("\(length) x \(.[0])") | join(", "))
elif .resourceType == "Bundle" then (.entry // [])[].resource |
  if .resourceType == "RiskAssessment" then risk
  elif .resourceType == "GuidanceResponse" then guidance
  else "  \(.code | words): \(.valueQuantity.value) \(.valueQuantity.unit // "")" end
else . end
