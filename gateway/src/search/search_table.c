#include "search/search_table.h"

#include <string.h>

#include "base/vec.h"
#include "search/search_steps.h"

enum { BRANCHES = 32, PARTS = 4 };

/* --- branches --------------------------------------------------------------
 */

typedef struct {
  const ax_fp_ast *items[BRANCHES];
  size_t count;
} branch_list;

/* The branches of a union that begin with the type, with a type above, or with
 * no type: R4's InsurancePlan-name is "name | alias". */
static bool is_of(ax_str type, const ax_fp_ast *branch) {
  ax_str root = ax_search_steps_root(branch);
  bool typeless = root.len && root.ptr[0] >= 'a' && root.ptr[0] <= 'z';
  return typeless || ax_str_eq(root, type) || ax_str_eq(root, AX_STR("Resource")) ||
         ax_str_eq(root, AX_STR("DomainResource"));
}

static void split(ax_str type, const ax_fp_ast *node, branch_list *out) {
  while (node->kind == AX_FP_AST_BINARY && node->op == AX_FP_OP_UNION) {
    if (is_of(type, node->right) && out->count < BRANCHES)
      out->items[out->count++] = node->right;
    node = node->left;
  }
  if (is_of(type, node) && out->count < BRANCHES)
    out->items[out->count++] = node;
}

typedef struct {
  const ax_search_compile_job *job;
  ax_search_def *defs;
  size_t count;
} compiling;

static ax_status add_path(const compiling *c, ax_search_def *def,
                          const ax_search_walk *walk, ax_search_path *out) {
  ax_search_step *steps =
      AX_NEW_ARRAY(c->job->arena, ax_search_step, walk->count + 1);
  if (!steps) return AX_NOMEM;
  memcpy(steps, walk->steps, walk->count * sizeof *steps);
  *out = (ax_search_path){ steps, walk->count, 0 };
  def->path_count++;
  const ax_search_host *host = c->job->host;
  if (def->kind == AX_INDEX_TOKEN && walk->at &&
      ax_str_eq(walk->at->name, AX_STR("code")) && walk->fhir_path.len &&
      host->code_system)
    def->system = host->code_system(host->ctx, walk->fhir_path);
  return AX_OK;
}

static ax_status compile_branches(const compiling *c, ax_search_def *def,
                                  const ax_search_source *source) {
  branch_list list = { .count = 0 };
  split(c->job->type, source->program->root, &list);
  ax_search_path *paths =
      AX_NEW_ARRAY(c->job->arena, ax_search_path, list.count + 1);
  ax_fp_program *programs =
      AX_NEW_ARRAY(c->job->arena, ax_fp_program, list.count + 1);
  if (!paths || !programs) return AX_NOMEM;
  for (size_t i = list.count; i-- > 0;) { /* in the order written */
    ax_search_walk walk = { .arena = c->job->arena,
                            .model = c->job->model,
                            .type = c->job->type };
    if (ax_search_steps_of(&walk, list.items[i])) {
      AX_TRY(add_path(c, def, &walk, &paths[def->path_count]));
    } else {
      programs[def->program_count++] =
          (ax_fp_program){ source->program->source, list.items[i] };
    }
    if (walk.status) return walk.status;
  }
  def->paths = paths;
  def->programs = programs;
  return AX_OK;
}

static bool same_path(const ax_search_path *a, const ax_search_path *b,
                      size_t count) {
  if (b->count != count) return false;
  for (size_t i = 0; i < count; i++)
    if (a->steps[i].kind != b->steps[i].kind ||
        !ax_str_eq(a->steps[i].name, b->steps[i].name) ||
        !ax_str_eq(a->steps[i].value, b->steps[i].value))
      return false;
  return true;
}

/* --- composites ------------------------------------------------------------
 */

/* Paths that go through the element a composite is about carry its place. */
static void group_paths(compiling *c, const ax_search_path *root) {
  for (size_t i = 0; i < c->count; i++) {
    ax_search_def *def = &c->defs[i];
    if (def->composite) continue;
    for (size_t p = 0; p < def->path_count; p++) {
      ax_search_path path = def->paths[p];
      if (path.count <= root->count || !same_path(&path, root, root->count))
        continue;
      def->paths[p].group = root->count;
    }
  }
}

static const ax_search_def *by_url(const compiling *c, ax_str url) {
  for (size_t i = 0; i < c->count; i++)
    if (ax_str_eq(c->defs[i].url, url)) return &c->defs[i];
  return NULL;
}

