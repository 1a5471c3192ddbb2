#include "intake/intake_tasks.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/map.h"
#include "intake/intake_medication.h"
#include "intake/intake_revision.h"
#include "intake/intake_rules.h"
#include "scoring/score_view.h"

typedef struct {
  ax_facts facts;
  size_t room;
} growing;

typedef struct {
  growing said;
  growing ahead; /* of it, what a clock says that is fast */
  bool arrived;  /* who it is, or that it may be scored, is new: all models */
  bool person;   /* age or sex may be others than before */
} subject;

typedef struct {
  const ax_intake_options *options;
  ax_arena *arena;
  ax_map *subjects;
  int64_t now_ms; /* the moment of acceptance */
  ax_error *err;
} planning;

static ax_status add_facts(ax_arena *arena, growing *to, const ax_facts *more) {
  if (to->facts.count + more->count > to->room) {
    size_t room = 2 * (to->facts.count + more->count);
    ax_fact *items = AX_TAKE_ARRAY(arena, ax_fact, room);
    if (!items) return AX_NOMEM;
    if (to->facts.count)
      memcpy(items, to->facts.items, to->facts.count * sizeof *items);
    to->facts.items = items;
    to->room = room;
  }
  if (more->count)
    memcpy(to->facts.items + to->facts.count, more->items,
           more->count * sizeof *more->items);
  to->facts.count += more->count;
  return AX_OK;
}

static ax_status subject_of(ax_arena *arena, ax_map *subjects, ax_str name,
                            subject **out) {
  *out = ax_map_get(subjects, name);
  if (*out) return AX_OK;
  *out = AX_NEW(arena, subject);
  return *out ? ax_map_put(subjects, name, *out) : AX_NOMEM;
}

/* Two records that were one are scored anew, each with its own. */
static ax_status add_partings(ax_arena *arena, ax_map *subjects,
                              const ax_intake_item *item) {
  subject *s = NULL;
  for (size_t i = 0; i < item->parting_count; i++) {
    AX_TRY(subject_of(arena, subjects, item->partings[i].from, &s));
    s->arrived = true;
    AX_TRY(subject_of(arena, subjects, item->partings[i].to, &s));
    s->arrived = true;
  }
  return AX_OK;
}

static bool is_ahead(const planning *p, const ax_fact *fact) {
  return fact->has_time && fact->lo_ms > p->now_ms &&
         fact->lo_ms <= p->now_ms + AX_LIMIT_CLOCK_AHEAD_MS;
}

static ax_status add_ahead(const planning *p, subject *s,
                           const ax_facts *facts) {
  for (size_t i = 0; i < facts->count; i++) {
    const ax_facts one = { .items = &facts->items[i], .count = 1 };
    if (is_ahead(p, one.items)) AX_TRY(add_facts(p->arena, &s->ahead, &one));
  }
  return AX_OK;
}

static ax_status add_to(const planning *p, ax_str name, const ax_facts *facts,
                        bool fresh) {
  subject *s = NULL;
  if (facts->count == 0 || !ax_str_starts(name, AX_STR("Patient/")))
    return AX_OK;
  AX_TRY(subject_of(p->arena, p->subjects, name, &s));
  if (fresh) AX_TRY(add_ahead(p, s, facts));
  return add_facts(p->arena, &s->said, facts);
}

/* Nobody may have known this Patient, or it was not to be scored. */
static bool is_new(const ax_intake_item *item, const ax_facts *before) {
  if (item->arrived) return true;
  if (item->version == 1) return item->method == AX_INTAKE_PUT;
  return ax_intake_rules_exempt(before) &&
         !ax_intake_rules_exempt(&item->facts);
}

/* Of a Patient counts what it says about the person: an address changes no
 * score. What an earlier version said made models look away that look now. */
static ax_status add_patient(ax_arena *arena, ax_map *subjects,
                             const ax_intake_item *item,
                             const ax_facts *before) {
  subject *s = NULL;
  bool arrived = is_new(item, before);
  if (!arrived && item->says_same) return AX_OK;
  AX_TRY(subject_of(arena, subjects, item->subject, &s));
  s->arrived |= arrived;
  s->person |= item->version > 1;
  AX_TRY(add_facts(arena, &s->said, before));
  return add_facts(arena, &s->said, &item->facts);
}

/* What is said no more counts as what is said: the value that is gone may have
 * kept a model from the patient. */
