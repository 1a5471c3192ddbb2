/*
 * @NAME@ - a plug-in in its smallest form, in C++17: one model, two inputs,
 * points by a table in data/@NAME@.table. Change it step by step and run
 * `make check`.
 *
 * No exception may cross the border (rule R4): create and score catch all of
 * them. What is declared is constexpr, so that nothing runs when the module is
 * loaded. Link with the C++ library of the site, not statically: its own code
 * opens files, and lint cannot tell whose calls they are.
 */
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "auspex_plugin.h"
#include "auspex_table.h"
#include "auspex_write.h"

namespace {

enum { AGE, WEIGHT, INPUTS };
enum { BY_AGE, BY_WEIGHT };

/* --- what the model needs and gives, declared ------------------------------ */

constexpr auspex_code weight_codes[] = {
  { "http://loinc.org", "29463-7", "Body weight", AUSPEX_MATCH_EXACT, 0 },
};

constexpr auspex_set make_weight_set() {
  auspex_set s{};
  s.size = sizeof s;
  s.codes = weight_codes;
  s.code_count = 1;
  return s;
}
constexpr auspex_set weight_set = make_weight_set();

constexpr auspex_source source(uint32_t from, const auspex_set *codes,
                               const char *unit, double least, double most) {
  auspex_source s{};
  s.size = sizeof s;
  s.from = from;
  s.codes = codes;
  s.unit = unit;
  s.valid_min = least;
  s.valid_max = most;
  return s;
}
constexpr auspex_source age_sources[] = {
  source(AUSPEX_FROM_AGE, nullptr, "a", 0, 120),
};
constexpr auspex_source weight_sources[] = {
  source(AUSPEX_FROM_OBSERVATION, &weight_set, "kg", 25, 350),
};

constexpr auspex_input input(const char *name, const char *title,
                             const auspex_source *only, int32_t from_days,
                             uint32_t fresh_days) {
  auspex_input i{};
  i.size = sizeof i;
  i.missing = AUSPEX_MISSING_REFUSE;
  i.name = name;
  i.title = title;
  i.sources = only;
  i.source_count = 1;
  i.window_from_days = from_days;
  i.freshness_days = fresh_days;
  return i;
}
constexpr auspex_input inputs[] = {
  input("age", "Age", age_sources, AUSPEX_UNLIMITED, 0),
  input("weight", "Body weight", weight_sources, -365, 365),
};

constexpr auspex_criterion make_adult() {
  auspex_criterion c{};
  c.size = sizeof c;
  c.kind = AUSPEX_NEEDS_AGE;
  c.min = 18;
  c.max = NAN;
  c.reason = "younger than 18 years";
  return c;
}
constexpr auspex_criterion criteria[] = { make_adult() };

constexpr auspex_code outcome_codes[] = {
  { "http://snomed.info/sct", "404684003", "Clinical finding",
    AUSPEX_MATCH_EXACT, 0 },
};

constexpr auspex_outcome make_outcome() {
  auspex_outcome o{};
  o.size = sizeof o;
  o.kind = AUSPEX_PREDICTION;
  o.name = "example";
  o.title = "What the points speak of";
  o.codes = outcome_codes;
  o.code_count = 1;
  o.horizon_months = 12;
  o.unit = "{points}";
  return o;
}
constexpr auspex_outcome outcomes[] = { make_outcome() };

constexpr auspex_factor factor(const char *name, const char *title,
                               uint32_t of) {
  auspex_factor f{};
  f.size = sizeof f;
  f.basis = AUSPEX_POINTS;
  f.name = name;
  f.title = title;
  f.inputs[0] = of;
  f.input_count = 1;
  return f;
}
constexpr auspex_factor factors[] = { factor("age", "Age", AGE),
                                      factor("weight", "Body weight", WEIGHT) };

constexpr auspex_model make_model() {
  auspex_model m{};
  m.size = sizeof m;
  m.flags = AUSPEX_MODEL_ADDITIVE;
  m.id = "org.example.@NAME@";
  m.name = "@NAME@";
  m.version = "0.1.0";
  m.title = "An example that means nothing clinically";
  m.publisher = "Example Hospital";
  m.population = "Adults";
  m.source = "None: the points are made up";
  m.limits = "An example. Not for use on patients.";
  m.licence = "CC0";
  m.criteria = criteria;
  m.criterion_count = 1;
  m.inputs = inputs;
  m.input_count = INPUTS;
  m.outcomes = outcomes;
  m.outcome_count = 1;
  m.factors = factors;
  m.factor_count = 2;
  m.max_batch = 64;
  m.max_results_per_row = 1;
  m.max_contributions_per_row = 2;
  m.max_text_per_row = 200;
  return m;
}
constexpr auspex_model model = make_model();
constexpr const auspex_model *models[] = { &model };

}  // namespace

/* --- data/@NAME@.table ------------------------------------------------------ */

struct auspex_instance {
  double old_from, old_points, heavy_from, heavy_points, high_from;
};

