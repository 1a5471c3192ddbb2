// General R4 REST, for any server: only what the specification says SHALL be,
// each part only where the server's CapabilityStatement claims it.
import { script, get, post, put, del, patch, send, status, is, yes, none, count, header, hasHeader, resource, bundle, entry,
  should } from "../lib.mjs";

const can = (code, type = "Patient") => `rest.resource.where(type = '${type}').interaction.where(code = '${code}').exists()`;
const says = (what, type = "Patient") => `rest.resource.where(type = '${type}').where(${what}).exists()`;
const system = (code) => `rest.interaction.where(code = '${code}').exists()`;
const param = (name, type = "Patient") => `rest.resource.where(type = '${type}').searchParam.where(name = '${name}').exists()`;
const JSON_PATCH = "application/json-patch+json";

const patient = (more = {}) => ({ resourceType: "Patient", active: true,
  identifier: [{ system: "urn:oid:1.2.36.146.595.217.0.1", value: "${seed}" }],
  name: [{ use: "official", family: "Conformance", given: ["Test", "Case"] }], gender: "other", birthDate: "1970-03-30", ...more });

// A value that other runs do not have: the id of a first Patient.
function seeded(name, title, about) {
  return script("server", name, title, about)
    .needs(`${can("create")} and ${can("read")}`)
    .fixture("first", { resourceType: "Patient", active: true, name: [{ family: "Seed" }] })
    .variable("seed", { sourceId: "first-made", expression: "Patient.id" })
    .setup(post("Patient", "first", { into: "first-made", headers: { Prefer: "return=representation" } }), status(201))
    .teardown(del("Patient/${seed}"));
}

const capability = script("server", "capability", "CapabilityStatement of any R4 server",
  "GET metadata gives a valid CapabilityStatement of R4.")
  .profile("statement", "http://hl7.org/fhir/StructureDefinition/CapabilityStatement")
  .setup(get("metadata", { type: "capabilities", into: "statement-of-server" }))
  .test("server-capability", "GET metadata: a CapabilityStatement of R4",
    status(200), resource("CapabilityStatement"), yes("CapabilityStatement.fhirVersion.startsWith('4.0')"),
    yes("CapabilityStatement.rest.where(mode = 'server').exists()"),
    yes("CapabilityStatement.format.where($this.contains('json')).exists()"))
  .test("server-capability-valid", "it is a valid CapabilityStatement",
    { assert: { description: "it is a valid CapabilityStatement", sourceId: "statement-of-server", validateProfileId: "statement",
      warningOnly: false } });

const crud = seeded("crud", "Create, read, update, delete on any R4 server",
  "One Patient through its life, as the R4 HTTP page says.")
  .fixture("patient", patient())
  .fixture("changed", patient({ id: "${id}", active: false }))
  .fixture("other", patient({ id: "${id}-other" }))
  .fixture("wrong-type", { resourceType: "Observation", status: "final", code: { text: "x" } })
  .fixture("own-id", patient({ id: "${seed}-own" }))
  .variable("id", { sourceId: "made", expression: "Patient.id" })
  .variable("version", { sourceId: "read-one", expression: "Patient.meta.versionId" })
  .variable("tag", { sourceId: "read-two", headerField: "ETag" })
  .setup(post("Patient", "patient", { into: "made", headers: { Prefer: "return=representation" } }))
  .test("server-create", "create: 201 and a Location", status(201), hasHeader("Location"),
    header("Location", "/Patient/${id}", "contains"), is("Patient.name.family", "Conformance"))
  .test("server-read", "read: what was created", get("Patient/${id}", { into: "read-one" }), status(200), resource("Patient"),
    is("Patient.id", "${id}"), is("Patient.name.family", "Conformance"), is("Patient.name.given[1]", "Case"),
    is("Patient.birthDate", "1970-03-30"), is("Patient.identifier.value", "${seed}"), is("Patient.active", "true"))
  .test("server-read-unknown", "read of what never was: 404", get("Patient/${seed}-never"), status(404))
  .test("server-content-type", "answers name a FHIR JSON media type", get("Patient/${id}"), header("Content-Type", "json", "contains"))
  .testIf(can("vread"), "server-vread", "vread: the version that was read", get("Patient/${id}/_history/${version}"), status(200),
    is("Patient.id", "${id}"), is("Patient.meta.versionId", "${version}"))
  .testIf(can("update"), "server-update", "update: 200, and the change is read", put("Patient/${id}", "changed"), status(200),
    get("Patient/${id}", { into: "read-two" }), status(200), is("Patient.active", "false"), is("Patient.name.family", "Conformance"))
  .testIf(`${can("update")} and ${says("versioning = 'versioned' or versioning = 'versioned-update'")}`, "server-versions",
    "versions: the update has another version than the create", get("Patient/${id}"), status(200),
    yes("Patient.meta.versionId != '${version}'"))
  .testIf(can("update"), "server-update-id", "update: another id in the body is refused", put("Patient/${id}", "other"), status([400, 422]))
  .testIf(`${can("update")} and ${says("updateCreate = true")}`, "server-update-create", "update of what is not there creates it",
    put("Patient/${seed}-own", "own-id"), status(201), get("Patient/${seed}-own"), status(200), is("Patient.id", "${seed}-own"))
  .testIf(can("history-instance"), "server-history", "history: every version, newest first", get("Patient/${id}/_history"), status(200),
    is("Bundle.type", "history"), yes("Bundle.entry.count() >= 1"), yes("Bundle.entry.resource.ofType(Patient).id.all($this = '${id}')"),
    yes("Bundle.entry.all(request.exists() and response.exists())"))
  .testIf(can("delete"), "server-delete", "delete: then it is gone", del("Patient/${id}"), status([200, 202, 204]),
    get("Patient/${id}"), status([404, 410]))
  .testIf(`${can("delete")} and ${can("search-type")}`, "server-delete-search", "delete: a search does not find it",
    get("Patient?_id=${id}"), status(200), none("Bundle.entry.where(search.mode = 'match')"))
  .testIf(can("delete"), "server-delete-again", "delete of what is gone is no fault", del("Patient/${id}"), status([200, 202, 204, 404, 410]))
  .teardown(del("Patient/${id}"), del("Patient/${seed}-own"));