static ax_status add_item(planning *p, const ax_intake_item *item) {
  subject *s = NULL;
  ax_facts before = { 0 };
  ax_str owner = AX_STR("");
  AX_TRY(add_partings(p->arena, p->subjects, item));
  if (item->survivor.len) { /* this one is scored no more */
    AX_TRY(subject_of(p->arena, p->subjects, item->survivor, &s));
    s->arrived = true;
    return AX_OK;
  }
  if (item->version > 1)
    AX_TRY(ax_store_facts_of(p->options->store, p->arena, item->type, item->id,
                             &before, &owner, p->err));
  if (ax_str_eq(item->type, AX_STR("Patient")))
    return item->method == AX_INTAKE_DELETE
               ? AX_OK
               : add_patient(p->arena, p->subjects, item, &before);
  AX_TRY(add_to(p, owner, &before, false));
  return add_to(p, item->subject, &item->facts, true);
}

static bool is_concerned(const subject *s, const ax_model *model) {
  return s->arrived || (s->person && ax_score_reads_person(model)) ||
         ax_score_concerns(model, &s->said.facts);
}

/* The moment of acceptance; where the model reads something of a clock that is
 * fast, the moment that clock says. */
static int64_t as_of(const planning *p, const subject *s,
                     const ax_model *model) {
  int64_t latest = p->now_ms;
  for (size_t i = 0; i < s->ahead.facts.count; i++) {
    const ax_facts one = { .items = &s->ahead.facts.items[i], .count = 1 };
    if (one.items->lo_ms > latest && ax_score_concerns(model, &one))
      latest = one.items->lo_ms;
  }
  return latest;
}

/* The request scores first; the background when it did not get to it, or when
 * the time has not come. Shadows are always the background's. */
static void plan_models(const planning *p, const ax_score_view *view,
                        ax_task *tasks, size_t *count) {
  size_t models = ax_score_view_count(view);
  size_t all = models + ax_score_view_shadow_count(view);
  for (size_t i = 0; i < ax_map_count(p->subjects); i++) {
    ax_str name;
    subject *s = ax_map_at(p->subjects, i, &name);
    ax_intake_rules_own(&s->said.facts);
    ax_intake_rules_own(&s->ahead.facts);
    for (size_t m = 0; m < all; m++) {
      ax_str shadow = { 0 };
      const ax_model *model =
          m < models ? ax_score_view_model(view, m)
                     : ax_score_view_shadow(view, m - models, &shadow);
      if (!is_concerned(s, model)) continue;
      int64_t then = as_of(p, s, model);
      tasks[(*count)++] =
          (ax_task){ .model = shadow.len ? shadow : model->id,
                     .patient = name,
                     .as_of_ms = then,
                     .not_before_ms = then > p->now_ms
                                          ? then
                                          : then + p->options->score_wait_ms };
    }
  }
}

static ax_status plan_new(const ax_intake_options *options, ax_arena *arena,
                          const ax_intake_item *items, size_t count,
                          ax_task **tasks, size_t *task_count, ax_error *err) {
  planning p = { .options = options,
                 .arena = arena,
                 .subjects = ax_map_new(arena),
                 .now_ms = ax_clock_wall_ms(),
                 .err = err };
  if (!p.subjects) return AX_NOMEM;
  for (size_t i = 0; i < count; i++)
    if (ax_intake_item_writes(&items[i])) AX_TRY(add_item(&p, &items[i]));
  const ax_score_view *view = NULL;
  AX_TRY(ax_score_view_hold(options->host, arena, &view));
  size_t room = ax_map_count(p.subjects) *
                (ax_score_view_count(view) + ax_score_view_shadow_count(view));
  if (room == 0) return AX_OK;
  *tasks = AX_NEW_ARRAY(arena, ax_task, room);
  if (!*tasks) return AX_NOMEM;
  plan_models(&p, view, *tasks, task_count);
  return AX_OK;
}

ax_status ax_intake_tasks_plan(const ax_intake_options *options,
                               ax_arena *arena, const ax_intake_item *items,
                               size_t count, ax_task **tasks,
                               size_t *task_count, ax_error *err) {
  *tasks = NULL;
  *task_count = 0;
  if (!options->host) return AX_OK;
  AX_TRY(plan_new(options, arena, items, count, tasks, task_count, err));
  AX_TRY(ax_intake_revision_plan(options, arena, items, count, tasks,
                                 task_count, err));
  return ax_intake_medication_plan(arena, items, count, tasks, task_count);
}
