#include "cli/cli_options.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"

enum { SECRET_FILE_MAX = 64 * 1024, JOBS_MAX = 32, HOUR_MS = 3600000 };

#define AT(member) .at = offsetof(ax_cli_options, member)

static const ax_cli_option table[] = {
  { "--base", AX_CLI_TEXT, AT(base), .value = "URL",
    .help = "Base URL of the server under test." },
  { "--destination", AX_CLI_LIST, AT(destinations), .value = "N=URL",
    .help = "Base URL of a script's destination N; the others are --base." },
  { "--token", AX_CLI_TEXT, AT(token), .value = "TOKEN",
    .help = "Bearer token, sent with every request. Other users of this "
            "machine can read it; --token-file keeps it from them." },
  { "--token-file", AX_CLI_TEXT, AT(token_file), .value = "FILE",
    .help = "File that holds the bearer token." },
  { "--token-url", AX_CLI_TEXT, AT(token_url), .value = "URL",
    .help = "OAuth 2 token endpoint, asked for client credentials." },
  { "--client-id", AX_CLI_TEXT, AT(client_id), .value = "ID",
    .help = "Client id for --token-url." },
  { "--client-secret", AX_CLI_TEXT, AT(client_secret), .value = "SECRET",
    .help = "Client secret, sent as HTTP Basic credentials." },
  { "--client-secret-file", AX_CLI_TEXT, AT(client_secret_file),
    .value = "FILE", .help = "File that holds the client secret." },
  { "--client-key", AX_CLI_TEXT, AT(client_key), .value = "FILE",
    .help = "Private key in PEM for a signed assertion instead of a secret "
            "(SMART Backend Services)." },
  { "--client-key-id", AX_CLI_TEXT, AT(client_key_id), .value = "KID",
    .help = "Key id in the header of the assertion." },
  { "--client-algorithm", AX_CLI_CHOICE, AT(client_algorithm),
    .standard = "RS384", .choices = "RS384 ES384", .value = "NAME",
    .help = "Algorithm of the assertion: RS384 or ES384." },
  { "--scope", AX_CLI_TEXT, AT(scope), .value = "SCOPES",
    .help = "Scopes asked of --token-url, blanks between them." },
  { "--header", AX_CLI_LIST, AT(headers), .value = "'NAME: VALUE'",
    .help = "One more header of every request; repeats." },
  { "--ca", AX_CLI_TEXT, AT(ca), .value = "FILE",
    .help = "Certificates to trust, PEM, instead of the system's." },
  { "--cert", AX_CLI_TEXT, AT(cert), .value = "FILE",
    .help = "Client certificate, PEM." },
  { "--key", AX_CLI_TEXT, AT(key), .value = "FILE",
    .help = "Private key of --cert, PEM." },
  { "--include", AX_CLI_LIST, AT(include), .value = "PATTERN",
    .help = "Run only what matches: id, name, URL, tag or file of a script, "
            "or SCRIPT/TEST; * and ? stand for anything; repeats." },
  { "--exclude", AX_CLI_LIST, AT(exclude), .value = "PATTERN",
    .help = "Leave out what matches; wins over --include; repeats." },
  { "--var", AX_CLI_LIST, AT(vars), .value = "NAME=VALUE",
    .help = "Value of a script's variable; repeats." },
  { "--timeout", AX_CLI_TIME_MS, AT(timeout_ms), .standard = "30s", .min = 10,
    .max = HOUR_MS, .value = "TIME",
    .help = "How long a request may take: 250ms, 30s, 2min." },
  { "--jobs", AX_CLI_COUNT, AT(jobs), .standard = "1", .min = 1,
    .max = JOBS_MAX, .value = "N",
    .help = "Scripts run at once; those that count or delete what others make "
            "disturb each other." },
  { "--wire", AX_CLI_CHOICE, AT(wire), .standard = "asked",
    .choices = "asked json", .value = "FORM",
    .help = "asked: XML is asked for where a script says so, and bodies in it "
            "are unsupported; json: JSON instead, and the reports say so." },
  { "--seed", AX_CLI_COUNT, AT(seed), .min = 1, .max = INT64_MAX, .value = "N",
    .help = "Of everything that is generated: the same seed gives the same "
            "requests. Default: another one for each run; the reports name "
            "it." },
  { "--packages", AX_CLI_TEXT, AT(packages), .value = "FOLDER",
    .help = "FHIR packages. Default: build/packages, else "
            "../share/auspex/packages beside the program." },
  { "--profiles", AX_CLI_LIST, AT(profiles), .value = "PACKAGE",
    .help = "One more FHIR package whose profiles scripts name: a folder or a "
            ".tgz; repeats." },
  { "--fixtures", AX_CLI_LIST, AT(fixtures), .value = "FOLDER",
    .help = "Where fixtures are looked for that are not beside their script; "
            "repeats." },
  { "--load", AX_CLI_LIST, AT(load), .value = "FILE|FOLDER",
    .help =
        "Resources that the server is given first: PUT under their id, "
        "POST without one, transactions and batches as they are; repeats." },
  { "--requirements", AX_CLI_TEXT, AT(requirements), .value = "FILE",
    .help = "Table of requirements that tests show, for the links in the "
            "reports. Default: requirements.json beside the scripts or in a "
            "folder above them." },
  { "--suite", AX_CLI_TEXT, AT(suite), .value = "NAME",
    .help = "What the reports call the run. Default: the files and folders." },
  { "--report", AX_CLI_LIST, AT(reports), .value = "FORM=FILE",
    .help = "Write a report: console, json, junit, tap, html or testreport; "
            "repeats." },
  { "--report-dir", AX_CLI_TEXT, AT(report_dir), .value = "FOLDER",
    .help = "Write all of them there." },
  { "--summary", AX_CLI_TEXT, AT(summary), .value = "WORD",
    .help = "End with one line for programs, `WORD: scripts=N complete=N "
            "unsupported=N asserts=N passed=N failed=N`; see below." },
  { "--colour", AX_CLI_CHOICE, AT(colour), .standard = "auto",
    .choices = "auto always never", .value = "WHEN",
    .help = "auto: only on a terminal." },
  { "--fail-fast", AX_CLI_SWITCH, AT(fail_fast),
    .help = "Begin no script after one that failed." },
  { "--demand-warning-only", AX_CLI_SWITCH, AT(demand_warning_only),
    .help = "An assert without warningOnly fails: R4 demands it, and most "
            "public scripts leave it out." },
  { "--strict", AX_CLI_SWITCH, AT(strict),
    .help = "What was skipped or is unsupported counts as failed for the exit "
            "code." },
  { "--quiet", AX_CLI_SWITCH, AT(quiet),
    .help = "Print no progress and no report, only failures of the run "
            "itself." },
  { "--help", AX_CLI_SWITCH, AT(help), .help = "This text." },
};

