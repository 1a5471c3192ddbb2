#include "app/config_rules.h"

#include <string.h>

static bool any_of(ax_str text, const char *bytes) {
  for (size_t i = 0; i < text.len; i++)
    if (strchr(bytes, text.ptr[i])) return true;
  return false;
}

/* What is behind the scheme; empty when it is not http or https. */
static ax_str behind_scheme(ax_str url) {
  static const ax_str schemes[] = { AX_STR_INIT("http://"),
                                    AX_STR_INIT("https://") };
  for (size_t i = 0; i < AX_COUNT(schemes); i++)
    if (ax_str_starts(url, schemes[i])) return ax_str_skip(url, schemes[i].len);
  return AX_STR("");
}

static bool is_url(ax_str word) {
  ax_str rest = behind_scheme(word);
  return rest.len && rest.ptr[0] != '/' && !any_of(word, " \t?#");
}

/* As browsers say it: without a path, so without a slash at its end. */
static bool is_origin(ax_str word) {
  return ax_str_eq(word, AX_STR("*")) ||
         (is_url(word) && !any_of(behind_scheme(word), "/"));
}

/* RFC 9110 5.6.2 */
static bool is_header(ax_str word) {
  for (size_t i = 0; i < word.len; i++) {
    char c = word.ptr[i];
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                 (c >= 'A' && c <= 'Z');
    if (!plain && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) return false;
  }
  return word.len > 0;
}

static bool is_pair(ax_str word) {
  ax_str name = ax_str_trim(ax_str_cut(&word, '='));
  return name.len && ax_str_trim(word).len;
}

static bool is_key(ax_str word) {
  return word.len == 56 && ax_str_starts(word, AX_STR("RW"));
}

static bool is_parameter(ax_str word) {
  ax_str type = ax_str_cut(&word, '.');
  return type.len && word.len;
}

const ax_config_rule ax_config_rules_url = {
  is_url, '\0', "an http(s) URL without a query, or nothing"
};
const ax_config_rule ax_config_rules_urls = {
  is_url, ',', "http(s) URLs with commas between"
};
const ax_config_rule ax_config_rules_origins = {
  is_origin, ' ',
  "*, or origins such as https://app.example.org without a slash at the end, "
  "blanks between"
};
const ax_config_rule ax_config_rules_header = { is_header, '\0',
                                                "the name of a header" };
const ax_config_rule ax_config_rules_pairs = {
  is_pair, ';', "NAME=VALUE with semicolons between"
};
const ax_config_rule ax_config_rules_keys = {
  is_key, ' ',
  "public keys of minisign (56 characters that begin with RW), blanks between"
};
const ax_config_rule ax_config_rules_parameters = {
  is_parameter, ' ', "names such as Patient.phonetic or Basic.*, blanks between"
};

bool ax_config_rules_hold(const ax_config_rule *rule, ax_str text) {
  if (!rule->between) return text.len == 0 || rule->holds(text);
  while (text.len) {
    ax_str word = ax_str_trim(ax_str_cut(&text, rule->between));
    if (word.len && !rule->holds(word)) return false;
  }
  return true;
}
