// What comes of data that are stored: results, what they rest on, corrections,
// $risk-profile, whose data it is, who is never scored.
import { script, post, put, patch, get, del, status, is, yes, none, count, resource, refused, conforms, parameters, part, bundle,
  entry, concept, quantity, header, coding, day, LOINC, SNOMED, CANONICAL } from "../lib.mjs";
import { sample } from "./score.mjs";

const EXT = `${CANONICAL}/StructureDefinition`;
const MRN = "http://hospital.example.org/mrn";
const RISKS = "Bundle.entry.resource.ofType(RiskAssessment)";

// The patient of END-PAC's worked example as an EHR sends it; every entry gets
// a variable with its id, and is deleted at the end.
function sent(s, fixture, body, options = {}) {
  const from = `sent-${fixture}`;
  s.fixture(fixture, body);
  s.setup(post("", fixture, { into: from }), status(200));
  const removals = [];
  body.entry.forEach((e, i) => {
    const { resourceType } = e.resource;
    const name = `${fixture}${i}`;
    s.variable(name, { sourceId: from,
      expression: `Bundle.entry[${i}].response.location.replaceMatches('^.*${resourceType}/([^/]+)/_history/.*$', '$1')` });
    removals.push([resourceType === "Patient" ? 0 : 1, del(`${resourceType}/\${${name}}`)]);
  });
  // The Patient first: what is deleted then is missed by no model.
  const patient = `\${${fixture}${indexOf(body, isPatient)}}`;
  s.teardown(removals.sort(([a], [b]) => a - b).map(([, action]) => action),
    indexOf(body, isPatient) < 0 ? [] : ["endpac", "albi", "khorana", "mgps"].map((model) =>
      del(`GuidanceResponse?patient=Patient/${patient}&model=${model}`)));
  return s;
}
// When data go, a question that stood on them is taken back, and a Provenance
// says so; nothing but the question's id finds it then. To be called before
// sent(): it is the last to go.
function forgotten(s, model, patient, ...more) {
  s.variable(`${model}-question`, { sourceId: `${model}-asked`, expression: "Bundle.entry[0].resource.id" });
  const target = `Provenance?target=GuidanceResponse/\${${model}-question}`;
  s.teardown([...more, `GuidanceResponse/\${${model}-question}`].map((what) => del(`${target}&entity=${what}`)));
  return () => s.teardown(get(`GuidanceResponse?patient=Patient/${patient}&model=${model}`, { into: `${model}-asked` }));
}
const indexOf = (body, found) => body.entry.findIndex((e) => found(e.resource));
const isPatient = (r) => r.resourceType === "Patient";
const onset = (r) => r.resourceType === "Condition" && r.code.coding.some((c) => c.code === "44054006");
const glucose = (r) => r.resourceType === "Observation" && r.status === "final" && r.code.coding[0].code === "1558-6";

const endpac = sample("patients/endpac-scored-1.json", "endpac-scored-1", "${run}");
const PAT = `\${p${indexOf(endpac, isPatient)}}`;
const ONSET = endpac.entry[indexOf(endpac, onset)].resource.onsetDateTime;
const GLUCOSE = indexOf(endpac, glucose);
const replaceStatus = (value) => parameters({ name: "operation", part: [
  part("type", { valueCode: "replace" }), part("path", { valueString: "Observation.status" }),
  part("value", { valueCode: value })] });

const flow = script("gateway", "result", "Results of stored data",
  "Data that are posted are scored; the RiskAssessment is there when the post is answered, with all that it must say.")
  .run();
