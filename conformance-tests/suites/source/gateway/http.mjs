// What HTTP and FHIR ask of every answer: media types, methods, addresses,
// compressed answers, errors that explain themselves.
import { script, get, post, put, del, send, status, is, yes, none, count, header, hasHeader, noHeader, resource, refused,
  json } from "../lib.mjs";
import { named_params } from "./search_params.mjs";

const JSON_FHIR = "application/fhir+json; charset=utf-8";
const negotiation = script("gateway", "negotiation", "Media types",
  "Accept, _format, Content-Type, charset, fhirVersion, compression, pretty printing.")
  .run()
  .fixture("patient", { resourceType: "Patient", identifier: [{ system: "urn:auspex:suite", value: "${run}" }] })
  .fixture("text", "hello", { contentType: "text/plain" })
  .variable("made", { sourceId: "as-json", expression: "Patient.id" })
  .variable("made2", { sourceId: "as-charset", expression: "Patient.id" })
  .test("http-accept", "Accept chooses the media type",
    get("Basic/${run}", { headers: { Accept: "application/fhir+json" } }), status(200), header("Content-Type", JSON_FHIR),
    get("Basic/${run}", { headers: { Accept: "application/json" } }), status(200), header("Content-Type", "application/json; charset=utf-8"),
    get("Basic/${run}", { headers: { Accept: "*/*" } }), status(200), header("Content-Type", JSON_FHIR),
    get("Basic/${run}", { headers: { Accept: "application/fhir+xml;q=0.9, application/fhir+json;q=0.8" } }), status(200),
    header("Content-Type", JSON_FHIR))
  .test("http-not-acceptable", "what cannot be served is 406",
    get("Basic/${run}", { headers: { Accept: "application/fhir+xml" } }), refused(406, "not-supported", "application/fhir+xml"),
    get("Basic/${run}?_format=xml"), refused(406, "not-supported", "xml"))
  .test("http-format", "_format counts before Accept",
    get("Basic/${run}?_format=json", { headers: { Accept: "application/fhir+xml" } }), status(200), header("Content-Type", JSON_FHIR),
    get("Basic/${run}?_format=application/fhir%2Bjson", { encode: false }), status(200),
    get("Basic?_id=${run}&_format=json"), status(200), is("Bundle.total", 1))
  .test("http-content-type", "bodies in what is not spoken here are 415",
    post("Patient", "patient", { headers: { "Content-Type": "text/plain" } }), refused(415, "not-supported", "application/fhir+json"),
    post("Patient", "patient", { headers: { "Content-Type": "application/fhir+xml" } }), refused(415, "not-supported", "application/fhir+json"),
    post("Patient", "patient", { headers: { "Content-Type": "application/fhir+json; charset=utf-16" } }), refused(415, "not-supported"),
    post("Patient", "patient", { headers: { "Content-Type": "application/fhir+json; fhirVersion=3.0" } }), refused(415, "not-supported"),
    put("Patient/${run}", "patient", { headers: { "Content-Type": "text/plain" } }), status(415),
    get("Patient?identifier=urn:auspex:suite|${run}"), is("Bundle.total", 0))
  .test("http-content-type", "application/json and charset=utf-8 are welcome",
    post("Patient", "patient", { headers: { "Content-Type": "application/json" }, into: "as-json" }), status(201),
    post("Patient", "patient", { headers: { "Content-Type": "application/fhir+json; charset=UTF-8; fhirVersion=4.0" }, into: "as-charset" }),
    status(201))
  .test("http-compress", "answers are compressed for who asks, and say so",
    get("metadata", { headers: { "Accept-Encoding": "gzip" } }), status(200), header("Vary", "Accept-Encoding", "contains"),
    header("Content-Encoding", "gzip"), hasHeader("Content-Length"),
    resource("CapabilityStatement"), is("CapabilityStatement.fhirVersion", "4.0.1"),
    get("metadata", { headers: { "Accept-Encoding": "gzip;q=0, deflate" } }), status(200), header("Content-Encoding", "deflate"),
    resource("CapabilityStatement"),
    get("metadata", { headers: { "Accept-Encoding": "identity" } }), status(200), noHeader("Content-Encoding"),
    get("metadata", { headers: { "Accept-Encoding": "br" } }), status(200), noHeader("Content-Encoding"))
  .test("http-pretty", "_pretty changes nothing of what is said",
    get("Basic/${run}?_pretty=true"), status(200), is("Basic.id", "${run}"))
  .teardown(del("Patient/${made}"), del("Patient/${made2}"));

