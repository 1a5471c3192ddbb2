#include "trial.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "gateway.h"
#include "net/net_client.h"
#include "run/run.h"
#include "json/json_parse.h"

enum { SCRIPT_MEMORY = 512 << 20, REQUEST_MS = 20000, THREADS = 8 };

/* --- loading -------------------------------------------------------------- */

static ax_status note_requirements(ax_arena *arena, ax_trial_script *out) {
  const ax_json *tests = AX_JSON_GET(out->script->resource, "test");
  for (size_t t = 0; t < ax_json_count(tests); t++) {
    const ax_json *list = AX_JSON_GET(ax_json_item(tests, t), "extension");
    for (size_t i = 0; i < ax_json_count(list); i++) {
      const ax_json *extension = ax_json_item(list, i);
      ax_str url = AX_JSON_STR(extension, "url");
      if (!ax_str_ends(url, AX_STR("/requirement"))) continue;
      ax_str *slot = AX_VEC_PUSH(&out->requirements, arena);
      if (!slot) return AX_NOMEM;
      *slot = AX_JSON_STR(extension, "valueString");
    }
  }
  return AX_OK;
}

typedef AX_VEC(ax_trial_script) script_list;

/* NULL: there is none. */
static const char *config_in(ax_arena *arena, const char *folder) {
  const char *path = ax_arena_printf(arena, "%s/auspex.conf", folder).ptr;
  return path && ax_file_exists(path) ? path : NULL;
}

static ax_status load_folder(ax_arena *arena, const char *folder,
                             ax_registry *registry, script_list *out,
                             ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  const ax_script_options options = { .registry = registry };
  const char *config = config_in(arena, folder);
  AX_TRY(ax_file_list(arena, folder, &names, &count, err));
  for (size_t i = 0; i < count; i++) {
    ax_str path = ax_arena_printf(arena, "%s/%s", folder, names[i]);
    ax_script *script = NULL;
    if (!path.ptr) return AX_NOMEM;
    if (!ax_str_ends(path, AX_STR(".json")) || !ax_script_is(path.ptr))
      continue;
    AX_TRY(ax_script_load(path.ptr, &options, arena, &script, err));
    ax_trial_script *slot = AX_VEC_PUSH(out, arena);
    if (!slot) return AX_NOMEM;
    slot->script = script;
    slot->config = config;
    AX_TRY(note_requirements(arena, slot));
  }
  return AX_OK;
}

ax_status ax_trial_load(ax_arena *arena, const char *const *folders,
                        size_t folder_count, ax_trial_bench *bench,
                        ax_error *err) {
  script_list list = { 0 };
  for (size_t i = 0; i < folder_count; i++)
    AX_TRY(load_folder(arena, folders[i], bench->rules.registry, &list, err));
  bench->scripts = list.items;
  bench->script_count = list.count;
  if (list.count) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND, "%s holds no TestScript", folders[0]);
}

/* --- order ---------------------------------------------------------------- */

static int rank(const ax_trial_script *script, const ax_mutant *mutant,
                ax_str last) {
  if (script->red) return -1;
  if (last.len && ax_str_eq(script->script->id, last)) return 0;
  for (size_t i = 0; mutant && i < script->requirements.count; i++)
    if (ax_str_eq(script->requirements.items[i],
                  ax_str_from(mutant->requirement)))
      return 1;
  return 2;
}

/* What a trial does: scripts in their order, until one notices or all of them
 * (`tell`). */
typedef struct {
  const ax_trial_bench *bench;
  const ax_mutant *mutant;
  bool configured;    /* scripts that want a configuration, or those without */
  const char *config; /* theirs */
  ax_trial_script **scripts;
  size_t count;
  ax_trial_tell tell;
  ax_arena *arena;
} plan;

static ax_status make_plan(plan *p, ax_str last) {
  const ax_trial_bench *bench = p->bench;
  p->scripts = AX_NEW_ARRAY(p->arena, ax_trial_script *, bench->script_count);
  for (int r = 0; p->scripts && r < 3; r++)
    for (size_t i = 0; i < bench->script_count; i++)
      if ((bench->scripts[i].config != NULL) == p->configured &&
          rank(&bench->scripts[i], p->mutant, last) == r)
        p->scripts[p->count++] = &bench->scripts[i];
  if (!p->scripts) return AX_NOMEM;
  p->config = p->count ? p->scripts[0]->config : NULL;
  return AX_OK;
}

/* --- running -------------------------------------------------------------- */

static ax_str first_message(const ax_result_phase *phase) {
  for (size_t i = 0; i < phase->actions.count; i++) {
    const ax_result_action *action = &phase->actions.items[i];
    if (action->kind == AX_RESULT_FAIL || action->kind == AX_RESULT_ERROR)
      return action->message.len ? action->message : action->rule;
  }
  return phase->message;
}

static bool notices(ax_result_kind kind) {
  return kind == AX_RESULT_FAIL || kind == AX_RESULT_ERROR;
}

static ax_status tell(ax_arena *arena, const ax_result_script *result,
                      ax_trial_verdict *out) {
  out->killed = true;
  out->script = ax_arena_str(arena, result->id);
  out->why = ax_arena_str(arena, result->message);
  out->test = AX_STR("");
  for (size_t i = 0; i < result->phases.count; i++) {
    const ax_result_phase *phase = &result->phases.items[i];
    if (!notices(phase->kind)) continue;
    ax_str name = phase->name.len ? phase->name : AX_STR("set-up");
    out->test = ax_arena_str(arena, name);
    out->why = ax_arena_str(arena, first_message(phase));
    break;
  }
  return out->script.ptr && out->why.ptr && out->test.ptr ? AX_OK : AX_NOMEM;
}

