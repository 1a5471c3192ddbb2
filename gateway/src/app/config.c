#include "app/config.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"

enum { FILE_MAX = 1 << 20, NAME_MAX_LEN = 64 };

static const ax_option *option_named(ax_str name) {
  for (size_t i = 0; i < ax_config_option_count; i++)
    if (ax_str_eq(name, ax_str_from(ax_config_options[i].name)))
      return &ax_config_options[i];
  return NULL;
}

/* --- values --------------------------------------------------------------- */

static bool read_digits(ax_str *text, uint64_t *out) {
  uint64_t n = 0;
  size_t i = 0;
  for (; i < text->len && text->ptr[i] >= '0' && text->ptr[i] <= '9'; i++) {
    if (n > (UINT64_MAX - 9) / 10) return false;
    n = n * 10 + (uint64_t)(text->ptr[i] - '0');
  }
  *out = n;
  text->ptr += i;
  text->len -= i;
  return i > 0;
}

/* A number and a suffix from a table of units. */
static bool read_number(ax_option_kind kind, ax_str text, uint64_t *out) {
  static const struct {
    ax_option_kind kind;
    ax_str suffix;
    uint64_t factor;
  } units[] = {
    { AX_OPTION_COUNT, AX_STR_INIT(""), 1 },
    { AX_OPTION_SIZE, AX_STR_INIT(""), 1 },
    { AX_OPTION_SIZE, AX_STR_INIT("k"), 1 << 10 },
    { AX_OPTION_SIZE, AX_STR_INIT("M"), 1 << 20 },
    { AX_OPTION_SIZE, AX_STR_INIT("G"), 1 << 30 },
    { AX_OPTION_TIME_MS, AX_STR_INIT("ms"), 1 },
    { AX_OPTION_TIME_MS, AX_STR_INIT("s"), 1000 },
    { AX_OPTION_TIME_MS, AX_STR_INIT("min"), 60000 },
    { AX_OPTION_TIME_MS, AX_STR_INIT("h"), 3600000 },
  };
  uint64_t n = 0;
  if (!read_digits(&text, &n)) return false;
  *out = n;
  if (kind == AX_OPTION_TIME_MS && n == 0 && !text.len) return true;
  for (size_t i = 0; i < AX_COUNT(units); i++) {
    if (units[i].kind != kind || !ax_str_eq(text, units[i].suffix)) continue;
    if (n > UINT64_MAX / units[i].factor) return false;
    *out = n * units[i].factor;
    return true;
  }
  return false;
}

static bool is_choice(const char *choices, const char *text) {
  ax_str rest = ax_str_from(choices);
  while (rest.len)
    if (ax_str_eq(ax_str_cut(&rest, ' '), ax_str_from(text))) return true;
  return false;
}

static const char *const kind_hints[] = {
  [AX_OPTION_TEXT] = "a text",
  [AX_OPTION_COUNT] = "a whole number",
  [AX_OPTION_SIZE] = "a size such as 4096, 64k, 4M or 1G",
  [AX_OPTION_TIME_MS] = "a time such as 250ms, 5s or 1min",
  [AX_OPTION_SWITCH] = "true or false",
  [AX_OPTION_CHOICE] = "one of the words listed by --help",
};

static const char *unit_of(const ax_option *option) {
  return option->kind == AX_OPTION_TIME_MS ? "ms" : "";
}

static ax_status set_number(const ax_option *option, void *slot,
                            const char *text, const char *where,
                            ax_error *err) {
  uint64_t n = 0;
  if (!read_number(option->kind, ax_str_from(text), &n))
    return ax_error_set(err, AX_INVALID, "%s: %s is %s, not \"%.60s\"", where,
                        option->name, kind_hints[option->kind], text);
  if (n < option->min || n > option->max)
    return ax_error_set(err, AX_INVALID,
                        "%s: %s must lie between %" PRIu64 "%s and %" PRIu64
                        "%s, not \"%.60s\"",
                        where, option->name, option->min, unit_of(option),
                        option->max, unit_of(option), text);
  memcpy(slot, &n, sizeof n);
  return AX_OK;
}

static ax_status set_switch(const ax_option *option, void *slot,
                            const char *text, const char *where,
                            ax_error *err) {
  bool on = strcmp(text, "true") == 0;
  if (!on && strcmp(text, "false") != 0)
    return ax_error_set(err, AX_INVALID, "%s: %s is %s, not \"%.60s\"", where,
                        option->name, kind_hints[option->kind], text);
  memcpy(slot, &on, sizeof on);
  return AX_OK;
}

