/* From outside: what R4 lets a client ask, and what comes back. */
#include "../support/outside.h"

#include <stdio.h>
#include <string.h>

static outside *gw;

static void put(const char *path, const char *body) {
  const outside_answer *a = outside_send(
      gw, "PUT", path,
      (const char *const[]){ "Content-Type: application/fhir+json", NULL },
      body, strlen(body));
  if (a->status != 201) fail_msg("%s: %.*s", path, AX_STR_ARG(a->body));
}

#define LOINC(code) \
  "{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"" code "\"}]}"
#define UCUM(value, unit)                                          \
  "{\"value\":" value ",\"system\":\"http://unitsofmeasure.org\"," \
  "\"code\":\"" unit "\"}"

static int set_up(void **state) {
  (void)state;
  gw = outside_start(NULL);
  put("/Organization/org", "{\"resourceType\":\"Organization\",\"id\":\"org\","
                           "\"name\":\"Clinic\"}");
  put("/Patient/p1",
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"female\","
      "\"birthDate\":\"1970-05-01\",\"name\":[{\"family\":\"M\xC3\xBCller\","
      "\"given\":[\"Anna\"]}],\"managingOrganization\":{\"reference\":"
      "\"Organization/org\"},\"identifier\":[{\"type\":{\"coding\":[{"
      "\"system\":\"http://terminology.hl7.org/CodeSystem/v2-0203\",\"code\":"
      "\"MR\"}]},\"system\":\"urn:mrn\",\"value\":\"1\"}],\"telecom\":[{"
      "\"system\":\"phone\",\"value\":\"555\"}]}");
  put("/Patient/p2",
      "{\"resourceType\":\"Patient\",\"id\":\"p2\",\"gender\":\"male\","
      "\"birthDate\":\"1980\",\"name\":[{\"family\":\"Smith\"}],"
      "\"deceasedDateTime\":\"2020\",\"meta\":{\"tag\":[{\"system\":\"urn:t\","
      "\"code\":\"x\"}]}}");
  put("/Observation/sugar",
      "{\"resourceType\":\"Observation\",\"id\":\"sugar\",\"status\":\"final\","
      "\"code\":{\"text\":\"Blood sugar\",\"coding\":[{\"system\":\"http://"
      "loinc.org\",\"code\":\"15074-8\",\"display\":\"Glucose\"}]},"
      "\"subject\":{\"reference\":\"Patient/p1\"},\"effectiveDateTime\":"
      "\"2026-01-01\",\"valueQuantity\":" UCUM("5.4", "mmol/L") "}");
  put("/Observation/weight",
      "{\"resourceType\":\"Observation\",\"id\":\"weight\",\"status\":"
      "\"amended\",\"code\":" LOINC(
          "3141-9") ",\"subject\":{\"reference\":"
                    "\"Patient/"
                    "p2\",\"identifier\":{\"system\":\"urn:mrn\",\"value\":"
                    "\"2\"}},"
                    "\"effectiveDateTime\":\"2026-02-01T10:00:00Z\","
                    "\"valueQuantity\":" UCUM(
                        "70", "kg") ",\"category\":[{\"coding\":[{\"system\":"
                                    "\"http://"
                                    "terminology.hl7.org/CodeSystem/"
                                    "observation-category\",\"code\":"
                                    "\"exam\"}]}]}");
  put("/Observation/scores",
      "{\"resourceType\":\"Observation\",\"id\":\"scores\",\"status\":"
      "\"final\",\"code\":" LOINC(
          "9269-2") ",\"subject\":{\"reference\":"
                    "\"Patient/p1\"},\"component\":[{\"code\":" LOINC("9267-6") ",\"valueQuantity\":" UCUM(
                        "4",
                        "{score}") "},{\"code\":" LOINC("9268-4") ",\"valueQuan"
                                                                  "tity\""
                                                                  ":" UCUM("6",
                                                                           "{sc"
                                                                           "ore"
                                                                           "}") "}]}");
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

/* "sugar weight": ids in the order they came; includes behind a '+'. */
static const char *ids_of(const outside_answer *a) {
  static char out[500];
  size_t n = 0;
  const ax_json *entries = outside_at(a->json, "entry");
  out[0] = '\0';
  if (a->status != 200) fail_msg("%.*s", AX_STR_ARG(a->body));
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *e = ax_json_item(entries, i);
    bool match = ax_str_eq(outside_find(e, "search.mode"), AX_STR("match"));
    n += (size_t)snprintf(out + n, sizeof out - n, "%s%s%.*s", i ? " " : "",
                          match ? "" : "+",
                          AX_STR_ARG(outside_find(e, "resource.id")));
  }
  return out;
}

