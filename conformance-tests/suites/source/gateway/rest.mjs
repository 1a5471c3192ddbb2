// The interactions on one resource: create, read, vread, update, delete.
import { script, get, post, put, del, status, is, yes, none, count, header, hasHeader, bundle, entry,
  noHeader, resource, refused, finds, json, send, digits, coding, quantity, LOINC } from "../lib.mjs";

const patient = (family, more = {}) => ({
  resourceType: "Patient",
  identifier: [{ system: "urn:auspex:suite", value: "${run}" }],
  name: [{ family, given: ["Ada", "Maria"] }],
  gender: "female",
  birthDate: "1950-02",
  ...more,
});
const withId = (family, more) => {
  const { resourceType, ...rest } = patient(family, more);
  return { resourceType, id: "${run}", ...rest };
};

const create = script("gateway", "create", "Create",
  "POST [base]/[type]: the server names the resource, stores it and says where it is.")
  .run()
  .fixture("patient", patient("Created", { id: "wish-of-the-client",
    meta: { versionId: "77", lastUpdated: "2001-01-01T00:00:00Z" } }))
  .fixture("exact", {
    resourceType: "Observation", status: "final",
    code: { coding: [coding(LOINC, "718-7")] }, subject: { reference: "Patient/${id}" },
    effectiveDateTime: "2024-02-29T12:30:00+02:00",
    valueQuantity: quantity(digits("11.50"), "g/dL"),
    note: [{ text: "Grüße, \u65e5\u672c\u8a9e, \u{1F600} \"quoted\" \\ back\nsecond line" }],
  })
  .variable("id", { sourceId: "made", expression: "Patient.id" })
  .variable("location", { sourceId: "made", headerField: "Location" })
  .variable("exact-id", { sourceId: "exact-made", expression: "Observation.id" })
  .setup(post("Patient", "patient", { into: "made", contentType: "application/fhir+json" }))
  .test(["rest-create-status", "rest-create-location", "rest-create-version"],
    "a create is answered with 201, the place and the version",
    status(201), resource("Patient"), json(),
    header("Location", "/Patient/${id}/_history/1", "contains"),
    header("ETag", 'W/"1"'), hasHeader("Last-Modified"), hasHeader("X-Request-Id"),
    is("Patient.meta.versionId", "1"),
    is("Patient.name.family", "Created"),
    is("Patient.name.given.count()", 2))
  .test("rest-create-id", "the server names what it creates, and dates it",
    post("Patient", "patient", { into: "second" }), status(201),
    yes("Patient.id != 'wish-of-the-client' and Patient.id.matches('^[A-Za-z0-9.-]{1,64}$')"),
    yes("Patient.id != '${id}'"),
    is("Patient.meta.versionId", "1"),
    yes("Patient.meta.lastUpdated > @2020-01-01T00:00:00Z"))
  .test("rest-create-durable", "what was created is read back as it was sent",
    get("Patient/${id}"), status(200), resource("Patient"),
    is("Patient.id", "${id}"), is("Patient.meta.versionId", "1"),
    is("Patient.name.family", "Created"), is("Patient.name.given[0]", "Ada"),
    is("Patient.name.given[1]", "Maria"), is("Patient.gender", "female"),
    is("Patient.birthDate", "1950-02"), is("Patient.identifier.value", "${run}"),
    is("Patient.identifier.system", "urn:auspex:suite"),
    header("ETag", 'W/"1"'))
  .test("rest-create-location", "the Location of the answer can be read",
    send("GET", "${location}"), status(200), is("Patient.id", "${id}"),
    is("Patient.meta.versionId", "1"))
  .test("rest-exact", "digits, dates, signs and scripts stay as they are",
    post("Observation", "exact", { into: "exact-made" }), status(201),
    get("Observation/${exact-id}", { into: "exact-read" }), status(200),
    is("Observation.value.value.toString()", "11.50"),
    is("Observation.effective.toString()", "2024-02-29T12:30:00+02:00"),
    yes("Observation.note.text.contains('Grüße, \u65e5\u672c\u8a9e, \u{1F600} \"quoted\"')"),
    yes("Observation.note.text.contains('second line')"))
  .test("rest-create-type", "a body of another type than the address is refused",
    post("Observation", "patient"), refused(400, "invalid", "Observation"))
  .test("rest-create-searchable", "two creates are two resources",
    get("Patient?identifier=urn:auspex:suite|${run}&_sort=_lastUpdated&_count=10"),
    status(200), is("Bundle.total", 2), is("Bundle.entry[0].resource.id", "${id}"),
    count("Bundle.entry", 2))
  .variable("second", { sourceId: "second", expression: "Patient.id" })
  .teardown(del("Patient/${id}"), del("Patient/${second}"), del("Observation/${exact-id}"));

