// Validation: each kind of fault, alone, with the code and the place that the
// answer must give, by $validate and on the way into the store; the profiles
// with the cases of fhir-profiles/cases.
import fs from "node:fs";
import { script, get, post, del, status, is, yes, none, count, resource, refused, faults, concept, coding, quantity,
  parameters, part, LOINC, UCUM, SNOMED } from "../lib.mjs";

const R4 = "http://hl7.org/fhir/StructureDefinition";
const OWN = "https://auspex-gateway.org/fhir/StructureDefinition";
const obs = (more = {}) => ({ resourceType: "Observation", status: "final", code: { text: "x" }, ...more });
const pat = (more) => ({ resourceType: "Patient", ...more });
const div = (inner, ns = ' xmlns="http://www.w3.org/1999/xhtml"') => `<div${ns}>${inner}</div>`;
const weight = (more) => obs({ code: concept(LOINC, "29463-7"), subject: { reference: "Patient/1" },
  effectiveDateTime: "2026-01-02", valueQuantity: quantity(80, "kg"), ...more });
const vital = [concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")];
const lab = (more) => obs({ code: concept(LOINC, "718-7"), subject: { reference: "Patient/1" },
  effectiveDateTime: "2026-01-02", valueQuantity: quantity(11, "g/dL"), ...more });

// key, name, resource, [code, place]...; what the answer's text must say
const FAULTS = [
  ["mandatory", "a mandatory element is missing", { resourceType: "Observation", status: "final" },
    [["structure", "Observation"]], "Observation.code"],
  ["mandatory", "all that is missing is named", { resourceType: "Observation" },
    [["structure", "Observation"], ["structure", "Observation"]], "Observation.status"],
  ["cardinality", "too many values of a choice", obs({ valueString: "x", valueInteger: 1 }),
    [["structure", "Observation"]], "at most 1"],
  ["cardinality", "an array where there may be one", pat({ gender: ["male", "female"] }),
    [["invalid", "Patient.gender"], ["structure", "Patient"]], "gender"],
  ["cardinality", "no array where there may be many", pat({ name: { family: "x" } }), [["invalid", "Patient.name"]], "array"],
  ["type", "a boolean in quotes", pat({ active: "true" }), [["invalid", "Patient.active"]], "boolean"],
  ["type", "a number where a date belongs", pat({ birthDate: 1950 }), [["invalid", "Patient.birthDate"]], "date"],
  ["type", "a string where an object belongs", pat({ name: ["x"] }), [["invalid", "Patient.name[0]"]], "HumanName"],
  ["type", "a decimal in quotes", obs({ valueQuantity: { value: "5.4" } }),
    [["invalid", "Observation.value.ofType(Quantity).value"]], "decimal"],
  ["format", "a day that is not in the calendar", pat({ birthDate: "1950-02-30" }), [["invalid", "Patient.birthDate"]], "1950-02-30"],
  ["format", "an id with a space", pat({ id: "a b" }), [["invalid", "Patient.id"]], "64 characters"],
  ["format", "a code without characters", pat({ gender: "" }), [["invalid", "Patient.gender"]], "empty"],
  ["format", "an object without content", pat({ name: [{}] }), [["invalid", "Patient.name[0]"]], "some content"],
  ["format", "an array without content", pat({ name: [] }), [["invalid", "Patient.name"]], "empty"],
  ["binding", "a code that a required value set lacks", pat({ gender: "f" }),
    [["code-invalid", "Patient.gender"]], "http://hl7.org/fhir/ValueSet/administrative-gender"],
  ["binding", "a code inside a data type", pat({ identifier: [{ use: "nope" }] }),
    [["code-invalid", "Patient.identifier[0].use"]], "http://hl7.org/fhir/ValueSet/identifier-use"],
  ["binding", "a LOINC code with a wrong check digit", obs({ code: concept(LOINC, "718-8") }),
    [["code-invalid", "Observation.code.coding[0].code"]], "check digit"],
  ["binding", "a code that its system lacks", obs({ category: [
    concept("http://terminology.hl7.org/CodeSystem/observation-category", "exams")] }),
    [["code-invalid", "Observation.category[0].coding[0].code"]], "exams"],
  ["unknown", "an element that there is not", pat({ nam: "x" }), [["structure", "Patient"]], "nam"],
  ["invariant", "an invariant of a resource", obs({ valueString: "x", dataAbsentReason: { text: "x" } }),
    [["invariant", "Observation"]], "obs-6"],
  ["invariant", "an invariant of an element", pat({ contact: [{ gender: "male" }] }), [["invariant", "Patient.contact[0]"]], "pat-1"],
  ["invariant", "an invariant of a data type", pat({ name: [{ family: "x", period: { start: "2020", end: "2010" } }] }),
    [["invariant", "Patient.name[0].period"]], "per-1"],
  ["reference", "a reference to a type that is not allowed", obs({ subject: { reference: "Organization/1" } }),
    [["structure", "Observation.subject"]], "Organization"],
  ["reference", "what is no reference", obs({ subject: { reference: "no ref" } }), [["invalid", "Observation.subject"]], "no ref"],
  ["reference", "a contained resource that is not there", obs({ subject: { reference: "#p" } }),
    [["invalid", "Observation.subject"]], "contained"],
  ["contained", "a contained resource that nobody refers to", obs({ contained: [pat({ id: "p" })] }),
    [["invalid", "Observation.contained[0]"]], "not referenced"],
  ["extension", "an extension without a url", obs({ extension: [{ valueString: "x" }] }),
    [["structure", "Observation.extension[0]"]], "url"],
  ["extension", "a modifier extension that is not known", obs({ modifierExtension: [{ url: "http://example.org/x", valueString: "x" }] }),
    [["structure", "Observation.modifierExtension[0]"]], "http://example.org/x"],
  ["extension", "an extension with a value of another type",
    pat({ extension: [{ url: `${R4}/data-absent-reason`, valueString: "x" }] }), [["structure", "Patient.extension[0]"]], "code"],
  ["extension", "an extension where it does not belong",
    obs({ extension: [{ url: `${OWN}/score`, valueQuantity: { value: 1 } }] }), [["structure", "Observation"]], "score"],
  ["attachment", "an attachment of another size", pat({ photo: [{ contentType: "text/plain", data: "YWJj", size: 4 }] }),
    [["structure", "Patient.photo[0]"]], "4 bytes"],
  ["narrative", "an element that a narrative may not have", pat({ text: { status: "generated", div: div("<script>x</script>") } }),
    [["invalid", "Patient.text.div"], ["invariant", "Patient.text.div"]], "script"],
  ["narrative", "a narrative outside the XHTML namespace", pat({ text: { status: "generated", div: div("x", "") } }),
    [["invalid", "Patient.text.div"], ["invariant", "Patient.text.div"]], "namespace"],
  ["narrative", "a narrative that is not well-formed", pat({ text: { status: "generated", div: div("<p>x") } }),
    [["invalid", "Patient.text.div"], ["invariant", "Patient.text.div"]], "well-formed"],
  [["implied", "slice"], "a weight is held to the vital signs of R4: category", weight({}),
    [["structure", "Observation"], ["structure", "Observation"]], "VSCat"],
  ["fixed", "a value that a profile fixes", weight({ category: vital,
    valueQuantity: { ...quantity(80, "kg"), system: "http://example.org/units" } }),
    [["value", "Observation.value.ofType(Quantity).system"]], "must be"],
  ["binding", "a weight in a unit that its profile does not allow", weight({ category: vital,
    valueQuantity: quantity(12, "[stone_av]") }), [["code-invalid", "Observation.value.ofType(Quantity).code"]], "ucum-bodyweight"],
  ["unit", "a laboratory value whose unit is only text", lab({ valueQuantity: { value: 11, unit: "g/dL" } }),
    [["invariant", "Observation.value.ofType(Quantity)"]], "auspex-qty-1"],
  ["implied", "a laboratory value without a time", (({ effectiveDateTime, ...rest }) => rest)(lab({})),
    [["structure", "Observation"]], "effective"],
];

const collection = (...entry) => ({ resourceType: "Bundle", type: "collection", entry });
const BUNDLES = [
  ["two entries with one fullUrl", collection(
    { fullUrl: "http://a.example/Patient/1", resource: pat({ id: "1" }) },
    { fullUrl: "http://a.example/Patient/1", resource: pat({ id: "1" }) }),
    [["invariant", "Bundle.entry[1]"]], "bdl-7"],
  ["a total in a collection", { resourceType: "Bundle", type: "collection", total: 3 }, [["invariant", "Bundle"]], "bdl-1"],
  ["an entry of a transaction without a request", { resourceType: "Bundle", type: "transaction", entry: [{ resource: pat({}) }] },
    [["invariant", "Bundle.entry[0]"]], "request"],
  ["a PUT that does not say what", { resourceType: "Bundle", type: "transaction", entry: [
    { request: { method: "PUT", url: "Patient" }, resource: pat({}) }] }, [["invalid", "Bundle.entry[0].request"]], "PUT"],
  ["a response whose status is none", { resourceType: "Bundle", type: "batch-response", entry: [{ response: { status: "Created" } }] },
    [["value", "Bundle.entry[0].response.status"]], "Created"],
  ["a fault inside an entry", collection({ fullUrl: "http://a.example/Patient/1", resource: pat({ id: "1", gender: "f" }) }),
    [["code-invalid", "Bundle.entry[0].resource.gender"]], "administrative-gender"],
];

const says = (text) => yes(`OperationOutcome.issue.where(severity = 'error').details.text.where($this.contains('${text}')).exists()`);

const kinds = script("gateway", "validate-faults", "Validation: every kind of fault",
  "Each fault alone: $validate gives exactly the faults there are, with FHIR code and place; a create of it is refused with the same.");
FAULTS.forEach(([key, name, body, list, text], i) => {
  kinds.fixture(`f${i}`, body);
  kinds.test([key].flat().map((k) => `validate-${k}`), name,
    post(`${body.resourceType}/$validate`, `f${i}`), status(200), resource("OperationOutcome"), faults(list), says(text),
    post(body.resourceType, `f${i}`), status(422), resource("OperationOutcome"), faults(list), says(text));
});
BUNDLES.forEach(([name, body, list, text], i) => {
  kinds.fixture(`b${i}`, body);
  kinds.test("validate-bundle", name,
    post("Bundle/$validate", `b${i}`, {}), status(200), resource("OperationOutcome"), faults(list), says(text));
});

const GOOD = obs({});
const BAD = { resourceType: "Observation", status: "done", code: { text: "x" } };
const operation = script("gateway", "validate-operation", "$validate",
  "The operation in its forms: bare, in Parameters, modes, profiles; it stores nothing.")
  .run()
  .fixture("good", GOOD).fixture("bad", BAD)
  .fixture("patient", pat({ id: "${run}-one" }))
  .fixture("in-parameters", parameters(part("mode", { valueCode: "create" }), part("resource", { resource: GOOD })))
  .fixture("bad-in-parameters", parameters(part("resource", { resource: BAD })))
  .fixture("with-profile", parameters(part("profile", { valueUri: `${R4}/bodyweight` }), part("resource", { resource: GOOD })))
  .fixture("empty", { resourceType: "Parameters" })
  .fixture("warned", obs({ extension: [{ url: "http://example.org/x", valueString: "x" }] }))
  .fixture("unknown-profile", obs({ meta: { profile: ["http://example.org/none"] } }))
  .fixture("claims", obs({ meta: { profile: [`${R4}/bodyweight`] } }))
  .fixture("tagged", obs({ identifier: [{ system: "urn:auspex:suite", value: "${run}" }] }))
  .fixture("lines", '{"resourceType":"Observation",\n"code":{"text":"x"},\n  "status": "done"}', { contentType: "application/fhir+json" })
  .test("validate-operation", "a valid resource: 200, an OperationOutcome, no errors",
    post("Observation/$validate", "good"), status(200), resource("OperationOutcome"),
    none("OperationOutcome.issue.where(severity = 'error' or severity = 'fatal' or severity = 'warning')"),
    yes("OperationOutcome.issue.exists()"),
    post("$validate", "good"), status(200), none("OperationOutcome.issue.where(severity = 'error')"))
  .fixture("subcategory", { resourceType: "Condition", subject: { reference: "Patient/1" },
    clinicalStatus: concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
    code: concept("http://hl7.org/fhir/sid/icd-10", "C50.4") })
  .fixture("drug", { resourceType: "MedicationAdministration", status: "completed", subject: { reference: "Patient/1" },
    effectiveDateTime: "2024-05-15", medicationCodeableConcept: concept("http://www.whocc.no/atc", "L01FF02") })
  .test("validate-operation", "a code below one that a value set names (ICD-10 C50.4, ATC L01FF02) is no reason to warn",
    post("Condition/$validate", "subcategory"), status(200), none("OperationOutcome.issue.where(severity = 'error' or severity = 'warning')"),
    post("MedicationAdministration/$validate", "drug"), status(200), none("OperationOutcome.issue.where(severity = 'error' or severity = 'warning')"))
  .test("validate-operation", "an invalid one: 200, too, and its errors",
    post("Observation/$validate", "bad"), status(200), faults([["code-invalid", "Observation.status"]]),
    post("$validate", "bad"), status(200), faults([["code-invalid", "Observation.status"]]),
    post("Observation/$validate", "bad-in-parameters"), status(200), faults([["code-invalid", "Observation.status"]]),
    post("$validate", "in-parameters"), status(200), none("OperationOutcome.issue.where(severity = 'error')"))
  .test("validate-place", "line and column of the body are told",
    post("$validate", "lines", { contentType: "application/fhir+json" }), status(200),
    is("OperationOutcome.issue.where(severity = 'error').expression", "Observation.status"),
    is("OperationOutcome.issue.where(severity = 'error').extension.where(url.endsWith('issue-line')).value", "3"),
    yes("OperationOutcome.issue.where(severity = 'error').extension.where(url.endsWith('issue-col')).value.exists()"))
  .test("validate-profile", "a profile that is asked for is applied; one that is not there is an error",
    post(`Observation/$validate?profile=${R4}/bodyweight`, "good"), status(200),
    yes("OperationOutcome.issue.where(severity = 'error' and details.text.contains('VSCat')).exists()"),
    post("$validate", "with-profile"), status(200),
    yes("OperationOutcome.issue.where(severity = 'error' and details.text.contains('VSCat')).exists()"),
    post("Observation/$validate?profile=http://example.org/no-such", "good"), status(200),
    count("OperationOutcome.issue.where(severity = 'error')", 1))
  .test("validate-profile", "a profile that the resource claims is applied; one that is not known is a warning",
    post("Observation/$validate", "claims"), status(200),
    yes("OperationOutcome.issue.where(severity = 'error' and details.text.contains('BodyWeightCode')).exists()"),
    post("Observation", "claims"), status(422),
    post("Observation/$validate", "unknown-profile"), status(200), none("OperationOutcome.issue.where(severity = 'error')"),
    yes("OperationOutcome.issue.where(severity = 'warning' and expression = 'Observation.meta.profile[0]').exists()"))
  .test("validate-warning", "what is only doubtful is a warning",
    post("Observation/$validate", "warned"), status(200), none("OperationOutcome.issue.where(severity = 'error')"),
    yes("OperationOutcome.issue.where(severity = 'warning' and expression = 'Observation.extension[0]').exists()"))
  .test("validate-mode", "modes: update needs the id of the address, delete says whether there is anything",
    post("Patient/${run}-two/$validate?mode=update", "patient"), status(200),
    is("OperationOutcome.issue.where(severity = 'error').expression", "Patient.id"),
    yes("OperationOutcome.issue.where(severity = 'error' and code = 'invalid').exists()"),
    post("Patient/${run}-one/$validate?mode=update", "patient"), status(200), none("OperationOutcome.issue.where(severity = 'error')"),
    get("Patient/${run}-one/$validate?mode=delete"), status(200), is("OperationOutcome.issue.code", "not-found"),
    get("Basic/${run}/$validate?mode=delete"), status(200), none("OperationOutcome.issue.where(code = 'not-found')"))
  .test("validate-refused", "what cannot be done is refused",
    post("$validate?mode=guess", "good"), refused(400, "not-supported", "mode"),
    post("$validate?mode=delete", "good"), refused(400, "required"),
    post("$validate?mode=profile", "good"), refused(400, "required", "profile"),
    post("$validate?nonsense=1", "good"), refused(400, "not-supported", "nonsense"),
    post("$validate", "empty"), refused(400, "required", "needs a resource"),
    post("Patient/$validate", "good"), status(200),
    yes("OperationOutcome.issue.where(severity = 'error' and details.text.contains('Patient')).exists()"))
  .test("validate-stores-nothing", "validation stores nothing",
    post("Observation/$validate", "tagged"), status(200),
    get("Observation?identifier=urn:auspex:suite|${run}"), is("Bundle.total", 0),
    get("Basic/${run}/_history"), is("Bundle.total", 1));

// The cases that the package's own tests use: what conforms, what does not and
// where.
const folder = new URL("../../../../fhir-profiles/cases/", import.meta.url);
const profiles = script("gateway", "validate-profiles", "Validation: our profiles",
  "The cases of fhir-profiles/cases: what conforms to each profile, what does not, and at which place.");
for (const file of fs.readdirSync(folder).sort()) {
  const { profile, valid, invalid } = JSON.parse(fs.readFileSync(new URL(file, folder)));
  const name = file.replace(".json", "");
  const actions = (list, each) => list.map((c, i) => {
    const id = `${name}-${each.id}${i}`;
    profiles.fixture(id, c.resource);
    return [post(`${c.resource.resourceType}/$validate?profile=${profile}`, id), status(200), each.asserts(c)];
  });
  profiles.test("validate-own-profiles", `${name}: what conforms`,
    actions(valid, { id: "v", asserts: () => none("OperationOutcome.issue.where(severity = 'error' or severity = 'fatal')") }));
  profiles.test("validate-own-profiles", `${name}: what does not, and where`,
    actions(invalid, { id: "i", asserts: (c) => [
      yes(`OperationOutcome.issue.where(severity = 'error' and (expression.first() = '${c.at}' or expression.first().startsWith('${c.at}[')) ` +
        `and details.text.contains('${c.rule}')).exists()`)] }));
}

export default [kinds, operation, profiles];