typedef struct {
  const char *query, *ids;
} row;

static void check(const row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *got = ids_of(outside_get(gw, rows[i].query));
    if (strcmp(got, rows[i].ids) != 0)
      fail_msg("%s: \"%s\", not \"%s\"", rows[i].query, got, rows[i].ids);
  }
}

static void every_kind_of_parameter_finds(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Observation?code=15074-8", "sugar" },
    { "/Observation?code=http://loinc.org%7C", "scores weight sugar" },
    { "/Observation?patient=p1", "scores sugar" },
    { "/Observation?subject=Patient/p2", "weight" },
    { "/Observation?status=http://hl7.org/fhir/observation-status%7Cfinal",
      "scores sugar" },
    { "/Observation?date=2026", "weight sugar" },
    { "/Observation?date=lt2026-01-02", "sugar" },
    { "/Observation?date=sa2026-01-31", "weight" },
    { "/Patient?name=mull", "p1" },
    { "/Patient?family=smith,muller", "p2 p1" },
    { "/Patient?phonetic=Smyth", "p2" },
    { "/Patient?phone=555", "p1" },
    { "/Patient?email=555", "" },
    { "/Patient?deceased=true", "p2" },
    { "/Patient?deceased=false", "p1" },
    { "/Patient?birthdate=1970-05&gender=female", "p1" },
    { "/Patient?_tag=urn:t%7Cx", "p2" },
    { "/Patient?identifier=urn:mrn%7C1", "p1" },
    { "/Patient?_id=p1,p2,p3", "p2 p1" },
    { "/Patient?_lastUpdated=gt2999", "" },
  };
  check(rows, AX_COUNT(rows));
}

static void quantities_are_found_in_any_unit(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Observation?value-quantity=5.4", "sugar" },
    { "/Observation?value-quantity=5", "sugar" },
    { "/Observation?value-quantity=5.40", "sugar" },
    { "/Observation?value-quantity=5.41", "" },
    { "/Observation?value-quantity=70000%7Chttp://unitsofmeasure.org%7Cg",
      "weight" },
    { "/Observation?value-quantity=0.0054%7Chttp://unitsofmeasure.org%7Cmol/L",
      "sugar" },
    { "/Observation?value-quantity=gt60%7Chttp://unitsofmeasure.org%7Ckg",
      "weight" },
    { "/Observation?value-quantity=gt60%7Chttp://unitsofmeasure.org%7Cm", "" },
    { "/Observation?value-quantity=le70%7C%7Ckg", "weight" },
    { "/Observation?value-quantity=ap69", "weight" },
    { "/Observation?value-quantity=ne70", "sugar" },
    { "/Observation?combo-value-quantity=4", "scores" },
  };
  check(rows, AX_COUNT(rows));
}

static void parts_of_composites_belong_together(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Observation?code-value-quantity=15074-8$gt5", "sugar" },
    { "/Observation?code-value-quantity=15074-8$gt6", "" },
    { "/Observation?component-code-value-quantity=9267-6$4", "scores" },
    { "/Observation?component-code-value-quantity=9267-6$6", "" },
    { "/Observation?combo-code-value-quantity=9268-4$6,3141-9$70",
      "scores weight" },
    { "/Observation?combo-code=9268-4", "scores" },
  };
  check(rows, AX_COUNT(rows));
}

static void modifiers_change_the_question(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Observation?code:not=15074-8", "scores weight" },
    { "/Observation?category:missing=true", "scores sugar" },
    { "/Observation?category:missing=false", "weight" },
    { "/Observation?patient:missing=true", "" },
    { "/Observation?code:text=sugar", "sugar" },
    { "/Observation?code:text=glucose", "sugar" },
    { "/Patient?family:exact=M%C3%BCller", "p1" },
    { "/Patient?family:exact=muller", "" },
    { "/Patient?name:contains=lle", "p1" },
    { "/Observation?subject:Patient=p2", "weight" },
    { "/Observation?subject:identifier=urn:mrn%7C2", "weight" },
    { "/Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/"
      "v2-0203%7CMR%7C1",
      "p1" },
    { "/Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender",
      "p2 p1" },
    { "/Patient?gender:not-in=http://hl7.org/fhir/ValueSet/"
      "administrative-gender",
      "" },
  };
  check(rows, AX_COUNT(rows));
}