sent(flow, "p", endpac);
flow.profile("risk", `${EXT}/model-risk-assessment`).profile("device", `${EXT}/model-device`).profile("card", `${EXT}/model-card`)
  .variable("risk-id", { sourceId: "found", expression: "Bundle.entry[0].resource.id" })
  .variable("device-ref", { sourceId: "read-risk", expression: "RiskAssessment.performer.reference" })
  .variable("basis0", { sourceId: "read-risk", expression: "RiskAssessment.basis[0].reference" })
  .variable("basis1", { sourceId: "read-risk", expression: "RiskAssessment.basis[1].reference" })
  .variable("card-ref", { sourceId: "read-device", expression: "Device.extension.value.ofType(Reference).reference" })
  .setup(get(`RiskAssessment?patient=Patient/${PAT}&method=endpac`, { into: "found" }))
  .test("result-exactly-one", "one model and one patient give one RiskAssessment, at once", status(200), is("Bundle.total", 1),
    get(`RiskAssessment?patient=Patient/${PAT}&method=${CANONICAL}/CodeSystem/model|endpac`), is("Bundle.total", 1),
    get(`RiskAssessment?subject=Patient/${PAT}&method=no-such-model`), is("Bundle.total", 0))
  .test(["result-content", "result-method", "result-performer", "result-basis"], "it says which model, for whom, on what it rests",
    get("RiskAssessment/${risk-id}", { into: "read-risk" }), status(200), is("RiskAssessment.meta.versionId", "1"),
    is("RiskAssessment.status", "preliminary"), is("RiskAssessment.subject.reference", `Patient/${PAT}`),
    is("RiskAssessment.method.coding.code", "endpac"), is("RiskAssessment.method.coding.version", "1.0.0"),
    is("RiskAssessment.method.coding.system", `${CANONICAL}/CodeSystem/model`),
    yes("RiskAssessment.performer.reference.startsWith('Device/')"), is("RiskAssessment.performer.display", "endpac 1.0.0"),
    count("RiskAssessment.basis", 5), yes("RiskAssessment.basis.reference.all($this.matches('^[A-Za-z]+/[^/]+/_history/1$'))"),
    count("RiskAssessment.basis.reference.where($this.startsWith('Condition/'))", 1),
    count("RiskAssessment.basis.reference.where($this.startsWith('Observation/'))", 4),
    yes("RiskAssessment.basis.reference.isDistinct()"),
    yes("RiskAssessment.occurrence <= RiskAssessment.meta.lastUpdated and RiskAssessment.occurrence + 1 minute >= RiskAssessment.meta.lastUpdated"))
  .test("result-label", "it is labelled as made by a machine", get("RiskAssessment/${risk-id}"),
    count("RiskAssessment.meta.security.where(system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue' and code = 'AIAST')", 1),
    count(`RiskAssessment.meta.tag.where(system = '${CANONICAL}/CodeSystem/tags' and code = 'gateway-result')`, 1),
    none("RiskAssessment.meta.tag.where(code = 'retrospective')"))
  .test("result-identity", "its identifier is the UUIDv5 that is its id", get("RiskAssessment/${risk-id}"),
    is("RiskAssessment.identifier.value", "${risk-id}"),
    is("RiskAssessment.identifier.system", `${CANONICAL}/NamingSystem/score-id`),
    yes("RiskAssessment.id.matches('^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')"))
  .test(["result-prediction", "result-period"], "the prediction: outcome, score, level, period, what drove it",
    get("RiskAssessment/${risk-id}"), count("RiskAssessment.prediction", 1),
    is("RiskAssessment.prediction.outcome.coding.code", "363418001"), is("RiskAssessment.prediction.outcome.coding.system", SNOMED),
    is("RiskAssessment.prediction.qualitativeRisk.coding.code", "high"), none("RiskAssessment.prediction.probability"),
    is(`RiskAssessment.prediction.extension.where(url = '${EXT}/score').value.value`, "3"),
    is(`RiskAssessment.prediction.extension.where(url = '${EXT}/score').value.code`, "{points}"),
    yes(`RiskAssessment.prediction.when.start.toString() = '${ONSET}'`), yes("RiskAssessment.prediction.when.end = RiskAssessment.prediction.when.start + 3 years"),
    count(`RiskAssessment.prediction.extension.where(url = '${EXT}/contribution')`, 3),
    yes(`RiskAssessment.prediction.extension.where(url = '${EXT}/contribution').all(extension.where(url = 'factor').exists() and ` +
      "extension.where(url = 'amount').exists() and extension.where(url = 'basis').value = 'points')"),
    count(`RiskAssessment.prediction.extension.where(url = '${EXT}/comparator')`, 1),
    is("RiskAssessment.prediction.relativeRisk", "4.4"),
    yes("RiskAssessment.prediction.rationale.exists()"), yes("RiskAssessment.mitigation.exists()"))
  .test("result-data-quality", "each input is named as it was used, with unit, time and source", get("RiskAssessment/${risk-id}"),
    count(`RiskAssessment.extension.where(url = '${EXT}/data-quality')`, 5),
    yes(`RiskAssessment.extension.where(url = '${EXT}/data-quality').all(extension.where(url = 'input').exists() and ` +
      "extension.where(url = 'state').value = 'present' and extension.where(url = 'source').value.reference.contains('/_history/1'))"),
    count(`RiskAssessment.extension.where(url = '${EXT}/data-quality').extension.where(url = 'value' and value.code = 'kg')`, 2),
    count(`RiskAssessment.extension.where(url = '${EXT}/data-quality').extension.where(url = 'value' and value.code = 'mg/dL')`, 2))
  .test("result-profile", "it conforms to our profile, as do the Device and the card of its model",
    get("RiskAssessment/${risk-id}"), status(200), conforms("risk"),
    get("${device-ref}", { into: "read-device" }), status(200), conforms("device"),
    yes("Device.version.where(type.text = 'model').value = '1.0.0'"), is("Device.status", "active"),
    is("Device.identifier.value", "org.auspex-gateway.endpac"),
    yes("Device.version.where(type.text = 'module SHA-256').value.matches('^[0-9a-f]{64}$')"),
    get("${card-ref}"), status(200), conforms("card"))
  .test("result-basis", "what it rests on can be read in the version that was used",
    get("${basis0}"), status(200), yes("Condition.code.coding.code = '44054006'"),
    get("${basis1}"), status(200), yes("Observation.status = 'final'"))
  .fixture("unrelated", { resourceType: "Observation", status: "final", code: concept(LOINC, "2093-3"),
    subject: { reference: `Patient/${PAT}` }, effectiveDateTime: "2020-02-03", valueQuantity: quantity(180, "mg/dL") })
  .variable("unrelated", { sourceId: "sent-unrelated", expression: "Observation.id" })
  .test("result-once", "data that no model asks for give nothing new",
    post("Observation", "unrelated", { into: "sent-unrelated" }), status(201),
    get(`RiskAssessment?patient=Patient/${PAT}`), is("Bundle.total", 1),
    get("RiskAssessment/${risk-id}"), is("RiskAssessment.meta.versionId", "1"))
  .test("risk-profile", "$risk-profile gives what still holds, and says so",
    get(`Patient/${PAT}/$risk-profile`), status(200), resource("Bundle"), is("Bundle.type", "collection"),
    count("Bundle.entry.resource.ofType(RiskAssessment)", 1), is("Bundle.entry[0].resource.id", "${risk-id}"),
    yes("Bundle.entry[0].fullUrl.endsWith('/RiskAssessment/${risk-id}')"),
    yes("Bundle.entry.last().resource.ofType(OperationOutcome).issue.where(details.coding.code = 'profile-current' and details.text.startsWith('Model endpac:')).exists()"),
    yes("Bundle.entry.last().resource.ofType(OperationOutcome).issue.where(details.coding.code = 'profile-not-applicable').exists()"))
  .test("risk-profile", "only a Patient that is there has one",
    get("Patient/${run}-never/$risk-profile"), refused(404, "not-found", "${run}-never"),
    get("Device/${run}/$risk-profile"), refused(404, "not-found", "Patient"))
  .fixture("item-9", { resourceType: "Observation", status: "final", code: concept(LOINC, "44260-8"),
    subject: { reference: `Patient/${PAT}` }, effectiveDateTime: day(-1), valueInteger: 1 })
  .variable("item-9", { sourceId: "sent-item-9", expression: "Observation.id" })
  .variable("now-id", { sourceId: "both", expression: "Bundle.entry[0].resource.id" })
  .test("risk-profile", "of one level, what is so now goes before what may come in years",
    post("Observation", "item-9", { into: "sent-item-9" }), status(201),
    get(`Patient/${PAT}/$risk-profile`, { into: "both" }), status(200),
    yes("Bundle.entry[0].resource.prediction.outcome.coding.where(code = 'phq9-item-9').exists()"),
    is("Bundle.entry[1].resource.id", "${risk-id}"),
    yes("Bundle.entry.take(2).resource.prediction.qualitativeRisk.coding.all(code = 'high')"))
  .teardown(del("RiskAssessment/${now-id}"), del("Observation/${item-9}"), del("RiskAssessment/${risk-id}"), del("Observation/${unrelated}"));

