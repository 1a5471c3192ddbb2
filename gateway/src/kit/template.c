#include "kit/template.h"

#include "base/buf.h"
#include "base/file.h"

enum { DEPTH = 4, FILE_MOST = 1 << 20 };

bool ax_template_name_ok(ax_str name) {
  if (name.len == 0 || name.len > 60 || name.ptr[0] < 'a' || name.ptr[0] > 'z')
    return false;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
      return false;
  }
  return name.ptr[name.len - 1] != '-';
}

static ax_str put_names(ax_arena *arena, ax_str text,
                        const ax_template_names *names) {
  ax_buf out = AX_BUF_INIT((size_t)2 * FILE_MOST);
  while (text.len) {
    size_t at = ax_str_find(text, AX_STR("@"));
    if (at == AX_STR_NONE) at = text.len;
    ax_buf_append(&out, (ax_str){ text.ptr, at });
    text = ax_str_skip(text, at);
    bool name = ax_str_starts(text, AX_STR("@NAME@"));
    bool sdk = ax_str_starts(text, AX_STR("@SDK@"));
    if (name) ax_buf_append(&out, names->name);
    if (sdk) ax_buf_append(&out, names->sdk);
    if (!name && !sdk && text.len) ax_buf_append_char(&out, '@');
    text = ax_str_skip(text, name ? 6 : sdk ? 5 : 1);
  }
  ax_str kept = ax_arena_str(arena, ax_buf_view(&out));
  ax_buf_free(&out);
  return kept;
}

static ax_status copy_file(ax_arena *arena, const char *from, const char *to,
                           const ax_template_names *names, ax_error *err) {
  ax_str text;
  AX_TRY(ax_file_read(arena, from, FILE_MOST, &text, err));
  text = put_names(arena, text, names);
  if (!text.ptr) return ax_error_set(err, AX_NOMEM, "no memory");
  return ax_file_write(to, text, err);
}

static ax_status copy_folder(ax_arena *arena, const char *from, const char *to,
                             const ax_template_names *names, int depth,
                             ax_error *err) {
  const char *const *files = NULL;
  size_t count = 0;
  if (depth == 0)
    return ax_error_set(err, AX_TOO_LARGE, "the template is too deep");
  AX_TRY(ax_file_make_dirs(to, err));
  AX_TRY(ax_file_list(arena, from, &files, &count, err));
  for (size_t i = 0; i < count; i++) {
    ax_str name = put_names(arena, ax_str_from(files[i]), names);
    ax_str source = ax_arena_printf(arena, "%s/%s", from, files[i]);
    ax_str target =
        ax_arena_printf(arena, "%s/" AX_STR_FMT, to, AX_STR_ARG(name));
    if (!name.ptr || !source.ptr || !target.ptr)
      return ax_error_set(err, AX_NOMEM, "no memory");
    AX_TRY(
        ax_file_is_dir(source.ptr)
            ? copy_folder(arena, source.ptr, target.ptr, names, depth - 1, err)
            : copy_file(arena, source.ptr, target.ptr, names, err));
  }
  return AX_OK;
}

ax_status ax_template_copy(ax_arena *arena, const char *from, const char *to,
                           const ax_template_names *names, ax_error *err) {
  if (ax_file_exists(to) || ax_file_is_dir(to))
    return ax_error_set(err, AX_CONFLICT,
                        "\"%.150s\" is there already; nothing was written", to);
  if (!ax_file_is_dir(from))
    return ax_error_set(err, AX_NOT_FOUND,
                        "there is no template in \"%.150s\"; name the SDK's "
                        "folder with --sdk",
                        from);
  return copy_folder(arena, from, to, names, DEPTH, err);
}
