// Search: each type of parameter, modifiers, prefixes, chains, includes, order,
// pages, cutting down, and that nothing is ignored.
import { script, get, post, put, del, send, status, is, yes, none, count, header, resource, refused, finds,
  findsSet, concept, coding, quantity, ref, digits, LOINC, UCUM } from "../lib.mjs";

const tagged = (resourceType, id, more) => ({
  resourceType, id: "${run}-" + id,
  meta: { tag: [{ system: "urn:auspex:suite", code: "${run}" }], ...more.meta }, ...Object.fromEntries(
    Object.entries(more).filter(([key]) => key !== "meta")),
});
const MINE = "_tag=urn:auspex:suite|${run}";
const r = (id) => "${run}-" + id;

const DATA = {
  org: ["Organization", { name: "Clinic ${run}" }],
  p1: ["Patient", {
    gender: "female", birthDate: "1970-05-01", name: [{ family: "Müller", given: ["Anna"] }],
    managingOrganization: ref("Organization/${run}-org"),
    identifier: [{ type: concept("http://terminology.hl7.org/CodeSystem/v2-0203", "MR"), system: "urn:auspex:mrn", value: "${run}-1" }],
    telecom: [{ system: "phone", value: "555" }] }],
  p2: ["Patient", {
    gender: "male", birthDate: "1980", name: [{ family: "Smith" }], deceasedDateTime: "2020",
    meta: { security: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "HTEST" }],
      profile: ["http://hl7.org/fhir/StructureDefinition/Patient"], source: "urn:auspex:feed:${run}" } }],
  sugar: ["Observation", {
    status: "final", code: { text: "Blood sugar", coding: [{ system: LOINC, code: "15074-8", display: "Glucose" }] },
    subject: ref("Patient/${run}-p1"), effectiveDateTime: "2026-01-01", valueQuantity: quantity(digits("5.4"), "mmol/L") }],
  weight: ["Observation", {
    status: "amended", code: concept(LOINC, "3141-9"),
    category: [concept("http://terminology.hl7.org/CodeSystem/observation-category", "exam")],
    subject: { reference: "Patient/${run}-p2", identifier: { system: "urn:auspex:mrn", value: "${run}-2" } },
    effectiveDateTime: "2026-02-01T10:00:00Z", valueQuantity: quantity(70, "kg") }],
  scores: ["Observation", {
    status: "final", code: concept(LOINC, "9269-2"), subject: ref("Patient/${run}-p1"),
    component: [{ code: concept(LOINC, "9267-6"), valueQuantity: quantity(4, "{score}") },
      { code: concept(LOINC, "9268-4"), valueQuantity: quantity(6, "{score}") }] }],
  note: ["Observation", {
    status: "final", code: { text: "Remark" }, subject: ref("Patient/${run}-p1"),
    effectivePeriod: { start: "2025-06-01", end: "2025-06-30" }, valueString: "Very tired since spring" }],
  risk: ["RiskAssessment", {
    status: "final", subject: ref("Patient/${run}-p1"), occurrenceDateTime: "2024-01-01",
    prediction: [{ outcome: { text: "x" }, probabilityDecimal: digits("12.5") }] }],
  set: ["ValueSet", { url: "http://example.org/suite/${run}/set/one", status: "draft", version: "1.${run}" }],
};

function withData(name, title, about, ...ids) {
  const s = script("gateway", name, title, about).run();
  for (const id of ids) {
    const [type, more] = DATA[id];
    s.fixture(id, tagged(type, id, more));
    s.setup(put(`${type}/${r(id)}`, id), status(201));
    s.teardown(del(`${type}/${r(id)}`));
  }
  return s;
}

// Each row: a query and the ids it finds.
const rows = (type, ...list) =>
  list.map(([query, ...ids]) => [get(`${type}?${MINE}&${query}`), findsSet(...ids.map(r))]);

