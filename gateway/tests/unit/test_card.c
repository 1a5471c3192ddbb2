/* Unit tests of card: the strict reader, and the cards of our own models. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "scoring/card.h"
#include "scoring/result.h"
#include "json/json_parse.h"

static ax_str read_ours(ax_arena *arena, const char *name) {
  const char *root = getenv("AUSPEX_ROOT");
  char path[400];
  ax_str source;
  ax_error err = { 0 };
  (void)snprintf(path, sizeof path, "%s/plugins/%s", root ? root : ".", name);
  if (ax_file_read(arena, path, AX_CARD_BYTES, &source, &err))
    fail_msg("%s", err.text);
  return source;
}

/* The card of END-PAC with the first `from` replaced by `to`. */
static ax_str changed(ax_arena *arena, const char *from, const char *to) {
  ax_str source = read_ours(arena, "early-diagnosis/cards/endpac.json");
  size_t at = ax_str_find(source, ax_str_from(from));
  assert_true(at != AX_STR_NONE);
  return AX_JOIN(arena, ((ax_str){ source.ptr, at }), ax_str_from(to),
                 ax_str_skip(source, at + strlen(from)));
}

static void expect_fault(const char *from, const char *to, const char *says) {
  ax_arena *arena = ax_arena_new(8 << 20);
  ax_card card;
  ax_card_faults faults = { 0 };
  ax_status status =
      ax_card_read(arena, changed(arena, from, to), &card, &faults);
  assert_int_equal(status, AX_INVALID);
  assert_true(faults.count >= 1);
  bool found = false;
  for (size_t i = 0; i < faults.count; i++)
    found = found || strstr(faults.items[i].text.ptr, says);
  if (!found) fail_msg("'%s' is not '%s'", faults.items[0].text.ptr, says);
  assert_true(faults.items[0].place.line > 0);
  ax_arena_free(arena);
}

static void our_own_cards_are_complete(void **state) {
  (void)state;
  static const char *const names[] = { "early-diagnosis/cards/endpac.json",
                                       "qol-risk/cards/qlq-c30.json" };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    ax_arena *arena = ax_arena_new(8 << 20);
    ax_card card;
    ax_card_faults faults = { 0 };
    if (ax_card_read(arena, read_ours(arena, names[i]), &card, &faults))
      fail_msg("%s:%u: %s", names[i], faults.items[0].place.line,
               faults.items[0].text.ptr);
    ax_arena_free(arena);
  }
}

static void faults_name_the_place_and_what_is_right(void **state) {
  (void)state;
  expect_fault("auspex-card/1", "auspex-card/2", "auspex-card/1");
  expect_fault("\"rule-based\"", "\"magic\"", "it must be rule-based");
  expect_fault("\"rule-based\"", "7", "kind is missing or not a text");
  expect_fault("\"classification\"", "\"guess\"", "attributes.outputType");
  expect_fault("\"funding\"", "\"fundings\"", "attributes.fundings is not one");
  expect_fault("\"funding\"", "\"fundings\"", "attributes.funding is missing");
  expect_fault("\"classification\"", "\"TODO\"", "placeholder");
  expect_fault("\"classification\"", "\" \"", "is empty");
  expect_fault("\"classification\"", "{\"notAvailable\":\"\"}", "is empty");
  expect_fault("\"classification\"", "{\"why\":\"x\"}", "must be a text or");
  expect_fault("\"version\"", "\"versions\"", "versions is not a member");
  expect_fault("{", "[", "");
}

static void every_missing_attribute_is_named(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(8 << 20);
  ax_card card;
  ax_card_faults faults = { 0 };
  ax_str source = AX_STR("{\"card\":\"auspex-card/1\",\"model\":\"a\","
                         "\"version\":\"1.0.0\",\"kind\":\"hybrid\","
                         "\"attributes\":{}}");
  assert_int_equal(ax_card_read(arena, source, &card, &faults), AX_INVALID);
  assert_int_equal(faults.count, AX_CARD_ATTRIBUTES);
  ax_arena_free(arena);
}

static ax_status build(ax_arena *arena) {
  ax_card card;
  ax_card_faults faults = { 0 };
  ax_status status =
      ax_card_read(arena, AX_STR("{\"card\":\"x\"}"), &card, &faults);
  return status == AX_INVALID ? AX_OK : status;
}

static void reading_survives_failing_allocations(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  size_t fails = 0;
  for (;; fails++) {
    ax_arena_reset(arena);
    ax_arena_fail_after(arena, fails);
    ax_status status = build(arena);
    if (!status) break;
    assert_int_equal(status, AX_NOMEM);
    assert_true(fails < 100);
  }
  assert_true(fails > 3);
  ax_arena_free(arena);
}

static void
the_card_becomes_a_document_and_the_device_refers_to_it(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(8 << 20);
  ax_card card;
  ax_card_faults faults = { 0 };
  ax_error err = { 0 };
  ax_str source = read_ours(arena, "early-diagnosis/cards/endpac.json");
  assert_int_equal(ax_card_read(arena, source, &card, &faults), AX_OK);
  ax_model model = { .id = card.model,
                     .name = AX_STR("endpac"),
                     .version = card.version,
                     .title = AX_STR("END-PAC"),
                     .card = &card };
  ax_score_resource document, device;
  assert_int_equal(ax_result_card(arena, &model, &document, &err), AX_OK);
  assert_int_equal(ax_result_device(arena, &model, &device, &err), AX_OK);
  const ax_json *doc = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, document.body, &doc, &fault), AX_OK);
  assert_str(AX_JSON_STR(doc, "status"), "current");
  assert_int_equal(ax_json_count(AX_JSON_GET(doc, "content")), 2);
  const ax_json *attachment =
      AX_JSON_GET(ax_json_item(AX_JSON_GET(doc, "content"), 1), "attachment");
  /* The JSON as written: "{\n  " is "ewog" in base64. */
  assert_true(
      ax_str_starts(AX_JSON_STR(attachment, "data"), AX_STR("ewogICJj")));
  assert_int_equal(AX_JSON_STR(attachment, "data").len,
                   (source.len + 2) / 3 * 4);
  assert_true(ax_str_find(AX_JSON_STR(doc, "description"),
                          AX_STR("**Intended use.**")) != AX_STR_NONE);
  assert_true(ax_str_find(device.body, document.id) != AX_STR_NONE);
  assert_true(ax_str_find(device.body, AX_STR("Rule-Based-Systems")) !=
              AX_STR_NONE);
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(our_own_cards_are_complete),
    cmocka_unit_test(faults_name_the_place_and_what_is_right),
    cmocka_unit_test(every_missing_attribute_is_named),
    cmocka_unit_test(reading_survives_failing_allocations),
    cmocka_unit_test(the_card_becomes_a_document_and_the_device_refers_to_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
