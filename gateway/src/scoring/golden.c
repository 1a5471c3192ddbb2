#include "scoring/golden.h"

#include "scoring/score_replay.h"
#include "json/json_parse.h"
#include "json/json_write.h"

/* --- reading -----------------------------------------------------------------
 */

static ax_status read_row(const ax_json *tree, size_t i, ax_golden_row *out,
                          ax_error *err) {
  *out = (ax_golden_row){ .model = AX_JSON_STR(tree, "model"),
                          .note = AX_JSON_STR(tree, "note"),
                          .row = AX_JSON_GET(tree, "row"),
                          .output = AX_JSON_GET(tree, "output") };
  if (out->model.len && ax_json_is(out->row, AX_JSON_OBJECT) &&
      ax_json_is(out->output, AX_JSON_OBJECT))
    return AX_OK;
  return ax_error_set(err, AX_INVALID,
                      "rows[%zu] is not an object with model (a text), row and "
                      "output (objects)",
                      i);
}

ax_status ax_golden_read(ax_arena *arena, ax_str text, ax_golden *out,
                         ax_error *err) {
  const ax_json *tree = NULL;
  ax_json_fault fault = { .at = 0 };
  *out = (ax_golden){ 0 };
  ax_status status = ax_json_parse(arena, text, &tree, &fault);
  if (status)
    return ax_error_set(err, status == AX_NOMEM ? AX_NOMEM : AX_INVALID,
                        "line %u, column %u: %s", fault.place.line,
                        fault.place.column, fault.text);
  const ax_json *list = AX_JSON_GET(tree, "rows");
  size_t count = ax_json_count(list);
  if (!ax_str_eq(ax_json_text(AX_JSON_GET(tree, "golden")), AX_STR("1")))
    return ax_error_set(err, AX_INVALID,
                        "\"golden\" is not 1: another form of golden rows");
  if (!ax_json_is(list, AX_JSON_ARRAY) || !count || count > AX_GOLDEN_ROWS)
    return ax_error_set(err, AX_INVALID, "\"rows\" is not a list of 1 to %d",
                        AX_GOLDEN_ROWS);
  ax_golden_row *rows = AX_NEW_ARRAY(arena, ax_golden_row, count);
  if (!rows) return ax_error_set(err, AX_NOMEM, "no memory for golden rows");
  for (size_t i = 0; i < count; i++)
    AX_TRY(read_row(ax_json_item(list, i), i, &rows[i], err));
  *out = (ax_golden){ rows, count };
  return AX_OK;
}

/* --- checking ----------------------------------------------------------------
 */

typedef struct {
  ax_arena *arena;
  ax_golden_ask ask;
  void *ctx;
  size_t number; /* of the row */
  ax_error *err;
} checking;

static ax_status in_row(const checking *c, ax_status status,
                        const ax_error *why) {
  return ax_error_set(c->err, status, "golden row %zu: %s", c->number,
                      why->text[0] ? why->text : ax_error_name(status));
}

static ax_status check_row(const checking *c, const ax_model *model,
                           const ax_golden_row *golden) {
  ax_error why = { 0 };
  ax_feature_row row;
  ax_results wanted, got;
  ax_status status =
      ax_score_replay_row(c->arena, model, golden->row, &row, &why);
  if (!status)
    status = ax_score_replay_output(c->arena, golden->output, &wanted, &why);
  if (!status) status = c->ask(c->ctx, c->arena, model, &row, &got, &why);
  if (!status && !ax_score_replay_same(&wanted, &got, &why))
    status = AX_INVALID;
  return status ? in_row(c, status, &why) : AX_OK;
}

static const ax_model *find(const ax_model *const *models, size_t count,
                            ax_str id) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq(models[i]->id, id)) return models[i];
  return NULL;
}

static bool has_row(const ax_golden *golden, const ax_model *model) {
  for (size_t i = 0; i < golden->count; i++)
    if (ax_str_eq(golden->rows[i].model, model->id)) return true;
  return false;
}

ax_status ax_golden_check(ax_arena *arena, const ax_golden *golden,
                          const ax_model *const *models, size_t model_count,
                          ax_golden_ask ask, void *ctx, ax_error *err) {
  checking c = { .arena = arena, .ask = ask, .ctx = ctx, .err = err };
  for (size_t i = 0; i < model_count; i++)
    if (!has_row(golden, models[i]))
      return ax_error_set(err, AX_INVALID,
                          "there is no golden row for model " AX_STR_FMT,
                          AX_STR_ARG(models[i]->id));
  for (c.number = 0; c.number < golden->count; c.number++) {
    const ax_golden_row *row = &golden->rows[c.number];
    const ax_model *model = find(models, model_count, row->model);
    if (!model)
      return ax_error_set(err, AX_INVALID,
                          "golden row %zu is for model \"%.*s\", which the "
                          "module does not have",
                          c.number,
                          (int)(row->model.len < 100 ? row->model.len : 100),
                          row->model.ptr);
    ax_arena_mark mark = ax_arena_mark_here(arena);
    AX_TRY(check_row(&c, model, row));
    ax_arena_rewind(arena, mark);
  }
  return AX_OK;
}

/* --- writing -----------------------------------------------------------------
 */

void ax_golden_write_begin(ax_buf *out) {
  ax_buf_append(out, AX_STR("{\"golden\":1,\"rows\":["));
}

/* A row to a line, so that two files can be compared by eye. */
void ax_golden_write_row(ax_buf *out, ax_str model, ax_str note, ax_str row,
                         ax_str output) {
  bool first = out->len && out->bytes[out->len - 1] == '[';
  ax_buf_append(out, first ? AX_STR("\n") : AX_STR(",\n"));
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("model"), model);
  ax_json_write_member(&w, AX_STR("note"), note);
  ax_json_write_key(&w, AX_STR("row"));
  ax_json_write_raw(&w, row);
  ax_json_write_key(&w, AX_STR("output"));
  ax_json_write_raw(&w, output);
  ax_json_write_close(&w);
}

ax_status ax_golden_write_end(ax_buf *out) {
  ax_buf_append(out, AX_STR("\n]}\n"));
  return out->status;
}
