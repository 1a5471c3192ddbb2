// Scoring: every model with its golden patients. The numbers are those of
// fhir-profiles/patients/expected.json (worked examples of the publications);
// nothing here was taken from an answer of the gateway.
import fs from "node:fs";
import { script, post, get, status, is, yes, none, count, resource, refused, faults, parameters, part, concept, quantity, ref,
  SNOMED, LOINC, UCUM, CANONICAL, day } from "../lib.mjs";

const EXT = `${CANONICAL}/StructureDefinition`;
const MODEL = `${CANONICAL}/CodeSystem/model`;
const INPUT = `${CANONICAL}/CodeSystem/model-input`;
const base = new URL("../../../../fhir-profiles/", import.meta.url);

// The samples' days relative to today, in the runner's words.
export const sample = (file, from, to) => {
  let text = fs.readFileSync(new URL(file, base), "utf8")
    .replace(/\{\{today(?:([-+]\d+)d)?\}\}/g, (_, n) => day(Number(n ?? 0)));
  if (from) text = text.replaceAll(from, to);
  return JSON.parse(text);
};
const ask = (bundle, model, asOf) => parameters(
  ...(model ? [part("model", { valueString: model })] : []),
  ...(asOf ? [part("asOf", { valueDateTime: asOf })] : []),
  { name: "bundle", resource: bundle });

const RISK = "Bundle.entry.resource.ofType(RiskAssessment)";
const MEASURED = "Bundle.entry.resource.ofType(Observation)";
const ASKED = "Bundle.entry.resource.ofType(GuidanceResponse)";
const near = (path, n) => `${path}.where(($this - (${n})).abs() <= ${Math.max(1, Math.abs(n)) * 1e-6}).exists()`;

// How many resources each model gives, as plugins/README.md says.
const SHAPES = {
  "predict-breast": [3, 0], "predict-prostate": [3, 0], mgps: [0, 1], albi: [0, 2], eq5d5l: [0, 1],
  screeners: [1, 1], "ctcae-labs": null, "qlq-c30": null,
};
const VERSIONS = { "predict-breast": "3.2.0" }; // all others: 1.0.0

const uuid = (n) => `urn:uuid:11111111-1111-4111-8111-11111111111${n}`;
function risksSay(model, subject = uuid(1)) {
  return [
    yes(`${RISK}.all(status = 'preliminary')`),
    yes(`${RISK}.all(method.coding.where(system = '${MODEL}' and code = '${model}' and version = '${VERSIONS[model] ?? "1.0.0"}').exists())`),
    yes(`${RISK}.all(meta.security.where(code = 'AIAST').exists())`),
    yes(`${RISK}.all(subject.reference = '${subject}')`),
    yes(`${RISK}.all(performer.reference.startsWith('Device/') and performer.display = '${model} ${VERSIONS[model] ?? "1.0.0"}')`),
    yes(`${RISK}.all(basis.exists() and basis.reference.all($this.startsWith('urn:uuid:')))`),
    yes(`${RISK}.all(identifier.value.single() = id)`),
    yes(`${RISK}.all(prediction.exists() and prediction.outcome.exists())`),
    yes(`${RISK}.prediction.probability.ofType(decimal).all($this >= 0 and $this <= 100)`),
    yes(`${RISK}.all(extension.where(url = '${EXT}/data-quality').exists())`),
  ];
}
function measurementsSay(model) {
  return [
    yes(`${MEASURED}.all(status = 'final')`),
    yes(`${MEASURED}.all(method.coding.where(system = '${MODEL}' and code = '${model}').exists())`),
    yes(`${MEASURED}.all(meta.security.where(code = 'AIAST').exists())`),
    yes(`${MEASURED}.all(derivedFrom.exists() and device.reference.startsWith('Device/'))`),
  ];
}

