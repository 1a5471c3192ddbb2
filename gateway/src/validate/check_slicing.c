/*
 * check_slicing.c - the values of a sliced element: to which slice each
 * belongs, how many each slice may have, in which order, and whether others
 * may stand beside them (R4 profiling.html#slicing). A value is held to the
 * slice's own rules by the walk.
 */
#include "validate/check.h"
#include "validate/slicing_match.h"

enum { WHY = 400 };

/* A sliced element; below the first, a slice that is sliced again. */
typedef struct level level;
struct level {
  const ax_schema_element *sliced;
  const level *up;
};

/* --- to which slice --------------------------------------------------------
 */

static bool is_decidable(const ax_schema_element *slice) {
  return slice->wants_url.len || slice->wants_type.len || slice->is_default ||
         (slice->match && slice->match->count);
}

static bool in_slice(const ax_schema_element *slice, ax_walk *walk,
                     const ax_place *place) {
  if (slice->is_default) return false;
  if (slice->wants_url.len)
    return ax_str_eq(AX_JSON_STR(place->value, "url"), slice->wants_url);
  if (slice->wants_type.len) return ax_str_eq(place->choice, slice->wants_type);
  return slice->match && ax_slicing_test_all(slice->match, walk, place);
}

/* The first slice from `from` on that the value belongs to, or slice_count. */
static size_t find_slice(const ax_schema_element *e, ax_walk *walk,
                         const ax_place *place, size_t from) {
  for (; from < e->slice_count; from++)
    if (in_slice(e->slices[from], walk, place)) break;
  return from;
}

/* Discriminators of Bundle.entry look from inside of the entry. */
static size_t find_inside(const ax_schema_element *e, ax_walk *walk,
                          const ax_place *place, size_t from) {
  const ax_bundle_entry *entry = walk->entry;
  const ax_json *resource = walk->resource;
  if (walk->bundle && place->up && place->up->value == walk->bundle_json &&
      place->index < ax_fhir_bundle_count(walk->bundle) &&
      ax_str_eq(place->name, AX_STR("entry"))) {
    walk->entry = ax_fhir_bundle_at(walk->bundle, place->index);
    walk->resource = walk->entry->resource;
  }
  size_t found = find_slice(e, walk, place, from);
  walk->entry = entry;
  walk->resource = resource;
  return found;
}

static size_t find_default(const ax_schema_element *e) {
  size_t i = 0;
  while (i < e->slice_count && !e->slices[i]->is_default) i++;
  return i;
}

/* Is the value in every slice around this level? */
static bool is_on(const level *at, ax_walk *walk, const ax_place *place) {
  for (; at->up; at = at->up) {
    const ax_schema_element *outer = at->up->sliced;
    size_t i = find_inside(outer, walk, place, 0);
    if (i == outer->slice_count) i = find_default(outer);
    if (i == outer->slice_count || outer->slices[i] != at->sliced) return false;
  }
  return true;
}

/* --- messages --------------------------------------------------------------
 */

static void tell_slice(const ax_schema_element *slice, ax_walk *walk,
                       const ax_place *place, ax_buf *out, size_t *best) {
  ax_buf why = AX_BUF_INIT(WHY);
  if (slice->match && slice->match->count) {
    size_t passed = ax_slicing_test_why(slice->match, walk, place, &why) + 1;
    if (passed > *best) {
      *best = passed;
      ax_buf_clear(out);
      ax_buf_printf(out, ". Nearest: slice '" AX_STR_FMT "', where " AX_STR_FMT,
                    AX_STR_ARG(slice->slice), AX_STR_ARG(ax_buf_view(&why)));
    }
  }
  ax_buf_free(&why);
}

