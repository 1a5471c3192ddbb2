#include "intake/intake_revision.h"

#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "fhir/fhir_make.h"
#include "scoring/result.h"
#include "json/json_edit.h"
#include "json/json_parse.h"

#define TAKEN "taken-back" /* CodeSystem tags */

enum { RESULT_MAX = 4 << 20, LISTED = 10000 };

/* --- tasks -----------------------------------------------------------------
 */

typedef struct {
  const ax_intake_options *options;
  ax_arena *arena;
  ax_task *items;
  size_t count, room;
  int64_t now_ms;
} plan;

static bool is_planned(const plan *p, const ax_standing *one) {
  for (size_t i = 0; i < p->count; i++)
    if (p->items[i].as_of_ms == one->as_of_ms &&
        ax_str_eq(p->items[i].model, one->model) &&
        ax_str_eq(p->items[i].patient, one->patient))
      return true;
  return false;
}

static ax_status add_task(plan *p, const ax_standing *one) {
  if (is_planned(p, one)) return AX_OK;
  if (p->count == p->room) {
    size_t room = 2 * p->room + 4;
    ax_task *larger = AX_NEW_ARRAY(p->arena, ax_task, room);
    if (!larger) return AX_NOMEM;
    if (p->count) memcpy(larger, p->items, p->count * sizeof *larger);
    p->items = larger;
    p->room = room;
  }
  p->items[p->count++] =
      (ax_task){ .model = one->model,
                 .patient = one->patient,
                 .as_of_ms = one->as_of_ms,
                 .not_before_ms = p->now_ms + p->options->score_wait_ms };
  return AX_OK;
}

/* What stands on versions of Type/id before `version`. */
static ax_status add_standing(plan *p, ax_str type, ax_str id, uint64_t version,
                              ax_error *err) {
  ax_standings all;
  if (version < 2) return AX_OK; /* there is nothing before the first */
  AX_TRY(ax_store_standing(p->options->store, p->arena, type, id, version, &all,
                           err));
  for (size_t i = 0; i < all.count; i++) AX_TRY(add_task(p, &all.items[i]));
  return AX_OK;
}

/* What of the one's results rests on the facts that go back to the other. */
static ax_status add_parted(plan *p, const ax_intake_item *item,
                            ax_error *err) {
  for (size_t i = 0; i < item->parting_count; i++) {
    ax_standings all;
    const ax_adoption *a = &item->partings[i];
    AX_TRY(ax_store_parted(p->options->store, p->arena, a->from,
                           a->origin.len ? a->origin : a->to, &all, err));
    for (size_t k = 0; k < all.count; k++) AX_TRY(add_task(p, &all.items[k]));
  }
  return AX_OK;
}

/* A Patient that says the same as before; or is gone, which says nothing about
 * what was true of the person. */
static bool is_untold(const ax_intake_item *item) {
  return ax_str_eq(item->type, AX_STR("Patient")) &&
         (item->says_same || item->method == AX_INTAKE_DELETE);
}

ax_status ax_intake_revision_plan(const ax_intake_options *options,
                                  ax_arena *arena, const ax_intake_item *items,
                                  size_t count, ax_task **tasks,
                                  size_t *task_count, ax_error *err) {
  plan p = { .options = options,
             .arena = arena,
             .items = *tasks,
             .count = *task_count,
             .room = *task_count,
             .now_ms = ax_clock_wall_ms() };
  for (size_t i = 0; i < count; i++) {
    if (!ax_intake_item_writes(&items[i])) continue;
    AX_TRY(add_parted(&p, &items[i], err));
    if (!is_untold(&items[i]))
      AX_TRY(
          add_standing(&p, items[i].type, items[i].id, items[i].version, err));
  }
  *tasks = p.items;
  *task_count = p.count;
  return AX_OK;
}

/* --- taking back -----------------------------------------------------------
 */

typedef struct {
  const ax_intake_options *options;
  ax_arena *arena;
  const ax_model *model; /* whose results they are, as it is now */
  int64_t now_ms;
  ax_buf scratch;
  AX_VEC(ax_write) writes;
  AX_VEC(ax_str) old; /* "Type/id/_history/n" of what was taken back */
  ax_error *err;
} revision;

static ax_status keep_item(revision *r, ax_intake_item *item, ax_str id,
                           uint64_t version) {
  AX_TRY(ax_intake_item_name(r->arena, item, id, version));
  AX_TRY(ax_intake_item_finish(r->options->search, r->arena, AX_STR(""),
                               &r->scratch, item));
  ax_write *slot = AX_VEC_PUSH(&r->writes, r->arena);
  if (!slot) return AX_NOMEM;
  *slot = ax_intake_item_write(item);
  return AX_OK;
}

