#include "kit/elf.h"

#include <elf.h>
#include <string.h>

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64, RELATIVE = R_X86_64_RELATIVE };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64, RELATIVE = R_AARCH64_RELATIVE };
#else
#error "say which ELF machine this is"
#endif

enum { IMAGE_MOST = 256 << 20, SYMBOLS_MOST = 100000 };

typedef struct {
  ax_arena *arena;
  ax_str file;
  Elf64_Ehdr head;
  uint64_t lowest; /* address of the image's first byte */
  unsigned char *image;
  ax_elf *out;
  ax_error *err;
  /* from the dynamic section: addresses and sizes */
  uint64_t strings, strings_size, symbols, relocations, relocations_size;
  uint64_t hash, gnu_hash, init_array_size;
} reading;

static bool take(ax_str file, uint64_t offset, void *out, size_t size) {
  if (offset > file.len || size > file.len - offset) return false;
  memcpy(out, file.ptr + offset, size);
  return true;
}

static ax_status malformed(reading *r, const char *what) {
  return ax_error_set(r->err, AX_INVALID, "its %s is malformed", what);
}

static bool segment_at(const reading *r, unsigned i, Elf64_Phdr *out) {
  return take(r->file, r->head.e_phoff + (uint64_t)i * sizeof *out, out,
              sizeof *out);
}

/* --- the image --------------------------------------------------------------
 */

static ax_status measure(reading *r, uint64_t *size) {
  uint64_t low = UINT64_MAX, high = 0;
  for (unsigned i = 0; i < r->head.e_phnum; i++) {
    Elf64_Phdr p;
    if (!segment_at(r, i, &p)) return malformed(r, "list of segments");
    if (p.p_type != PT_LOAD) continue;
    if (p.p_memsz > IMAGE_MOST || p.p_vaddr > UINT64_MAX / 2 ||
        p.p_filesz > p.p_memsz || p.p_offset > r->file.len ||
        p.p_filesz > r->file.len - p.p_offset)
      return malformed(r, "list of segments");
    if (p.p_vaddr < low) low = p.p_vaddr;
    if (p.p_vaddr + p.p_memsz > high) high = p.p_vaddr + p.p_memsz;
  }
  if (low > high || high - low > IMAGE_MOST)
    return malformed(r, "list of segments");
  r->lowest = low;
  *size = high - low;
  return AX_OK;
}

static void note_segment(ax_elf *out, const Elf64_Phdr *p) {
  if (p->p_type == PT_GNU_RELRO) out->relro = true;
  if (p->p_type == PT_GNU_STACK) {
    out->stack_known = true;
    out->stack_executable = p->p_flags & PF_X;
  }
  if (p->p_type == PT_LOAD && (p->p_flags & PF_W) && (p->p_flags & PF_X))
    out->writable_code = true;
}

static ax_status make_image(reading *r) {
  uint64_t size = 0;
  AX_TRY(measure(r, &size));
  r->image = ax_arena_alloc(r->arena, size + 1, 1, 16);
  if (!r->image) return ax_error_set(r->err, AX_NOMEM, "it is too large");
  for (unsigned i = 0; i < r->head.e_phnum; i++) {
    Elf64_Phdr p;
    if (!segment_at(r, i, &p)) return malformed(r, "list of segments");
    note_segment(r->out, &p);
    if (p.p_type == PT_LOAD && p.p_filesz)
      memcpy(r->image + (p.p_vaddr - r->lowest), r->file.ptr + p.p_offset,
             p.p_filesz);
  }
  r->out->image = r->image;
  r->out->image_size = size;
  return AX_OK;
}

/* `size` bytes at an address, or NULL. */
static unsigned char *at_address(const reading *r, uint64_t address,
                                 uint64_t size) {
  if (address < r->lowest) return NULL;
  uint64_t offset = address - r->lowest;
  if (offset > r->out->image_size || size > r->out->image_size - offset)
    return NULL;
  return r->image + offset;
}

/* --- the dynamic section ----------------------------------------------------
 */

static void note_flags(ax_elf *out, const Elf64_Dyn *d) {
  if (d->d_tag == DT_TEXTREL) out->textrel = true;
  if (d->d_tag == DT_BIND_NOW) out->bind_now = true;
  if (d->d_tag == DT_FLAGS) {
    out->textrel = out->textrel || (d->d_un.d_val & DF_TEXTREL);
    out->bind_now = out->bind_now || (d->d_un.d_val & DF_BIND_NOW);
  }
  if (d->d_tag == DT_FLAGS_1 && (d->d_un.d_val & DF_1_NOW))
    out->bind_now = true;
  if (d->d_tag == DT_RPATH || d->d_tag == DT_RUNPATH) out->rpath = true;
}

