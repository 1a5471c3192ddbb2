/* libFuzzer target: what an ONNX file says about itself; names stay inside it.
 */
#include <stdlib.h>

#include "onnx/ort_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ort_look_names *names, const uint8_t *data,
                  size_t size) {
  uint32_t kept = names->count < ORT_LOOK_NAMES ? names->count : ORT_LOOK_NAMES;
  for (uint32_t i = 0; i < kept; i++) {
    const char *begin = (const char *)data, *name = names->names[i].text;
    if (name < begin || name > begin + size ||
        names->names[i].length > (size_t)(begin + size - name))
      abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ort_look_graph graph;
  (void)ort_look(data, size, &graph);
  check(&graph.inputs, data, size);
  check(&graph.outputs, data, size);
  return 0;
}
