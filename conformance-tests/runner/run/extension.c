#include "run/extension.h"

static bool is_named(ax_str url, ax_str name) {
  if (!ax_str_ends(url, name)) return false;
  size_t before = url.len - name.len;
  return before == 0 || url.ptr[before - 1] == '/';
}

const ax_json *ax_extension_find(const ax_json *element, ax_str name) {
  const ax_json *list = AX_JSON_GET(element, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (is_named(AX_JSON_STR(one, "url"), name)) return one;
  }
  return NULL;
}

const ax_json *ax_extension_value(const ax_json *extension) {
  for (size_t i = 0;
       ax_json_is(extension, AX_JSON_OBJECT) && i < extension->count; i++)
    if (ax_str_starts(extension->u.members[i].key, AX_STR("value")))
      return &extension->u.members[i].value;
  return NULL;
}

ax_str ax_extension_text(const ax_json *element, ax_str name) {
  return ax_json_text(ax_extension_value(ax_extension_find(element, name)));
}
