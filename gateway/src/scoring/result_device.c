/* Device: the model as performer of its results, with its card in short. */
#include <stdio.h>

#include "base/uuid.h"
#include "fhir/fhir_make.h"
#include "scoring/card.h"
#include "scoring/result_parts.h"

static void write_version(ax_json_writer *w, const char *type, ax_str value) {
  if (!value.len) return;
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("type"));
  ax_fhir_make_concept(w, NULL, 0, ax_str_from(type));
  ax_json_write_member(w, AX_STR("value"), value);
  ax_json_write_close(w);
}

static void write_property(ax_json_writer *w, const char *type, ax_str text) {
  if (!text.len) return;
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("type"));
  ax_fhir_make_concept(w, NULL, 0, ax_str_from(type));
  ax_json_write_key(w, AX_STR("valueCode"));
  ax_json_write_array(w);
  ax_fhir_make_concept(w, NULL, 0, text);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_names(ax_json_writer *w, const ax_model *model) {
  ax_json_write_key(w, AX_STR("deviceName"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("name"), model->title);
  ax_json_write_member(w, AX_STR("type"), AX_STR("model-name"));
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_versions(ax_json_writer *w, const ax_model *model) {
  ax_json_write_key(w, AX_STR("version"));
  ax_json_write_array(w);
  write_version(w, "model", model->version);
  write_version(w, "module SHA-256", model->module_digest);
  write_version(w, "data SHA-256", model->data_digest);
  ax_json_write_close(w);
}

static void write_card(ax_json_writer *w, const ax_model *model) {
  ax_json_write_key(w, AX_STR("property"));
  ax_json_write_array(w);
  write_property(w, "module", model->module);
  write_property(w, "population", model->population);
  write_property(w, "source", model->source);
  write_property(w, "limits", model->limits);
  write_property(w, "licence", model->licence);
  ax_json_write_close(w);
}

static const char *const kinds[] = {
  [AX_CARD_RULES] = "Rule-Based-Systems",
  [AX_CARD_LEARNED] = "Machine-Learning-Models",
  [AX_CARD_DEEP] = "Deep-Learning-Models",
  [AX_CARD_HYBRID] = "Hybrid-Models",
};

#define AI_TYPES AX_RESULT_AI "/CodeSystem/AIdeviceTypeCS"

static void write_extensions(ax_json_writer *w, const ax_model *model) {
  char id[AX_UUID_TEXT + 1], reference[AX_UUID_TEXT + 24];
  ax_coding kind = { AX_STR(AI_TYPES), ax_str_from(kinds[model->card->kind]),
                     AX_STR("") };
  ax_result_card_id(model, id);
  (void)snprintf(reference, sizeof reference, "DocumentReference/%s", id);
  ax_json_write_key(w, AX_STR("extension"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(
      w, AX_STR("url"),
      AX_STR(AX_RESULT_AI "/StructureDefinition/aitransparency.AIKind"));
  ax_json_write_key(w, AX_STR("valueCodeableConcept"));
  ax_fhir_make_concept(w, &kind, 1, AX_STR(""));
  ax_json_write_close(w);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("url"),
                       AX_STR(AX_RESULT_AI "/StructureDefinition/"
                                           "aitransparency."
                                           "modelCardDescription"));
  ax_json_write_key(w, AX_STR("valueReference"));
  ax_fhir_make_reference(w, ax_str_from(reference), AX_STR("Model card"));
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_type(ax_json_writer *w) {
  ax_coding type = { AX_STR(AI_TYPES), AX_STR("Artificial-Intelligence"),
                     AX_STR("All kinds of Artificial Intelligence") };
  ax_json_write_key(w, AX_STR("type"));
  ax_fhir_make_concept(w, &type, 1, AX_STR("Clinical model, software"));
}

ax_status ax_result_device(ax_arena *arena, const ax_model *model,
                           ax_score_resource *out, ax_error *err) {
  char text[AX_UUID_TEXT + 1];
  ax_result_device_id(model, text);
  ax_str id = { ax_arena_cstr(arena, (ax_str){ text, AX_UUID_TEXT }),
                AX_UUID_TEXT };
  if (!id.ptr) return AX_NOMEM;
  ax_buf body = AX_BUF_INIT(AX_RESULT_BODY);
  ax_json_writer w = ax_json_write_begin(&body);
  ax_result_begin(&w, AX_STR("Device"), id, NULL);
  if (model->card) write_extensions(&w, model);
  ax_json_write_key(&w, AX_STR("identifier"));
  ax_json_write_array(&w);
  ax_fhir_make_identifier(&w, AX_STR(AX_RESULT_BASE "/NamingSystem/model-id"),
                          model->id);
  ax_json_write_close(&w);
  ax_json_write_member(&w, AX_STR("status"), AX_STR("active"));
  ax_json_write_member(&w, AX_STR("manufacturer"), model->publisher);
  write_names(&w, model);
  write_type(&w);
  write_versions(&w, model);
  write_card(&w, model);
  return ax_result_finish(arena, &w, &body, AX_STR("Device"), id, out, err);
}