static void chains_look_into_other_resources(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Observation?patient.name=anna", "scores sugar" },
    { "/Observation?subject:Patient.birthdate=1980", "weight" },
    { "/Observation?subject:Patient._id=p2", "weight" },
    { "/Observation?patient.organization.name=clinic", "scores sugar" },
    { "/Patient?_has:Observation:patient:code=3141-9", "p2" },
    { "/Patient?_has:Observation:patient:code=none", "" },
    { "/Patient?_has:Observation:subject:value-quantity=gt60", "p2" },
    { "/Organization?_has:Patient:organization:_has:Observation:patient:code="
      "15074-8",
      "org" },
  };
  check(rows, AX_COUNT(rows));
  outside_refused(outside_get(gw, "/Observation?subject.name=x"), 400,
                  "not-supported", "through which type");
}

static void includes_come_with_the_matches(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Observation?code=15074-8&_include=Observation:subject", "sugar +p1" },
    { "/Observation?code=15074-8&_include=Observation:patient&"
      "_include:iterate=Patient:organization",
      "sugar +p1 +org" },
    { "/Observation?code=15074-8&_include=*", "sugar +p1" },
    { "/Patient?_id=p1&_revinclude=Observation:patient", "p1 +scores +sugar" },
    { "/Observation?_include=Observation:subject:Group",
      "scores weight sugar" },
  };
  check(rows, AX_COUNT(rows));
}

static void the_time_of_an_update_may_be_excluded(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Patient?_lastUpdated=ne2001", "p2 p1" },
    { "/Patient?_lastUpdated=ne2001&_lastUpdated=ne2002-03-04", "p2 p1" },
    { "/Patient?_lastUpdated=ne2001&_lastUpdated=lt2002", "" },
    { "/Patient?gender=female&_lastUpdated=ne2001", "p1" },
  };
  check(rows, AX_COUNT(rows));
  char query[200];
  const outside_answer *a = outside_get(gw, "/Patient/p1");
  (void)snprintf(query, sizeof query, "/Patient?_lastUpdated=ne%.4s",
                 outside_find(a->json, "meta.lastUpdated").ptr);
  assert_string_equal(ids_of(outside_get(gw, query)), "");
  (void)snprintf(query, sizeof query, "/Patient?_id=p1&_lastUpdated=ne%.23sZ",
                 outside_find(a->json, "meta.lastUpdated").ptr);
  assert_string_equal(ids_of(outside_get(gw, query)), "");
}

/* The ids that three pages of one give. */
static const char *in_pages(const char *first) {
  static char seen[100];
  char path[600];
  (void)snprintf(path, sizeof path, "%s", first);
  seen[0] = '\0';
  size_t base = strlen(outside_base(gw));
  for (int page = 0; page < 3; page++) {
    const outside_answer *a = outside_get(gw, path);
    (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s ",
                   ids_of(a));
    ax_str next = outside_find(a->json, "link[1].url");
    assert_int_equal(page<2, next.len> 0);
    if (next.len)
      (void)snprintf(path, sizeof path, "%.*s", (int)(next.len - base),
                     next.ptr + base);
  }
  return seen;
}

static void answers_are_sorted_and_come_in_stable_pages(void **state) {
  (void)state;
  static const row rows[] = {
    { "/Observation?_sort=date", "sugar weight scores" }, /* no date: last */
    { "/Observation?_sort=-date", "weight sugar scores" },
    { "/Observation?_sort=status,-date", "weight sugar scores" },
    { "/Observation?_sort=-value-quantity", "weight sugar scores" },
    { "/Patient?_sort=family", "p1 p2" },
    { "/Patient?_sort=_lastUpdated", "p1 p2" },
    { "/Observation?_sort=_id", "scores sugar weight" },
    { "/Observation?_sort=-_id", "weight sugar scores" },
    { "/Observation?_sort=status,_id", "weight scores sugar" },
  };
  check(rows, AX_COUNT(rows));
  static const char *const paged[][2] = {
    { "/Observation?_sort=-date&_count=1", "weight sugar scores " },
    { "/Observation?_sort=_id&_count=1", "scores sugar weight " },
  };
  for (size_t i = 0; i < AX_COUNT(paged); i++)
    assert_string_equal(in_pages(paged[i][0]), paged[i][1]);
  outside_refused(outside_get(gw, "/Patient?_after=42"), 400, "value",
                  "no page");
}

/* Few values with a beginning lead to their resources, many are looked for in
 * each: from outside it is the same. */