static ax_status find_parts(compiling *c, ax_search_def *def,
                            const ax_search_source *source) {
  const ax_search_def **parts =
      AX_NEW_ARRAY(c->job->arena, const ax_search_def *, PARTS);
  if (!parts) return AX_NOMEM;
  for (size_t i = 0; i < source->part_count; i++) {
    parts[i] = by_url(c, source->parts[i].definition);
    if (!parts[i]) return AX_OK; /* a part is excluded: so is the whole */
  }
  def->parts = parts;
  def->part_count = source->part_count;
  for (size_t i = 0; i < def->path_count; i++)
    if (def->paths[i].count) group_paths(c, &def->paths[i]);
  return AX_OK;
}

/* --- one parameter ---------------------------------------------------------
 */

static const struct {
  ax_str name;
  ax_index_kind kind;
} kinds[] = {
  { AX_STR_INIT("token"), AX_INDEX_TOKEN },
  { AX_STR_INIT("reference"), AX_INDEX_REFERENCE },
  { AX_STR_INIT("date"), AX_INDEX_DATE },
  { AX_STR_INIT("string"), AX_INDEX_STRING },
  { AX_STR_INIT("uri"), AX_INDEX_URI },
  { AX_STR_INIT("number"), AX_INDEX_NUMBER },
  { AX_STR_INIT("quantity"), AX_INDEX_QUANTITY },
};

/* False for types that nothing is indexed for ("special"). */
static bool take_kind(const ax_search_source *source, ax_search_def *def) {
  def->composite = ax_str_eq(source->kind, AX_STR("composite"));
  for (size_t i = 0; i < AX_COUNT(kinds); i++) {
    if (!ax_str_eq(source->kind, kinds[i].name)) continue;
    def->kind = kinds[i].kind;
    return true;
  }
  return def->composite;
}

static bool is_special(ax_str name) {
  return ax_str_eq(name, AX_STR("_id")) ||
         ax_str_eq(name, AX_STR("_lastUpdated"));
}

bool ax_search_table_offers(const ax_search_source *source) {
  ax_search_def ignored;
  return !is_special(source->name) && take_kind(source, &ignored);
}

static ax_status compile_def(compiling *c, const ax_search_source *source) {
  ax_search_def *def = &c->defs[c->count];
  *def = (ax_search_def){ .type = c->job->type,
                          .name = source->name,
                          .url = source->url,
                          .kind_name = source->kind,
                          .phonetic = source->phonetic,
                          .targets = source->targets,
                          .target_count = source->target_count };
  if (is_special(source->name) || !take_kind(source, def)) return AX_OK;
  AX_TRY(compile_branches(c, def, source));
  if (def->composite) AX_TRY(find_parts(c, def, source));
  bool usable = def->composite ? def->part_count > 0
                               : def->path_count || def->program_count;
  if (usable) c->count++;
  return AX_OK;
}

/* --- aliases ---------------------------------------------------------------
 */

/* The type that all paths of a parameter end with, or empty. */
static ax_str common_target(const ax_search_def *def) {
  ax_str type = AX_STR("");
  for (size_t i = 0; i < def->path_count; i++) {
    const ax_search_path *p = &def->paths[i];
    const ax_search_step *last = p->count ? &p->steps[p->count - 1] : NULL;
    if (!last || last->kind != AX_SEARCH_TARGET) return AX_STR("");
    if (type.len && !ax_str_eq(type, last->name)) return AX_STR("");
    type = last->name;
  }
  return type;
}

static bool has_path(const ax_search_def *def, const ax_search_path *path,
                     size_t count) {
  for (size_t i = 0; i < def->path_count; i++)
    if (same_path(path, &def->paths[i], count)) return true;
  return false;
}

/* Are all paths of `part` among those of `whole` (`less` steps shorter)? */
static bool is_within(const ax_search_def *part, const ax_search_def *whole,
                      size_t less) {
  for (size_t i = 0; i < part->path_count; i++) {
    bool found = false;
    for (size_t n = 0; n < whole->path_count && !found; n++)
      found = same_path(&whole->paths[n], &part->paths[i],
                        whole->paths[n].count - less);
    if (!found) return false;
  }
  return part->path_count > 0;
}

static bool may_serve(const ax_search_def *def, const ax_search_def *other) {
  return other != def && other->kind == def->kind && !other->composite &&
         other->program_count == 0 && other->alias_count == 0 &&
         other->phonetic == def->phonetic;
}

