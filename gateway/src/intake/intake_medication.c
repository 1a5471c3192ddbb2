#include "intake/intake_medication.h"

#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/vec.h"
#include "fhir/fhir_reference.h"
#include "json/json_parse.h"

#define TASK "auspex:medication" /* no model is called so */

/* --- what is referred to -----------------------------------------------------
 */

typedef struct {
  ax_store *store;
  ax_arena *arena;
  ax_map *known; /* id -> reading */
  AX_VEC(ax_precondition) read;
  ax_error *err;
} looking;

typedef struct {
  const ax_json *tree; /* NULL: there is none */
} reading;

static const ax_json *among(const ax_intake_item *items, size_t count,
                            ax_str id) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(items[i].type, AX_STR("Medication")) &&
        ax_str_eq(items[i].id, id) && ax_intake_item_writes(&items[i]))
      return items[i].tree;
  return NULL;
}

/* "There is none", or "it was last changed then". */
static ax_status expect(looking *l, ax_str id, const ax_stored *stored) {
  ax_str *ids = AX_NEW(l->arena, ax_str);
  ax_query *query = AX_NEW(l->arena, ax_query);
  ax_precondition *slot = AX_VEC_PUSH(&l->read, l->arena);
  if (!ids || !query || !slot) return AX_NOMEM;
  *ids = id;
  *query = (ax_query){ .type = AX_STR("Medication"),
                       .ids = ids,
                       .id_count = 1,
                       .has_updated = stored != NULL,
                       .limit = 2 };
  if (stored) query->updated_lo = query->updated_hi = stored->updated_ms;
  *slot = (ax_precondition){ query, stored ? id : AX_STR("") };
  return AX_OK;
}

static ax_status in_store(looking *l, ax_str id, const ax_json **out) {
  ax_stored stored;
  ax_json_fault fault;
  reading *known = ax_map_get(l->known, id);
  *out = known ? known->tree : NULL;
  if (known) return AX_OK;
  ax_status status = ax_store_read(l->store, l->arena, AX_STR("Medication"), id,
                                   AX_VERSION_ANY, &stored, l->err);
  if (status && status != AX_NOT_FOUND) return status;
  bool there = !status && !stored.deleted;
  if (there) AX_TRY(ax_json_parse(l->arena, stored.body, out, &fault));
  AX_TRY(expect(l, id, there ? &stored : NULL));
  known = AX_NEW(l->arena, reading);
  if (!known) return AX_NOMEM;
  known->tree = *out;
  return ax_map_put(l->known, id, known);
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
                                    size_t count,
                                    ax_intake_medication_read *out,
                                    ax_error *err) {
  looking l = {
    .store = store, .arena = arena, .known = ax_map_new(arena), .err = err
  };
  if (!l.known) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    ax_intake_item *item = &items[i];
    item->medication = NULL;
    if (!item->tree || !ax_intake_item_writes(item)) continue;
    ax_str id = id_of(ax_fhir_fact_medication_elsewhere(item->tree), base);
    if (!id.len) continue;
    item->medication = among(items, count, id);
    if (!item->medication) AX_TRY(in_store(&l, id, &item->medication));
  }
  *out = (ax_intake_medication_read){ l.read.items, l.read.count };
  return AX_OK;
}

/* --- what changes ------------------------------------------------------------
 */

static bool same_code(const ax_json *a, const ax_json *b) {
  const ax_json *one = AX_JSON_GET(a, "code"), *other = AX_JSON_GET(b, "code");
  return one && other ? ax_json_equal(one, other) : !one && !other;
}

/* Nobody refers to one that was just given its id, but for this commit. */
static ax_status says_new(ax_arena *arena, const ax_intake_item *item,
                          bool *out) {
  const ax_json *before = NULL;
  ax_json_fault fault;
  bool was = item->before.version && !item->before.deleted;
  *out = false;
  if (!ax_str_eq(item->type, AX_STR("Medication")) ||
      !ax_intake_item_writes(item) || item->method == AX_INTAKE_POST)
    return AX_OK;
  *out = true;
  if (!was || item->method == AX_INTAKE_DELETE) return AX_OK;
  AX_TRY(ax_json_parse(arena, item->before.body, &before, &fault));
  *out = !same_code(before, item->tree);
  return AX_OK;
}

ax_status ax_intake_medication_plan(ax_arena *arena,
                                    const ax_intake_item *items, size_t count,
                                    ax_task **tasks, size_t *task_count) {
  AX_VEC(ax_task) more = { 0 };
  int64_t now = ax_clock_wall_ms();
  for (size_t i = 0; i < count; i++) {
    bool new = false;
    AX_TRY(says_new(arena, &items[i], &new));
    if (!new) continue;
    ax_task *slot = AX_VEC_PUSH(&more, arena);
    if (!slot) return AX_NOMEM;
    *slot = (ax_task){ .model = AX_STR(TASK),
                       .patient = items[i].reference,
                       .as_of_ms = now,
                       .not_before_ms = now };
  }
  if (!more.count) return AX_OK;
  ax_task *all = AX_NEW_ARRAY(arena, ax_task, *task_count + more.count);
  if (!all) return AX_NOMEM;
  memcpy(all, more.items, more.count * sizeof *all); /* others wait for it */
  if (*task_count) memcpy(all + more.count, *tasks, *task_count * sizeof *all);
  *tasks = all;
  *task_count += more.count;
  return AX_OK;
}

bool ax_intake_medication_is_task(const ax_task *task) {
  return ax_str_eq(task->model, AX_STR(TASK));
}
