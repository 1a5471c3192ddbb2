#include "validate/check.h"
#include "validate/slicing_match.h"

static void explain_count(const ax_schema_element *e, ax_json_writer *w) {
  ax_json_write_key(w, AX_STR("min"));
  ax_json_write_int(w, e->min);
  ax_json_write_key(w, AX_STR("max"));
  if (e->max == AX_SCHEMA_MANY)
    ax_json_write_str(w, AX_STR("*"));
  else
    ax_json_write_int(w, e->max);
}

static void explain_types(const ax_schema_element *e, ax_json_writer *w) {
  if (!e->type_count) return;
  ax_json_write_key(w, AX_STR("types"));
  ax_json_write_array(w);
  for (size_t i = 0; i < e->type_count; i++) {
    ax_json_write_str(w, e->types[i].name);
    for (size_t p = 0; p < e->types[i].profile_count; p++)
      ax_json_write_str(w, e->types[i].profiles[p]);
  }
  ax_json_write_close(w);
}

static void explain_element(const ax_schema_element *e, unsigned depth,
                            ax_json_writer *w);

static void explain_list(const char *key, ax_schema_element *const *elements,
                         size_t count, unsigned depth, ax_json_writer *w) {
  if (!count || depth > AX_SCHEMA_DEPTH) return;
  ax_json_write_key(w, ax_str_from(key));
  ax_json_write_array(w);
  for (size_t i = 0; i < count; i++) explain_element(elements[i], depth + 1, w);
  ax_json_write_close(w);
}

/* Children that belong to another element (a content reference) are not
 * repeated. */
static bool owns_children(const ax_schema_element *e) {
  if (!e->children || !e->children->count) return false;
  ax_str below = e->children->elements[0]->path;
  return below.len > e->path.len && ax_str_starts(below, e->path) &&
         below.ptr[e->path.len] == '.';
}

static void explain_slicing(const ax_schema_element *e, ax_json_writer *w) {
  static const char *const RULES[] = { "open", "closed", "openAtEnd" };
  if (!e->slice_count) return;
  ax_json_write_member(w, AX_STR("slicing"), ax_str_from(RULES[e->rules]));
  if (!e->ordered) return;
  ax_json_write_key(w, AX_STR("ordered"));
  ax_json_write_bool(w, true);
}

static void explain_element(const ax_schema_element *e, unsigned depth,
                            ax_json_writer *w) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("path"), e->path);
  ax_json_write_member(w, AX_STR("slice"), e->slice);
  ax_json_write_member(w, AX_STR("extension"), e->wants_url);
  if (e->match && e->match->count) {
    ax_json_write_key(w, AX_STR("where"));
    ax_slicing_test_explain(e->match, w);
  }
  explain_count(e, w);
  explain_types(e, w);
  for (const ax_check *c = e->checks; c; c = c->next) {
    ax_json_write_key(w, ax_str_from(c->kind->name));
    c->kind->explain(c, w);
  }
  explain_slicing(e, w);
  explain_list("slices", e->slices, e->slice_count, depth, w);
  if (owns_children(e))
    explain_list("children", e->children->elements, e->children->count, depth,
                 w);
  ax_json_write_close(w);
}

void ax_schema_explain(const ax_schema *schema, ax_json_writer *w) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("url"), schema->url);
  ax_json_write_member(w, AX_STR("type"), schema->type);
  ax_json_write_key(w, AX_STR("profile"));
  ax_json_write_bool(w, schema->is_profile);
  ax_json_write_key(w, AX_STR("root"));
  explain_element(schema->root, 0, w);
  ax_json_write_close(w);
}
