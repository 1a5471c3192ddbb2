#include "intake/intake_outcome.h"

#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "base/vec.h"
#include "intake/intake_item.h"
#include "intake/intake_medication.h"
#include "intake/intake_patient.h"
#include "intake/intake_revision.h"
#include "intake/intake_rules.h"
#include "scoring/score_view.h"
#include "json/json_edit.h"

enum {
  ATTEMPTS = 12,
  BACKOFF_MS = 500, /* doubled each time, up to BACKOFF_MAX_MS */
  BACKOFF_MAX_MS = 300000,
  RESULT_MAX = 4 << 20
};

typedef struct {
  const ax_intake_options *options;
  ax_intake_outcome_shared *shared;
  ax_arena *arena;
  const ax_task *task;
  const ax_score_view *view;
  const ax_model *model;
  bool shadow; /* scored for evidence only */
  ax_facts facts;
  int64_t now_ms;
} work;

/* --- ends ------------------------------------------------------------------
 */

/* `names`: the results that are there then, "Type/id" with commas between. */
static ax_status take_back(const work *w, ax_commit *commit, ax_str names,
                           ax_error *err) {
  AX_VEC(ax_str) made = { 0 };
  if (!w->model) return AX_OK; /* a shadow that is none any more gave nothing */
  while (names.len) {
    ax_str *slot = AX_VEC_PUSH(&made, w->arena);
    if (!slot) return AX_NOMEM;
    *slot = ax_str_cut(&names, ',');
  }
  const ax_intake_revision_made there = { w->model, made.items, made.count };
  return ax_intake_revision_add(w->options, w->arena, w->task, &there, commit,
                                err);
}

static ax_status end_with(const work *w, ax_commit *commit, ax_task_state state,
                          ax_str note, ax_str results, ax_error *err) {
  ax_task end = *w->task;
  end.note = note;
  end.results = results;
  commit->finished = &end;
  commit->finished_state = &state;
  commit->finished_count = 1;
  return ax_store_commit(w->options->store, commit, err);
}

static ax_status end_task(const work *w, ax_commit *commit, ax_task_state state,
                          ax_str note, ax_error *err) {
  return end_with(w, commit, state, note, AX_STR(""), err);
}

/* The end of a task that leaves nothing else behind. */
static bool end_later(const work *w, ax_str note, ax_str results) {
  return w->shared->ends &&
         ax_intake_ends_add(w->shared->ends, w->task, note, results) > 0;
}

/* CONFLICT: somebody else finished it. */
static ax_status close_task(const work *w, ax_str note, ax_error *err) {
  ax_error local = { 0 };
  ax_commit commit = { 0 };
  ax_status status = take_back(w, &commit, AX_STR(""), &local);
  if (!status && !commit.write_count && end_later(w, note, AX_STR("")))
    return AX_OK;
  if (!status && commit.write_count)
    status = ax_intake_outbox_plan(w->options->outbox, w->options->store,
                                   w->options->search, w->arena, w->task->key,
                                   &commit, &local);
  if (!status) status = end_task(w, &commit, AX_TASK_DONE, note, &local);
  if (status == AX_CONFLICT) return AX_OK;
  if (status) (void)ax_error_set(err, status, "%s", local.text);
  return status;
}

static ax_status put_off(const work *w, ax_str note, ax_error *err) {
  ax_task later = *w->task;
  ax_error local = { 0 };
  ax_task_state state =
      ++later.attempts >= ATTEMPTS ? AX_TASK_FAILED : AX_TASK_WAITING;
  unsigned doublings = later.attempts < 10 ? later.attempts : 10;
  int64_t delay = (int64_t)BACKOFF_MS << doublings;
  if (delay > BACKOFF_MAX_MS) delay = BACKOFF_MAX_MS;
  later.not_before_ms = w->now_ms + delay;
  later.note = note;
  ax_commit commit = { .finished = &later,
                       .finished_state = &state,
                       .finished_count = 1 };
  ax_status status = ax_store_commit(w->options->store, &commit, &local);
  if (status == AX_CONFLICT) return AX_OK;
  if (status) (void)ax_error_set(err, status, "%s", local.text);
  return status;
}

/* --- results ---------------------------------------------------------------
 */

/* An automatic refusal is the same refusal as long as it says the same: its id
 * comes from its content without the times, so that it is stored once. */