static void note_table(reading *r, const Elf64_Dyn *d) {
  const struct {
    Elf64_Sxword tag;
    uint64_t *to;
  } tables[] = {
    { DT_STRTAB, &r->strings },
    { DT_STRSZ, &r->strings_size },
    { DT_SYMTAB, &r->symbols },
    { DT_RELA, &r->relocations },
    { DT_RELASZ, &r->relocations_size },
    { DT_HASH, &r->hash },
    { DT_GNU_HASH, &r->gnu_hash },
    { DT_INIT_ARRAYSZ, &r->init_array_size },
  };
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
    if (tables[i].tag == d->d_tag) *tables[i].to = d->d_un.d_val;
}

static const char *string_at(const reading *r, uint64_t offset) {
  if (offset >= r->strings_size) return NULL;
  const unsigned char *from =
      at_address(r, r->strings + offset, r->strings_size - offset);
  if (!from || !memchr(from, 0, r->strings_size - offset)) return NULL;
  return (const char *)from;
}

static bool find_dynamic(const reading *r, Elf64_Phdr *out) {
  for (unsigned i = 0; i < r->head.e_phnum; i++)
    if (segment_at(r, i, out) && out->p_type == PT_DYNAMIC) return true;
  return false;
}

/* Two passes: names of libraries need the string table. */
static ax_status read_dynamic(reading *r) {
  Elf64_Phdr p;
  if (!find_dynamic(r, &p))
    return ax_error_set(r->err, AX_INVALID, "it has no dynamic section");
  const unsigned char *from = at_address(r, p.p_vaddr, p.p_memsz);
  if (!from) return malformed(r, "dynamic section");
  for (int pass = 0; pass < 2; pass++)
    for (uint64_t i = 0; i + sizeof(Elf64_Dyn) <= p.p_memsz;
         i += sizeof(Elf64_Dyn)) {
      Elf64_Dyn d;
      memcpy(&d, from + i, sizeof d);
      if (d.d_tag == DT_NULL) break;
      if (pass == 0) {
        note_table(r, &d);
        note_flags(r->out, &d);
      } else if (d.d_tag == DT_NEEDED) {
        const char **name = AX_VEC_PUSH(&r->out->needed, r->arena);
        if (!name) return ax_error_set(r->err, AX_NOMEM, "it is too large");
        *name = string_at(r, d.d_un.d_val);
        if (!*name) return malformed(r, "list of libraries");
      }
    }
  r->out->constructors = r->init_array_size / sizeof(uint64_t);
  return AX_OK;
}

/* --- symbols -----------------------------------------------------------------
 */

/* How many there are stands in the hash table; in a GNU one it is the end of
 * the longest chain. */
static uint64_t count_gnu(const reading *r) {
  uint32_t head[4], last = 0;
  const unsigned char *table = at_address(r, r->gnu_hash, sizeof head);
  if (!table) return 0;
  memcpy(head, table, sizeof head); /* buckets, first symbol, bloom words */
  uint64_t buckets = r->gnu_hash + sizeof head + (uint64_t)head[2] * 8;
  for (uint32_t i = 0; i < head[0]; i++) {
    uint32_t bucket;
    const unsigned char *b = at_address(r, buckets + (uint64_t)i * 4, 4);
    if (!b) return 0;
    memcpy(&bucket, b, 4);
    if (bucket > last) last = bucket;
  }
  if (last < head[1]) return head[1]; /* nothing is exported */
  uint64_t chains = buckets + (uint64_t)head[0] * 4;
  for (;; last++) {
    uint32_t link;
    const unsigned char *c =
        at_address(r, chains + (uint64_t)(last - head[1]) * 4, 4);
    if (!c) return 0;
    memcpy(&link, c, 4);
    if (link & 1u) return (uint64_t)last + 1;
  }
}

static uint64_t count_symbols(const reading *r) {
  uint32_t counts[2];
  const unsigned char *table =
      r->hash ? at_address(r, r->hash, sizeof counts) : NULL;
  if (!table) return r->gnu_hash ? count_gnu(r) : 0;
  memcpy(counts, table, sizeof counts);
  return counts[1];
}