const read = script("gateway", "read", "Read and version read",
  "GET [base]/[type]/[id] and .../_history/[vid], also conditional; what is not there is told apart.")
  .run()
  .fixture("one", patient("One"))
  .variable("id", { sourceId: "made", expression: "Patient.id" })
  .variable("modified", { sourceId: "now", headerField: "Last-Modified" })
  .fixture("update", { ...withId("Two"), id: "${id}" })
  .setup(post("Patient", "one", { into: "made" }), status(201),
    put("Patient/${id}", "update", { into: "changed" }), status(200),
    get("Patient/${id}", { into: "now" }), status(200))
  .test(["rest-read", "rest-read-version"], "the newest version is read, with its version and date",
    get("Patient/${id}"), status(200), resource("Patient"), json(),
    is("Patient.id", "${id}"), is("Patient.name.family", "Two"),
    is("Patient.meta.versionId", "2"), header("ETag", 'W/"2"'), hasHeader("Last-Modified"),
    yes("Patient.meta.lastUpdated > @2020-01-01T00:00:00Z"))
  .test("rest-vread", "each version stays readable as it was",
    get("Patient/${id}/_history/1"), status(200), is("Patient.name.family", "One"),
    is("Patient.meta.versionId", "1"), header("ETag", 'W/"1"'), is("Patient.id", "${id}"),
    get("Patient/${id}/_history/2"), status(200), is("Patient.name.family", "Two"),
    is("Patient.meta.versionId", "2"), header("ETag", 'W/"2"'))
  .fixture("parts", bundle("batch", entry("GET", "Patient/${id}?_elements=gender"), entry("GET", "Patient/${id}/_history/1?_pretty=true"),
    entry("GET", "Patient/${id}?_summary=count")))
  .test("rest-read-parts", "_summary and _elements are for a read, too, also in a Bundle",
    get("Patient/${id}?_elements=gender"), status(200), header("ETag", 'W/"2"'), is("Patient.gender", "female"),
    none("Patient.name"), yes("Patient.meta.tag.where(code = 'SUBSETTED').exists()"),
    get("Patient/${id}/_history/1?_elements=name"), status(200), is("Patient.name.family", "One"), none("Patient.gender"),
    get("Patient/${id}?_summary=true"), status(200), yes("Patient.meta.tag.where(code = 'SUBSETTED').exists()"),
    get("Patient/${id}?_summary=false"), status(200), none("Patient.meta.tag"),
    get("Patient/${id}?_summary=some"), refused(400, "value", "some"),
    post("", "parts"), status(200), yes("Bundle.entry[0].response.status.startsWith('200')"),
    is("Bundle.entry[0].resource.gender", "female"), none("Bundle.entry[0].resource.name"),
    is("Bundle.entry[1].resource.name.family", "One"), yes("Bundle.entry[2].response.status.startsWith('400')"))
  .test("rest-vread-unknown", "versions that never were are 404",
    get("Patient/${id}/_history/3"), refused(404, "not-found", "version 3"),
    get("Patient/${id}/_history/0"), refused(404, "not-found"),
    get("Patient/${id}/_history/x"), refused(404, "not-found"),
    get("Patient/${id}/_history/99999999999999999999"), refused(404, "not-found"))
  .test("rest-read-unknown", "what was never there is 404, not 410",
    get("Patient/${run}-never"), refused(404, "not-found", "${run}-never"),
    get("Observation/${id}"), refused(404, "not-found", "Observation"),
    get("Patient/a_b"), refused(404, "not-found"))
  .test("rest-read-type", "a type that R4 does not know is 404 not-supported",
    get("Patience/1"), refused(404, "not-supported", "Patience"),
    get("DomainResource/1"), refused(404, "not-supported", "DomainResource"))
  .test("rest-conditional-read", "If-None-Match with the present version gives 304 and no body",
    get("Patient/${id}", { headers: { "If-None-Match": 'W/"2"' } }), status(304),
    header("ETag", 'W/"2"'), noHeader("Content-Type"),
    get("Patient/${id}", { headers: { "If-None-Match": 'W/"7", W/"2"' } }), status(304),
    get("Patient/${id}", { headers: { "If-None-Match": "*" } }), status(304))
  .test("rest-conditional-read", "If-None-Match with another version gives the resource",
    get("Patient/${id}", { headers: { "If-None-Match": 'W/"1"' } }), status(200),
    is("Patient.name.family", "Two"))
  .test("rest-conditional-read", "If-Modified-Since: not changed since is 304, changed since is 200",
    get("Patient/${id}", { headers: { "If-Modified-Since": "${modified}" } }), status(304),
    get("Patient/${id}", { headers: { "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT" } }),
    status(200), is("Patient.id", "${id}"))
  .test("rest-conditional-read", "If-None-Match counts before If-Modified-Since",
    get("Patient/${id}", { headers: { "If-None-Match": 'W/"1"', "If-Modified-Since": "${modified}" } }),
    status(200))
  .teardown(del("Patient/${id}"));

