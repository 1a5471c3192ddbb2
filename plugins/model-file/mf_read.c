/* Members of JSON objects, with faults that name file, line, column, path. */
#include <stdarg.h>

#include "mf.h"

static int32_t report(mf_reader *r, uint32_t byte, int32_t code,
                      const char *what) {
  uint32_t line, column;
  auspex_json_place(&r->json, byte, &line, &column);
  if (r->err && r->err->size >= sizeof *r->err) {
    r->err->code = code;
    r->err->row = r->err->input = -1;
    (void)snprintf(r->err->message, sizeof r->err->message, "%.60s:%u:%u: %s",
                   r->file, line, column, what);
  }
  return code;
}

int32_t mf_read_fault(mf_reader *r, uint32_t at, const char *format, ...) {
  char what[240];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(what, sizeof what, format, args);
  va_end(args);
  uint32_t byte = r->json.values ? r->json.values[at].at : r->json.at;
  return report(r, byte, AUSPEX_E_CONFIG, what);
}

int32_t mf_read_nomem(mf_reader *r) {
  return report(r, 0, AUSPEX_E_NOMEM, "there is not enough memory for it");
}

void mf_read_path(char *out, size_t size, const char *format, ...) {
  va_list args;
  va_start(args, format);
  (void)vsnprintf(out, size, format, args);
  va_end(args);
}

static int is_key(const mf_reader *r, uint32_t key, const char *const *keys) {
  for (; *keys; keys++)
    if (auspex_json_is(&r->json, key, *keys)) return 1;
  return 0;
}

int32_t mf_read_known(mf_reader *r, uint32_t object, const char *where,
                      const char *const *keys) {
  const auspex_json_value *o = &r->json.values[object];
  if (o->kind != AUSPEX_JSON_OBJECT)
    return mf_read_fault(r, object, "%s must be an object", where);
  for (uint32_t i = object + 1; i < o->next; i = r->json.values[i + 1].next)
    if (!is_key(r, i, keys))
      return mf_read_fault(
          r, i, "%s has no member \"%.*s\"", where,
          (int)(r->json.values[i].length < 40 ? r->json.values[i].length : 40),
          r->json.text + r->json.values[i].at);
  return AUSPEX_OK;
}

/* The member, of the wanted kind; 0 in `out` when it is missing. */
static int32_t member(mf_reader *r, uint32_t object, const char *where,
                      const char *key, int needed, auspex_json_kind kind,
                      uint32_t *out) {
  static const char *const kinds[] = { "null",   "true or false", "a number",
                                       "a text", "an array",      "an object" };
  *out = auspex_json_get(&r->json, object, key);
  if (!*out && needed)
    return mf_read_fault(r, object, "%s.%s is missing", where, key);
  if (*out && r->json.values[*out].kind != (uint32_t)kind)
    return mf_read_fault(r, *out, "%s.%s must be %s", where, key, kinds[kind]);
  return AUSPEX_OK;
}

int32_t mf_read_text(mf_reader *r, uint32_t object, const char *where,
                     const char *key, int needed, const char **out) {
  uint32_t i;
  MF_TRY(member(r, object, where, key, needed, AUSPEX_JSON_STRING, &i));
  if (!i) return AUSPEX_OK;
  if (!r->json.values[i].length)
    return mf_read_fault(r, i, "%s.%s is empty", where, key);
  char *text = mf_memory_new(r->memory, r->json.values[i].length + 1u, 1);
  if (!text) return mf_read_nomem(r);
  auspex_json_text(&r->json, i, text);
  *out = text;
  return AUSPEX_OK;
}

int32_t mf_read_number(mf_reader *r, uint32_t object, const char *where,
                       const char *key, int needed, double *out) {
  uint32_t i;
  MF_TRY(member(r, object, where, key, needed, AUSPEX_JSON_NUMBER, &i));
  if (i && !auspex_json_number(&r->json, i, out))
    return mf_read_fault(r, i, "%s.%s is too large or too long", where, key);
  return AUSPEX_OK;
}

