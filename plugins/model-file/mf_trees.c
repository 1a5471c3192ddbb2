/* Walks boosted trees as libxgboost does, bit for bit. */
#include "mf.h"

static float sigmoid(float x) {
  /* common/math.h of XGBoost: the bound keeps expf finite. */
  x = fminf(-x, 88.7f);
  float below = expf(x) + 1.0f + 1e-16f;
  return 1.0f / below;
}

int mf_trees_objective(const char *name, float base_score, mf_forest *forest) {
  static const struct {
    const char *name;
    mf_objective objective;
  } ours[] = {
    { "reg:squarederror", MF_IDENTITY }, { "binary:logistic", MF_LOGISTIC },
    { "count:poisson", MF_LOG },         { "survival:cox", MF_LOG },
    { "multi:softprob", MF_SOFTMAX },
  };
  for (size_t i = 0; i < MF_COUNT(ours); i++) {
    if (strcmp(name, ours[i].name) != 0) continue;
    forest->objective = ours[i].objective;
    forest->base = base_score;
    if (forest->objective == MF_LOGISTIC)
      forest->base = -logf(1.0f / base_score - 1.0f);
    if (forest->objective == MF_LOG) forest->base = logf(base_score);
    return 1;
  }
  return 0;
}

/* --- is it a tree? ---------------------------------------------------------
 */

static const char *check_node(const mf_forest *f, uint32_t n,
                              unsigned char *seen, uint32_t *stack,
                              uint32_t *depth) {
  const mf_node *node = &f->nodes[n];
  if (node->feature == MF_LEAF) return NULL;
  if ((node->feature & ~MF_MISSING_LEFT) >= f->feature_count)
    return "a split is on a feature that there is not";
  const uint32_t children[] = { node->left, node->right };
  for (int i = 0; i < 2; i++) {
    if (children[i] >= f->node_count) return "a child does not exist";
    if (seen[children[i]]++) return "a node is reached twice";
    stack[(*depth)++] = children[i];
  }
  return NULL;
}

const char *mf_trees_check(const mf_forest *f, unsigned char *seen) {
  const char *why = NULL;
  uint32_t depth = 0;
  /* Every node goes on the stack once at most. */
  uint32_t *stack = malloc((f->node_count + 1u) * sizeof *stack);
  if (!stack) return "there is not enough memory";
  for (uint32_t t = 0; t < f->tree_count && !why; t++) {
    if (f->roots[t] >= f->node_count || seen[f->roots[t]]++)
      why = "a root is a node of another tree";
    else
      stack[depth++] = f->roots[t];
    while (depth > 0 && !why) {
      uint32_t n = stack[--depth];
      why = check_node(f, n, seen, stack, &depth);
    }
  }
  free(stack);
  return why;
}

/* --- predictions -----------------------------------------------------------
 */

static uint32_t step(const mf_node *node, const float *features) {
  float x = features[node->feature & ~MF_MISSING_LEFT];
  if (isnan(x))
    return node->feature & MF_MISSING_LEFT ? node->left : node->right;
  return x < node->value ? node->left : node->right;
}

void mf_trees_margins(const mf_forest *f, const float *features,
                      float *margins) {
  for (uint32_t c = 0; c < f->class_count; c++) margins[c] = f->base;
  for (uint32_t t = 0; t < f->tree_count; t++) {
    const mf_node *node = &f->nodes[f->roots[t]];
    while (node->feature != MF_LEAF) node = &f->nodes[step(node, features)];
    margins[f->classes[t]] += node->value;
  }
}

static void softmax(float *values, uint32_t count) {
  float most = values[0];
  double sum = 0;
  for (uint32_t i = 1; i < count; i++) most = fmaxf(values[i], most);
  for (uint32_t i = 0; i < count; i++) {
    values[i] = expf(values[i] - most);
    sum += (double)values[i];
  }
  for (uint32_t i = 0; i < count; i++) values[i] /= (float)sum;
}

void mf_trees_predict(const mf_forest *f, float *values) {
  switch (f->objective) {
  case MF_LOGISTIC:
    values[0] = sigmoid(values[0]);
    break;
  case MF_LOG:
    values[0] = expf(values[0]);
    break;
  case MF_SOFTMAX:
    softmax(values, f->class_count);
    break;
  case MF_IDENTITY:
  default:
    break;
  }
}

void mf_trees_contributions(const mf_forest *f, uint32_t which,
                            const float *features, float *out) {
  for (uint32_t i = 0; i <= f->feature_count; i++) out[i] = 0;
  for (uint32_t t = 0; t < f->tree_count; t++) {
    if (f->classes[t] != which) continue;
    uint32_t n = f->roots[t];
    out[f->feature_count] += f->means[n];
    while (f->nodes[n].feature != MF_LEAF) {
      uint32_t feature = f->nodes[n].feature & ~MF_MISSING_LEFT;
      uint32_t next = step(&f->nodes[n], features);
      out[feature] += f->means[next] - f->means[n];
      n = next;
    }
  }
  out[f->feature_count] += f->base;
}