function scored(one) {
  const shape = one.model in SHAPES ? SHAPES[one.model] : [1, 0];
  return [
    status(200), resource("Bundle"), is("Bundle.type", "collection"),
    shape ? [count(RISK, shape[0]), count(MEASURED, shape[1]), count("Bundle.entry", shape[0] + shape[1])] : [],
    none(ASKED), risksSay(one.model, one.subject), measurementsSay(one.model),
    "probability" in one ? yes(near(`${RISK}.prediction.probability.ofType(decimal)`, one.probability)) : [],
    "score" in one ? yes(near(`${RISK}.prediction.extension.where(url = '${EXT}/score').value.value`, one.score)) : [],
    "relativeRisk" in one ? yes(near(`${RISK}.prediction.relativeRisk`, one.relativeRisk)) : [],
    "level" in one ? yes(`${RISK}.prediction.qualitativeRisk.coding.where(code = '${one.level}').exists()`) : [],
    "measured" in one ? yes(near(`${MEASURED}.value.value`, one.measured)) : [],
    shape?.[0] === 1 && "probability" in one ? count(`${RISK}.prediction.probability`, 1) : [],
    shape?.[0] && !("probability" in one) && one.model !== "predict-prostate" ? none(`${RISK}.prediction.probability`) : [],
  ];
}
function lacking(one) {
  return [
    status(200), is("Bundle.type", "collection"), count("Bundle.entry", 1), count(ASKED, 1), none(RISK), none(MEASURED),
    is(`${ASKED}.status`, "data-required"),
    yes(`${ASKED}.module.ofType(CodeableConcept).coding.where(system = '${MODEL}' and code = '${one.model}').exists()`),
    yes(`${ASKED}.meta.security.where(code = 'AIAST').exists()`),
    // An external value that is unfit makes what belongs to it unfit, too.
    one.model === "external-biomarker" ? yes(`${ASKED}.dataRequirement.count() >= ${one.inputs.length}`)
      : count(`${ASKED}.dataRequirement`, one.inputs.length),
    ...one.inputs.flatMap((input) => {
      const gap = `${ASKED}.dataRequirement.extension.where(url = '${EXT}/input-gap').where(extension.where(url = 'input').value = '${input}')`;
      return [count(gap, 1), yes(`${gap}.extension.where(url = 'reason').value.exists()`),
        yes(`${gap}.extension.where(url = 'state').value.exists()`)];
    }),
    yes(`${ASKED}.dataRequirement.all(type.exists())`),
  ];
}
const outside = () => [status(200), is("Bundle.type", "collection"), none("Bundle.entry")];

const { patients } = JSON.parse(fs.readFileSync(new URL("patients/expected.json", base)));
const models = new Map();
for (const one of patients) {
  if (!models.has(one.model)) models.set(one.model, []);
  models.get(one.model).push(one);
}
// What a screener gives is what was answered: the sum, and its published band
// (GAD-7: 15 and more is severe; PHQ-9: 10 to 14 is moderate).
for (const [file, score, band] of [["screeners-scored-1.json", 15, 3], ["screeners-scored-2.json", 10, 2]])
  Object.assign(patients.find((one) => one.file === file), { score, measured: band });

const names = { scored: "is scored with the published numbers", "data-required": "lacks an input, which is named",
  "not-applicable": "is outside the population: nothing comes" };

const scripts = [];
for (const [model, list] of models) {
  const s = script("gateway", `score-${model}`, `Scoring: ${model}`,
    `Golden patients of the model ${model} by $score: published numbers, refusals that name the input, nothing outside the population.`);
  for (const one of list) {
    one.subject = sample(`patients/${one.file}`).entry.find((e) => e.resource.resourceType === "Patient").fullUrl;
    const id = one.file.replace(".json", "");
    s.fixture(id, ask(sample(`patients/${one.file}`), model));
    s.test([one.outcome === "scored" ? "score-models" : one.outcome === "data-required" ? "score-data-required" : "score-not-applicable"],
      `${id} ${names[one.outcome]}`, post("$score", id),
      one.outcome === "scored" ? scored(one) : one.outcome === "data-required" ? lacking(one) : outside());
  }
  scripts.push(s);
}

// The script of a model, also of one that has no golden patients.
function scriptOf(model, about) {
  const name = `score-${model}`;
  const found = scripts.find((s) => s.name === name);
  if (found) return Object.assign(found, { about: `${found.about} ${about}` });
  scripts.push(script("gateway", name, `Scoring: ${model}`, about));
  return scripts.at(-1);
}

// ---- EORTC QLQ-C30: the scoring manual's formulas, here once more ----------

const SCALES = { pf: [1, 2, 3, 4, 5], rf: [6, 7], ef: [21, 22, 23, 24], cf: [20, 25], sf: [26, 27], fa: [10, 12, 18],
  nv: [14, 15], pa: [9, 19], dy: [8], sl: [11], ap: [13], co: [16], di: [17], fi: [28], ql: [29, 30] };
