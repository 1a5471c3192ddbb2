// What the gateway does only when its operator says so: served with auspex.conf
// beside the scripts.
import { script, get, post, put, del, send, status, is, none, count, header, noHeader, resource, refused, yes, CANONICAL } from "../lib.mjs";

const ORIGIN = "https://app.example.org";
const MRN = "urn:auspex:suite";
const patient = (tag, more = {}) => ({ resourceType: "Patient", identifier: [{ system: MRN, value: "${run}-" + tag }], ...more });
const found = (tag) => `Patient?identifier=${MRN}|\${run}-${tag}`;

// ---- browsers ------------------------------------------------------------------

const from = (origin, more = {}) => ({ headers: { Origin: origin, ...more } });
const asks = (origin) => from(origin, { "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type, if-match" });
const letIn = [header("Access-Control-Allow-Origin", ORIGIN), header("Vary", "Origin", "contains")];

const browser = script("configured", "browser", "Pages of an allowed origin",
  "Pages of a configured origin may read answers and send requests; all others may not.")
  .run()
  .test("http-cors", "a page of an allowed origin reads answers, refusals, too",
    get("Basic/${run}", from(ORIGIN)), status(200), letIn,
    header("Access-Control-Expose-Headers", "ETag", "contains"), header("Access-Control-Expose-Headers", "Location", "contains"),
    get("Basic/${run}-none", from(ORIGIN)), status(404), letIn)
  .test("http-cors", "caches tell origins and encodings apart",
    get("metadata", from(ORIGIN, { "Accept-Encoding": "gzip" })), status(200), letIn, header("Vary", "Accept-Encoding", "contains"))
  .test("http-cors", "it may ask first whether it may",
    send("OPTIONS", "Patient/${run}", asks(ORIGIN)), status([200, 204]), letIn,
    header("Access-Control-Allow-Methods", "PUT", "contains"), header("Access-Control-Allow-Headers", "Content-Type", "contains"),
    header("Access-Control-Allow-Headers", "If-Match", "contains"))
  .test("http-cors", "pages of other origins are not let in",
    ["https://evil.example", `${ORIGIN}.evil.example`, `${ORIGIN}:8443`, "http://app.example.org", "null"].flatMap((origin) => [
      get("Basic/${run}", from(origin)), status(200), noHeader("Access-Control-Allow-Origin"),
      send("OPTIONS", "Patient/${run}", asks(origin)), noHeader("Access-Control-Allow-Origin")]),
    get("Basic/${run}"), status(200), noHeader("Access-Control-Allow-Origin"));

// ---- the limit of bodies ---------------------------------------------------------

const LARGE = "a".repeat(9000);
const large = script("configured", "limit", "Bodies past the limit",
  "What is larger than the operator allows is 413, and nothing of it is stored.")
  .run()
  .fixture("large", patient("large", { name: [{ text: LARGE }] }))
  .fixture("bundle", { resourceType: "Bundle", type: "transaction", entry: [
    { resource: patient("entry"), request: { method: "POST", url: "Patient" } },
    { resource: patient("entry", { name: [{ text: LARGE }] }), request: { method: "POST", url: "Patient" } }] })
  .fixture("small", patient("small", { name: [{ text: LARGE.slice(0, 7000) }] }))
  .variable("small", { sourceId: "made", expression: "Patient.id" })
  .test("http-too-large", "a create, an update and a transaction that are too large",
    post("Patient", "large"), refused(413, "too-long"),
    put("Patient/${run}-large", "large"), refused(413, "too-long"),
    post("", "bundle"), refused(413, "too-long"),
    get("Patient/${run}-large"), status(404), get(found("large")), is("Bundle.total", 0), get(found("entry")), is("Bundle.total", 0))
  .test("http-too-large", "what is not too large is stored",
    post("Patient", "small", { into: "made" }), status(201), get(found("small")), is("Bundle.total", 1))
  .teardown(del("Patient/${small}"));

// ---- what is faulty and not refused ------------------------------------------------

const TAG = `${CANONICAL}/CodeSystem/tags`;
const as = (sender, more = {}) => ({ ...more, headers: { "X-Sender": sender } });
const kept = script("configured", "faulty", "Faulty resources that are not refused",
  "A sender whose faulty resources are kept apart, one whose are tagged; all others are refused.")
  .run()
  .fixture("apart", patient("apart", { gender: "purple" }))
  .fixture("right", patient("right", { gender: "female" }))
  .fixture("tagged", patient("tagged", { id: "${run}-tagged", gender: "purple" }))
  .fixture("corrected", patient("tagged", { id: "${run}-tagged", gender: "female" }))
  .variable("apart", { sourceId: "kept", headerField: "Content-Location" })
  .variable("right", { sourceId: "made", expression: "Patient.id" })
  .test("quarantine-kept", "the sender is told what is wrong and where it is kept; nothing is stored",
    post("Patient", "apart", as("strict-ward", { into: "kept" })), status(202), resource("OperationOutcome"),
    yes("OperationOutcome.issue.where(severity = 'error' and code = 'code-invalid' and expression = 'Patient.gender').exists()"),
    yes("OperationOutcome.issue.where(severity = 'warning' and code = 'incomplete').exists()"),
    header("Content-Location", "/$quarantine/", "contains"),
    get(found("apart")), is("Bundle.total", 0))
  .test("quarantine-kept", "the sender may ask what became of it, others may not",
    get("${apart}", as("strict-ward")), status(200), resource("OperationOutcome"),
    yes("OperationOutcome.issue.where(severity = 'error' and code = 'code-invalid').exists()"),
    get("${apart}", as("lenient-ward")), refused(404, "not-found"))
  .test("quarantine-kept", "what is right is stored, and other senders' faults are refused",
    post("Patient", "right", as("strict-ward", { into: "made" })), status(201),
    post("Patient", "apart", as("another-ward")), refused(422, "code-invalid"), get(found("apart")), is("Bundle.total", 0))
  .test("quarantine-tagged", "the other's is stored with a tag by which it is found",
    put("Patient/${run}-tagged", "tagged", as("lenient-ward")), status(201),
    get("Patient/${run}-tagged"), status(200), is("Patient.gender", "purple"),
    count(`Patient.meta.tag.where(system = '${TAG}' and code = 'validation-failed')`, 1),
    get(`Patient?_id=\${run}-tagged&_tag=${TAG}|validation-failed`), is("Bundle.total", 1))
  .test("quarantine-tagged", "and what was found can be asked for",
    get("Patient/${run}-tagged/$validation-outcome"), status(200), resource("OperationOutcome"),
    yes("OperationOutcome.issue.where(severity = 'error' and code = 'code-invalid' and expression = 'Patient.gender').exists()"))
  .test("quarantine-tagged", "what is corrected has no tag any more",
    put("Patient/${run}-tagged", "corrected", as("lenient-ward")), status(200),
    get("Patient/${run}-tagged"), none("Patient.meta.tag"),
    get("Patient/${run}-tagged/$validation-outcome"), refused(404, "not-found"))
  .teardown(del("Patient/${run}-tagged"), del("Patient/${right}"));

export default [browser, large, kept];
