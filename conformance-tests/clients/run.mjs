// Real clients against a running gateway: what hospitals' programs do, done by
// the libraries they use. Prints TAP; exits with 1 when something failed.
//
//   node run.mjs [BASE]     without BASE a gateway is started and ended

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { Client } from "fhir-kit-client";
import smart from "fhirclient";
import { MedplumClient, MemoryStorage, ClientStorage } from "@medplum/core";

const root = new URL("../..", import.meta.url).pathname;
const tests = [];
const test = (name, run) => tests.push({ name, run });

async function startGateway() {
  const data = mkdtempSync(join(tmpdir(), "auspex-clients-"));
  const child = spawn(
    join(root, process.env.AUSPEX_BUILD ?? "build", "bin/auspex"),
    ["serve", "--listen", "127.0.0.1:0", "--data", data],
    { cwd: root, stdio: ["ignore", "pipe", "ignore"] },
  );
  const base = await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => {
      const found = /listening on (\S+)/.exec(String(text));
      if (found) resolve(found[1]);
    });
    child.on("exit", (code) => reject(new Error(`auspex ended with ${code}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners("exit");
      child.on("exit", resolve);
      child.kill("SIGTERM");
    }).then(() => rmSync(data, { recursive: true, force: true }));
  return { base, stop };
}

const patient = (family) => ({
  resourceType: "Patient",
  identifier: [{ system: "urn:clients", value: family }],
  name: [{ family, given: ["Ada"] }],
});

const observation = (subject) => ({
  resourceType: "Observation",
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "15074-8" }] },
  subject: { reference: subject },
  effectiveDateTime: "2026-01-01",
  valueQuantity: {
    value: 5.4,
    unit: "mmol/L",
    system: "http://unitsofmeasure.org",
    code: "mmol/L",
  },
});

const transaction = (family) => ({
  resourceType: "Bundle",
  type: "transaction",
  entry: [
    {
      fullUrl: "urn:uuid:3b3a2b5e-0000-4000-8000-000000000001",
      resource: patient(family),
      request: { method: "POST", url: "Patient" },
    },
    {
      resource: observation("urn:uuid:3b3a2b5e-0000-4000-8000-000000000001"),
      request: { method: "POST", url: "Observation" },
    },
  ],
});

// --- fhir-kit-client ---------------------------------------------------------

test("fhir-kit-client: create, read, vread, update, patch, delete", async (base) => {
  const client = new Client({ baseUrl: base });
  const made = await client.create({ resourceType: "Patient", body: patient("Kit") });
  assert.ok(made.id);
  const read = await client.read({ resourceType: "Patient", id: made.id });
  assert.equal(read.name[0].family, "Kit");
  const updated = await client.update({
    resourceType: "Patient",
    id: made.id,
    body: { ...read, active: true },
  });
  assert.equal(updated.meta.versionId, "2");
  const patched = await client.patch({
    resourceType: "Patient",
    id: made.id,
    jsonPatch: [{ op: "replace", path: "/active", value: false }],
  });
  assert.equal(patched.active, false);
  const first = await client.vread({ resourceType: "Patient", id: made.id, version: "1" });
  assert.equal(first.active, undefined);
  const history = await client.history({ resourceType: "Patient", id: made.id });
  assert.equal(history.entry.length, 3);
  await client.delete({ resourceType: "Patient", id: made.id });
  await assert.rejects(
    client.read({ resourceType: "Patient", id: made.id }),
    (e) => e.response.status === 410 && e.response.data.resourceType === "OperationOutcome",
  );
});

test("fhir-kit-client: transaction, search, pages, includes", async (base) => {
  const client = new Client({ baseUrl: base });
  for (const name of ["KitPage1", "KitPage2", "KitPage3"]) {
    const answer = await client.transaction({ body: transaction(name) });
    assert.equal(answer.type, "transaction-response");
    assert.match(answer.entry[0].response.status, /^201/);
  }
  let page = await client.search({
    resourceType: "Patient",
    searchParams: { family: "kitpage", _count: 2, _sort: "family" },
  });
  assert.equal(page.entry.length, 2);
  page = await client.nextPage({ bundle: page });
  assert.equal(page.entry[0].resource.name[0].family, "KitPage3");
  const found = await client.search({
    resourceType: "Observation",
    searchParams: { "patient.family": "KitPage1", _include: "Observation:subject" },
  });
  assert.deepEqual(found.entry.map((e) => e.search.mode), ["match", "include"]);
});

test("fhir-kit-client: capability statement and refusals", async (base) => {
  const client = new Client({ baseUrl: base });
  const statement = await client.capabilityStatement();
  assert.equal(statement.fhirVersion, "4.0.1");
  await assert.rejects(
    client.search({ resourceType: "Patient", searchParams: { famly: "x" } }),
    (e) => e.response.status === 400 && /famly/.test(JSON.stringify(e.response.data)),
  );
  await assert.rejects(
    client.create({ resourceType: "Patient", body: { resourceType: "Patient", gender: "?" } }),
    (e) => e.response.status === 422,
  );
});

// --- fhirclient (SMART) ------------------------------------------------------

// In Node it wants to know the request it serves; there is none.
const smartClient = (base) =>
  smart({ headers: { host: "localhost" }, url: "/", method: "GET" }, {}).client(base);

test("fhirclient: create, update, request with references and pages", async (base) => {
  const client = smartClient(base);
  const made = await client.create(patient("Smart"));
  const one = await client.create(observation(`Patient/${made.id}`));
  made.active = true;
  const updated = await client.update(made);
  assert.equal(updated.meta.versionId, "2");
  const resolved = await client.request(`Observation/${one.id}`, {
    resolveReferences: ["subject"],
  });
  assert.equal(resolved.subject.name[0].family, "Smart");
  await client.create(observation(`Patient/${made.id}`));
  const all = await client.request(`Observation?patient=${made.id}&_count=1`, {
    pageLimit: 0,
    flat: true,
  });
  assert.equal(all.length, 2);
  const patched = await client.patch(`Patient/${made.id}`, [
    { op: "remove", path: "/active" },
  ]);
  assert.equal(patched.active, undefined);
  await client.delete(`Observation/${one.id}`);
  await assert.rejects(client.request(`Observation/${one.id}`), (e) => e.status === 410);
});

test("fhirclient: version, history and refusals", async (base) => {
  const client = smartClient(base);
  assert.equal(await client.getFhirRelease(), 4);
  const made = await client.create(patient("SmartHistory"));
  const history = await client.request(`Patient/${made.id}/_history`);
  assert.equal(history.type, "history");
  await assert.rejects(
    client.create({ resourceType: "Patient", nonsense: 1 }),
    (e) => e.status === 422 && /nonsense/.test(e.message),
  );
});

// --- @medplum/core -----------------------------------------------------------

function medplum(base) {
  const url = new URL(base);
  return new MedplumClient({
    baseUrl: url.origin + "/",
    fhirUrlPath: url.pathname.slice(1),
    fetch: (u, options) => fetch(u, options),
    storage: new ClientStorage(new MemoryStorage()),
    cacheTime: 0,
  });
}

test("@medplum/core: create, search, batch, update, history, delete", async (base) => {
  const client = medplum(base);
  const made = await client.createResource(patient("Med"));
  assert.ok(made.id);
  const same = await client.createResourceIfNoneExist(
    patient("Med"),
    "identifier=urn:clients|Med",
  );
  assert.equal(same.id, made.id);
  const updated = await client.updateResource({ ...made, active: true });
  assert.equal(updated.meta.versionId, "2");
  const patched = await client.patchResource("Patient", made.id, [
    { op: "replace", path: "/active", value: false },
  ]);
  assert.equal(patched.active, false);
  const found = await client.searchResources("Patient", "family=Med&_sort=-birthdate");
  assert.equal(found.length, 1);
  const one = await client.searchOne("Patient", "identifier=urn:clients|Med");
  assert.equal(one.id, made.id);
  const history = await client.readHistory("Patient", made.id);
  assert.equal(history.entry.length, 3);
  const batch = await client.executeBatch({
    resourceType: "Bundle",
    type: "batch",
    entry: [{ request: { method: "GET", url: `Patient/${made.id}` } }],
  });
  assert.equal(batch.entry[0].resource.id, made.id);
  const checked = await client.validateResource(patient("Med"));
  assert.equal(checked.resourceType, "OperationOutcome");
  await client.deleteResource("Patient", made.id);
  await assert.rejects(client.readResource("Patient", made.id), (e) =>
    /deleted/.test(JSON.stringify(e.outcome)),
  );
});

test("@medplum/core: upsert and refusals", async (base) => {
  const client = medplum(base);
  const made = await client.upsertResource(
    patient("MedUp"),
    "identifier=urn:clients|MedUp",
  );
  const again = await client.upsertResource(
    { ...patient("MedUp"), active: true },
    "identifier=urn:clients|MedUp",
  );
  assert.equal(again.id, made.id);
  await assert.rejects(
    client.createResource({ resourceType: "Patient", gender: "?" }),
    (e) => e.outcome.issue[0].severity === "error",
  );
});

// --- all ---------------------------------------------------------------------

const given = process.argv[2];
const gateway = given ? { base: given, stop: async () => {} } : await startGateway();
let failed = 0;
console.log(`1..${tests.length}`);
for (const [i, { name, run }] of tests.entries()) {
  try {
    await run(gateway.base);
    console.log(`ok ${i + 1} - ${name}`);
  } catch (e) {
    failed++;
    console.log(`not ok ${i + 1} - ${name}`);
    for (const line of String(e?.stack ?? e).split("\n")) console.log(`# ${line}`);
    if (e?.response?.data) console.log(`# ${JSON.stringify(e.response.data)}`);
    if (e?.outcome) console.log(`# ${JSON.stringify(e.outcome)}`);
  }
}
await gateway.stop();
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
