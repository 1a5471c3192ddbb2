#include "scoring/result_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "fhir/fhir_decimal.h"
#include "fhir/fhir_make.h"
#include <auspex_plugin.h>

/* --- references and identity -------------------------------------------- */

ax_str ax_result_ref(ax_arena *arena, const ax_fact *fact) {
  if (fact->source_version && fact->source_id.len)
    return ax_arena_printf(
        arena, "%.*s/%.*s/_history/%llu", AX_STR_ARG(fact->source_type),
        AX_STR_ARG(fact->source_id), (unsigned long long)fact->source_version);
  if (fact->source_url.len) return fact->source_url;
  if (fact->source_id.len)
    return ax_arena_printf(arena, "%.*s/%.*s", AX_STR_ARG(fact->source_type),
                           AX_STR_ARG(fact->source_id));
  return AX_STR("");
}

typedef struct {
  ax_str *items;
  size_t count, capacity;
} refs_found;

/* What the Patient resource says is no basis of its own. */
static bool is_person(const ax_fact *fact) {
  return fact->kind == AX_FACT_PATIENT || fact->kind == AX_FACT_EXTENSION;
}

static ax_status add_ref(const ax_result_job *job, const ax_fact *fact,
                         refs_found *found) {
  if (!fact || is_person(fact) || found->count == found->capacity) return AX_OK;
  ax_str ref = ax_result_ref(job->arena, fact);
  if (!ref.ptr) return AX_NOMEM;
  if (!ref.len) return AX_OK;
  for (size_t i = 0; i < found->count; i++)
    if (ax_str_eq(found->items[i], ref)) return AX_OK;
  found->items[found->count++] = ref;
  return AX_OK;
}

static bool uses(uint64_t inputs, size_t i) {
  return inputs == 0 || (i < AX_MODEL_NAMED_INPUTS && (inputs >> i & 1u));
}

/* A series keeps its facts in the row's basis only. */
static bool has_series(const ax_result_job *job, uint64_t inputs) {
  const ax_model *model = job->request->model;
  for (size_t i = 0; i < model->input_count; i++)
    if (uses(inputs, i) &&
        ax_model_input_picks(&model->inputs[i], AUSPEX_PICK_SERIES))
      return true;
  return false;
}

ax_status ax_result_basis(const ax_result_job *job, uint64_t inputs,
                          ax_result_refs *out) {
  const ax_model *model = job->request->model;
  const ax_feature_row *row = job->row;
  refs_found found = { .capacity = row->basis_count + model->column_count + 2 };
  found.items = AX_NEW_ARRAY(job->arena, ax_str, found.capacity);
  if (!found.items) return AX_NOMEM;
  if (inputs == 0 || has_series(job, inputs)) {
    for (size_t i = 0; i < row->basis_count; i++)
      AX_TRY(add_ref(job, row->basis[i], &found));
  } else {
    AX_TRY(add_ref(job, row->anchor, &found));
    AX_TRY(add_ref(job, row->event, &found));
    for (size_t i = 0; i < model->input_count; i++) {
      const ax_model_input *input = &model->inputs[i];
      for (uint32_t k = 0; uses(inputs, i) && k < input->width; k++)
        AX_TRY(add_ref(job, row->cells[input->column + k].fact, &found));
    }
  }
  *out = (ax_result_refs){ found.items, found.count };
  return AX_OK;
}

ax_status ax_result_rest(const ax_result_job *job, ax_result_refs named,
                         ax_score_resource *out) {
  const ax_feature_row *row = job->row;
  ax_str *refs =
      AX_NEW_ARRAY(job->arena, ax_str, named.count + row->person_count + 1);
  if (!refs) return AX_NOMEM;
  if (named.count) memcpy(refs, named.items, named.count * sizeof *refs);
  out->basis = refs;
  out->basis_count = named.count;
  for (size_t i = 0; i < row->person_count; i++) {
    ax_str ref = ax_result_ref(job->arena, row->persons[i]);
    if (!ref.ptr) return AX_NOMEM;
    if (ref.len) refs[out->basis_count++] = ref;
  }
  return AX_OK;
}