static ax_status name_refusal(const work *w, const ax_json *tree, ax_str *id) {
  static const char *const changing[] = { "id", "identifier", "meta",
                                          "occurrenceDateTime",
                                          "requestIdentifier" };
  static const ax_uuid space = { { 0x5b, 0x0e, 0x4c, 0x11, 0x7a, 0x2f, 0x4d,
                                   0x3e, 0x9c, 0x6d, 0x20, 0x8f, 0x31, 0xaa,
                                   0x54, 0xc7 } };
  for (size_t i = 0; i < AX_COUNT(changing); i++) {
    tree = ax_json_edit_remove(w->arena, tree, ax_str_from(changing[i]));
    if (!tree) return AX_NOMEM;
  }
  ax_buf text = AX_BUF_INIT(RESULT_MAX);
  ax_json_writer writer = ax_json_write_begin(&text);
  ax_json_write_tree(&writer, tree);
  ax_status status = ax_json_write_end(&writer);
  char *name = AX_NEW_ARRAY(w->arena, char, AX_UUID_TEXT + 1);
  if (!status && name) {
    ax_uuid_text(ax_uuid_v5(space, ax_buf_view(&text)), name);
    *id = (ax_str){ name, AX_UUID_TEXT };
  }
  ax_buf_free(&text);
  return status ? status : (name ? AX_OK : AX_NOMEM);
}

static ax_status make_item(const work *w, const ax_score_resource *resource,
                           ax_buf *scratch, ax_intake_item *item,
                           ax_error *err) {
  ax_json_fault fault;
  const ax_json *tree = NULL;
  ax_str id = resource->id;
  ax_status status = ax_json_parse(w->arena, resource->body, &tree, &fault);
  if (status)
    return ax_error_set(err, status == AX_NOMEM ? AX_NOMEM : AX_INVALID,
                        "a result of " AX_STR_FMT " is not usable JSON",
                        AX_STR_ARG(resource->type));
  if (w->task && ax_str_eq(resource->type, AX_STR("GuidanceResponse")))
    AX_TRY(name_refusal(w, tree, &id));
  *item = (ax_intake_item){ .method = AX_INTAKE_POST,
                            .type = resource->type,
                            .updated_ms = w->now_ms,
                            .tree = tree };
  AX_TRY(ax_intake_item_name(w->arena, item, id, 1));
  return ax_intake_item_finish(w->options->search, w->arena, AX_STR(""),
                               scratch, item);
}

/* What is scored by itself remembers what it rests on. */
static ax_write rest_on(const work *w, const ax_score_resource *resource,
                        ax_write write) {
  if (!w->task) return write;
  write.basis = resource->basis;
  write.basis_count = resource->basis_count;
  write.model = w->model->id;
  write.patient = w->task->patient;
  write.as_of_ms = w->task->as_of_ms;
  return write;
}

/* Models that ask for results of others by code get them: one task each. */
static ax_status feed_others(const work *w, ax_commit *commit) {
  size_t models = ax_score_view_count(w->view);
  AX_VEC(ax_task) tasks = { 0 };
  for (size_t m = 0; m < models; m++) {
    const ax_model *model = ax_score_view_model(w->view, m);
    bool concerned = false;
    if (!model || ax_str_eq(model->id, w->model->id)) continue;
    for (size_t i = 0; i < commit->write_count && !concerned; i++) {
      ax_facts facts = { .count = commit->writes[i].fact_count };
      memcpy(&facts.items, &commit->writes[i].facts, sizeof facts.items);
      concerned = ax_score_concerns(model, &facts);
    }
    if (!concerned) continue;
    ax_task *slot = AX_VEC_PUSH(&tasks, w->arena);
    if (!slot) return AX_NOMEM;
    *slot = (ax_task){ .model = model->id,
                       .patient = w->task->patient,
                       .as_of_ms = w->task->as_of_ms,
                       .not_before_ms = w->now_ms };
  }
  commit->tasks = tasks.items;
  commit->task_count = tasks.count;
  return AX_OK;
}

/* It was taken back because of a correction that was taken back itself. */
static bool stands_again(const work *w, const ax_stored *there) {
  ax_json_fault fault;
  const ax_json *tree = NULL;
  return !there->deleted &&
         ax_json_parse(w->arena, there->body, &tree, &fault) == AX_OK &&
         ax_intake_revision_took_back(tree);
}

