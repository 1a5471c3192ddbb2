/* The collection of SearchParameters, by type, and the tables made of them the
 * first time a type is asked for. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "fhir/fhir_reference.h"
#include "fhirpath/fp_parse.h"
#include "search/search_table.h"

enum { MEMORY = 256 << 20, DIGEST_TEXT = 4 << 20 };

typedef struct {
  ax_str name;
  AX_VEC(const ax_search_source *) sources;
  _Atomic(const ax_search_table *) table; /* NULL: not compiled yet */
} type_of;

struct ax_search {
  ax_search_options options;
  ax_arena *arena;
  ax_map *types;
  ax_search_table none;
  pthread_mutex_t mutex; /* compiling */
};

ax_status ax_search_new(const ax_search_options *options, ax_search **out,
                        ax_error *err) {
  ax_search *search = calloc(1, sizeof *search);
  if (!search) return ax_error_set(err, AX_NOMEM, "no memory for searching");
  search->options = *options;
  search->arena = ax_arena_new(MEMORY);
  search->types = search->arena ? ax_map_new(search->arena) : NULL;
  pthread_mutex_init(&search->mutex, NULL);
  *out = search;
  if (search->types) return AX_OK;
  ax_search_free(search);
  return ax_error_set(err, AX_NOMEM, "no memory for searching");
}

void ax_search_free(ax_search *search) {
  if (!search) return;
  pthread_mutex_destroy(&search->mutex);
  ax_arena_free(search->arena);
  free(search);
}

const ax_fp_model *ax_search_model(const ax_search *search) {
  return search->options.model;
}

const ax_search_host *ax_search_host_of(const ax_search *search) {
  return &search->options.host;
}

bool ax_search_is_ours(const ax_search *search, const ax_reference *ref,
                       ax_str own) {
  const ax_search_options *o = &search->options;
  if (ref->kind != AX_REF_ABSOLUTE) return false;
  while (own.len && own.ptr[own.len - 1] == '/') own.len--;
  return (own.len && ax_str_eq(ref->base, own)) ||
         ax_fhir_reference_is_below(o->base, ref->base) ||
         (ax_str_eq(ref->type, AX_STR("Patient")) &&
          ax_fhir_reference_is_below(o->known_as, ref->base));
}

/* --- what is left out ------------------------------------------------------
 */

static bool fits(ax_str pattern, ax_str text) {
  return ax_str_eq(pattern, AX_STR("*")) || ax_str_eq(pattern, text);
}

static bool is_excluded(const ax_search *search, ax_str type, ax_str name) {
  ax_str list =
      ax_str_from(search->options.exclude ? search->options.exclude : "");
  while (list.len) {
    ax_str rest = ax_str_cut(&list, ' ');
    ax_str left = ax_str_cut(&rest, '.');
    if (left.len && fits(left, type) && fits(rest, name)) return true;
  }
  return false;
}

/* --- one SearchParameter ---------------------------------------------------
 */

static ax_status copy(ax_search *search, const ax_json *tree, const char *key,
                      ax_str *out) {
  *out = ax_arena_str(search->arena, ax_json_str(tree, ax_str_from(key)));
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status copy_targets(ax_search *search, const ax_json *tree,
                              ax_search_source *out) {
  const ax_json *list = AX_JSON_GET(tree, "target");
  size_t count = ax_json_count(list);
  ax_str *targets = AX_NEW_ARRAY(search->arena, ax_str, count + 1);
  if (!targets) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    targets[i] =
        ax_arena_str(search->arena, ax_json_text(ax_json_item(list, i)));
    if (!targets[i].ptr) return AX_NOMEM;
  }
  out->targets = targets;
  out->target_count = count;
  return AX_OK;
}

static ax_status copy_parts(ax_search *search, const ax_json *tree,
                            ax_search_source *out) {
  const ax_json *list = AX_JSON_GET(tree, "component");
  for (size_t i = 0; i < ax_json_count(list) && i < AX_COUNT(out->parts); i++) {
    AX_TRY(copy(search, ax_json_item(list, i), "definition",
                &out->parts[i].definition));
    out->part_count++;
  }
  return AX_OK;
}

