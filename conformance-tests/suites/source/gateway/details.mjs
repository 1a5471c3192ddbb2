// Small print: what a seeded fault showed that no other script looks at
// (conformance-tests/mutants).
import { script, get, post, put, del, send, status, is, yes, count, header, refused, concept, digits, quantity, ref, faults,
  LOINC } from "../lib.mjs";
import { sample } from "./score.mjs";

const RISK = "Bundle.entry.resource.ofType(RiskAssessment).where(method.coding.code = 'endpac')";
const part = (name) => `extension.where(url.endsWith('/StructureDefinition/${name}'))`;
const VITAL = concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs");
const FORM = "application/x-www-form-urlencoded";
const details = script("gateway", "details", "Small print",
  "Digits as they were written, quality values, the length that HEAD tells, keys at other addresses, nested _has, a query beside a form.")
  .run()
  .fixture("patient", { resourceType: "Patient", id: "${run}-p", identifier: [{ system: "urn:auspex:suite", value: "${run}" }],
    managingOrganization: ref("Organization/${run}-o") })
  .fixture("clinic", { resourceType: "Organization", id: "${run}-o", name: "Clinic ${run}" })
  .fixture("measured", { resourceType: "Observation", id: "${run}-m", status: "final", code: { text: "measured" },
    subject: ref("Patient/${run}-p"), valueQuantity: quantity(digits("11.50"), "g/dL") })
  .fixture("keyed", { resourceType: "Basic", id: "${run}-k", code: { text: "sent under a key" } })
  .fixture("endpac", sample("patients/endpac-scored-1.json", "endpac-scored-1", "${run}"))
  .fixture("twice", { resourceType: "Observation", status: "final", category: [VITAL, VITAL], code: concept(LOINC, "29463-7"),
    subject: ref("Patient/${run}-p"), effectiveDateTime: "2024-01-01", valueQuantity: quantity(70, "kg") })
  .fixture("form", "_count=5", { contentType: FORM })
  .variable("length", { sourceId: "whole", headerField: "Content-Length" })
  .variable("first", { sourceId: "kept", expression: "Basic.id" })
  .setup(put("Organization/${run}-o", "clinic"), status(201), put("Patient/${run}-p", "patient"), status(201),
    put("Observation/${run}-m", "measured"), status(201))
  .test("rest-exact", "a zero at the end of a number stays",
    get("Observation/${run}-m"), status(200), yes("Observation.value.value.toString() = '11.50'"))
  .test("http-accept", "of several types the one that is wanted most is given",
    get("Basic/${run}", { headers: { Accept: "application/fhir+json;q=0.1, application/json;q=0.9" } }), status(200),
    header("Content-Type", "application/json; charset=utf-8"),
    get("Basic/${run}", { headers: { Accept: "application/json;q=0.1, application/fhir+json;q=0.9" } }), status(200),
    header("Content-Type", "application/fhir+json; charset=utf-8"))
  .test("http-head", "HEAD tells the length that GET has",
    get("Basic/${run}", { into: "whole" }), status(200),
    send("HEAD", "Basic/${run}"), status(200), header("Content-Length", "${length}"))
  .test("once-key-other", "a key is used up for other methods and addresses as well",
    post("Basic", "keyed", { headers: { "Idempotency-Key": "${run}-k" }, into: "kept" }), status(201),
    put("Basic/${run}-k", "keyed", { headers: { "Idempotency-Key": "${run}-k" } }), refused(422, "duplicate", "Idempotency-Key"),
    get("Basic/${run}-k"), status(404))
  .test("search-has", "_has of _has leaves out what does not match",
    get("Organization?_id=${run}-o&_has:Patient:organization:_has:Observation:patient:status=final"), status(200), is("Bundle.total", 1),
    get("Organization?_id=${run}-o&_has:Patient:organization:_has:Observation:patient:status=amended"), status(200), is("Bundle.total", 0))
  .test("search-post", "the query beside a posted form counts as well",
    send("POST", "Basic/_search?_id=${run}-never", { body: "form", contentType: FORM }), status(200), is("Bundle.total", 0),
    send("POST", "Basic/_search?_id=${run}", { body: "form", contentType: FORM }), status(200), is("Bundle.total", 1))
  .test(["result-prediction", "result-data-quality"], "what drove points adds up to them; inputs are told as they were sent",
    send("POST", "$score", { body: "endpac" }), status(200), count(RISK, 1),
    is(`${RISK}.prediction.${part("score")}.value.value`, "3"),
    yes(`${RISK}.prediction.${part("contribution")}.extension.where(url = 'amount').value.aggregate($this + $total, 0) = 3`),
    ...[["mg/dL", 130], ["mg/dL", 120], ["kg", 78], ["kg", 80]].map(([unit, value]) =>
      count(`${RISK}.${part("data-quality")}.extension.where(url = 'value').value.where(code = '${unit}' and value = ${value})`, 1)))
  .test("validate-slice", "a slice that may be there once is there twice",
    post("Observation/$validate", "twice"), status(200), faults([["structure", "Observation"]]),
    yes("OperationOutcome.issue.details.text.where($this.contains('VSCat')).exists()"))
  .teardown(del("Observation/${run}-m"), del("Patient/${run}-p"), del("Organization/${run}-o"), del("Basic/${first}"),
    del("Basic/${run}-k"));

export default [details];