static void beginnings_of_names_find_the_same_however_many(void **state) {
  static const struct {
    const char *query;
    unsigned found;
  } rows[] = {
    { "family=Many", 70 },
    { "family=many0", 10 },
    { "family=many01", 1 },
    { "family=many0,many1", 20 },
    { "family=many&given=seventh", 7 },
    { "family=many0&given=seventh", 1 },
    { "name=seventh", 7 },
    { "family:exact=Many01", 1 },
    { "family:exact=many01", 0 },
    { "family:exact=Many01,Many02&given=other", 2 },
    { "family=manyx", 0 },
    { "family=many0&birthdate=1990-01-01", 5 },
  };
  char path[200], body[300];
  (void)state;
  for (unsigned i = 0; i < 70; i++) {
    (void)snprintf(path, sizeof path, "/Patient/many-%02u", i);
    (void)snprintf(
        body, sizeof body,
        "{\"resourceType\":\"Patient\",\"id\":\"many-%02u\","
        "\"birthDate\":\"199%u-01-01\",\"name\":[{\"family\":"
        "\"Many%02u\",\"given\":[\"%s\"]},{\"family\":\"Many%02u\"}]}",
        i, i % 2, i, i % 10 ? "Other" : "Seventh", i);
    put(path, body);
  }
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    (void)snprintf(path, sizeof path, "/Patient?%s&_total=accurate&_count=3",
                   rows[i].query);
    const outside_answer *a = outside_get(gw, path);
    assert_int_equal(a->status, 200);
    (void)snprintf(body, sizeof body, "%u", rows[i].found);
    if (!ax_str_eq(outside_find(a->json, "total"), ax_str_from(body)))
      fail_msg("%s: %.*s", path, AX_STR_ARG(a->body));
    assert_int_equal(ax_json_count(outside_at(a->json, "entry")),
                     rows[i].found < 3 ? rows[i].found : 3);
  }
}

static void put_paged(unsigned n, bool changed) {
  char path[60], body[300];
  (void)snprintf(path, sizeof path, "/Basic/page-%u", n);
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Basic\",\"id\":\"page-%u\",\"code\":{"
                 "\"coding\":[{\"system\":\"urn:page\",\"code\":\"x\"}]%s}}",
                 n, changed ? ",\"text\":\"changed\"" : "");
  const outside_answer *a = outside_send(
      gw, "PUT", path,
      (const char *const[]){ "Content-Type: application/fhir+json", NULL },
      body, strlen(body));
  assert_int_equal(a->status, changed ? 200 : 201);
}

/* Which of the six pages of two show, when one is changed behind the first. */
static unsigned seen_in_pages(const char *query, unsigned change) {
  enum { PAGED = 6 };
  char path[600];
  unsigned seen = 0;
  size_t base = strlen(outside_base(gw));
  (void)snprintf(path, sizeof path, "%s", query);
  for (int page = 0; *path && page < 10; page++) {
    const outside_answer *a = outside_get(gw, path);
    for (unsigned i = 0; i < PAGED; i++) {
      char id[30];
      (void)snprintf(id, sizeof id, "\"id\":\"page-%u\"", i);
      if (ax_str_find(a->body, ax_str_from(id)) != AX_STR_NONE) seen |= 1u << i;
    }
    ax_str next = outside_find(a->json, "link[1].url");
    (void)snprintf(path, sizeof path, "%.*s",
                   next.len ? (int)(next.len - base) : 0,
                   next.len ? next.ptr + base : "");
    if (page == 0) put_paged(change, true);
  }
  return seen;
}

static void what_changes_between_pages_is_not_missed(void **state) {
  (void)state;
  for (unsigned i = 0; i < 6; i++) put_paged(i, false);
  assert_int_equal(
      seen_in_pages("/Basic?code=urn:page|x&_sort=_lastUpdated&_count=2", 4),
      63);
  assert_int_equal(
      seen_in_pages("/Basic?code=urn:page|x&_sort=_id&_count=2", 5), 63);
}

static void resources_can_be_cut_down(void **state) {
  (void)state;
  const outside_answer *a =
      outside_get(gw, "/Patient?_id=p1&_elements=birthDate");
  const ax_json *r = outside_at(a->json, "entry[0].resource");
  assert_str(outside_find(r, "birthDate"), "1970-05-01");
  assert_null(outside_at(r, "name"));
  assert_str(outside_find(r, "meta.tag[0].code"), "SUBSETTED");
  a = outside_get(gw, "/Observation?_id=weight&_elements=value");
  r = outside_at(a->json, "entry[0].resource");
  assert_non_null(outside_at(r, "valueQuantity"));
  assert_non_null(outside_at(r, "status")); /* must be there */
  assert_null(outside_at(r, "subject"));
  a = outside_get(gw, "/Patient?_id=p1&_summary=true");
  r = outside_at(a->json, "entry[0].resource");
  assert_non_null(outside_at(r, "name"));
  a = outside_get(gw, "/Observation?_summary=count");
  assert_str(outside_find(a->json, "total"), "3");
  assert_null(outside_at(a->json, "entry"));
}

