/* score_deploy.h: a recorded score through its module again. */
#include "base/clock.h"
#include "scoring/score_host.h"
#include "scoring/score_replay.h"
#include "json/json_parse.h"

enum { WAIT_S = 60 };

/* The model, and its workers: nobody deploys while a tool replays. */
static const ax_score_host_model *find(ax_score_host *host,
                                       const ax_score_recorded *r) {
  for (size_t i = 0; i < host->version_count; i++) {
    const ax_score_version *v = host->versions[i];
    if (!v->pool ||
        !ax_str_eq(ax_str_from(v->files.digest), r->module_digest) ||
        !ax_str_eq(ax_str_from(v->files.data_digest), r->data_digest))
      continue;
    for (size_t m = 0; m < v->model_count; m++)
      if (ax_str_eq(v->models[m].model.id, r->model)) return &v->models[m];
  }
  return NULL;
}

static ax_status parse(ax_arena *arena, ax_str text, const ax_json **out,
                       ax_error *err) {
  ax_json_fault fault = { .at = 0 };
  ax_status status = ax_json_parse(arena, text, out, &fault);
  if (status == AX_OK || status == AX_NOMEM) return status;
  return ax_error_set(err, AX_INVALID, "the record is no JSON: %s", fault.text);
}

ax_status ax_score_deploy_replay(ax_score_host *host, ax_arena *arena,
                                 const ax_score_recorded *r, bool *same,
                                 ax_error *err) {
  const ax_score_host_model *m = find(host, r);
  const ax_json *row_tree = NULL, *output_tree = NULL;
  ax_feature_row row;
  ax_results wanted, got;
  *same = false;
  if (!m)
    return ax_error_set(err, AX_NOT_FOUND,
                        "no module with digest %.12s... is here",
                        r->module_digest.ptr);
  AX_TRY(parse(arena, r->row, &row_tree, err));
  AX_TRY(parse(arena, r->output, &output_tree, err));
  AX_TRY(ax_score_replay_row(arena, &m->model, row_tree, &row, err));
  AX_TRY(ax_score_replay_output(arena, output_tree, &wanted, err));
  AX_TRY(ax_worker_pool_score(m->version->pool, arena, &m->model, &row,
                              ax_clock_mono_ns() + (int64_t)WAIT_S * 1000000000,
                              &got, err));
  *same = ax_score_replay_same(&wanted, &got, err);
  return AX_OK;
}