const FUNCTIONS = ["pf", "rf", "ef", "cf", "sf"];
function answers(bundle) {
  const found = {};
  const walk = (items) => { for (const item of items ?? []) {
    const value = item.answer?.[0];
    const n = value?.valueInteger ?? value?.valueCoding?.extension?.[0]?.valueDecimal;
    if (n !== undefined) found[Number(/(\d+)$/.exec(item.linkId)[1])] = n;
    walk(item.item);
  } };
  for (const e of bundle.entry) if (e.resource.resourceType === "QuestionnaireResponse") walk(e.resource.item);
  return found;
}
function scales(a) {
  const out = {};
  for (const [name, items] of Object.entries(SCALES)) {
    const raw = items.reduce((sum, i) => sum + a[i], 0) / items.length;
    out[name] = FUNCTIONS.includes(name) ? (1 - (raw - 1) / 3) * 100 : ((raw - 1) / (name === "ql" ? 6 : 3)) * 100;
  }
  return out;
}
const QLQ = "https://www.medizininformatik-initiative.de/fhir/ext/modul-pro/CodeSystem/mii-cs-pro-score-catalogue";
const first = sample("examples/qlq-first.json");
const wanted = scales(answers(first));
const AUTHORED = first.entry.find((e) => e.resource.authored).resource.authored.slice(0, -"T16:32:10+01:00".length);
const summary = [...FUNCTIONS.map((n) => wanted[n]), ...["fa", "pa", "nv", "dy", "sl", "ap", "co", "di"].map((n) => 100 - wanted[n])]
  .reduce((sum, n) => sum + n, 0) / 13;
const incomplete = structuredClone(first);
for (const e of incomplete.entry) if (e.resource.item) {
  const drop = (items) => items.filter((i) => !/q(1|2|3)$/.test(i.linkId)).map((i) => i.item ? { ...i, item: drop(i.item) } : i);
  e.resource.item = drop(e.resource.item);
}
const scaleValue = (name) => `${MEASURED}.where(code.coding.where(system = '${QLQ}' and code = 'eortc-qlq-c30-${name}').exists()).value.value`;
const nameless = sample("patients/eq5d5l-refused-2.json");
scriptOf("qlq-c30", "The 15 scales of the EORTC QLQ-C30 and the summary score by the formulas of the scoring manual.")
  .fixture("first", ask(first, "qlq-c30"))
  .fixture("incomplete", ask(incomplete, "qlq-c30"))
  .fixture("other", ask(nameless, "qlq-c30"))
  .test("score-models", "answers to all items give 15 scales and the summary", post("$score", "first"), status(200),
    count(MEASURED, 16), none(RISK), none(ASKED), count("Bundle.entry", 16), measurementsSay("qlq-c30"),
    ...Object.entries(wanted).map(([name, n]) => yes(near(scaleValue(name), n))),
    yes(near(`${MEASURED}.where(code.coding.where(code = 'summary').exists()).value.value`, summary)),
    yes(`${MEASURED}.all(derivedFrom.count() = 1)`),
    yes(`${MEASURED}.value.all(system = '${UCUM}' and code = '{score}')`),
    yes(`${MEASURED}.effective.all(toString().startsWith('${AUTHORED}'))`))
  .test("score-models", "less than half of a scale's items give no score of it, and no summary", post("$score", "incomplete"),
    status(200), none(scaleValue("pf")), yes(near(scaleValue("rf"), wanted.rf)), yes(near(scaleValue("ql"), wanted.ql)),
    none(`${MEASURED}.where(code.coding.where(code = 'summary').exists())`), none(RISK))
  .test("score-not-applicable", "without answers to the questionnaire nothing comes", post("$score", "other"), outside());

// ---- PHQ-9: item 9 counts whatever the total says ---------------------------

