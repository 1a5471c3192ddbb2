/*
 * Coding: the system is an absolute URL of a code system, not of a value set;
 * the code is one of its system, where the packages hold all of the system's
 * codes; the display is a name of the code; and a supplement is no system of
 * its own (R4 datatypes.html#Coding, terminologies.html, CodeSystem.content).
 */
#include <stdio.h>
#include <string.h>

#include "validate/check.h"

enum { NAMES = 600 };

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Coding", out);
}

static bool is_supplement(const ax_walk *walk, ax_str system) {
  const ax_json *resource =
      ax_registry_find(walk->registry, AX_DEF_CODE_SYSTEM, system);
  return resource &&
         (AX_JSON_GET(resource, "supplements") ||
          ax_str_eq(AX_JSON_STR(resource, "content"), AX_STR("supplement")));
}

static void refuse_supplement(ax_walk *walk, const ax_place *place,
                              ax_str system) {
  const ax_place at = ax_place_member(place, AX_STR("system"));
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_NOT_FOUND, "code-system-supplement",
                &at,
                "CodeSystem " AX_STR_FMT
                " is a supplement, so can't be used as a value in "
                "Coding.system; the system that it supplements must stand "
                "here",
                AX_STR_ARG(system));
}

/* Does the coding name a version of its system that is not the loaded one? */
static bool is_of_other_version(const ax_walk *walk, const ax_place *place,
                                ax_str system) {
  ax_str version = AX_JSON_STR(place->value, "version");
  const ax_json *loaded =
      ax_registry_find(walk->registry, AX_DEF_CODE_SYSTEM, system);
  return version.len && loaded &&
         !ax_str_eq(AX_JSON_STR(loaded, "version"), version);
}

static void refuse_code(ax_walk *walk, const ax_place *place, ax_str system,
                        ax_str code, const char *why) {
  const ax_place at = ax_place_member(place, AX_STR("code"));
  if (is_of_other_version(walk, place, system)) {
    ax_walk_issue(
        walk, AX_WARNING, AX_ISSUE_NOT_FOUND, "code-version-unknown", &at,
        "The code '" AX_STR_FMT "' was not checked: version " AX_STR_FMT
        " of the CodeSystem '" AX_STR_FMT
        "' is not loaded, and the loaded one does not hold it",
        AX_STR_ARG(code), AX_STR_ARG(AX_JSON_STR(place->value, "version")),
        AX_STR_ARG(system));
    return;
  }
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "code-unknown", &at,
                "Unknown code '" AX_STR_FMT "' in the CodeSystem '" AX_STR_FMT
                "'%s%s",
                AX_STR_ARG(code), AX_STR_ARG(system), why ? ": " : "",
                why ? why : "");
}

/* A remark on a code that is there. */
static void warn_of_code(ax_walk *walk, const ax_place *place, ax_str system,
                         ax_str code, const char *why) {
  ax_walk_issue(walk, AX_WARNING, AX_ISSUE_BUSINESS_RULE, "code-inactive",
                place,
                "The code '" AX_STR_FMT "' of the CodeSystem '" AX_STR_FMT
                "': %s",
                AX_STR_ARG(code), AX_STR_ARG(system), why);
}

/* A system that nobody knows may still be written wrong. */
static void check_system(ax_walk *walk, const ax_place *place, ax_str system) {
  char known[NAMES];
  const ax_place at = ax_place_member(place, AX_STR("system"));
  if (!memchr(system.ptr, ':', system.len))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "code-system-relative",
                  place,
                  "The system '" AX_STR_FMT
                  "' is a local reference; a code system is named by its "
                  "absolute URL",
                  AX_STR_ARG(system));
  else if (ax_registry_canonical(walk->registry, AX_DEF_VALUE_SET, system,
                                 known, sizeof known) &&
           !ax_registry_canonical(walk->registry, AX_DEF_CODE_SYSTEM, system,
                                  known, sizeof known))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "code-system-value-set",
                  &at,
                  "The system '" AX_STR_FMT
                  "' is a value set; here the code system must stand from "
                  "which the code comes",
                  AX_STR_ARG(system));
}

static void refuse_display(ax_walk *walk, const ax_place *at,
                           const ax_json *coding, ax_str right) {
  char text[2 * NAMES];
  ax_str system = AX_JSON_STR(coding, "system");
  (void)snprintf(text, sizeof text,
                 "Wrong display name '" AX_STR_FMT "' for " AX_STR_FMT
                 "#" AX_STR_FMT "; right is: " AX_STR_FMT,
                 AX_STR_ARG(ax_walk_shown(at->value)), AX_STR_ARG(system),
                 AX_STR_ARG(AX_JSON_STR(coding, "code")), AX_STR_ARG(right));
  ax_walk_display_fault(walk,
                        (ax_issue){ .severity = walk->options.wrong_display,
                                    .type = AX_ISSUE_INVALID,
                                    .id = "code-display" },
                        at, coding, text);
}

static void check_display(ax_walk *walk, const ax_place *place, ax_str system,
                          ax_str code) {
  const ax_validate_host *host = walk->host;
  const ax_place at = ax_place_member(place, AX_STR("display"));
  ax_str display = ax_json_text(at.value);
  if (!display.len || !host->code_has_display) return;
  ax_buf right = AX_BUF_INIT(NAMES);
  if (host->code_has_display(host->ctx, system,
                             AX_JSON_STR(place->value, "version"), code,
                             display, &right) == AX_CODE_NOT_IN)
    refuse_display(walk, &at, place->value, ax_buf_view(&right));
  ax_buf_free(&right);
}

static void check_undecided(ax_walk *walk, const ax_place *place, ax_str system,
                            ax_str code, const char *why) {
  const ax_place at = ax_place_member(place, AX_STR("system"));
  check_system(walk, place, system);
  if (is_supplement(walk, system))
    refuse_supplement(walk, place, system);
  else if (code.len)
    ax_walk_unchecked(walk, &at, system, code, why);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str system = AX_JSON_STR(place->value, "system");
  ax_str code = AX_JSON_STR(place->value, "code");
  const ax_validate_host *host = walk->host;
  const char *why = NULL;
  (void)self;
  if (!system.len) return;
  ax_code_answer answer =
      code.len && host->code_in_system
          ? host->code_in_system(host->ctx, system, code, &why)
          : AX_CODE_UNDECIDED;
  switch (answer) {
  case AX_CODE_IN:
    if (why) warn_of_code(walk, place, system, code, why);
    check_display(walk, place, system, code);
    return;
  case AX_CODE_NOT_IN:
    refuse_code(walk, place, system, code, why);
    return;
  case AX_CODE_UNDECIDED:
    check_undecided(walk, place, system, code, why);
    return;
  }
}

const ax_check_kind ax_check_coding = { "coding", compile, run,
                                        ax_check_explain };