/*
 * module_files.h - the files of one module, verified and sealed.
 *
 * A folder below the folder of plug-ins holds one version of one module:
 *
 *     <name>.so               the only .so; its name is the module's
 *     data/...                files the module reads
 *     lib/...                 at most two shared libraries that it brings
 *     cards/...               its model cards (card.h)
 *     golden.json             rows with answers (golden.h); may be missing
 *     anything else           notes
 *     manifest.sha256         what `sha256sum` prints for all of them, with
 *                             names below the folder
 *     manifest.sha256.minisig a signature over that (signature.h)
 *
 * They are read once. What was read is hashed, compared with the manifest and
 * sealed in memory; every worker gets these bytes, whatever happens to the
 * folder, and the digests in results and evidence are those of these bytes.
 * Without a manifest the module is unsigned; a file that the manifest does not
 * list, or lists with another digest, is a reason to refuse.
 *
 * Threads: any.
 */
#ifndef AX_SCORING_MODULE_FILES_H
#define AX_SCORING_MODULE_FILES_H

#include "base/sha256.h"
#include "scoring/frame_load.h"
#include "scoring/signature.h"

#define AX_MODULE_MANIFEST "manifest.sha256"
#define AX_MODULE_SIGNATURE AX_MODULE_MANIFEST ".minisig"

enum {
  /* bytes of one file, and of all data */
  AX_MODULE_FILES_MAX = 256 << 20,
  AX_MODULE_FILES_MANIFEST_MAX = 1 << 20
};

typedef struct {
  ax_signature_keys keys; /* who may vouch */
  bool signed_only;       /* unsigned modules are refused */
} ax_module_trust;

typedef struct {
  const char *name;               /* of the module */
  ax_frame_load order;            /* descriptors belong to this struct */
  char digest[AX_SHA256_HEX + 1]; /* of the .so */
  /* Of the data files: what `sha256sum * | sha256sum` gives in the folder (C
   * locale); lines for libraries ("lib/x.so.1") follow. Empty when there are
   * neither. */
  char data_digest[AX_SHA256_HEX + 1];
  /* Of the version: SHA-256 over "digest data_digest". */
  char version_digest[AX_SHA256_HEX + 1];
  ax_str golden;                    /* text of golden.json; empty: none */
  char signer[AX_SIGNATURE_ID + 1]; /* number of the key; empty: unsigned */
} ax_module_files;

/*
 * Reads, verifies and seals `plugins`/`folder`. NOT_FOUND: there is not exactly
 * one .so; DENIED: not signed, or not by a key we trust; INVALID: signature or
 * manifest are malformed or say something else than the files; TOO_LARGE, IO,
 * NOMEM. Names and golden rows live in `arena`. `name` and the digests are set
 * as far as it got, so that a refused module can be named.
 */
ax_status ax_module_files_open_trusted(ax_arena *arena, const char *plugins,
                                       const char *folder,
                                       const ax_module_trust *trust,
                                       ax_module_files *out,
                                       ax_error *err) AX_MUST_USE;

/* The same without asking who vouches: a signature must be there for nobody,
 * and one that is there is not looked at. For authors' tools and tests. */
ax_status ax_module_files_open(ax_arena *arena, const char *plugins,
                               const char *folder, ax_module_files *out,
                               ax_error *err) AX_MUST_USE;
void ax_module_files_close(ax_module_files *files);

#endif
