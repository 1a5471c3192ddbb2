/*
 * Reads the JSON that XGBoost writes (Booster.save_model("model.json")):
 * XGBoost documentation, "Introduction to Model IO" and its model schema. Only
 * what decides a prediction is read; what this module does not compute is
 * refused.
 */
#include "mf.h"

enum { NODES_MOST = 1 << 24, TREES_MOST = 100000 };

/* XGBoost writes the numbers of parameters as texts: "5E-1", from 3.0 on
 * "[5E-1]". */
static int32_t text_number(mf_reader *r, uint32_t object, const char *where,
                           const char *key, float *out) {
  uint32_t i = auspex_json_get(&r->json, object, key);
  if (!i) return mf_read_fault(r, object, "%s.%s is missing", where, key);
  const auspex_json_value *v = &r->json.values[i];
  const char *text = r->json.text + v->at;
  char digits[64];
  char *end = NULL;
  uint32_t length = v->length;
  if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
    text++;
    length -= 2;
  }
  if (v->kind != AUSPEX_JSON_STRING || length == 0 || length >= sizeof digits)
    return mf_read_fault(r, i, "%s.%s must be a number in quotes", where, key);
  memcpy(digits, text, length);
  digits[length] = 0;
  *out =
      strspn(digits, "0123456789+-.eE") == length ? strtof(digits, &end) : NAN;
  if (!end || *end || !isfinite(*out))
    return mf_read_fault(r, i, "%s.%s must be one number in quotes", where,
                         key);
  return AUSPEX_OK;
}

static int32_t whole(mf_reader *r, uint32_t object, const char *where,
                     const char *key, uint32_t most, uint32_t *out) {
  float value = 0;
  MF_TRY(text_number(r, object, where, key, &value));
  if (value < 0 || value > (float)most || value != floorf(value))
    return mf_read_fault(r, object, "%s.%s must be a whole number up to %u",
                         where, key, most);
  *out = (uint32_t)value;
  return AUSPEX_OK;
}

/* --- one tree ---------------------------------------------------------------
 */

/* The arrays of a tree, one item for each node, walked side by side. */
enum { LEFT, RIGHT, MISSING, INDEX, CONDITION, HESSIAN, ARRAYS };
typedef struct {
  char where[48];
  uint32_t at[ARRAYS]; /* the item of the current node */
  uint32_t size;
  mf_forest *out;
  float *hessian; /* of the nodes of this tree */
} tree;

static const char *const array_names[ARRAYS] = {
  "left_children", "right_children",   "default_left",
  "split_indices", "split_conditions", "sum_hessian"
};

static int32_t find_arrays(mf_reader *r, uint32_t object, tree *t) {
  for (int a = 0; a < ARRAYS; a++) {
    MF_TRY(mf_read_array(r, object, t->where, array_names[a], MF_NEEDED,
                         &t->at[a]));
    uint32_t count = r->json.values[t->at[a]].count;
    if (a == 0) t->size = count;
    if (count != t->size || count == 0)
      return mf_read_fault(r, t->at[a], "%s.%s has %u items, not %u", t->where,
                           array_names[a], count, t->size);
    t->at[a]++;
  }
  return AUSPEX_OK;
}

/* Categories would need sets instead of thresholds. */
static int32_t refuse_categories(mf_reader *r, uint32_t object, const tree *t) {
  uint32_t types = auspex_json_get(&r->json, object, "split_type");
  int64_t type = 0;
  if (!types) return AUSPEX_OK;
  for (uint32_t i = types + 1; i < r->json.values[types].next;
       i = r->json.values[i].next)
    if (!auspex_json_integer(&r->json, i, 0, 0, &type))
      return mf_read_fault(r, i,
                           "%s splits on categories, which this module does "
                           "not compute; train with numbers (one-hot) instead",
                           t->where);
  return AUSPEX_OK;
}

static int32_t read_missing(mf_reader *r, const tree *t, int *left) {
  uint32_t i = t->at[MISSING];
  int64_t value = 0;
  if (r->json.values[i].kind == AUSPEX_JSON_BOOL)
    value = r->json.text[r->json.values[i].at] == 't';
  else if (!auspex_json_integer(&r->json, i, 0, 1, &value))
    return mf_read_fault(r, i, "%s.default_left must hold 0 and 1", t->where);
  *left = (int)value;
  return AUSPEX_OK;
}