const update = script("gateway", "update", "Update",
  "PUT [base]/[type]/[id]: makes the next version, or the resource; guarded by If-Match.")
  .run()
  .fixture("one", withId("One"))
  .fixture("two", withId("Two", { active: true }))
  .fixture("three", withId("Three"))
  .fixture("other", { ...withId("Other"), id: "${run}-other" })
  .fixture("nameless", patient("Nameless"))
  .fixture("wrong", { ...withId("Wrong"), gender: "no such", id: "${run}-wrong" })
  .fixture("made-up", { ...withId("Guard"), id: "${run}-guard" })
  .fixture("observation", { resourceType: "Observation", id: "${run}", status: "final", code: { text: "x" } })
  .setup(put("Patient/${run}", "one", { into: "first" }))
  .test(["rest-update-create", "rest-create-location"], "an update of what is not there creates it under this id",
    status(201), is("Patient.id", "${run}"), is("Patient.meta.versionId", "1"),
    header("ETag", 'W/"1"'), hasHeader("Last-Modified"),
    header("Location", "/Patient/${run}/_history/1", "contains"))
  .test(["rest-update", "rest-update-version"], "an update makes the next version",
    get("Patient/${run}"), status(200), is("Patient.name.family", "One"),
    put("Patient/${run}", "two"), status(200), header("ETag", 'W/"2"'), hasHeader("Last-Modified"),
    is("Patient.meta.versionId", "2"), is("Patient.name.family", "Two"),
    get("Patient/${run}"), status(200), is("Patient.name.family", "Two"), is("Patient.active", "true"),
    is("Patient.meta.versionId", "2"),
    get("Patient/${run}/_history/1"), status(200), is("Patient.name.family", "One"), none("Patient.active"))
  .fixture("part", withId("Part", { meta: { tag: [{ system: "urn:x", code: "y" },
    { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" }] } }))
  .test("rest-update-part", "a part of a resource, as _elements gives it, does not take the place of the whole",
    put("Patient/${run}", "part"), refused(422, "business-rule", "SUBSETTED", { at: "Patient.meta.tag[1]" }),
    post("Patient", "part"), refused(422, "business-rule", "SUBSETTED"),
    get("Patient/${run}"), is("Patient.meta.versionId", "2"), is("Patient.name.family", "Two"))
  .test("rest-update-same", "an update that changes nothing makes no version",
    get("Patient/${run}", { into: "before" }), status(200),
    put("Patient/${run}", "two"), status(200), header("ETag", 'W/"2"'), is("Patient.meta.versionId", "2"),
    put("Patient/${run}", "before"), status(200), header("ETag", 'W/"2"'),
    get("Patient/${run}/_history"), status(200), is("Bundle.total", 2))
  .test("rest-update-replaces", "an update replaces all of the resource",
    put("Patient/${run}", "three"), status(200), header("ETag", 'W/"3"'), none("Patient.active"),
    get("Patient/${run}"), none("Patient.active"), is("Patient.name.family", "Three"))
  .test("rest-update-id", "the id of the body must be that of the address",
    put("Patient/${run}", "other"), refused(400, "invalid", "${run}-other"),
    put("Patient/${run}", "nameless"), refused(400, "invalid", "no id"),
    put("Patient/${run}", "observation"), refused(400, "invalid"),
    get("Patient/${run}"), is("Patient.meta.versionId", "3"))
  .test("rest-update-invalid", "a faulty update changes nothing",
    put("Patient/${run}-wrong", "wrong"), refused(422, "code-invalid", null, { at: "Patient.gender" }),
    get("Patient/${run}-wrong"), refused(404, "not-found"))
  .test("rest-if-match", "If-Match guards an update",
    put("Patient/${run}", "two", { headers: { "If-Match": 'W/"2"' } }), refused(412, "conflict", "version 3"),
    get("Patient/${run}"), is("Patient.meta.versionId", "3"), is("Patient.name.family", "Three"),
    put("Patient/${run}", "two", { headers: { "If-Match": 'W/"3"' } }), status(200), header("ETag", 'W/"4"'),
    put("Patient/${run}", "three", { headers: { "If-Match": "*" } }), status(200), header("ETag", 'W/"5"'))
  .test("rest-if-match", "If-Match on what is not there is refused, and nothing is made",
    put("Patient/${run}-guard", "made-up", { headers: { "If-Match": 'W/"1"' } }),
    refused(412, "conflict", "does not exist"),
    get("Patient/${run}-guard"), refused(404, "not-found"))
  .test("rest-if-match", "an If-Match that is no version is refused",
    put("Patient/${run}", "two", { headers: { "If-Match": "new" } }), refused(400, "value", "If-Match"),
    put("Patient/${run}", "two", { headers: { "If-Match": 'W/"4", W/"5"' } }), refused(400, "not-supported", "If-Match"),
    get("Patient/${run}"), is("Patient.meta.versionId", "5"))
  .test("rest-if-none-match", "If-None-Match: * keeps an update from changing what is there",
    put("Patient/${run}", "two", { headers: { "If-None-Match": "*" } }), refused(412, "conflict", "exists already"),
    get("Patient/${run}"), is("Patient.meta.versionId", "5"),
    put("Patient/${run}-guard", "made-up", { headers: { "If-None-Match": "*" } }), status(201),
    del("Patient/${run}-guard"), status(204))
  .teardown(del("Patient/${run}"));

const remove = script("gateway", "delete", "Delete",
  "DELETE [base]/[type]/[id]: the resource is gone, its history is not; it can come back.")
  .run()
  .fixture("one", withId("Gone"))
  .fixture("again", withId("Back"))
  .fixture("outcome", { ...withId("Outcome"), id: "${run}-o" })
  .setup(put("Patient/${run}", "one"), status(201))
  .test("rest-delete-guard", "a delete with the wrong If-Match does nothing",
    del("Patient/${run}", { headers: { "If-Match": 'W/"7"' } }), refused(412, "conflict", "version 1"),
    get("Patient/${run}"), status(200))
  .test(["rest-delete", "rest-gone"], "what was deleted is gone: 410",
    del("Patient/${run}"), status(204), header("ETag", 'W/"2"'), noHeader("Content-Type"),
    get("Patient/${run}"), refused(410, "deleted", "deleted"),
    get("Patient/${run}/_history/2"), refused(410, "deleted"))
  .test("rest-delete-history", "its earlier versions stay readable",
    get("Patient/${run}/_history/1"), status(200), is("Patient.name.family", "Gone"),
    get("Patient/${run}/_history"), status(200), is("Bundle.total", 2),
    is("Bundle.entry[0].request.method", "DELETE"), none("Bundle.entry[0].resource"))
  .test("rest-delete-search", "a search does not find it any more",
    get("Patient?_id=${run}"), status(200), is("Bundle.total", 0), none("Bundle.entry"),
    get("Patient?identifier=urn:auspex:suite|${run}"), status(200), is("Bundle.total", 0))
  .test("rest-delete-again", "deleting it again, or what never was, is no fault",
    del("Patient/${run}"), status(204), del("Patient/${run}-never"), status(204),
    get("Patient/${run}/_history"), is("Bundle.total", 2),
    get("Patient/${run}-never"), refused(404, "not-found"))
  .test("rest-delete-back", "an update brings it back with the next version",
    put("Patient/${run}", "again"), status(201), header("ETag", 'W/"3"'),
    get("Patient/${run}"), status(200), is("Patient.meta.versionId", "3"), is("Patient.name.family", "Back"),
    get("Patient?_id=${run}"), is("Bundle.total", 1),
    del("Patient/${run}"), status(204))
  .test("rest-prefer", "a delete can be answered with an OperationOutcome",
    put("Patient/${run}-o", "outcome"), status(201),
    del("Patient/${run}-o", { headers: { Prefer: "return=OperationOutcome" } }), status(200),
    resource("OperationOutcome"), get("Patient/${run}-o"), status(410))
  .test("rest-delete-type", "a delete of a whole type needs a condition",
    del("Patient"), refused(400, "required", "condition"))
  .teardown(del("Patient/${run}"));

const prefer = script("gateway", "prefer", "Prefer",
  "The Prefer field: return=minimal, representation, OperationOutcome on creates and updates.")
  .run()
  .fixture("patient", patient("Prefer"))
  .fixture("own", withId("Prefer"))
  .fixture("changed", withId("Changed"))
  .variable("m", { sourceId: "minimal", headerField: "Location" })
  .variable("o", { sourceId: "with-outcome", headerField: "Location" })
  .test("rest-prefer", "return=minimal: no body, but place, version and date",
    post("Patient", "patient", { headers: { Prefer: "return=minimal" }, into: "minimal" }),
    status(201), header("Location", "/_history/1", "contains"), header("ETag", 'W/"1"'),
    hasHeader("Last-Modified"), noHeader("Content-Type"),
    send("GET", "${m}"), status(200), is("Patient.name.family", "Prefer"))
  .test("rest-prefer", "return=OperationOutcome: what was done, in words",
    post("Patient", "patient", { headers: { Prefer: "return=OperationOutcome" }, into: "with-outcome" }),
    status(201), resource("OperationOutcome"), hasHeader("Location"),
    none("OperationOutcome.issue.where(severity = 'error')"),
    send("GET", "${o}"), status(200))
  .test("rest-prefer", "return=representation: the resource as it is stored",
    post("Patient", "patient", { headers: { Prefer: "respond-sync, return=representation" }, into: "whole" }),
    status(201), resource("Patient"), is("Patient.name.family", "Prefer"), is("Patient.meta.versionId", "1"))
  .test("rest-prefer", "of two the first counts (RFC 7240)",
    post("Patient", "patient", { headers: { Prefer: "return=minimal, return=representation" }, into: "twice" }),
    status(201), noHeader("Content-Type"))
  .test("rest-prefer", "updates honour it, too",
    put("Patient/${run}", "own", { headers: { Prefer: "return=minimal" } }), status(201), noHeader("Content-Type"),
    header("ETag", 'W/"1"'),
    put("Patient/${run}", "changed", { headers: { Prefer: "return=OperationOutcome" } }), status(200),
    resource("OperationOutcome"), header("ETag", 'W/"2"'),
    put("Patient/${run}", "own", { headers: { Prefer: "return=representation" } }), status(200),
    is("Patient.name.family", "Prefer"), header("ETag", 'W/"3"'))
  .variable("p0", { sourceId: "mine", expression: "Bundle.entry[0].resource.id" })
  .variable("p1", { sourceId: "mine", expression: "Bundle.entry[1].resource.id" })
  .variable("p2", { sourceId: "mine", expression: "Bundle.entry[2].resource.id" })
  .variable("p3", { sourceId: "mine", expression: "Bundle.entry[3].resource.id" })
  .teardown(del("Patient/${run}"), get("Patient?identifier=urn:auspex:suite|${run}", { into: "mine" }),
    del("Patient/${p0}"), del("Patient/${p1}"), del("Patient/${p2}"), del("Patient/${p3}"));

export default [create, read, update, remove, prefer];
