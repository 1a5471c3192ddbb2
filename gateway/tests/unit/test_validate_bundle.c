/*
 * Unit tests of what a Bundle's entries must be to each other: documents whose
 * parts are tied to the Composition, links, references to entries.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "validate/validate.h"
#include "json/json_parse.h"

static ax_arena *arena;
static ax_registry *registry;
static ax_validator *validator;

static int setup(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  char path[400];
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  const char *const packages[] = { path };
  const ax_registry_options options = { packages, 1, NULL };
  const ax_validate_host host = { .ctx = NULL };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING };
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena || ax_registry_open(&options, &registry, &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  return ax_validate_new(registry, &host, &how, &validator, &err);
}

static int teardown(void **state) {
  (void)state;
  ax_validate_free(validator);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

typedef struct {
  const char *json, *id, *path; /* id NULL: no error */
} one_case;

static void run_case(const one_case *c) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  if (ax_json_parse(arena, ax_str_from(c->json), &doc, &fault) != AX_OK)
    fail_msg("%s: %s", fault.text, c->json);
  assert_int_equal(
      ax_validate_run(validator, doc, AX_STR("Bundle"), NULL, 0, issues),
      AX_OK);
  size_t found = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (c->id && strcmp(issue->id, c->id) == 0 &&
        ax_str_eq(issue->path, ax_str_from(c->path)))
      found++;
  }
  if (ax_fhir_issues_errors(issues) == found && found == (c->id ? 1 : 0))
    return;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++)
    print_error("  [%s] %.*s: %.*s\n", ax_fhir_issues_at(issues, i)->id,
                AX_STR_ARG(ax_fhir_issues_at(issues, i)->path),
                AX_STR_ARG(ax_fhir_issues_at(issues, i)->text));
  fail_msg("wanted %s at %s: %s", c->id ? c->id : "no error",
           c->path ? c->path : "", c->json);
}

#define RUN(cases) \
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&(cases)[i])

#define BASE "http://a.example/fhir/"
#define DOCUMENT(more, subject, entries)                                      \
  "{\"resourceType\":\"Bundle\",\"type\":\"document\",\"timestamp\":"         \
  "\"2020-01-01T00:00:00Z\",\"identifier\":{\"system\":\"urn:ietf:rfc:3986\"" \
  ",\"value\":\"urn:uuid:6d9a3b8e-3e1c-4d6c-9b2e-0a8f1f8a7c01\"}," more       \
  "\"entry\":[{\"fullUrl\":\"" BASE "Composition/c\",\"resource\":{"          \
  "\"resourceType\":\"Composition\",\"id\":\"c\",\"status\":\"final\","       \
  "\"type\":{\"text\":\"t\"},\"date\":\"2020-01-01\",\"title\":\"t\","        \
  "\"author\":[{\"display\":\"a\"}],\"subject\":{\"reference\":\"" subject    \
  "\"}}}" entries "]}"
#define PATIENT(url, id, more) \
  ",{\"fullUrl\":\"" url       \
  "\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"" id "\"" more "}}"

static void a_document_holds_what_its_composition_names(void **state) {
  (void)state;
  static const one_case cases[] = {
    { DOCUMENT("", "Patient/p", PATIENT(BASE "Patient/p", "p", "")), NULL,
      NULL },
    { DOCUMENT("", BASE "Patient/p", PATIENT(BASE "Patient/p", "p", "")), NULL,
      NULL },
    { DOCUMENT("", "Patient/q", ""), "reference-not-in-document",
      "Bundle.entry[0].resource.subject" },
  };
  RUN(cases);
}

static void every_entry_of_a_document_is_tied_to_its_composition(void **state) {
  (void)state;
  static const one_case cases[] = {
    /* backwards: the second patient refers to the first */
    { DOCUMENT("", "Patient/p",
               PATIENT(BASE "Patient/p", "p", "")
                   PATIENT(BASE "Patient/q", "q",
                           ",\"link\":[{\"type\":\"seealso\",\"other\":{"
                           "\"reference\":\"Patient/p\"}}]")),
      NULL, NULL },
    { DOCUMENT("", "Patient/p",
               PATIENT(BASE "Patient/p", "p", "")
                   PATIENT(BASE "Patient/q", "q", "")),
      "bundle-unreachable", "Bundle.entry[2]" },
  };
  RUN(cases);
}

static void links_are_there_once_and_lead_somewhere(void **state) {
  (void)state;
#define LINK(relation, url) \
  "{\"relation\":\"" relation "\",\"url\":\"" url "\"}"
  static const one_case cases[] = {
    { DOCUMENT("\"link\":[" LINK("self", "http://b.example") "],", "Patient/p",
               PATIENT(BASE "Patient/p", "p", "")),
      NULL, NULL },
    { DOCUMENT("\"link\":[" LINK("self", "http://b.example") "," LINK(
                   "self", "http://c.example") "],",
               "Patient/p", PATIENT(BASE "Patient/p", "p", "")),
      "bundle-link-repeated", "Bundle.link[1]" },
    { DOCUMENT("\"link\":[" LINK("stylesheet", "Binary/b") "],", "Patient/p",
               PATIENT(BASE "Patient/p", "p", "")),
      "bundle-link-target", "Bundle.link[0].url" },
  };
  RUN(cases);
}

static void a_restful_full_url_is_that_of_a_resource_with_an_id(void **state) {
  (void)state;
  static const one_case cases[] = {
    { "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{"
      "\"fullUrl\":\"" BASE "Patient/p\",\"resource\":{\"resourceType\":"
      "\"Patient\",\"active\":true}}]}",
      "bundle-full-url", "Bundle.entry[0]" },
  };
  RUN(cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_document_holds_what_its_composition_names),
    cmocka_unit_test(every_entry_of_a_document_is_tied_to_its_composition),
    cmocka_unit_test(links_are_there_once_and_lead_somewhere),
    cmocka_unit_test(a_restful_full_url_is_that_of_a_resource_with_an_id),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
