/* DocumentReference: the model's card, for people and for programs. */
#include "base/sha256.h"
#include "base/uuid.h"
#include "fhir/fhir_make.h"
#include "scoring/card.h"
#include "scoring/result_parts.h"

#define AI_DOCUMENTS AX_RESULT_AI "/CodeSystem/AIinputsCS"

void ax_result_card_id(const ax_model *model, char out[37]) {
  char digest[AX_SHA256_HEX + 1];
  ax_uuid device;
  ax_result_device_id(model, out);
  ax_sha256_hex(model->card->source, digest);
  if (ax_uuid_parse((ax_str){ out, AX_UUID_TEXT }, &device))
    ax_uuid_text(ax_uuid_v5(device, ax_str_from(digest)), out);
}

/* --- Markdown --------------------------------------------------------------
 */

static void put_line(ax_buf *out, const char *name, ax_str text) {
  if (!text.len) return;
  ax_buf_printf(out, "- **%s:** " AX_STR_FMT "\n", name, AX_STR_ARG(text));
}

static void put_markdown(ax_buf *out, const ax_model *model) {
  const ax_card *card = model->card;
  const char *section = "";
  ax_buf_printf(out, "# " AX_STR_FMT "\n\n", AX_STR_ARG(model->title));
  put_line(out, "Model", model->id);
  put_line(out, "Version", model->version);
  put_line(out, "Publisher", model->publisher);
  put_line(out, "Kind", ax_str_from(ax_card_kind_name(card->kind)));
  put_line(out, "Source", model->source);
  put_line(out, "Licence", model->licence);
  for (size_t i = 0; i < AX_CARD_ATTRIBUTES; i++) {
    const ax_card_attribute *attribute = ax_card_attribute_at(i);
    if (strcmp(section, attribute->section) != 0)
      ax_buf_printf(out, "\n## %s\n", attribute->section);
    section = attribute->section;
    ax_buf_printf(out, "\n**%s.** %s" AX_STR_FMT "\n", attribute->title,
                  card->values[i].available ? "" : "Not available: ",
                  AX_STR_ARG(card->values[i].text));
  }
}

/* RFC 4648, section 4. */
static void put_base64(ax_buf *out, ax_str bytes) {
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.len; i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; k++)
      three = three << 8 |
              (i + k < bytes.len ? (unsigned char)bytes.ptr[i + k] : 0u);
    for (size_t k = 0; k < 4; k++) {
      char digit = digits[three >> (18 - 6 * k) & 63u];
      if (i + k > bytes.len) digit = '=';
      ax_buf_append_char(out, digit);
    }
  }
}

static void write_content(ax_json_writer *w, ax_str type, ax_str title,
                          ax_str bytes) {
  ax_buf data = AX_BUF_INIT(AX_RESULT_BODY);
  put_base64(&data, bytes);
  if (data.status) w->out->status = data.status;
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("attachment"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("contentType"), type);
  ax_json_write_member(w, AX_STR("language"), AX_STR("en"));
  ax_json_write_member(w, AX_STR("data"), ax_buf_view(&data));
  ax_json_write_member(w, AX_STR("title"), title);
  ax_json_write_close(w);
  ax_json_write_close(w);
  ax_buf_free(&data);
}

static void write_kind(ax_json_writer *w) {
  ax_coding type = { AX_STR(AI_DOCUMENTS), AX_STR("AIModelCard"),
                     AX_STR("AI Model-Card") };
  ax_coding form = { AX_STR(AI_DOCUMENTS), AX_STR("AIModelCardMarkdownFormat"),
                     AX_STR("Markdown Format") };
  ax_json_write_key(w, AX_STR("type"));
  ax_fhir_make_concept(w, &type, 1, AX_STR(""));
  ax_json_write_key(w, AX_STR("category"));
  ax_json_write_array(w);
  ax_fhir_make_concept(w, &form, 1, AX_STR(""));
  ax_json_write_close(w);
}

static void write_body(ax_json_writer *w, const ax_model *model, ax_str text) {
  ax_json_write_key(w, AX_STR("identifier"));
  ax_json_write_array(w);
  ax_fhir_make_identifier(w, AX_STR(AX_RESULT_BASE "/NamingSystem/model-card"),
                          model->id);
  ax_json_write_close(w);
  ax_json_write_member(w, AX_STR("status"), AX_STR("current"));
  write_kind(w);
  ax_json_write_member(w, AX_STR("description"), text);
  ax_json_write_key(w, AX_STR("content"));
  ax_json_write_array(w);
  write_content(w, AX_STR("text/markdown"), AX_STR("Model card"), text);
  write_content(w, AX_STR("application/json"),
                AX_STR("Model card (auspex-card/1)"), model->card->source);
  ax_json_write_close(w);
}

ax_status ax_result_card(ax_arena *arena, const ax_model *model,
                         ax_score_resource *out, ax_error *err) {
  char text[AX_UUID_TEXT + 1];
  ax_result_card_id(model, text);
  ax_str id = ax_arena_str(arena, (ax_str){ text, AX_UUID_TEXT });
  if (!id.ptr) return AX_NOMEM;
  ax_buf markdown = AX_BUF_INIT(AX_RESULT_BODY);
  put_markdown(&markdown, model);
  ax_buf body = AX_BUF_INIT((size_t)4 * AX_RESULT_BODY);
  ax_json_writer w = ax_json_write_begin(&body);
  ax_result_begin(&w, AX_STR("DocumentReference"), id, NULL);
  if (markdown.status) body.status = markdown.status;
  write_body(&w, model, ax_buf_view(&markdown));
  ax_buf_free(&markdown);
  return ax_result_finish(arena, &w, &body, AX_STR("DocumentReference"), id,
                          out, err);
}
