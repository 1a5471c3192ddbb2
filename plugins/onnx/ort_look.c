/*
 * An ONNX file looked at without a runtime, and the engine for tools that rests
 * on it: it reads what a model file says about its network and computes
 * nothing.
 */
#include "ort_look.h"

#include "../model-file/mf_model.h"

/* --- protobuf (wire format) --------------------------------------------------
 */

typedef struct {
  const unsigned char *at, *end;
  int bad;
} wire;

typedef struct {
  uint64_t number; /* of the field */
  unsigned type;   /* 2: bytes, the only one that is looked into */
  wire inner;
} field;

static uint64_t varint(wire *w) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (w->at == w->end) break;
    unsigned char byte = *w->at++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return value;
  }
  w->bad = 1;
  return 0;
}

static void skip(wire *w, uint64_t bytes) {
  if (bytes > (uint64_t)(w->end - w->at))
    w->bad = 1;
  else
    w->at += bytes;
}

/* The next field; 0 at the end, and where the bytes make no sense. */
static int next(wire *w, field *f) {
  if (w->at == w->end || w->bad) return 0;
  uint64_t key = varint(w);
  f->number = key >> 3;
  f->type = (unsigned)(key & 7);
  if (f->type == 2) {
    uint64_t length = varint(w);
    f->inner = (wire){ w->at, w->at, 0 };
    skip(w, length);
    f->inner.end = w->at;
  } else if (f->type == 0) {
    (void)varint(w);
  } else if (f->type == 1 || f->type == 5) {
    skip(w, f->type == 1 ? 8 : 4);
  } else {
    w->bad = 1;
  }
  if (f->number == 0) w->bad = 1;
  return !w->bad;
}

/* The last field of this number that holds bytes, as protobuf reads it. */
static int find(wire in, uint64_t number, wire *out) {
  field f;
  int found = 0;
  while (next(&in, &f))
    if (f.number == number && f.type == 2) {
      *out = f.inner;
      found = 1;
    }
  return found && !in.bad;
}

/* --- onnx.proto --------------------------------------------------------------
 */

enum {
  MODEL_GRAPH = 7,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  VALUE_NAME = 1,
  TENSOR_NAME = 8
};

static int is_same(wire a, wire b) {
  size_t length = (size_t)(a.end - a.at);
  return length == (size_t)(b.end - b.at) && memcmp(a.at, b.at, length) == 0;
}

static int has_initial_value(wire graph, wire name) {
  field f;
  wire of;
  while (next(&graph, &f))
    if (f.number == GRAPH_INITIALIZER && f.type == 2 &&
        find(f.inner, TENSOR_NAME, &of) && is_same(of, name))
      return 1;
  return 0;
}

static void keep(ort_look_names *names, wire name) {
  if (names->count < ORT_LOOK_NAMES)
    names->names[names->count] =
        (ort_look_name){ (const char *)name.at,
                         (uint64_t)(name.end - name.at) };
  names->count++;
}

const char *ort_look(const void *file, uint64_t size, ort_look_graph *out) {
  wire model = { file, (const unsigned char *)file + size, 0 }, graph, name;
  field f;
  *out = (ort_look_graph){ .inputs = { .count = 0 } };
  if (size == 0) return "it is empty";
  if (!find(model, MODEL_GRAPH, &graph)) return "it is no ONNX file";
  wire walk = graph;
  while (next(&walk, &f)) {
    if (f.type != 2 || (f.number != GRAPH_INPUT && f.number != GRAPH_OUTPUT))
      continue;
    if (!find(f.inner, VALUE_NAME, &name))
      return "an input or output has no name";
    if (f.number == GRAPH_OUTPUT)
      keep(&out->outputs, name);
    else if (!has_initial_value(graph, name))
      keep(&out->inputs, name);
  }
  return walk.bad ? "its graph is damaged" : NULL;
}

/* --- the engine --------------------------------------------------------------
 */

static int is_among(const ort_look_names *names, const char *wanted) {
  uint32_t kept = names->count < ORT_LOOK_NAMES ? names->count : ORT_LOOK_NAMES;
  for (uint32_t i = 0; i < kept; i++)
    if (names->names[i].length == strlen(wanted) &&
        memcmp(names->names[i].text, wanted, strlen(wanted)) == 0)
      return 1;
  return names->count > ORT_LOOK_NAMES; /* not all are known */
}

static int32_t check_name(mf_reader *r, uint32_t object, const char *key,
                          const ort_look_names *names) {
  const char *wanted = NULL;
  MF_TRY(mf_read_text(r, object, "model", key, MF_OPTIONAL, &wanted));
  if (!wanted && names->count == 1) return AUSPEX_OK;
  if (!wanted)
    return mf_read_fault(r, object,
                         "model.%s must be named: the network has %u", key,
                         names->count);
  if (is_among(names, wanted)) return AUSPEX_OK;
  return mf_read_fault(r, object,
                       "model.%s: the network has %u of these, and none with "
                       "this name",
                       key, names->count);
}

int32_t mf_engine_read(mf_reader *r, const auspex_config *config,
                       uint32_t object, mf_engine *out) {
  const char *file = NULL;
  ort_look_graph graph;
  const auspex_blob *blob = NULL;
  MF_TRY(mf_read_blob(r, config, object, &file, &blob));
  const char *wrong = ort_look(blob->data, blob->length, &graph);
  if (wrong) return mf_read_fault(r, object, "%.60s: %s", file, wrong);
  out->class_count = MF_CLASSES; /* how many it gives is seen when it runs */
  if (graph.inputs.count != 1)
    return mf_read_fault(r, object,
                         "the network has %u inputs; this module feeds one "
                         "tensor [1, features] of float",
                         graph.inputs.count);
  MF_TRY(check_name(r, object, "input", &graph.inputs));
  return check_name(r, object, "output", &graph.outputs);
}

int mf_engine_run(const mf_engine *self, const float *features, float *out) {
  (void)self, (void)features;
  *out = NAN;
  return 0;
}

void mf_engine_free(mf_engine *self) {
  (void)self;
}