static ax_status read_symbols(reading *r) {
  uint64_t count = count_symbols(r);
  if (count > SYMBOLS_MOST) return malformed(r, "table of symbols");
  for (uint64_t i = 1; i < count; i++) {
    Elf64_Sym s;
    const unsigned char *from =
        at_address(r, r->symbols + i * sizeof s, sizeof s);
    if (!from) return malformed(r, "table of symbols");
    memcpy(&s, from, sizeof s);
    const char *name = string_at(r, s.st_name);
    if (!name) return malformed(r, "table of symbols");
    if (!*name || ELF64_ST_BIND(s.st_info) == STB_LOCAL) continue;
    bool weak = ELF64_ST_BIND(s.st_info) == STB_WEAK;
    if (weak && s.st_shndx == SHN_UNDEF) continue; /* may stay away */
    ax_elf_symbol *symbol = AX_VEC_PUSH(&r->out->symbols, r->arena);
    if (!symbol) return ax_error_set(r->err, AX_NOMEM, "it is too large");
    *symbol =
        (ax_elf_symbol){ name, s.st_shndx != SHN_UNDEF,
                         ELF64_ST_TYPE(s.st_info) == STT_FUNC,
                         weak || ELF64_ST_BIND(s.st_info) == STB_GNU_UNIQUE };
  }
  return AX_OK;
}

/* --- pointers
 * ------------------------------------------------------------------
 */

/* A pointer into the module itself becomes one into the image; one that leads
 * outside of it becomes NULL. */
static ax_status put_pointers_right(reading *r) {
  for (uint64_t i = 0; i + sizeof(Elf64_Rela) <= r->relocations_size;
       i += sizeof(Elf64_Rela)) {
    Elf64_Rela rela;
    const unsigned char *from = at_address(r, r->relocations + i, sizeof rela);
    if (!from) return malformed(r, "table of relocations");
    memcpy(&rela, from, sizeof rela);
    if (ELF64_R_TYPE(rela.r_info) != RELATIVE) continue;
    unsigned char *to = at_address(r, rela.r_offset, sizeof(void *));
    if (!to) return malformed(r, "table of relocations");
    const unsigned char *pointer = at_address(r, (uint64_t)rela.r_addend, 0);
    memcpy(to, &pointer, sizeof pointer);
  }
  return AX_OK;
}

/* --- the section with the declarations
 * -----------------------------------------
 */

static bool is_named(const reading *r, const Elf64_Shdr *names,
                     const Elf64_Shdr *section, const char *wanted) {
  size_t len = strlen(wanted) + 1;
  char name[32];
  return len <= sizeof name && section->sh_name < names->sh_size &&
         take(r->file, names->sh_offset + section->sh_name, name, len) &&
         memcmp(name, wanted, len) == 0;
}

static void find_declared(reading *r) {
  Elf64_Shdr names, section;
  uint64_t at = r->head.e_shoff;
  if (r->head.e_shentsize != sizeof section ||
      !take(r->file, at + (uint64_t)r->head.e_shstrndx * sizeof names, &names,
            sizeof names))
    return;
  for (unsigned i = 0; i < r->head.e_shnum; i++) {
    if (!take(r->file, at + (uint64_t)i * sizeof section, &section,
              sizeof section))
      return;
    if (!is_named(r, &names, &section, "auspex_models")) continue;
    r->out->declared = at_address(r, section.sh_addr, section.sh_size);
    r->out->declared_size = section.sh_size;
  }
}

static ax_status check_head(reading *r) {
  const Elf64_Ehdr *h = &r->head;
  if (!take(r->file, 0, &r->head, sizeof r->head) ||
      memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
    return ax_error_set(r->err, AX_INVALID, "it is no ELF file");
  if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != MACHINE)
    return ax_error_set(r->err, AX_INVALID,
                        "it is for another machine: build it where it will "
                        "run, as 64-bit code");
  if (h->e_type != ET_DYN)
    return ax_error_set(r->err, AX_INVALID,
                        "it is no shared object: link it with -shared");
  if (h->e_phentsize != sizeof(Elf64_Phdr))
    return malformed(r, "list of segments");
  return AX_OK;
}

ax_status ax_elf_read(ax_arena *arena, ax_str file, ax_elf *out,
                      ax_error *err) {
  reading r = { .arena = arena, .file = file, .out = out, .err = err };
  *out = (ax_elf){ 0 };
  AX_TRY(check_head(&r));
  AX_TRY(make_image(&r));
  AX_TRY(read_dynamic(&r));
  AX_TRY(read_symbols(&r));
  AX_TRY(put_pointers_right(&r));
  find_declared(&r);
  return AX_OK;
}

bool ax_elf_holds(const ax_elf *elf, const void *at, size_t size) {
  uintptr_t low = (uintptr_t)elf->image, here = (uintptr_t)at;
  return at && here >= low && here - low <= elf->image_size &&
         size <= elf->image_size - (here - low);
}

bool ax_elf_holds_text(const ax_elf *elf, const char *text, size_t most) {
  if (!ax_elf_holds(elf, text, 1)) return false;
  size_t left =
      elf->image_size - (size_t)((const unsigned char *)text - elf->image);
  return memchr(text, 0, left < most ? left : most) != NULL;
}