static void a_mistyped_parameter_finds_nobody(void **state) {
  (void)state;
  outside_refused(outside_get(gw, "/Observation?pateint=p1"), 400,
                  "not-supported", "pateint");
  const outside_answer *a = outside_send(
      gw, "GET", "/Observation?pateint=p1&code=15074-8",
      (const char *const[]){ "Prefer: handling=lenient", NULL }, NULL, 0);
  assert_int_equal(a->status, 200);
  assert_null(strstr(outside_find(a->json, "link[0].url").ptr, "pateint=p1&"));
  assert_str(outside_find(a->json, "entry[1].search.mode"), "outcome");
  assert_str(outside_find(a->json, "entry[1].resource.issue[0].severity"),
             "warning");
}

static void a_search_can_be_posted(void **state) {
  (void)state;
  const char *form = "code=15074-8&patient.name=anna";
  const outside_answer *a = outside_send(
      gw, "POST", "/Observation/_search",
      (const char *const[]){ "Content-Type: application/x-www-form-urlencoded",
                             NULL },
      form, strlen(form));
  assert_string_equal(ids_of(a), "sugar");
}

static void what_is_asked_is_what_the_statement_says(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/metadata");
  const ax_json *resources = outside_at(a->json, "rest[0].resource");
  bool found = false;
  for (size_t i = 0; i < ax_json_count(resources); i++) {
    const ax_json *r = ax_json_item(resources, i);
    if (!ax_str_eq(AX_JSON_STR(r, "type"), AX_STR("Observation"))) continue;
    const ax_json *params = AX_JSON_GET(r, "searchParam");
    for (size_t n = 0; n < ax_json_count(params); n++)
      found |= ax_str_eq(AX_JSON_STR(ax_json_item(params, n), "name"),
                         AX_STR("combo-code-value-quantity"));
  }
  assert_true(found);
}

/* R4 defines this parameter by a path that names no type. */
static void a_plan_is_found_by_its_name(void **state) {
  (void)state;
  put("/InsurancePlan/plan",
      "{\"resourceType\":\"InsurancePlan\",\"id\":\"plan\",\"name\":\"Care\","
      "\"alias\":[\"Basic\"]}");
  static const row rows[] = { { "/InsurancePlan?name=care", "plan" },
                              { "/InsurancePlan?name=basic", "plan" },
                              { "/InsurancePlan?name=other", "" } };
  check(rows, AX_COUNT(rows));
}

static void what_is_excluded_cannot_be_asked(void **state) {
  (void)state;
  outside *other = outside_start((const char *const[]){
      "--search-exclude", "Patient.phonetic *.status", NULL });
  outside_refused(outside_get(other, "/Patient?phonetic=x"), 400,
                  "not-supported", "phonetic");
  outside_refused(outside_get(other, "/Observation?status=final"), 400,
                  "not-supported", "status");
  assert_int_equal(outside_get(other, "/Patient?name=x")->status, 200);
  outside_stop(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_of_parameter_finds),
    cmocka_unit_test(quantities_are_found_in_any_unit),
    cmocka_unit_test(parts_of_composites_belong_together),
    cmocka_unit_test(modifiers_change_the_question),
    cmocka_unit_test(chains_look_into_other_resources),
    cmocka_unit_test(includes_come_with_the_matches),
    cmocka_unit_test(the_time_of_an_update_may_be_excluded),
    cmocka_unit_test(answers_are_sorted_and_come_in_stable_pages),
    cmocka_unit_test(what_changes_between_pages_is_not_missed),
    cmocka_unit_test(beginnings_of_names_find_the_same_however_many),
    cmocka_unit_test(resources_can_be_cut_down),
    cmocka_unit_test(a_mistyped_parameter_finds_nobody),
    cmocka_unit_test(a_search_can_be_posted),
    cmocka_unit_test(what_is_asked_is_what_the_statement_says),
    cmocka_unit_test(a_plan_is_found_by_its_name),
    cmocka_unit_test(what_is_excluded_cannot_be_asked),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