static void report_closed(ax_walk *walk, const ax_place *place,
                          const ax_schema_element *e) {
  ax_buf why = AX_BUF_INIT((size_t)2 * WHY);
  size_t best = 0;
  for (size_t i = 0; i < e->slice_count; i++)
    tell_slice(e->slices[i], walk, place, &why, &best);
  ax_str text = ax_buf_view(&why);
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "slice-none", place,
                "This element does not match any known slice defined in the "
                "profile, and the slicing of " AX_STR_FMT
                " is closed" AX_STR_FMT,
                AX_STR_ARG(e->path), AX_STR_ARG(text));
  ax_buf_free(&why);
}

/* Why the value that comes nearest to a slice that is missing is not in it. */
static void tell_nearest(const ax_schema_element *slice, ax_walk *walk,
                         const ax_walk_member *m, size_t count, ax_buf *out) {
  size_t best = 0;
  for (size_t i = 0; m && i < count && slice->match; i++) {
    const ax_place place = ax_walk_item(m, i);
    ax_buf why = AX_BUF_INIT(WHY);
    size_t passed = ax_slicing_test_why(slice->match, walk, &place, &why) + 1;
    if (passed > best) {
      best = passed;
      ax_buf_clear(out);
      ax_buf_printf(out, ". Nearest: [%zu], but " AX_STR_FMT, i,
                    AX_STR_ARG(ax_buf_view(&why)));
    }
    ax_buf_free(&why);
  }
}

static void report_missing(ax_walk *walk, const ax_place *parent,
                           const ax_schema_element *slice, size_t found,
                           const ax_walk_member *m, size_t count) {
  ax_buf why = AX_BUF_INIT((size_t)2 * WHY);
  if (!walk->quiet && !found) tell_nearest(slice, walk, m, count, &why);
  ax_walk_issue(
      walk, AX_ERROR, AX_ISSUE_STRUCTURE, "slice-min", parent,
      "Slice '" AX_STR_FMT ":" AX_STR_FMT
      "': a matching slice is required at least %u times, found %zu" AX_STR_FMT,
      AX_STR_ARG(slice->path), AX_STR_ARG(slice->slice), slice->min, found,
      AX_STR_ARG(ax_buf_view(&why)));
  ax_buf_free(&why);
}

static bool has_bound(const ax_schema_element *slice) {
  for (size_t i = 0; slice->match && i < slice->match->count; i++)
    if (slice->match->tests[i].kind == AX_SLICING_BOUND) return true;
  return false;
}

static void tell_undecidable(ax_walk *walk, const ax_place *parent,
                             const ax_schema_element *slice, const char *why) {
  ax_walk_issue(walk, AX_WARNING, AX_ISSUE_PROCESSING, "slice-undecidable",
                parent,
                "Whether the slice '" AX_STR_FMT ":" AX_STR_FMT
                "' is there cannot be told: %s",
                AX_STR_ARG(slice->path), AX_STR_ARG(slice->slice), why);
}

/* `undecided`: a value of `m` has codes that nobody could judge. */
static void check_slice_count(ax_walk *walk, const ax_place *parent,
                              const ax_schema_element *slice, size_t found,
                              const ax_walk_member *m, size_t count,
                              bool undecided) {
  if (found >= slice->min && found <= slice->max) return;
  if (!is_decidable(slice)) {
    tell_undecidable(walk, parent, slice,
                     "the profile gives it no value where its discriminators "
                     "look");
    return;
  }
  if (found < slice->min && undecided && has_bound(slice)) {
    tell_undecidable(walk, parent, slice,
                     "its value set, or a code system that it needs, is not "
                     "loaded");
    return;
  }
  if (found < slice->min) {
    report_missing(walk, parent, slice, found, m, count);
    return;
  }
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "slice-max", parent,
                AX_STR_FMT ":" AX_STR_FMT ": max allowed = %u, but found %zu",
                AX_STR_ARG(slice->path), AX_STR_ARG(slice->slice), slice->max,
                found);
}

/* --- one level of slices ---------------------------------------------------
 */