static const ax_cli_option *option_named(ax_str name) {
  for (size_t i = 0; i < AX_COUNT(table); i++)
    if (ax_str_eq(name, ax_str_from(table[i].name))) return &table[i];
  return NULL;
}

/* --- values --------------------------------------------------------------- */

static bool read_time(ax_str text, uint64_t *out) {
  static const struct {
    ax_str suffix;
    uint64_t factor;
  } units[] = { { AX_STR_INIT("ms"), 1 },
                { AX_STR_INIT("s"), 1000 },
                { AX_STR_INIT("min"), 60000 },
                { AX_STR_INIT(""), 1 } };
  for (size_t i = 0; i < AX_COUNT(units); i++) {
    if (!ax_str_ends(text, units[i].suffix)) continue;
    ax_str digits = { text.ptr, text.len - units[i].suffix.len };
    uint64_t n = 0;
    if (!ax_str_uint64(digits, UINT32_MAX, &n)) return false;
    *out = n * units[i].factor;
    return true;
  }
  return false;
}

static ax_status set_number(const ax_cli_option *option, void *slot,
                            const char *text, ax_error *err) {
  uint64_t n = 0;
  bool is_time = option->kind == AX_CLI_TIME_MS;
  ax_str value = ax_str_from(text);
  if (is_time ? !read_time(value, &n) : !ax_str_uint64(value, UINT64_MAX, &n))
    return ax_error_set(
        err, AX_INVALID, "%s is %s, not \"%.60s\"", option->name,
        is_time ? "a time such as 250ms, 30s or 2min" : "a whole number", text);
  if (n < option->min || n > option->max)
    return ax_error_set(
        err, AX_INVALID,
        "%s must lie between %" PRIu64 " and %" PRIu64 "%s, not \"%.60s\"",
        option->name, option->min, option->max, is_time ? " ms" : "", text);
  memcpy(slot, &n, sizeof n);
  return AX_OK;
}

static bool is_choice(const char *choices, const char *text) {
  ax_str rest = ax_str_from(choices);
  while (rest.len)
    if (ax_str_eq(ax_str_cut(&rest, ' '), ax_str_from(text))) return true;
  return false;
}

static ax_status push(ax_arena *arena, ax_cli_words *list, const char *word) {
  const char **slot = AX_VEC_PUSH(list, arena);
  if (!slot) return AX_NOMEM;
  *slot = word;
  return AX_OK;
}