const kinds = withData("search-kinds", "Search: kinds of parameters",
  "Token, reference, date, string, uri, number and special parameters find what they should and nothing else.",
  "org", "p1", "p2", "sugar", "weight", "scores", "note", "risk", "set")
  .test("search-token", "tokens: code, system|code, system|, |code, several",
    rows("Observation", ["code=15074-8", "sugar"], [`code=${LOINC}|15074-8`, "sugar"],
      [`code=${LOINC}|`, "sugar", "weight", "scores"], ["code=http://other.example|15074-8"],
      ["code=15074-8,3141-9", "sugar", "weight"], ["code=15074-8&code=3141-9"],
      ["status=http://hl7.org/fhir/observation-status|final", "sugar", "scores", "note"], ["status=amended", "weight"],
      ["combo-code=9268-4", "scores"]),
    rows("Patient", ["gender=female", "p1"], ["identifier=urn:auspex:mrn|${run}-1", "p1"], ["identifier=${run}-1", "p1"],
      ["identifier=urn:other|${run}-1"], ["phone=555", "p1"], ["email=555"], ["deceased=true", "p2"], ["deceased=false", "p1"]))
  .test("search-reference", "references: id, Type/id, URL",
    rows("Observation", ["subject=Patient/${run}-p2", "weight"], ["subject=Group/${run}-p2"], ["patient=${run}-p1", "sugar", "scores", "note"],
      ["patient=Patient/${run}-p1", "sugar", "scores", "note"], ["subject:Patient=${run}-p2", "weight"],
      ["patient=${run}-p1,${run}-p2", "sugar", "weight", "scores", "note"], ["patient=${run}-nobody"]),
    rows("Patient", ["organization=${run}-org", "p1"]))
  .test(["search-date", "search-prefix"], "dates: precision, ranges, prefixes, periods",
    rows("Observation", ["date=2026", "sugar", "weight"], ["date=2026-01-01", "sugar"], ["date=2026-01-02"],
      ["date=lt2026-01-02", "sugar", "note"], ["date=sa2026-01-31", "weight"], ["date=eb2026-01-01", "note"],
      ["date=ge2026-01-01&date=lt2026-02-01", "sugar"], ["date=le2025-06-30", "note"], ["date=2025-06", "note"],
      ["date=2025-06-15"], ["date=ne2026-01-01", "weight", "note"], ["date=gt2026-02-01T09:59:59Z", "weight"],
      ["date=gt2026-02-01T10:00:00Z"]),
    rows("Patient", ["birthdate=1970-05", "p1"], ["birthdate=1980", "p2"], ["birthdate=gt1975", "p2"]))
  .test("search-string", "strings: begins with, whatever the case and accents",
    rows("Patient", ["name=mull", "p1"], ["name=MÜLLER", "p1"], ["family=smith,muller", "p1", "p2"],
      ["given=ann", "p1"], ["name=ller"], ["phonetic=Smyth", "p2"]),
    rows("Observation", ["value-string=very tired", "note"], ["value-string=tired"]),
    rows("Organization", ["name=clinic ${run}", "org"]))
  .test("search-uri", "uris: exactly, or below",
    rows("ValueSet", ["url=http://example.org/suite/${run}/set/one", "set"], ["url=http://example.org/suite/${run}/set"],
      ["url:below=http://example.org/suite/${run}/", "set"], ["version=1.${run}", "set"]))
  .test(["search-number", "search-prefix"], "numbers: precision and prefixes",
    rows("RiskAssessment", ["probability=12.5", "risk"], ["probability=14"], ["probability=gt12", "risk"],
      ["probability=lt12"], ["probability=le12.5", "risk"], ["probability=ge12.6"], ["probability=ne12.5"]))
  .test("search-special", "_id, _lastUpdated, _profile, _tag, _security, _source",
    rows("Patient", ["_id=${run}-p1", "p1"], ["_id=${run}-p1,${run}-p2,${run}-p3", "p1", "p2"],
      ["_lastUpdated=gt2999"], ["_lastUpdated=gt2001", "p1", "p2"], ["_lastUpdated=lt2001"],
      ["_profile=http://hl7.org/fhir/StructureDefinition/Patient", "p2"], ["_security=HTEST", "p2"],
      ["_security=http://terminology.hl7.org/CodeSystem/v3-ActReason|HTEST", "p2"], ["_source=urn:auspex:feed:${run}", "p2"],
      ["_tag=urn:auspex:suite|other"]),
    get("Patient?_tag=urn:auspex:suite|${run}"), findsSet(r("p1"), r("p2")));