const missing = sample("patients/endpac-refused-1.json", "endpac-refused-1", "${run}");
const MPAT = `\${m${indexOf(missing, isPatient)}}`;
const asks = script("gateway", "result-lacking", "Data that are not enough",
  "A model that lacks an input says which, and gives no risk.").run();
sent(asks, "m", missing);
asks.profile("asks", `${EXT}/data-required`)
  .variable("question", { sourceId: "asked", expression: "Bundle.entry.resource.where(module.coding.code = 'endpac').id" })
  .setup(get(`GuidanceResponse?patient=Patient/${MPAT}&_count=50`, { into: "asked" }), status(200))
  .test("result-data-required", "a GuidanceResponse names the input; there is no RiskAssessment",
    get(`RiskAssessment?patient=Patient/${MPAT}&method=endpac`), is("Bundle.total", 0),
    get("GuidanceResponse/${question}"), status(200), is("GuidanceResponse.status", "data-required"),
    is("GuidanceResponse.subject.reference", `Patient/${MPAT}`), count("GuidanceResponse.dataRequirement", 1),
    is("GuidanceResponse.dataRequirement.extension.extension.where(url = 'input').value", "weight_1y_before_kg"),
    yes("GuidanceResponse.dataRequirement.codeFilter.code.where(system = 'http://loinc.org' and code = '29463-7').exists()"),
    is("GuidanceResponse.dataRequirement.extension.extension.where(url = 'unit').value", "kg"),
    yes("GuidanceResponse.dataRequirement.dateFilter.value.start.exists()"), conforms("asks"))
  .test("risk-profile", "$risk-profile says what to collect",
    get(`Patient/${MPAT}/$risk-profile`), status(200),
    yes("Bundle.entry.resource.ofType(GuidanceResponse).where(module.coding.code = 'endpac' and status = 'data-required').exists()"),
    none("Bundle.entry.resource.ofType(RiskAssessment).where(method.coding.code = 'endpac')"),
    yes("Bundle.entry.last().resource.issue.where(details.coding.code = 'profile-lacking' and details.text.startsWith('Model endpac:')).exists()"))
  .teardown(del("GuidanceResponse/${question}"));

