// PATCH in both forms.
import { script, get, put, del, patch, status, is, none, header, resource, refused, parameters, part } from "../lib.mjs";

const who = { resourceType: "Patient", id: "${run}", identifier: [{ system: "urn:auspex:suite", value: "${run}" }],
  name: [{ family: "Before", given: ["One", "Two"] }] };
const JSON_PATCH = { contentType: "application/json-patch+json" };
const FHIR_PATH = { contentType: "application/fhir+json" };
const operation = (type, path, more = {}) => ({ name: "operation", part: [
  part("type", { valueCode: type }), part("path", { valueString: path }),
  ...Object.entries(more).map(([name, value]) => part(name, value))] });

const jsonPatch = script("gateway", "patch-json", "JSON Patch",
  "PATCH with application/json-patch+json (RFC 6902): all of it or nothing.")
  .run()
  .fixture("who", who)
  .fixture("all", [
    { op: "test", path: "/name/0/family", value: "Before" },
    { op: "add", path: "/active", value: true },
    { op: "add", path: "/name/-", value: { text: "Second" } },
    { op: "replace", path: "/name/0/family", value: "After" },
    { op: "move", from: "/name/0/given/0", path: "/name/0/given/1" },
    { op: "copy", from: "/name/0/given/1", path: "/name/1/family" }])
  .fixture("fails", [{ op: "replace", path: "/active", value: false }, { op: "test", path: "/active", value: true }])
  .fixture("missing", [{ op: "remove", path: "/nothing" }])
  .fixture("invalid", [{ op: "add", path: "/gender", value: "?" }])
  .fixture("renames", [{ op: "replace", path: "/id", value: "other" }])
  .fixture("nothing", [])
  .fixture("object", { op: "add" })
  .fixture("off", [{ op: "remove", path: "/active" }, { op: "add", path: "/language", value: "en" }])
  .setup(put("Patient/${run}", "who"), status(201))
  .test("rest-patch-json", "the operations are done in their order",
    patch("Patient/${run}", "all", JSON_PATCH), status(200), resource("Patient"), header("ETag", 'W/"2"'),
    is("Patient.active", "true"), is("Patient.name[0].family", "After"), is("Patient.name[1].text", "Second"),
    is("Patient.name[0].given[0]", "Two"), is("Patient.name[0].given[1]", "One"), is("Patient.name[1].family", "One"),
    get("Patient/${run}"), is("Patient.meta.versionId", "2"), is("Patient.name[0].family", "After"))
  .test("rest-patch-atomic", "an operation that fails undoes those before it",
    patch("Patient/${run}", "fails", JSON_PATCH), refused(422, "processing", "operation 1"),
    patch("Patient/${run}", "missing", JSON_PATCH), refused(422, "processing", "/nothing"),
    get("Patient/${run}"), is("Patient.meta.versionId", "2"), is("Patient.active", "true"))
  .test("rest-patch-validated", "what comes out is validated, and keeps its id",
    patch("Patient/${run}", "invalid", JSON_PATCH), refused(422, "code-invalid", null, { at: "Patient.gender" }),
    patch("Patient/${run}", "renames", JSON_PATCH), refused(422, "processing", "id"),
    get("Patient/${run}"), is("Patient.meta.versionId", "2"), none("Patient.gender"))
  .test("rest-patch-json", "a patch that changes nothing makes no version",
    patch("Patient/${run}", "nothing", JSON_PATCH), status(200), header("ETag", 'W/"2"'))
  .test("rest-patch-json", "what is no patch is refused",
    patch("Patient/${run}", "object", JSON_PATCH), refused(400, "structure", "array"),
    patch("Patient/${run}-never", "nothing", JSON_PATCH), refused(404, "not-found", "${run}-never"))
  .test("rest-if-match", "If-Match guards a patch",
    patch("Patient/${run}", "off", { ...JSON_PATCH, headers: { "If-Match": 'W/"1"' } }), refused(412, "conflict"),
    get("Patient/${run}"), is("Patient.active", "true"),
    patch("Patient/${run}", "off", { ...JSON_PATCH, headers: { "If-Match": 'W/"2"' } }), status(200),
    header("ETag", 'W/"3"'), none("Patient.active"), is("Patient.language", "en"),
    get("Patient/${run}"), none("Patient.active"))
  .test("rest-patch-gone", "what is deleted cannot be patched",
    del("Patient/${run}"), status(204),
    patch("Patient/${run}", "off", JSON_PATCH), refused(410, "deleted"))
  .teardown(del("Patient/${run}"));

const fhirPath = script("gateway", "patch-fhirpath", "FHIRPath Patch",
  "PATCH with Parameters (R4 fhirpatch): add, insert, delete, replace, move.")
  .run()
  .fixture("who", who)
  .fixture("all", parameters(
    operation("replace", "Patient.name.family", { value: { valueString: "After" } }),
    operation("add", "Patient", { name: { valueString: "birthDate" }, value: { valueDate: "1950-01-01" } }),
    operation("insert", "Patient.name.given", { index: { valueInteger: 0 }, value: { valueString: "Zero" } }),
    operation("add", "Patient", { name: { valueString: "deceased" }, value: { valueBoolean: true } }),
    operation("add", "Patient", { name: { valueString: "telecom" },
      value: { valueContactPoint: { system: "phone", value: "555" } } })))
  .fixture("more", parameters(
    operation("move", "Patient.name.given", { source: { valueInteger: 0 }, destination: { valueInteger: 2 } }),
    operation("delete", "Patient.telecom")))
  .fixture("several", parameters(operation("replace", "Patient.name.family", { value: { valueString: "Lost" } }),
    operation("delete", "Patient.name.given")))
  .fixture("unknown", parameters(operation("change", "Patient.name.family")))
  .fixture("broken", parameters(operation("delete", "Patient.name.(")))
  .fixture("nonsense", parameters(operation("add", "Patient", { name: { valueString: "nonsense" }, value: { valueString: "x" } })))
  .setup(put("Patient/${run}", "who"), status(201))
  .test("rest-patch-fhirpath", "the operations are done in their order",
    patch("Patient/${run}", "all", FHIR_PATH), status(200), header("ETag", 'W/"2"'),
    is("Patient.name.family", "After"), is("Patient.birthDate", "1950-01-01"), is("Patient.name.given[0]", "Zero"),
    is("Patient.name.given[1]", "One"), is("Patient.deceased", "true"), is("Patient.telecom.value", "555"),
    patch("Patient/${run}", "more", FHIR_PATH), status(200), header("ETag", 'W/"3"'),
    is("Patient.name.given[0]", "One"), is("Patient.name.given[1]", "Two"), is("Patient.name.given[2]", "Zero"),
    none("Patient.telecom"),
    get("Patient/${run}"), is("Patient.meta.versionId", "3"), is("Patient.name.given.count()", 3))
  .test("rest-patch-atomic", "a path that means several elements, and what is no operation, change nothing",
    patch("Patient/${run}", "several", FHIR_PATH), refused(422, "processing", "3 elements"),
    patch("Patient/${run}", "unknown", FHIR_PATH), refused(422, "processing", "none of add"),
    patch("Patient/${run}", "broken", FHIR_PATH), refused(422, "processing", "operation 0"),
    patch("Patient/${run}", "nonsense", FHIR_PATH), refused(422, "processing", "does not exist"),
    get("Patient/${run}"), is("Patient.meta.versionId", "3"), is("Patient.name.family", "After"))
  .teardown(del("Patient/${run}"));

export default [jsonPatch, fhirPath];