static int compare_refs(const void *a, const void *b) {
  const ax_str *x = a, *y = b;
  size_t shorter = x->len < y->len ? x->len : y->len;
  int order = memcmp(x->ptr, y->ptr, shorter);
  return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* Version 5 UUID of AX_RESULT_BASE "/NamingSystem/score-id" in the URL
 * namespace of RFC 9562. */
static ax_uuid score_namespace(void) {
  ax_uuid url = { { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4,
                    0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 } };
  return ax_uuid_v5(url, AX_STR(AX_RESULT_BASE "/NamingSystem/score-id"));
}

static void put_line(ax_buf *buf, ax_str line) {
  ax_buf_append(buf, line);
  ax_buf_append_char(buf, '\n');
}

static ax_status uuid_of(ax_arena *arena, ax_buf *name, ax_str *id) {
  ax_status status = name->status;
  char text[AX_UUID_TEXT + 1];
  if (status == AX_OK)
    ax_uuid_text(ax_uuid_v5(score_namespace(), ax_buf_view(name)), text);
  ax_buf_free(name);
  if (status) return status;
  id->ptr = ax_arena_cstr(arena, (ax_str){ text, AX_UUID_TEXT });
  id->len = AX_UUID_TEXT;
  return id->ptr ? AX_OK : AX_NOMEM;
}

static void put_model(ax_buf *name, const ax_model *model) {
  put_line(name, model->id);
  put_line(name, model->version);
  put_line(name, model->module_digest);
  put_line(name, model->data_digest);
}

/* The Patient is no basis (an address changes no score); what was taken from
 * it, or from the site's configuration, counts by its value. */
static void put_person(ax_buf *name, const ax_result_job *job) {
  const ax_model *model = job->request->model;
  for (size_t i = 0; i < model->input_count; i++) {
    const ax_model_input *input = &model->inputs[i];
    const ax_feature_cell *cell = &job->row->cells[input->column];
    bool site = ax_model_input_is_from(input, AUSPEX_FROM_SITE) && !cell->fact;
    if (!site && (!cell->fact || !is_person(cell->fact))) continue;
    char value[40];
    (void)snprintf(value, sizeof value, "%.17g", cell->value);
    put_line(name, input->name);
    put_line(name, ax_str_from(value));
  }
}

ax_status ax_result_identity(const ax_result_job *job, ax_str kind,
                             int64_t anchor_ms, ax_result_refs basis,
                             ax_str *id) {
  ax_str *sorted = AX_NEW_ARRAY(job->arena, ax_str, basis.count + 1);
  if (!sorted) return AX_NOMEM;
  if (basis.count) memcpy(sorted, basis.items, basis.count * sizeof *sorted);
  qsort(sorted, basis.count, sizeof *sorted, compare_refs);
  char anchor[32];
  (void)snprintf(anchor, sizeof anchor, "%lld", (long long)anchor_ms);
  ax_buf name = AX_BUF_INIT(AX_RESULT_BODY);
  put_model(&name, job->request->model);
  put_line(&name, kind);
  put_line(&name, ax_str_from(anchor));
  put_person(&name, job);
  for (size_t i = 0; i < basis.count; i++) put_line(&name, sorted[i]);
  put_line(&name, job->request->subject);
  return uuid_of(job->arena, &name, id);
}

void ax_result_device_id(const ax_model *model, char out[37]) {
  ax_buf name = AX_BUF_INIT(4096);
  put_model(&name, model);
  ax_buf_append(&name, AX_STR("device"));
  ax_uuid_text(ax_uuid_v5(score_namespace(), ax_buf_view(&name)), out);
  ax_buf_free(&name);
}

/* --- a resource's frame ---------------------------------------------------
 */

static void write_tag(ax_json_writer *w, ax_str code, ax_str display) {
  ax_fhir_make_coding(
      w, (ax_coding){ AX_STR(AX_FHIR_FACT_MADE_SYSTEM), code, display });
}

/* The label of what an algorithm asserts. Its code came into the system after
 * R4, so the version is named. */
static void write_label(ax_json_writer *w) {
  ax_json_write_key(w, AX_STR("security"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(
      w, AX_STR("system"),
      AX_STR("http://terminology.hl7.org/CodeSystem/v3-ObservationValue"));
  ax_json_write_member(w, AX_STR("version"), AX_STR("5.0.0"));
  ax_json_write_member(w, AX_STR("code"), AX_STR("AIAST"));
  ax_json_write_member(w, AX_STR("display"),
                       AX_STR("Artificial Intelligence asserted"));
  ax_json_write_close(w);
  ax_json_write_close(w);
}

void ax_result_begin(ax_json_writer *w, ax_str type, ax_str id,
                     const ax_score_request *request) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("resourceType"), type);
  ax_json_write_member(w, AX_STR("id"), id);
  ax_json_write_key(w, AX_STR("meta"));
  ax_json_write_object(w);
  if (request) write_label(w);
  ax_json_write_key(w, AX_STR("tag"));
  ax_json_write_array(w);
  write_tag(w, AX_STR(AX_FHIR_FACT_MADE_CODE), AX_STR("Made by the gateway"));
  if (request && request->retrospective)
    write_tag(w, AX_STR("retrospective"),
              AX_STR("Made for a given moment of the past"));
  ax_json_write_close(w);
  ax_json_write_close(w);
}

ax_status ax_result_finish(ax_arena *arena, ax_json_writer *w, ax_buf *body,
                           ax_str type, ax_str id, ax_score_resource *out,
                           ax_error *err) {
  ax_json_write_close(w);
  ax_status status = ax_json_write_end(w);
  ax_str text = ax_buf_view(body);
  *out = (ax_score_resource){ .type = type, .id = id };
  if (!status) {
    out->body = (ax_str){ ax_arena_cstr(arena, text), text.len };
    if (!out->body.ptr) status = AX_NOMEM;
  }
  ax_buf_free(body);
  return status ? ax_error_set(err, status, "a %.*s cannot be written: %s",
                               AX_STR_ARG(type), ax_error_name(status))
                : AX_OK;
}

/* --- single values --------------------------------------------------------
 */

void ax_result_identifier(ax_json_writer *w, ax_str id) {
  ax_json_write_key(w, AX_STR("identifier"));
  ax_json_write_array(w);
  ax_fhir_make_identifier(w, AX_STR(AX_RESULT_BASE "/NamingSystem/score-id"),
                          id);
  ax_json_write_close(w);
}

void ax_result_codes(ax_json_writer *w, const ax_model_codes *codes,
                     ax_str text) {
  ax_json_write_object(w);
  if (codes->count) {
    ax_json_write_key(w, AX_STR("coding"));
    ax_json_write_array(w);
    for (size_t i = 0; i < codes->count; i++)
      ax_fhir_make_coding(w, (ax_coding){ codes->items[i].system,
                                          codes->items[i].code,
                                          codes->items[i].display });
    ax_json_write_close(w);
  }
  ax_json_write_member(w, AX_STR("text"), text);
  ax_json_write_close(w);
}

void ax_result_method(ax_json_writer *w, const ax_model *model) {
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("coding"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("system"), AX_STR(AX_RESULT_SYSTEM "model"));
  ax_json_write_member(w, AX_STR("version"), model->version);
  ax_json_write_member(w, AX_STR("code"), model->name);
  ax_json_write_close(w);
  ax_json_write_close(w);
  char text[400];
  (void)snprintf(text, sizeof text, "%.*s, version %.*s",
                 AX_STR_ARG(model->title), AX_STR_ARG(model->version));
  ax_json_write_member(w, AX_STR("text"), ax_str_from(text));
  ax_json_write_close(w);
}

static void write_decimal(ax_json_writer *w, ax_fhir_decimal decimal) {
  char text[AX_FHIR_DECIMAL_TEXT];
  size_t length = ax_fhir_decimal_text(ax_fhir_decimal_trim(decimal), text);
  ax_json_write_number(w, (ax_str){ text, length });
}

void ax_result_number(ax_json_writer *w, double value) {
  ax_fhir_decimal decimal;
  if (ax_fhir_decimal_from_double(value, &decimal))
    write_decimal(w, ax_fhir_decimal_round(decimal, 9));
  else
    ax_json_write_double(w, value);
}

void ax_result_percent(ax_json_writer *w, double probability) {
  ax_fhir_decimal decimal, percent;
  if (ax_fhir_decimal_from_double(probability, &decimal) &&
      ax_fhir_decimal_multiply(ax_fhir_decimal_round(decimal, 11),
                               ax_fhir_decimal_from_int(100), &percent))
    write_decimal(w, percent);
  else
    ax_json_write_double(w, probability * 100);
}

/* {score}, {points}: the annotation without braces is the word for people. */
static ax_str unit_word(ax_str unit) {
  if (unit.len > 2 && unit.ptr[0] == '{' && unit.ptr[unit.len - 1] == '}')
    return (ax_str){ unit.ptr + 1, unit.len - 2 };
  return unit;
}

void ax_result_quantity(ax_json_writer *w, double value, ax_str unit) {
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("value"));
  ax_result_number(w, value);
  if (unit.len) {
    ax_json_write_member(w, AX_STR("unit"), unit_word(unit));
    ax_json_write_member(w, AX_STR("system"),
                         AX_STR("http://unitsofmeasure.org"));
    ax_json_write_member(w, AX_STR("code"), unit);
  }
  ax_json_write_close(w);
}