namespace {

int32_t refuse(auspex_error *err, int32_t code, const char *why) {
  if (err && err->size >= sizeof *err) {
    err->code = code;
    err->row = err->input = -1;
    (void)std::snprintf(err->message, sizeof err->message, "%s", why);
  }
  return code;
}

[[noreturn]] void complain(const auspex_table &table, const std::string &what) {
  throw std::runtime_error("@NAME@.table:" + std::to_string(table.line) + ": " +
                           what);
}

/* "age FROM POINTS", "weight FROM POINTS", "high FROM": each once. */
std::unique_ptr<auspex_instance> read_table(const auspex_blob &blob) {
  auto t = std::make_unique<auspex_instance>();
  const std::map<std::string, std::pair<double *, double *>> wanted = {
    { "age", { &t->old_from, &t->old_points } },
    { "weight", { &t->heavy_from, &t->heavy_points } },
    { "high", { &t->high_from, nullptr } }
  };
  std::map<std::string, bool> seen;
  auspex_table table{};
  auspex_table_row row{};
  int got = AUSPEX_TABLE_BAD;
  if (!auspex_table_begin(&table, blob.data, (size_t)blob.length))
    complain(table, "it does not begin with 'auspex-table 1'");
  while ((got = auspex_table_next(&table, &row)) == AUSPEX_TABLE_ROW) {
    const std::string name(row.fields[0].text, row.fields[0].length);
    const auto to = wanted.find(name);
    if (to == wanted.end()) complain(table, "the row is unknown");
    if (seen[name]) complain(table, "the row stands there twice");
    seen[name] = true;
    const auto [from, points] = to->second;
    if (row.count != (points ? 3u : 2u) ||
        !auspex_table_number(&row, 1, from) ||
        (points && !auspex_table_number(&row, 2, points)))
      complain(table, "it needs numbers: " + name + " FROM" +
                          (points ? " POINTS" : ""));
  }
  if (got == AUSPEX_TABLE_BAD) complain(table, "the line is malformed");
  if (seen.size() != wanted.size()) complain(table, "rows are missing");
  return t;
}

int32_t create(const auspex_host *, const auspex_config *config,
               auspex_instance **out, auspex_error *err) try {
  for (uint32_t i = 0; i < config->blob_count; i++)
    if (std::string(config->blobs[i].name) == "@NAME@.table") {
      *out = read_table(config->blobs[i]).release();
      return AUSPEX_OK;
    }
  return refuse(err, AUSPEX_E_CONFIG, "there is no @NAME@.table in data/");
} catch (const std::exception &e) {
  return refuse(err, AUSPEX_E_CONFIG, e.what());
}

void destroy(auspex_instance *t) {
  delete t;
}

/* --- scoring ------------------------------------------------------------------- */

bool has(const auspex_batch &batch, size_t cell) {
  return (batch.state[cell] == AUSPEX_CELL_PRESENT ||
          batch.state[cell] == AUSPEX_CELL_IMPUTED) &&
         std::isfinite(batch.value[cell]);
}

void score_row(const auspex_instance &t, const auspex_batch &batch,
               uint32_t row, auspex_writer *w) {
  const size_t first = (size_t)row * INPUTS;
  auspex_result *result = auspex_write_result(w, row, 0);
  for (int32_t i = 0; i < INPUTS; i++) {
    if (has(batch, first + (size_t)i)) continue;
    result->status = AUSPEX_ROW_MISSING_INPUT;
    result->input = i;
    auspex_write_text(w, "The model needs all of its inputs.");
    auspex_write_done(w);
    return;
  }
  const double age = batch.value[first + AGE] >= t.old_from ? t.old_points : 0;
  const double weight =
      batch.value[first + WEIGHT] >= t.heavy_from ? t.heavy_points : 0;
  result->score = age + weight;
  result->level =
      result->score >= t.high_from ? AUSPEX_LEVEL_HIGH : AUSPEX_LEVEL_LOW;
  auspex_write_contribution(w, BY_AGE, age);
  auspex_write_contribution(w, BY_WEIGHT, weight);
  auspex_write_text(w, "%g points: age %+g, body weight %+g.", age + weight,
                    age, weight);
  auspex_write_done(w);
}

int32_t score(auspex_instance *t, uint32_t number, const auspex_batch *batch,
              auspex_output *out, auspex_error *err) try {
  if (number != 0) return AUSPEX_E_MODEL;
  if (batch->column_count != INPUTS) return AUSPEX_E_INPUT;
  auspex_writer w = auspex_write_begin(out);
  for (uint32_t row = 0; row < batch->row_count && !w.status; row++)
    score_row(*t, *batch, row, &w);
  return auspex_write_end(&w);
} catch (const std::exception &e) {
  return refuse(err, AUSPEX_E_INTERNAL, e.what());
}

}  // namespace

AUSPEX_MODULE(models, 1, create, destroy, score, nullptr)
