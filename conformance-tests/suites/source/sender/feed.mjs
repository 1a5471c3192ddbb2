// For EHR integrators: is a message of our feed what the gateway expects? The
// message comes from a recording or through the recording proxy; nothing here
// is sent by the runner.
import { script, send, status, asked, is, yes, none, header, resource } from "../lib.mjs";

const MRN = "the record number";
const every = "($this | entry.resource)";
const of = (type) => `${every}.ofType(${type})`;
const req = (expression, what) => ({ assert: { description: what, direction: "request", expression, operator: "equals",
  sourceId: "message", value: "true", warningOnly: false } });
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
    req("entry.all(request.method.exists() and request.url.exists())", "every entry has a request with method and url"),
    req("entry.where(request.method = 'POST' or request.method = 'PUT').all(resource.exists())", "what is created or updated is there"),
    req("entry.fullUrl.isDistinct()", "no fullUrl stands there twice"),
    req("entry.fullUrl.all($this.startsWith('urn:uuid:') or $this.startsWith('urn:oid:') or $this.startsWith('http'))", "fullUrls are URLs or urn:uuid"),
    req("entry.where(request.method = 'POST').all(request.url.contains('/').not())", "a POST goes to a type"))
  .test("sender-repeat", "sent again it has no second effect",
    advise("($this is Bundle).not() or entry.where(request.method = 'POST').all(request.ifNoneExist.exists() or resource.identifier.exists())",
      "every POST has ifNoneExist, or at least an identifier (or send an Idempotency-Key)"))
  .test("sender-patient", "Patients can be told apart and have what models ask for",
    req(`${of("Patient")}.all(identifier.where(system.exists() and value.exists()).exists())`, "every Patient has an identifier with system and value"),
    req(`${of("Patient")}.all(birthDate.exists() and birthDate.toString().length() = 10)`, "every Patient has a whole birth date"),
    req(`${of("Patient")}.all(gender.exists())`, "every Patient has a gender"))
  .test("sender-references", "references lead somewhere",
    req(`${every}.descendants().ofType(Reference).reference.where($this.startsWith('urn:uuid:')).all($this in %resource.entry.fullUrl)`,
      "every urn:uuid reference is the fullUrl of an entry"),
    req(`${of("Observation")}.all(subject.reference.exists() or subject.identifier.value.exists())`, "every Observation has a subject"),
    req(`${of("Condition")}.all(subject.reference.exists() or subject.identifier.value.exists())`, "every Condition has a subject"))
  .test("sender-codes", "codes have their systems",
    req(`${of("Observation")}.all(code.coding.where(system.exists() and code.exists()).exists())`, "every Observation has a code with its system"),
    req(`${of("Condition")}.all(code.coding.where(system.exists() and code.exists()).exists())`, "every Condition has a code with its system"),
    req(`${every}.descendants().ofType(Coding).where(system = 'http://loinc.org').code.all($this.matches('^([0-9]{1,7}-[0-9]|L[AP][0-9]+-[0-9])$'))`,
      "LOINC codes have the form of LOINC codes"),
    req(`${every}.descendants().ofType(Coding).where(system = 'http://snomed.info/sct').code.all($this.matches('^[0-9]{6,18}$'))`,
      "SNOMED CT codes are numbers of 6 to 18 digits"),
    advise(`${of("Observation")}.all(code.coding.where(system = 'http://loinc.org' or system = 'http://snomed.info/sct' or system.startsWith('https://auspex-gateway.org/')).exists())`,
      "Observations have a LOINC or SNOMED CT code; others need translations"))
  .test("sender-units", "measured values have UCUM units",
    req(`${quantities}.all(system = '${UCUM}' and code.exists())`, "every quantity has the UCUM system and a code"),
    req(`${quantities}.all(value.exists())`, "every quantity has a value"))
  .test("sender-times", "results and diagnoses have their times",
    req(`${of("Observation")}.all(effective.exists() or status = 'entered-in-error' or status = 'cancelled')`, "every Observation has an effective time"),
    advise(`${of("Condition")}.all(onset.exists() or recordedDate.exists())`, "every Condition has an onset or a date"),
    req(`${of("Observation")}.effective.ofType(dateTime).all(($this > now()) != true)`, "no Observation is of the future"))
  .test("sender-states", "states are said",
    req(`${of("Condition")}.all(clinicalStatus.exists() or verificationStatus.coding.code = 'entered-in-error')`, "every Condition has a clinical status"),
    req(`${of("Observation")}.all(value.exists() or dataAbsentReason.exists() or component.exists() or hasMember.exists() or status = 'entered-in-error' or status = 'cancelled' or status = 'registered')`,
      "every Observation has a value, parts, or why not"),
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
