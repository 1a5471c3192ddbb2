/* sort() of the later releases: stable, by keys, `-key` or `key desc` turns the
 * order round; items without a key come last, and first in turned order. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_operator.h"

typedef struct {
  ax_fp_item item;
  ax_fp_list *keys; /* one list for each sort key */
} row;

typedef struct {
  ax_fp_call *call;
  size_t key_count;
  row *rows, *spare;
} table;

static bool is_turned(const ax_fp_call *call, size_t key) {
  return call->node->arg_count &&
         call->node->args[key]->kind == AX_FP_AST_NEGATE;
}

static ax_status make_key(table *t, size_t i, size_t key, ax_fp_list *out) {
  ax_fp_call *call = t->call;
  ax_fp_item *item = &t->rows[i].item;
  if (!call->node->arg_count) return ax_fp_run_push(call->run, out, *item);
  const ax_fp_ast *expression = call->node->args[key];
  if (is_turned(call, key)) expression = expression->left;
  ax_fp_scope scope = { .focus = { item, 1, 1 },
                        .has_index = true,
                        .index = (int64_t)i,
                        .total = call->scope->total };
  AX_TRY(ax_fp_eval_node(call->run, expression, &scope, out));
  if (out->count <= 1) return AX_OK;
  return ax_fp_run_fault(call->run, expression,
                         "a sort key is a single value, not a collection of "
                         "%zu",
                         out->count);
}

static ax_status make_rows(table *t) {
  ax_fp_call *call = t->call;
  ax_arena *arena = call->run->arena;
  size_t count = call->input.count;
  t->rows = AX_NEW_ARRAY(arena, row, count);
  t->spare = AX_NEW_ARRAY(arena, row, count);
  if (!t->rows || !t->spare) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    t->rows[i].item = call->input.items[i];
    t->rows[i].keys = AX_NEW_ARRAY(arena, ax_fp_list, t->key_count);
    if (!t->rows[i].keys) return AX_NOMEM;
    for (size_t k = 0; k < t->key_count; k++)
      AX_TRY(make_key(t, i, k, &t->rows[i].keys[k]));
  }
  return AX_OK;
}

static ax_status compare_key(table *t, size_t key, const ax_fp_list *a,
                             const ax_fp_list *b, int *out) {
  ax_fp_order order = AX_FP_SAME;
  if (a->count && b->count)
    AX_TRY(ax_fp_compare_items(t->call->run, t->call->node, &a->items[0],
                               &b->items[0], &order));
  else if (a->count != b->count)
    order = a->count ? AX_FP_BEFORE : AX_FP_AFTER;
  if (order == AX_FP_NO_ORDER) order = AX_FP_SAME;
  *out = is_turned(t->call, key) ? -(int)order : (int)order;
  return AX_OK;
}

static ax_status compare_rows(table *t, const row *a, const row *b, int *out) {
  *out = 0;
  for (size_t k = 0; k < t->key_count && *out == 0; k++)
    AX_TRY(compare_key(t, k, &a->keys[k], &b->keys[k], out));
  return AX_OK;
}

/* Merges the sorted halves [from, middle) and [middle, to). */
static ax_status merge(table *t, size_t from, size_t middle, size_t to) {
  size_t left = from, right = middle;
  for (size_t i = from; i < to; i++) {
    int order = left < middle ? -1 : 1;
    if (left < middle && right < to)
      AX_TRY(compare_rows(t, &t->rows[left], &t->rows[right], &order));
    t->spare[i] = order <= 0 ? t->rows[left++] : t->rows[right++];
  }
  for (size_t i = from; i < to; i++) t->rows[i] = t->spare[i];
  return AX_OK;
}

static ax_status sort_rows(table *t, size_t count) {
  for (size_t width = 1; width < count; width *= 2)
    for (size_t from = 0; from + width < count; from += 2 * width) {
      size_t to = from + 2 * width < count ? from + 2 * width : count;
      AX_TRY(merge(t, from, from + width, to));
    }
  return AX_OK;
}

ax_status ax_fp_sort_sort(ax_fp_call *call) {
  table t = { .call = call, .key_count = call->node->arg_count };
  if (!t.key_count) t.key_count = 1;
  AX_TRY(make_rows(&t));
  AX_TRY(sort_rows(&t, call->input.count));
  for (size_t i = 0; i < call->input.count; i++)
    AX_TRY(ax_fp_run_push(call->run, call->out, t.rows[i].item));
  return AX_OK;
}
