#include "definitions/snapshot.h"

#include <ctype.h>
#include <string.h>

#include "definitions/snapshot_merge.h"
#include "definitions/snapshot_tree.h"
#include "json/json_edit.h"

#define TYPE_BASE "http://hl7.org/fhir/StructureDefinition/"

typedef struct {
  ax_arena *arena;
  const ax_snapshot_source *source;
  ax_snapshot_node *root; /* of the snapshot being made */
  bool adds_elements;     /* derivation = specialization */
  ax_error *err;
} making;

static ax_status apply(making *m, ax_snapshot_node *base,
                       const ax_snapshot_node *diff, unsigned depth);

static ax_status nomem(making *m) {
  return ax_error_set(m->err, AX_NOMEM, "the snapshot does not fit in memory");
}

/* --- opening an element: what can stand below it
 * ------------------------------ */

static const ax_json *first_type(const ax_snapshot_node *node) {
  return ax_json_item(AX_JSON_GET(node->element, "type"), 0);
}

/* The definition whose children this element has: a profile on its type when
 * there is just one, else the type; several types share what Element has. */
static const ax_json *inside(making *m, const ax_snapshot_node *node) {
  const ax_json *type = first_type(node);
  if (!type) return NULL;
  ax_str code = AX_JSON_STR(type, "code");
  const ax_json *profiles = AX_JSON_GET(type, "profile");
  if (ax_json_count(AX_JSON_GET(node->element, "type")) > 1)
    code = AX_STR("Element");
  else if (ax_json_count(profiles) == 1) {
    const ax_json *profile = m->source->structure(
        m->source->ctx, ax_json_text(ax_json_item(profiles, 0)));
    if (profile) return profile;
  }
  ax_str url =
      ax_arena_printf(m->arena, TYPE_BASE AX_STR_FMT, AX_STR_ARG(code));
  return url.ptr ? m->source->structure(m->source->ctx, url) : NULL;
}

static ax_snapshot_node *find_by_path(ax_snapshot_node *root, ax_str path) {
  ax_snapshot_node *at = root;
  (void)ax_str_cut(&path, '.');
  while (at && path.len)
    at = ax_snapshot_tree_child(at, ax_str_cut(&path, '.'));
  return at;
}

static ax_status take_children(making *m, ax_snapshot_node *node,
                               const ax_snapshot_node *from) {
  ax_snapshot_node *copy = ax_snapshot_tree_copy(m->arena, from);
  if (!copy) return nomem(m);
  node->children = copy->children;
  return AX_OK;
}

/* What "#Questionnaire.item" means: the element as the type defines it, not as
 * this profile has changed it so far. */
static ax_snapshot_node *referred_to(making *m, ax_str path) {
  ax_str rest = path, type = ax_str_cut(&rest, '.');
  ax_str url =
      ax_arena_printf(m->arena, TYPE_BASE AX_STR_FMT, AX_STR_ARG(type));
  const ax_json *definition = url.ptr && !m->adds_elements
                                  ? m->source->structure(m->source->ctx, url)
                                  : NULL;
  bool bad;
  ax_snapshot_node *tree =
      definition
          ? ax_snapshot_tree_read(
                m->arena,
                AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element"),
                &bad)
          : NULL;
  return find_by_path(tree ? tree : m->root, path);
}

/* "#Questionnaire.item": the element has what that one has. */
static ax_status open_content_reference(making *m, ax_snapshot_node *node,
                                        ax_str reference) {
  size_t hash = ax_str_find(reference, AX_STR("#"));
  ax_snapshot_node *target =
      hash < reference.len ? referred_to(m, ax_str_skip(reference, hash + 1))
                           : NULL;
  if (!target)
    return ax_error_set(m->err, AX_INVALID,
                        "contentReference '" AX_STR_FMT "' leads nowhere",
                        AX_STR_ARG(reference));
  const ax_json *e =
      ax_json_edit_remove(m->arena, node->element, AX_STR("contentReference"));
  const ax_json *type = AX_JSON_GET(target->element, "type");
  if (e && type) e = ax_json_edit_set(m->arena, e, AX_STR("type"), *type);
  if (!e) return nomem(m);
  node->element = e;
  return take_children(m, node, target);
}

