// For EHR integrators: is a message of our feed what the gateway expects? The
// message comes from a recording or through the recording proxy; nothing here
// is sent by the runner.
import { script, send, status, asked, is, yes, none, header, resource } from "../lib.mjs";

const MRN = "the record number";
const every = "($this | entry.resource)";
const of = (type) => `${every}.ofType(${type})`;
const req = (expression, what) => ({ assert: { description: what, direction: "request", expression, operator: "equals",
  sourceId: "message", value: "true", warningOnly: false } });
// Nothing in `set` misses `condition`; what does is named by `label`.
const all = (set, condition, label, what, warningOnly = false) => ({ assert: { description: what, direction: "request",
  expression: `${set}.where((${condition}).not()).select(${label})`, operator: "empty", sourceId: "message", warningOnly } });
const CODE = "(code.coding.code | code.text | 'one without a code').first()";
const ENTRY = "(fullUrl | request.url | 'an entry without fullUrl and url').first()";
const advise = (expression, what) => { const a = req(expression, what); a.assert.warningOnly = true; return a; };
const UCUM = "http://unitsofmeasure.org";
const quantities = `(${of("Observation")}.value.ofType(Quantity) | ${of("Observation")}.component.value.ofType(Quantity))`;
const IMPORTANT = "Observation or $this is Condition";

const feed = script("sender", "message", "One message of a feed",
  "A Bundle or a resource as an EHR sends it: media type, form of the Bundle, identity, codes, units, times, references; and what the gateway answered.");
feed.origin = true;
feed.profile("bundle", "http://hl7.org/fhir/StructureDefinition/Bundle")
  .setup(send("POST", "", { type: "transaction", origin: 1, requestId: "message", into: "answer" }))
  .test("sender-http", "it is sent as FHIR JSON",
    { assert: { description: "it is a POST, PUT or PATCH", direction: "request", operator: "in", requestMethod: "post", warningOnly: true } },
    asked(header("Content-Type", "json", "contains")))
  .test("sender-bundle", "a Bundle is a transaction or a batch, and every entry says what to do",
    req("($this is Bundle).not() or type = 'transaction' or type = 'batch'", "the Bundle is a transaction or a batch"),
    all("entry", "request.method.exists() and request.url.exists()", ENTRY, "every entry has a request with method and url"),
    all("entry.where(request.method = 'POST' or request.method = 'PUT')", "resource.exists()", ENTRY, "what is created or updated is there"),
    req("entry.fullUrl.isDistinct()", "no fullUrl stands there twice"),
    req("entry.fullUrl.all($this.startsWith('urn:uuid:') or $this.startsWith('urn:oid:') or $this.startsWith('http'))", "fullUrls are URLs or urn:uuid"),
    all("entry.where(request.method = 'POST')", "request.url.contains('/').not()", ENTRY, "a POST goes to a type"))
  .test("sender-repeat", "sent again it has no second effect",
    all("entry.where(request.method = 'POST')", "request.ifNoneExist.exists() or resource.identifier.exists()", ENTRY,
      "every POST has ifNoneExist, or at least an identifier (or send an Idempotency-Key)", true))
  .test("sender-patient", "Patients can be told apart and have what models ask for",
    all(of("Patient"), `identifier.where(system.exists() and value.exists()).exists()`, "(identifier.value | 'one without an identifier').first()", "every Patient has an identifier with system and value"),
    all(of("Patient"), `birthDate.exists() and birthDate.toString().length() = 10`, "(identifier.value | 'one without an identifier').first()", "every Patient has a whole birth date"),
    all(of("Patient"), `gender.exists()`, "(identifier.value | 'one without an identifier').first()", "every Patient has a gender"))
  .test("sender-references", "references lead somewhere",
    all(`${every}.descendants().ofType(Reference).reference.where($this.startsWith('urn:uuid:'))`, "$this in %resource.entry.fullUrl", "$this",
      "every urn:uuid reference is the fullUrl of an entry"),
    all(of("Observation"), `subject.reference.exists() or subject.identifier.value.exists()`, CODE, "every Observation has a subject"),
    all(of("Condition"), `subject.reference.exists() or subject.identifier.value.exists()`, CODE, "every Condition has a subject"))
  .test("sender-codes", "codes have their systems",
    all(of("Observation"), `code.coding.where(system.exists() and code.exists()).exists()`, CODE, "every Observation has a code with its system"),
    all(of("Condition"), `code.coding.where(system.exists() and code.exists()).exists()`, CODE, "every Condition has a code with its system"),
    all(`${every}.descendants().ofType(Coding).where(system = 'http://loinc.org')`, "code.matches('^([0-9]{1,7}-[0-9]|L[AP][0-9]+-[0-9])$')", "code",
      "LOINC codes have the form of LOINC codes"),
    all(`${every}.descendants().ofType(Coding).where(system = 'http://snomed.info/sct')`, "code.matches('^[0-9]{6,18}$')", "code",
      "SNOMED CT codes are numbers of 6 to 18 digits"),
    all(of("Observation"), `code.coding.where(system = 'http://loinc.org' or system = 'http://snomed.info/sct' or system.startsWith('https://auspex-gateway.org/')).exists()`, CODE, "Observations have a LOINC or SNOMED CT code; others need translations", true))
  .test("sender-units", "measured values have UCUM units",
    all(quantities, `system = '${UCUM}' and code.exists()`, "(unit | code | 'one without a unit').first()", "every quantity has the UCUM system and a code"),
    all(quantities, `value.exists()`, "(unit | code | 'one without a unit').first()", "every quantity has a value"))
  .test("sender-times", "results and diagnoses have their times",
    all(of("Observation"), `effective.exists() or status = 'entered-in-error' or status = 'cancelled'`, CODE, "every Observation has an effective time"),
    all(of("Condition"), `onset.exists() or recordedDate.exists()`, CODE, "every Condition has an onset or a date", true),
    req(`${of("Observation")}.effective.ofType(dateTime).all(($this > now()) != true)`, "no Observation is of the future"))
  .test("sender-states", "states are said",
    all(of("Condition"), `clinicalStatus.exists() or verificationStatus.coding.code = 'entered-in-error'`, CODE, "every Condition has a clinical status"),
    all(of("Observation"), `value.exists() or dataAbsentReason.exists() or component.exists() or hasMember.exists() or status = 'entered-in-error' or status = 'cancelled' or status = 'registered'`, CODE, "every Observation has a value, parts, or why not"),
    req(`${of("QuestionnaireResponse")}.all(questionnaire.exists() and authored.exists())`, "answers name their questionnaire and their time"))
  .test("sender-valid", "what is sent is valid R4",
    { assert: { description: "the message is valid by its base definition", direction: "request", sourceId: "message",
      validateProfileId: "bundle", warningOnly: true } });

const answered = script("sender", "answer", "One message and its answer",
  "Through the recording proxy, or a recording with answers: does the gateway take what is sent?");
answered.origin = true;
answered.setup(send("POST", "", { type: "transaction", origin: 1, requestId: "message", into: "answer" }))
  .test("sender-accepted", "the gateway takes it, every entry of it",
    { assert: { description: "the status is 200 or 201", direction: "response", operator: "in", responseCode: "200,201", warningOnly: false } },
    yes("entry.response.status.all($this.startsWith('2'))", "answer"),
    none("($this | entry.response.outcome).ofType(OperationOutcome).issue.where(severity = 'error' or severity = 'fatal')", "answer"));

export default [feed, answered];