const versions = seeded("versions", "Version-aware changes on any R4 server", "If-Match, where the server claims versioned updates.")
  .needs(says("versioning = 'versioned-update'"))
  .fixture("patient", patient())
  .fixture("changed", patient({ id: "${id}", active: false }))
  .variable("id", { sourceId: "made", expression: "Patient.id" })
  .variable("tag", { sourceId: "read", headerField: "ETag" })
  .setup(post("Patient", "patient", { into: "made", headers: { Prefer: "return=representation" } }), status(201),
    get("Patient/${id}", { into: "read" }), status(200), hasHeader("ETag"))
  .test("server-if-match", "If-Match with another version is refused", put("Patient/${id}", "changed",
    { headers: { "If-Match": 'W/"no-such-version"' } }), status([400, 409, 412]), get("Patient/${id}"), is("Patient.active", "true"))
  .test("server-if-match", "If-Match with the present version goes on", put("Patient/${id}", "changed",
    { headers: { "If-Match": "${tag}" } }), status(200), get("Patient/${id}"), is("Patient.active", "false"))
  .teardown(del("Patient/${id}"));

const searching = seeded("search", "Search on any R4 server", "Patients by _id, identifier, name and date, where the parameters are claimed.")
  .needs(can("search-type"))
  .fixture("one", patient())
  .fixture("two", patient({ name: [{ family: "Another${seed}" }], birthDate: "1980-01-02", gender: "male" }))
  .variable("one", { sourceId: "made-one", expression: "Patient.id" })
  .variable("two", { sourceId: "made-two", expression: "Patient.id" })
  .setup(post("Patient", "one", { into: "made-one", headers: { Prefer: "return=representation" } }), status(201),
    post("Patient", "two", { into: "made-two", headers: { Prefer: "return=representation" } }), status(201))
  .test("server-search", "by _id: a searchset with the one", get("Patient?_id=${one}"), status(200), resource("Bundle"),
    is("Bundle.type", "searchset"), count("Bundle.entry.resource.ofType(Patient)", 1), is("Bundle.entry.resource.ofType(Patient).id", "${one}"),
    yes("Bundle.link.where(relation = 'self').exists()"), yes("Bundle.entry.fullUrl.exists()"))
  .testIf(param("identifier"), "server-search-token", "by identifier: system|value and value alone",
    get("Patient?identifier=urn:oid:1.2.36.146.595.217.0.1|${seed}"), status(200), count("Bundle.entry.resource.ofType(Patient)", 2),
    get("Patient?identifier=${seed}"), status(200), count("Bundle.entry.resource.ofType(Patient)", 2),
    get("Patient?identifier=urn:other|${seed}"), status(200), count("Bundle.entry.resource.ofType(Patient)", 0))
  .testIf(`${param("identifier")} and ${param("gender")}`, "server-search-and", "several parameters are all meant",
    get("Patient?identifier=${seed}&gender=male"), status(200), count("Bundle.entry.resource.ofType(Patient)", 1),
    is("Bundle.entry.resource.ofType(Patient).id", "${two}"))
  .testIf(`${param("identifier")} and ${param("birthdate")}`, "server-search-date", "dates and their prefixes",
    get("Patient?identifier=${seed}&birthdate=1980-01-02"), count("Bundle.entry.resource.ofType(Patient)", 1),
    get("Patient?identifier=${seed}&birthdate=gt1975-01-01"), is("Bundle.entry.resource.ofType(Patient).id", "${two}"),
    get("Patient?identifier=${seed}&birthdate=lt1975-01-01"), is("Bundle.entry.resource.ofType(Patient).id", "${one}"))
  .testIf(param("family"), "server-search-string", "strings from their beginning, whatever the case",
    get("Patient?family=another${seed}"), status(200), count("Bundle.entry.resource.ofType(Patient)", 1),
    get("Patient?family=nother${seed}"), status(200), count("Bundle.entry.resource.ofType(Patient)", 0))
  .test("server-search-post", "POST _search finds the same", send("POST", "Patient/_search?_id=${one}", { type: "search" }), status(200),
    count("Bundle.entry.resource.ofType(Patient)", 1))
  .test("server-search-nothing", "nothing found is an empty searchset", get("Patient?_id=${seed}-never"), status(200),
    is("Bundle.type", "searchset"), count("Bundle.entry.where(search.mode = 'match')", 0))
  .teardown(del("Patient/${one}"), del("Patient/${two}"));