/* A program that does not parse leaves the parameter out. */
static ax_status parse(ax_search *search, ax_search_source *out) {
  ax_fp_program *program = AX_NEW(search->arena, ax_fp_program);
  if (!program) return AX_NOMEM;
  if (out->expression.len == 0) return AX_OK;
  ax_status status = ax_fp_parse(search->arena, out->expression, program, NULL);
  if (status == AX_OK) out->program = program;
  return status == AX_NOMEM ? status : AX_OK;
}

static ax_status add_to(ax_search *search, ax_str base,
                        const ax_search_source *source) {
  type_of *type = ax_map_get(search->types, base);
  if (!type) {
    type = AX_NEW(search->arena, type_of);
    if (!type) return AX_NOMEM;
    type->name = ax_arena_str(search->arena, base);
    if (!type->name.ptr) return AX_NOMEM;
    AX_TRY(ax_map_put(search->types, type->name, type));
  }
  for (size_t i = 0; i < type->sources.count; i++)
    if (ax_str_eq(type->sources.items[i]->name, source->name)) {
      type->sources.items[i] = source;
      return AX_OK;
    }
  const ax_search_source **slot = AX_VEC_PUSH(&type->sources, search->arena);
  if (!slot) return AX_NOMEM;
  *slot = source;
  return AX_OK;
}

ax_status ax_search_add(ax_search *search, const ax_json *tree) {
  const ax_json *bases = AX_JSON_GET(tree, "base");
  if (!ax_str_eq(AX_JSON_STR(tree, "resourceType"), AX_STR("SearchParameter")))
    return AX_OK;
  ax_search_source *source = AX_NEW(search->arena, ax_search_source);
  if (!source) return AX_NOMEM;
  AX_TRY(copy(search, tree, "code", &source->name));
  AX_TRY(copy(search, tree, "url", &source->url));
  AX_TRY(copy(search, tree, "type", &source->kind));
  AX_TRY(copy(search, tree, "expression", &source->expression));
  source->phonetic =
      ax_str_eq(AX_JSON_STR(tree, "xpathUsage"), AX_STR("phonetic"));
  AX_TRY(copy_targets(search, tree, source));
  AX_TRY(copy_parts(search, tree, source));
  AX_TRY(parse(search, source));
  if (!source->program || source->name.len == 0) return AX_OK;
  for (size_t i = 0; i < ax_json_count(bases); i++) {
    ax_str base = ax_json_text(ax_json_item(bases, i));
    if (!is_excluded(search, base, source->name))
      AX_TRY(add_to(search, base, source));
  }
  return AX_OK;
}

/* --- tables ----------------------------------------------------------------
 */

typedef AX_VEC(const ax_search_source *) source_list;

static ax_status collect(ax_search *search, ax_str base, ax_str type,
                         source_list *out) {
  const type_of *of = ax_map_get(search->types, base);
  for (size_t i = 0; of && i < of->sources.count; i++) {
    if (is_excluded(search, type, of->sources.items[i]->name)) continue;
    const ax_search_source **slot = AX_VEC_PUSH(out, search->arena);
    if (!slot) return AX_NOMEM;
    *slot = of->sources.items[i];
  }
  return AX_OK;
}

static ax_status compile(ax_search *search, type_of *type) {
  source_list sources = { 0 };
  ax_search_table *table = AX_NEW(search->arena, ax_search_table);
  if (!table) return AX_NOMEM;
  AX_TRY(collect(search, AX_STR("Resource"), type->name, &sources));
  AX_TRY(collect(search, AX_STR("DomainResource"), type->name, &sources));
  AX_TRY(collect(search, type->name, type->name, &sources));
  const ax_search_compile_job job = { .arena = search->arena,
                                      .model = search->options.model,
                                      .host = &search->options.host,
                                      .type = type->name,
                                      .sources = sources.items,
                                      .count = sources.count };
  AX_TRY(ax_search_table_compile(&job, table));
  atomic_store(&type->table, table);
  return AX_OK;
}