// The questions' LOINC codes in their order; the codes' last digits say nothing.
const PHQ9 = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"];
const ANSWERS = ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"];
const phq9 = (answered, more = []) => ({ resourceType: "Bundle", type: "collection", entry: [
  { fullUrl: uuid(1), resource: { resourceType: "Patient", gender: "female", birthDate: "1980-01-01" } },
  { fullUrl: uuid(2), resource: { resourceType: "QuestionnaireResponse", status: "completed", subject: ref(uuid(1)),
    questionnaire: "http://loinc.org/q/44249-1-PHQ-9", authored: "2024-06-10",
    item: [...answered.flatMap((n, i) => n === null ? [] : [{ linkId: `/${PHQ9[i]}`,
      answer: [{ valueCoding: { system: LOINC, code: ANSWERS[n] } }] }]), ...more] } }] });
const asked9 = (s, id, bundle) => s.fixture(id, ask(bundle, "screeners", "2024-06-15"));
const item9 = `${RISK}.prediction.where(outcome.coding.where(code = 'phq9-item-9').exists())`;
const band9 = `${MEASURED}.where(code.coding.where(code = 'phq9-band').exists())`;
const screeners = scripts.find((s) => s.name === "score-screeners");
asked9(screeners, "ninth", phq9([0, 0, 1, 1, 0, 0, 0, 0, 1], [
  { linkId: "/69722-7", answer: [{ valueCoding: { system: LOINC, code: "LA6572-7" } }] },
  { linkId: "/44261-6", answer: [{ valueDecimal: 3 }] }]));
asked9(screeners, "first", phq9([3, 0, 0, 0, 0, 0, 0, 0, 0]));
asked9(screeners, "gap", phq9([0, null, 0, 0, 0, 0, 0, 0, 2]));
asked9(screeners, "gap-alone", phq9([0, null, 0, 0, 0, 0, 0, 0, 0]));
screeners
  .test("score-models", "PHQ-9 by LOINC codes: an answer above 0 to the ninth question raises a concern with a total of 3",
    post("$score", "ninth"), status(200), count(RISK, 1), yes(`${item9}.qualitativeRisk.coding.where(code = 'high').exists()`),
    yes(`${band9}.value.value = 0`))
  .test("score-models", "PHQ-9: the first question is not taken for the ninth", post("$score", "first"), status(200),
    none(RISK), yes(`${band9}.value.value = 0`))
  .test("score-models", "PHQ-9 with a question left open: the ninth counts all the same", post("$score", "gap"), status(200),
    yes(`${item9}.qualitativeRisk.coding.where(code = 'high').exists()`), none(MEASURED))
  .test("score-data-required", "PHQ-9 with a question left open has no total, and that is said", post("$score", "gap-alone"),
    status(200), none(RISK), none(MEASURED), count(ASKED, 1));

// ---- germline variants: a later report to the contrary ------------------------

const variant = (n, day, answer, significance) => ({ fullUrl: uuid(n), resource: { resourceType: "Observation", status: "final",
  code: concept(LOINC, "69548-6"), subject: ref(uuid(1)), effectiveDateTime: day, valueCodeableConcept: concept(LOINC, answer),
  component: [["48018-6", concept("http://www.genenames.org/geneId", "HGNC:1787")], ["53037-8", concept(LOINC, significance)],
    ["48002-0", concept(LOINC, "LA6683-2")]].map(([code, value]) => ({ code: concept(LOINC, code), valueCodeableConcept: value })) } });
const carrier = (...variants) => ask({ resourceType: "Bundle", type: "collection", entry: [
  { fullUrl: uuid(1), resource: { resourceType: "Patient", gender: "male", birthDate: "1970-01-01" } }, ...variants] },
  "germline-pancreas", "2024-06-15");
const pathogenic = variant(2, "2020-01-01", "LA9633-4", "LA6668-3");
scripts.find((s) => s.name === "score-germline-pancreas")
  .fixture("benign-later", carrier(pathogenic, variant(3, "2024-01-01", "LA9633-4", "LA6675-8")))
  .fixture("benign-before", carrier(pathogenic, variant(3, "2019-01-01", "LA9633-4", "LA6675-8")))
  .test("score-data-required", "a pathogenic variant that a later report judges benign is asked about", post("$score", "benign-later"),
    status(200), none(RISK), count(ASKED, 1))
  .test("score-models", "an earlier report does not matter", post("$score", "benign-before"), status(200), none(ASKED),
    yes(near(`${RISK}.prediction.relativeRisk`, 12.33)));

// ---- EQ-5D-5L: nobody says which country's values -------------------------------