static bool is_made(const ax_intake_revision_made *made,
                    const ax_standing *one) {
  for (size_t i = 0; i < made->count; i++) {
    ax_str rest = made->items[i];
    ax_str type = ax_str_cut(&rest, '/');
    if (ax_str_eq(type, one->type) && ax_str_eq(rest, one->id)) return true;
  }
  return false;
}

/* By this tag the gateway knows what it took back itself: that may stand again
 * when a correction is corrected; what a person entered in error may not. */
static const ax_json *mark(const revision *r, const ax_json *tree) {
  const ax_json *meta = AX_JSON_GET(tree, "meta");
  const ax_json *tags = AX_JSON_GET(meta, "tag");
  size_t count = ax_json_count(tags);
  ax_json *list = AX_NEW_ARRAY(r->arena, ax_json, count + 1);
  ax_json_member *coding = AX_NEW_ARRAY(r->arena, ax_json_member, 2);
  if (!list || !coding) return NULL;
  for (size_t i = 0; i < count; i++) list[i] = *ax_json_item(tags, i);
  coding[0] = (ax_json_member){ .key = AX_STR("system"),
                                .value = ax_json_edit_string(
                                    AX_STR(AX_FHIR_FACT_MADE_SYSTEM)) };
  coding[1] = (ax_json_member){ .key = AX_STR("code"),
                                .value = ax_json_edit_string(AX_STR(TAKEN)) };
  list[count] =
      (ax_json){ .kind = AX_JSON_OBJECT, .count = 2, .u.members = coding };
  meta = ax_json_edit_set(r->arena, meta, AX_STR("tag"),
                          (ax_json){ .kind = AX_JSON_ARRAY,
                                     .count = (uint32_t)count + 1,
                                     .u.items = list });
  return meta ? ax_json_edit_set(r->arena, tree, AX_STR("meta"), *meta) : NULL;
}

bool ax_intake_revision_took_back(const ax_json *tree) {
  const ax_json *tags = AX_JSON_GET(AX_JSON_GET(tree, "meta"), "tag");
  for (size_t i = 0; i < ax_json_count(tags); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(tags, i), "code"), AX_STR(TAKEN)))
      return true;
  return false;
}

/* Its next version says that it was entered in error. */
static ax_status take_back(revision *r, const ax_standing *one) {
  ax_stored stored;
  ax_json_fault fault;
  const ax_json *tree = NULL;
  AX_TRY(ax_store_read(r->options->store, r->arena, one->type, one->id,
                       AX_VERSION_ANY, &stored, r->err));
  if (stored.deleted || stored.version != one->version) return AX_OK;
  AX_TRY(ax_json_parse(r->arena, stored.body, &tree, &fault));
  tree = ax_json_edit_set(r->arena, tree, AX_STR("status"),
                          ax_json_edit_string(AX_STR("entered-in-error")));
  if (tree) tree = mark(r, tree);
  ax_str *ref = AX_VEC_PUSH(&r->old, r->arena);
  if (!tree || !ref) return AX_NOMEM;
  *ref = ax_arena_printf(r->arena, AX_STR_FMT "/" AX_STR_FMT "/_history/%llu",
                         AX_STR_ARG(one->type), AX_STR_ARG(one->id),
                         (unsigned long long)one->version);
  if (!ref->ptr) return AX_NOMEM;
  ax_intake_item item = { .method = AX_INTAKE_PUT,
                          .type = one->type,
                          .updated_ms = r->now_ms,
                          .tree = tree };
  return keep_item(r, &item, one->id, one->version + 1);
}

/* --- the Provenance ---------------------------------------------------------
 */

static void write_references(ax_json_writer *w, const ax_str *refs,
                             size_t count) {
  ax_json_write_key(w, AX_STR("target"));
  ax_json_write_array(w);
  for (size_t i = 0; i < count; i++)
    ax_fhir_make_reference(w, refs[i], AX_STR(""));
  ax_json_write_close(w);
}

static void write_entity(ax_json_writer *w, ax_str ref) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("role"), AX_STR("revision"));
  ax_json_write_key(w, AX_STR("what"));
  ax_fhir_make_reference(w, ref, AX_STR(""));
  ax_json_write_close(w);
}

/* R4 Provenance: the new results are revisions of the old ones; without new
 * ones it is about the old ones themselves. */
