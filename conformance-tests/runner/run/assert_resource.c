/* resource: the type of a body. */
#include "run/assert.h"

ax_status ax_assert_resource_judge(const ax_assert *a, ax_str text,
                                   ax_assert_outcome *out, ax_error *err) {
  ax_source source;
  AX_TRY(ax_assert_source(a, &source, out, err));
  AX_TRY(ax_source_need_json(&source, err));
  ax_str type = AX_JSON_STR(source.json, "resourceType");
  return ax_assert_compare(a, &type, type.len ? 1 : 0, text, false, out);
}
