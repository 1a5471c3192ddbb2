#include "run/run.h"

#include "base/clock.h"
#include "run/gate.h"
#include "run/phase.h"
#include "run/run_inner.h"
#include "run/state.h"
#include "validate/fp_model_r4.h"

enum { TEST_ID_MAX = 200 };

/* --- beginning ------------------------------------------------------------ */

static ax_status copy_notices(ax_state *s) {
  for (size_t i = 0; i < s->script->notices.count; i++) {
    ax_script_notice *notice = AX_VEC_PUSH(&s->out->notices, s->arena);
    if (!notice) return AX_NOMEM;
    *notice = s->script->notices.items[i];
  }
  return AX_OK;
}

static bool has_operation(const ax_script_phase *phase) {
  for (size_t i = 0; i < phase->actions.count; i++)
    if (!phase->actions.items[i].is_assert) return true;
  return false;
}

static bool asks(const ax_script *script) {
  if (has_operation(&script->setup)) return true;
  for (size_t i = 0; i < script->tests.count; i++)
    if (has_operation(&script->tests.items[i])) return true;
  return false;
}

static ax_status begin(ax_state *s, const ax_script *script,
                       const ax_run_options *options, ax_arena *arena,
                       ax_result_script *out) {
  *s = (ax_state){ .script = script,
                   .options = options,
                   .arena = arena,
                   .out = out,
                   .model = options->model,
                   .now_ms = options->now_ms,
                   .asks = asks(script) };
  if (!s->now_ms) s->now_ms = ax_clock_wall_ms();
  s->responses = ax_map_new(arena);
  s->requests = ax_map_new(arena);
  s->server_ids = ax_map_new(arena);
  s->lent = ax_map_new(arena);
  *out = (ax_result_script){ .script = script,
                             .file = script->file,
                             .id = script->id,
                             .name = script->name,
                             .title = script->title,
                             .url = script->url,
                             .started_ms = ax_clock_wall_ms() };
  if (!s->responses || !s->requests || !s->server_ids || !s->lent)
    return AX_NOMEM;
  return copy_notices(s);
}

/* --- phases --------------------------------------------------------------- */

static ax_str first_of(ax_str a, ax_str b) {
  return a.len ? a : b;
}

/* "SCRIPT/TEST" for a header: visible ASCII only. */
static ax_status name_test(ax_state *s, ax_str phase) {
  ax_str script =
      first_of(s->script->id, first_of(s->script->name, s->script->file));
  ax_str text = AX_JOIN(s->arena, script, AX_STR("/"), phase);
  char *copy = text.ptr ? ax_arena_cstr(s->arena, text) : NULL;
  if (!copy) return AX_NOMEM;
  for (char *c = copy; *c; c++)
    if (*c < 0x20 || *c > 0x7e) *c = '?';
  s->test_id =
      (ax_str){ copy, text.len > TEST_ID_MAX ? TEST_ID_MAX : text.len };
  return AX_OK;
}

static ax_result_phase describe(const ax_script_phase *phase,
                                ax_result_phase_kind kind) {
  return (ax_result_phase){ .phase = kind,
                            .id = phase->id,
                            .name = phase->name,
                            .description = phase->description };
}

static ax_status keep(ax_state *s, ax_result_phase *phase) {
  ax_result_phase *slot = AX_VEC_PUSH(&s->out->phases, s->arena);
  if (!slot) return AX_NOMEM;
  *slot = *phase;
  return AX_OK;
}

static ax_status run_setup(ax_state *s, bool *good) {
  const ax_script_phase *setup = &s->script->setup;
  ax_result_phase phase = describe(setup, AX_RESULT_SETUP);
  AX_TRY(name_test(s, AX_STR("setup")));
  AX_TRY(ax_phase_create_fixtures(s, &phase, good));
  if (*good)
    AX_TRY(ax_phase_run(s, setup, &phase));
  else
    AX_TRY(ax_phase_skip(s, setup, AX_RESULT_NO_CAUSE,
                         AX_STR("a fixture could not be created"), &phase));
  ax_phase_end(&phase);
  *good = phase.kind < AX_RESULT_UNSUPPORTED;
  return phase.actions.count ? keep(s, &phase) : AX_OK;
}