static void write_provenance(const revision *r, ax_json_writer *w,
                             const ax_intake_revision_made *made) {
  char recorded[AX_FHIR_DATE_INSTANT + 1];
  ax_coding revise = {
    AX_STR("http://terminology.hl7.org/CodeSystem/v3-DataOperation"),
    AX_STR("UPDATE"), AX_STR("revise")
  };
  ax_fhir_date_instant(r->now_ms, recorded);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("resourceType"), AX_STR("Provenance"));
  if (made->count)
    write_references(w, made->items, made->count);
  else
    write_references(w, r->old.items, r->old.count);
  ax_json_write_member(w, AX_STR("recorded"), ax_str_from(recorded));
  ax_json_write_key(w, AX_STR("activity"));
  ax_fhir_make_concept(w, &revise, 1, AX_STR("revision"));
  ax_json_write_key(w, AX_STR("agent"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_result_device_reference(w, AX_STR("who"), r->model);
  ax_json_write_close(w);
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("entity"));
  ax_json_write_array(w);
  for (size_t i = 0; i < r->old.count; i++) write_entity(w, r->old.items[i]);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

/* The same revision has the same name. */
static ax_status name_of(const revision *r, ax_str *out) {
  static const ax_uuid space = { { 0x2c, 0x71, 0x0b, 0x5e, 0x93, 0x44, 0x4a,
                                   0x18, 0x86, 0x0f, 0xd4, 0x6b, 0x17, 0x3e,
                                   0xa9, 0x52 } };
  ax_buf text = AX_BUF_INIT(RESULT_MAX);
  for (size_t i = 0; i < r->old.count; i++) {
    ax_buf_append(&text, r->old.items[i]);
    ax_buf_append_char(&text, '\n');
  }
  ax_status status = text.status;
  char *name = AX_NEW_ARRAY(r->arena, char, AX_UUID_TEXT + 1);
  if (!status && name)
    ax_uuid_text(ax_uuid_v5(space, ax_buf_view(&text)), name);
  ax_buf_free(&text);
  *out = (ax_str){ name, AX_UUID_TEXT };
  return status ? status : (name ? AX_OK : AX_NOMEM);
}

static ax_status add_provenance(revision *r,
                                const ax_intake_revision_made *made) {
  ax_buf body = AX_BUF_INIT(RESULT_MAX);
  ax_json_fault fault;
  const ax_json *tree = NULL;
  ax_str id;
  ax_json_writer w = ax_json_write_begin(&body);
  write_provenance(r, &w, made);
  ax_status status = ax_json_write_end(&w);
  ax_str text =
      status ? AX_STR("") : ax_arena_str(r->arena, ax_buf_view(&body));
  ax_buf_free(&body);
  if (status) return status;
  if (!text.ptr) return AX_NOMEM;
  AX_TRY(ax_json_parse(r->arena, text, &tree, &fault)); /* points into it */
  AX_TRY(name_of(r, &id));
  ax_intake_item item = { .method = AX_INTAKE_POST,
                          .type = AX_STR("Provenance"),
                          .updated_ms = r->now_ms,
                          .tree = tree };
  return keep_item(r, &item, id, 1);
}

/* --- together ----------------------------------------------------------------
 */

static ax_status join(const revision *r, ax_commit *commit) {
  size_t count = commit->write_count + r->writes.count;
  ax_write *all = AX_NEW_ARRAY(r->arena, ax_write, count);
  if (!all) return AX_NOMEM;
  if (commit->write_count)
    memcpy(all, commit->writes, commit->write_count * sizeof *all);
  memcpy(all + commit->write_count, r->writes.items,
         r->writes.count * sizeof *all);
  commit->writes = all;
  commit->write_count = count;
  return AX_OK;
}

/* What stands on the results that are taken back falls with them. */
static ax_status follow(revision *r, const ax_standing *old, size_t count,
                        ax_commit *commit) {
  plan p = { .options = r->options,
             .arena = r->arena,
             .items = commit->tasks,
             .count = commit->task_count,
             .room = commit->task_count,
             .now_ms = r->now_ms - r->options->score_wait_ms };
  for (size_t i = 0; i < count; i++)
    AX_TRY(
        add_standing(&p, old[i].type, old[i].id, old[i].version + 1, r->err));
  commit->tasks = p.items;
  commit->task_count = p.count;
  return AX_OK;
}

static ax_status revise(revision *r, const ax_standing *old, size_t count,
                        const ax_intake_revision_made *made,
                        ax_commit *commit) {
  for (size_t i = 0; i < count && i < LISTED; i++)
    if (!is_made(made, &old[i])) AX_TRY(take_back(r, &old[i]));
  if (!r->old.count) return AX_OK;
  AX_TRY(add_provenance(r, made));
  AX_TRY(join(r, commit));
  return follow(r, old, count, commit);
}

ax_status ax_intake_revision_add(const ax_intake_options *options,
                                 ax_arena *arena, const ax_task *task,
                                 const ax_intake_revision_made *made,
                                 ax_commit *commit, ax_error *err) {
  ax_standings old;
  AX_TRY(ax_store_outdated(options->store, arena, task->model, task->patient,
                           task->as_of_ms, &old, err));
  if (!old.count) return AX_OK;
  revision r = { .options = options,
                 .arena = arena,
                 .model = made->model,
                 .now_ms = ax_clock_wall_ms(),
                 .scratch = AX_BUF_INIT(RESULT_MAX),
                 .err = err };
  ax_status status = revise(&r, old.items, old.count, made, commit);
  ax_buf_free(&r.scratch);
  return status;
}
