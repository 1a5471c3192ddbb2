/* From outside: what a user is told about a model. */
#include "../support/outside.h"

#include <stdio.h>
#include <string.h>

static outside *gw;

static int begin(void **state) {
  (void)state;
  gw = outside_start(NULL);
  return gw ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

static void the_device_of_a_model_refers_to_its_card(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/Device?_count=100");
  assert_int_equal(a->status, 200);
  const ax_json *devices = outside_at(a->json, "entry");
  char path[200] = "";
  size_t cards = 0;
  assert_true(ax_json_count(devices) >= 2);
  for (size_t i = 0; i < ax_json_count(devices); i++) {
    const ax_json *device = outside_at(ax_json_item(devices, i), "resource");
    ax_str reference =
        outside_find(device, "extension[1].valueReference.reference");
    if (!reference.len) continue;
    cards++;
    (void)snprintf(path, sizeof path, "/" AX_STR_FMT, AX_STR_ARG(reference));
  }
  assert_int_equal(cards, ax_json_count(devices));
  a = outside_get(gw, path);
  assert_int_equal(a->status, 200);
  assert_true(ax_str_eq(outside_find(a->json, "type.coding[0].code"),
                        AX_STR("AIModelCard")));
  assert_true(ax_str_find(outside_find(a->json, "description"),
                          AX_STR("**Intended use.**")) != AX_STR_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_device_of_a_model_refers_to_its_card),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