const correct = script("gateway", "result-corrected", "Corrections",
  "A correction takes back the result that stood on what was wrong; a new one is made; both are tied by a Provenance.").run();
// Without the value that was sent twice: the other one would stand in for it.
const single = structuredClone(endpac);
single.entry = single.entry.filter((e, i) => !glucose(e.resource) || single.entry.findIndex((o) => glucose(o.resource) &&
  o.resource.effectiveDateTime === e.resource.effectiveDateTime) === i);
const asksAgain = forgotten(correct, "endpac", PAT, "RiskAssessment/${new-id}");
sent(correct, "p", single);
correct.fixture("corrected", replaceStatus("corrected")).fixture("wrong", replaceStatus("entered-in-error"))
  .variable("risk-id", { sourceId: "found", expression: "Bundle.entry[0].resource.id" })
  .variable("new-id", { sourceId: "now", expression: "Bundle.entry.resource.where(status = 'preliminary').id" })
  .variable("tie", { sourceId: "ties", expression: "Bundle.entry[0].resource.id" })
  .setup(get(`RiskAssessment?patient=Patient/${PAT}`, { into: "found" }), status(200))
  .test("result-corrected", "a corrected input: the old result is entered-in-error, a new one is there",
    is("Bundle.total", 1),
    patch(`Observation/\${p${GLUCOSE}}`, "corrected", { contentType: "application/fhir+json" }), status(200),
    get("RiskAssessment/${risk-id}"), status(200), is("RiskAssessment.status", "entered-in-error"), is("RiskAssessment.meta.versionId", "2"),
    get(`RiskAssessment?patient=Patient/${PAT}`, { into: "now" }), is("Bundle.total", 2),
    count(`${RISKS}.where(status = 'preliminary')`, 1),
    yes(`${RISKS}.where(status = 'preliminary').basis.reference.where($this = 'Observation/\${p${GLUCOSE}}/_history/2').exists()`),
    is(`${RISKS}.where(status = 'preliminary').prediction.extension.where(url = '${EXT}/score').value.value`, "3"))
  .test("result-revision", "a Provenance ties the two",
    get("Provenance?target=RiskAssessment/${new-id}", { into: "ties" }), status(200), is("Bundle.total", 1),
    is("Bundle.entry.resource.entity.role", "revision"),
    yes("Bundle.entry.resource.entity.what.reference.contains('RiskAssessment/${risk-id}/_history/1')"),
    yes("Bundle.entry.resource.activity.coding.exists()"))
  .test("result-entered-in-error", "an input entered in error takes its result back, and none is made",
    patch(`Observation/\${p${GLUCOSE}}`, "wrong", { contentType: "application/fhir+json" }), status(200),
    get("RiskAssessment/${new-id}"), is("RiskAssessment.status", "entered-in-error"),
    get(`RiskAssessment?patient=Patient/${PAT}`), count(`${RISKS}.where(status != 'entered-in-error')`, 0))
  .teardown(del("RiskAssessment/${risk-id}"), del("RiskAssessment/${new-id}"), del("Provenance/${tie}"));
