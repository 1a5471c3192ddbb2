// For authors of modules: the module behaves over HTTP as its descriptor says.
// Set MODEL and give two Bundles: Bundle/plugin-scored.json, a patient who is
// scored, and Bundle/plugin-refused.json, one who lacks an input or is outside
// the population (conformance-tests/samples/plugin is an example).
import { script, post, get, status, is, yes, none, count, resource, parameters, part, conforms, CANONICAL } from "../lib.mjs";

const EXT = `${CANONICAL}/StructureDefinition`;
const RESULTS = "Bundle.entry.resource";
const RISK = `${RESULTS}.ofType(RiskAssessment)`;
const MEASURED = `${RESULTS}.ofType(Observation)`;
const module = script("plugin", "module", "A module over HTTP",
  "Descriptor, Device and model card; a patient who is scored, one who is not; the same answer to the same question; nothing stored.");
module.variables.push({ name: "model", defaultValue: "endpac", description: "Code of the model under test", hint: "the id in its descriptor" });
module.fixture("scored", {}, { reference: "Bundle/plugin-scored" })
  .fixture("refused", {}, { reference: "Bundle/plugin-refused" })
  .profile("device", `${EXT}/model-device`).profile("card", `${EXT}/model-card`)
  .variable("device", { sourceId: "devices", expression: "Bundle.entry[0].resource.id" })
  .variable("version", { sourceId: "devices", expression: "Bundle.entry[0].resource.version.where(type.text = 'model').value" })
  .variable("card", { sourceId: "the-device", expression: "Device.extension.value.ofType(Reference).reference" })
  .variable("results", { sourceId: "first", expression: `Bundle.entry.resource.where(method.coding.code = '\${model}').id.first()` })
  .setup(get("Device?identifier=org.auspex-gateway.${model}", { into: "devices" }), status(200))
  .test("plugin-device", "its Device says what it is",
    yes("Bundle.total >= 1", "devices"),
    get("Device/${device}", { into: "the-device" }), status(200), conforms("device"),
    yes("Device.version.where(type.text = 'module SHA-256').value.matches('^[0-9a-f]{64}$')"),
    ...["population", "source", "limits", "licence"].map((name) => yes(`Device.property.where(type.text = '${name}').valueCode.text.exists()`)))
  .test("plugin-card", "its model card is there", get("${card}"), status(200), conforms("card"))
  .test("plugin-scored", "the patient who can be scored is scored", post("$score", "scored", { into: "first" }), status(200),
    is("Bundle.type", "collection"),
    yes(`${RESULTS}.where(method.coding.code = '\${model}').exists()`),
    yes(`${RISK}.where(method.coding.code = '\${model}').all(method.coding.version = '\${version}' and status = 'preliminary')`),
    yes(`${RISK}.where(method.coding.code = '\${model}').all(performer.reference = 'Device/\${device}')`),
    yes(`${MEASURED}.where(method.coding.code = '\${model}').all(device.reference = 'Device/\${device}' and derivedFrom.exists())`),
    yes(`${RISK}.where(method.coding.code = '\${model}').all(prediction.exists() and basis.exists())`),
    yes(`${RISK}.prediction.probability.ofType(decimal).all($this >= 0 and $this <= 100)`),
    yes(`${RESULTS}.where(method.coding.code = '\${model}').all(meta.security.where(code = 'AIAST').exists())`),
    yes(`${RISK}.where(method.coding.code = '\${model}').prediction.all(outcome.coding.exists() or outcome.text.exists())`),
    none(`${RESULTS}.ofType(GuidanceResponse).where(module.coding.code = '\${model}')`))
  .test("plugin-same", "the same question has the same answer", post("$score", "scored"), status(200),
    yes(`${RESULTS}.where(method.coding.code = '\${model}').exists()`))
  .test("plugin-refused", "the patient who cannot be scored is not", post("$score", "refused"), status(200),
    none(`${RISK}.where(method.coding.code = '\${model}')`), none(`${MEASURED}.where(method.coding.code = '\${model}')`),
    yes(`${RESULTS}.ofType(GuidanceResponse).where(module.coding.code = '\${model}').all(status = 'data-required' and dataRequirement.exists() and ` +
      `dataRequirement.all(extension.where(url = '${EXT}/input-gap').extension.where(url = 'reason').value.exists()))`));

export default [module];
