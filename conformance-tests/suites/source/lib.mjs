// Words in which the suites are written. A script of ours becomes one
// TestScript; what it sends becomes a file of its own beside it, because
// placeholders (${id}) and faults on purpose would not be valid as contained
// resources. make.mjs writes both.

export const CANONICAL = "https://auspex-gateway.org/fhir";
export const REQUIREMENT = `${CANONICAL}/StructureDefinition/requirement`;
export const REQUIRES = `${CANONICAL}/StructureDefinition/requiresCapability`;
export const LOINC = "http://loinc.org";
export const SNOMED = "http://snomed.info/sct";
export const UCUM = "http://unitsofmeasure.org";
export const JSON_TYPE = "application/fhir+json";

// ---- a script --------------------------------------------------------------

class Script {
  constructor(suite, name, title, about) {
    Object.assign(this, { suite, name, title, about });
    this.fixtures = new Map();
    this.variables = [];
    this.profiles = [];
    this.setups = [];
    this.tests = [];
    this.teardowns = [];
    this.tags = [];
    this.extensions = [];
  }

  // What operations send by this name: a resource, or text as it stands.
  fixture(id, content, options = {}) {
    this.fixtures.set(id, { content, ...options });
    return this;
  }
  variable(name, from) {
    this.variables.push({ name, ...from });
    return this;
  }
  profile(id, canonical) {
    this.profiles.push({ id, canonical });
    return this;
  }
  // An identifier that no other run has: the id that the server gave to a
  // resource made for it. Everything else of the script is named after it.
  run() {
    this.fixture("run", {
      resourceType: "Basic",
      code: { text: "Names the data of one run of a conformance test" },
    });
    this.variable("run", { sourceId: "run-made", expression: "Basic.id" });
    this.setups.push(post("Basic", "run", { into: "run-made" }), status(201));
    this.teardowns.push(del("Basic/${run}"));
    return this;
  }
  // Runs only against servers whose CapabilityStatement says so.
  needs(expression) {
    const own = this.extensions.find((e) => e.url === REQUIRES);
    if (own) own.valueString = `(${own.valueString}) and (${expression})`;
    else this.extensions.push({ url: REQUIRES, valueString: expression });
    return this;
  }
  testIf(expression, keys, name, ...actions) {
    this.test(keys, name, ...actions);
    this.tests.at(-1).needs = expression;
    return this;
  }
  setup(...actions) {
    this.setups.push(...actions.flat(9));
    return this;
  }
  test(keys, name, ...actions) {
    this.tests.push({ keys: [keys].flat(), name, actions: actions.flat(9) });
    return this;
  }
  teardown(...actions) {
    this.teardowns.unshift(...actions.flat(9));
    return this;
  }
}

export const script = (suite, name, title, about) =>
  new Script(suite, name, title, about);

// ---- operations ------------------------------------------------------------

// "Patient/${id}?x=y" is a type and the rest; anything else is a path below the
// base.
function place(at, body) {
  const found = /^([A-Z][A-Za-z]+)(.*)$/.exec(at);
  if (!found || !KNOWN.has(found[1]) || (!found[2] && !body))
    return { url: at || undefined };
  return { resource: found[1], params: found[2] || undefined };
}

export const KNOWN = new Set((
  "Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment " +
  "AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct " +
  "BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry " +
  "ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression " +
  "CodeSystem Communication CommunicationRequest CompartmentDefinition " +
  "Composition ConceptMap Condition Consent Contract Coverage " +
  "CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device " +
  "DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement " +
  "DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis " +
  "Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare " +
  "EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit " +
  "FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse " +
  "HealthcareService ImagingStudy Immunization ImmunizationEvaluation " +
  "ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library " +
  "Linkage List Location Measure MeasureReport Media Medication " +
  "MedicationAdministration MedicationDispense MedicationKnowledge " +
  "MedicationRequest MedicationStatement MedicinalProduct " +
  "MedicinalProductAuthorization MedicinalProductContraindication " +
  "MedicinalProductIndication MedicinalProductIngredient " +
  "MedicinalProductInteraction MedicinalProductManufactured " +
  "MedicinalProductPackaged MedicinalProductPharmaceutical " +
  "MedicinalProductUndesirableEffect MessageDefinition MessageHeader " +
  "MolecularSequence NamingSystem NutritionOrder Observation " +
  "ObservationDefinition OperationDefinition OperationOutcome Organization " +
  "OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation " +
  "Person PlanDefinition Practitioner PractitionerRole Procedure Provenance " +
  "Questionnaire QuestionnaireResponse RelatedPerson RequestGroup " +
  "ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject " +
  "RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest " +
  "Slot Specimen SpecimenDefinition StructureDefinition StructureMap Subscription " +
  "Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein " +
  "SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification " +
  "SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport " +
  "TestScript ValueSet VerificationResult VisionPrescription").split(" "));

// Sent again while the status is 202, for ten seconds at most.
const WAIT = { url: `${CANONICAL}/StructureDefinition/waitFor`, extension: [
  { url: "pollingStatusCode", valueInteger: 202 }, { url: "maxAttempts", valueInteger: 40 },
  { url: "intervalMs", valueInteger: 250 }] };

