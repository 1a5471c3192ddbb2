#include "worker/plugin_load.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* --- judging the file ------------------------------------------------------
 */

#if defined(__x86_64__)
#define THIS_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE EM_AARCH64
#else
#error "say which ELF machine this is"
#endif

/* A struct inside the file, copied out because nothing there is aligned. */
static bool at(ax_str file, uint64_t offset, void *out, size_t size) {
  if (offset > file.len || size > file.len - offset) return false;
  memcpy(out, file.ptr + offset, size);
  return true;
}

static bool is_ours(ax_str file, const Elf64_Ehdr *head) {
  return file.len >= sizeof *head && !memcmp(head->e_ident, ELFMAG, SELFMAG) &&
         head->e_ident[EI_CLASS] == ELFCLASS64 && head->e_type == ET_DYN &&
         head->e_machine == THIS_MACHINE &&
         head->e_phentsize == sizeof(Elf64_Phdr);
}

/* Looks through the notes of one segment for ours. */
static bool note_in(ax_str file, const Elf64_Phdr *segment, auspex_note *out) {
  uint64_t offset = segment->p_offset, end = offset + segment->p_filesz;
  if (end < offset || end > file.len) return false;
  Elf64_Nhdr head;
  while (offset < end && at(file, offset, &head, sizeof head)) {
    uint64_t name = (head.n_namesz + UINT64_C(3)) & ~UINT64_C(3);
    uint64_t desc = (head.n_descsz + UINT64_C(3)) & ~UINT64_C(3);
    auspex_note note;
    if (head.n_namesz == 7 && head.n_descsz >= sizeof note.desc &&
        head.n_type == 1 && at(file, offset, &note, sizeof note) &&
        !memcmp(note.name, "AUSPEX", 7))
      return *out = note, true;
    offset += sizeof head + name + desc;
  }
  return false;
}

static bool find_note(ax_str file, const Elf64_Ehdr *head, auspex_note *out) {
  for (unsigned i = 0; i < head->e_phnum; i++) {
    Elf64_Phdr segment;
    uint64_t offset = head->e_phoff + (uint64_t)i * sizeof segment;
    if (!at(file, offset, &segment, sizeof segment)) return false;
    if (segment.p_type == PT_NOTE && note_in(file, &segment, out)) return true;
  }
  return false;
}

ax_status ax_plugin_load_judge(ax_str file, ax_error *err) {
  Elf64_Ehdr head = { 0 };
  if (!at(file, 0, &head, sizeof head) || !is_ours(file, &head))
    return ax_error_set(err, AX_INVALID,
                        "it is not a shared object for this machine");
  auspex_note note;
  if (!find_note(file, &head, &note))
    return ax_error_set(err, AX_INVALID,
                        "it has no ELF note AUSPEX: not a plug-in, or built "
                        "without AUSPEX_MODULE");
  if (note.desc[0] >> 16 != AUSPEX_ABI_MAJOR)
    return ax_error_set(err, AX_INVALID,
                        "it was built for plug-in ABI %u.%u, this is %u.%u",
                        note.desc[0] >> 16, note.desc[0] & 0xffffu,
                        AUSPEX_ABI_MAJOR, AUSPEX_ABI_MINOR);
  return AX_OK;
}

/* --- loading ----------------------------------------------------------------
 */

/* The whole of a sealed file, read-only. */
static ax_status map(int fd, const char *what, ax_str *out, ax_error *err) {
  enum { SEALS = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW };
  struct stat st;
  int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0)
    return ax_error_set(err, AX_INVALID, "the %s is not a sealed file", what);
  *out = (ax_str){ "", 0 };
  if (st.st_size == 0) return AX_OK;
  void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED)
    return ax_error_set(err, AX_NOMEM, "the %s does not fit: %s", what,
                        strerror(errno));
  *out = (ax_str){ bytes, (size_t)st.st_size };
  return AX_OK;
}

static ax_status judge_fd(int fd, ax_error *err) {
  ax_str file;
  AX_TRY(map(fd, "module", &file, err));
  ax_status status = ax_plugin_load_judge(file, err);
  void *mapped; /* ours to give back, though we only read it */
  memcpy(&mapped, &file.ptr, sizeof mapped);
  if (file.len) munmap(mapped, file.len);
  return status;
}

