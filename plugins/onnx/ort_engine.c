/*
 * Runs an ONNX model through libonnxruntime: one session, one thread, a row at
 * a time. The model is a data file; nothing is opened, and after create no
 * system call is needed but for memory.
 */
#include <dlfcn.h>

#include "../model-file/mf_model.h"
#include "ort.h"

typedef struct {
  ort_api api;
  ort_env *env;
  ort_session *session;
  ort_memory *memory;
  const char *input, *output;
} engine;

/* --- finding it --------------------------------------------------------------
 */

static int find_api(ort_api *out, const char **version) {
  void *everything = dlopen(NULL, RTLD_NOW);
  void *symbol = everything ? dlsym(everything, "OrtGetApiBase") : NULL;
  const ort_base *(*get_base)(void);
  const char *table;
  if (!symbol) return 0;
  memcpy(&get_base, &symbol, sizeof get_base); /* ISO C has no such cast */
  const ort_base *base = get_base();
  *version = base->get_version();
  table = base->get_api(ORT_VERSION);
  if (!table) return 0;
#define X(name, slot, type, arguments) \
  memcpy(&out->name, table + (slot) * sizeof(void *), sizeof out->name);
  ORT_FUNCTIONS(X)
#undef X
  return 1;
}

/* --- faults
 * ------------------------------------------------------------------- */

/* What the runtime says, as a fault of the model file; NULL is none. */
static int32_t check(mf_reader *r, const engine *e, uint32_t at,
                     const char *what, ort_status *status) {
  if (!status) return AUSPEX_OK;
  int32_t code =
      mf_read_fault(r, at, "%s: %.120s", what, e->api.error_message(status));
  e->api.release_status(status);
  return code;
}

/* --- opening
 * -------------------------------------------------------------------- */

static int32_t make_session(mf_reader *r, engine *e, uint32_t at,
                            const auspex_blob *blob) {
  ort_options *options = NULL;
  MF_TRY(check(r, e, at, "the runtime cannot be started",
               e->api.create_env(ORT_LOG_FATAL, "auspex", &e->env)));
  MF_TRY(
      check(r, e, at, "the runtime has no memory",
            e->api.create_memory(ORT_ARENA, ORT_MEMORY_DEFAULT, &e->memory)));
  MF_TRY(check(r, e, at, "the runtime has no options",
               e->api.create_options(&options)));
  ort_status *bad = e->api.set_threads_inside(options, 1);
  if (!bad) bad = e->api.set_threads_between(options, 1);
  if (!bad) bad = e->api.optimise(options, ORT_OPTIMISE_BASIC);
  if (!bad)
    bad = e->api.create_session(e->env, blob->data, (size_t)blob->length,
                                options, &e->session);
  e->api.release_options(options);
  return check(r, e, at, "the file is not taken by ONNX Runtime", bad);
}

typedef ort_status *(*name_fn)(const ort_session *, size_t, ort_allocator *,
                               char **);

/* Keeps the one of the session's `count` names that is wanted; the only one
 * when none is. */
static int32_t find_name(mf_reader *r, engine *e, uint32_t at, const char *what,
                         size_t count, name_fn name_of, const char **wanted) {
  ort_allocator *allocator = NULL;
  char *kept = NULL;
  MF_TRY(check(r, e, at, "the runtime has no allocator",
               e->api.default_allocator(&allocator)));
  for (size_t i = 0; i < count && !kept; i++) {
    char *name = NULL;
    MF_TRY(check(r, e, at, what, name_of(e->session, i, allocator, &name)));
    if (*wanted ? strcmp(*wanted, name) == 0 : count == 1) {
      kept = mf_memory_new(r->memory, strlen(name) + 1, 1);
      if (kept) memcpy(kept, name, strlen(name) + 1);
      if (!kept) return mf_read_nomem(r);
    }
    (void)!e->api.allocator_free(allocator, name);
  }
  if (!kept)
    return mf_read_fault(r, at,
                         *wanted
                             ? "model.%s: the network has %zu of these, and "
                               "none with this name"
                             : "model.%s must be named: the network has %zu",
                         what, count);
  *wanted = kept;
  return AUSPEX_OK;
}