/* The item as the next version of what is there. */
static ax_status renew(const work *w, const ax_stored *there, ax_buf *scratch,
                       ax_intake_item *item) {
  AX_TRY(ax_intake_item_name(w->arena, item, item->id, there->version + 1));
  return ax_intake_item_finish(w->options->search, w->arena, AX_STR(""),
                               scratch, item);
}

/* Fills the writes of the resources that are not there yet. */
static ax_status collect(const work *w, const ax_score_result *result,
                         ax_commit *commit, ax_str *names, ax_error *err) {
  ax_buf scratch = AX_BUF_INIT(RESULT_MAX), list = AX_BUF_INIT(RESULT_MAX);
  ax_status status = AX_OK;
  commit->writes = AX_NEW_ARRAY(w->arena, ax_write, result->resource_count);
  if (!commit->writes && result->resource_count) return AX_NOMEM;
  for (size_t i = 0; i < result->resource_count && !status; i++) {
    ax_intake_item item;
    ax_stored there;
    status = make_item(w, &result->resources[i], &scratch, &item, err);
    if (status) break;
    if (list.len) ax_buf_append_char(&list, ',');
    ax_buf_append(&list, item.reference);
    ax_status found = ax_store_read(w->options->store, w->arena, item.type,
                                    item.id, AX_VERSION_ANY, &there, err);
    bool again = found == AX_OK && stands_again(w, &there);
    if (found == AX_OK && !again) continue; /* done before, the same inputs */
    status = found == AX_NOT_FOUND ? AX_OK : found;
    if (again) status = renew(w, &there, &scratch, &item);
    if (status) break;
    commit->writes[commit->write_count++] =
        rest_on(w, &result->resources[i], ax_intake_item_write(&item));
  }
  *names = ax_arena_str(w->arena, ax_buf_view(&list));
  ax_buf_free(&scratch);
  ax_buf_free(&list);
  return status ? status : (names->ptr ? AX_OK : AX_NOMEM);
}

static ax_evidence evidence_of(const work *w, const ax_score_result *result,
                               ax_str names) {
  return (ax_evidence){
    .model = w->model->id,
    .model_version =
        result->model_version.len ? result->model_version : w->model->version,
    .module_digest = result->module_digest.len ? result->module_digest
                                               : w->model->module_digest,
    .params_digest = w->model->data_digest,
    .engine = AX_STR("auspex plugin abi 1"),
    .row = result->row,
    .output = result->output,
    .results = names,
    .caller = w->shadow ? AX_STR("shadow") : AX_STR("automatic"),
    .as_of_ms = w->task->as_of_ms,
    .at_ms = w->now_ms,
    .took_us = result->took_us
  };
}

/* A CONFLICT means that a result appeared or the task ended meanwhile: looking
 * again tells which. */
static ax_status keep_results(const work *w, const ax_score_result *result,
                              ax_error *err) {
  enum { LOOKS = 3 };
  ax_status status = AX_CONFLICT;
  for (int i = 0; i < LOOKS && status == AX_CONFLICT; i++) {
    ax_error local = { 0 };
    ax_str names = { 0 };
    ax_commit commit = { 0 };
    AX_TRY(collect(w, result, &commit, &names, err));
    ax_evidence evidence = evidence_of(w, result, names);
    commit.evidence = &evidence;
    commit.evidence_count = result->row.len ? 1 : 0;
    AX_TRY(feed_others(w, &commit));
    AX_TRY(take_back(w, &commit, names, err));
    if (commit.write_count + commit.evidence_count + commit.task_count == 0 &&
        end_later(w, AX_STR(""), names))
      return AX_OK; /* all of it was said before */
    AX_TRY(ax_intake_outbox_plan(w->options->outbox, w->options->store,
                                 w->options->search, w->arena, w->task->key,
                                 &commit, err));
    status = end_with(w, &commit, AX_TASK_DONE, AX_STR(""), names, &local);
    if (status && status != AX_CONFLICT)
      (void)ax_error_set(err, status, "%s", local.text);
  }
  return status == AX_CONFLICT ? AX_OK : status;
}

/* What a shadow says is evidence and nothing else; so is the failure of a row
 * that is not to be tried again. */
