/* Telling scripts from the fixtures beside them, without parsing. */
#include "base/file.h"
#include "script/script_parts.h"

static ax_str content(ax_str text) {
  if (ax_str_starts(text, AX_STR("\xEF\xBB\xBF"))) text = ax_str_skip(text, 3);
  return ax_str_trim(text);
}

bool ax_script_is_xml(ax_str text) {
  return ax_str_starts(content(text), AX_STR("<"));
}

/* --- XML: the name of the outermost element ----------------------------------
 */

static bool skip_past(ax_str *text, ax_str opening, ax_str closing) {
  if (!ax_str_starts(*text, opening)) return false;
  size_t at = ax_str_find(*text, closing);
  *text = at == AX_STR_NONE ? AX_STR("")
                            : ax_str_trim(ax_str_skip(*text, at + closing.len));
  return true;
}

static bool ends_name(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/' ||
         c == '>';
}

static bool xml_is_script(ax_str text) {
  while (skip_past(&text, AX_STR("<?"), AX_STR("?>")) ||
         skip_past(&text, AX_STR("<!--"), AX_STR("-->")) ||
         skip_past(&text, AX_STR("<!"), AX_STR(">"))) {
  }
  if (!ax_str_starts(text, AX_STR("<"))) return false;
  size_t n = 1;
  while (n < text.len && !ends_name(text.ptr[n])) n++;
  ax_str name = { text.ptr + 1, n - 1 };
  return ax_str_eq(name, AX_STR("TestScript")) ||
         ax_str_ends(name, AX_STR(":TestScript"));
}

/* --- JSON: the member resourceType of the outermost object -------------------
 */

/* The string that begins at `*at` (behind its quote); moves past it. */
static ax_str string_at(ax_str text, size_t *at) {
  size_t start = *at;
  while (*at < text.len && text.ptr[*at] != '"')
    *at += text.ptr[*at] == '\\' ? 2 : 1;
  if (*at > text.len) *at = text.len;
  ax_str s = { text.ptr + start, *at - start };
  if (*at < text.len) ++*at;
  return s;
}

static bool json_is_script(ax_str text) {
  size_t depth = 0, at = 0;
  bool typed = false; /* the string before was the key that we look for */
  while (at < text.len) {
    char c = text.ptr[at++];
    if (c == '{' || c == '[') depth++;
    if ((c == '}' || c == ']') && depth) depth--;
    if (c != '"') continue;
    ax_str s = string_at(text, &at);
    if (typed) return ax_str_eq(s, AX_STR("TestScript"));
    typed = depth == 1 && ax_str_eq(s, AX_STR("resourceType"));
  }
  return false;
}

bool ax_script_is(const char *path) {
  ax_arena *arena = ax_arena_new((size_t)AX_SCRIPT_FILE_MAX + 4096);
  ax_str text;
  if (!arena) return false;
  bool is = false;
  if (ax_file_read(arena, path, AX_SCRIPT_FILE_MAX, &text, NULL) == AX_OK) {
    text = content(text);
    is = ax_script_is_xml(text) ? xml_is_script(text) : json_is_script(text);
  }
  ax_arena_free(arena);
  return is;
}
