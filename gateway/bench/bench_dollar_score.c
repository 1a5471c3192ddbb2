/*
 * POST $score of one patient with 200 Observations while all models are in
 * service: the Bundle is read, held to R4, and every model that its facts
 * concern is asked; nothing is stored. A woman with an early breast cancer and
 * new-onset diabetes, so several models score her and others ask for more.
 */
#include <stdbool.h>
#include <time.h>

#include "bench_client.h"

enum { OBSERVATIONS = 200, BODY = 512 * 1024, WARM = 200, TIMES = 2000 };

#define UCUM "http://unitsofmeasure.org"

static const struct {
  const char *code, *unit;
  double value;
  const char *category;
} kinds[] = {
  { "2339-0", "mg/dL", 118, "laboratory" },
  { "1558-6", "mg/dL", 131, "laboratory" },
  { "29463-7", "kg", 71, "vital-signs" },
  { "8302-2", "cm", 166, "vital-signs" },
  { "1988-5", "mg/L", 4, "laboratory" },
  { "1751-7", "g/L", 41, "laboratory" },
  { "1975-2", "mg/dL", 0.6, "laboratory" },
  { "777-3", "10*9/L", 240, "laboratory" },
  { "718-7", "g/dL", 12.9, "laboratory" },
  { "6690-2", "10*9/L", 6.1, "laboratory" },
  { "2532-0", "U/L", 190, "laboratory" },
  { "1742-6", "U/L", 24, "laboratory" },
  { "1920-8", "U/L", 22, "laboratory" },
  { "2160-0", "mg/dL", 0.8, "laboratory" },
  { "21889-1", "mm", 21, "laboratory" },
  { "21893-3", "1", 1, "laboratory" },
  { "8867-4", "/min", 72, "vital-signs" },
  { "2951-2", "mmol/L", 139, "laboratory" },
  { "2823-3", "mmol/L", 4.1, "laboratory" },
  { "4548-4", "%", 6.8, "laboratory" },
};

/* Days before today as a date. */
static void day(int before, char out[11]) {
  time_t then = time(NULL) - (time_t)before * 86400;
  struct tm t;
  (void)gmtime_r(&then, &t);
  (void)strftime(out, 11, "%Y-%m-%d", &t);
}

static size_t put_condition(char *out, size_t room, int n, const char *code,
                            int days) {
  char date[11];
  day(days, date);
  return (size_t)snprintf(
      out, room,
      ",{\"fullUrl\":\"urn:uuid:10000000-0000-4000-8000-%012d\",\"resource\":"
      "{\"resourceType\":\"Condition\",\"clinicalStatus\":{\"coding\":[{"
      "\"system\":\"http://terminology.hl7.org/CodeSystem/condition-clinical\","
      "\"code\":\"active\"}]},\"verificationStatus\":{\"coding\":[{\"system\":"
      "\"http://terminology.hl7.org/CodeSystem/condition-ver-status\",\"code\":"
      "\"confirmed\"}]},\"code\":{\"coding\":[{\"system\":"
      "\"http://snomed.info/sct\",\"code\":\"%s\"}]},\"subject\":{"
      "\"reference\":\"urn:uuid:00000000-0000-4000-8000-000000000001\"},"
      "\"onsetDateTime\":\"%s\"}}",
      n, code, date);
}

static size_t put_observation(char *out, size_t room, int i) {
  size_t k = (size_t)i % AX_COUNT(kinds);
  char date[11];
  day(1 + i / (int)AX_COUNT(kinds) * 45, date);
  return (size_t)snprintf(
      out, room,
      ",{\"fullUrl\":\"urn:uuid:20000000-0000-4000-8000-%012d\",\"resource\":"
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"category\":[{"
      "\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
      "observation-category\",\"code\":\"%s\"}]}],\"code\":{\"coding\":[{"
      "\"system\":\"http://loinc.org\",\"code\":\"%s\"}]},\"subject\":{"
      "\"reference\":\"urn:uuid:00000000-0000-4000-8000-000000000001\"},"
      "\"effectiveDateTime\":\"%sT08:%02d:00Z\",\"valueQuantity\":{\"value\":%"
      "g,"
      "\"unit\":\"%s\",\"system\":\"" UCUM "\",\"code\":\"%s\"}}}",
      i, kinds[k].category, kinds[k].code, date, i % 60,
      kinds[k].value * (1 + 0.01 * (i % 7)), kinds[k].unit, kinds[k].unit);
}

static size_t write_bundle(char *out) {
  size_t at = (size_t)snprintf(
      out, BODY,
      "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{"
      "\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-000000000001\","
      "\"resource\":{\"resourceType\":\"Patient\",\"active\":true,\"gender\":"
      "\"female\",\"birthDate\":\"1961-03-01\"}}");
  at += put_condition(out + at, BODY - at, 1, "254837009", 120);
  at += put_condition(out + at, BODY - at, 2, "44054006", 20);
  for (int i = 0; i < OBSERVATIONS; i++)
    at += put_observation(out + at, BODY - at, i);
  return at + (size_t)snprintf(out + at, BODY - at, "]}");
}

static size_t count_of(const char *text, const char *word) {
  size_t count = 0;
  while ((text = strstr(text, word))) text++, count++;
  return count;
}

int main(void) {
  gateway g = start();
  char *body = malloc(BODY);
  if (!body) give_up("no memory");
  size_t len = write_bundle(body);
  client c = client_of(g.port);
  for (int i = 0; i < WARM; i++)
    if (post(&c, "/$score", body, len) != 200) {
      (void)fprintf(stderr, "%.2000s\n", c.heard.bytes);
      give_up("the Bundle was not scored");
    }
  double before = ticks(g.pid);
  ax_bench b = ax_bench_begin("dollar_score_200", TIMES);
  while (ax_bench_next(&b))
    if (post(&c, "/$score", body, len) != 200) give_up("not scored");
  ax_bench_end(&b);
  (void)printf("bench: dollar_score_200 bundle_kb=%zu cpu_us=%.0f "
               "risk_assessments=%zu observations=%zu questions=%zu\n",
               len / 1024,
               (ticks(g.pid) - before) * 1e6 / (double)sysconf(_SC_CLK_TCK) /
                   TIMES,
               count_of(c.body, "\"resourceType\":\"RiskAssessment\""),
               count_of(c.body, "\"resourceType\":\"Observation\""),
               count_of(c.body, "\"resourceType\":\"GuidanceResponse\""));
  client_leave(&c);
  free(body);
  stop(&g);
  return 0;
}
