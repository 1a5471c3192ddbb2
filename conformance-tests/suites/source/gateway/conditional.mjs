// Conditional create, update, delete; and that a condition must be understood.
import { script, get, post, put, del, patch, status, is, yes, none, count, header, hasHeader,
  resource, refused, parameters, part } from "../lib.mjs";

const one = (tag, more = {}) => ({
  resourceType: "Patient",
  identifier: [{ system: "urn:auspex:suite", value: "${run}-" + tag }],
  ...more,
});
const by = (tag) => "identifier=urn:auspex:suite|${run}-" + tag;

const create = script("gateway", "conditional-create", "Conditional create",
  "POST with If-None-Exist: at most one resource comes of it.")
  .run()
  .fixture("patient", one("c", { active: true }))
  .fixture("changed", one("c", { active: false }))
  .variable("id", { sourceId: "first", expression: "Patient.id" })
  .variable("twin", { sourceId: "second", expression: "Patient.id" })
  .setup(post("Patient", "patient", { headers: { "If-None-Exist": by("c") }, into: "first" }))
  .test("rest-conditional-create", "no match: it is created",
    status(201), hasHeader("Location"), header("ETag", 'W/"1"'))
  .test("rest-conditional-create", "one match: nothing is stored, and the match is named",
    post("Patient", "changed", { headers: { "If-None-Exist": by("c") } }), status(200),
    is("Patient.id", "${id}"), is("Patient.meta.versionId", "1"), header("ETag", 'W/"1"'),
    is("Patient.active", "true"),
    get("Patient?" + by("c")), is("Bundle.total", 1))
  .test("rest-conditional-create", "several matches: 412 and nothing is stored",
    post("Patient", "patient", { into: "second" }), status(201),
    post("Patient", "patient", { headers: { "If-None-Exist": by("c") } }),
    refused(412, "multiple-matches"),
    get("Patient?" + by("c")), is("Bundle.total", 2))
  .test("rest-condition-unknown", "a condition that is not understood is refused, not ignored",
    post("Patient", "patient", { headers: { "If-None-Exist": "pateint=1" } }),
    refused(400, "value", "pateint"),
    get("Patient?" + by("c")), is("Bundle.total", 2))
  .teardown(del("Patient/${id}"), del("Patient/${twin}"));

const update = script("gateway", "conditional-update", "Conditional update",
  "PUT [base]/[type]?condition: finds whom it means, or creates it.")
  .run()
  .fixture("plain", one("u"))
  .fixture("active", one("u", { active: true }))
  .fixture("foreign", { ...one("u"), id: "${run}-foreign" })
  .fixture("named", { ...one("n"), id: "${run}-n" })
  .variable("id", { sourceId: "first", expression: "Patient.id" })
  .variable("twin", { sourceId: "second", expression: "Patient.id" })
  .setup(put("Patient?" + by("u"), "plain", { into: "first" }))
  .test("rest-conditional-update", "no match: it is created",
    status(201), hasHeader("Location"), header("ETag", 'W/"1"'), is("Patient.meta.versionId", "1"))
  .test("rest-conditional-update", "one match: it is updated",
    put("Patient?" + by("u"), "active"), status(200), is("Patient.id", "${id}"),
    header("ETag", 'W/"2"'), is("Patient.active", "true"),
    get("Patient?" + by("u")), is("Bundle.total", 1), is("Bundle.entry.resource.active", "true"))
  .test("rest-conditional-update", "an id in the body that is another is refused",
    put("Patient?" + by("u"), "foreign"), refused(400, "value", "${id}"),
    get("Patient/${run}-foreign"), status(404))
  .test("rest-conditional-update", "no match and an own id: created under this id",
    put("Patient?" + by("n"), "named"), status(201), is("Patient.id", "${run}-n"),
    put("Patient?" + by("nowhere"), "named"), refused(409, "conflict", "${run}-n"),
    get("Patient/${run}-n"), is("Patient.meta.versionId", "1"))
  .test("rest-conditional-update", "several matches: 412 and nothing is changed",
    post("Patient", "plain", { into: "second" }), status(201),
    put("Patient?" + by("u"), "plain"), refused(412, "multiple-matches", "more than one"),
    get("Patient/${id}"), is("Patient.meta.versionId", "2"))
  .test("rest-condition-unknown", "without a condition, or with one that is not understood, it is refused",
    put("Patient", "plain"), refused(400, "required", "condition"),
    put("Patient?pateint=1", "plain"), refused(400, "value", "pateint"))
  .teardown(del("Patient/${id}"), del("Patient/${twin}"), del("Patient/${run}-n"));

const remove = script("gateway", "conditional-delete", "Conditional delete and patch",
  "DELETE and PATCH [base]/[type]?condition: one match or none, never several.")
  .run()
  .fixture("d", one("d"))
  .fixture("t", one("t"))
  .fixture("patch", parameters({ name: "operation", part: [
    part("type", { valueCode: "add" }), part("path", { valueString: "Patient" }),
    part("name", { valueString: "active" }), part("value", { valueBoolean: true })] }))
  .variable("d", { sourceId: "made-d", expression: "Patient.id" })
  .variable("t1", { sourceId: "made-t1", expression: "Patient.id" })
  .variable("t2", { sourceId: "made-t2", expression: "Patient.id" })
  .setup(post("Patient", "d", { into: "made-d" }), status(201),
    post("Patient", "t", { into: "made-t1" }), status(201),
    post("Patient", "t", { into: "made-t2" }), status(201))
  .test("rest-conditional-patch", "a conditional patch changes the one match",
    patch("Patient?" + by("d"), "patch", { contentType: "application/fhir+json" }), status(200),
    is("Patient.id", "${d}"), is("Patient.active", "true"), header("ETag", 'W/"2"'))
  .test("rest-conditional-patch", "a conditional patch of several or of none changes nothing",
    patch("Patient?" + by("t"), "patch", { contentType: "application/fhir+json" }),
    refused(412, "multiple-matches"),
    get("Patient/${t1}"), is("Patient.meta.versionId", "1"), none("Patient.active"),
    patch("Patient?" + by("none"), "patch", { contentType: "application/fhir+json" }), refused(404, "not-found"))
  .test("rest-conditional-delete", "one match: it is deleted",
    del("Patient?" + by("d")), status(204),
    get("Patient/${d}"), refused(410, "deleted"))
  .test("rest-conditional-delete", "no match: nothing to do, no fault",
    del("Patient?" + by("d")), status(204))
  .test("rest-conditional-delete", "several matches: 412 and nothing is deleted",
    del("Patient?" + by("t")), refused(412, "multiple-matches", "more than one"),
    get("Patient/${t1}"), status(200), get("Patient/${t2}"), status(200))
  .test("rest-condition-unknown", "a condition that is not understood deletes nothing",
    del("Patient?pateint=1"), refused(400, "value", "pateint"),
    get("Patient/${t1}"), status(200))
  .teardown(del("Patient/${d}"), del("Patient/${t1}"), del("Patient/${t2}"));

export default [create, update, remove];