int32_t mf_read_integer(mf_reader *r, uint32_t object, const char *where,
                        const char *key, int needed, mf_range range,
                        int64_t *out) {
  uint32_t i;
  MF_TRY(member(r, object, where, key, needed, AUSPEX_JSON_NUMBER, &i));
  if (i && !auspex_json_integer(&r->json, i, range.min, range.max, out))
    return mf_read_fault(r, i, "%s.%s must be a whole number from %lld to %lld",
                         where, key, (long long)range.min,
                         (long long)range.max);
  return AUSPEX_OK;
}

int32_t mf_read_bool(mf_reader *r, uint32_t object, const char *where,
                     const char *key, int *out) {
  uint32_t i;
  MF_TRY(member(r, object, where, key, MF_OPTIONAL, AUSPEX_JSON_BOOL, &i));
  if (i) *out = r->json.text[r->json.values[i].at] == 't';
  return AUSPEX_OK;
}

int32_t mf_read_array(mf_reader *r, uint32_t object, const char *where,
                      const char *key, int needed, uint32_t *out) {
  return member(r, object, where, key, needed, AUSPEX_JSON_ARRAY, out);
}

int32_t mf_read_object(mf_reader *r, uint32_t object, const char *where,
                       const char *key, int needed, uint32_t *out) {
  return member(r, object, where, key, needed, AUSPEX_JSON_OBJECT, out);
}

/* "a, b or c", cut where it does not fit. */
static void list_words(const mf_word *words, char *out, size_t size) {
  size_t used = 0;
  out[0] = 0;
  for (; words->word && used < size; words++) {
    const char *between = !used ? "" : words[1].word ? ", " : " or ";
    int n = snprintf(out + used, size - used, "%s%s", between, words->word);
    used += n > 0 ? (size_t)n : size;
  }
}

int32_t mf_read_word(mf_reader *r, uint32_t object, const char *where,
                     const char *key, int needed, const mf_word *words,
                     uint32_t *out) {
  uint32_t i;
  char all[120];
  MF_TRY(member(r, object, where, key, needed, AUSPEX_JSON_STRING, &i));
  if (!i) return AUSPEX_OK;
  for (const mf_word *w = words; w->word; w++)
    if (auspex_json_is(&r->json, i, w->word)) {
      *out = w->value;
      return AUSPEX_OK;
    }
  list_words(words, all, sizeof all);
  return mf_read_fault(
      r, i, "%s.%s is \"%.*s\"; it must be %s", where, key,
      (int)(r->json.values[i].length < 30 ? r->json.values[i].length : 30),
      r->json.text + r->json.values[i].at, all);
}

int32_t mf_read_numbers(mf_reader *r, uint32_t array, const char *where,
                        double **out, uint32_t *count) {
  const auspex_json_value *a = &r->json.values[array];
  *count = 0;
  *out = mf_memory_new(r->memory, a->count, sizeof **out);
  if (!*out) return mf_read_nomem(r);
  for (uint32_t i = array + 1; i < a->next; i = r->json.values[i].next)
    if (!auspex_json_number(&r->json, i, &(*out)[(*count)++]))
      return mf_read_fault(r, i, "%s[%u] must be a number", where, *count - 1);
  return AUSPEX_OK;
}

int32_t mf_read_blob(mf_reader *r, const auspex_config *config, uint32_t object,
                     const char **file, const auspex_blob **out) {
  MF_TRY(mf_read_text(r, object, "model", "file", MF_NEEDED, file));
  for (uint32_t i = 0; config && i < config->blob_count; i++)
    if (strcmp(config->blobs[i].name, *file) == 0) {
      *out = &config->blobs[i];
      return AUSPEX_OK;
    }
  return mf_read_fault(r, object,
                       "model.file: there is no file \"%.60s\" in the data "
                       "folder",
                       *file);
}
