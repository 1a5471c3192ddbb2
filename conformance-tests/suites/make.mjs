// make.mjs - writes the suites: each file of source/<suite>/ gives TestScripts
// and what they send; requirements.json gets the tests of each requirement.
//
//   node conformance-tests/suites/make.mjs [--check]
//
// With --check nothing is written; it says what would be, and exits with 1.
import fs from "node:fs";
import path from "node:path";
import url from "node:url";
import { CANONICAL, REQUIREMENT, REQUIRES } from "./source/lib.mjs";

const here = path.dirname(url.fileURLToPath(import.meta.url));
const SUITES = ["gateway", "configured", "server", "sender", "plugin"];
// How the gateway of `configured` is served; nothing makes it.
const WRITTEN = ["configured/auspex.conf"];
const VERSION = "1.0.0";

const text = (value) =>
  JSON.stringify(value, null, 1).replace(/"\\u0001([^"]*)\\u0001"/g, "$1") + "\n";

const slug = (title) => title.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "")
  .replace(/^[a-z]/, (c) => c.toUpperCase());

// What is no resource (a JSON Patch, a form, a broken body) travels in a Binary.
function contentOf(f) {
  if (typeof f.content === "object" && f.content.resourceType) return f.content;
  const raw = typeof f.content === "string" ? f.content : JSON.stringify(f.content);
  return { resourceType: "Binary", contentType: f.contentType ?? "application/json-patch+json",
    data: Buffer.from(raw, "utf8").toString("base64") };
}

// Beside the scripts by type and id, as a relative reference leads there.
function fixtureFile(s, id, f) {
  const content = contentOf(f);
  const reference = `${content.resourceType}/${s.name}-${id}`;
  if (!/^[A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(reference))
    throw new Error(`${s.suite}/${s.name}: ${reference} is no reference`);
  return { reference, file: `${s.suite}/${reference}.json`, content: text(content) };
}

const fixtureOf = (s, id, f) => ({
  id, autocreate: false, autodelete: false,
  resource: { reference: f.reference ?? fixtureFile(s, id, f).reference } });

const phase = (actions) =>
  actions.length ? { action: actions } : undefined;

function testOf(t) {
  return {
    extension: [
      ...(t.needs ? [{ url: REQUIRES, valueString: t.needs }] : []),
      ...t.keys.map((key) => ({ url: REQUIREMENT, valueString: key })),
    ],
    name: t.name,
    action: t.actions,
  };
}

function scriptOf(s) {
  const fixtures = [...s.fixtures].map(([id, f]) => fixtureOf(s, id, f));
  return {
    resourceType: "TestScript",
    id: `${s.suite}-${s.name}`,
    meta: s.tags.length
      ? { tag: s.tags.map((code) => ({ system: `${CANONICAL}/CodeSystem/suite-tags`, code })) }
      : undefined,
    extension: s.extensions.length ? s.extensions : undefined,
    url: `${CANONICAL}/TestScript/${s.suite}-${s.name}`,
    version: VERSION,
    name: slug(s.title).replace(/-/g, "_"),
    title: s.title,
    status: "active",
    publisher: "Auspex",
    description: s.about,
    copyright: "Apache-2.0",
    origin: s.origin ? [{ index: 1, profile: { system:
      "http://terminology.hl7.org/CodeSystem/testscript-profile-origin-types", code: "FHIR-Client" } }] : undefined,
    destination: s.origin ? [{ index: 1, profile: { system:
      "http://terminology.hl7.org/CodeSystem/testscript-profile-destination-types", code: "FHIR-Server" } }] : undefined,
    fixture: fixtures.length ? fixtures : undefined,
    profile: s.profiles.length
      ? s.profiles.map((p) => ({ id: p.id, reference: p.canonical }))
      : undefined,
    variable: s.variables.length ? s.variables : undefined,
    setup: phase(s.setups),
    test: s.tests.map(testOf),
    teardown: phase(s.teardowns),
  };
}

async function scriptsOf(suite) {
  const folder = path.join(here, "source", suite);
  const all = [];
  if (!fs.existsSync(folder)) return all;
  for (const name of fs.readdirSync(folder).sort())
    if (name.endsWith(".mjs"))
      all.push(...(await import(url.pathToFileURL(path.join(folder, name)))).default);
  return all;
}

// What stands in the folders now and was made by this program.
function* made(folder) {
  if (!fs.existsSync(folder)) return;
  for (const one of fs.readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, one.name);
    if (one.isDirectory()) yield* made(at);
    else yield path.relative(here, at);
  }
}