static ax_status set_value(ax_arena *arena, ax_cli_options *out,
                           const ax_cli_option *option, const char *text,
                           ax_error *err) {
  void *slot = (char *)out + option->at;
  bool on = true;
  switch (option->kind) {
  case AX_CLI_LIST:
    return push(arena, slot, text);
  case AX_CLI_COUNT:
  case AX_CLI_TIME_MS:
    return set_number(option, slot, text, err);
  case AX_CLI_SWITCH:
    memcpy(slot, &on, sizeof on);
    return AX_OK;
  case AX_CLI_CHOICE:
    if (!is_choice(option->choices, text))
      return ax_error_set(err, AX_INVALID,
                          "%s must be one of: %s; not \"%.60s\"", option->name,
                          option->choices, text);
    break;
  case AX_CLI_TEXT:
    break;
  }
  memcpy(slot, &text, sizeof text);
  return AX_OK;
}

/* --- the command line ----------------------------------------------------- */

static ax_status take_flag(ax_arena *arena, char **argv, int argc, int *i,
                           ax_cli_options *out, ax_error *err) {
  ax_str value = ax_str_from(argv[*i]);
  bool joined = memchr(value.ptr, '=', value.len) != NULL;
  ax_str name = ax_str_cut(&value, '=');
  if (ax_str_eq(name, AX_STR("-h"))) name = AX_STR("--help");
  const ax_cli_option *option = option_named(name);
  if (!option)
    return ax_error_set(err, AX_INVALID,
                        "there is no option \"%.60s\"; --help lists them",
                        argv[*i]);
  if (option->kind == AX_CLI_SWITCH && joined)
    return ax_error_set(err, AX_INVALID, "%s takes no value", option->name);
  if (option->kind == AX_CLI_SWITCH || joined)
    return set_value(arena, out, option, value.ptr, err);
  if (*i + 1 >= argc)
    return ax_error_set(err, AX_INVALID, "%s needs a value", option->name);
  return set_value(arena, out, option, argv[++*i], err);
}

ax_status ax_cli_options_read(ax_arena *arena, int argc, char **argv,
                              ax_cli_options *out, ax_error *err) {
  bool only_paths = false;
  *out = (ax_cli_options){ 0 };
  for (size_t i = 0; i < AX_COUNT(table); i++)
    if (table[i].standard)
      AX_TRY(set_value(arena, out, &table[i], table[i].standard, err));
  for (int i = 0; i < argc; i++) {
    if (only_paths || argv[i][0] != '-')
      AX_TRY(push(arena, &out->paths, argv[i]));
    else if (strcmp(argv[i], "--") == 0)
      only_paths = true;
    else
      AX_TRY(take_flag(arena, argv, argc, &i, out, err));
  }
  return AX_OK;
}

ax_status ax_cli_options_pair(const char *flag, const char *word, char between,
                              ax_str *name, ax_str *value, ax_error *err) {
  *value = ax_str_from(word);
  bool split = memchr(value->ptr, between, value->len) != NULL;
  *name = ax_str_trim(ax_str_cut(value, between));
  if (split && name->len) return AX_OK;
  /* The word may hold a secret: it is not repeated. */
  return ax_error_set(err, AX_INVALID,
                      "%s wants a name, then '%c', then a value", flag,
                      between);
}

ax_status ax_cli_options_file(ax_arena *arena, const char *file, ax_str *out,
                              ax_error *err) {
  AX_TRY(ax_file_read(arena, file, SECRET_FILE_MAX, out, err));
  *out = ax_str_trim(*out);
  if (out->len) return AX_OK;
  return ax_error_set(err, AX_INVALID, "%s is empty", file);
}

/* --- help ----------------------------------------------------------------- */

/* `text` in lines of at most 78 bytes, each behind six blanks. */
static void put_wrapped(ax_buf *out, ax_str text) {
  enum { WIDTH = 72 };
  while (text.len) {
    size_t end = text.len;
    if (end > WIDTH)
      for (end = WIDTH; end > 0 && text.ptr[end] != ' ';) end--;
    ax_buf_append(out, AX_STR("      "));
    ax_buf_append(out, (ax_str){ text.ptr, end });
    ax_buf_append_char(out, '\n');
    text = ax_str_skip(text, end + 1);
  }
}

void ax_cli_options_help(ax_buf *out) {
  for (size_t i = 0; i < AX_COUNT(table); i++) {
    const ax_cli_option *o = &table[i];
    ax_buf text = AX_BUF_INIT(4096);
    ax_buf_printf(out, "  %s%s%s\n", o->name, o->value ? " " : "",
                  o->value ? o->value : "");
    ax_buf_append(&text, ax_str_from(o->help));
    if (o->standard) ax_buf_printf(&text, " Default: %s.", o->standard);
    put_wrapped(out, ax_buf_view(&text));
    ax_buf_free(&text);
  }
}
