#include "validate/check.h"

#include <string.h>

static const ax_check_kind *const KINDS[] = {
  &ax_check_length,
  &ax_check_range,
  &ax_check_fixed,
  &ax_check_pattern,
  &ax_check_binding,
  &ax_check_reference,
  &ax_check_canonical,
  &ax_check_extension,
  &ax_check_bundle,
  &ax_check_contained,
  &ax_check_narrative,
  &ax_check_coding,
  &ax_check_present,
  &ax_check_document,
  &ax_check_entry_reference,
  &ax_check_questionnaire,
  &ax_check_identifier,
  &ax_check_attachment,
  &ax_check_sampled_data,
  &ax_check_form,
  &ax_check_code_system,
  &ax_check_value_set,
  &ax_check_concept_map,
  &ax_check_reference_type,
  &ax_check_quantity,
  &ax_check_request,
  &ax_check_narrative_link,
  &ax_check_structure,
  &ax_check_aggregation,
  &ax_check_measure,
  &ax_check_search_parameter,
  &ax_check_measure_report,
  &ax_check_invariant,
};

ax_status ax_check_compile(const ax_check_source *source,
                           const ax_check **out) {
  const ax_check **end = out;
  *out = NULL;
  for (size_t i = 0; i < AX_COUNT(KINDS); i++) {
    ax_check *made = NULL;
    AX_TRY(KINDS[i]->compile(source, &made));
    if (!made) continue;
    made->kind = KINDS[i];
    *end = made;
    end = &made->next;
  }
  return AX_OK;
}

ax_status ax_check_on_type(const ax_check_source *source, const char *name,
                           ax_check **out) {
  if (!source->is_root || source->is_profile ||
      !ax_str_eq(source->type, ax_str_from(name)))
    return AX_OK;
  *out = AX_NEW(source->arena, ax_check);
  return *out ? AX_OK : AX_NOMEM;
}

void ax_check_explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_json *ax_check_member(const ax_check_source *source, ax_str key) {
  const ax_json *value = ax_json_get(source->definition, key);
  const ax_json *base = ax_json_get(source->base, key);
  const ax_json *twin = ax_json_get(source->twin, key);
  if (value && twin && ax_json_equal(value, twin)) return NULL;
  return value && base && ax_json_equal(value, base) ? NULL : value;
}

const ax_json *ax_check_choice(const ax_check_source *source, ax_str prefix) {
  const ax_json *definition = source->definition;
  for (uint32_t i = 0; i < definition->count; i++) {
    const ax_json_member *m = &definition->u.members[i];
    if (m->key.len > prefix.len && ax_str_starts(m->key, prefix))
      return ax_check_member(source, m->key);
  }
  return NULL;
}

static bool copy_into(ax_arena *arena, const ax_json *from, ax_json *to);

static bool copy_items(ax_arena *arena, const ax_json *from, ax_json *to) {
  ax_json *items = AX_NEW_ARRAY(arena, ax_json, from->count + (size_t)1);
  if (!items) return false;
  for (uint32_t i = 0; i < from->count; i++)
    if (!copy_into(arena, &from->u.items[i], &items[i])) return false;
  to->u.items = items;
  return true;
}

static bool copy_members(ax_arena *arena, const ax_json *from, ax_json *to) {
  ax_json_member *members =
      AX_NEW_ARRAY(arena, ax_json_member, from->count + (size_t)1);
  if (!members) return false;
  for (uint32_t i = 0; i < from->count; i++) {
    members[i].key = ax_arena_str(arena, from->u.members[i].key);
    if (!members[i].key.ptr ||
        !copy_into(arena, &from->u.members[i].value, &members[i].value))
      return false;
  }
  to->u.members = members;
  return true;
}

/* Depth is bounded by the parser. */
static bool copy_into(ax_arena *arena, const ax_json *from, ax_json *to) {
  *to = *from;
  switch ((ax_json_kind)from->kind) {
  case AX_JSON_NULL:
  case AX_JSON_BOOL:
    return true;
  case AX_JSON_NUMBER:
  case AX_JSON_STRING:
    to->u.text = ax_arena_str(arena, ax_json_text(from)).ptr;
    return to->u.text != NULL;
  case AX_JSON_ARRAY:
    return copy_items(arena, from, to);
  case AX_JSON_OBJECT:
    return copy_members(arena, from, to);
  }
  return false;
}

const ax_json *ax_check_copy(ax_arena *arena, const ax_json *value) {
  ax_json *copy = AX_NEW(arena, ax_json);
  return copy && copy_into(arena, value, copy) ? copy : NULL;
}