/* Types without parameters of their own have those of Resource. */
static type_of *find_type(ax_search *search, ax_str name) {
  type_of *type = ax_map_get(search->types, name);
  if (type || name.len > 64) return type;
  type = AX_NEW(search->arena, type_of);
  if (!type) return NULL;
  type->name = ax_arena_str(search->arena, name);
  if (!type->name.ptr || ax_map_put(search->types, type->name, type))
    return NULL;
  return type;
}

const ax_search_table *ax_search_table_of(ax_search *search, ax_str type) {
  const ax_search_table *found = NULL;
  ax_status status = AX_OK;
  pthread_mutex_lock(&search->mutex);
  type_of *of = find_type(search, type);
  if (of) found = atomic_load(&of->table);
  if (of && !found) {
    status = compile(search, of);
    found = status ? NULL : atomic_load(&of->table);
  }
  pthread_mutex_unlock(&search->mutex);
  return found ? found : status || !of ? NULL : &search->none;
}

/* Without a table: a CapabilityStatement should not compile all types. */
static bool is_offered(const ax_search *search, ax_str type,
                       const ax_search_source *source) {
  return ax_search_table_offers(source) &&
         !is_excluded(search, type, source->name);
}

bool ax_search_param_at(ax_search *search, ax_str type, size_t i,
                        ax_search_param *out) {
  static const ax_search_param of_all[] = {
    { .name = AX_STR_INIT("_id"),
      .kind = AX_STR_INIT("token"),
      .definition =
          AX_STR_INIT("http://hl7.org/fhir/SearchParameter/Resource-id") },
    { .name = AX_STR_INIT("_lastUpdated"),
      .kind = AX_STR_INIT("date"),
      .definition = AX_STR_INIT(
          "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated") },
  };
  if (i < AX_COUNT(of_all)) {
    *out = of_all[i];
    return true;
  }
  i -= AX_COUNT(of_all);
  static const ax_str bases[] = { AX_STR_INIT("Resource"),
                                  AX_STR_INIT("DomainResource") };
  for (size_t b = 0; b <= AX_COUNT(bases); b++) {
    const type_of *of =
        ax_map_get(search->types, b < AX_COUNT(bases) ? bases[b] : type);
    for (size_t n = 0; of && n < of->sources.count; n++)
      if (is_offered(search, type, of->sources.items[n]) && i-- == 0) {
        const ax_search_source *s = of->sources.items[n];
        *out = (ax_search_param){ .name = s->name,
                                  .kind = s->kind,
                                  .definition = s->url,
                                  .targets = s->targets,
                                  .target_count = s->target_count };
        return true;
      }
  }
  return false;
}

void ax_search_digest(const ax_search *search, char out[65]) {
  ax_buf text = AX_BUF_INIT(DIGEST_TEXT);
  for (size_t i = 0; i < ax_map_count(search->types); i++) {
    const type_of *type = ax_map_at(search->types, i, NULL);
    for (size_t n = 0; n < type->sources.count; n++) {
      const ax_search_source *s = type->sources.items[n];
      ax_buf_printf(&text,
                    AX_STR_FMT " " AX_STR_FMT " " AX_STR_FMT " " AX_STR_FMT
                               "\n",
                    AX_STR_ARG(type->name), AX_STR_ARG(s->name),
                    AX_STR_ARG(s->kind), AX_STR_ARG(s->expression));
    }
  }
  ax_buf_append(&text, ax_str_from(search->options.exclude
                                       ? search->options.exclude
                                       : ""));
  ax_buf_printf(&text, "\n%s\n%s",
                search->options.base ? search->options.base : "",
                search->options.known_as ? search->options.known_as : "");
  /* To be raised when the same parameters give other rows. */
  ax_buf_append(&text, AX_STR("\nrows 2"));
  ax_sha256_hex(ax_buf_view(&text), out);
  ax_buf_free(&text);
}
