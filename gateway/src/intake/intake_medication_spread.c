/* intake_medication.h: what refers to a Medication that says something else. */
#include "base/clock.h"
#include "base/vec.h"
#include "intake/intake_medication.h"
#include "intake/intake_patient.h"
#include "intake/intake_tasks.h"
#include "json/json_parse.h"

enum { AT_ONCE = 100, PAGE_MEMORY = 256 << 20, BODY_MAX = 16 << 20 };

typedef struct {
  const ax_intake_options *options;
  const ax_json *medication; /* NULL: it is gone */
  ax_str reference;          /* "Medication/id" */
  ax_arena *arena;           /* of one page */
  ax_intake_item *items;
  AX_VEC(ax_write) refacts;
  size_t count;
  ax_error *err;
} spread;

/* --- one of them -------------------------------------------------------------
 */

static bool same_facts(const ax_facts *a, const ax_facts *b) {
  if (a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++)
    if (!ax_str_eq(a->items[i].system, b->items[i].system) ||
        !ax_str_eq(a->items[i].code, b->items[i].code))
      return false;
  return true;
}

/* Whose it is, where it said nothing before. */
static ax_status settle(const spread *s, ax_intake_item *item) {
  ax_intake_match *match = ax_intake_match_new(
      s->arena, s->options->store, s->options->search, AX_STR(""), item, 1);
  if (!match) return AX_NOMEM;
  return ax_intake_patient_settle(s->options, s->arena, match, item, 1, s->err);
}

/* As an item whose next version says what it says now. */
static ax_status refresh(spread *s, const ax_stored *stored, ax_buf *scratch) {
  ax_facts before;
  ax_str owner;
  ax_json_fault fault;
  ax_intake_item *item = &s->items[s->count];
  *item = (ax_intake_item){ .method = AX_INTAKE_PUT,
                            .type = stored->type,
                            .updated_ms = stored->updated_ms,
                            .medication = s->medication };
  AX_TRY(ax_json_parse(s->arena, stored->body, &item->tree, &fault));
  AX_TRY(ax_store_facts_of(s->options->store, s->arena, stored->type,
                           stored->id, &before, &owner, s->err));
  AX_TRY(ax_intake_item_name(s->arena, item, stored->id, stored->version));
  AX_TRY(ax_intake_item_finish(s->options->search, s->arena, AX_STR(""),
                               scratch, item));
  if (same_facts(&before, &item->facts)) return AX_OK;
  if (owner.len)
    item->subject = owner;
  else
    AX_TRY(settle(s, item));
  ax_write *slot = AX_VEC_PUSH(&s->refacts, s->arena);
  if (!slot) return AX_NOMEM;
  *slot = (ax_write){ .type = item->type,
                      .id = item->id,
                      .version = item->version,
                      .patient = item->subject,
                      .facts = item->facts.items,
                      .fact_count = item->facts.count };
  item->version++; /* results that rest on this one are to be looked at */
  s->count++;
  return AX_OK;
}

/* --- all of them -------------------------------------------------------------
 */

static ax_status commit_page(spread *s) {
  ax_commit commit = { .refacts = s->refacts.items,
                       .refact_count = s->refacts.count };
  if (!s->count) return AX_OK;
  AX_TRY(ax_intake_tasks_plan(s->options, s->arena, s->items, s->count,
                              &commit.tasks, &commit.task_count, s->err));
  for (size_t i = 0; i < commit.task_count; i++)
    commit.tasks[i].not_before_ms = ax_clock_wall_ms();
  return ax_store_commit(s->options->store, &commit, s->err);
}

/* `*after`: where the next page begins; 0: this was the last. */
static ax_status do_page(spread *s, ax_str type, uint64_t *after) {
  ax_page page;
  const ax_query_value value = { .any_system = true, .code = s->reference };
  const ax_query_term term = { .param = AX_STR("medication"),
                               .kind = AX_INDEX_REFERENCE,
                               .values = &value,
                               .value_count = 1 };
  const ax_query query = { .type = type,
                           .terms = &term,
                           .term_count = 1,
                           .after = *after,
                           .limit = AT_ONCE };
  AX_TRY(ax_store_search(s->options->store, s->arena, &query, &page, s->err));
  *after = page.next;
  s->refacts.items = NULL;
  s->refacts.count = s->refacts.capacity = s->count = 0;
  s->items = AX_NEW_ARRAY(s->arena, ax_intake_item, page.count + 1);
  if (!s->items) return AX_NOMEM;
  ax_buf scratch = AX_BUF_INIT(BODY_MAX);
  ax_status status = AX_OK;
  for (size_t i = 0; i < page.count && !status; i++)
    status = refresh(s, &page.items[i], &scratch);
  ax_buf_free(&scratch);
  return status ? status : commit_page(s);
}

static ax_status do_type(spread *s, ax_str type, int64_t deadline_ns) {
  uint64_t after = 0;
  do {
    if (ax_clock_mono_ns() >= deadline_ns)
      return ax_error_set(s->err, AX_TIMEOUT,
                          "more refer to it than there was time for");
    ax_arena_reset(s->arena);
    AX_TRY(do_page(s, type, &after));
  } while (after);
  return AX_OK;
}

static ax_status do_all(spread *s, int64_t deadline_ns) {
  static const ax_str types[] = { AX_STR_INIT("MedicationAdministration"),
                                  AX_STR_INIT("MedicationStatement"),
                                  AX_STR_INIT("MedicationRequest") };
  s->arena = ax_arena_new(PAGE_MEMORY);
  if (!s->arena) return AX_NOMEM;
  ax_status status = AX_OK;
  for (size_t i = 0; i < AX_COUNT(types) && !status; i++)
    status = do_type(s, types[i], deadline_ns);
  ax_arena_free(s->arena);
  return status;
}

static ax_status read_it(spread *s, ax_arena *arena) {
  ax_stored stored;
  ax_json_fault fault;
  ax_str id = s->reference;
  (void)ax_str_cut(&id, '/');
  ax_status status =
      ax_store_read(s->options->store, arena, AX_STR("Medication"), id,
                    AX_VERSION_ANY, &stored, s->err);
  if (status == AX_NOT_FOUND) return AX_OK;
  if (status || stored.deleted) return status;
  return ax_json_parse(arena, stored.body, &s->medication, &fault);
}

ax_status ax_intake_medication_spread(const ax_intake_options *options,
                                      ax_arena *arena, const ax_task *task,
                                      int64_t deadline_ns, ax_error *err) {
  spread s = { .options = options, .reference = task->patient, .err = err };
  ax_task_state state = AX_TASK_DONE;
  ax_error local = { 0 };
  AX_TRY(read_it(&s, arena));
  AX_TRY(do_all(&s, deadline_ns));
  ax_commit end = { .finished = task,
                    .finished_state = &state,
                    .finished_count = 1 };
  ax_status status = ax_store_commit(options->store, &end, &local);
  if (status == AX_CONFLICT) return AX_OK; /* somebody else ended it */
  return status ? ax_error_set(err, status, "%s", local.text) : AX_OK;
}