static ax_status keep_evidence(const work *w, const ax_score_result *result,
                               ax_task_state state, ax_error *err) {
  ax_error local = { 0 };
  ax_evidence evidence = evidence_of(w, result, AX_STR(""));
  ax_commit commit = { .evidence = &evidence,
                       .evidence_count = result->row.len ? 1 : 0 };
  ax_status status = end_task(w, &commit, state, result->why, &local);
  if (status == AX_CONFLICT) return AX_OK;
  if (status) (void)ax_error_set(err, status, "%s", local.text);
  return status;
}

/* --- the task --------------------------------------------------------------
 */

static ax_status share_facts(work *w, ax_error *err) {
  ax_intake_outcome_shared *s = w->shared;
  if (!ax_str_eq(s->patient, w->task->patient)) {
    s->patient = AX_STR("");
    AX_TRY(ax_store_facts(w->options->store, s->arena, w->task->patient,
                          s->codes, s->code_count, &s->facts, err));
    ax_intake_rules_own(&s->facts);
    s->patient = w->task->patient;
  }
  w->facts = s->facts;
  return AX_OK;
}

/* What rules most patients out is read first, and alone. `*why` NULL: go on. */
static ax_status look_ahead(const work *w, const char **exempt, ax_str *why,
                            ax_error *err) {
  ax_intake_outcome_shared *s = w->shared;
  size_t known = s->need_count;
  *exempt = NULL;
  *why = AX_STR("");
  if (!s->arena ||
      !ax_score_needs_systems(w->model, s->need_systems, &s->need_count))
    return AX_OK;
  if (s->need_count > known || !ax_str_eq(s->needs_patient, w->task->patient)) {
    s->needs_patient = AX_STR("");
    AX_TRY(ax_store_facts(w->options->store, s->arena, w->task->patient,
                          s->need_systems, s->need_count, &s->needs, err));
    ax_intake_rules_own(&s->needs);
    s->needs_patient = w->task->patient;
  }
  *exempt = ax_intake_rules_exempt(&s->needs);
  if (!*exempt) (void)ax_score_needs_met(w->model, &s->needs, why);
  return AX_OK;
}

static ax_status read_facts(work *w, ax_error *err) {
  size_t count = 0;
  if (w->shared->arena) return share_facts(w, err);
  const ax_fact_code *codes = ax_score_codes(w->model, &count);
  AX_TRY(ax_store_facts(w->options->store, w->arena, w->task->patient, codes,
                        count, &w->facts, err));
  ax_intake_rules_own(&w->facts);
  return AX_OK;
}

static ax_status run(const work *w, int64_t deadline_ns,
                     ax_score_result *result, ax_error *err) {
  ax_score_request request = { .model = w->model,
                               .subject = w->task->patient,
                               .facts = w->facts,
                               .as_of_ms = w->task->as_of_ms,
                               .automatic = true,
                               .as_observation = w->options->risk_observations,
                               .authored_ms = w->now_ms };
  return ax_score_run(w->options->host, w->arena, &request, deadline_ns, result,
                      err);
}

static ax_status settle(const work *w, const ax_score_result *result,
                        ax_error *err) {
  switch (result->verdict) {
  case AX_SCORED:
  case AX_SCORE_REFUSED:
    return w->shadow ? keep_evidence(w, result, AX_TASK_DONE, err)
                     : keep_results(w, result, err);
  case AX_SCORE_NOT_APPLICABLE:
  case AX_SCORE_STALE:
    return close_task(w, result->why, err);
  case AX_SCORE_FAILED:
    return w->shadow || result->final
               ? keep_evidence(w, result, AX_TASK_FAILED, err)
               : put_off(w, result->why, err);
  }
  return AX_INVALID;
}

/* A replaced Patient's facts and its task go over to the survivor. */
static ax_status follow(const work *w, ax_str survivor, ax_error *err) {
  const ax_adoption over = { .from = w->task->patient, .to = survivor };
  ax_task next = { .model = w->task->model,
                   .patient = survivor,
                   .as_of_ms = w->task->as_of_ms,
                   .not_before_ms = w->now_ms,
                   .attempts = w->task->attempts + 1 };
  ax_commit commit = {
    .tasks = &next, .task_count = 1, .adoptions = &over, .adoption_count = 1
  };
  ax_error local = { 0 };
  ax_status status = end_task(w, &commit, AX_TASK_DONE,
                              AX_STR("the Patient was replaced"), &local);
  if (status == AX_CONFLICT) return AX_OK;
  if (status) (void)ax_error_set(err, status, "%s", local.text);
  return status;
}