/* The module finds them by their SONAME. */
static ax_status load_libraries(const ax_plugin_load_files *files,
                                ax_error *err) {
  for (size_t i = 0; i < files->library_count; i++) {
    char path[64];
    ax_str bytes;
    void *mapped;
    AX_TRY(map(files->libraries[i], "library", &bytes, err)); /* is it sealed? */
    memcpy(&mapped, &bytes.ptr, sizeof mapped);
    if (bytes.len) munmap(mapped, bytes.len);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", files->libraries[i]);
    if (!dlopen(path, RTLD_NOW | RTLD_GLOBAL))
      return ax_error_set(err, AX_INVALID, "a library of it: %s", dlerror());
  }
  return AX_OK;
}

static ax_status find_open(int fd, auspex_open_fn *out, ax_error *err) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return ax_error_set(err, AX_INVALID, "dlopen: %s", dlerror());
  void *symbol = dlsym(handle, "auspex_module_open");
  if (!symbol)
    return ax_error_set(err, AX_INVALID,
                        "it does not export auspex_module_open");
  memcpy(out, &symbol, sizeof *out); /* ISO C has no such cast */
  return AX_OK;
}

static ax_status make_blobs(ax_arena *arena, const ax_plugin_load_files *files,
                            auspex_config *config, ax_error *err) {
  ax_str data = { "", 0 };
  if (files->data >= 0) AX_TRY(map(files->data, "data", &data, err));
  auspex_blob *blobs = AX_NEW_ARRAY(arena, auspex_blob, files->blob_count + 1);
  if (!blobs) return ax_error_set(err, AX_NOMEM, "no memory for data files");
  for (size_t i = 0; i < files->blob_count; i++) {
    const ax_plugin_load_blob *b = &files->blobs[i];
    if (b->offset > data.len || b->length > data.len - b->offset)
      return ax_error_set(err, AX_INVALID, "a data file lies outside the data");
    blobs[i].name = ax_arena_cstr(arena, b->name);
    blobs[i].data = data.ptr + b->offset;
    blobs[i].length = b->length;
    if (!blobs[i].name)
      return ax_error_set(err, AX_NOMEM, "no memory for data files");
  }
  *config = (auspex_config){ .size = sizeof *config,
                             .blob_count = (uint32_t)files->blob_count,
                             .blobs = blobs };
  return AX_OK;
}

static ax_status create(const auspex_host *host, const auspex_config *config,
                        ax_plugin_load *out, ax_error *err) {
  auspex_error why = { .size = sizeof why, .row = -1, .input = -1 };
  int32_t code = out->module.create(host, config, &out->instance, &why);
  why.message[sizeof why.message - 1] = 0;
  if (code != AUSPEX_OK)
    return ax_error_set(err, AX_INVALID, "create answered %d: %s", (int)code,
                        why.message[0] ? why.message : "no reason given");
  return AX_OK;
}

/* A module whose models come from its data tells them now. */
static void ask_models(ax_plugin_load *out) {
  if (!AUSPEX_HAS(&out->module, auspex_module, extension) ||
      !out->module.extension)
    return;
  const auspex_models *told =
      out->module.extension(out->instance, AUSPEX_MODELS);
  if (!told || !AUSPEX_HAS(told, auspex_models, models)) return;
  out->module.models = told->models;
  out->module.model_count = told->count;
}

ax_status ax_plugin_load_open(ax_arena *arena,
                              const ax_plugin_load_files *files,
                              const auspex_host *host, ax_plugin_load *out,
                              ax_error *err) {
  auspex_open_fn open = NULL;
  auspex_config *config = AX_NEW(arena, auspex_config);
  if (!config) return ax_error_set(err, AX_NOMEM, "no memory to load");
  *out = (ax_plugin_load){ .module = { .size = sizeof out->module } };
  AX_TRY(judge_fd(files->module, err));
  AX_TRY(make_blobs(arena, files, config, err));
  AX_TRY(load_libraries(files, err));
  AX_TRY(find_open(files->module, &open, err));
  int32_t code = open(host, &out->module);
  if (code != AUSPEX_OK)
    return ax_error_set(err, AX_INVALID, "auspex_module_open answered %d",
                        (int)code);
  if (!AUSPEX_HAS(&out->module, auspex_module, score) || !out->module.create ||
      !out->module.score)
    return ax_error_set(err, AX_INVALID,
                        "the module has no function create or score");
  AX_TRY(create(host, config, out, err));
  ask_models(out);
  return AX_OK;
}