const stateless = sample("patients/eq5d5l-scored-1.json");
for (const e of stateless.entry) if (e.resource.resourceType === "Patient") delete e.resource.address;
scripts.find((s) => s.name === "score-eq5d5l").fixture("stateless", ask(stateless, "eq5d5l"))
  .test("score-data-required", "without a country, in the site's configuration or the address, there is no index", post("$score", "stateless"),
    status(200), none(MEASURED), count(ASKED, 1),
    yes(`${ASKED}.dataRequirement.extension.where(url = '${EXT}/input-gap').extension.where(url = 'reason').value.contains('neither')`));

// ---- Brock: the years count from the CT -----------------------------------------

const nodule = scripts.find((s) => s.name === "score-brock-nodule");
nodule.test("score-models", "the four years begin on the day of the CT, ten days ago", post("$score", "brock-nodule-scored-1"), status(200),
  yes(`${RISK}.prediction.when.start.toString() = '${day(-10)}'`), yes(`${RISK}.prediction.when.end = ${RISK}.prediction.when.start + 4 years`));

// ---- CTCAE: a value that is right in itself and cannot be graded --------------

const treated = (alt) => ({ resourceType: "Bundle", type: "collection", entry: [
  { resourceType: "Patient", gender: "male", birthDate: "1960-01-01" },
  { resourceType: "MedicationAdministration", status: "completed", subject: ref(uuid(1)), effectiveDateTime: "2024-05-15",
    medicationCodeableConcept: concept("http://www.whocc.no/atc", "L01FF02") },
  { resourceType: "Observation", status: "final", code: concept(LOINC, "1742-6"), subject: ref(uuid(1)),
    effectiveDateTime: "2024-06-13", valueQuantity: alt },
].map((resource, i) => ({ fullUrl: uuid(i + 1), resource })) });
scriptOf("ctcae-labs", "A value without its laboratory's limit is asked about.")
  .fixture("no-limit", ask(treated(quantity(130, "U/L")), "ctcae-labs", "2024-06-15"))
  .fixture("no-code", ask(treated({ value: 130, unit: "IU/L" }), "ctcae-labs", "2024-06-15"))
  .test("score-data-required", "a unit that is only text is named as what is wrong", post("$score", "no-code"), status(200),
    none(RISK), none(MEASURED), count(ASKED, 1),
    yes(`${ASKED}.dataRequirement.extension.where(url = '${EXT}/input-gap').extension.where(url = 'state').value = 'unit-error'`),
    yes(`${ASKED}.dataRequirement.extension.where(url = '${EXT}/input-gap').extension.where(url = 'reason').value.contains('UCUM')`),
    yes(`${ASKED}.dataRequirement.extension.where(url = '${EXT}/input-gap').extension.where(url = 'source').value.reference = '${uuid(3)}'`))
  .fixture("half", ask({ ...treated(quantity(130, "U/L")), entry: [...treated(quantity(130, "U/L")).entry,
    { fullUrl: uuid(4), resource: { resourceType: "Observation", status: "final", code: concept(LOINC, "6768-6"), subject: ref(uuid(1)),
      effectiveDateTime: "2024-06-13", valueQuantity: quantity(90, "U/L"), referenceRange: [{ high: quantity(120, "U/L") }] } }] },
    "ctcae-labs", "2024-06-15"))
  .test("score-models", "what was measured and could not be graded is named beside what could", post("$score", "half"), status(200),
    count(MEASURED, 1), yes(`${MEASURED}.value.value = 0`),
    yes(`${MEASURED}.note.text.contains('not graded: Alanine aminotransferase (no limit of normal)')`))
  .test("score-data-required", "without the limit of normal there is no grade: the value is unfit, and the reason says why",
    post("$score", "no-limit"), status(200), none(RISK), none(MEASURED), count(ASKED, 1),
    yes(`${ASKED}.dataRequirement.extension.where(url = '${EXT}/input-gap').extension.where(url = 'state').value = 'unfit'`),
    yes(`${ASKED}.dataRequirement.extension.where(url = '${EXT}/input-gap').extension.where(url = 'reason').value.contains('limit of normal')`));

// ---- external biomarker and PREDICT Prostate: by their sheets' examples ----