static ax_status set_text(const ax_option *option, void *slot, const char *text,
                          const char *where, ax_error *err) {
  if (option->kind == AX_OPTION_CHOICE && !is_choice(option->choices, text))
    return ax_error_set(err, AX_INVALID,
                        "%s: %s must be one of: %s; not \"%.60s\"", where,
                        option->name, option->choices, text);
  if (option->rule && !ax_config_rules_hold(option->rule, ax_str_from(text)))
    return ax_error_set(err, AX_INVALID, "%s: %s is %s, not \"%.60s\"", where,
                        option->name, option->rule->hint, text);
  memcpy(slot, &text, sizeof text);
  return AX_OK;
}

ax_status ax_config_set(ax_config *config, const char *name, const char *text,
                        const char *where, ax_error *err) {
  const ax_option *option = option_named(ax_str_from(name));
  if (!option)
    return ax_error_set(err, AX_INVALID,
                        "%s: there is no option \"%.60s\"; --help lists them",
                        where, name);
  void *slot = (char *)config + option->at;
  switch (option->kind) {
  case AX_OPTION_TEXT:
  case AX_OPTION_CHOICE:
    return set_text(option, slot, text, where, err);
  case AX_OPTION_SWITCH:
    return set_switch(option, slot, text, where, err);
  case AX_OPTION_COUNT:
  case AX_OPTION_SIZE:
  case AX_OPTION_TIME_MS:
    break;
  }
  return set_number(option, slot, text, where, err);
}

/* --- sources ---------------------------------------------------------------
 */

static ax_str trim(ax_str s) {
  while (s.len && strchr(" \t\r", s.ptr[0])) s.ptr++, s.len--;
  while (s.len && strchr(" \t\r", s.ptr[s.len - 1])) s.len--;
  return s;
}

typedef AX_VEC(const char *) name_list;

static ax_status only_once(ax_arena *arena, name_list *seen, const char *name,
                           const char *where, ax_error *err) {
  for (size_t i = 0; i < seen->count; i++)
    if (strcmp(seen->items[i], name) == 0)
      return ax_error_set(err, AX_INVALID,
                          "%s: %.60s is given in an earlier line, too", where,
                          name);
  const char **slot = AX_VEC_PUSH(seen, arena);
  if (!slot) return AX_NOMEM;
  *slot = name;
  return AX_OK;
}

static ax_status load_line(ax_arena *arena, ax_config *config, ax_str line,
                           name_list *seen, const char *where, ax_error *err) {
  line = trim(line);
  if (line.len == 0 || line.ptr[0] == '#') return AX_OK;
  if (!memchr(line.ptr, '=', line.len))
    return ax_error_set(err, AX_INVALID,
                        "%s: a line is `key = value`, or a comment that begins "
                        "with #",
                        where);
  ax_str value = line;
  char *name = ax_arena_cstr(arena, trim(ax_str_cut(&value, '=')));
  char *text = ax_arena_cstr(arena, trim(value));
  if (!name || !text) return AX_NOMEM;
  AX_TRY(only_once(arena, seen, name, where, err));
  return ax_config_set(config, name, text, where, err);
}

static ax_status load_file(ax_arena *arena, ax_config *config, const char *path,
                           ax_error *err) {
  ax_str text;
  AX_TRY(ax_file_read(arena, path, FILE_MAX, &text, err));
  if (memchr(text.ptr, '\0', text.len))
    return ax_error_set(err, AX_INVALID, "%s: this is not a text file", path);
  name_list seen = { 0 };
  for (unsigned line = 1; text.len; line++) {
    char where[120]; /* the rule has to find room behind it */
    (void)snprintf(where, sizeof where, "%.100s:%u", path, line);
    AX_TRY(
        load_line(arena, config, ax_str_cut(&text, '\n'), &seen, where, err));
  }
  return AX_OK;
}

static void env_name(const ax_option *option, char out[NAME_MAX_LEN]) {
  (void)snprintf(out, NAME_MAX_LEN, "AUSPEX_%s", option->name);
  for (char *c = out; *c; c++)
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c & ~0x20);
}

static ax_status load_environment(ax_config *config, ax_error *err) {
  for (size_t i = 0; i < ax_config_option_count; i++) {
    char name[NAME_MAX_LEN];
    env_name(&ax_config_options[i], name);
    const char *text = getenv(name);
    if (text)
      AX_TRY(ax_config_set(config, ax_config_options[i].name, text, name, err));
  }
  return AX_OK;
}

static ax_status load_standards(ax_config *config, ax_error *err) {
  for (size_t i = 0; i < ax_config_option_count; i++)
    AX_TRY(ax_config_set(config, ax_config_options[i].name,
                         ax_config_options[i].standard, "standard", err));
  return AX_OK;
}

/* --- the command line ------------------------------------------------------
 */

typedef AX_VEC(ax_config_word) word_list;

