# Prints what the gateway answered, for people. $known: all resources by
# "Type/id", so that a reference can be shown as what it says.

def coding: (.coding // [])[0] // {};
def words: .text // coding.display // coding.code // "?";
def rounded: . * 100 | round / 100;
def signed: rounded | if . > 0 then "+\(.)" else tostring end;
def day: .[:10];
def base: "https://auspex-gateway.org/fhir/StructureDefinition/";
def ext($name): [(.extension // [])[] | select(.url == base + $name)];
def part($name): [(.extension // [])[] | select(.url == $name)][0];

def person:
  ($known[.] // {}) as $p
  | if $p.name then "\($p.name[0].family), \($p.name[0].given | join(" ")), born \($p.birthDate)  (\(.))"
    else . end;

def statement: sub("/_history/.*"; "") as $ref | ($known[$ref] // {}) as $r
  | if $r.resourceType == "Observation" then
      "\($r.code | words) \($r.valueQuantity.value) \($r.valueQuantity.unit // $r.valueQuantity.code // "") on \($r.effectiveDateTime // "" | day)"
    elif $r.resourceType == "Condition" then "\($r.code | words), onset \($r.onsetDateTime // "" | day)"
    elif $r.resourceType == "QuestionnaireResponse" then "answers of \($r.authored | day)"
    else $ref end;

def contribution:
  "\(part("factor").valueString) \(part("amount").valueDecimal | signed) \(part("basis").valueCode)";

# An odds ratio is no "times as often".
def relative:
  (ext("comparator")[0].valueString // "?") as $whom
  | if .relativeRisk | not then empty
    elif $whom | test("odds ratio") then "odds ratio \(.relativeRisk) against \($whom | sub("; an odds ratio.*"; ""))"
    else "\(.relativeRisk) times as often as in \($whom)" end;

def prediction:
  "  \(.outcome | words): "
  + ([ (if .probabilityDecimal then "probability \(.probabilityDecimal) %" else empty end),
       (if .qualitativeRisk then "level \(.qualitativeRisk | coding.code)" else empty end),
       (ext("score")[] | "score \(.valueQuantity.value | rounded)"),
       relative
     ] | join(", ")),
  (if .whenPeriod then "      horizon \(.whenPeriod.start | day) to \(.whenPeriod.end | day)" else empty end),
  (ext("contribution") | if length > 0 then "      driven by \(map(contribution) | join("; "))" else empty end);

def assessments:
  "\(.[0].subject.reference | person)",
  "  model \(.[0].method | coding | "\(.code) \(.version)"), as of \(.[0].occurrenceDateTime)",
  (.[] | .prediction[] | prediction),
  "  rests on \([.[].basis[].reference] | unique | map(statement) | join("; "))",
  ([.[].mitigation // empty] | unique[] | "  consider: \(.)"),
  "";

def requirement:
  (ext("input-gap")[0] // {}) as $gap
  | ($gap | part("unit").valueCode) as $unit
  | (.codeFilter[0].code[0] // null) as $code
  | (.dateFilter[0].valuePeriod // null) as $period
  | "  needs \($gap | part("title").valueString // part("input").valueString // "?")"
    + (if $unit then " in \($unit)" else "" end)
    + (if $code then " (\($code.system | gsub(".*/"; "")) \($code.code))" else "" end)
    + (if $period then ", dated \($period.start // "any time") to \($period.end // "now")" else "" end)
    + ": \($gap | part("reason").valueString // part("state").valueCode // "")";

def guidance:
  "\(.subject.reference | person)",
  "  model \(.moduleCodeableConcept | coding | "\(.code) \(.version)"): \(.status)",
  ((.dataRequirement // [])[] | requirement),
  "";

def issue:
  "  \(.severity): \(.details.text)"
  + (if .expression then "\n      at \(.expression[0])" else "" end)
  + (if .diagnostics then " (\(.diagnostics))" else "" end);

def results: [(.entry // [])[].resource];

if .resourceType == "OperationOutcome" then .issue[] | issue
elif .type == "transaction-response" then
  "  " + ([.entry[].response.status] | group_by(.) | map("\(length) x \(.[0])") | join(", "))
elif results[0].resourceType == "RiskAssessment" then
  results | group_by([.subject.reference, .method.coding[0].code]) | sort_by(.[0].method.coding[0].code)[] | assessments
elif results[0].resourceType == "GuidanceResponse" then results[] | guidance
elif results[0].resourceType == "Observation" then
  results | map(select(any(.meta.tag[]?; .code == "gateway-result")))
  | group_by([.subject.reference, .effectiveDateTime])[]
  | "\(.[0].subject.reference | person), \(.[0].effectiveDateTime | day)",
    "  " + (map("\(.code | words | sub("EORTC QLQ-C30 "; "")) \(.valueQuantity.value | rounded)") | join(", "))
else "none" end
