/* Fuzz target: a resource and the Parameters of a FHIRPath Patch, a NUL between
 * them, or a patch alone for a small Patient. What comes out is a tree that can
 * be written and read again; and the resource is as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "intake/intake_patch_path.h"
#include "json/json_parse.h"
#include "json/json_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,\"name\":[{"
    "\"family\":\"A\",\"given\":[\"B\",\"C\"]},{\"family\":\"D\"}],\"contact\":[{"
    "\"name\":{\"family\":\"E\"}}],\"_birthDate\":{\"id\":\"x\"},"
    "\"multipleBirthInteger\":2,\"contained\":[{\"resourceType\":\"Patient\"}]}";

/* --- a few types as R4 has them: lists, a choice, a nested one -------------
 */

enum { STRING, BOOLEAN, INTEGER, HUMAN_NAME, CONTACT, PATIENT, TYPES };

static const ax_fp_type types[TYPES] = {
  [STRING] = { AX_STR_INIT("string"), AX_STR_INIT("string"), AX_FHIR_STRING,
               false },
  [BOOLEAN] = { AX_STR_INIT("boolean"), AX_STR_INIT("boolean"),
                AX_FHIR_BOOLEAN, false },
  [INTEGER] = { AX_STR_INIT("integer"), AX_STR_INIT("integer"),
                AX_FHIR_INTEGER, false },
  [HUMAN_NAME] = { AX_STR_INIT("HumanName"), AX_STR_INIT("HumanName"),
                   AX_FHIR_NOT_PRIMITIVE, false },
  [CONTACT] = { AX_STR_INIT("BackboneElement"), AX_STR_INIT("Patient.contact"),
                AX_FHIR_NOT_PRIMITIVE, false },
  [PATIENT] = { AX_STR_INIT("Patient"), AX_STR_INIT("Patient"),
                AX_FHIR_NOT_PRIMITIVE, true },
};

#define TYPE(t) (const ax_fp_type *const[]){ &types[t] }, 1

static const struct {
  int of;
  ax_fp_element element;
} elements[] = {
  { PATIENT, { AX_STR_INIT("active"), TYPE(BOOLEAN), false, false } },
  { PATIENT, { AX_STR_INIT("name"), TYPE(HUMAN_NAME), false, true } },
  { PATIENT, { AX_STR_INIT("contact"), TYPE(CONTACT), false, true } },
  { PATIENT,
    { AX_STR_INIT("multipleBirth"),
      (const ax_fp_type *const[]){ &types[BOOLEAN], &types[INTEGER] }, 2, true,
      false } },
  { HUMAN_NAME, { AX_STR_INIT("family"), TYPE(STRING), false, false } },
  { HUMAN_NAME, { AX_STR_INIT("given"), TYPE(STRING), false, true } },
  { CONTACT, { AX_STR_INIT("name"), TYPE(HUMAN_NAME), false, false } },
};

static const ax_fp_type *type_named(void *ctx, ax_str name) {
  (void)ctx;
  for (size_t i = 0; i < TYPES; i++)
    if (ax_str_eq(types[i].name, name)) return &types[i];
  return NULL;
}

static const ax_fp_type *base_of(void *ctx, const ax_fp_type *type) {
  (void)ctx;
  (void)type;
  return NULL;
}

static const ax_fp_element *element_at(void *ctx, const ax_fp_type *of,
                                       size_t n) {
  (void)ctx;
  for (size_t i = 0; i < AX_COUNT(elements); i++)
    if (&types[elements[i].of] == of && n-- == 0) return &elements[i].element;
  return NULL;
}

static const ax_fp_element *element_named(void *ctx, const ax_fp_type *of,
                                          ax_str name) {
  const ax_fp_element *e = NULL;
  for (size_t i = 0; (e = element_at(ctx, of, i)) != NULL; i++)
    if (ax_str_eq(e->name, name)) return e;
  return NULL;
}

/* "multipleBirthInteger": the name and a type's name with a capital. */
static const ax_fp_element *element_of_key(void *ctx, const ax_fp_type *of,
                                           ax_str key,
                                           const ax_fp_type **type) {
  const ax_fp_element *e = NULL;
  for (size_t i = 0; (e = element_at(ctx, of, i)) != NULL; i++) {
    *type = e->types[0];
    if (!e->is_choice && ax_str_eq(e->name, key)) return e;
    if (!e->is_choice || !ax_str_starts(key, e->name)) continue;
    ax_str rest = ax_str_skip(key, e->name.len);
    for (size_t k = 0; k < e->type_count; k++) {
      *type = e->types[k];
      if (rest.len == (*type)->name.len && rest.len > 1 &&
          memcmp(rest.ptr + 1, (*type)->name.ptr + 1, rest.len - 1) == 0)
        return e;
    }
  }
  return NULL;
}

static const ax_fp_model model = { .type = type_named,
                                   .base = base_of,
                                   .element = element_named,
                                   .key = element_of_key,
                                   .element_at = element_at };

/* --- the target ------------------------------------------------------------
 */

static void same(ax_arena *arena, const ax_json *tree) {
  ax_buf text = AX_BUF_INIT(4 << 20);
  const ax_json *again = NULL;
  ax_json_writer w = ax_json_write_begin(&text);
  ax_json_write_tree(&w, tree);
  if (ax_json_write_end(&w) == AX_OK) {
    ax_status status = ax_json_parse(arena, ax_buf_view(&text), &again, NULL);
    if (status == AX_INVALID) abort();
    if (status == AX_OK && !ax_json_equal(tree, again)) abort();
  }
  ax_buf_free(&text);
}

static void patch(ax_arena *arena, ax_str text, ax_str with) {
  const ax_json *tree = NULL, *before = NULL, *parameters = NULL, *out = NULL;
  if (ax_json_parse(arena, text, &tree, NULL) != AX_OK ||
      ax_json_parse(arena, text, &before, NULL) != AX_OK ||
      ax_json_parse(arena, with, &parameters, NULL) != AX_OK)
    return;
  for (int plain = 0; plain < 2; plain++) {
    ax_error err = { 0 };
    ax_status status = ax_intake_patch_path(plain ? NULL : &model, arena, tree,
                                            parameters, &out, &err);
    if (status == AX_INVALID && !err.text[0]) abort();
    if (status == AX_OK) same(arena, out);
    if (!ax_json_equal(tree, before)) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
  ax_arena *arena = ax_arena_new(32u << 20);
  if (!arena) return 0;
  ax_str all = { (const char *)data, size };
  if (zero)
    patch(arena, (ax_str){ all.ptr, (size_t)(zero - data) },
          ax_str_skip(all, (size_t)(zero - data) + 1));
  else
    patch(arena, AX_STR(document), all);
  ax_arena_free(arena);
  return 0;
}
