/*
 * validate_host.h - what validation asks others, as a small table that `app`
 * fills in, so that the validator depends on no terminology, store or network.
 * Threads: the functions may be called from any thread.
 */
#ifndef AX_VALIDATE_VALIDATE_HOST_H
#define AX_VALIDATE_VALIDATE_HOST_H

#include "base/buf.h"

typedef enum {
  AX_CODE_IN,
  AX_CODE_NOT_IN,
  AX_CODE_UNDECIDED /* `why` says what is missing */
} ax_code_answer;

typedef struct {
  void *ctx;
  /* Is the code in the value set (canonical, perhaps with |version; one that a
   * profile contains: the profile's canonical and #id)? */
  ax_code_answer (*code_in_value_set)(void *ctx, ax_str value_set,
                                      ax_str system, ax_str code,
                                      const char **why);
  /* Is the code one of the code system? NULL: nobody knows. */
  ax_code_answer (*code_in_system)(void *ctx, ax_str system, ax_str code,
                                   const char **why);
  /* Is `display` a name of the code in its system (`version` may be empty)?
   * NOT_IN: `right` receives those that are, as a person reads them
   * ("'Married', 'verheiratet' (de)"). NULL: displays are not compared. */
  ax_code_answer (*code_has_display)(void *ctx, ax_str system, ax_str version,
                                     ax_str code, ax_str display,
                                     ax_buf *right);
  /* Does the value set itself give the code this name? NULL: nobody knows. */
  bool (*value_set_names)(void *ctx, ax_str value_set, ax_str system,
                          ax_str code, ax_str display);
} ax_validate_host;

#endif
