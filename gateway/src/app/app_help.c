#include "app/app_help.h"

ax_str ax_app_help_site(ax_str text, ax_str path) {
  while (text.len) {
    ax_str value = ax_str_cut(&text, ';');
    ax_str name = ax_str_trim(ax_str_cut(&value, '='));
    if (name.len && ax_str_eq(name, path)) return ax_str_trim(value);
  }
  return AX_STR("");
}

static ax_str site(void *ctx, ax_str path) {
  const ax_app_help *help = ctx;
  return ax_app_help_site(ax_str_from(help->site), path);
}

/* What nobody can decide is not taken for a member. */
static bool member(void *ctx, ax_str value_set, ax_str system, ax_str code) {
  const ax_app_help *help = ctx;
  const char *why = NULL;
  return ax_valueset_contains(help->valuesets, value_set, system, code, &why) ==
         AX_MEMBER_YES;
}

ax_feature_help ax_app_help_of(ax_app_help *help) {
  return (ax_feature_help){ .ctx = help, .member = member, .site = site };
}
