// Transactions and batches.
import { script, get, post, put, del, send, status, is, yes, none, count, header, resource, refused, bundle, entry, concept,
  quantity, ref, digits, json, LOINC } from "../lib.mjs";

const person = (tag, more = {}) => ({
  resourceType: "Patient", identifier: [{ system: "urn:auspex:suite", value: "${run}-" + tag }], ...more });
const by = (tag) => "identifier=urn:auspex:suite|${run}-" + tag;
const value = (subject, more = {}) => ({
  resourceType: "Observation", status: "final", code: concept(LOINC, "718-7"), subject: { reference: subject },
  effectiveDateTime: "2020-02-03", valueQuantity: quantity(digits("11.50"), "g/dL"), ...more });
const bad = { resourceType: "Patient", gender: "no such", birthDate: "2020-13-01", unheard: true };
const uuid = (n) => `urn:uuid:0a4d8c53-7f51-4c7c-8a55-3a9c6d9d9c0${n}`;
const locationOf = (n) => `Bundle.entry[${n}].response.location`;
const idOf = (n, type, from) => ({
  sourceId: from, expression: `${locationOf(n)}.replaceMatches('^.*${type}/([^/]+)/_history/.*$', '$1')` });

const transaction = script("gateway", "transaction", "Transaction",
  "POST [base] with a transaction: all or nothing, references resolved, answers in the order of the entries.")
  .run()
  .fixture("linked", bundle("transaction",
    entry("POST", "Observation", value(uuid(1), { hasMember: undefined }), { fullUrl: uuid(2) }),
    entry("POST", "Patient", person("t"), { fullUrl: uuid(1) })))
  .variable("obs", idOf(0, "Observation", "done"))
  .variable("pat", idOf(1, "Patient", "done"))
  .setup(post("", "linked", { into: "done", type: "transaction" }))
  .test(["bundle-transaction", "bundle-order"], "each entry is answered in its place",
    status(200), resource("Bundle"), is("Bundle.type", "transaction-response"), count("Bundle.entry", 2), json(),
    yes("Bundle.entry.response.status.all($this.startsWith('201'))"),
    yes(locationOf(0) + ".contains('Observation/')"), yes(locationOf(1) + ".contains('Patient/')"),
    yes(locationOf(0) + ".endsWith('/_history/1')"),
    is("Bundle.entry[0].response.etag", 'W/"1"'), is("Bundle.entry[1].response.etag", 'W/"1"'),
    yes("Bundle.entry.response.lastModified.count() = 2"))
  .test("bundle-references", "urn:uuid references lead to what was stored",
    get("Observation/${obs}"), status(200), is("Observation.subject.reference", "Patient/${pat}"),
    is("Observation.value.value.toString()", "11.50"), is("Observation.meta.versionId", "1"),
    get("Patient/${pat}"), status(200), is("Patient.identifier.value", "${run}-t"))
  .fixture("narrated", bundle("transaction",
    entry("POST", "Patient", person("narrated", { text: { status: "generated",
      div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${uuid(5)}">report</a></div>` } })),
    entry("POST", "Basic", { resourceType: "Basic", code: { text: "a report" } }, { fullUrl: uuid(5) })))
  .variable("narrated", idOf(0, "Patient", "told"))
  .variable("report", idOf(1, "Basic", "told"))
  .test("bundle-references", "links of a narrative lead to what was stored, too",
    post("", "narrated", { into: "told" }), status(200),
    get("Patient/${narrated}"), yes("Patient.text.div.toString().contains('href=\"Basic/${report}\"')"))
  .fixture("atomic", bundle("transaction",
    entry("POST", "Patient", person("never")),
    entry("POST", "Patient", bad),
    entry("POST", "Observation", { resourceType: "Observation", code: {} }),
    entry("DELETE", "Patient/x/y")))
  .test(["bundle-atomic", "bundle-fault-place"], "every fault of every entry is named, and nothing is stored",
    post("", "atomic", { type: "transaction" }), status([400, 422]), resource("OperationOutcome"),
    yes("OperationOutcome.issue.where(code = 'code-invalid').expression.where($this = 'Bundle.entry[1].resource.gender').exists()"),
    yes("OperationOutcome.issue.expression.where($this = 'Bundle.entry[1].resource.birthDate').exists()"),
    yes("OperationOutcome.issue.expression.where($this.startsWith('Bundle.entry[1].resource') and $this.contains('unheard')).exists() or " +
        "OperationOutcome.issue.where(details.text.contains('unheard')).exists()"),
    yes("OperationOutcome.issue.expression.where($this.startsWith('Bundle.entry[2].resource')).exists()"),
    yes("OperationOutcome.issue.expression.where($this = 'Bundle.entry[3].request.url').exists()"),
    none("OperationOutcome.issue.expression.where($this.startsWith('Bundle.entry[0]'))"),
    get("Patient?" + by("never")), status(200), is("Bundle.total", 0))
  .fixture("once", bundle("transaction", entry("POST", "Patient", person("once"), { ifNoneExist: by("once") })))
  .variable("once", idOf(0, "Patient", "first-once"))
  .test("bundle-conditional", "a conditional create is done once",
    post("", "once", { into: "first-once" }), status(200), yes("Bundle.entry.response.status.startsWith('201')"),
    post("", "once"), status(200), yes("Bundle.entry.response.status.startsWith('200')"),
    yes(locationOf(0) + ".contains('Patient/${once}/_history/1')"),
    get("Patient?" + by("once")), is("Bundle.total", 1))
  .fixture("refers", bundle("transaction", entry("POST", "Observation", value("Patient?" + by("t")))))
  .fixture("refers-nobody", bundle("transaction", entry("POST", "Observation", value("Patient?" + by("nobody")))))
  .fixture("twin", person("twin"))
  .fixture("refers-twin", bundle("transaction", entry("POST", "Observation", value("Patient?" + by("twin")))))
  .variable("referring", idOf(0, "Observation", "referred"))
  .variable("twin1", { sourceId: "t1", expression: "Patient.id" })
  .variable("twin2", { sourceId: "t2", expression: "Patient.id" })
  .test("bundle-conditional-reference", "a conditional reference becomes the one that it means",
    post("", "refers", { into: "referred" }), status(200),
    get("Observation/${referring}"), is("Observation.subject.reference", "Patient/${pat}"))
  .test("bundle-conditional-reference", "one that means nobody or several is refused with its place",
    post("", "refers-nobody"), refused(422, "not-found", "${run}-nobody", { at: "Bundle.entry[0].resource.subject.reference" }),
    post("Patient", "twin", { into: "t1" }), status(201), post("Patient", "twin", { into: "t2" }), status(201),
    post("", "refers-twin"), refused(422, "multiple-matches", "more than one",
      { at: "Bundle.entry[0].resource.subject.reference" }))
  .fixture("nowhere", bundle("transaction",
    entry("POST", "Patient", person("nowhere"), { fullUrl: uuid(3) }), entry("POST", "Observation", value(uuid(4)))))
  .test("bundle-reference-nowhere", "a urn that no entry has is refused with its place, and nothing is stored",
    post("", "nowhere"), refused(422, "not-found", uuid(4), { at: "Bundle.entry[1].resource.subject.reference" }),
    get("Patient?" + by("nowhere")), status(200), is("Bundle.total", 0))
  .fixture("nowhere-alone", value(uuid(4)))
  .fixture("nowhere-put", bundle("batch",
    entry("PUT", "Observation/${run}-nowhere", { ...value(uuid(4)), id: "${run}-nowhere" })))
  .test("bundle-reference-nowhere", "so is one in a resource that comes alone, and in an update of a batch",
    post("Observation", "nowhere-alone"), refused(422, "not-found", uuid(4), { at: "Observation.subject.reference" }),
    post("", "nowhere-put"), status(200), yes("Bundle.entry[0].response.status.startsWith('422')"),
    is("Bundle.entry[0].response.outcome.issue.where(severity = 'error').expression", "Bundle.entry[0].resource.subject.reference"),
    get("Observation/${run}-nowhere"), status(404))
  .fixture("reads", bundle("transaction",
    entry("GET", "Patient?" + by("fresh")), entry("POST", "Patient", person("fresh"))))
  .variable("fresh", idOf(1, "Patient", "read-after"))
  .test("bundle-order", "reads come after the writes, whatever their place",
    post("", "reads", { into: "read-after" }), status(200), is("Bundle.entry[0].resource.type", "searchset"),
    is("Bundle.entry[0].resource.total", 1), is("Bundle.entry[0].resource.entry.resource.identifier.value", "${run}-fresh"))
  .fixture("put-1", bundle("transaction", entry("PUT", "Patient/${run}-put", { ...person("put"), id: "${run}-put", active: true })))
  .fixture("put-2", bundle("transaction", entry("PUT", "Patient/${run}-put", { ...person("put"), id: "${run}-put", active: false })))
  .fixture("put-3", bundle("transaction", entry("PUT", "Patient/${run}-put", { ...person("put"), id: "${run}-put" }, { ifMatch: 'W/"1"' })))
  .test("bundle-put", "updates make versions, unless nothing changes; ifMatch guards them",
    post("", "put-1"), yes("Bundle.entry.response.status.startsWith('201')"), is("Bundle.entry.response.etag", 'W/"1"'),
    post("", "put-1"), yes("Bundle.entry.response.status.startsWith('200')"), is("Bundle.entry.response.etag", 'W/"1"'),
    post("", "put-2"), is("Bundle.entry.response.etag", 'W/"2"'),
    post("", "put-3"), refused(412, "conflict", "version 2"),
    get("Patient/${run}-put"), is("Patient.active", "false"), is("Patient.meta.versionId", "2"))
  .fixture("mixed", bundle("transaction",
    entry("POST", "Patient", person("again"), { ifNoneExist: by("put") }),
    entry("DELETE", "Patient/${run}-put"),
    entry("PUT", "Patient?" + by("once"), { ...person("once"), active: true }),
    entry("GET", "Patient/${run}-put")))
  .variable("again", idOf(0, "Patient", "mixture"))
  .test("bundle-order", "deletes come first, then creates, updates, reads; answers keep their places",
    post("", "mixed", { into: "mixture" }), status(200), count("Bundle.entry", 4),
    yes("Bundle.entry[0].response.status.startsWith('201')"), yes("Bundle.entry[1].response.status.startsWith('204')"),
    yes("Bundle.entry[2].response.status.startsWith('200')"), yes(locationOf(2) + ".contains('Patient/${once}/_history/2')"),
    yes("Bundle.entry[3].response.status.startsWith('410')"),
    get("Patient/${run}-put"), status(410), get("Patient/${once}"), is("Patient.active", "true"))
  .fixture("histories", bundle("transaction",
    entry("GET", "Patient/${once}/_history"), entry("GET", "Patient/_history?_count=1"), entry("GET", "_history?_count=1"),
    entry("PUT", "Patient/${once}", { ...person("once"), id: "${once}", gender: "other" })))
  .test(["bundle-history", "bundle-order"], "histories are asked after the writes",
    post("", "histories"), status(200), yes("Bundle.entry.response.status.all($this.startsWith('200'))"),
    is("Bundle.entry[0].resource.type", "history"), count("Bundle.entry[0].resource.entry", 3),
    is("Bundle.entry[0].resource.entry[0].resource.gender", "other"),
    is("Bundle.entry[1].resource.type", "history"), count("Bundle.entry[1].resource.entry", 1),
    is("Bundle.entry[2].resource.type", "history"), count("Bundle.entry[2].resource.entry", 1))
  .fixture("overlap", bundle("transaction",
    entry("DELETE", "Patient/${once}"), entry("PUT", "Patient?" + by("once"), person("once"))))
  .test("bundle-overlap", "two entries may not mean one resource",
    post("", "overlap"), refused(400, "duplicate", "Patient/${once}"),
    get("Patient/${once}"), status(200), is("Patient.meta.versionId", "3"))
  .fixture("twins", bundle("transaction",
    entry("POST", "Patient", person("twins"), { ifNoneExist: by("twins") }),
    entry("POST", "Patient", person("twins"), { ifNoneExist: by("twins").replace("|", "%7C") })))
  .fixture("twin-puts", bundle("transaction",
    entry("PUT", "Patient?" + by("twins"), person("twins")), entry("PUT", "Patient?" + by("twins"), person("twins"))))
  .fixture("twin-and-plain", bundle("transaction", entry("POST", "Patient", person("twins")),
    entry("POST", "Patient", person("twins"), { ifNoneExist: by("twins") })))
  .test("bundle-overlap", "conditions that keep one from being made twice see what the transaction itself makes",
    post("", "twins"), refused(400, "duplicate", "Entries 0 and 1", { at: "Bundle.entry[1]" }),
    post("", "twin-puts"), refused(400, "duplicate", "Entries 0 and 1", { at: "Bundle.entry[1]" }),
    post("", "twin-and-plain"), refused(400, "duplicate", "entry 0", { at: "Bundle.entry[1].request.ifNoneExist" }),
    get("Patient?" + by("twins")), status(200), is("Bundle.total", 0))
  .teardown(del("Patient/${narrated}"), del("Basic/${report}"), del("Observation/${obs}"), del("Observation/${referring}"), del("Patient/${pat}"), del("Patient/${once}"),
    del("Patient/${fresh}"), del("Patient/${again}"), del("Patient/${twin1}"), del("Patient/${twin2}"));

const batch = script("gateway", "batch", "Batch",
  "POST [base] with a batch: each entry for itself, answered in its place.")
  .run()
  .fixture("four", bundle("batch",
    entry("POST", "Patient", person("b1")), entry("POST", "Patient", bad),
    entry("GET", "Patient/${run}-nobody"), entry("POST", "Patient", person("b2")),
    entry("GET", "Patient?" + by("b0")), entry("DELETE", "Patient/${run}-nobody")))
  .fixture("collection", bundle("collection", entry("POST", "Patient", person("c"))))
  .fixture("patient", person("p"))
  .fixture("empty", { resourceType: "Bundle", type: "batch" })
  .variable("b1", idOf(0, "Patient", "done"))
  .variable("b2", idOf(3, "Patient", "done"))
  .test(["bundle-batch", "bundle-order"], "each entry is done for itself",
    post("", "four", { into: "done", type: "batch" }), status(200), is("Bundle.type", "batch-response"), count("Bundle.entry", 6),
    yes("Bundle.entry[0].response.status.startsWith('201')"), yes("Bundle.entry[1].response.status.startsWith('422')"),
    yes("Bundle.entry[1].response.outcome.issue.where(code = 'code-invalid').exists()"),
    yes("Bundle.entry[1].response.location.empty()"),
    yes("Bundle.entry[2].response.status.startsWith('404')"), yes("Bundle.entry[3].response.status.startsWith('201')"),
    yes("Bundle.entry[4].response.status.startsWith('200')"), is("Bundle.entry[4].resource.total", 0),
    yes("Bundle.entry[5].response.status.startsWith('204')"),
    get("Patient/${b1}"), status(200), is("Patient.identifier.value", "${run}-b1"),
    get("Patient/${b2}"), status(200), is("Patient.identifier.value", "${run}-b2"))
  .fixture("chained", bundle("batch",
    entry("PUT", "Patient/${run}-chain", { ...person("chain"), id: "${run}-chain" }),
    ...[1, 2].map(() => entry("POST", "Observation", value("Patient/${run}-chain"),
      { ifNoneExist: "code=718-7&patient.identifier=urn:auspex:suite|${run}-chain" }))))
  .variable("chained", idOf(1, "Observation", "chain"))
  .test("bundle-conditional", "a condition on another resource sees what the entries before made",
    post("", "chained", { into: "chain" }), status(200), yes("Bundle.entry[1].response.status.startsWith('201')"),
    yes("Bundle.entry[2].response.status.startsWith('200')"), yes(locationOf(2) + ".contains('Observation/${chained}/')"),
    get("Observation?patient=Patient/${run}-chain&_summary=count"), is("Bundle.total", 1))
  .test("bundle-type", "what is neither batch nor transaction is refused",
    post("", "collection"), refused(400, "not-supported", "batch or transaction"),
    get("Patient?" + by("c")), is("Bundle.total", 0),
    post("", "patient"), status(400), resource("OperationOutcome"))
  .teardown(del("Observation/${chained}"), del("Patient/${run}-chain"), del("Patient/${b1}"), del("Patient/${b2}"));

const once = script("gateway", "once", "Exactly once",
  "Idempotency-Key: the effect once, the answer as the first time.")
  .run()
  .fixture("a", person("a"))
  .fixture("other", person("other"))
  .fixture("faulty", { ...person("f"), gender: "x" })
  .fixture("mended", person("f"))
  .fixture("bundle", bundle("transaction", entry("POST", "Patient", person("t")), entry("POST", "Patient", person("t"))))
  .fixture("half", bundle("batch", entry("POST", "Patient", person("half")), entry("POST", "Patient", bad)))
  .variable("h0", idOf(0, "Patient", "half-made"))
  .variable("id", { sourceId: "first", expression: "Patient.id" })
  .variable("f", { sourceId: "mended-made", expression: "Patient.id" })
  .variable("place0", { sourceId: "bundle-made", expression: locationOf(0) })
  .variable("t0", idOf(0, "Patient", "bundle-made"))
  .variable("t1", idOf(1, "Patient", "bundle-made"))
  .setup(post("Patient", "a", { headers: { "Idempotency-Key": "${run}-1" }, into: "first" }))
  .test("once-key", "the same request under the same key is answered as the first time and done once",
    status(201),
    post("Patient", "a", { headers: { "Idempotency-Key": "${run}-1" } }), status(201), is("Patient.id", "${id}"),
    is("Patient.meta.versionId", "1"),
    { assert: { description: "the place is that of the first time", headerField: "Location", operator: "contains",
      value: "/Patient/${id}/_history/1", warningOnly: false } },
    post("Patient", "a", { headers: { "Idempotency-Key": '"${run}-1"' } }), status(201), is("Patient.id", "${id}"),
    get("Patient?" + by("a")), is("Bundle.total", 1))
  .test("once-key-other", "another request under the same key is refused",
    post("Patient", "other", { headers: { "Idempotency-Key": "${run}-1" } }), refused(422, "duplicate", "Idempotency-Key"),
    get("Patient?" + by("other")), is("Bundle.total", 0))
  .test("once-key-refusal", "a refusal uses up no key",
    post("Patient", "faulty", { headers: { "Idempotency-Key": "${run}-2" } }), status(422),
    post("Patient", "mended", { headers: { "Idempotency-Key": "${run}-2" }, into: "mended-made" }), status(201))
  .test("once-key", "a transaction under a key is done once",
    post("", "bundle", { headers: { "Idempotency-Key": "${run}-3" }, into: "bundle-made" }), status(200), count("Bundle.entry", 2),
    post("", "bundle", { headers: { "Idempotency-Key": "${run}-3" } }), status(200), is(locationOf(0), "${place0}"),
    get("Patient?" + by("t")), is("Bundle.total", 2))
  .test("once-key", "of a batch under a key what was stored is kept, what was refused is tried again",
    post("", "half", { headers: { "Idempotency-Key": "${run}-4" }, into: "half-made" }), status(200),
    yes("Bundle.entry[0].response.status.startsWith('201')"), yes("Bundle.entry[1].response.status.startsWith('422')"),
    post("", "half", { headers: { "Idempotency-Key": "${run}-4" } }), status(200),
    yes("Bundle.entry[0].response.status.startsWith('201')"), yes(locationOf(0) + ".contains('Patient/${h0}/_history/1')"),
    yes("Bundle.entry[1].response.status.startsWith('422')"),
    get("Patient?" + by("half")), is("Bundle.total", 1))
  .test("once-key-form", "what cannot be a key is refused",
    post("Patient", "other", { headers: { "Idempotency-Key": "two words" } }), refused(400, "value", "two words"),
    post("Patient", "other", { headers: { "Idempotency-Key": "k".repeat(256) } }), refused(400, "value", "1 to 255"),
    get("Patient?" + by("other")), is("Bundle.total", 0))
  .teardown(del("Patient/${id}"), del("Patient/${f}"), del("Patient/${t0}"), del("Patient/${t1}"), del("Patient/${h0}"));

const later = script("gateway", "async", "Bundles that are done later",
  "Prefer: respond-async: 202 and where to ask; carried out once; refused and unknown ones are told.")
  .run()
  .fixture("good", bundle("transaction", entry("POST", "Patient", person("later")), entry("POST", "Patient", person("later"))))
  .fixture("bad", bundle("transaction", entry("POST", "Patient", bad)))
  .variable("place", { sourceId: "accepted", headerField: "Content-Location" })
  .variable("bad-place", { sourceId: "accepted-bad", headerField: "Content-Location" })
  .variable("l0", idOf(0, "Patient", "answer"))
  .variable("l1", idOf(1, "Patient", "answer"))
  .setup(post("", "good", { headers: { Prefer: "respond-async" }, into: "accepted" }))
  .test("bundle-async", "it is accepted, and Content-Location says where to ask",
    status(202), resource("OperationOutcome"), header("Content-Location", "/$async/", "contains"),
    header("Preference-Applied", "respond-async"), none("OperationOutcome.issue.where(severity = 'error')"))
  .test("bundle-async", "there is the answer when it is done, and stays there",
    get("${place}", { into: "answer", encode: false, wait: true }), status(200), is("Bundle.type", "transaction-response"), count("Bundle.entry", 2),
    yes("Bundle.entry.response.status.all($this.startsWith('201'))"),
    get("Patient?" + by("later")), is("Bundle.total", 2),
    get("${place}", { encode: false }), status(200), is("Bundle.entry[0].response.location.contains('${l0}')", "true"),
    get("Patient?" + by("later")), is("Bundle.total", 2))
  .test("bundle-async", "a faulty one is refused there, with its faults",
    post("", "bad", { headers: { Prefer: "respond-async" }, into: "accepted-bad" }), status(202),
    get("${bad-place}", { encode: false, wait: true }), status(422),
    yes("OperationOutcome.issue.expression.where($this = 'Bundle.entry[0].resource.gender').exists()"))
  .test("bundle-async", "where no job is, there is none", get("$async/no-such-job"), status(404), resource("OperationOutcome"))
  .teardown(del("Patient/${l0}"), del("Patient/${l1}"));

export default [transaction, batch, once, later];