const quantities = withData("search-quantity", "Search: quantities and composites",
  "Quantities are found in any unit of their kind; the parts of a composite belong together.",
  "p1", "p2", "sugar", "weight", "scores")
  .test("search-quantity", "without a unit: by the number, in its precision",
    rows("Observation", ["value-quantity=5.4", "sugar"], ["value-quantity=5", "sugar"], ["value-quantity=5.40", "sugar"],
      ["value-quantity=5.41"], ["value-quantity=6"]))
  .test("search-quantity-ucum", "with a UCUM unit: converted",
    rows("Observation", [`value-quantity=70000|${UCUM}|g`, "weight"], [`value-quantity=0.0054|${UCUM}|mol/L`, "sugar"],
      [`value-quantity=gt60|${UCUM}|kg`, "weight"], [`value-quantity=gt60000|${UCUM}|g`, "weight"],
      [`value-quantity=gt80|${UCUM}|kg`], [`value-quantity=gt60|${UCUM}|m`], [`value-quantity=5.4|${UCUM}|mg/dL`],
      ["value-quantity=le70||kg", "weight"]))
  .test("search-prefix", "prefixes of quantities",
    rows("Observation", ["value-quantity=ap69", "weight"], ["value-quantity=ne70", "sugar"], ["value-quantity=lt6", "sugar"],
      ["value-quantity=ge70", "weight"], ["value-quantity=gt70"], ["combo-value-quantity=4", "scores"],
      ["component-value-quantity=6", "scores"]))
  .test("search-composite", "composites: both parts of one element",
    rows("Observation", ["code-value-quantity=15074-8$gt5", "sugar"], ["code-value-quantity=15074-8$gt6"],
      ["code-value-quantity=3141-9$gt5&code=15074-8"],
      ["component-code-value-quantity=9267-6$4", "scores"], ["component-code-value-quantity=9267-6$6"],
      ["combo-code-value-quantity=9268-4$6,3141-9$70", "scores", "weight"],
      [`code-value-quantity=${LOINC}|15074-8$5.4|${UCUM}|mmol/L`, "sugar"]));

const modifiers = withData("search-modifiers", "Search: modifiers, chains, _has",
  "Modifiers change the question; chains and _has look into other resources.",
  "org", "p1", "p2", "sugar", "weight", "scores")
  .test("search-modifiers", ":not, :missing, :text, :exact, :contains, :in, :not-in, :of-type, :identifier",
    rows("Observation", ["code:not=15074-8", "weight", "scores"], ["category:missing=true", "sugar", "scores"],
      ["category:missing=false", "weight"], ["patient:missing=true"], ["code:text=sugar", "sugar"], ["code:text=glucose", "sugar"],
      ["subject:identifier=urn:auspex:mrn|${run}-2", "weight"]),
    rows("Patient", ["family:exact=Müller", "p1"], ["family:exact=muller"], ["name:contains=lle", "p1"],
      ["identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|${run}-1", "p1"],
      ["identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|${run}-1"],
      ["gender:in=http://hl7.org/fhir/ValueSet/administrative-gender", "p1", "p2"],
      ["gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender"]))
  .test("search-chain", "chained parameters",
    rows("Observation", ["patient.name=anna", "sugar", "scores"], ["subject:Patient.birthdate=1980", "weight"],
      ["subject:Patient._id=${run}-p2", "weight"], ["patient.organization.name=clinic ${run}", "sugar", "scores"],
      ["patient.name=nobody"]))
  .test("search-has", "_has: what points here",
    rows("Patient", ["_has:Observation:patient:code=3141-9", "p2"], ["_has:Observation:patient:code=none"],
      ["_has:Observation:subject:value-quantity=gt60", "p2"]),
    rows("Organization", ["_has:Patient:organization:_has:Observation:patient:code=15074-8", "org"]))
  .test("search-refused", "an unclear chain or modifier is refused",
    get("Observation?subject.name=x"), refused(400, "not-supported", "through which type"),
    get("Patient?identifier:nonsense=1"), status(400), resource("OperationOutcome"));

