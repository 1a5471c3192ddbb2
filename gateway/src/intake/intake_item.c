#include "intake/intake_item.h"

#include <inttypes.h>

#include "fhir/fhir_reference.h"
#include "search/search.h"
#include "json/json_edit.h"
#include "json/json_parse.h"

ax_str ax_intake_item_path(const ax_intake_item *item, const char *suffix) {
  ax_arena *arena = ax_fhir_issues_arena(item->issues);
  ax_str path =
      item->in_bundle
          ? ax_arena_printf(arena, "Bundle.entry[%zu]%s", item->i, suffix)
          : ax_arena_printf(arena, AX_STR_FMT "%s", AX_STR_ARG(item->type),
                            suffix);
  return path.ptr ? path : AX_STR("Bundle");
}

bool ax_intake_item_writes(const ax_intake_item *item) {
  return !item->found && item->method != AX_INTAKE_NOTHING &&
         item->method != AX_INTAKE_GET;
}

ax_status ax_intake_item_name(ax_arena *arena, ax_intake_item *item, ax_str id,
                              uint64_t version) {
  item->id = id;
  item->version = version;
  item->reference = AX_JOIN(arena, item->type, AX_STR("/"), id);
  return item->reference.ptr ? AX_OK : AX_NOMEM;
}

const ax_json *ax_intake_item_stamp(ax_arena *arena, const ax_json *resource,
                                    ax_str id, uint64_t version,
                                    int64_t updated_ms) {
  char *instant = AX_NEW_ARRAY(arena, char, AX_FHIR_DATE_INSTANT + 1);
  ax_str number = ax_arena_printf(arena, "%" PRIu64, version);
  if (!instant || !number.ptr) return NULL;
  ax_fhir_date_instant(updated_ms, instant);
  ax_json empty = { .kind = AX_JSON_OBJECT };
  const ax_json *meta = AX_JSON_GET(resource, "meta");
  if (!ax_json_is(meta, AX_JSON_OBJECT)) meta = &empty;
  ax_json updated =
      ax_json_edit_string((ax_str){ instant, AX_FHIR_DATE_INSTANT });
  meta = ax_json_edit_set_after(arena, meta, AX_STR(""), AX_STR("versionId"),
                                ax_json_edit_string(number));
  if (meta)
    meta = ax_json_edit_set_after(arena, meta, AX_STR("versionId"),
                                  AX_STR("lastUpdated"), updated);
  if (!meta) return NULL;
  resource = ax_json_edit_set_after(arena, resource, AX_STR("resourceType"),
                                    AX_STR("id"), ax_json_edit_string(id));
  if (!resource) return NULL;
  return ax_json_edit_set_after(arena, resource, AX_STR("id"), AX_STR("meta"),
                                *meta);
}

/* "Patient/1" for "http://our/base/Patient/1" and "Patient/1/_history/2". */
static ax_status settle_subject(ax_arena *arena, ax_str base,
                                ax_intake_item *item) {
  if (ax_str_eq(item->type, AX_STR("Patient"))) {
    item->subject = item->reference;
    return AX_OK;
  }
  ax_reference ref = ax_fhir_reference_parse(item->subject);
  bool ours = ref.kind == AX_REF_RELATIVE ||
              (ref.kind == AX_REF_ABSOLUTE && ax_str_eq(ref.base, base));
  if (!ours || (ref.kind == AX_REF_RELATIVE && ref.version.len == 0))
    return AX_OK;
  item->subject = AX_JOIN(arena, ref.type, AX_STR("/"), ref.id);
  return item->subject.ptr ? AX_OK : AX_NOMEM;
}

static ax_status write_body(ax_arena *arena, ax_buf *scratch,
                            ax_intake_item *item) {
  ax_buf_clear(scratch);
  ax_json_writer w = ax_json_write_begin(scratch);
  ax_json_write_tree(&w, item->tree);
  AX_TRY(ax_json_write_end(&w));
  item->body = ax_arena_str(arena, ax_buf_view(scratch));
  return item->body.ptr ? AX_OK : AX_NOMEM;
}

