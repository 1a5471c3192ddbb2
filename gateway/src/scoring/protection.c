#include "scoring/protection.h"

const char *ax_protection_name(size_t i) {
  static const char *const names[] = {
#define X(name, text, help) text,
    AX_PROTECTIONS(X)
#undef X
  };
  return i < AX_PROTECTION_COUNT ? names[i] : "";
}

const char *ax_protection_help(size_t i) {
  static const char *const help[] = {
#define X(name, text, says) says,
    AX_PROTECTIONS(X)
#undef X
  };
  return i < AX_PROTECTION_COUNT ? help[i] : "";
}
