#include "fhirpath/fp_write.h"

ax_str ax_fp_write_type(const ax_fp_item *item) {
  static const char *const names[] = { "element",  "boolean", "integer",
                                       "decimal",  "string",  "date",
                                       "dateTime", "time",    "Quantity",
                                       "TypeInfo" };
  if (item->kind == AX_FP_NODE) return ax_fp_value_type_name(item);
  return ax_str_from(names[item->kind]);
}

static void write_type_info(const ax_fp_item *item, ax_json_writer *w) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("namespace"),
                       item->u.type_info.is_system ? AX_STR("System")
                                                   : AX_STR("FHIR"));
  ax_json_write_member(w, AX_STR("name"), item->u.type_info.name);
  ax_json_write_close(w);
}

static ax_status write_value(ax_arena *arena, const ax_fp_item *item,
                             ax_json_writer *w) {
  ax_str text;
  AX_TRY(ax_fp_value_text(arena, item, &text));
  if (item->kind == AX_FP_TYPE_INFO)
    write_type_info(item, w);
  else if (item->kind == AX_FP_NODE && item->u.node.json)
    ax_json_write_tree(w, item->u.node.json);
  else if (item->kind == AX_FP_NODE)
    ax_json_write_null(w);
  else if (item->kind == AX_FP_BOOLEAN)
    ax_json_write_bool(w, item->u.truth);
  else if (item->kind == AX_FP_INTEGER || item->kind == AX_FP_DECIMAL)
    ax_json_write_number(w, text);
  else
    ax_json_write_str(w, text);
  return AX_OK;
}

ax_status ax_fp_write(ax_arena *arena, const ax_fp_list *list,
                      ax_json_writer *w) {
  ax_json_write_array(w);
  for (size_t i = 0; i < list->count; i++) {
    const ax_fp_item *item = &list->items[i];
    ax_json_write_object(w);
    ax_json_write_key(w, AX_STR("type"));
    ax_json_write_str(w, ax_fp_write_type(item));
    ax_json_write_key(w, AX_STR("value"));
    AX_TRY(write_value(arena, item, w));
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
  return AX_OK;
}