asksAgain();

// Nothing stands that could be taken back: too young, and with the cancer that END-PAC is to find.
const apply = script("gateway", "result-applicable", "Corrections by which a model applies",
  "A model that was kept from a patient scores as soon as what kept it away is corrected.").run();
const kept = (name, value) => parameters({ name: "operation", part: [
  part("type", { valueCode: "replace" }), part("path", { valueString: name }), part("value", value)] });
const BORN = endpac.entry[indexOf(endpac, isPatient)].resource.birthDate;
const PKEPT = `\${k${indexOf(endpac, isPatient)}}`;
const young = structuredClone(endpac);
young.entry[indexOf(young, isPatient)].resource.birthDate = day(-10950);
young.entry.push(entry("POST", "Condition", { resourceType: "Condition",
  clinicalStatus: concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
  code: concept("http://hl7.org/fhir/sid/icd-10", "C25.0"),
  subject: { reference: young.entry[indexOf(young, isPatient)].fullUrl } },
  { fullUrl: "urn:uuid:6f0d6c5e-2d0b-4c55-9f39-5f0d6a6f2c11" }));
sent(apply, "k", young);
const CANCER = `Condition/\${k${young.entry.length - 1}}`;
apply.fixture("born", kept("Patient.birthDate", { valueDate: BORN }))
  .fixture("other", kept("Condition.code.coding[0].code", { valueCode: "I10" }))
  .variable("risk-id", { sourceId: "found", expression: "Bundle.entry[0].resource.id" })
  .test("result-applicable", "a birth date that is corrected, a Condition that is coded anew: then there is a result",
    get(`RiskAssessment?patient=Patient/${PKEPT}`), status(200), is("Bundle.total", 0),
    patch(`Patient/${PKEPT}`, "born", { contentType: "application/fhir+json" }), status(200),
    get(`RiskAssessment?patient=Patient/${PKEPT}`), is("Bundle.total", 0),
    patch(CANCER, "other", { contentType: "application/fhir+json" }), status(200),
    get(`RiskAssessment?patient=Patient/${PKEPT}&method=endpac`, { into: "found" }), is("Bundle.total", 1),
    is(`${RISKS}.prediction.extension.where(url = '${EXT}/score').value.value`, "3"))
  .teardown(del("RiskAssessment/${risk-id}"));

const mgps = sample("patients/mgps-scored-1.json", "mgps-scored-1", "${run}");
const QPAT = `\${q${indexOf(mgps, isPatient)}}`;
const measure = script("gateway", "result-measured", "Measurements of stored data",
  "A present state that a model computes is an Observation that says what it was derived from.").run();
