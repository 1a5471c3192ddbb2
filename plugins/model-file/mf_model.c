/* A model file as a whole: declaration, computation, outcomes. */
#include "mf_model.h"

enum { WHERE = 64 };

static const mf_word kinds[] = { { "points", 0 },  { "glm", 1 },
                                 { "cox", 2 },     { "trees", 3 },
                                 { "xgboost", 4 }, { "onnx", 5 },
                                 { NULL, 0 } };
enum { KIND_POINTS, KIND_GLM, KIND_COX, KIND_TREES, KIND_XGBOOST, KIND_ONNX };

/* --- factors: what contributions speak of
 * -------------------------------------- */

static uint32_t basis_of(const mf_model *m) {
  if (m->kind == MF_COX) return AUSPEX_LOG_HAZARD;
  if (m->kind == MF_GLM && m->link == MF_LINK_LOGIT) return AUSPEX_LOG_ODDS;
  if (m->kind == MF_FOREST &&
      (m->forest.objective == MF_LOGISTIC || m->forest.objective == MF_SOFTMAX))
    return AUSPEX_LOG_ODDS;
  if (m->kind == MF_FOREST && m->forest.objective == MF_LOG)
    return AUSPEX_LOG_HAZARD;
  return AUSPEX_POINTS;
}

static int32_t make_factors(mf_reader *r, mf_model *out) {
  /* An engine says what comes out, not why. */
  if (out->kind == MF_ENGINE) return AUSPEX_OK;
  uint32_t count =
      out->kind == MF_FOREST ? out->forest.feature_count : out->term_count;
  auspex_factor *factors = mf_memory_new(r->memory, count, sizeof *factors);
  if (!factors) return mf_read_nomem(r);
  for (uint32_t i = 0; i < count; i++) {
    auspex_factor *f = &factors[i];
    f->size = sizeof *f;
    f->basis = basis_of(out);
    if (out->kind == MF_FOREST) {
      const auspex_input *input = &out->declared.inputs[out->features[i]];
      f->name = input->name;
      f->title = input->title;
      f->inputs[f->input_count++] = out->features[i];
      continue;
    }
    f->name = out->terms[i].name;
    f->title = out->terms[i].title;
    for (uint32_t k = 0; k < out->terms[i].operand_count; k++)
      f->inputs[f->input_count++] = out->terms[i].operands[k].input;
  }
  out->declared.factors = factors;
  out->declared.factor_count = count;
  out->declared.factor_stride = sizeof *factors;
  out->declared.flags = AUSPEX_MODEL_ADDITIVE;
  return AUSPEX_OK;
}

/* --- forests
 * --------------------------------------------------------------------- */

typedef struct {
  uint32_t *inputs;
  const char **names; /* as in the XGBoost file */
  uint32_t count;
} features;

/* "age", or {"input": "age", "name": "Age at diagnosis"}. */
static int32_t read_feature(mf_reader *r, const auspex_model *model,
                            uint32_t at, const char *where, features *out) {
  static const char *const keys[] = { "input", "name", NULL };
  uint32_t n = out->count++, input = at;
  if (r->json.values[at].kind == AUSPEX_JSON_OBJECT) {
    MF_TRY(mf_read_known(r, at, where, keys));
    input = auspex_json_get(&r->json, at, "input");
    MF_TRY(mf_read_text(r, at, where, "name", MF_NEEDED, &out->names[n]));
  }
  MF_TRY(
      mf_declare_input(r, model, input ? input : at, where, &out->inputs[n]));
  if (!out->names[n]) out->names[n] = model->inputs[out->inputs[n]].name;
  return AUSPEX_OK;
}

static int32_t read_features(mf_reader *r, const auspex_model *model,
                             uint32_t object, features *out) {
  uint32_t array;
  char where[WHERE];
  MF_TRY(mf_read_array(r, object, "model", "features", MF_NEEDED, &array));
  uint32_t count = r->json.values[array].count;
  if (count == 0 || count > MF_FEATURES)
    return mf_read_fault(r, array, "model.features must have 1 to %d",
                         MF_FEATURES);
  out->inputs = mf_memory_new(r->memory, count, sizeof *out->inputs);
  out->names = mf_memory_new(r->memory, count, sizeof *out->names);
  if (!out->inputs || !out->names) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < r->json.values[array].next;
       i = r->json.values[i].next) {
    mf_read_path(where, sizeof where, "model.features[%u]", out->count);
    MF_TRY(read_feature(r, model, i, where, out));
  }
  return AUSPEX_OK;
}