void ax_result_reference(ax_json_writer *w, ax_str key, ax_str reference) {
  ax_json_write_key(w, key);
  ax_fhir_make_reference(w, reference, AX_STR(""));
}

void ax_result_instant(ax_json_writer *w, ax_str key, int64_t wall_ms) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(wall_ms, text);
  ax_json_write_member(w, key, ax_str_from(text));
}

void ax_result_day(ax_json_writer *w, ax_str key, int64_t wall_ms) {
  char text[11];
  ax_fhir_date_day(wall_ms, text);
  ax_json_write_member(w, key, ax_str_from(text));
}

void ax_result_device_reference(ax_json_writer *w, ax_str key,
                                const ax_model *model) {
  char id[AX_UUID_TEXT + 1], reference[AX_UUID_TEXT + 8], display[300];
  ax_result_device_id(model, id);
  (void)snprintf(reference, sizeof reference, "Device/%s", id);
  (void)snprintf(display, sizeof display, "%.*s %.*s", AX_STR_ARG(model->name),
                 AX_STR_ARG(model->version));
  ax_json_write_key(w, key);
  ax_fhir_make_reference(w, ax_str_from(reference), ax_str_from(display));
}

void ax_result_extension(ax_json_writer *w, const char *name) {
  char url[160];
  (void)snprintf(url, sizeof url, AX_RESULT_DEFINITION "%s", name);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("url"), ax_str_from(url));
}