static ax_status open_element(making *m, ax_snapshot_node *node) {
  if (node->children.count) return AX_OK;
  ax_str reference = AX_JSON_STR(node->element, "contentReference");
  if (reference.len) return open_content_reference(m, node, reference);
  const ax_json *definition = inside(m, node);
  if (!definition)
    return AX_OK; /* the missing child is reported by the caller */
  bool bad;
  ax_snapshot_node *tree = ax_snapshot_tree_read(
      m->arena, AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element"),
      &bad);
  if (!tree && !bad) return nomem(m);
  if (tree) node->children = tree->children;
  return AX_OK;
}

/* --- slices
 * ---------------------------------------------------------------------- */

static bool is_choice(ax_str name) {
  return ax_str_ends(name, AX_STR("[x]"));
}

/* The type that "valueQuantity" picks from "value[x]", or NULL. */
static const ax_json *picked_type(const ax_snapshot_node *choice, ax_str name) {
  ax_str stem = { choice->name.ptr, choice->name.len - 3 };
  if (!ax_str_starts(name, stem) || name.len == stem.len) return NULL;
  ax_str tail = ax_str_skip(name, stem.len);
  const ax_json *types = AX_JSON_GET(choice->element, "type");
  for (size_t i = 0; i < ax_json_count(types); i++) {
    ax_str code = AX_JSON_STR(ax_json_item(types, i), "code");
    if (code.len == tail.len && code.len &&
        toupper((unsigned char)code.ptr[0]) == tail.ptr[0] &&
        ax_str_eq(ax_str_skip(code, 1), ax_str_skip(tail, 1)))
      return ax_json_item(types, i);
  }
  return NULL;
}

static ax_snapshot_node *choice_for(ax_snapshot_node *base, ax_str name) {
  for (size_t i = 0; i < base->children.count; i++) {
    ax_snapshot_node *child = base->children.items[i];
    if (is_choice(child->name) && picked_type(child, name)) return child;
  }
  return NULL;
}

/* {discriminator:[{type, path}], ordered:false, rules:"open"} */
static const ax_json *usual_slicing(making *m, const char *type,
                                    const char *path) {
  ax_json_member *d = AX_NEW_ARRAY(m->arena, ax_json_member, 2);
  ax_json *list = AX_NEW(m->arena, ax_json);
  ax_json_member *s = AX_NEW_ARRAY(m->arena, ax_json_member, 3);
  ax_json *slicing = AX_NEW(m->arena, ax_json);
  if (!d || !list || !s || !slicing) return NULL;
  d[0] = (ax_json_member){ AX_STR("type"), 0,
                           ax_json_edit_string(ax_str_from(type)) };
  d[1] = (ax_json_member){ AX_STR("path"), 0,
                           ax_json_edit_string(ax_str_from(path)) };
  *list = (ax_json){ .kind = AX_JSON_OBJECT, .count = 2, .u.members = d };
  s[0] = (ax_json_member){
    AX_STR("discriminator"),
    0,
    { .kind = AX_JSON_ARRAY, .count = 1, .u.items = list }
  };
  s[1] = (ax_json_member){ AX_STR("ordered"), 0, { .kind = AX_JSON_BOOL } };
  s[2] = (ax_json_member){ AX_STR("rules"), 0,
                           ax_json_edit_string(AX_STR("open")) };
  *slicing = (ax_json){ .kind = AX_JSON_OBJECT, .count = 3, .u.members = s };
  return slicing;
}

