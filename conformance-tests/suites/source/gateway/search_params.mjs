// Every search parameter of R4, type by type: each is understood and used, and
// a value that nobody has finds nothing. The list comes from the R4 package,
// not from the gateway; conformance-tests/integration/test_requirements.c holds
// it to the CapabilityStatement.
import fs from "node:fs";
import { script, get, status, is, yes, resource } from "../lib.mjs";

const folder = new URL("../../../../build/packages/hl7.fhir.r4.examples%234.0.1/package/", import.meta.url);
const read = (name) => JSON.parse(fs.readFileSync(new URL(name, folder), "utf8"));
const named = (start) => fs.readdirSync(folder).filter((f) => f.startsWith(start) && f.endsWith(".json"));
const own = new URL("../../../../fhir-profiles/package/", import.meta.url);
const ours = fs.readdirSync(own).filter((f) => f.startsWith("SearchParameter-"))
  .map((f) => JSON.parse(fs.readFileSync(new URL(f, own), "utf8")));

const VALUES = { token: "auspex-nobody-has-this", string: "auspex-nobody-has-this", uri: "urn:auspex:nobody-has-this",
  reference: "Patient/auspex-nobody", date: "0901-01-01", number: "-98765432.125", quantity: "-98765432.125" };

// Examples of the specification, not parameters of R4.
const EXAMPLES = ["part-agree", "item-subject"];
const all = [...named("SearchParameter-").map(read), ...ours].filter((p) => !EXAMPLES.includes(p.code));
const byUrl = new Map(all.map((p) => [p.url, p]));
function valueOf(p) {
  if (p.type === "reference") return `${p.target?.[0] ?? "Patient"}/auspex-nobody`;
  if (p.type !== "composite") return VALUES[p.type];
  const parts = p.component.map((c) => byUrl.get(c.definition)).map((c) => c && valueOf(c));
  return parts.every(Boolean) ? parts.join("$") : undefined;
}

const types = named("StructureDefinition-").map(read)
  .filter((d) => d.kind === "resource" && !d.abstract && d.derivation === "specialization").map((d) => d.name).sort();
const paramsOf = (type) => all
  .filter((p) => p.expression && p.status !== "retired" && p.base.some((b) => [type, "Resource", "DomainResource"].includes(b)))
  .map((p) => [p.code, valueOf(p)]).filter(([, value]) => value)
  .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  .filter(([code], i, list) => i === 0 || list[i - 1][0] !== code);

const s = script("gateway", "search-parameters", "Search: every parameter of every type",
  "Each parameter of the CapabilityStatement is understood and used: it stands in the self link, and a value that nobody has finds nothing.");
for (const type of types) {
  const params = paramsOf(type);
  s.test("search-parameters", type,
    get(`${type}?_summary=count&${params.map(([code, value]) => `${code}=${value}`).join("&")}`),
    status(200), resource("Bundle"), is("Bundle.total", 0),
    ...chunks(params.map(([code]) => code), 12).map((part) => yes(
      "Bundle.link.where(relation = 'self').url.select(" + part.map((code) => `($this.contains('&${code}=') or $this.contains('?${code}='))`).join(" and ") + ")")));
}
function chunks(list, n) {
  const out = [];
  for (let i = 0; i < list.length; i += n) out.push(list.slice(i, i + n));
  return out;
}
// For the statement itself (http.mjs): the parameters of each type.
export const named_params = types.map((type) => [type, paramsOf(type).map(([code]) => code)]);
export default [s];