export function send(method, at, more = {}) {
  const type = more.type ?? (at === "" ? "transaction" : undefined);
  const operation = {
    extension: more.wait && [WAIT],
    type: type && {
      system: "http://terminology.hl7.org/CodeSystem/testscript-operation-codes",
      code: type,
    },
    description: more.about,
    origin: more.origin,
    requestId: more.requestId,
    accept: more.accept,
    contentType: more.contentType,
    encodeRequestUrl: more.encode ?? true,
    method: method.toLowerCase(),
    ...place(at, more.body),
    requestHeader: Object.entries(more.headers ?? {}).map(
      ([field, value]) => ({ field, value })),
    responseId: more.into,
    sourceId: more.body,
  };
  if (!operation.requestHeader.length) delete operation.requestHeader;
  return { operation };
}

export const get = (at, more) => send("GET", at, more);
export const post = (at, body, more) => send("POST", at, { body, ...more });
export const put = (at, body, more) => send("PUT", at, { body, ...more });
export const patch = (at, body, more) => send("PATCH", at, { body, ...more });
export const del = (at, more) => send("DELETE", at, more);

// ---- asserts ---------------------------------------------------------------

const assert = (description, what) => ({
  assert: { description, ...what, warningOnly: false },
});

export const status = (code) =>
  Array.isArray(code)
    ? assert(`the status is one of ${code.join(", ")}`, {
        operator: "in", responseCode: code.join(",") })
    : assert(`the status is ${code}`, {
        operator: "equals", responseCode: String(code) });

export const is = (expression, value, from) =>
  assert(`${expression} is ${value}`, {
    expression, operator: "equals", sourceId: from, value: String(value) });

export const yes = (expression, from) => is(expression, "true", from);
export const none = (expression, from) => yes(`${expression}.empty()`, from);
export const count = (expression, n, from) => is(`${expression}.count()`, n, from);

export const header = (headerField, value, operator = "equals") =>
  assert(`the header ${headerField} ${operator} ${value ?? ""}`.trim(), {
    headerField, operator, value });
export const hasHeader = (name) => header(name, undefined, "notEmpty");
export const noHeader = (name) => header(name, undefined, "empty");

export const resource = (type) =>
  assert(`the answer is a ${type}`, { operator: "equals", resource: type });
export const conforms = (profile, from) =>
  assert(`it conforms to the profile ${profile}`, {
    sourceId: from, validateProfileId: profile });
export const json = () => header("Content-Type", "application/fhir+json", "contains");

// What SHOULD be: told when it is not, but no failure.
export const should = (a) => ({ assert: { ...a.assert, warningOnly: true } });

// The same about the request of a client under test.
export const asked = ({ assert: { description, ...rest } }) => ({
  assert: { description: `request: ${description}`, direction: "request", ...rest } });

// ---- what is asked often ---------------------------------------------------

// An OperationOutcome that says what is wrong: code, a part of the sentence.
export function refused(code, type, text, more = {}) {
  const list = [
    status(code), resource("OperationOutcome"),
    yes(`OperationOutcome.issue.where((severity = 'error' or severity = 'fatal') and code = '${type}').exists()`),
  ];
  if (text)
    list.push(yes(`OperationOutcome.issue.where(code = '${type}').details.text` +
                  `.where($this.contains('${text}')).exists()`));
  if (more.at)
    list.push(yes(`OperationOutcome.issue.where(code = '${type}').expression` +
                  `.where($this = '${more.at}').exists()`));
  return list;
}

// Exactly these faults, each with its FHIR issue code and its place.
export function faults(list, of = "OperationOutcome") {
  const errors = `${of}.issue.where(severity = 'error' or severity = 'fatal')`;
  return [
    ...list.map(([code, at]) => yes(
      `${errors}.where(code = '${code}' and expression.first() = '${at}').exists()`)),
    count(errors, list.length),
  ];
}

// The ids that a search found, in their order.
export function finds(...ids) {
  const matches = "Bundle.entry.where(search.mode = 'match')";
  return [
    status(200), resource("Bundle"), is("Bundle.type", "searchset"),
    count(matches, ids.length),
    ...ids.map((id, i) => is(`${matches}[${i}].resource.id`, id)),
  ];
}

// The same without an order.
export function findsSet(...ids) {
  const matches = "Bundle.entry.where(search.mode = 'match')";
  return [
    status(200), is("Bundle.type", "searchset"),
    count(matches, ids.length),
    ...ids.map((id) => count(`${matches}.resource.where(id = '${id}')`, 1)),
  ];
}

// ---- resources -------------------------------------------------------------

export const coding = (system, code, more = {}) => ({ system, code, ...more });
export const concept = (system, code, text) => ({
  coding: [coding(system, code)], text });
export const quantity = (value, code, unit = code) => ({
  value, unit, system: UCUM, code });
export const ref = (reference) => ({ reference });

export const entry = (method, url, resource, more = {}) => {
  const { fullUrl, ...request } = more;
  return { fullUrl, resource, request: { method, url, ...request } };
};
export const bundle = (type, ...entries) => ({
  resourceType: "Bundle", type, entry: entries });

export const part = (name, value) => ({ name, ...value });
export const parameters = (...parts) => ({
  resourceType: "Parameters", parameter: parts });

// Numbers whose digits must stay as they are: JSON.stringify would write
// 1.50 as 1.5.
export const digits = (text) => `\u0001${text}\u0001`;

// A day relative to the day of the run, in the words of Touchstone.
export const day = (n = 0) =>
  n === 0 ? "${CURRENTDATE}" : `\${CURRENTDATE, D, ${n}}`;