static ax_status skip_test(ax_state *s, const ax_script_phase *test,
                           const ax_gate *gate) {
  ax_result_phase phase = describe(test, AX_RESULT_TEST);
  AX_TRY(ax_phase_skip(s, test, gate->cause, gate->message, &phase));
  phase.kind = gate->kind;
  phase.cause = gate->cause;
  phase.message = gate->message;
  return keep(s, &phase);
}

static ax_status bind_all(ax_state *s, const ax_script_phase *test) {
  for (size_t i = 0; i < test->bindings.count; i++) {
    const ax_script_binding *b = &test->bindings.items[i];
    ax_run_setting *slot = AX_VEC_PUSH(&s->bound, s->arena);
    if (!slot) return AX_NOMEM;
    slot->name = b->inner;
    slot->value = b->value;
  }
  return AX_OK;
}

/* The second test of a condition: what does not hold there decides and is no
 * failure. */
static ax_status judge_condition(ax_state *s, const ax_script_phase *asked,
                                 ax_gate *out) {
  ax_result_phase told = describe(asked, AX_RESULT_TEST);
  bool failed = s->failed;
  AX_TRY(ax_phase_run(s, asked, &told));
  ax_phase_end(&told);
  s->failed = failed;
  *out = (ax_gate){ .closed = told.kind > AX_RESULT_WARNING,
                    .kind = AX_RESULT_SKIP,
                    .cause = AX_RESULT_BY_SCRIPT };
  for (size_t i = 0; i < told.actions.count; i++)
    if (told.actions.items[i].kind == told.kind) {
      out->message = AX_JOIN(s->arena, AX_STR("its condition does not hold: "),
                             told.actions.items[i].message);
      return out->message.ptr ? AX_OK : AX_NOMEM;
    }
  return AX_OK;
}

/* What of a test comes behind its condition. */
static ax_status run_conditional(ax_state *s, const ax_script_phase *test,
                                 ax_result_phase *phase) {
  const ax_script *condition = test->condition;
  ax_gate gate = { .cause = AX_RESULT_NO_CAUSE,
                   .message = AX_STR("what its condition asks for failed") };
  AX_TRY(ax_phase_run(s, &condition->tests.items[0], phase));
  ax_phase_end(phase);
  gate.closed = phase->kind > AX_RESULT_WARNING;
  if (!gate.closed)
    AX_TRY(judge_condition(s, &condition->tests.items[1], &gate));
  return gate.closed ? ax_phase_skip(s, test, gate.cause, gate.message, phase)
                     : ax_phase_run(s, test, phase);
}

/* It shows nothing, so it does not pass. */
static void empty_test(ax_result_phase *phase) {
  phase->kind = AX_RESULT_SKIP;
  phase->cause = AX_RESULT_BY_SCRIPT;
  phase->message = AX_STR("the test has no action");
}

static ax_status run_test(ax_state *s, const ax_script_phase *test) {
  ax_result_phase phase = describe(test, AX_RESULT_TEST);
  size_t bound = s->bound.count;
  bool conditional = test->condition && test->condition->tests.count == 2;
  AX_TRY(name_test(s, first_of(test->name, test->id)));
  AX_TRY(bind_all(s, test));
  AX_TRY(conditional ? run_conditional(s, test, &phase)
                     : ax_phase_run(s, test, &phase));
  s->bound.count = bound;
  ax_phase_end(&phase);
  if (!phase.actions.count) empty_test(&phase);
  return keep(s, &phase);
}

static ax_status run_tests(ax_state *s, bool ready) {
  const ax_gate not_ready = { .closed = true,
                              .kind = AX_RESULT_SKIP,
                              .message = AX_STR("the set-up failed") };
  for (size_t i = 0; i < s->script->tests.count; i++) {
    const ax_script_phase *test = &s->script->tests.items[i];
    ax_gate gate = not_ready;
    if (ready) AX_TRY(ax_gate_judge(s, test->json, &gate));
    AX_TRY(gate.closed ? skip_test(s, test, &gate) : run_test(s, test));
  }
  return AX_OK;
}

