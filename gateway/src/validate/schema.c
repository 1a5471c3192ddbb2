#include "validate/schema.h"

#include <string.h>

size_t ax_schema_slot(const ax_schema_children *children, ax_str key) {
  size_t h = key.len * 0x9E3779B1u;
  for (size_t i = 0; i < key.len; i++)
    h = (h ^ (unsigned char)key.ptr[i]) * 0x01000193u;
  return (h ^ (h >> 15)) & children->field_mask;
}

const ax_schema_field *ax_schema_field_of(const ax_schema_children *children,
                                          ax_str key) {
  if (!children || children->count == 0) return NULL;
  for (size_t at = ax_schema_slot(children, key);;
       at = (at + 1) & children->field_mask) {
    const ax_schema_field *f = &children->fields[at];
    if (!f->element) return NULL;
    if (f->key.len == key.len && memcmp(f->key.ptr, key.ptr, key.len) == 0)
      return f;
  }
}
