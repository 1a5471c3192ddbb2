#include "validate/structure.h"

const ax_json *ax_structure_load(const ax_structure *s, ax_str url) {
  const ax_json *found = NULL;
  return url.len &&
                 ax_registry_load(s->walk->registry, s->arena, AX_DEF_STRUCTURE,
                                  url, &found, NULL) == AX_OK
             ? found
             : NULL;
}
