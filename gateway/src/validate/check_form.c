/*
 * Questionnaire: the conditions of its items (enableWhen) ask questions that
 * there are, that are asked outside of the item itself, and whose answers can
 * be of the type compared with (R4 questionnaire.html).
 */
#include "validate/check.h"

typedef struct {
  ax_walk *walk;
  ax_map *items; /* linkId -> item, of the whole form */
  ax_map *seen;  /* of the items that came before */
} form;

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Questionnaire", out);
}

static ax_status put(ax_map *map, const ax_json *item) {
  union {
    const ax_json *in;
    void *out;
  } value = { item };
  ax_str link = AX_JSON_STR(item, "linkId");
  if (!link.len || ax_map_get(map, link)) return AX_OK;
  return ax_map_put(map, link, value.out);
}

/* Depth is bounded by the parser, here and below. */
static ax_status collect(ax_map *map, const ax_json *level) {
  const ax_json *items = AX_JSON_GET(level, "item");
  for (size_t i = 0; i < ax_json_count(items); i++) {
    AX_TRY(put(map, ax_json_item(items, i)));
    AX_TRY(collect(map, ax_json_item(items, i)));
  }
  return AX_OK;
}

static bool is_inside(const ax_json *item, const ax_json *target) {
  const ax_json *items = AX_JSON_GET(item, "item");
  for (size_t i = 0; i < ax_json_count(items); i++)
    if (ax_json_item(items, i) == target ||
        is_inside(ax_json_item(items, i), target))
      return true;
  return false;
}

/* The answers that a question of a type takes, as enableWhen names them. */
static bool answers_with(ax_str type, ax_str answer) {
  static const struct {
    const char *type, *answer;
  } TYPES[] = {
    { "boolean", "Boolean" },   { "decimal", "Decimal" },
    { "integer", "Integer" },   { "date", "Date" },
    { "dateTime", "DateTime" }, { "time", "Time" },
    { "string", "String" },     { "text", "String" },
    { "url", "String" },        { "reference", "Reference" },
    { "quantity", "Quantity" },
  };
  for (size_t i = 0; i < AX_COUNT(TYPES); i++)
    if (ax_str_eq(type, ax_str_from(TYPES[i].type)))
      return ax_str_eq(answer, ax_str_from(TYPES[i].answer));
  return true; /* choices take what their options are */
}

static ax_str answer_type(const ax_json *when) {
  for (uint32_t i = 0; i < ax_json_count(when); i++)
    if (ax_str_starts(when->u.members[i].key, AX_STR("answer")))
      return ax_str_skip(when->u.members[i].key, 6);
  return AX_STR("");
}

#define REPORT(f, severity, id, at, ...)                                   \
  ax_walk_issue((f)->walk, (severity), AX_ISSUE_BUSINESS_RULE, (id), (at), \
                __VA_ARGS__)

static void check_target(const form *f, const ax_place *at, const ax_json *when,
                         const ax_json *target) {
  ax_str link = AX_JSON_STR(target, "linkId");
  ax_str type = AX_JSON_STR(target, "type"), answer = answer_type(when);
  if (target == at->value) {
    REPORT(f, AX_ERROR, "form-condition-self", at,
           "The condition of the item '" AX_STR_FMT
           "' asks for its own answer; it must ask another question",
           AX_STR_ARG(link));
    return;
  }
  if (is_inside(at->value, target)) {
    REPORT(f, AX_ERROR, "form-condition-inner", at,
           "The condition of the item '" AX_STR_FMT
           "' asks the question '" AX_STR_FMT
           "', which stands inside of it; it must ask one outside",
           AX_STR_ARG(AX_JSON_STR(at->value, "linkId")), AX_STR_ARG(link));
    return;
  }
  if (!ax_map_get(f->seen, link))
    REPORT(f, AX_WARNING, "form-condition-later", at,
           "The condition asks the question '" AX_STR_FMT
           "', which comes only after this item",
           AX_STR_ARG(link));
  if (ax_str_eq(AX_JSON_STR(when, "operator"), AX_STR("exists"))) return;
  if (!answers_with(type, answer))
    REPORT(f, AX_WARNING, "form-condition-type", at,
           "The condition compares the answer to '" AX_STR_FMT
           "', a question of type " AX_STR_FMT ", with answer" AX_STR_FMT
           ", which it never is",
           AX_STR_ARG(link), AX_STR_ARG(type), AX_STR_ARG(answer));
}

static void check_conditions(const form *f, const ax_place *at) {
  const ax_json *list = AX_JSON_GET(at->value, "enableWhen");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *when = ax_json_item(list, i);
    ax_str link = AX_JSON_STR(when, "question");
    const ax_json *target = link.len ? ax_map_get(f->items, link) : NULL;
    if (target)
      check_target(f, at, when, target);
    else if (link.len)
      REPORT(f, AX_ERROR, "form-condition-unknown", at,
             "The condition asks the question '" AX_STR_FMT
             "', but no item has that linkId",
             AX_STR_ARG(link));
  }
}

static ax_status check_items(const form *f, const ax_place *level) {
  size_t count = ax_json_count(AX_JSON_GET(level->value, "item"));
  for (size_t i = 0; i < count; i++) {
    const ax_place at = ax_place_item(level, AX_STR("item"), i);
    check_conditions(f, &at);
    AX_TRY(put(f->seen, at.value));
    AX_TRY(check_items(f, &at));
  }
  return AX_OK;
}

static ax_status check_form(ax_walk *walk, const ax_place *place,
                            ax_arena *arena) {
  const form f = { walk, ax_map_new(arena), ax_map_new(arena) };
  if (!f.items || !f.seen) return AX_NOMEM;
  AX_TRY(collect(f.items, place->value));
  return check_items(&f, place);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_arena *arena = ax_walk_scratch(walk);
  (void)self;
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (check_form(walk, place, arena)) walk->no_memory = true;
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_form = { "form", compile, run, ax_check_explain };