const form = script("gateway", "http", "Addresses, methods, headers",
  "Aliases, HEAD, OPTIONS, 405 with Allow, request ids, what browsers may do, health.")
  .run()
  .fixture("other", { resourceType: "Basic", id: "${run}", code: { text: "Names the data of one run of a conformance test" } })
  .test("http-alias", "the FHIR version may stand in the address, a slash at its end",
    get("R4/Basic/${run}"), status(200), is("Basic.id", "${run}"),
    get("Basic/${run}/"), status(200), is("Basic.id", "${run}"),
    get("R4/Basic?_id=${run}"), status(200), is("Bundle.total", 1),
    yes("Bundle.link.where(relation = 'self').url.contains('/R4/Basic?')"),
    yes("Bundle.entry.fullUrl.contains('/R4/Basic/')"))
  .test("http-head", "HEAD is GET without a body",
    send("HEAD", "Basic/${run}"), status(200), header("ETag", 'W/"1"'), hasHeader("Content-Length"), hasHeader("Last-Modified"),
    send("HEAD", "Basic/${run}-never"), status(404))
  .test("http-options", "OPTIONS names the methods of an address",
    send("OPTIONS", "Patient"), status(204), header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    send("OPTIONS", "metadata"), status(204), header("Allow", "GET, HEAD, OPTIONS"))
  .test("http-method", "a method that an address does not offer is 405, with those that it does",
    del("metadata"), refused(405, "not-supported", "DELETE is not offered"), header("Allow", "GET, HEAD, OPTIONS"),
    get("$validate"), refused(405, "not-supported", "GET"), header("Allow", "POST, OPTIONS"),
    put("Basic/${run}/_history/1", "other"), refused(405, "not-supported", "PUT"))
  .test("http-address", "an address where nothing is says so",
    get("basic/${run}"), refused(404, "not-found", "nothing at this address"),
    get("Basic/${run}/nonsense"), refused(404, "not-found", "nothing at this address"))
  .test("http-request-id", "the request id of the sender comes back; a bad one is replaced",
    get("Basic/${run}", { headers: { "X-Request-Id": "trace-7" } }), header("X-Request-Id", "trace-7"),
    get("Basic/${run}", { headers: { "X-Request-Id": "<script>" } }), hasHeader("X-Request-Id"),
    header("X-Request-Id", "script", "notContains"))
  .test("http-security-headers", "answers about patients are not kept or sniffed",
    get("Basic/${run}"), header("Cache-Control", "no-store"), header("X-Content-Type-Options", "nosniff"),
    header("Content-Security-Policy", "default-src 'none'", "contains"), header("Referrer-Policy", "no-referrer"))
  .test("http-cors", "no browser may call unless its origin is configured",
    get("Basic/${run}", { headers: { Origin: "https://evil.example" } }), status(200), noHeader("Access-Control-Allow-Origin"));

const errors = script("gateway", "errors", "Bodies that cannot be read",
  "Broken JSON, doubled keys, deep nesting, no body, no type: refused with a place, and nothing is stored.")
  .run();
const BROKEN = [
  ["broken", '{"resourceType":"Patient",\n  oops}', [refused(400, "structure"),
    is("OperationOutcome.issue[0].extension.where(url.endsWith('issue-line')).value", "2")]],
  ["twice", '{"resourceType":"Patient","active":true,"active":false}', refused(400, "structure")],
  ["array", "[1]", refused(400, "structure", "resourceType")],
  ["typeless", '{"resourceType":7}', refused(400, "structure", "resourceType")],
  ["deep", "[".repeat(3000), [status([400, 413]), resource("OperationOutcome")]],
  ["surrogate", '{"resourceType":"Patient","name":[{"text":"\\ud800"}]}', [status([400, 422]), resource("OperationOutcome")]],
  ["nul", '{"resourceType":"Patient","name":[{"text":"a\\u0000b"}]}', [status([400, 422]), resource("OperationOutcome")]],
  ["tail", '{"resourceType":"Patient"} {"resourceType":"Patient"}', refused(400, "structure")],
];
for (const [id, text, asserts] of BROKEN) {
  errors.fixture(id, text, { contentType: "application/fhir+json" });
  errors.test("http-broken-body", `a body that is ${id}`,
    post("Patient", id, { contentType: "application/fhir+json" }), asserts);
}
errors.test("http-broken-body", "no body at all", send("POST", "Patient", { headers: { "Content-Type": "application/fhir+json" } }), refused(400, "structure", "body"));