/* What the server sets is no part of what a resource says. */
static const ax_json *content_of(ax_arena *arena, const ax_json *tree) {
  const ax_json *meta = AX_JSON_GET(tree, "meta");
  tree = ax_json_edit_remove(arena, tree, AX_STR("id"));
  if (!tree || !ax_json_is(meta, AX_JSON_OBJECT)) return tree;
  meta = ax_json_edit_remove(arena, meta, AX_STR("versionId"));
  if (meta) meta = ax_json_edit_remove(arena, meta, AX_STR("lastUpdated"));
  if (!meta) return NULL;
  if (ax_json_count(meta) == 0)
    return ax_json_edit_remove(arena, tree, AX_STR("meta"));
  return ax_json_edit_set(arena, tree, AX_STR("meta"), *meta);
}

ax_status ax_intake_item_compare(ax_arena *arena, ax_intake_item *item) {
  ax_json_fault fault;
  const ax_json *stored = NULL;
  if (item->before.version == 0 || item->before.deleted) return AX_OK;
  AX_TRY(ax_json_parse(arena, item->before.body, &stored, &fault));
  stored = content_of(arena, stored);
  const ax_json *sent = content_of(arena, item->tree);
  if (!stored || !sent) return AX_NOMEM;
  if (!ax_json_equal(stored, sent)) return AX_OK;
  item->found = true;
  item->version = item->before.version;
  item->updated_ms = item->before.updated_ms;
  item->body = item->before.body;
  return AX_OK;
}

/* What scoring may take from a Patient: who, born when, of which sex, and
 * extensions. Whether alive, active or replaced decides only who is scored. */
static bool same_fact(const ax_fact *a, const ax_fact *b) {
  return a->kind == b->kind && a->status == b->status &&
         a->has_time == b->has_time && a->lo_ms == b->lo_ms &&
         a->hi_ms == b->hi_ms && a->value_kind == b->value_kind &&
         a->comparator == b->comparator && ax_str_eq(a->system, b->system) &&
         ax_str_eq(a->code, b->code) && ax_str_eq(a->digits, b->digits) &&
         ax_str_eq(a->unit, b->unit) &&
         ax_str_eq(a->value_system, b->value_system) &&
         ax_str_eq(a->value_code, b->value_code);
}

/* Results rest on what a Patient says, not on each of its versions: a new
 * address changes no score. */
static ax_status compare_person(ax_arena *arena, ax_intake_item *item) {
  ax_json_fault fault;
  const ax_json *before = NULL;
  ax_facts facts = { 0 };
  ax_str subject;
  item->says_same = false;
  if (!ax_str_eq(item->type, AX_STR("Patient")) || item->before.version == 0 ||
      item->before.deleted)
    return AX_OK;
  AX_TRY(ax_json_parse(arena, item->before.body, &before, &fault));
  AX_TRY(ax_fhir_fact_extract(arena, before, &facts, &subject));
  if (facts.count != item->facts.count) return AX_OK;
  for (size_t i = 0; i < facts.count; i++)
    if (!same_fact(&facts.items[i], &item->facts.items[i])) return AX_OK;
  item->says_same = true;
  return AX_OK;
}

ax_status ax_intake_item_finish(ax_search *search, ax_arena *arena, ax_str base,
                                ax_buf *scratch, ax_intake_item *item) {
  item->tree = ax_intake_item_stamp(arena, item->tree, item->id, item->version,
                                    item->updated_ms);
  if (!item->tree) return AX_NOMEM;
  AX_TRY(write_body(arena, scratch, item));
  AX_TRY(ax_search_index(search, arena, item->tree, base, &item->index,
                         &item->index_count));
  item->facts = (ax_facts){ 0 };
  item->subject = (ax_str){ 0 };
  AX_TRY(ax_fhir_fact_extract_with(arena, item->tree, item->medication,
                                   &item->facts, &item->subject));
  AX_TRY(compare_person(arena, item));
  return settle_subject(arena, base, item);
}

ax_write ax_intake_item_write(const ax_intake_item *item) {
  return (ax_write){ .type = item->type,
                     .id = item->id,
                     .version = item->version,
                     .updated_ms = item->updated_ms,
                     .body = item->body,
                     .patient = item->subject,
                     .index = item->index,
                     .index_count = item->index_count,
                     .facts = item->facts.items,
                     .fact_count = item->facts.count,
                     .keeps_basis = item->says_same };
}