function requirementsOf(table, scripts) {
  const tests = new Map(table.map((r) => [r.key, []]));
  for (const s of scripts)
    for (const t of s.tests)
      for (const key of t.keys) {
        if (!tests.has(key))
          throw new Error(`${s.suite}/${s.name}, "${t.name}": no requirement has the key ${key}`);
        tests.get(key).push(`${s.suite}/${s.name}: ${t.name}`);
      }
  return {
    requirements: table.map((r) => ({ ...r, tests: tests.get(r.key) })),
  };
}

const files = new Map();
const scripts = [];
for (const suite of SUITES) scripts.push(...(await scriptsOf(suite)));
for (const s of scripts) {
  const at = `${s.suite}/${s.name}.json`;
  if (files.has(at)) throw new Error(`two scripts are named ${at}`);
  files.set(at, text(scriptOf(s)));
  for (const [id, f] of s.fixtures) {
    if (f.reference) continue;
    const { file, content } = fixtureFile(s, id, f);
    files.set(file, content);
  }
}
const { default: table } = await import("./source/requirements.mjs");
files.set("requirements.json", text(requirementsOf(table, scripts)));

// Samples beside the suites: what a module is tried with, and a feed that is as
// it should be, with days that stay where they are.
const { sample } = await import("./source/gateway/score.mjs");
const SAMPLES = "../samples";
const on = (day, value) => JSON.parse(JSON.stringify(value).replace(/\$\{CURRENTDATE(?:, D, (-?\d+))?\}/g,
  (_, n) => new Date(Date.parse(day) + Number(n ?? 0) * 86400000).toISOString().slice(0, 10)));
files.set(`${SAMPLES}/plugin/Bundle/plugin-scored.json`, text(sample("patients/endpac-scored-1.json")));
files.set(`${SAMPLES}/plugin/Bundle/plugin-refused.json`, text(sample("patients/endpac-refused-1.json")));
["endpac-high", "qlq-first", "qlq-later"].forEach((name, i) =>
  files.set(`${SAMPLES}/feed/${i + 1}-${name}.json`, text(on("2026-06-01", sample(`examples/${name}.json`)))));

let different = 0;
const check = process.argv.includes("--check");
for (const [name, content] of files) {
  const at = path.join(here, name);
  if (fs.existsSync(at) && fs.readFileSync(at, "utf8") === content) continue;
  different++;
  if (check) console.error(`${name}: differs from its source`);
  else {
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, content);
  }
}
for (const folder of [...SUITES, `${SAMPLES}/plugin`, `${SAMPLES}/feed`])
  for (const name of made(path.join(here, folder)))
    if (!files.has(name) && !WRITTEN.includes(name)) {
      different++;
      if (check) console.error(`${name}: no source makes this`);
      else fs.unlinkSync(path.join(here, name));
    }
const tests = scripts.reduce((n, s) => n + s.tests.length, 0);
const asserts = JSON.stringify(scripts.map(scriptOf)).split('"assert":').length - 1;
console.log(`suites: ${scripts.length} scripts, ${tests} tests, ${asserts} asserts; ` +
            `${different} files ${check ? "differ" : "changed"}`);
process.exit(check && different ? 1 : 0);
