#include "kit/folder.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

bool ax_folder_full(const char *path, char out[AX_FOLDER_PATH]) {
  char *full = realpath(path, NULL);
  bool fits = full && strlen(full) < AX_FOLDER_PATH;
  if (fits) memcpy(out, full, strlen(full) + 1);
  free(full);
  return fits;
}

ax_status ax_folder_module(ax_arena *arena, const char *folder, ax_str *out,
                           ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0, found = 0;
  if (!ax_file_is_dir(folder))
    return ax_error_set(err, AX_NOT_FOUND, "there is no folder \"%.150s\"",
                        folder);
  AX_TRY(ax_file_list(arena, folder, &names, &count, err));
  for (size_t i = 0; i < count; i++) {
    ax_str name = ax_str_from(names[i]);
    if (!ax_str_ends(name, AX_STR(".so"))) continue;
    *out = name;
    found++;
  }
  if (found == 1) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND,
                      found ? "there are %zu files .so in it; a module folder "
                              "holds one"
                            : "there are %zu files .so in it; build the module "
                              "first",
                      found);
}