typedef struct {
  ax_arena *arena;
  const ax_config_extra *extras;
  ax_config_command *out;
  word_list words;
  word_list flags; /* options, set after file and environment */
  const char *file;
  ax_error *err;
} reader;

static ax_status push(reader *r, word_list *list, const char *name,
                      const char *value) {
  ax_config_word *word = AX_VEC_PUSH(list, r->arena);
  if (!word) return AX_NOMEM;
  *word = (ax_config_word){ name, value };
  return AX_OK;
}

static const ax_config_extra *extra_named(const reader *r, const char *flag) {
  for (const ax_config_extra *e = r->extras; e && e->name; e++)
    if (strcmp(e->name, flag) == 0) return e;
  return NULL;
}

/* "--max-body" to "max_body". */
static const ax_option *option_of_flag(const char *flag) {
  char name[NAME_MAX_LEN];
  (void)snprintf(name, sizeof name, "%s", flag + 2);
  for (char *c = name; *c; c++)
    if (*c == '-') *c = '_';
  return option_named(ax_str_from(name));
}

/* Is the flag's value the next word, where none stands behind a "="? */
static bool takes_next(const reader *r, const char *flag) {
  const ax_config_extra *extra = extra_named(r, flag);
  const ax_option *option = extra ? NULL : option_of_flag(flag);
  if (extra) return extra->value != NULL;
  return !option || option->kind != AX_OPTION_SWITCH;
}

static ax_status take_valued(reader *r, const char *flag, const char *value) {
  const ax_config_extra *extra = extra_named(r, flag);
  const ax_option *option = extra ? NULL : option_of_flag(flag);
  bool is_config = strcmp(flag, "--config") == 0;
  if (!extra && !option && !is_config)
    return ax_error_set(r->err, AX_INVALID,
                        "there is no flag \"%.60s\" here; --help lists them",
                        flag);
  if (!value && !takes_next(r, flag)) value = "true";
  if (!value)
    return ax_error_set(r->err, AX_INVALID, "%.60s needs a value", flag);
  if (is_config) r->file = value;
  if (extra) return push(r, &r->words, extra->name, value);
  return option ? push(r, &r->flags, option->name, value) : AX_OK;
}

static ax_status take_flag(reader *r, char **argv, int argc, int *i) {
  const char *word = argv[*i];
  bool *wish = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0
                   ? &r->out->help
               : strcmp(word, "--print-config") == 0 ? &r->out->print
               : strcmp(word, "--check-config") == 0 ? &r->out->check
                                                     : NULL;
  if (wish) {
    *wish = true;
    return AX_OK;
  }
  const char *equals = strchr(word, '=');
  if (equals) {
    char *flag =
        ax_arena_cstr(r->arena, (ax_str){ word, (size_t)(equals - word) });
    return flag ? take_valued(r, flag, equals + 1) : AX_NOMEM;
  }
  const char *value = NULL;
  if (takes_next(r, word) && *i + 1 < argc) value = argv[++*i];
  return take_valued(r, word, value);
}

static ax_status read_words(reader *r, int argc, char **argv) {
  bool only_words = false;
  for (int i = 0; i < argc; i++) {
    if (only_words || argv[i][0] != '-' || argv[i][1] == '\0')
      AX_TRY(push(r, &r->words, NULL, argv[i]));
    else if (strcmp(argv[i], "--") == 0)
      only_words = true;
    else
      AX_TRY(take_flag(r, argv, argc, &i));
  }
  return AX_OK;
}

ax_status ax_config_load(ax_arena *arena, int argc, char **argv,
                         const ax_config_extra *extras, ax_config_command *out,
                         ax_error *err) {
  *out = (ax_config_command){ 0 };
  reader r = { .arena = arena, .extras = extras, .out = out, .err = err };
  AX_TRY(load_standards(&out->config, err));
  AX_TRY(read_words(&r, argc, argv));
  if (r.file) AX_TRY(load_file(arena, &out->config, r.file, err));
  AX_TRY(load_environment(&out->config, err));
  for (size_t i = 0; i < r.flags.count; i++) {
    char where[NAME_MAX_LEN];
    (void)snprintf(where, sizeof where, "--%s", r.flags.items[i].name);
    for (char *c = where; *c; c++)
      if (*c == '_') *c = '-';
    AX_TRY(ax_config_set(&out->config, r.flags.items[i].name,
                         r.flags.items[i].value, where, err));
  }
  out->words = r.words.items;
  out->word_count = r.words.count;
  return AX_OK;
}

/* --- showing it ------------------------------------------------------------
 */

