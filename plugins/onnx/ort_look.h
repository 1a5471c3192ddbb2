/*
 * ort_look.h - what an ONNX file says about itself, read without a runtime: the
 * names of what its graph takes and gives (onnx.proto: ModelProto, GraphProto).
 * For tools; whether a runtime takes the network is seen when it is loaded.
 */
#ifndef ORT_LOOK_H
#define ORT_LOOK_H

#include <stdint.h>

enum { ORT_LOOK_NAMES = 64 };

typedef struct { /* points into the file */
  const char *text;
  uint64_t length;
} ort_look_name;

typedef struct {
  ort_look_name names[ORT_LOOK_NAMES];
  uint32_t count; /* of all; those beyond ORT_LOOK_NAMES are not kept */
} ort_look_names;

typedef struct {
  ort_look_names inputs; /* without those that have an initial value */
  ort_look_names outputs;
} ort_look_graph;

/* NULL, or what is wrong. */
const char *ort_look(const void *file, uint64_t size, ort_look_graph *out);

#endif
