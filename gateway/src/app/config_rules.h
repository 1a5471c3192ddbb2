/*
 * config_rules.h - what texts of options must look like, for the table in
 * config_options.c. Empty is fine with every rule: it means none.
 */
#ifndef AX_APP_CONFIG_RULES_H
#define AX_APP_CONFIG_RULES_H

#include "base/attrs.h"
#include "base/str.h"

typedef struct {
  bool (*holds)(ax_str word);
  char between;     /* the value's words; NUL: it is one word */
  const char *hint; /* "an http(s) URL such as ..." */
} ax_config_rule;

extern const ax_config_rule ax_config_rules_url, ax_config_rules_urls,
    ax_config_rules_origins, ax_config_rules_header, ax_config_rules_pairs,
    ax_config_rules_keys, ax_config_rules_parameters;

/* Does every word of `text` follow the rule? */
bool ax_config_rules_hold(const ax_config_rule *rule, ax_str text);

#endif