/* Links may lead in a circle: attempts count the steps, too. */
static ax_status close_exempt(const work *w, const char *why, ax_error *err) {
  ax_str survivor = AX_STR("");
  if (w->task->attempts < ATTEMPTS)
    AX_TRY(ax_intake_patient_survivor(w->options->store, w->arena,
                                      w->task->patient, &survivor, err));
  if (survivor.len) return follow(w, survivor, err);
  return close_task(w, ax_str_from(why), err);
}

static ax_status do_task(work *w, int64_t deadline_ns, ax_error *err) {
  ax_score_result result = { 0 };
  if (ax_intake_medication_is_task(w->task))
    return ax_intake_medication_spread(w->options, w->arena, w->task,
                                       deadline_ns, err);
  if (!w->model && w->shadow)
    return close_task(w, AX_STR("the version is no shadow any more"), err);
  if (!w->model)
    return ax_error_set(err, AX_UNAVAILABLE, "the model is not in service");
  const char *exempt = NULL;
  ax_str outside = AX_STR("");
  AX_TRY(look_ahead(w, &exempt, &outside, err));
  if (exempt) return close_exempt(w, exempt, err);
  if (outside.len) return close_task(w, outside, err);
  AX_TRY(read_facts(w, err));
  exempt = ax_intake_rules_exempt(&w->facts);
  if (exempt) return close_exempt(w, exempt, err);
  if (!ax_score_concerns(w->model, &w->facts))
    return close_task(w, AX_STR("nothing concerns the model"), err);
  AX_TRY(run(w, deadline_ns, &result, err));
  return settle(w, &result, err);
}

/* Whatever goes wrong, the task waits longer each time and ends at last: a
 * task that always fails must not be tried for ever. */
ax_status ax_intake_outcome_of(const ax_intake_options *options,
                               ax_intake_outcome_shared *shared,
                               ax_arena *arena, const ax_task *task,
                               int64_t deadline_ns, ax_error *err) {
  const ax_score_view *view = shared->view;
  ax_error local = { 0 };
  if (!view) AX_TRY(ax_score_view_hold(options->host, arena, &view));
  work w = { .options = options,
             .shared = shared,
             .arena = arena,
             .task = task,
             .view = view,
             .model = ax_score_view_named(view, task->model),
             .shadow = ax_score_view_is_shadow(task->model),
             .now_ms = ax_clock_wall_ms() };
  ax_status status = do_task(&w, deadline_ns, &local);
  if (!status) return AX_OK;
  if (status == AX_TIMEOUT && ax_clock_mono_ns() >= deadline_ns) return status;
  const char *why = local.text[0] ? local.text : ax_error_name(status);
  return put_off(&w, ax_str_from(why), err);
}

/* --- devices ---------------------------------------------------------------
 */

ax_status ax_intake_outcome_devices(const ax_intake_options *options,
                                    ax_arena *arena, ax_error *err) {
  work w = { .options = options, .arena = arena, .now_ms = ax_clock_wall_ms() };
  const ax_score_view *view = NULL;
  AX_TRY(ax_score_view_hold(options->host, arena, &view));
  for (size_t i = 0; i < ax_score_view_count(view); i++) {
    const ax_model *model = ax_score_view_model(view, i);
    ax_score_resource both[2]; /* the device, its card */
    ax_score_result result = { .resources = both, .resource_count = 1 };
    ax_commit commit = { 0 };
    ax_str names;
    ax_error local = { 0 };
    AX_TRY(ax_score_device(options->host, arena, model, &both[0], err));
    ax_status card = ax_score_card(options->host, arena, model, &both[1], err);
    if (card && card != AX_NOT_FOUND) return card;
    if (!card) result.resource_count = 2;
    AX_TRY(collect(&w, &result, &commit, &names, err));
    if (commit.write_count == 0) continue;
    ax_status status = ax_store_commit(options->store, &commit, &local);
    if (status && status != AX_CONFLICT)
      return ax_error_set(err, status, "%s", local.text);
  }
  return AX_OK;
}