/* Extensions are sliced by url and choices by type without being told. */
static ax_status ensure_slicing(making *m, ax_snapshot_node *node) {
  if (AX_JSON_GET(node->element, "slicing")) return AX_OK;
  const ax_json *slicing;
  if (ax_str_eq(node->name, AX_STR("extension")) ||
      ax_str_eq(node->name, AX_STR("modifierExtension")))
    slicing = usual_slicing(m, "value", "url");
  else if (is_choice(node->name))
    slicing = usual_slicing(m, "type", "$this");
  else
    return AX_OK; /* by name only: validation says what it cannot decide */
  if (!slicing) return nomem(m);
  node->element =
      ax_json_edit_set(m->arena, node->element, AX_STR("slicing"), *slicing);
  return node->element ? AX_OK : nomem(m);
}

/* A slice begins as the element it is a slice of, optional and not sliced. */
static ax_snapshot_node *new_slice(making *m, ax_snapshot_node *sliced,
                                   ax_str slice) {
  ax_snapshot_node *origin = sliced;
  for (size_t i = slice.len; i > 0; i--) /* "a/b" re-slices "a" */
    if (slice.ptr[i - 1] == '/') {
      ax_snapshot_node *outer =
          ax_snapshot_tree_slice(sliced, (ax_str){ slice.ptr, i - 1 });
      if (outer) origin = outer;
      break;
    }
  ax_snapshot_node *node =
      ax_snapshot_tree_add(m->arena, &sliced->slices, sliced->name, slice);
  ax_snapshot_node *copy = node ? AX_NEW(m->arena, ax_snapshot_node) : NULL;
  if (!copy) return NULL;
  ax_snapshot_node bare = *origin;
  bare.slices.count = 0;
  copy = ax_snapshot_tree_copy(m->arena, &bare);
  if (!copy) return NULL;
  node->children = copy->children;
  const ax_json *e =
      ax_json_edit_remove(m->arena, origin->element, AX_STR("slicing"));
  if (e)
    e = ax_json_edit_set_after(m->arena, e, AX_STR("path"), AX_STR("sliceName"),
                               ax_json_edit_string(slice));
  if (e)
    e = ax_json_edit_set(
        m->arena, e, AX_STR("min"),
        (ax_json){ .kind = AX_JSON_NUMBER, .count = 1, .u.text = "0" });
  node->element = e;
  return e ? node : NULL;
}

static ax_status apply_slice(making *m, ax_snapshot_node *sliced,
                             const ax_snapshot_node *diff, ax_str slice,
                             const ax_json *type, unsigned depth) {
  AX_TRY(ensure_slicing(m, sliced));
  ax_snapshot_node *node = ax_snapshot_tree_slice(sliced, slice);
  if (!node) node = new_slice(m, sliced, slice);
  if (!node) return nomem(m);
  if (type && !AX_JSON_GET(diff->element, "type")) {
    ax_json list = { .kind = AX_JSON_ARRAY, .count = 1, .u.items = type };
    node->element =
        ax_json_edit_set(m->arena, node->element, AX_STR("type"), list);
    if (!node->element) return nomem(m);
  }
  return apply(m, node, diff, depth);
}

/* --- applying
 * ---------------------------------------------------------------------- */

static ax_status add_element(making *m, ax_snapshot_node *base,
                             const ax_snapshot_node *diff) {
  ax_snapshot_node *node =
      ax_snapshot_tree_add(m->arena, &base->children, diff->name, AX_STR(""));
  if (!node) return nomem(m);
  node->element = diff->element;
  return AX_OK;
}

static ax_status apply_child(making *m, ax_snapshot_node *base,
                             const ax_snapshot_node *diff, unsigned depth) {
  ax_snapshot_node *child = ax_snapshot_tree_child(base, diff->name);
  if (!child) {
    ax_snapshot_node *choice = choice_for(base, diff->name);
    if (choice)
      return apply_slice(m, choice, diff, diff->name,
                         picked_type(choice, diff->name), depth);
  }
  if (!child && m->adds_elements && diff->element) {
    AX_TRY(add_element(m, base, diff));
    child = base->children.items[base->children.count - 1];
  }
  if (!child)
    return ax_error_set(
        m->err, AX_INVALID,
        "element '" AX_STR_FMT
        "' of the differential is not in the base (path " AX_STR_FMT ")",
        AX_STR_ARG(diff->name), AX_STR_ARG(AX_JSON_STR(diff->element, "path")));
  return apply(m, child, diff, depth);
}