const entries = (mode) => `Bundle.entry.where(search.mode = '${mode}')`;
const answers = withData("search-answers", "Search: what comes back",
  "Order, pages, includes, totals, cutting down, POST, and the form of the Bundle.",
  "org", "p1", "p2", "sugar", "weight", "scores")
  .variable("next", { sourceId: "page1", expression: "Bundle.link.where(relation = 'next').url" })
  .variable("next2", { sourceId: "page2", expression: "Bundle.link.where(relation = 'next').url" })
  .fixture("form", `_tag=urn%3Aauspex%3Asuite%7C\${run}&code=15074-8&patient.name=anna`, { contentType: "application/x-www-form-urlencoded" })
  .test("search-bundle", "the Bundle says what it is: type, total, self, fullUrl, mode",
    get(`Observation?${MINE}&code=15074-8`), status(200), resource("Bundle"), is("Bundle.type", "searchset"),
    is("Bundle.total", 1), count("Bundle.entry", 1), is("Bundle.entry.search.mode", "match"),
    yes("Bundle.entry.fullUrl.endsWith('/Observation/${run}-sugar')"), yes("Bundle.entry.fullUrl.startsWith('http')"),
    yes("Bundle.link.where(relation = 'self').url.contains('code=15074-8')"),
    is("Bundle.entry.resource.value.value.toString()", "5.4"),
    get(`Observation?${MINE}&code=none`), status(200), is("Bundle.total", 0), none("Bundle.entry"))
  .test("search-sort", "_sort: ascending, descending, by several",
    get(`Observation?${MINE}&_sort=date`), finds(r("sugar"), r("weight"), r("scores")),
    get(`Observation?${MINE}&_sort=-date`), finds(r("weight"), r("sugar"), r("scores")),
    get(`Observation?${MINE}&_sort=status,-date`), finds(r("weight"), r("sugar"), r("scores")),
    get(`Observation?${MINE}&_sort=-value-quantity`), finds(r("weight"), r("sugar"), r("scores")),
    get(`Patient?${MINE}&_sort=family`), finds(r("p1"), r("p2")),
    get(`Patient?${MINE}&_sort=-family`), finds(r("p2"), r("p1")),
    get(`Patient?${MINE}&_sort=_lastUpdated`), finds(r("p1"), r("p2")),
    get(`Patient?${MINE}&_sort=-_lastUpdated`), finds(r("p2"), r("p1")))
  .test(["search-pages", "search-count"], "_count: pages in a stable order, each match once",
    get(`Observation?${MINE}&_sort=-date&_count=1&_total=accurate`, { into: "page1" }), finds(r("weight")), is("Bundle.total", 3),
    get("${next}", { encode: false, into: "page2" }), finds(r("sugar")), is("Bundle.total", 3),
    get("${next2}", { encode: false }), finds(r("scores")), none("Bundle.link.where(relation = 'next')"),
    get(`Observation?${MINE}&_count=2`), count(entries("match"), 2),
    yes("Bundle.link.where(relation = 'next').exists()"),
    get(`Observation?${MINE}&_count=3`), count(entries("match"), 3), none("Bundle.link.where(relation = 'next')"),
    get(`Observation?${MINE}&_count=0`), status(200), none("Bundle.entry"), is("Bundle.total", 3))
  .test("search-refused", "a page that is none, a count that is none",
    get("Patient?_after=42"), refused(400, "value", "no page"),
    get("Patient?_count=many"), refused(400, "value", "_count"),
    get("Patient?_count=-1"), refused(400, "value", "_count"))
  .test("search-include", "_include: what the matches point to, once, and marked",
    get(`Observation?${MINE}&code=15074-8&_include=Observation:subject`), finds(r("sugar")), count("Bundle.entry", 2),
    is("Bundle.total", 1), is(entries("include") + ".resource.id", r("p1")),
    get(`Observation?${MINE}&_include=Observation:subject`), count(entries("match"), 3), count(entries("include"), 2),
    get(`Observation?${MINE}&code=15074-8&_include=*`), count(entries("include"), 1),
    get(`Observation?${MINE}&_include=Observation:subject:Group`), count("Bundle.entry", 3))
  .test("search-include", "_include:iterate goes on from what was included",
    get(`Observation?${MINE}&code=15074-8&_include=Observation:patient&_include:iterate=Patient:organization`),
    count("Bundle.entry", 3), count(entries("include") + ".resource.where(id = '${run}-org')", 1),
    get(`Observation?${MINE}&code=15074-8&_include=Observation:patient&_include=Patient:organization`),
    count("Bundle.entry", 2))
  .test("search-revinclude", "_revinclude: what points to the matches",
    get("Patient?_id=${run}-p1&_revinclude=Observation:patient"), finds(r("p1")), count("Bundle.entry", 3),
    count(entries("include") + ".resource.where(id = '${run}-sugar')", 1),
    count(entries("include") + ".resource.where(id = '${run}-scores')", 1))
  .test("search-elements", "_elements: what was asked and what must be there; marked SUBSETTED",
    get("Patient?_id=${run}-p1&_elements=birthDate"), is("Bundle.entry.resource.birthDate", "1970-05-01"),
    none("Bundle.entry.resource.name"), none("Bundle.entry.resource.identifier"),
    yes("Bundle.entry.resource.meta.tag.where(code = 'SUBSETTED').exists()"),
    get("Observation?_id=${run}-weight&_elements=value"), yes("Bundle.entry.resource.value.exists()"),
    yes("Bundle.entry.resource.status.exists()"), yes("Bundle.entry.resource.code.exists()"),
    none("Bundle.entry.resource.subject"))
  .test("search-summary", "_summary: true, text, data, count, false",
    get("Patient?_id=${run}-p1&_summary=true"), yes("Bundle.entry.resource.name.exists()"),
    yes("Bundle.entry.resource.meta.tag.where(code = 'SUBSETTED').exists()"),
    get(`Observation?${MINE}&_summary=count`), status(200), is("Bundle.total", 3), none("Bundle.entry"),
    get("Patient?_id=${run}-p1&_summary=false"), none("Bundle.entry.resource.meta.tag.where(code = 'SUBSETTED')"),
    yes("Bundle.entry.resource.name.exists()"),
    get("Patient?_id=${run}-p1&_summary=data"), none("Bundle.entry.resource.text"), yes("Bundle.entry.resource.name.exists()"))
  .test("search-total", "_total: none, estimate, accurate",
    get(`Observation?${MINE}&_total=accurate&_count=1`), is("Bundle.total", 3),
    get(`Observation?${MINE}&_total=none`), status(200), count("Bundle.entry", 3),
    get(`Observation?${MINE}&_total=estimate`), status(200), is("Bundle.total", 3),
    get(`Observation?${MINE}&_total=guess`), status(400))
  .test("search-post", "a search may be posted as a form",
    send("POST", "Observation/_search", { body: "form", contentType: "application/x-www-form-urlencoded" }),
    finds(r("sugar")), is("Bundle.total", 1),
    send("POST", "Observation/_search", { body: "sugar", contentType: "application/fhir+json" }), refused(415, "not-supported", "form"))
  .test("search-unknown", "a parameter that is not known is refused and named",
    get("Observation?pateint=p1"), refused(400, "not-supported", "pateint"),
    get(`Observation?${MINE}&no-such-param=1`), refused(400, "not-supported", "no-such-param"))
  .test("search-lenient", "with handling=lenient it is left out, and this is said",
    get(`Observation?${MINE}&pateint=p1&code=15074-8`, { headers: { Prefer: "handling=lenient" } }), finds(r("sugar")),
    none("Bundle.link.where(relation = 'self' and url.contains('pateint'))"),
    count(entries("outcome"), 1), is(entries("outcome") + ".resource.issue.severity", "warning"),
    yes(entries("outcome") + ".resource.issue.details.text.contains('pateint')"),
    get(`Observation?${MINE}&pateint=p1`, { headers: { Prefer: "handling=strict" } }), refused(400, "not-supported", "pateint"));

export default [kinds, quantities, modifiers, answers];