typedef struct {
  ax_walk *walk;
  const ax_walk_member *m;
  const ax_schema_element *e;
  uint32_t counts[AX_SCHEMA_SLICES];
  size_t last;     /* slice of the value before */
  bool other_seen; /* a value that is in no slice */
  bool decidable;  /* all slices are */
  bool undecided;  /* a value might be in a slice, but nobody knows its codes */
} sorting;

static void take(sorting *s, const ax_place *place, size_t slice) {
  const ax_schema_element *e = s->e->slices[slice];
  s->counts[slice]++;
  if (s->e->ordered && slice < s->last)
    ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_STRUCTURE, "slice-order", place,
                  "The slices of " AX_STR_FMT " have an order: '" AX_STR_FMT
                  "' must not come after '" AX_STR_FMT "'",
                  AX_STR_ARG(s->e->path), AX_STR_ARG(e->slice),
                  AX_STR_ARG(s->e->slices[s->last]->slice));
  if (s->e->rules == AX_SCHEMA_OPEN_AT_END && s->other_seen)
    ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_STRUCTURE, "slice-not-at-end",
                  place,
                  "Values that are in no slice of " AX_STR_FMT
                  " must come last, but '" AX_STR_FMT "' comes after one",
                  AX_STR_ARG(s->e->path), AX_STR_ARG(e->slice));
  if (slice > s->last) s->last = slice;
  ax_place inner = *place;
  ax_schema_type *type = NULL;
  for (size_t t = 0; t < e->type_count && !type; t++)
    if (e->type_count == 1 || ax_str_eq(e->types[t].name, place->choice))
      type = &e->types[t];
  if (type) inner.type = type;
  ax_walk_value(s->walk, &inner, e, type);
}

static void sort_one(sorting *s, const ax_place *place) {
  size_t none = s->e->slice_count, undecided = s->walk->undecided;
  size_t slice = find_inside(s->e, s->walk, place, 0);
  if (s->walk->undecided > undecided) s->undecided = true;
  size_t more =
      slice < none ? find_inside(s->e, s->walk, place, slice + 1) : none;
  if (more < none)
    ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_INVALID, "slice-ambiguous", place,
                  "This element matches more than one slice: '" AX_STR_FMT
                  "' and '" AX_STR_FMT "'",
                  AX_STR_ARG(s->e->slices[slice]->slice),
                  AX_STR_ARG(s->e->slices[more]->slice));
  if (slice == none) slice = find_default(s->e);
  if (slice < none) {
    take(s, place, slice);
    return;
  }
  s->other_seen = true;
  if (s->e->rules == AX_SCHEMA_CLOSED && s->decidable && !s->undecided)
    report_closed(s->walk, place, s->e);
}

/* Recursion as deep as slices are sliced again: AX_SCHEMA_DEPTH. */
static void sort_level(ax_walk *walk, const ax_walk_member *m, size_t count,
                       const level *at) {
  sorting s = { .walk = walk, .m = m, .e = at->sliced, .decidable = true };
  for (size_t i = 0; i < s.e->slice_count; i++)
    if (!is_decidable(s.e->slices[i])) s.decidable = false;
  for (size_t i = 0; i < count; i++) {
    const ax_place place = ax_walk_item(m, i);
    if (is_on(at, walk, &place)) sort_one(&s, &place);
  }
  for (size_t i = 0; i < s.e->slice_count; i++) {
    const ax_schema_element *slice = s.e->slices[i];
    check_slice_count(walk, m->up, slice, s.counts[i], m, count, s.undecided);
    const level next = { slice, at };
    if (slice->slice_count && s.counts[i]) sort_level(walk, m, count, &next);
  }
}

void ax_check_slicing_run(ax_walk *walk, const ax_walk_member *member,
                          size_t count) {
  const level top = { member->field->element, NULL };
  sort_level(walk, member, count, &top);
}

void ax_check_slicing_missing(ax_walk *walk, const ax_place *parent,
                              const ax_schema_element *sliced) {
  for (size_t i = 0; i < sliced->slice_count; i++)
    check_slice_count(walk, parent, sliced->slices[i], 0, NULL, 0, false);
}
