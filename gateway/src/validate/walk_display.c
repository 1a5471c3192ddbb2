/* Faults of displays, which wait for what value sets say. */
#include "validate/walk.h"

/* More than so many in one resource do not wait, so that looking for one costs
 * little whatever is sent. */
enum { WAITING = 500 };

void ax_walk_display_fault(ax_walk *walk, ax_issue issue, const ax_place *place,
                           const ax_json *coding, const char *text) {
  ax_arena *arena = ax_fhir_issues_arena(walk->issues);
  const ax_json *at = ax_place_json(place);
  if (walk->quiet) {
    walk->faults += issue.severity <= AX_ERROR;
    return;
  }
  if (walk->displays.count >= WAITING) {
    ax_walk_report(walk, issue, place, at, text);
    return;
  }
  ax_arena *scratch = ax_walk_scratch(walk);
  ax_walk_display *slot =
      scratch ? AX_VEC_PUSH(&walk->displays, scratch) : NULL;
  issue.path = ax_place_text(arena, place);
  issue.has_place = at != NULL;
  issue.at = at ? at->at : 0;
  issue.text = ax_arena_str(arena, ax_str_from(text));
  if (!issue.rule.len && walk->schema) issue.rule = walk->schema->url;
  if (!slot || !issue.text.ptr || !issue.path.ptr)
    walk->no_memory = true;
  else
    *slot = (ax_walk_display){ coding, issue };
}

bool ax_walk_display_waits(const ax_walk *walk, const ax_json *coding) {
  for (size_t i = 0; i < walk->displays.count; i++)
    if (walk->displays.items[i].coding == coding) return true;
  return false;
}

void ax_walk_display_excuse(ax_walk *walk, const ax_json *coding) {
  for (size_t i = 0; i < walk->displays.count; i++)
    if (walk->displays.items[i].coding == coding)
      walk->displays.items[i].coding = NULL;
}

void ax_walk_display_report(ax_walk *walk, size_t first) {
  for (size_t i = first; i < walk->displays.count; i++)
    if (walk->displays.items[i].coding)
      ax_fhir_issues_add(walk->issues, walk->displays.items[i].issue);
  if (walk->displays.count > first) walk->displays.count = first;
}
