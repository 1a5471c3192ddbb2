#include "delivery/delivery_refs.h"

#include "fhir/fhir_reference.h"
#include "json/json_edit.h"

typedef struct {
  ax_arena *arena;
  ax_str base;
  const ax_map *along;
  bool full; /* no memory */
} settling;

static bool settle(void *ctx, ax_str key, ax_str value, ax_str *out) {
  settling *s = ctx;
  if (!ax_str_eq(key, AX_STR("reference"))) return false;
  ax_reference ref = ax_fhir_reference_parse(value);
  if (ref.kind != AX_REF_RELATIVE) return false;
  ax_str plain = AX_JOIN(s->arena, ref.type, AX_STR("/"), ref.id);
  bool stays = plain.ptr && s->along && ax_map_get(s->along, plain);
  *out = stays ? plain : AX_JOIN(s->arena, s->base, AX_STR("/"), value);
  s->full |= !plain.ptr || !out->ptr;
  return !s->full;
}

ax_status ax_delivery_refs_settle(ax_arena *arena, const ax_json *tree,
                                  ax_str base, const ax_map *along,
                                  const ax_json **out) {
  settling s = { arena, base, along, false };
  while (s.base.len && s.base.ptr[s.base.len - 1] == '/') s.base.len--;
  ax_status status = ax_json_edit_strings(arena, tree, settle, &s, out);
  return status ? status : s.full ? AX_NOMEM : AX_OK;
}