/* What the target says of itself, seen through the proxy; NULL: nothing. */
static const ax_json *capabilities(ax_net_client *client, const char *base,
                                   ax_arena *arena) {
  ax_net_response answer = { 0 };
  ax_net_request rq = { .method = AX_NET_GET };
  const ax_json *tree = NULL;
  ax_json_fault fault;
  rq.url = ax_arena_printf(arena, "%s/metadata", base);
  if (!rq.url.ptr || ax_net_client_send(client, &rq, arena, &answer, NULL))
    return NULL;
  return ax_json_parse(arena, answer.body, &tree, &fault) == AX_OK ? tree
                                                                   : NULL;
}

static ax_status run_once(const plan *p, const ax_run_options *options,
                          const ax_trial_script *script,
                          ax_trial_verdict *out) {
  ax_arena *own = ax_arena_new(SCRIPT_MEMORY);
  ax_result_script result = { 0 };
  bool reachable = true;
  if (!own) return AX_NOMEM;
  ax_status status =
      ax_run_script(script->script, options, own, &result, &reachable);
  out->killed = false;
  if (!status && notices(result.kind)) status = tell(p->arena, &result, out);
  ax_arena_free(own);
  return status;
}

/* On a busy machine a script may fail for want of time: what it noticed, it
 * notices again. */
static ax_status run_one(const plan *p, const ax_run_options *options,
                         ax_trial_script *script, ax_trial_verdict *out) {
  AX_TRY(run_once(p, options, script, out));
  if (out->killed) AX_TRY(run_once(p, options, script, out));
  if (!out->killed || !p->tell) return AX_OK;
  script->red = true;
  p->tell(out);
  return AX_OK;
}

static ax_status run_scripts(const plan *p, ax_net_client *client,
                             const char *base, ax_trial_verdict *out) {
  const ax_run_destination destination = { 0, ax_str_from(base) };
  const ax_run_options options = {
    .registry = p->bench->rules.registry,
    .validator = p->bench->rules.validator,
    .valuesets = p->bench->rules.valuesets,
    .model = p->bench->model,
    .target = { .client = client,
                .destinations = &destination,
                .destination_count = 1,
                .capabilities = capabilities(client, base, p->arena) },
    .timeout_ms = REQUEST_MS,
    .test_header = "X-Auspex-Test",
  };
  bool red = false;
  for (size_t i = 0; i < p->count && (p->tell || !out->killed); i++) {
    out->killed = false;
    AX_TRY(run_one(p, &options, p->scripts[i], out));
    red |= out->killed;
    out->ran++;
  }
  out->killed = red;
  return AX_OK;
}

static ax_status run_behind(const plan *p, ax_proxy *proxy,
                            ax_trial_verdict *out, ax_error *err) {
  const char *base = ax_proxy_base(proxy);
  const ax_net_client_options options = { .origins = &base,
                                          .origin_count = 1,
                                          .timeout_ms = REQUEST_MS };
  ax_net_client *client = NULL;
  AX_TRY(ax_net_client_new(&options, &client, err));
  ax_status status = run_scripts(p, client, base, out);
  ax_net_client_free(client);
  return status;
}

static ax_status run_before(const plan *p, const char *target,
                            ax_trial_verdict *out, ax_error *err) {
  ax_mutant_ctx ctx = { p->mutant, ax_mutant_memory_new() };
  if (!ctx.memory) return AX_NOMEM;
  const ax_proxy_options options = { .target = target,
                                     .threads = THREADS,
                                     .filter = { ax_mutant_pass, &ctx } };
  ax_proxy *proxy = NULL;
  ax_status status = ax_proxy_start(&options, &proxy, err);
  if (!status) status = run_behind(p, proxy, out, err);
  ax_proxy_stop(proxy);
  ax_mutant_memory_free(ctx.memory);
  return status;
}

static ax_status run_plan(plan *p, ax_str last, ax_trial_verdict *out,
                          ax_error *err) {
  int64_t began = ax_clock_mono_ns();
  ax_gateway gateway;
  *out = (ax_trial_verdict){ .script = AX_STR(""), .test = AX_STR("") };
  AX_TRY(make_plan(p, last));
  AX_TRY(ax_gateway_start(p->bench->build, p->bench->root, p->config, &gateway,
                          err));
  ax_status status = run_before(p, gateway.base, out, err);
  ax_gateway_stop(&gateway);
  out->took_ms = (ax_clock_mono_ns() - began) / 1000000;
  return status;
}

ax_status ax_trial_run(const ax_trial_bench *bench, const ax_mutant *mutant,
                       ax_str last, ax_arena *arena, ax_trial_verdict *out,
                       ax_error *err) {
  plan p = { .bench = bench,
             .mutant = mutant,
             .configured = mutant->configured,
             .arena = arena };
  return run_plan(&p, last, out, err);
}

ax_status ax_trial_baseline(ax_trial_bench *bench, ax_arena *arena,
                            ax_trial_tell tell_red, ax_trial_verdict *out,
                            ax_error *err) {
  plan p = { .bench = bench, .arena = arena, .tell = tell_red };
  AX_TRY(run_plan(&p, AX_STR(""), out, err));
  ax_trial_verdict also;
  plan q = {
    .bench = bench, .configured = true, .arena = arena, .tell = tell_red
  };
  AX_TRY(run_plan(&q, AX_STR(""), &also, err));
  out->killed |= also.killed;
  out->ran += also.ran;
  out->took_ms += also.took_ms;
  return AX_OK;
}