/* Others that together give what `def` gives. Of two equal ones the first is
 * kept. */
static ax_status find_aliases(compiling *c, ax_search_def *def) {
  ax_str target = common_target(def);
  size_t less = target.len ? 1 : 0, covered = 0, n = 0;
  if (def->composite || def->program_count || def->path_count == 0)
    return AX_OK;
  const ax_search_def **list =
      AX_NEW_ARRAY(c->job->arena, const ax_search_def *, c->count);
  if (!list) return AX_NOMEM;
  for (size_t i = 0; i < c->count; i++) {
    ax_search_def *other = &c->defs[i];
    if (!may_serve(def, other) || !is_within(other, def, less)) continue;
    bool equal = !less && other->path_count == def->path_count;
    if (equal && other > def) continue;
    list[n++] = other;
  }
  for (size_t i = 0; i < def->path_count; i++) {
    bool found = false;
    for (size_t k = 0; k < n && !found; k++)
      found = has_path(list[k], &def->paths[i], def->paths[i].count - less);
    covered += found;
  }
  if (n == 0 || covered < def->path_count) return AX_OK;
  def->aliases = list;
  def->alias_count = n;
  def->only = target;
  return AX_OK;
}

static ax_status name_rows(compiling *c, ax_search_def *def) {
  size_t count = def->alias_count ? def->alias_count : 1;
  ax_str *names = AX_NEW_ARRAY(c->job->arena, ax_str, count);
  if (!names) return AX_NOMEM;
  for (size_t i = 0; i < count; i++)
    names[i] = def->alias_count ? def->aliases[i]->name : def->name;
  def->names = names;
  def->name_count = count;
  ax_arena *arena = c->job->arena;
  def->text_rows = AX_JOIN(arena, def->name, AX_STR(":text"));
  def->identifier_rows = AX_JOIN(arena, def->name, AX_STR(":identifier"));
  def->type_rows = AX_JOIN(arena, def->name, AX_STR(":of-type"));
  return def->text_rows.ptr && def->identifier_rows.ptr && def->type_rows.ptr
             ? AX_OK
             : AX_NOMEM;
}

/* Those with few branches first: whoever serves others must not become an alias
 * afterwards. */
static ax_status find_all_aliases(compiling *c) {
  for (size_t branches = 1; branches <= BRANCHES; branches++)
    for (size_t i = 0; i < c->count; i++)
      if (c->defs[i].path_count == branches &&
          common_target(&c->defs[i]).len == 0)
        AX_TRY(find_aliases(c, &c->defs[i]));
  for (size_t i = 0; i < c->count; i++)
    if (common_target(&c->defs[i]).len) AX_TRY(find_aliases(c, &c->defs[i]));
  return AX_OK;
}

/* --- the table -------------------------------------------------------------
 */

static ax_status compile_all(compiling *c, bool composites) {
  for (size_t i = 0; i < c->job->count; i++) {
    const ax_search_source *source = c->job->sources[i];
    if (ax_str_eq(source->kind, AX_STR("composite")) == composites)
      AX_TRY(compile_def(c, source));
  }
  return AX_OK;
}

ax_status ax_search_table_compile(const ax_search_compile_job *job,
                                  ax_search_table *out) {
  compiling c = { .job = job,
                  .defs =
                      AX_NEW_ARRAY(job->arena, ax_search_def, job->count + 1) };
  if (!c.defs) return AX_NOMEM;
  AX_TRY(compile_all(&c, false));
  AX_TRY(find_all_aliases(&c));
  AX_TRY(compile_all(&c, true)); /* composites need their parts */
  for (size_t i = 0; i < c.count; i++) AX_TRY(name_rows(&c, &c.defs[i]));
  *out = (ax_search_table){ job->type, job->model, c.defs, c.count };
  return AX_OK;
}

const ax_search_def *ax_search_table_find(const ax_search_table *table,
                                          ax_str name) {
  for (size_t i = 0; i < table->count; i++)
    if (ax_str_eq(table->defs[i].name, name)) return &table->defs[i];
  return NULL;
}

bool ax_search_table_targets(const ax_search_def *def, ax_str type) {
  if (def->only.len) return ax_str_eq(def->only, type);
  for (size_t i = 0; i < def->target_count; i++)
    if (ax_str_eq(def->targets[i], type) ||
        ax_str_eq(def->targets[i], AX_STR("Resource")))
      return true;
  return def->target_count == 0;
}