static ax_status apply(making *m, ax_snapshot_node *base,
                       const ax_snapshot_node *diff, unsigned depth) {
  if (depth > AX_SNAPSHOT_DEPTH)
    return ax_error_set(m->err, AX_TOO_LARGE, "elements are nested too deep");
  base->element = ax_snapshot_merge(m->arena, base->element, diff->element);
  if (!base->element) return nomem(m);
  if (diff->children.count) AX_TRY(open_element(m, base));
  for (size_t i = 0; i < diff->children.count; i++)
    AX_TRY(apply_child(m, base, diff->children.items[i], depth + 1));
  for (size_t i = 0; i < diff->slices.count; i++) {
    const ax_snapshot_node *slice = diff->slices.items[i];
    const ax_json *type =
        is_choice(base->name) ? picked_type(base, slice->slice) : NULL;
    AX_TRY(apply_slice(m, base, slice, slice->slice, type, depth + 1));
  }
  return AX_OK;
}

/* --- entry
 * -------------------------------------------------------------------------- */

/* The root keeps nothing of the base's name; its own type names the paths. */
static void rename_root(ax_snapshot_node *root, const ax_json *definition) {
  ax_str type = AX_JSON_STR(definition, "type");
  size_t slash = 0;
  for (size_t i = 0; i < type.len; i++)
    if (type.ptr[i] == '/') slash = i + 1;
  if (type.len > slash) root->name = ax_str_skip(type, slash);
}

static ax_status begin(making *m, const ax_json *definition) {
  ax_str base = AX_JSON_STR(definition, "baseDefinition");
  const ax_json *parent =
      base.len ? m->source->structure(m->source->ctx, base) : NULL;
  if (!parent)
    return ax_error_set(m->err, AX_INVALID,
                        "baseDefinition '" AX_STR_FMT "' is not loaded",
                        AX_STR_ARG(base));
  bool bad;
  m->root = ax_snapshot_tree_read(
      m->arena, AX_JSON_GET(AX_JSON_GET(parent, "snapshot"), "element"), &bad);
  if (!m->root)
    return bad ? ax_error_set(m->err, AX_INVALID,
                              "the snapshot of '" AX_STR_FMT "' is not usable",
                              AX_STR_ARG(base))
               : nomem(m);
  m->adds_elements = ax_str_eq(AX_JSON_STR(definition, "derivation"),
                               AX_STR("specialization"));
  if (m->adds_elements) rename_root(m->root, definition);
  return AX_OK;
}

static ax_status finish(making *m, const ax_json *definition,
                        const ax_json **out) {
  const ax_json *elements = ax_snapshot_tree_write(m->arena, m->root);
  ax_json_member *member = AX_NEW(m->arena, ax_json_member);
  if (!elements || !member) return nomem(m);
  *member = (ax_json_member){ AX_STR("element"), 0, *elements };
  ax_json snapshot = { .kind = AX_JSON_OBJECT,
                       .count = 1,
                       .u.members = member };
  *out = ax_json_edit_set(m->arena, definition, AX_STR("snapshot"), snapshot);
  return *out ? AX_OK : nomem(m);
}

ax_status ax_snapshot_generate(ax_arena *arena, const ax_json *definition,
                               const ax_snapshot_source *source,
                               const ax_json **out, ax_error *err) {
  making m = { .arena = arena, .source = source, .err = err };
  AX_TRY(begin(&m, definition));
  const ax_json *list =
      AX_JSON_GET(AX_JSON_GET(definition, "differential"), "element");
  if (ax_json_count(list) > 0) {
    bool bad;
    ax_snapshot_node *diff = ax_snapshot_tree_read(arena, list, &bad);
    if (!diff)
      return bad ? ax_error_set(err, AX_INVALID,
                                "the differential is not a list of elements "
                                "below one root")
                 : nomem(&m);
    AX_TRY(apply(&m, m.root, diff, 0));
  }
  return finish(&m, definition, out);
}