static int32_t read_split(mf_reader *r, const tree *t, uint32_t base,
                          int64_t left, mf_node *node) {
  int64_t right = 0, feature = 0;
  int missing = 0;
  if (!auspex_json_integer(&r->json, t->at[RIGHT], 0, t->size - 1, &right))
    return mf_read_fault(r, t->at[RIGHT], "%s.right_children is out of range",
                         t->where);
  if (!auspex_json_integer(&r->json, t->at[INDEX], 0,
                           (int64_t)t->out->feature_count - 1, &feature))
    return mf_read_fault(r, t->at[INDEX],
                         "%s.split_indices is not one of %u features", t->where,
                         t->out->feature_count);
  MF_TRY(read_missing(r, t, &missing));
  node->left = base + (uint32_t)left;
  node->right = base + (uint32_t)right;
  node->feature = (uint32_t)feature | (missing ? MF_MISSING_LEFT : 0);
  return AUSPEX_OK;
}

static int32_t read_node(mf_reader *r, const tree *t, uint32_t base,
                         uint32_t n) {
  mf_node *node = &t->out->nodes[base + n];
  int64_t left = 0;
  if (!auspex_json_integer(&r->json, t->at[LEFT], -1, t->size - 1, &left))
    return mf_read_fault(r, t->at[LEFT], "%s.left_children is out of range",
                         t->where);
  if (!auspex_json_float(&r->json, t->at[CONDITION], &node->value) ||
      !auspex_json_float(&r->json, t->at[HESSIAN], &t->hessian[n]))
    return mf_read_fault(r, t->at[CONDITION],
                         "%s.split_conditions or sum_hessian is no number",
                         t->where);
  node->feature = MF_LEAF;
  return left < 0 ? AUSPEX_OK : read_split(r, t, base, left, node);
}

/* The mean of a node is that of its children, weighted by their hessians
 * (FillNodeMeanValues of XGBoost). Children before parents: by recursion, as
 * deep as the tree, which was checked to be one. */
static float mean_of(const tree *t, uint32_t base, uint32_t n, int depth) {
  const mf_node *node = &t->out->nodes[base + n];
  float mean = node->value;
  if (node->feature != MF_LEAF && depth > 0) {
    uint32_t l = node->left - base, r = node->right - base;
    mean = mean_of(t, base, l, depth - 1) * t->hessian[l];
    mean += mean_of(t, base, r, depth - 1) * t->hessian[r];
    mean = t->hessian[n] > 0 ? mean / t->hessian[n] : 0;
  }
  t->out->means[base + n] = mean;
  return mean;
}

enum { DEPTH_MOST = 512 };

static int depth_of(const mf_forest *f, uint32_t n, int room) {
  const mf_node *node = &f->nodes[n];
  if (node->feature == MF_LEAF || room == 0) return 1;
  int left = depth_of(f, node->left, room - 1);
  int right = depth_of(f, node->right, room - 1);
  return 1 + (left > right ? left : right);
}

static int32_t check_tree(mf_reader *r, uint32_t object, const tree *t,
                          uint32_t base) {
  mf_forest one = *t->out;
  uint32_t root = base;
  unsigned char *seen = calloc(one.node_count, 1);
  if (!seen) return mf_read_nomem(r);
  one.roots = &root;
  one.tree_count = 1;
  const char *why = mf_trees_check(&one, seen);
  free(seen);
  if (!why && depth_of(t->out, base, DEPTH_MOST) > DEPTH_MOST)
    why = "it is deeper than 512";
  if (why) return mf_read_fault(r, object, "%s is no tree: %s", t->where, why);
  return AUSPEX_OK;
}

