// NDJSON: many resources of one type, a line each.
import { script, get, post, put, del, status, is, yes, count, resource, refused } from "../lib.mjs";

const NDJSON = "application/fhir+ndjson";
const LINES = { contentType: NDJSON };
const person = (tag, more = {}) => ({
  resourceType: "Patient", identifier: [{ system: "urn:auspex:suite", value: "${run}-" + tag }], ...more });
const by = (tag) => "identifier=urn:auspex:suite|${run}-" + tag;
const lines = (...all) => all.map((line) => (typeof line === "string" ? line : JSON.stringify(line)) + "\n").join("");
const named = (n, more = {}) => person("named", { id: "${run}-" + n, ...more });
const load = (type, body, more = {}) => post(type, body, { contentType: NDJSON, ...more });
// What the first issue counts.
const sums = (text) => [status(200), resource("OperationOutcome"),
  yes(`OperationOutcome.issue[0].details.text.startsWith('${text}')`)];
// The fault of a line, and where it stands.
const fault = (line, code, column = "") => yes(
  `OperationOutcome.issue.where(severity = 'error' and code = '${code}' and details.text.startsWith('Line ${line}: ')` +
  ` and diagnostics.startsWith('line ${line}, column ${column}')).exists()`);

const loading = script("gateway", "load", "Loading NDJSON",
  "POST [type] with application/fhir+ndjson: each line for itself, counted, faults by their line.")
  .run()
  .fixture("three", lines(person("l", { gender: "male" }), person("l", { gender: "female" }), person("l")), LINES)
  .variable("l0", { sourceId: "loaded", expression: "Bundle.entry[0].resource.id" })
  .variable("l1", { sourceId: "loaded", expression: "Bundle.entry[1].resource.id" })
  .variable("l2", { sourceId: "loaded", expression: "Bundle.entry[2].resource.id" })
  .setup(load("Patient", "three"))
  .test("load-lines", "each line is stored and counted",
    sums("3 lines: 3 created, 0 updated, 0 unchanged, 0 refused"), is("OperationOutcome.issue.severity", "information"),
    get("Patient?" + by("l"), { into: "loaded" }), status(200), is("Bundle.total", 3),
    count("Bundle.entry.resource.where(gender = 'male')", 1), count("Bundle.entry.resource.where(gender = 'female')", 1))
  .fixture("ids", lines(named("a"), "", named("b", { active: true })), LINES)
  .fixture("again", lines(named("a", { active: false }), named("b", { active: true })), LINES)
  .test("load-id", "a line with an id is an update; one that changes nothing makes no version",
    load("Patient", "ids"), sums("2 lines: 2 created, 0 updated, 0 unchanged"),
    load("Patient", "ids"), sums("2 lines: 0 created, 0 updated, 2 unchanged"),
    load("Patient", "again"), sums("2 lines: 0 created, 1 updated, 1 unchanged"),
    get("Patient/${run}-a"), status(200), is("Patient.active", "false"), is("Patient.meta.versionId", "2"),
    get("Patient/${run}-b"), status(200), is("Patient.meta.versionId", "1"))
  .fixture("faulty", lines(person("f", { id: "${run}-f1" }), '{"resourceType":"Patient",', "",
    '{"resourceType":"Patient",  "gender":"purple"}', { resourceType: "Basic", code: { text: "x" } },
    { resourceType: "Patient", id: "no/id" }, person("f", { id: "${run}-f2" })), LINES)
  .test("load-faults", "faults name their line and column; the other lines are stored",
    load("Patient", "faulty"), sums("6 lines: 2 created, 0 updated, 0 unchanged, 4 refused"),
    is("OperationOutcome.issue[0].severity", "warning"),
    fault(2, "structure"), fault(4, "code-invalid", "38"), fault(5, "invalid", "1"), fault(6, "value", "1"),
    yes("OperationOutcome.issue.where(code = 'code-invalid').expression = 'Patient.gender'"),
    get("Patient?" + by("f")), status(200), is("Bundle.total", 2))
  .fixture("keyed", lines(person("k"), person("k")), LINES)
  .fixture("other", lines(person("k-other")), LINES)
  .variable("k0", { sourceId: "keyed-all", expression: "Bundle.entry[0].resource.id" })
  .variable("k1", { sourceId: "keyed-all", expression: "Bundle.entry[1].resource.id" })
  .test("load-key", "under its key a load is done once; another under the same key is refused",
    load("Patient", "keyed", { headers: { "Idempotency-Key": "${run}-load" } }), sums("2 lines: 2 created"),
    load("Patient", "keyed", { headers: { "Idempotency-Key": "${run}-load" } }), status(200),
    get("Patient?" + by("k"), { into: "keyed-all" }), is("Bundle.total", 2),
    load("Patient", "other", { headers: { "Idempotency-Key": "${run}-load" } }), refused(422, "duplicate", "Idempotency-Key"),
    get("Patient?" + by("k-other")), is("Bundle.total", 0))
  .test("load-refused", "what cannot be a load is refused and stores nothing",
    load("Patient", "other", { headers: { "If-None-Exist": by("k-other") } }), refused(400, "not-supported", "If-None-Exist"),
    load("Nonsense", "other"), status(404), resource("OperationOutcome"),
    put("Patient/${run}-put", "other", { contentType: NDJSON }), status([400, 415]), resource("OperationOutcome"),
    get("Patient?" + by("k-other")), is("Bundle.total", 0))
  .test("quarantine-no-outcome", "what is not tagged has no outcome of its validation",
    get("Patient/${run}-a/$validation-outcome"), status(404), resource("OperationOutcome"))
  .teardown(...["${l0}", "${l1}", "${l2}", "${k0}", "${k1}", "${run}-a", "${run}-b", "${run}-f1", "${run}-f2"]
    .map((id) => del("Patient/" + id)));

export default [loading];