static void append_value(const ax_config *config, const ax_option *option,
                         ax_buf *out) {
  const char *slot = (const char *)config + option->at;
  char digits[32];
  const char *text = digits;
  uint64_t n = 0;
  bool on = false;
  switch (option->kind) {
  case AX_OPTION_TEXT:
  case AX_OPTION_CHOICE:
    memcpy(&text, slot, sizeof text);
    break;
  case AX_OPTION_SWITCH:
    memcpy(&on, slot, sizeof on);
    text = on ? "true" : "false";
    break;
  case AX_OPTION_COUNT:
  case AX_OPTION_SIZE:
  case AX_OPTION_TIME_MS:
    memcpy(&n, slot, sizeof n);
    (void)snprintf(digits, sizeof digits, "%" PRIu64 "%s", n,
                   option->kind == AX_OPTION_TIME_MS ? "ms" : "");
    break;
  }
  ax_buf_append(out, ax_str_from(text));
}

void ax_config_print(const ax_config *config, ax_buf *out) {
  for (size_t i = 0; i < ax_config_option_count; i++) {
    const ax_option *option = &ax_config_options[i];
    ax_buf_append(out, AX_STR("# "));
    ax_buf_append(out, ax_str_from(option->help));
    ax_buf_append(out, AX_STR("\n"));
    ax_buf_append(out, ax_str_from(option->name));
    ax_buf_append(out, AX_STR(" = "));
    append_value(config, option, out);
    ax_buf_append(out, AX_STR("\n"));
  }
}

static void help_line(ax_buf *out, const char *flag, const char *value,
                      const char *help, const char *standard) {
  char left[80];
  (void)snprintf(left, sizeof left, "  %s%s%s", flag, value ? " " : "",
                 value ? value : "");
  for (char *c = left; *c; c++)
    if (*c == '_') *c = '-';
  ax_buf_append(out, ax_str_from(left));
  ax_buf_append(out, AX_STR("\n      "));
  ax_buf_append(out, ax_str_from(help));
  if (standard) {
    ax_buf_append(out, AX_STR(" Default: "));
    ax_buf_append(out, ax_str_from(standard[0] ? standard : "none"));
    ax_buf_append(out, AX_STR("."));
  }
  ax_buf_append(out, AX_STR("\n"));
}

void ax_config_help(const ax_config_extra *extras, ax_buf *out) {
  for (const ax_config_extra *e = extras; e && e->name; e++)
    help_line(out, e->name, e->value, e->help, NULL);
  help_line(out, "--config", "FILE",
            "Read options from FILE: lines `key = value`, # begins a comment.",
            NULL);
  help_line(out, "--print-config", NULL,
            "Print all options as they would be used, and end.", NULL);
  help_line(out, "--check-config", NULL,
            "Say whether the options are fine, and end.", NULL);
  help_line(out, "--help", NULL, "This text.", NULL);
  ax_buf_append(out, AX_STR("\nOptions; in a file `max_body = 4M`, in the "
                            "environment AUSPEX_MAX_BODY=4M:\n"));
  for (size_t i = 0; i < ax_config_option_count; i++) {
    const ax_option *option = &ax_config_options[i];
    char flag[NAME_MAX_LEN];
    (void)snprintf(flag, sizeof flag, "--%s", option->name);
    help_line(out, flag, option->value, option->help, option->standard);
  }
}

/* --- addresses --------------------------------------------------------------
 */

ax_status ax_config_listen(ax_arena *arena, const char *listen,
                           const char **address, unsigned *port,
                           ax_error *err) {
  const char *colon = strrchr(listen, ':');
  uint64_t n = 0;
  ax_str digits = ax_str_from(colon ? colon + 1 : "");
  bool fine = colon && colon > listen && read_digits(&digits, &n) &&
              digits.len == 0 && n <= 65535;
  ax_str host = { listen, fine ? (size_t)(colon - listen) : 0 };
  if (fine && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']' &&
      host.len > 2)
    host = (ax_str){ host.ptr + 1, host.len - 2 };
  char *text = ax_arena_cstr(arena, host);
  if (!text) return AX_NOMEM;
  struct in6_addr room;
  if (!fine || (inet_pton(AF_INET, text, &room) != 1 &&
                inet_pton(AF_INET6, text, &room) != 1))
    return ax_error_set(err, AX_INVALID,
                        "listen is ADDR:PORT with a numeric address and a port "
                        "up to 65535, such as 127.0.0.1:8080; not \"%.60s\"",
                        listen);
  *address = text;
  *port = (unsigned)n;
  return AX_OK;
}

bool ax_config_is_loopback(const char *address) {
  struct in_addr v4;
  struct in6_addr v6;
  if (inet_pton(AF_INET, address, &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  if (inet_pton(AF_INET6, address, &v6) == 1) {
    static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
    return memcmp(&v6, &loopback, sizeof v6) == 0;
  }
  return false;
}
