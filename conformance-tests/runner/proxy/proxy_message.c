#include "proxy/proxy_message.h"

ax_str ax_proxy_message_get(const ax_proxy_fields *fields, ax_str name) {
  for (size_t i = 0; i < fields->count; i++)
    if (ax_str_eq_nocase(fields->items[i].name, name))
      return fields->items[i].value;
  return AX_STR("");
}

void ax_proxy_message_drop(ax_proxy_fields *fields, ax_str name) {
  size_t kept = 0;
  for (size_t i = 0; i < fields->count; i++)
    if (!ax_str_eq_nocase(fields->items[i].name, name))
      fields->items[kept++] = fields->items[i];
  fields->count = kept;
}

ax_status ax_proxy_message_add(ax_arena *arena, ax_proxy_fields *fields,
                               ax_str name, ax_str value) {
  ax_result_header *slot = AX_VEC_PUSH(fields, arena);
  if (!slot) return AX_NOMEM;
  *slot = (ax_result_header){ name, value };
  return AX_OK;
}

ax_status ax_proxy_message_set(ax_arena *arena, ax_proxy_fields *fields,
                               ax_str name, ax_str value) {
  bool done = false;
  size_t kept = 0;
  for (size_t i = 0; i < fields->count; i++) {
    ax_result_header field = fields->items[i];
    if (ax_str_eq_nocase(field.name, name)) {
      if (done) continue;
      field.value = value;
      done = true;
    }
    fields->items[kept++] = field;
  }
  fields->count = kept;
  return done ? AX_OK : ax_proxy_message_add(arena, fields, name, value);
}

/* Does the list of names in `list` (commas between) hold `name`? */
static bool lists(ax_str list, ax_str name) {
  while (list.len)
    if (ax_str_eq_nocase(ax_str_trim(ax_str_cut(&list, ',')), name))
      return true;
  return false;
}

static bool is_hop(const ax_proxy_fields *fields, ax_str name) {
  static const ax_str hops[] = {
    AX_STR_INIT("Connection"),
    AX_STR_INIT("Keep-Alive"),
    AX_STR_INIT("Proxy-Connection"),
    AX_STR_INIT("Proxy-Authenticate"),
    AX_STR_INIT("Proxy-Authorization"),
    AX_STR_INIT("TE"),
    AX_STR_INIT("Trailer"),
    AX_STR_INIT("Transfer-Encoding"),
    AX_STR_INIT("Upgrade"),
    AX_STR_INIT("Expect"),
  };
  for (size_t i = 0; i < AX_COUNT(hops); i++)
    if (ax_str_eq_nocase(name, hops[i])) return true;
  for (size_t i = 0; i < fields->count; i++)
    if (ax_str_eq_nocase(fields->items[i].name, AX_STR("Connection")) &&
        lists(fields->items[i].value, name))
      return true;
  return false;
}

void ax_proxy_message_drop_hops(ax_proxy_fields *fields) {
  /* Backwards and by marks, for Connection must be seen to the end. */
  static const ax_str dropped = AX_STR_INIT("");
  for (size_t i = fields->count; i-- > 0;)
    if (!ax_str_eq_nocase(fields->items[i].name, AX_STR("Connection")) &&
        is_hop(fields, fields->items[i].name))
      fields->items[i].name = dropped;
  ax_proxy_message_drop(fields, dropped);
  ax_proxy_message_drop(fields, AX_STR("Connection"));
}

ax_status ax_proxy_message_copy(ax_arena *arena, const ax_proxy_fields *from,
                                ax_proxy_fields *to) {
  *to = (ax_proxy_fields){ 0 };
  for (size_t i = 0; i < from->count; i++) {
    ax_str name = ax_arena_str(arena, from->items[i].name);
    ax_str value = ax_arena_str(arena, from->items[i].value);
    if (!name.ptr || !value.ptr) return AX_NOMEM;
    AX_TRY(ax_proxy_message_add(arena, to, name, value));
  }
  return AX_OK;
}
