/* navigationLinks: a Bundle of results has the links first, last and next. */
#include "run/assert.h"

static bool has_link(const ax_json *bundle, ax_str relation) {
  const ax_json *links = AX_JSON_GET(bundle, "link");
  for (size_t i = 0; i < ax_json_count(links); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(links, i), "relation"), relation))
      return true;
  return false;
}

ax_status ax_assert_links_judge(const ax_assert *a, ax_str text,
                                ax_assert_outcome *out, ax_error *err) {
  static const char *const relations[] = { "first", "last", "next" };
  ax_source source;
  out->holds = true;
  if (!ax_str_eq(text, AX_STR("true"))) return AX_OK; /* R4: no check then */
  AX_TRY(ax_assert_source(a, &source, out, err));
  AX_TRY(ax_source_need_json(&source, err));
  out->expected = AX_STR("the links first, last and next");
  for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
    ax_str relation = ax_str_from(relations[i]);
    if (has_link(source.json, relation)) continue;
    out->actual = out->holds ? AX_JOIN(a->s->arena, AX_STR("no "), relation)
                             : AX_JOIN(a->s->arena, out->actual,
                                       AX_STR(", no "), relation);
    if (!out->actual.ptr) return AX_NOMEM;
    out->holds = false;
  }
  return AX_OK;
}