const by = "identifier=urn:oid:1.2.36.146.595.217.0.1|${seed}-c";
const conditional = seeded("conditional", "Conditional changes on any R4 server", "Conditional create, update and delete, where claimed.")
  .needs(`${can("search-type")} and ${param("identifier")}`)
  .fixture("patient", patient({ identifier: [{ system: "urn:oid:1.2.36.146.595.217.0.1", value: "${seed}-c" }] }))
  .fixture("changed", patient({ active: false, identifier: [{ system: "urn:oid:1.2.36.146.595.217.0.1", value: "${seed}-c" }] }))
  .variable("id", { sourceId: "made", expression: "Patient.id" })
  .setup(post("Patient", "patient", { into: "made", headers: { Prefer: "return=representation" } }), status(201))
  .testIf(says("conditionalCreate = true"), "server-conditional-create", "one match: nothing is created",
    post("Patient", "patient", { headers: { "If-None-Exist": by } }), status(200),
    get("Patient?" + by), count("Bundle.entry.resource.ofType(Patient)", 1))
  .testIf(says("conditionalUpdate = true"), "server-conditional-update", "one match: it is updated",
    put("Patient?" + by, "changed"), status(200), get("Patient/${id}"), is("Patient.active", "false"))
  .testIf(says("conditionalDelete = 'single' or conditionalDelete = 'multiple'"), "server-conditional-delete", "one match: it is deleted",
    del("Patient?" + by), status([200, 202, 204]), get("Patient/${id}"), status([404, 410]))
  .teardown(del("Patient/${id}"));

const patching = seeded("patch", "Patch on any R4 server", "JSON Patch, where claimed.")
  .needs(`${can("patch")} and patchFormat.where($this.contains('json-patch')).exists()`)
  .fixture("patient", patient())
  .fixture("patch", [{ op: "replace", path: "/active", value: false }])
  .fixture("failing", [{ op: "test", path: "/active", value: "never" }])
  .variable("id", { sourceId: "made", expression: "Patient.id" })
  .setup(post("Patient", "patient", { into: "made", headers: { Prefer: "return=representation" } }), status(201))
  .test("server-patch", "a patch changes what it names", patch("Patient/${id}", "patch", { contentType: JSON_PATCH }), status([200, 204]),
    get("Patient/${id}"), is("Patient.active", "false"), is("Patient.name.family", "Conformance"))
  .test("server-patch", "a patch that fails changes nothing", patch("Patient/${id}", "failing", { contentType: JSON_PATCH }),
    status([400, 409, 412, 422]), get("Patient/${id}"), is("Patient.active", "false"))
  .teardown(del("Patient/${id}"));

