/*
 * elf.h - looks into a shared object without loading it: hardening, exports,
 * imports, and an image of its data in which pointers have been put right, so
 * that declarations can be read.
 *
 * The file is foreign input: all offsets are checked. 64-bit, this machine.
 *
 * Lifetime: everything points into the file's bytes or the arena.
 * Threads: any; no state.
 */
#ifndef AX_KIT_ELF_H
#define AX_KIT_ELF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

typedef struct {
  const char *name; /* ends inside the string table */
  bool defined;     /* exported; otherwise imported */
  bool function;
  bool weak; /* of a template of C++, or unique in the process */
} ax_elf_symbol;

typedef struct {
  /* hardening */
  bool relro, bind_now, stack_known, stack_executable, writable_code, textrel;
  bool rpath;
  size_t constructors;           /* functions that run when it is loaded */
  AX_VEC(ax_elf_symbol) symbols; /* dynamic ones */
  AX_VEC(const char *) needed;   /* libraries */
  /* The image: what memory would hold from its lowest address on, with
   * pointers as pointers into itself. NULL where relocations cannot be
   * followed. */
  const unsigned char *image;
  size_t image_size;
  /* Section "auspex_models" inside the image; NULL: none. */
  const unsigned char *declared;
  size_t declared_size;
} ax_elf;

/* INVALID: it is no shared object for this machine, or malformed; NOMEM. */
ax_status ax_elf_read(ax_arena *arena, ax_str file, ax_elf *out,
                      ax_error *err) AX_MUST_USE;

/* Do `size` bytes at `at` lie inside the image? */
bool ax_elf_holds(const ax_elf *elf, const void *at, size_t size);

/* Is `text` a string that ends inside the image within `most` bytes? NULL is
 * not. */
bool ax_elf_holds_text(const ax_elf *elf, const char *text, size_t most);

#endif
