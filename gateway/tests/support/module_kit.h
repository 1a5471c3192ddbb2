/*
 * module_kit.h - module folders for tests: copies of built modules with data
 * files that make them other versions, manifests, signatures by a key of the
 * test's own.
 */
#ifndef AX_TESTS_MODULE_KIT_H
#define AX_TESTS_MODULE_KIT_H

#include "support/ax_test.h"

/* The public key of the test's own signatures, as in a configuration. */
extern const char module_kit_key[];

/* A fresh empty folder below /tmp; valid until the next but three. */
const char *module_kit_new(void);
void module_kit_remove(const char *plugins);

/* `plugins`/`folder` with the module of build/`from`/NAME; `data` becomes its
 * data/version.txt (NULL: none), so that it is a version of its own. */
void module_kit_put(const char *plugins, const char *folder, const char *from,
                    const char *name, const char *data);
/* Writes a file into it. */
void module_kit_file(const char *plugins, const char *folder, const char *name,
                     const char *text);
/* Writes manifest and signature for what lies in it now. */
void module_kit_sign(const char *plugins, const char *folder);

/* A path below AUSPEX_BUILD; valid until the next but three. */
const char *module_kit_build(const char *rest);

#endif