const asksKhorana = forgotten(measure, "khorana", QPAT);
sent(measure, "q", mgps);
measure.profile("measured", `${EXT}/model-observation`)
  .variable("measured", { sourceId: "found", expression: "Bundle.entry[0].resource.id" })
  .variable("source", { sourceId: "read-it", expression: "Observation.derivedFrom[0].reference" })
  .setup(get(`Observation?patient=Patient/${QPAT}&method=mgps`, { into: "found" }), status(200))
  .test(["result-measured", "result-exactly-one", "result-profile"], "one Observation with model, device, sources and label", is("Bundle.total", 1),
    get("Observation/${measured}", { into: "read-it" }), status(200), conforms("measured"), is("Observation.status", "final"),
    is("Observation.value.value", "1"), is("Observation.value.code", "{score}"), is("Observation.subject.reference", `Patient/${QPAT}`),
    is("Observation.code.coding.code", "mgps"), is("Observation.method.coding.code", "mgps"), is("Observation.method.coding.version", "1.0.0"),
    yes("Observation.device.reference.startsWith('Device/')"), is("Observation.device.display", "mgps 1.0.0"),
    yes("Observation.derivedFrom.exists() and Observation.derivedFrom.reference.all($this.matches('^Observation/[^/]+/_history/1$'))"),
    count("Observation.meta.security.where(code = 'AIAST')", 1), is("Observation.identifier.value", "${measured}"),
    get("${source}"), status(200), is("Observation.meta.versionId", "1"),
    get(`RiskAssessment?patient=Patient/${QPAT}`), is("Bundle.total", 0))
  .teardown(del("Observation/${measured}"));
asksKhorana();

// ---- who is never scored -----------------------------------------------------

const never = script("gateway", "result-never", "Who is never scored",
  "The deceased, test patients, inactive Patients, old records, values of the future: stored, and no result comes.").run();
const changed = (more) => {
  const b = structuredClone(endpac);
  Object.assign(b.entry[indexOf(b, isPatient)].resource, more);
  return b;
};
const old = JSON.parse(JSON.stringify(endpac).replace(/\$\{CURRENTDATE, D, -(\d+)\}/g, (_, n) => day(-Number(n) - 700))
  .replaceAll("${run}", "${run}-old"));
// The same patient 130 days later: all but what lies a year back is still to come.
const ahead = JSON.parse(JSON.stringify(endpac).replace(/\$\{CURRENTDATE, D, -(\d{1,4})\}/g, (_, n) => day(130 - Number(n)))
  .replaceAll("${run}", "${run}-ahead"));
const suffixed = (b, tag) => JSON.parse(JSON.stringify(b).replaceAll("${run}", "${run}-" + tag));
sent(never, "dead", suffixed(changed({ deceasedDateTime: day(-1) }), "dead"));
sent(never, "test", suffixed(changed({ meta: { security: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "HTEST" }] } }), "test"));
sent(never, "gone", suffixed(changed({ active: false }), "gone"));
const focused = structuredClone(endpac);
for (const e of focused.entry) if (e.resource.resourceType === "Observation") e.resource.focus = [{ reference: "RelatedPerson/donor" }];
sent(never, "donor", suffixed(focused, "donor"));
sent(never, "old", old);
sent(never, "ahead", ahead);
sent(never, "other", suffixed(changed({ gender: "unknown", birthDate: undefined }), "other"));
for (const [id, name, key] of [["dead", "the deceased", "score-never-deceased"], ["test", "test patients", "score-never-test"],
  ["gone", "inactive Patients", "score-never-inactive"], ["donor", "values of somebody else (focus)", "score-never-focus"], ["old", "old records", "score-never-old"],
  ["ahead", "values of the future", "score-never-future"],
  ["other", "patients whose age is not known", "score-never-unknown"]]) {
  const at = `\${${id}${indexOf(endpac, isPatient)}}`;
  never.test(key, `${name} are stored and not scored`,
    get(`Observation?patient=Patient/${at}&_summary=count`), status(200), yes("Bundle.total >= 4"),
    get(`RiskAssessment?patient=Patient/${at}`), status(200), is("Bundle.total", 0));
}

