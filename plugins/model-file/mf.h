/*
 * mf.h - models as data: what the files of this module share.
 *
 * A model is a JSON file in the module's data folder (README.md describes the
 * form). It is read once, in create: declaration (mf_declare.c), how it
 * computes (mf_terms.c, mf_trees.c, mf_xgboost.c) and what it says about the
 * number (mf_output.c). Reading is strict; the first fault is reported with
 * file, line, column and path. After that nothing is allocated any more.
 */
#ifndef MF_H
#define MF_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auspex_json.h"
#include "auspex_plugin.h"

#define MF_COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* --- memory: grows until destroy ------------------------------------------ */

typedef struct mf_memory {
  struct mf_chunk *chunks;
} mf_memory;

/* Zeroed; NULL when there is none. */
void *mf_memory_new(mf_memory *memory, size_t count, size_t size);
void mf_memory_free(mf_memory *memory);

/* --- reading a JSON file (mf_read.c) ---------------------------------------
 */

typedef struct {
  mf_memory *memory;
  const char *file; /* its name, for messages */
  auspex_json json;
  auspex_error *err;
} mf_reader;

/* Reports a fault at value `at` with a sentence that names the place: E_CONFIG.
 * mf_read_nomem: E_NOMEM. */
int32_t mf_read_fault(mf_reader *r, uint32_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int32_t mf_read_nomem(mf_reader *r);

#define MF_TRY(expr)             \
  do {                           \
    int32_t status_ = (expr);    \
    if (status_) return status_; \
  } while (0)

/* Writes a path: "inputs[2]". */
void mf_read_path(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuses members of `object` that are not in the NULL-ended list. `where` is
 * its path ("inputs[2]"). */
int32_t mf_read_known(mf_reader *r, uint32_t object, const char *where,
                      const char *const *keys);

/* Members. `out` is left alone when an optional one is missing. */
enum { MF_OPTIONAL = 0, MF_NEEDED = 1 };
int32_t mf_read_text(mf_reader *r, uint32_t object, const char *where,
                     const char *key, int needed, const char **out);
int32_t mf_read_number(mf_reader *r, uint32_t object, const char *where,
                       const char *key, int needed, double *out);
typedef struct {
  int64_t min, max;
} mf_range;
int32_t mf_read_integer(mf_reader *r, uint32_t object, const char *where,
                        const char *key, int needed, mf_range range,
                        int64_t *out);
int32_t mf_read_bool(mf_reader *r, uint32_t object, const char *where,
                     const char *key, int *out);
/* The array or object under `key`; `*out` 0 when an optional one is missing. */
int32_t mf_read_array(mf_reader *r, uint32_t object, const char *where,
                      const char *key, int needed, uint32_t *out);
int32_t mf_read_object(mf_reader *r, uint32_t object, const char *where,
                       const char *key, int needed, uint32_t *out);
/* One of the words of a table that ends with {NULL, 0}. */
typedef struct {
  const char *word;
  uint32_t value;
} mf_word;
int32_t mf_read_word(mf_reader *r, uint32_t object, const char *where,
                     const char *key, int needed, const mf_word *words,
                     uint32_t *out);
/* All numbers of an array of numbers. */
int32_t mf_read_numbers(mf_reader *r, uint32_t array, const char *where,
                        double **out, uint32_t *count);

/* The data file that the member "file" of a model names, and its name. */
int32_t mf_read_blob(mf_reader *r, const auspex_config *config, uint32_t object,
                     const char **file, const auspex_blob **out);

/* --- trees (mf_trees.c) -----------------------------------------------------
 */

/* 16 bytes; children are numbers of nodes in the same forest. */
typedef struct {
  float value;      /* the threshold; of a leaf: what it adds */
  uint32_t feature; /* MF_LEAF, or a feature, with MF_MISSING_LEFT */
  uint32_t left, right;
} mf_node;
#define MF_LEAF UINT32_MAX
#define MF_MISSING_LEFT 0x80000000u

typedef enum {
  MF_IDENTITY, /* reg:squarederror */
  MF_LOGISTIC, /* binary:logistic */
  MF_LOG,      /* count:poisson, survival:cox */
  MF_SOFTMAX   /* multi:softprob */
} mf_objective;

enum { MF_CLASSES = 64, MF_FEATURES = 256 };

typedef struct {
  mf_node *nodes;
  float *means; /* of each node, weighted by what reached it in training; NULL:
                   no contributions */
  uint32_t node_count;
  uint32_t *roots, *classes; /* of each tree */
  uint32_t tree_count, class_count, feature_count;
  mf_objective objective;
  float base; /* margin every row begins with */
} mf_forest;

/* The objective named so in an XGBoost file; sets `base` from its base_score. 0
 * when it is none of ours. */
int mf_trees_objective(const char *name, float base_score, mf_forest *forest);

/* Checks that each tree is a tree: every node is reached once at most, so that
 * walking ends. Returns NULL or what is wrong. `seen`: node_count zeros. */
const char *mf_trees_check(const mf_forest *forest, unsigned char *seen);

/* Margins of one row, `class_count` of them. A feature that is missing is NaN.
 * float32 throughout, in the order of the trees: bit for bit what libxgboost
 * gives. */
void mf_trees_margins(const mf_forest *forest, const float *features,
                      float *margins);
/* Margins to predictions, in place. */
void mf_trees_predict(const mf_forest *forest, float *values);

/* Path contributions (Saabas) to the margin of class `which`: along each path
 * every split changes the mean of the node, which is put down to its feature.
 * out[feature_count] is the bias. They sum up to the margin. These are not
 * Shapley values. */
void mf_trees_contributions(const mf_forest *forest, uint32_t which,
                            const float *features, float *out);

/* Reads a model as XGBoost 1.x and 2.x write it in JSON (mf_xgboost.c). `names`
 * are those of the features, as declared. */
int32_t mf_xgboost_read(mf_reader *r, const char *const *names, uint32_t count,
                        mf_forest *out);

/* The same for trees that stand in the model file itself: `trees` with
 * XGBoost's arrays for each, `treeClasses` where there are several classes. */
int32_t mf_xgboost_trees(mf_reader *r, uint32_t object, const char *objective,
                         float base, mf_forest *out);

#endif