void ax_result_sub_extension(ax_json_writer *w, const char *name) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("url"), ax_str_from(name));
}

const char *ax_result_state(uint8_t state) {
  static const char *const words[] = {
    [AUSPEX_CELL_ABSENT] = "absent",
    [AUSPEX_CELL_PRESENT] = "present",
    [AUSPEX_CELL_IMPUTED] = "imputed",
    [AUSPEX_CELL_STALE] = "stale",
    [AUSPEX_CELL_IMPLAUSIBLE] = "implausible",
    [AUSPEX_CELL_UNIT_ERROR] = "unit-error",
    [AUSPEX_CELL_COMPARATOR] = "comparator",
    [AUSPEX_CELL_CONFLICT] = "conflict",
    [AUSPEX_CELL_IMPRECISE] = "imprecise",
    [AUSPEX_CELL_WITHHELD] = "withheld",
    [AUSPEX_CELL_UNMAPPED] = "unmapped",
  };
  if (state == AX_FEATURE_GAP_UNFIT) return "unfit";
  return state < AX_COUNT(words) ? words[state] : "absent";
}

/* --- levels, sources -----------------------------------------------------
 */

bool ax_result_level(uint32_t level, ax_coding *out) {
  static const ax_coding levels[] = {
    [AUSPEX_LEVEL_NEGLIGIBLE] = { { 0 },
                                  AX_STR_INIT("negligible"),
                                  AX_STR_INIT("Negligible likelihood") },
    [AUSPEX_LEVEL_LOW] = { { 0 },
                           AX_STR_INIT("low"),
                           AX_STR_INIT("Low likelihood") },
    [AUSPEX_LEVEL_MODERATE] = { { 0 },
                                AX_STR_INIT("moderate"),
                                AX_STR_INIT("Moderate likelihood") },
    [AUSPEX_LEVEL_HIGH] = { { 0 },
                            AX_STR_INIT("high"),
                            AX_STR_INIT("High likelihood") },
    [AUSPEX_LEVEL_CERTAIN] = { { 0 },
                               AX_STR_INIT("certain"),
                               AX_STR_INIT("Certain") },
  };
  if (level == AUSPEX_LEVEL_NONE || level >= AX_COUNT(levels)) return false;
  *out = levels[level];
  out->system =
      AX_STR("http://terminology.hl7.org/CodeSystem/risk-probability");
  return true;
}