static int32_t read_tree(mf_reader *r, uint32_t object, uint32_t number,
                         mf_forest *out) {
  tree t = { .out = out };
  (void)snprintf(t.where, sizeof t.where, "trees[%u]", number);
  MF_TRY(find_arrays(r, object, &t));
  MF_TRY(refuse_categories(r, object, &t));
  uint32_t base = out->node_count;
  if (t.size > NODES_MOST - base)
    return mf_read_fault(r, object, "there are more than %d nodes", NODES_MOST);
  t.hessian = malloc(t.size * sizeof *t.hessian);
  if (!t.hessian) return mf_read_nomem(r);
  int32_t status = AUSPEX_OK;
  for (uint32_t n = 0; n < t.size && !status; n++) {
    status = read_node(r, &t, base, n);
    for (int a = 0; a < ARRAYS; a++) t.at[a] = r->json.values[t.at[a]].next;
  }
  out->roots[number] = base;
  out->node_count = base + t.size;
  if (!status) status = check_tree(r, object, &t, base);
  if (!status) (void)mean_of(&t, base, 0, DEPTH_MOST);
  free(t.hessian);
  return status;
}

/* --- the forest -------------------------------------------------------------
 */

/* How many nodes all trees have, and room for them. */
static int32_t make_room(mf_reader *r, uint32_t trees, mf_forest *out) {
  uint64_t nodes = 0;
  out->tree_count = r->json.values[trees].count;
  if (out->tree_count == 0 || out->tree_count > TREES_MOST)
    return mf_read_fault(r, trees, "there must be 1 to %d trees", TREES_MOST);
  for (uint32_t i = trees + 1; i < r->json.values[trees].next;
       i = r->json.values[i].next) {
    uint32_t left = auspex_json_get(&r->json, i, "left_children");
    nodes += left ? r->json.values[left].count : 0;
  }
  if (nodes > NODES_MOST)
    return mf_read_fault(r, trees, "there are more than %d nodes", NODES_MOST);
  out->nodes = mf_memory_new(r->memory, nodes, sizeof *out->nodes);
  out->means = mf_memory_new(r->memory, nodes, sizeof *out->means);
  out->roots = mf_memory_new(r->memory, out->tree_count, sizeof *out->roots);
  out->classes =
      mf_memory_new(r->memory, out->tree_count, sizeof *out->classes);
  if (!out->nodes || !out->means || !out->roots || !out->classes)
    return mf_read_nomem(r);
  return AUSPEX_OK;
}

static int32_t read_classes(mf_reader *r, uint32_t model, const char *key,
                            mf_forest *out) {
  uint32_t info, n = 0;
  MF_TRY(mf_read_array(r, model, "model", key, MF_NEEDED, &info));
  if (r->json.values[info].count != out->tree_count)
    return mf_read_fault(r, info, "model.%s must have %u items", key,
                         out->tree_count);
  for (uint32_t i = info + 1; i < r->json.values[info].next;
       i = r->json.values[i].next) {
    int64_t which = 0;
    if (!auspex_json_integer(&r->json, i, 0, (int64_t)out->class_count - 1,
                             &which))
      return mf_read_fault(r, i, "model.%s is not one of %u classes", key,
                           out->class_count);
    out->classes[n++] = (uint32_t)which;
  }
  return AUSPEX_OK;
}

static int32_t read_trees(mf_reader *r, uint32_t booster, mf_forest *out) {
  uint32_t model, trees, number = 0;
  uint32_t name = auspex_json_get(&r->json, booster, "name");
  if (!name || !auspex_json_is(&r->json, name, "gbtree"))
    return mf_read_fault(r, name ? name : booster,
                         "gradient_booster.name must be \"gbtree\": gblinear "
                         "and dart are not computed by this module");
  MF_TRY(mf_read_object(r, booster, "gradient_booster", "model", MF_NEEDED,
                        &model));
  MF_TRY(mf_read_array(r, model, "model", "trees", MF_NEEDED, &trees));
  MF_TRY(make_room(r, trees, out));
  MF_TRY(read_classes(r, model, "tree_info", out));
  for (uint32_t i = trees + 1; i < r->json.values[trees].next;
       i = r->json.values[i].next)
    MF_TRY(read_tree(r, i, number++, out));
  return AUSPEX_OK;
}

