#include "scoring/mitigation.h"

#include <string.h>

#include "base/log.h"
#include "json/json_parse.h"

/* --- reading -----------------------------------------------------------------
 */

static ax_status wrong(ax_str source, uint32_t at, const char *what,
                       ax_error *err) {
  return ax_error_set(err, AX_INVALID, "line %u, column %u: %s",
                      ax_json_place_of(source, at).line,
                      ax_json_place_of(source, at).column, what);
}

static ax_status check_texts(ax_str source, const ax_json *texts,
                             ax_error *err) {
  for (size_t i = 0; i < ax_json_count(texts); i++) {
    const ax_json_member *m = &texts->u.members[i];
    ax_str text = ax_json_text(&m->value);
    if (ax_json_is(&m->value, AX_JSON_NULL)) continue;
    if (!ax_json_is(&m->value, AX_JSON_STRING) || !ax_str_trim(text).len)
      return wrong(source, m->value.at,
                   "a mitigation is a text, or null for none", err);
    if (text.len > AX_MITIGATION_TEXT)
      return wrong(source, m->value.at, "the text is too long", err);
  }
  return AX_OK;
}

ax_status ax_mitigation_read(ax_arena *arena, ax_str text, const ax_json **out,
                             ax_error *err) {
  ax_json_fault fault = { .at = 0 };
  ax_status status = ax_json_parse(arena, text, out, &fault);
  if (status == AX_NOMEM) return status;
  if (status)
    return ax_error_set(err, AX_INVALID, "line %u, column %u: %s",
                        fault.place.line, fault.place.column, fault.text);
  if (!ax_json_is(*out, AX_JSON_OBJECT))
    return wrong(text, (*out)->at, "an object is wanted, with names of models",
                 err);
  for (size_t i = 0; i < ax_json_count(*out); i++) {
    const ax_json_member *m = &(*out)->u.members[i];
    if (!ax_json_is(&m->value, AX_JSON_OBJECT))
      return wrong(text, m->value.at,
                   "an object is wanted, with names of mitigations", err);
    AX_TRY(check_texts(text, &m->value, err));
  }
  return AX_OK;
}

/* --- applying ----------------------------------------------------------------
 */

bool ax_mitigation_means(ax_str name, const ax_model *model) {
  return ax_str_eq(name, model->name) || ax_str_eq(name, model->id);
}

static bool is_one_of(const ax_model *model, ax_str name) {
  for (size_t i = 0; i < model->mitigation_count; i++)
    if (ax_str_eq(model->mitigations[i].name, name)) return true;
  return false;
}

static void apply(const ax_json *texts, const ax_model *model,
                  ax_model_mitigation *all) {
  for (size_t i = 0; i < model->mitigation_count; i++) {
    const ax_json *text = ax_json_get(texts, all[i].name);
    if (text) all[i].text = ax_json_text(text);
  }
  for (size_t i = 0; i < ax_json_count(texts); i++)
    if (!is_one_of(model, texts->u.members[i].key))
      ax_log_event(AX_LOG_WARN, "mitigation_unknown",
                   ax_log_str("model", model->name),
                   ax_log_str("mitigation", texts->u.members[i].key));
}

ax_status ax_mitigation_apply(ax_arena *arena, const ax_json *texts,
                              ax_model *model) {
  ax_model_mitigation *all = NULL;
  for (size_t i = 0; i < ax_json_count(texts); i++) {
    const ax_json_member *m = &texts->u.members[i];
    if (!ax_mitigation_means(m->key, model)) continue;
    if (!all) {
      all =
          AX_NEW_ARRAY(arena, ax_model_mitigation, model->mitigation_count + 1);
      if (!all) return AX_NOMEM;
      if (model->mitigation_count)
        memcpy(all, model->mitigations, model->mitigation_count * sizeof *all);
      model->mitigations = all;
    }
    apply(&m->value, model, all);
  }
  return AX_OK;
}