const biomarker = (value, unit, more = {}) => ({ resourceType: "Bundle", type: "collection", entry: [
  { fullUrl: uuid(1), resource: { resourceType: "Patient", gender: "male", birthDate: "1960-01-01" } },
  { fullUrl: uuid(2), resource: { resourceType: "Device", deviceName: [{ name: "Another model", type: "model-name" }] } },
  { fullUrl: uuid(3), resource: { resourceType: "Observation", status: "final",
    code: concept(INPUT, "external-biomarker-probability"), subject: ref(uuid(1)), effectiveDateTime: "2024-06-01",
    device: ref(uuid(2)), method: concept(SNOMED, "363679005"), valueQuantity: quantity(value, unit),
    component: [{ code: concept(INPUT, "external-biomarker-outcome"), valueCodeableConcept: concept(SNOMED, "363358000") }], ...more } }] });
// plugins/trajectory/tests/cases/predict-prostate.txt, "scored".
const man = uuid(1);
const found = (code, more) => ({ resourceType: "Observation", status: "final", code, subject: ref(man), ...more });
const prostate = { resourceType: "Bundle", type: "collection", entry: [
  { resourceType: "Patient", gender: "male", birthDate: "1959-03-02" },
  { resourceType: "Condition", subject: ref(man), code: concept(SNOMED, "399068003"), onsetDateTime: "2024-05-01",
    clinicalStatus: concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
    verificationStatus: concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed") },
  found(concept(LOINC, "2857-1"), { effectiveDateTime: "2024-04-20", valueQuantity: quantity(11, "ng/mL") }),
  found(concept(LOINC, "21905-5"), { effectiveDateTime: "2024-05-01", valueCodeableConcept: concept("http://cancerstaging.org", "cT2") }),
  found(concept(LOINC, "94734-1"), { effectiveDateTime: "2024-05-01", valueCodeableConcept: concept(LOINC, "LA30797-7") }),
  found(concept(INPUT, "comorbidity-charlson-1-or-admission-2y"), { effectiveDateTime: "2024-05-02", valueCodeableConcept: concept(SNOMED, "373067005") }),
].map((resource, i) => ({ fullUrl: uuid(i + 1), resource })) };
const predictProstate = scripts.find((s) => s.name === "score-predict-prostate");
predictProstate.fixture("published", ask(prostate, "predict-prostate", "2024-06-15"))
  .test("score-models", "the published example: death of prostate cancer and of other causes", post("$score", "published"), status(200),
    count(RISK, 3), risksSay("predict-prostate"),
    ...[10.76059716, 10.976698209, 22.298463109].map((n) => yes(near(`${RISK}.prediction.probability.ofType(decimal)`, n))));

scriptOf("external-biomarker", "What another system computed is passed on as it is, or not at all.")
  .fixture("whole", ask(biomarker(12, "%"), "external-biomarker", "2024-06-15"))
  .fixture("small", ask(biomarker(0.12, "%"), "external-biomarker", "2024-06-15"))
  .fixture("fraction", ask(biomarker(0.12, "1"), "external-biomarker", "2024-06-15"))
  .fixture("no-outcome", ask(biomarker(12, "%", { component: undefined }), "external-biomarker", "2024-06-15"))
  .fixture("no-device", ask(biomarker(12, "%", { device: undefined }), "external-biomarker", "2024-06-15"))
  .fixture("preliminary", ask(biomarker(12, "%", { status: "preliminary" }), "external-biomarker", "2024-06-15"))
  .test("score-models", "a percentage is passed on", post("$score", "whole"), status(200), count("Bundle.entry", 1), count(RISK, 1),
    yes(near(`${RISK}.prediction.probability.ofType(decimal)`, 12)), risksSay("external-biomarker"),
    yes(`${RISK}.prediction.outcome.coding.where(system = '${SNOMED}' and code = '363358000').exists()`))
  .test("score-models", "a small percentage stays small", post("$score", "small"), status(200),
    yes(near(`${RISK}.prediction.probability.ofType(decimal)`, 0.12)))
  .test("score-data-required", "a fraction instead of a percentage is not guessed at", post("$score", "fraction"),
    status([200, 422]), none(RISK))
  .test("score-data-required", "a probability of nothing is refused", post("$score", "no-outcome"), status([200, 422]), none(RISK))
  .test("score-not-applicable", "without a device, or preliminary: nothing comes",
    post("$score", "no-device"), outside(), post("$score", "preliminary"), outside());

// ---- $score itself -----------------------------------------------------------

const plco = sample("patients/plcom2012-scored-1.json");
const withGender = (gender) => {
  const b = structuredClone(sample("patients/pbcg-extended-2022-scored-1.json"));
  for (const e of b.entry) if (e.resource.resourceType === "Patient") e.resource.gender = gender;
  return b;
};
const asFault = structuredClone(plco);
asFault.entry[0].resource.gender = "no such";
// Neither of the two weights that END-PAC compares.
const weightless = sample("patients/endpac-scored-1.json");
weightless.entry = weightless.entry.filter((e) => !e.resource.code?.coding?.some((c) => ["29463-7", "3141-9"].includes(c.code)));
scripts.push(script("gateway", "score-operation", "$score",
  "The operation: models by name, as-of, a bare Bundle, what it refuses; it stores nothing.")
  .run()
  .fixture("bare", sample("patients/plcom2012-scored-1.json", "plcom2012-scored-1", "${run}"))
  .fixture("as-of", ask(plco, "plcom2012", day(-1)))
  .fixture("now", ask(plco, "plcom2012"))
  .fixture("unknown", ask(plco, "no-such-model"))
  .fixture("future", ask(plco, "plcom2012", "2999-01-01"))
  .fixture("month", ask(plco, "plcom2012", "2024-06"))
  .fixture("nonsense", parameters(part("nonsense", { valueString: "x" }), { name: "bundle", resource: plco }))
  .fixture("no-bundle", parameters(part("model", { valueString: "plcom2012" })))
  .fixture("no-parts", { resourceType: "Parameters" })
  .fixture("faulty", ask(asFault, "plcom2012"))
  .fixture("weightless", ask(weightless, "endpac"))
  .fixture("two", parameters(part("model", { valueString: "mgps" }), part("model", { valueString: "plcom2012" }),
    { name: "bundle", resource: plco }))
  .fixture("old", ask(sample("patients/mgps-scored-1.json"), "mgps", "2020-01-01"))
  .test("score-bare", "a bare Bundle is scored by all models that it concerns", post("$score", "bare"), status(200),
    is("Bundle.type", "collection"), count(`${RISK}.where(method.coding.code = 'plcom2012')`, 1),
    yes("Bundle.entry.all(fullUrl.startsWith('urn:uuid:') and fullUrl.endsWith(resource.id))"))
  .test("score-as-of", "asOf: the result says for when it is, and that it looks back", post("$score", "as-of"), status(200),
    count(RISK, 1), yes(`${RISK}.meta.tag.where(code = 'retrospective').exists()`),
    yes(`${RISK}.occurrence.toString().startsWith('${day(-1)}')`),
    yes(near(`${RISK}.prediction.probability.ofType(decimal)`, 1.750922)),
    post("$score", "now"), status(200), count(RISK, 1), none(`${RISK}.meta.tag.where(code = 'retrospective')`))
  .test("score-as-of", "what came after asOf does not count", post("$score", "old"), status(200), none(RISK), none(MEASURED))
  .test("score-data-required", "all inputs that are lacking are named", post("$score", "weightless"), status(200),
    lacking({ model: "endpac", inputs: ["weight_1y_before_kg", "weight_onset_kg"] }))
  .test("score-refused", "what cannot be done is refused",
    post("$score", "unknown"), status(422), resource("OperationOutcome"),
    yes("OperationOutcome.issue.where(code = 'not-found' and details.text.contains('no-such-model')).exists()"),
    post("$score", "future"), refused(400, "value", "future"),
    post("$score", "month"), refused(400, "value", "whole day"),
    post("$score", "nonsense"), refused(400, "not-supported", "nonsense"),
    post("$score", "no-bundle"), refused(400, "required", "needs a Bundle"),
    post("$score", "no-parts"), refused(400, "required", "needs a Bundle"),
    post("$score", "faulty"), status(422), resource("OperationOutcome"),
    yes("OperationOutcome.issue.where(code = 'code-invalid').expression.first().endsWith('gender')"))
  .test("score-models-named", "only the models that were named answer", post("$score", "two"), status(200), count(RISK, 1),
    is(`${RISK}.method.coding.code`, "plcom2012"))
  .test("score-stores-nothing", "nothing is stored", post("$score", "bare"), status(200),
    get("Patient?identifier=http://hospital.example.org/mrn|${run}"), status(200), is("Bundle.total", 0)));

export default scripts;