/* R4 Observation.derivedFrom: the types that it may refer to and that facts
 * come from. */
static bool may_derive_from(ax_str ref) {
  return ax_str_starts(ref, AX_STR("Observation/")) ||
         ax_str_starts(ref, AX_STR("QuestionnaireResponse/")) ||
         ax_str_starts(ref, AX_STR("urn:")) ||
         ax_str_find(ref, AX_STR("/Observation/")) != AX_STR_NONE ||
         ax_str_find(ref, AX_STR("/QuestionnaireResponse/")) != AX_STR_NONE;
}

void ax_result_derived_from(ax_json_writer *w, ax_result_refs basis) {
  bool open = false;
  for (size_t i = 0; i < basis.count; i++) {
    if (!may_derive_from(basis.items[i])) continue;
    if (!open) {
      ax_json_write_key(w, AX_STR("derivedFrom"));
      ax_json_write_array(w);
      open = true;
    }
    ax_fhir_make_reference(w, basis.items[i], AX_STR(""));
  }
  if (open) ax_json_write_close(w);
}

/* --- quality of the inputs ------------------------------------------------
 */

void ax_result_source(ax_json_writer *w, ax_arena *arena, const ax_fact *fact) {
  ax_str ref = fact ? ax_result_ref(arena, fact) : AX_STR("");
  if (!ref.ptr && !w->out->status) w->out->status = AX_NOMEM;
  if (!ref.ptr || !ref.len) return;
  ax_result_sub_extension(w, "source");
  ax_result_reference(w, AX_STR("valueReference"), ref);
  ax_json_write_close(w);
}

/* The state that says most about an input with several columns. */
static const ax_feature_cell *telling_cell(const ax_feature_cell *cells,
                                           uint32_t width) {
  for (uint32_t i = 0; i < width; i++)
    if (cells[i].state == AUSPEX_CELL_PRESENT ||
        cells[i].state == AUSPEX_CELL_IMPUTED)
      return &cells[i];
  return cells;
}

static void write_quality(ax_json_writer *w, const ax_result_job *job,
                          const ax_model_input *input) {
  const ax_feature_cell *cells = job->row->cells + input->column;
  const ax_feature_cell *cell = telling_cell(cells, input->width);
  ax_result_extension(w, "data-quality");
  ax_json_write_key(w, AX_STR("extension"));
  ax_json_write_array(w);
  ax_result_sub_extension(w, "input");
  ax_json_write_member(w, AX_STR("valueString"),
                       input->title.len ? input->title : input->name);
  ax_json_write_close(w);
  ax_result_sub_extension(w, "state");
  ax_json_write_member(w, AX_STR("valueCode"),
                       ax_str_from(ax_result_state(cell->state)));
  ax_json_write_close(w);
  if (input->width == 1 && !isnan(cell->value)) {
    ax_result_sub_extension(w, "value");
    ax_json_write_key(w, AX_STR("valueQuantity"));
    ax_result_quantity(w, cell->value, ax_model_input_unit(input));
    ax_json_write_close(w);
  }
  if (cell->time_ms) {
    ax_result_sub_extension(w, "time");
    ax_result_instant(w, AX_STR("valueDateTime"), cell->time_ms);
    ax_json_write_close(w);
  }
  ax_result_source(w, job->arena, cell->fact);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

void ax_result_quality(ax_json_writer *w, const ax_result_job *job,
                       uint64_t inputs) {
  const ax_model *model = job->request->model;
  bool open = false;
  for (size_t i = 0; i < model->input_count; i++) {
    if (!uses(inputs, i)) continue;
    if (!open) {
      ax_json_write_key(w, AX_STR("extension"));
      ax_json_write_array(w);
      open = true;
    }
    write_quality(w, job, &model->inputs[i]);
  }
  if (open) ax_json_write_close(w);
}