static ax_status run_teardown(ax_state *s) {
  ax_result_phase phase = describe(&s->script->teardown, AX_RESULT_TEARDOWN);
  AX_TRY(name_test(s, AX_STR("teardown")));
  AX_TRY(ax_phase_run(s, &s->script->teardown, &phase));
  AX_TRY(ax_phase_remove_fixtures(s, &phase));
  ax_phase_end(&phase);
  return phase.actions.count ? keep(s, &phase) : AX_OK;
}

/* --- the whole script ----------------------------------------------------- */

/* All tests of a script whose own gate is closed. */
static ax_status skip_all(ax_state *s, const ax_gate *gate) {
  s->out->kind = gate->kind;
  s->out->cause = gate->cause;
  s->out->message = gate->message;
  for (size_t i = 0; i < s->script->tests.count; i++)
    AX_TRY(skip_test(s, &s->script->tests.items[i], gate));
  return AX_OK;
}

static ax_status run_all(ax_state *s) {
  bool ready = true;
  AX_TRY(run_setup(s, &ready));
  AX_TRY(run_tests(s, ready));
  return run_teardown(s);
}

/* Skipped parts count only when there is nothing else. */
static void conclude(ax_result_script *out) {
  ax_result_kind worst = AX_RESULT_PASS;
  bool all_skipped = out->phases.count > 0;
  for (size_t i = 0; i < out->phases.count; i++) {
    ax_result_kind kind = out->phases.items[i].kind;
    if (kind == AX_RESULT_SKIP) continue;
    all_skipped = false;
    if (kind > worst) worst = kind;
  }
  out->kind = all_skipped ? AX_RESULT_SKIP : worst;
}

/* R4 allows such scripts; they show nothing. */
static ax_status empty_script(ax_state *s) {
  s->out->kind = AX_RESULT_SKIP;
  s->out->cause = AX_RESULT_BY_SCRIPT;
  s->out->message = AX_STR("the script has nothing to do: no set-up, no test, "
                           "no teardown and no fixture to create");
  return AX_OK;
}

static ax_status run(ax_state *s) {
  ax_gate gate;
  AX_TRY(ax_gate_judge(s, s->script->resource, &gate));
  if (gate.closed) return skip_all(s, &gate);
  AX_TRY(run_all(s));
  if (!s->out->phases.count) return empty_script(s);
  conclude(s->out);
  return AX_OK;
}

ax_status ax_run_inner(const ax_state *outer, const ax_script *script,
                       const ax_run_loan *loan, ax_state *inner,
                       ax_result_script *out) {
  AX_TRY(begin(inner, script, outer->options, outer->arena, out));
  inner->model = outer->model;
  inner->now_ms = outer->now_ms;
  inner->answered = outer->answered;
  inner->unreachable = outer->unreachable;
  if (loan->fixtures) inner->lent = loan->fixtures;
  if (loan->responses) inner->responses = loan->responses;
  for (size_t i = 0; i < loan->bound_count; i++) {
    ax_run_setting *slot = AX_VEC_PUSH(&inner->bound, inner->arena);
    if (!slot) return AX_NOMEM;
    *slot = loan->bound[i];
  }
  return run(inner);
}

ax_status ax_run_script(const ax_script *script, const ax_run_options *options,
                        ax_arena *arena, ax_result_script *out,
                        bool *reachable) {
  ax_state s;
  ax_fp_model_r4 *model = NULL;
  int64_t begun_ns = ax_clock_mono_ns();
  *reachable = true;
  AX_TRY(begin(&s, script, options, arena, out));
  if (!s.model && options->registry) {
    AX_TRY(ax_fp_model_r4_new(options->registry, &model, NULL));
    s.model = ax_fp_model_r4_table(model);
  }
  ax_status status = run(&s);
  ax_fp_model_r4_free(model);
  out->duration_us = (ax_clock_mono_ns() - begun_ns) / 1000;
  *reachable = !s.unreachable;
  return status;
}