/* Faults in the other file are reported with its name and places. */
static int32_t read_xgboost(mf_reader *r, const auspex_config *config,
                            uint32_t object, const features *f, mf_model *out) {
  const char *file = NULL;
  const auspex_blob *blob = NULL;
  MF_TRY(mf_read_blob(r, config, object, &file, &blob));
  mf_reader other = { .memory = r->memory, .file = file, .err = r->err };
  if (!auspex_json_parse(&other.json, blob->data, blob->length))
    return mf_read_fault(&other, 0, "%s", other.json.fault);
  int32_t status = mf_xgboost_read(&other, f->names, f->count, &out->forest);
  auspex_json_free(&other.json);
  return status;
}

/* Trees in the model file itself; XGBoost's names for the same arrays. */
static int32_t read_trees(mf_reader *r, uint32_t object, const features *f,
                          mf_model *out) {
  const char *objective = NULL;
  double base = 0;
  int64_t classes = 1;
  MF_TRY(mf_read_text(r, object, "model", "objective", MF_NEEDED, &objective));
  MF_TRY(mf_read_number(r, object, "model", "baseScore", MF_NEEDED, &base));
  MF_TRY(mf_read_integer(r, object, "model", "classes", MF_OPTIONAL,
                         (mf_range){ 1, MF_CLASSES }, &classes));
  out->forest.feature_count = f->count;
  out->forest.class_count = (uint32_t)classes;
  return mf_xgboost_trees(r, object, objective, (float)base, &out->forest);
}

static int32_t read_forest(mf_reader *r, const auspex_config *config,
                           uint32_t object, int xgboost, mf_model *out) {
  static const char *const in_file[] = { "kind", "file", "features", NULL };
  static const char *const in_place[] = { "kind",      "features",
                                          "objective", "baseScore",
                                          "classes",   "treeClasses",
                                          "trees",     NULL };
  features f = { .count = 0 };
  out->kind = MF_FOREST;
  MF_TRY(mf_read_known(r, object, "model", xgboost ? in_file : in_place));
  MF_TRY(read_features(r, &out->declared, object, &f));
  out->features = f.inputs;
  return xgboost ? read_xgboost(r, config, object, &f, out)
                 : read_trees(r, object, &f, out);
}

static int32_t read_engine(mf_reader *r, const auspex_config *config,
                           uint32_t object, mf_model *out) {
  static const char *const keys[] = { "kind",  "file",   "features",
                                      "input", "output", NULL };
  features f = { .count = 0 };
  out->kind = MF_ENGINE;
  MF_TRY(mf_read_known(r, object, "model", keys));
  MF_TRY(read_features(r, &out->declared, object, &f));
  out->features = f.inputs;
  out->engine.feature_count = f.count;
  return mf_engine_read(r, config, object, &out->engine);
}

/* --- sums of terms
 * ------------------------------------------------------------------ */

static int32_t read_sum(mf_reader *r, uint32_t object, uint32_t kind,
                        mf_model *out) {
  static const char *const keys[][6] = {
    [KIND_POINTS] = { "kind", "terms", NULL },
    [KIND_GLM] = { "kind", "terms", "link", "intercept", NULL },
    [KIND_COX] = { "kind", "terms", "centre", NULL }
  };
  static const mf_word links[] = {
    { "identity", MF_LINK_IDENTITY }, { "log", MF_LINK_LOG },
    { "logit", MF_LINK_LOGIT },       { "probit", MF_LINK_PROBIT },
    { "cloglog", MF_LINK_CLOGLOG },   { NULL, 0 }
  };
  uint32_t link = MF_LINK_IDENTITY;
  double centre = 0;
  MF_TRY(mf_read_known(r, object, "model", keys[kind]));
  if (kind == KIND_GLM)
    MF_TRY(mf_read_word(r, object, "model", "link", MF_NEEDED, links, &link));
  MF_TRY(mf_read_number(r, object, "model", "intercept", kind == KIND_GLM,
                        &out->intercept));
  MF_TRY(
      mf_read_number(r, object, "model", "centre", kind == KIND_COX, &centre));
  if (kind == KIND_COX) out->intercept = -centre;
  out->link = (mf_link)link;
  out->kind = kind == KIND_COX ? MF_COX : kind == KIND_GLM ? MF_GLM : MF_POINTS;
  return mf_terms_read(r, &out->declared, object, &out->terms,
                       &out->term_count);
}

int32_t mf_model_read(mf_reader *r, const auspex_config *config,
                      mf_model *out) {
  uint32_t object, kind = 0;
  MF_TRY(mf_declare_read(r, &out->declared));
  MF_TRY(mf_read_object(r, 0, "the model", "model", MF_NEEDED, &object));
  MF_TRY(mf_read_word(r, object, "model", "kind", MF_NEEDED, kinds, &kind));
  if (kind == KIND_ONNX)
    MF_TRY(read_engine(r, config, object, out));
  else
    MF_TRY(kind < KIND_TREES
               ? read_sum(r, object, kind, out)
               : read_forest(r, config, object, kind == KIND_XGBOOST, out));
  MF_TRY(make_factors(r, out));
  return mf_output_read(r, out);
}