const uuid = "urn:uuid:0a4d8c53-7f51-4c7c-8a55-3a9c6d9d9c11";
const observation = { resourceType: "Observation", status: "final", code: { text: "Conformance" }, subject: { reference: uuid } };
const bundles = seeded("bundles", "Batches and transactions on any R4 server", "All or nothing, references, order of the answers.")
  .needs(system("transaction"))
  .fixture("good", bundle("transaction", entry("POST", "Observation", observation), entry("POST", "Patient", patient(), { fullUrl: uuid })))
  .fixture("bad", bundle("transaction",
    entry("POST", "Patient", patient({ identifier: [{ system: "urn:oid:1.2.36.146.595.217.0.1", value: "${seed}-bad" }] })),
    entry("GET", "NoSuchType/1"), entry("POST", "Patient", { resourceType: "Patient", gender: { not: "a code" } })))
  .variable("obs", { sourceId: "done", expression: "Bundle.entry[0].response.location.replaceMatches('^.*Observation/([^/]+).*$', '$1')" })
  .variable("pat", { sourceId: "done", expression: "Bundle.entry[1].response.location.replaceMatches('^.*Patient/([^/]+).*$', '$1')" })
  .setup(post("", "good", { into: "done", type: "transaction" }))
  .test("server-transaction", "answers stand in the order of the entries", status(200), is("Bundle.type", "transaction-response"),
    count("Bundle.entry", 2), yes("Bundle.entry.response.status.all($this.startsWith('201'))"),
    yes("Bundle.entry[0].response.location.contains('Observation/')"), yes("Bundle.entry[1].response.location.contains('Patient/')"))
  .test("server-transaction-references", "references by fullUrl lead to what was stored", get("Observation/${obs}"), status(200),
    yes("Observation.subject.reference.endsWith('Patient/${pat}')"), get("Patient/${pat}"), status(200))
  .testIf(param("identifier"), "server-transaction-atomic", "a fault undoes all", post("", "bad", { type: "transaction" }),
    status([400, 404, 409, 412, 422]), get("Patient?identifier=${seed}-bad"), status(200), count("Bundle.entry.resource.ofType(Patient)", 0))
  .teardown(del("Observation/${obs}"), del("Patient/${pat}"));

const batch = seeded("batch", "Batch on any R4 server", "Each entry for itself.").needs(system("batch"))
  .fixture("batch", bundle("batch", entry("GET", "Patient/${seed}"), entry("GET", "Patient/${seed}-never")))
  .test("server-batch", "each entry is answered for itself, in its place", post("", "batch", { type: "batch" }), status(200),
    is("Bundle.type", "batch-response"), count("Bundle.entry", 2), yes("Bundle.entry[0].response.status.startsWith('200')"),
    is("Bundle.entry[0].resource.id", "${seed}"), yes("Bundle.entry[1].response.status.startsWith('404')"));

const errors = seeded("errors", "Faults on any R4 server", "What is wrong is refused, with an OperationOutcome.")
  .fixture("broken", '{"resourceType":"Patient",', { contentType: "application/fhir+json" })
  .fixture("invalid", { resourceType: "Patient", birthDate: "not a date" })
  .fixture("other", { resourceType: "Observation", status: "final", code: { text: "x" } })
  .test("server-errors", "a body that is not JSON is refused", post("Patient", "broken", { contentType: "application/fhir+json" }), status([400, 415, 422]))
  .test("server-errors", "an invalid resource should be refused", post("Patient", "invalid"), should(status([400, 422])), should(resource("OperationOutcome")))
  .test("server-errors", "a body of another type is refused", post("Patient", "other"), status([400, 422]))
  .test("server-errors", "an unknown type is not found", get("NoSuchType/1"), status([400, 404]));

const validating = seeded("validate", "$validate on any R4 server", "The operation, where claimed.")
  .needs("rest.operation.where(name = 'validate').exists() or rest.resource.where(type = 'Patient').operation.where(name = 'validate').exists()")
  .fixture("good", patient()).fixture("bad", { resourceType: "Patient", gender: "no such code" })
  .test("server-validate", "a valid resource: an OperationOutcome without errors", post("Patient/$validate", "good"), status(200),
    resource("OperationOutcome"), none("OperationOutcome.issue.where(severity = 'error' or severity = 'fatal')"))
  .test("server-validate", "an invalid one: an OperationOutcome with errors", post("Patient/$validate", "bad"), status([200, 400, 412, 422]),
    resource("OperationOutcome"), yes("OperationOutcome.issue.where(severity = 'error' or severity = 'fatal').exists()"));

export default [capability, crud, versions, searching, conditional, patching, bundles, batch, errors, validating];
