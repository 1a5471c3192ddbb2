#include "intake/intake_medication.h"

#include "fhir/fhir_reference.h"
#include "json/json_parse.h"

static const ax_json *among(const ax_intake_item *items, size_t count,
                            ax_str id) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(items[i].type, AX_STR("Medication")) &&
        ax_str_eq(items[i].id, id) && ax_intake_item_writes(&items[i]))
      return items[i].tree;
  return NULL;
}

static ax_status in_store(ax_store *store, ax_arena *arena, ax_str id,
                          const ax_json **out, ax_error *err) {
  ax_stored stored;
  ax_json_fault fault;
  ax_status status = ax_store_read(store, arena, AX_STR("Medication"), id,
                                   AX_VERSION_ANY, &stored, err);
  if (status == AX_NOT_FOUND) return AX_OK;
  if (status || stored.deleted) return status;
  return ax_json_parse(arena, stored.body, out, &fault);
}

/* Its id, when it is one of ours; else empty. */
static ax_str id_of(ax_str text, ax_str base) {
  ax_reference ref = ax_fhir_reference_parse(text);
  bool ours = ref.kind == AX_REF_RELATIVE ||
              (ref.kind == AX_REF_ABSOLUTE && ax_str_eq(ref.base, base));
  if (!ours || !ax_str_eq(ref.type, AX_STR("Medication"))) return AX_STR("");
  return ref.id;
}

ax_status ax_intake_medication_find(ax_store *store, ax_arena *arena,
                                    ax_str base, ax_intake_item *items,
                                    size_t count, ax_error *err) {
  for (size_t i = 0; i < count; i++) {
    ax_intake_item *item = &items[i];
    item->medication = NULL;
    if (!item->tree || !ax_intake_item_writes(item)) continue;
    ax_str id = id_of(ax_fhir_fact_medication_elsewhere(item->tree), base);
    if (!id.len) continue;
    item->medication = among(items, count, id);
    if (!item->medication)
      AX_TRY(in_store(store, arena, id, &item->medication, err));
  }
  return AX_OK;
}