// ---- whose data ----------------------------------------------------------------

const anonymous = (identifier) => {
  const b = JSON.parse(JSON.stringify(endpac).replaceAll("${run}", "${run}-whose"));
  const at = indexOf(b, isPatient);
  const url = b.entry[at].fullUrl;
  b.entry.splice(at, 1);
  for (const e of b.entry) if (e.resource.subject?.reference === url) e.resource.subject = { identifier };
  return b;
};
const person = (more) => ({ resourceType: "Patient", identifier: [{ system: MRN, value: "${run}-late" }], gender: "male",
  birthDate: endpac.entry[indexOf(endpac, isPatient)].resource.birthDate, ...more });
const whose = script("gateway", "whose", "Whose data",
  "A subject by identifier; data that come before their Patient; a Patient that another replaces.").run();
sent(whose, "data", anonymous({ system: MRN, value: "${run}-late" }));
whose.fixture("patient", person({}))
  .fixture("survivor", { ...person({}), identifier: [{ system: MRN, value: "${run}-survivor" }] })
  .fixture("replaced", person({ id: "${late}", link: [{ type: "replaced-by", other: { reference: "Patient/${survivor}" } }] }))
  .variable("late", { sourceId: "came", expression: "Patient.id" })
  .variable("survivor", { sourceId: "survives", expression: "Patient.id" })
  .variable("risk", { sourceId: "theirs", expression: "Bundle.entry[0].resource.id" })
  .variable("risk2", { sourceId: "ours", expression: "Bundle.entry[0].resource.id" })
  .test("whose-identifier", "data whose Patient is not here are kept as they were sent",
    get(`Observation/\${data${indexOf(anonymous({}), glucose)}}`), status(200),
    is("Observation.subject.identifier.value", "${run}-late"), none("Observation.subject.reference"))
  .test("whose-late", "when the Patient comes, they are scored",
    post("Patient", "patient", { into: "came" }), status(201),
    get("RiskAssessment?patient=Patient/${late}", { into: "theirs" }), is("Bundle.total", 1),
    is(`${RISKS}.method.coding.code`, "endpac"), is(`${RISKS}.subject.reference`, "Patient/${late}"))
  .test("whose-replaced", "when another Patient replaces it, its data are the other's, who gets a result",
    post("Patient", "survivor", { into: "survives" }), status(201),
    get("RiskAssessment?patient=Patient/${survivor}"), is("Bundle.total", 0),
    put("Patient/${late}", "replaced"), status(200),
    get("RiskAssessment?patient=Patient/${survivor}", { into: "ours" }), is("Bundle.total", 1),
    is(`${RISKS}.method.coding.code`, "endpac"))
  .teardown(del("RiskAssessment/${risk}"), del("RiskAssessment/${risk2}"), del("Patient/${late}"), del("Patient/${survivor}"));

const subscription = (more = {}, channel = {}) => ({ resourceType: "Subscription", status: "requested", reason: "conformance ${run}",
  criteria: "RiskAssessment?method=endpac",
  channel: { type: "rest-hook", endpoint: "http://127.0.0.1:9/none", payload: "application/fhir+json", ...channel }, ...more });
const deliver = script("gateway", "subscription", "Subscriptions",
  "What can be seen of delivery without a receiver: a Subscription is never active without the operator's leave.").run()
  .fixture("plain", subscription())
  .fixture("faulty", subscription({ criteria: undefined }))
  .variable("id", { sourceId: "made", expression: "Subscription.id" })
  .test("delivery-subscription", "a Subscription to an endpoint that is not allowed does not become active",
    post("Subscription", "plain", { into: "made" }), status([201, 422]),
    yes("(Subscription.status = 'requested') or OperationOutcome.issue.where(code = 'business-rule').exists()"))
  .test("delivery-subscription", "a Subscription without criteria is refused",
    post("Subscription", "faulty"), status(422), yes("OperationOutcome.issue.where(expression = 'Subscription').exists()"))
  .teardown(del("Subscription/${id}"));

export default [flow, measure, asks, correct, apply, never, whose, deliver];
