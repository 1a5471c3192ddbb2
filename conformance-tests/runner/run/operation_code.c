#include "run/operation_code.h"

#define INTERACTION(code, method, place, body) \
  { AX_STR_INIT(code), AX_STR_INIT(method), place, AX_STR_INIT(""), body }
#define OPERATION(code, method, body)                               \
  {                                                                 \
    AX_STR_INIT(code), AX_STR_INIT(method), AX_OPERATION_ON_WIDEST, \
        AX_STR_INIT("$" code), body                                 \
  }

/* The method of an operation becomes POST when it has a body to send. */
static const ax_operation_code rows[] = {
  INTERACTION("read", "GET", AX_OPERATION_ON_INSTANCE, false),
  INTERACTION("vread", "GET", AX_OPERATION_ON_VERSION, false),
  INTERACTION("update", "PUT", AX_OPERATION_ON_INSTANCE, true),
  INTERACTION("updateCreate", "PUT", AX_OPERATION_ON_INSTANCE, true),
  INTERACTION("patch", "PATCH", AX_OPERATION_ON_INSTANCE, true),
  INTERACTION("delete", "DELETE", AX_OPERATION_ON_INSTANCE, false),
  INTERACTION("deleteCondSingle", "DELETE", AX_OPERATION_ON_TYPE, false),
  INTERACTION("deleteCondMultiple", "DELETE", AX_OPERATION_ON_TYPE, false),
  INTERACTION("history", "GET", AX_OPERATION_ON_HISTORY, false),
  INTERACTION("create", "POST", AX_OPERATION_ON_TYPE, true),
  INTERACTION("search", "GET", AX_OPERATION_ON_TYPE, false),
  INTERACTION("batch", "POST", AX_OPERATION_ON_SYSTEM, true),
  INTERACTION("transaction", "POST", AX_OPERATION_ON_SYSTEM, true),
  INTERACTION("capabilities", "GET", AX_OPERATION_ON_METADATA, false),
  /* Codes of R5 and of older connectathons. */
  INTERACTION("search-type", "GET", AX_OPERATION_ON_TYPE, false),
  INTERACTION("search-system", "GET", AX_OPERATION_ON_SYSTEM, false),
  INTERACTION("history-instance", "GET", AX_OPERATION_ON_HISTORY, false),
  INTERACTION("history-type", "GET", AX_OPERATION_ON_HISTORY, false),
  INTERACTION("history-system", "GET", AX_OPERATION_ON_HISTORY, false),
  INTERACTION("conformance", "GET", AX_OPERATION_ON_METADATA, false),
  OPERATION("apply", "GET", true),
  OPERATION("closure", "POST", true),
  OPERATION("find-matches", "GET", true),
  OPERATION("conforms", "GET", true),
  OPERATION("data-requirements", "GET", true),
  OPERATION("document", "GET", false),
  OPERATION("evaluate", "GET", true),
  OPERATION("evaluate-measure", "GET", true),
  OPERATION("everything", "GET", false),
  OPERATION("expand", "GET", true),
  OPERATION("find", "GET", true),
  OPERATION("graphql", "GET", true),
  OPERATION("implements", "GET", true),
  OPERATION("lastn", "GET", true),
  OPERATION("lookup", "GET", true),
  OPERATION("match", "POST", true),
  OPERATION("meta", "GET", true),
  OPERATION("meta-add", "POST", true),
  OPERATION("meta-delete", "POST", true),
  OPERATION("populate", "GET", true),
  OPERATION("populatehtml", "GET", true),
  OPERATION("populatelink", "GET", true),
  OPERATION("process-message", "POST", true),
  OPERATION("questionnaire", "GET", true),
  OPERATION("stats", "GET", true),
  OPERATION("subset", "GET", true),
  OPERATION("subsumes", "GET", true),
  OPERATION("transform", "GET", true),
  OPERATION("translate", "GET", true),
  OPERATION("validate", "POST", true),
  OPERATION("validate-code", "GET", true),
};

bool ax_operation_code_find(ax_str code, ax_operation_code *out) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ax_str_eq(rows[i].code, code)) {
      *out = rows[i];
      return true;
    }
  bool custom = code.len > 1 && code.ptr[0] == '$';
  *out = (ax_operation_code){ .code = code,
                              .method = AX_STR("GET"),
                              .place = AX_OPERATION_ON_WIDEST,
                              .name = code,
                              .sends_body = true };
  return custom || !code.len;
}