static int32_t find_names(mf_reader *r, engine *e, uint32_t at) {
  size_t inputs = 0, outputs = 0;
  MF_TRY(check(r, e, at, "inputs", e->api.input_count(e->session, &inputs)));
  MF_TRY(check(r, e, at, "outputs", e->api.output_count(e->session, &outputs)));
  if (inputs != 1)
    return mf_read_fault(r, at,
                         "the network has %zu inputs; this module feeds one "
                         "tensor [1, features] of float",
                         inputs);
  MF_TRY(find_name(r, e, at, "input", inputs, e->api.input_name, &e->input));
  return find_name(r, e, at, "output", outputs, e->api.output_name, &e->output);
}

/* --- running
 * ---------------------------------------------------------------------- */

/* The numbers of the output; 0 when it is no tensor of float, or has more than
 * `room`. */
static uint32_t copy_out(const engine *e, ort_value *value, float *out,
                         uint32_t room) {
  ort_shape *shape = NULL;
  int tensor = 0, type = 0;
  size_t count = 0;
  void *data = NULL;
  if (e->api.is_tensor(value, &tensor) || !tensor) return 0;
  if (e->api.tensor_shape(value, &shape)) return 0;
  int bad = e->api.element_type(shape, &type) != NULL ||
            e->api.element_count(shape, &count) != NULL;
  e->api.release_shape(shape);
  if (bad || type != ORT_FLOAT || count == 0 || count > room ||
      e->api.tensor_data(value, &data))
    return 0;
  memcpy(out, data, count * sizeof *out);
  return (uint32_t)count;
}

static ort_status *run(const engine *e, const float *features, uint32_t count,
                       float *out, uint32_t *got) {
  const int64_t shape[] = { 1, count };
  float copy[MF_FEATURES];
  ort_value *in = NULL, *value = NULL;
  memcpy(copy, features, count * sizeof *copy);
  ort_status *bad = e->api.create_tensor(e->memory, copy, count * sizeof *copy,
                                         shape, 2, ORT_FLOAT, &in);
  const ort_value *const ins[] = { in };
  if (!bad)
    bad =
        e->api.run(e->session, NULL, &e->input, ins, 1, &e->output, 1, &value);
  *got = bad ? 0 : copy_out(e, value, out, MF_CLASSES);
  if (value) e->api.release_value(value);
  if (in) e->api.release_value(in);
  return bad;
}

/* Once with zeros: do the shapes fit, and how many numbers come out? */
static int32_t rehearse(mf_reader *r, engine *e, uint32_t at, mf_engine *out) {
  float zeros[MF_FEATURES] = { 0 }, answer[MF_CLASSES];
  MF_TRY(check(r, e, at, "the network does not take these features",
               run(e, zeros, out->feature_count, answer, &out->class_count)));
  if (out->class_count == 0)
    return mf_read_fault(
        r, at, "model.output must be a tensor of 1 to %d floats", MF_CLASSES);
  return AUSPEX_OK;
}

/* --- the engine
 * ---------------------------------------------------------------------- */

int32_t mf_engine_read(mf_reader *r, const auspex_config *config,
                       uint32_t object, mf_engine *out) {
  const char *file = NULL, *version = "none";
  const auspex_blob *blob = NULL;
  MF_TRY(mf_read_blob(r, config, object, &file, &blob));
  engine *e = calloc(1, sizeof *e);
  if (!e) return mf_read_nomem(r);
  out->self = e;
  if (!find_api(&e->api, &version))
    return mf_read_fault(
        r, object,
        "libonnxruntime.so.1 (1.17 or newer) is not there (%s); "
        "put it into the module's folder lib/",
        version);
  MF_TRY(mf_read_text(r, object, "model", "input", MF_OPTIONAL, &e->input));
  MF_TRY(mf_read_text(r, object, "model", "output", MF_OPTIONAL, &e->output));
  MF_TRY(make_session(r, e, object, blob));
  MF_TRY(find_names(r, e, object));
  return rehearse(r, e, object, out);
}

int mf_engine_run(const mf_engine *self, const float *features, float *out) {
  const engine *e = self->self;
  uint32_t got = 0;
  ort_status *bad = run(e, features, self->feature_count, out, &got);
  if (bad) e->api.release_status(bad);
  return !bad && got == self->class_count;
}

void mf_engine_free(mf_engine *self) {
  engine *e = self->self;
  if (!e) return;
  if (e->session) e->api.release_session(e->session);
  if (e->memory) e->api.release_memory(e->memory);
  if (e->env) e->api.release_env(e->env);
  free(e);
  self->self = NULL;
}
