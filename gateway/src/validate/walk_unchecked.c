/* What could not be checked is told, never taken for right in silence. */
#include "base/attrs.h"
#include "validate/walk.h"

/* Was it told of `source` before? Remembers it; past a few everything is told
 * again, which is better than not at all. */
static bool told_before(ax_walk *walk, ax_str source) {
  for (unsigned i = 0; i < walk->told_count; i++)
    if (ax_str_eq(walk->told[i], source)) return true;
  if (walk->told_count < AX_COUNT(walk->told))
    walk->told[walk->told_count++] = source;
  return false;
}

void ax_walk_unchecked(ax_walk *walk, const ax_place *place, ax_str source,
                       ax_str code, const char *why) {
  ax_severity severity = walk->options.unchecked_code;
  if (!why) why = "nobody here knows it";
  if (!walk->options.tell_unchecked || walk->quiet) return;
  if (severity != AX_INFORMATION)
    ax_walk_issue(walk, severity, AX_ISSUE_NOT_FOUND, "code-unchecked", place,
                  "The code '" AX_STR_FMT
                  "' could not be checked against " AX_STR_FMT ": %s",
                  AX_STR_ARG(code), AX_STR_ARG(source), why);
  else if (!told_before(walk, source))
    ax_walk_issue(walk, severity, AX_ISSUE_NOT_FOUND, "code-unchecked", place,
                  "Codes such as '" AX_STR_FMT
                  "' could not be checked against " AX_STR_FMT ": %s",
                  AX_STR_ARG(code), AX_STR_ARG(source), why);
}