const capability = script("gateway", "capability", "CapabilityStatement",
  "GET metadata: says what is here, and is valid.")
  .profile("statement", "http://hl7.org/fhir/StructureDefinition/CapabilityStatement")
  .setup(get("metadata", { into: "statement-of-server", type: "capabilities" }))
  .test("capability", "it is an R4 server that speaks JSON",
    status(200), resource("CapabilityStatement"), json(), is("CapabilityStatement.fhirVersion", "4.0.1"),
    is("CapabilityStatement.status", "active"), is("CapabilityStatement.kind", "instance"),
    yes("CapabilityStatement.format contains 'application/fhir+json'"), yes("CapabilityStatement.date.exists()"),
    is("CapabilityStatement.software.name", "Auspex"), yes("CapabilityStatement.software.version.exists()"),
    yes("CapabilityStatement.implementation.url.startsWith('http')"),
    yes("CapabilityStatement.patchFormat contains 'application/json-patch+json'"),
    { assert: { description: "it is a valid CapabilityStatement", sourceId: "statement-of-server",
      validateProfileId: "statement", warningOnly: false } })
  .test("capability", "every type has every interaction, versions and conditions", ...[
    "CapabilityStatement.rest.mode = 'server'", "CapabilityStatement.rest.resource.count() = 146",
    "CapabilityStatement.rest.resource.all(interaction.count() = 9)",
    ...["read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type"].map(
      (code) => `CapabilityStatement.rest.resource.all(interaction.where(code = '${code}').count() = 1)`),
    "CapabilityStatement.rest.resource.all(versioning = 'versioned-update' and readHistory and updateCreate)",
    "CapabilityStatement.rest.resource.all(conditionalCreate and conditionalUpdate and conditionalRead = 'full-support' and conditionalDelete = 'single')",
    "CapabilityStatement.rest.interaction.where(code = 'transaction').exists()",
    "CapabilityStatement.rest.interaction.where(code = 'batch').exists()",
    "CapabilityStatement.rest.interaction.where(code = 'history-system').exists()",
    "CapabilityStatement.rest.operation.where(name = 'score').exists()",
    "CapabilityStatement.rest.operation.where(name = 'validate').exists()",
    "CapabilityStatement.rest.resource.where(type = 'Patient').operation.where(name = 'risk-profile').exists()",
    "CapabilityStatement.rest.resource.where(type = 'Observation').searchParam.where(name = 'combo-code-value-quantity' and type = 'composite').exists()",
    "CapabilityStatement.rest.resource.all(searchInclude.where($this = '*').exists() and searchRevInclude.exists())",
    "CapabilityStatement.rest.resource.where(type = 'Observation').searchInclude.where($this = 'Observation:subject').exists()",
    "CapabilityStatement.rest.resource.where(type = 'Patient').searchRevInclude.where($this = 'Observation:subject').exists()",
    "CapabilityStatement.rest.resource.where(type = 'Organization').searchRevInclude.where($this = 'Observation:subject').empty()",
  ].map((e) => yes(e, "statement-of-server")))
  .test("capability", "every search parameter of R4 is named, with type and definition",
    yes("CapabilityStatement.rest.resource.searchParam.all(name.exists() and type.exists() and definition.exists())", "statement-of-server"),
    ...named_params.map(([type, codes]) => count(`CapabilityStatement.rest.resource.where(type = '${type}').searchParam` +
      `.where(name in (${codes.map((code) => `'${code}'`).join(" | ")})).name`, codes.length, "statement-of-server")))
  .test("capability-definitions", "the definitions of our operations can be read",
    get("OperationDefinition/score"), status(200), is("OperationDefinition.code", "score"),
    get("OperationDefinition/risk-profile"), status(200), is("OperationDefinition.code", "risk-profile"),
    get("OperationDefinition/validate"), status(200), is("OperationDefinition.code", "validate"));

export default [negotiation, form, errors, capability];
