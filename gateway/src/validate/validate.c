#include "validate/validate.h"

#include <pthread.h>
#include <stdio.h>

#include "base/memo.h"
#include "validate/fp_model_r4.h"
#include "validate/implied_map.h"
#include "validate/walk.h"

enum { CHAINS = 2048, CANONICAL_MAX = 600 };
static const size_t CEILING = (size_t)1 << 30;

struct ax_validator {
  ax_registry *registry;
  ax_fp_model_r4 *model;
  ax_validate_host host;
  ax_validate_options options;
  ax_arena *arena;         /* of all schemas */
  ax_implied_map *implied; /* NULL: none */
  ax_memo *schemas;        /* "url|version" -> schema */
  pthread_mutex_t lock;    /* held while a schema is compiled */
};

static ax_status load_implied(ax_validator *v, const char *canonical,
                              ax_error *err) {
  if (!canonical) return AX_OK;
  const ax_json *map =
      ax_registry_find(v->registry, AX_DEF_CONCEPT_MAP, ax_str_from(canonical));
  return map ? ax_implied_map_compile(v->arena, map, &v->implied, err) : AX_OK;
}

ax_status ax_validate_new(ax_registry *registry, const ax_validate_host *host,
                          const ax_validate_options *options,
                          ax_validator **out, ax_error *err) {
  ax_arena *arena = ax_arena_new(CEILING);
  ax_validator *v = arena ? AX_NEW(arena, ax_validator) : NULL;
  if (v) v->schemas = ax_memo_new(arena, CHAINS);
  if (!v || !v->schemas || pthread_mutex_init(&v->lock, NULL) != 0) {
    ax_arena_free(arena);
    return ax_error_set(err, AX_NOMEM, "no memory for a validator");
  }
  ax_status status = ax_fp_model_r4_new(registry, &v->model, err);
  if (status) {
    ax_validate_free(v);
    return status;
  }
  v->registry = registry;
  v->host = *host;
  v->options = *options;
  v->arena = arena;
  status = load_implied(v, options->implied_profiles, err);
  if (status) {
    ax_validate_free(v);
    return status;
  }
  *out = v;
  return AX_OK;
}

void ax_validate_free(ax_validator *validator) {
  if (!validator) return;
  (void)pthread_mutex_destroy(&validator->lock);
  ax_fp_model_r4_free(validator->model);
  ax_arena_free(validator->arena);
}

/* With the lock held. A definition that cannot be compiled is remembered with
 * its fault; without memory nothing is. */
static const ax_schema *compile(ax_validator *v, ax_str key) {
  static const ax_schema no_memory = { .broken = "there is no memory for it" };
  ax_schema *schema = ax_memo_get(v->schemas, key);
  if (schema) return schema;
  ax_error err = { 0 };
  ax_str kept = ax_arena_str(v->arena, key);
  ax_status status =
      kept.ptr ? ax_schema_compile(v->registry, v->arena, kept, &schema, &err)
               : AX_NOMEM;
  if (status == AX_NOMEM || !schema) return &no_memory;
  if (status) {
    schema->broken = ax_arena_cstr(v->arena, ax_str_from(err.text));
    if (!schema->broken) return &no_memory;
  }
  return ax_memo_put(v->schemas, kept, schema) ? &no_memory : schema;
}

/* Names that no package defines are not remembered: they come from senders. */
static const ax_schema *find_schema(ax_validator *v, ax_str canonical) {
  char key[CANONICAL_MAX];
  size_t len = ax_registry_canonical(v->registry, AX_DEF_STRUCTURE, canonical,
                                     key, sizeof key);
  if (len == 0) return NULL;
  const ax_str text = { key, len };
  const ax_schema *schema = ax_memo_get(v->schemas, text);
  if (schema) return schema;
  (void)pthread_mutex_lock(&v->lock);
  schema = compile(v, text);
  (void)pthread_mutex_unlock(&v->lock);
  return schema;
}

static ax_status run(ax_validator *validator, const ax_json *resource,
                     ax_str path, const ax_str *profiles, size_t profile_count,
                     bool claimed_only, ax_fhir_issues *issues) {
  ax_walk walk = { .validator = validator,
                   .find_schema = find_schema,
                   .host = &validator->host,
                   .options = validator->options,
                   .registry = validator->registry,
                   .implied = validator->implied,
                   .claimed_only = claimed_only,
                   .model = ax_fp_model_r4_table(validator->model),
                   .issues = issues };
  const ax_place place = { .name = path,
                           .index = AX_PLACE_SINGLE,
                           .value = resource };
  ax_walk_resource(&walk, &place, profiles, profile_count);
  ax_arena_free(walk.scratch);
  return walk.no_memory || !ax_fhir_issues_complete(issues) ? AX_NOMEM : AX_OK;
}

ax_status ax_validate_run(ax_validator *validator, const ax_json *resource,
                          ax_str path, const ax_str *profiles,
                          size_t profile_count, ax_fhir_issues *issues) {
  return run(validator, resource, path, profiles, profile_count, false, issues);
}

ax_status ax_validate_run_claimed(ax_validator *validator,
                                  const ax_json *resource, ax_str path,
                                  ax_fhir_issues *issues) {
  return run(validator, resource, path, NULL, 0, true, issues);
}

ax_status ax_validate_explain(ax_validator *validator, ax_str url,
                              ax_json_writer *w, ax_error *err) {
  const ax_schema *schema = find_schema(validator, url);
  if (!schema)
    return ax_error_set(err, AX_NOT_FOUND,
                        "no loaded package defines " AX_STR_FMT,
                        AX_STR_ARG(url));
  if (schema->broken)
    return ax_error_set(err, AX_INVALID, AX_STR_FMT ": %s", AX_STR_ARG(url),
                        schema->broken);
  ax_schema_explain(schema, w);
  return AX_OK;
}