/* Names of features, where the file has them, must be the declared ones. */
static int32_t check_names(mf_reader *r, uint32_t learner,
                           const char *const *names, uint32_t count) {
  uint32_t list = auspex_json_get(&r->json, learner, "feature_names"), n = 0;
  if (!list || r->json.values[list].count == 0) return AUSPEX_OK;
  if (r->json.values[list].kind != AUSPEX_JSON_ARRAY ||
      r->json.values[list].count != count)
    return mf_read_fault(r, list, "feature_names must have %u items", count);
  for (uint32_t i = list + 1; i < r->json.values[list].next;
       i = r->json.values[i].next, n++)
    if (!auspex_json_is(&r->json, i, names[n]))
      return mf_read_fault(
          r, i,
          "feature %u is \"%.*s\" here and \"%.60s\" in the "
          "declaration",
          n,
          (int)(r->json.values[i].length < 60 ? r->json.values[i].length : 60),
          r->json.text + r->json.values[i].at, names[n]);
  return AUSPEX_OK;
}

static int32_t read_parameters(mf_reader *r, uint32_t learner, mf_forest *out,
                               float *base) {
  static const char where[] = "learner_model_param";
  uint32_t param, classes = 0, targets = 1;
  MF_TRY(mf_read_object(r, learner, "learner", where, MF_NEEDED, &param));
  MF_TRY(text_number(r, param, where, "base_score", base));
  MF_TRY(whole(r, param, where, "num_class", MF_CLASSES, &classes));
  MF_TRY(
      whole(r, param, where, "num_feature", MF_FEATURES, &out->feature_count));
  if (auspex_json_get(&r->json, param, "num_target"))
    MF_TRY(whole(r, param, where, "num_target", MF_CLASSES, &targets));
  if (targets > 1)
    return mf_read_fault(r, param,
                         "%s: models with several targets are not "
                         "computed by this module",
                         where);
  out->class_count = classes ? classes : 1;
  return AUSPEX_OK;
}

static int32_t read_objective(mf_reader *r, uint32_t learner, float base,
                              mf_forest *out) {
  uint32_t objective;
  const char *name = NULL;
  MF_TRY(mf_read_object(r, learner, "learner", "objective", MF_NEEDED,
                        &objective));
  MF_TRY(mf_read_text(r, objective, "objective", "name", MF_NEEDED, &name));
  if (!mf_trees_objective(name, base, out))
    return mf_read_fault(r, objective,
                         "objective %.40s is not computed by this module; it "
                         "knows reg:squarederror, binary:logistic, "
                         "count:poisson, survival:cox, multi:softprob",
                         name);
  if (!isfinite(out->base))
    return mf_read_fault(r, objective, "base_score %g does not suit %.40s",
                         (double)base, name);
  if ((out->objective == MF_SOFTMAX) != (out->class_count > 1))
    return mf_read_fault(r, objective, "%.40s does not suit %u classes", name,
                         out->class_count);
  return AUSPEX_OK;
}

int32_t mf_xgboost_trees(mf_reader *r, uint32_t object, const char *objective,
                         float base, mf_forest *out) {
  uint32_t trees, number = 0;
  if (!mf_trees_objective(objective, base, out) || !isfinite(out->base) ||
      (out->objective == MF_SOFTMAX) != (out->class_count > 1))
    return mf_read_fault(r, object,
                         "model.objective \"%.40s\" with this baseScore and "
                         "number of classes is not computed by this module",
                         objective);
  MF_TRY(mf_read_array(r, object, "model", "trees", MF_NEEDED, &trees));
  MF_TRY(make_room(r, trees, out));
  if (out->class_count > 1) MF_TRY(read_classes(r, object, "treeClasses", out));
  for (uint32_t i = trees + 1; i < r->json.values[trees].next;
       i = r->json.values[i].next)
    MF_TRY(read_tree(r, i, number++, out));
  return AUSPEX_OK;
}

int32_t mf_xgboost_read(mf_reader *r, const char *const *names, uint32_t count,
                        mf_forest *out) {
  uint32_t learner, booster;
  float base = 0;
  memset(out, 0, sizeof *out);
  MF_TRY(mf_read_object(r, 0, "the file", "learner", MF_NEEDED, &learner));
  MF_TRY(read_parameters(r, learner, out, &base));
  if (out->feature_count != count)
    return mf_read_fault(r, learner,
                         "the model has %u features, the declaration %u",
                         out->feature_count, count);
  MF_TRY(check_names(r, learner, names, count));
  MF_TRY(read_objective(r, learner, base, out));
  MF_TRY(mf_read_object(r, learner, "learner", "gradient_booster", MF_NEEDED,
                        &booster));
  return read_trees(r, booster, out);
}
