/*
 * Picks: which of several values. Times are intervals; when partial dates do
 * not tell which value it is, all that it may be are kept, and the caller finds
 * out whether it matters.
 */
#include "scoring/feature_parts.h"

#include <stdlib.h>

/* Moves the items that `keep` to the front; returns how many. */
#define KEEP(group, it, condition)                         \
  do {                                                     \
    size_t kept_ = 0;                                      \
    for (size_t i_ = 0; i_ < (group).count; i_++) {        \
      const ax_feature_candidate *it = &(group).items[i_]; \
      if (!(condition)) continue;                          \
      ax_feature_candidate one_ = *it;                     \
      (group).items[i_] = (group).items[kept_];            \
      (group).items[kept_++] = one_;                       \
    }                                                      \
    (group).count = kept_;                                 \
  } while (0)

ax_feature_group ax_feature_pick_all(ax_feature_candidate *items,
                                     size_t count) {
  ax_feature_group all = { .items = items, .count = count };
  size_t certain = 0;
  for (size_t i = 0; i < count; i++) certain += !items[i].maybe;
  all.imprecise = count && !certain;
  return all;
}

static void mark_same_time(ax_feature_group *g) {
  g->same_time = true;
  for (size_t i = 1; i < g->count; i++)
    if (g->items[i].lo_ms != g->items[0].lo_ms ||
        g->items[i].hi_ms != g->items[0].hi_ms)
      g->same_time = false;
}

static ax_feature_group latest(ax_feature_group all) {
  int64_t best = INT64_MIN;
  for (size_t i = 0; i < all.count; i++)
    if (!all.items[i].maybe && all.items[i].lo_ms > best)
      best = all.items[i].lo_ms;
  KEEP(all, it, it->hi_ms >= best);
  return all;
}

static ax_feature_group earliest(ax_feature_group all) {
  int64_t best = INT64_MAX;
  for (size_t i = 0; i < all.count; i++)
    if (!all.items[i].maybe && all.items[i].hi_ms < best)
      best = all.items[i].hi_ms;
  KEEP(all, it, it->lo_ms <= best);
  return all;
}

static int64_t distance(int64_t a, int64_t b) {
  return a > b ? a - b : b - a;
}

/* Least and greatest distance in days. */
static void span(const ax_feature_candidate *it, int64_t target, int64_t *least,
                 int64_t *greatest) {
  int64_t lo = ax_fhir_date_day_number(it->lo_ms);
  int64_t hi = ax_fhir_date_day_number(it->hi_ms);
  int64_t a = distance(lo, target), b = distance(hi, target);
  *greatest = a > b ? a : b;
  *least = lo <= target && target <= hi ? 0 : a < b ? a : b;
}

static bool within(const ax_feature_candidate *it, int64_t target,
                   int64_t most) {
  int64_t least, greatest;
  span(it, target, &least, &greatest);
  return least <= most;
}

static ax_feature_group nearest(ax_feature_group all, int64_t target) {
  int64_t best = INT64_MAX, least, greatest;
  for (size_t i = 0; i < all.count; i++) {
    span(&all.items[i], target, &least, &greatest);
    if (!all.items[i].maybe && greatest < best) best = greatest;
  }
  KEEP(all, it, within(it, target, best));
  for (size_t i = 0; i < all.count; i++)
    if (ax_fhir_date_day_number(all.items[i].lo_ms) !=
        ax_fhir_date_day_number(all.items[i].hi_ms))
      return all; /* a partial date among them: they all may be it */
  return earliest(all);
}

ax_feature_group ax_feature_pick_one(ax_feature_group all, uint32_t pick,
                                     int64_t target_day) {
  ax_feature_group one = all;
  if (pick == AUSPEX_PICK_EARLIEST)
    one = earliest(all);
  else if (pick == AUSPEX_PICK_NEAREST)
    one = nearest(all, target_day);
  else
    one = latest(all);
  mark_same_time(&one);
  return one;
}

ax_feature_group ax_feature_pick_day(ax_feature_group all) {
  int64_t best = INT64_MIN;
  for (size_t i = 0; i < all.count; i++) {
    int64_t day = ax_fhir_date_day_number(all.items[i].lo_ms);
    if (!all.items[i].maybe && day > best) best = day;
  }
  KEEP(all, it, ax_fhir_date_day_number(it->hi_ms) >= best);
  for (size_t i = 0; i < all.count; i++)
    all.imprecise |= all.items[i].maybe ||
                     ax_fhir_date_day_number(all.items[i].lo_ms) != best;
  return all;
}

static int older_first(const void *a, const void *b) {
  const ax_feature_candidate *x = a, *y = b;
  if (x->lo_ms != y->lo_ms) return x->lo_ms < y->lo_ms ? -1 : 1;
  if (x->hi_ms != y->hi_ms) return x->hi_ms < y->hi_ms ? -1 : 1;
  if (!x->facts || !y->facts) return 0;
  return (*x->facts > *y->facts) - (*x->facts < *y->facts);
}

void ax_feature_pick_sort(ax_feature_group all) {
  if (all.count > 1)
    qsort(all.items, all.count, sizeof *all.items, older_first);
}
