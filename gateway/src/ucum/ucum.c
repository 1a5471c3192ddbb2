#include "ucum/ucum.h"

#include <math.h>
#include <string.h>

#include "ucum/ucum_atoms.h"

/* Exponents beyond this name no quantity; they keep all sums small. */
enum { EXPONENT_MAX = 99, DEFINITION_DEPTH = 12 };

static const double AVOGADRO = 6.0221367; /* times 10^23 (UCUM table 4) */
enum { AVOGADRO_EXPONENT = 23 };

typedef struct {
  ax_str code; /* all of it, for messages */
  size_t at;
  int depth;       /* of parentheses */
  int definitions; /* of atoms defined by atoms */
  ax_error *err;
} parse;

static ax_status parse_term(parse *p, ax_ucum_unit *out);

/* --- arithmetic of units ------------------------------------------------- */

static ax_ucum_unit one(void) {
  return (ax_ucum_unit){ .factor = 1, .scale = 1 };
}

static bool add_small(signed char *to, int what) {
  int sum = *to + what;
  if (sum < -EXPONENT_MAX || sum > EXPONENT_MAX) return false;
  *to = (signed char)sum;
  return true;
}

/* a = a * b^power; false when an exponent leaves its range. */
static bool multiply(ax_ucum_unit *a, const ax_ucum_unit *b, int power) {
  for (int i = 0; i < power; i++) a->factor *= b->factor;
  for (int i = 0; i > power; i--) a->factor /= b->factor;
  a->exponent += b->exponent * power;
  for (size_t i = 0; i < sizeof a->dim; i++)
    if (!add_small(&a->dim[i], b->dim[i] * power)) return false;
  if (!add_small(&a->moles, b->moles * power)) return false;
  a->arbitrary += b->arbitrary * (uint32_t)power;
  a->charge = a->charge || b->charge;
  return a->exponent > -9999 && a->exponent < 9999;
}

/* A power of ten moves into the exponent, where it is exact. */
static ax_ucum_unit number(double value, int exponent) {
  ax_ucum_unit u = one();
  while (value >= 10 && fmod(value, 10) == 0) {
    value /= 10;
    exponent++;
  }
  u.factor = value;
  u.exponent = exponent;
  return u;
}

/* --- reading ------------------------------------------------------------- */

static char peek(const parse *p) {
  if (p->at >= p->code.len) return '\0';
  return p->code.ptr[p->at];
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static ax_status refuse(const parse *p, size_t at, const char *why) {
  return ax_error_set(p->err, AX_INVALID,
                      "\"" AX_STR_FMT "\" is not a UCUM unit: %s (character "
                      "%zu)",
                      AX_STR_ARG(p->code), why, at + 1);
}

/* {anything}: counts as 1. */
static ax_status skip_annotation(parse *p) {
  size_t start = p->at;
  if (peek(p) != '{') return AX_OK;
  p->at++;
  while (peek(p) != '}') {
    if (p->at == p->code.len) return refuse(p, start, "'{' is never closed");
    if (peek(p) < ' ' || peek(p) > '~' || peek(p) == '{')
      return refuse(p, p->at, "this character may not stand in an annotation");
    p->at++;
  }
  p->at++;
  return AX_OK;
}

static int take_whole(parse *p, int max) {
  int value = 0;
  for (; is_digit(peek(p)); p->at++)
    if (value <= max) value = value * 10 + (peek(p) - '0');
  return value;
}

/* Sign and digits behind a unit; 1 when there are none. */
static ax_status take_exponent(parse *p, int *out) {
  size_t start = p->at;
  bool negative = peek(p) == '-';
  *out = 1;
  if (negative || peek(p) == '+') p->at++;
  if (!is_digit(peek(p)))
    return p->at == start ? AX_OK
                          : refuse(p, p->at, "an exponent needs digits");
  *out = take_whole(p, EXPONENT_MAX);
  if (*out > EXPONENT_MAX)
    return refuse(p, start, "the exponent is greater than 99");
  if (negative) *out = -*out;
  return AX_OK;
}

/* Takes the letters of a unit: what stands in brackets belongs to it whatever
 * it is ("[m/s2/Hz^(1/2)]"), and so do the signs of "10*" and "10^". */
static ax_status take_symbol(parse *p, ax_str *out) {
  size_t start = p->at;
  if (is_digit(peek(p))) p->at += 3;
  while (p->at < p->code.len && !is_digit(peek(p)) &&
         !strchr("./(){}+-", peek(p))) {
    if (peek(p) != '[') {
      p->at++;
      continue;
    }
    size_t open = p->at;
    while (p->at < p->code.len && peek(p) != ']') p->at++;
    if (p->at == p->code.len) return refuse(p, open, "'[' is never closed");
    p->at++;
  }
  *out = (ax_str){ p->code.ptr + start, p->at - start };
  return AX_OK;
}

/* An atom, or a prefix and a metric atom; NULL when it is neither. */
static const ax_ucum_atom *look_up(ax_str symbol,
                                   const ax_ucum_prefix **prefix) {
  const ax_ucum_atom *atom = ax_ucum_atoms_find(symbol);
  *prefix = NULL;
  for (size_t length = 1; !atom && length <= 2; length++) {
    *prefix = ax_ucum_atoms_prefix(symbol, length);
    if (!*prefix) continue;
    atom = ax_ucum_atoms_find(ax_str_skip(symbol, length));
    if (atom && !atom->metric) atom = NULL;
  }
  return atom;
}

/* The quantity by which `atom` is defined: number * 10^exponent * unit. */
static ax_status define(parse *p, const ax_ucum_atom *atom, ax_ucum_unit *out) {
  parse inner = { .code = ax_str_from(atom->unit),
                  .definitions = p->definitions + 1,
                  .err = p->err };
  ax_ucum_unit unit;
  if (inner.definitions > DEFINITION_DEPTH)
    return refuse(p, 0, "its definition is too deep");
  AX_TRY(parse_term(&inner, &unit));
  *out = number(atom->number, atom->exponent);
  return multiply(out, &unit, 1) ? AX_OK : refuse(p, 0, "it is too large");
}

static ax_status resolve_atom(parse *p, const ax_ucum_atom *atom,
                              ax_ucum_unit *out) {
  *out = one();
  switch (atom->kind) {
  case AX_UCUM_ATOM_BASE:
    out->dim[(size_t)atom->number] = 1;
    return AX_OK;
  case AX_UCUM_ATOM_MOLE:
    out->moles = 1;
    return AX_OK;
  case AX_UCUM_ATOM_CHARGE:
    out->moles = 1;
    out->charge = true;
    return AX_OK;
  case AX_UCUM_ATOM_ARBITRARY: {
    size_t i = 0;
    while (ax_ucum_atoms_at(i) != atom) i++;
    /* Sums of these tell products apart; [iU]/[iU] is 0 again. */
    out->arbitrary = (uint32_t)(i + 1) * UINT32_C(2654435761);
    return AX_OK;
  }
  case AX_UCUM_ATOM_UNIT:
    return define(p, atom, out);
  case AX_UCUM_ATOM_CELSIUS:
  case AX_UCUM_ATOM_FAHRENHEIT:
  case AX_UCUM_ATOM_REAUMUR:
  case AX_UCUM_ATOM_ACIDITY:
  case AX_UCUM_ATOM_NEPER:
  case AX_UCUM_ATOM_BEL:
  case AX_UCUM_ATOM_BEL_FIELD:
  case AX_UCUM_ATOM_BIT:
  case AX_UCUM_ATOM_TANGENT:
  case AX_UCUM_ATOM_ROOT:
  case AX_UCUM_ATOM_POTENCY_X:
  case AX_UCUM_ATOM_POTENCY_C:
  case AX_UCUM_ATOM_POTENCY_M:
  case AX_UCUM_ATOM_POTENCY_Q:
    AX_TRY(define(p, atom, out));
    out->special = (unsigned)atom->kind;
    return AX_OK;
  }
  return AX_INVALID;
}

static ax_status parse_simple(parse *p, ax_ucum_unit *out) {
  size_t start = p->at;
  ax_str symbol;
  const ax_ucum_prefix *prefix = NULL;
  ax_ucum_unit unit;
  int power = 1;
  AX_TRY(take_symbol(p, &symbol));
  if (symbol.len == 0) return refuse(p, start, "a unit is expected here");
  const ax_ucum_atom *atom = look_up(symbol, &prefix);
  if (!atom) return refuse(p, start, "there is no such unit");
  AX_TRY(resolve_atom(p, atom, &unit));
  if (prefix && unit.special) {
    unit.scale = prefix->number * pow(10, prefix->exponent);
  } else if (prefix) {
    unit.factor *= prefix->number;
    unit.exponent += prefix->exponent;
  }
  size_t sign = p->at;
  AX_TRY(take_exponent(p, &power));
  if (power == 1) {
    *out = unit;
    return AX_OK;
  }
  if (unit.special)
    return refuse(p, sign, "a unit with a scale of its own has no powers");
  *out = one();
  return multiply(out, &unit, power)
             ? AX_OK
             : refuse(p, sign, "the exponent is too large");
}

static ax_status parse_group(parse *p, ax_ucum_unit *out) {
  size_t start = p->at++;
  if (++p->depth > AX_UCUM_DEPTH)
    return refuse(p, start, "too many parentheses");
  AX_TRY(parse_term(p, out));
  if (peek(p) != ')') return refuse(p, p->at, "')' is expected here");
  p->at++;
  p->depth--;
  return AX_OK;
}

/* "10*" and "10^" are units, other digits a whole number. */
static ax_status parse_component(parse *p, ax_ucum_unit *out) {
  char c = peek(p);
  ax_str rest = ax_str_skip(p->code, p->at);
  *out = one();
  if (c == '(') {
    AX_TRY(parse_group(p, out));
  } else if (is_digit(c) && !ax_str_starts(rest, AX_STR("10*")) &&
             !ax_str_starts(rest, AX_STR("10^"))) {
    enum { NUMBER_MAX = 99999999 };
    int value = take_whole(p, NUMBER_MAX);
    if (value == 0 || value > NUMBER_MAX)
      return refuse(p, p->at, "a number from 1 to 99999999 is expected");
    *out = number(value, 0);
  } else if (c != '{') {
    AX_TRY(parse_simple(p, out));
  }
  return skip_annotation(p);
}

/* A special unit stands alone: UCUM 21 allows it no product or quotient. */
static ax_status combine(parse *p, size_t at, ax_ucum_unit *left,
                         const ax_ucum_unit *right, int power) {
  if (left->special || right->special)
    return refuse(p, at,
                  "a unit with a scale of its own cannot be multiplied or "
                  "divided");
  if (!multiply(left, right, power) || !isfinite(left->factor) ||
      left->factor == 0)
    return refuse(p, at, "it is too large or too small");
  return AX_OK;
}

static ax_status parse_term(parse *p, ax_ucum_unit *out) {
  *out = one();
  size_t at = p->at;
  ax_ucum_unit next;
  int power = peek(p) == '/' ? -1 : 1;
  if (power < 0) p->at++;
  AX_TRY(parse_component(p, &next));
  if (power > 0)
    *out = next;
  else
    AX_TRY(combine(p, at, out, &next, power));
  while (peek(p) == '.' || peek(p) == '/') {
    at = p->at;
    power = p->code.ptr[p->at++] == '/' ? -1 : 1;
    AX_TRY(parse_component(p, &next));
    AX_TRY(combine(p, at, out, &next, power));
  }
  return AX_OK;
}

ax_status ax_ucum_parse(ax_str code, ax_ucum_unit *out, ax_error *err) {
  parse p = { .code = code, .err = err };
  if (code.len > AX_UCUM_LENGTH)
    return ax_error_set(err, AX_INVALID,
                        "a UCUM unit has at most %d characters, this one %zu",
                        AX_UCUM_LENGTH, code.len);
  bool inside = false; /* an annotation */
  for (size_t i = 0; i < code.len; i++) {
    if (code.ptr[i] == '{') inside = true;
    if (code.ptr[i] == '}') inside = false;
    if (code.ptr[i] == ' ' && inside) continue;
    if (code.ptr[i] < '!' || code.ptr[i] > '~')
      return refuse(&p, i, "spaces and letters beyond ASCII have no place");
  }
  if (code.len == 0) return refuse(&p, 0, "it is empty");
  AX_TRY(parse_term(&p, out));
  if (p.at < code.len) return refuse(&p, p.at, "'.' or '/' is expected here");
  return AX_OK;
}

/* --- converting ---------------------------------------------------------- */

bool ax_ucum_commensurable(const ax_ucum_unit *a, const ax_ucum_unit *b) {
  return memcmp(a->dim, b->dim, sizeof a->dim) == 0 &&
         a->arbitrary == b->arbitrary;
}

/* Powers of ten up to 22 are exact doubles, so this rounds once. */
static double times_ten_to(double value, int exponent) {
  static const double exact[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,
                                  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
                                  1e18, 1e19, 1e20, 1e21, 1e22 };
  for (; exponent > 22; exponent -= 22) value *= 1e22;
  for (; exponent < -22; exponent += 22) value /= 1e22;
  return exponent >= 0 ? value * exact[exponent] : value / exact[-exponent];
}

/* What a special unit's value says in its `unit`. */
static double from_special(double x, unsigned function) {
  switch (function) {
  case AX_UCUM_ATOM_CELSIUS:
    return x + 273.15;
  case AX_UCUM_ATOM_FAHRENHEIT:
    return (x + 459.67) * 5 / 9;
  case AX_UCUM_ATOM_REAUMUR:
    return x * 5 / 4 + 273.15;
  case AX_UCUM_ATOM_ACIDITY:
  case AX_UCUM_ATOM_POTENCY_X:
    return pow(10, -x);
  case AX_UCUM_ATOM_NEPER:
    return exp(x);
  case AX_UCUM_ATOM_BEL:
    return pow(10, x);
  case AX_UCUM_ATOM_BEL_FIELD:
    return pow(10, x / 2);
  case AX_UCUM_ATOM_BIT:
    return exp2(x);
  case AX_UCUM_ATOM_TANGENT:
    return atan(x / 100);
  case AX_UCUM_ATOM_ROOT:
    return x * x;
  case AX_UCUM_ATOM_POTENCY_C:
    return pow(100, -x);
  case AX_UCUM_ATOM_POTENCY_M:
    return pow(1000, -x);
  case AX_UCUM_ATOM_POTENCY_Q:
    return pow(50000, -x);
  default:
    return x;
  }
}

static double to_special(double x, unsigned function) {
  switch (function) {
  case AX_UCUM_ATOM_CELSIUS:
    return x - 273.15;
  case AX_UCUM_ATOM_FAHRENHEIT:
    return x * 9 / 5 - 459.67;
  case AX_UCUM_ATOM_REAUMUR:
    return (x - 273.15) * 4 / 5;
  case AX_UCUM_ATOM_ACIDITY:
  case AX_UCUM_ATOM_POTENCY_X:
    return -log10(x);
  case AX_UCUM_ATOM_NEPER:
    return log(x);
  case AX_UCUM_ATOM_BEL:
    return log10(x);
  case AX_UCUM_ATOM_BEL_FIELD:
    return 2 * log10(x);
  case AX_UCUM_ATOM_BIT:
    return log2(x);
  case AX_UCUM_ATOM_TANGENT:
    return tan(x) * 100;
  case AX_UCUM_ATOM_ROOT:
    return sqrt(x);
  case AX_UCUM_ATOM_POTENCY_C:
    return -log10(x) / 2;
  case AX_UCUM_ATOM_POTENCY_M:
    return -log10(x) / 3;
  case AX_UCUM_ATOM_POTENCY_Q:
    return -log(x) / log(50000);
  default:
    return x;
  }
}

/* Body temperatures go straight from scale to scale: by way of kelvin 98.6
 * [degF] would become 37.00000000000006 Cel. */
static bool between_thermometers(double value, const ax_ucum_unit *from,
                                 const ax_ucum_unit *to, double *out) {
  if (from->scale != 1 || to->scale != 1) return false;
  if (from->special == AX_UCUM_ATOM_FAHRENHEIT &&
      to->special == AX_UCUM_ATOM_CELSIUS)
    *out = (value - 32) * 5 / 9;
  else if (from->special == AX_UCUM_ATOM_CELSIUS &&
           to->special == AX_UCUM_ATOM_FAHRENHEIT)
    *out = value * 9 / 5 + 32;
  else
    return false;
  return true;
}

/* How often mass turns into amount of substance from `from` to `to`: 1, -1,
 * or 0 when that is not the only difference. */
static int molar_steps(const ax_ucum_unit *from, const ax_ucum_unit *to) {
  enum { GRAM = 2 };
  int grams = from->dim[GRAM] - to->dim[GRAM];
  ax_ucum_unit same = *from;
  same.dim[GRAM] = to->dim[GRAM];
  if (from->special || to->special || from->charge || to->charge) return 0;
  if (!ax_ucum_commensurable(&same, to)) return 0;
  if (to->moles - from->moles != grams) return 0;
  return grams == 1 || grams == -1 ? grams : 0;
}

/* The factor between two linear units that differ in scale alone; moles that
 * do not cancel are numbers of particles. */
static double rescale(double value, const ax_ucum_unit *from,
                      const ax_ucum_unit *to, int moles) {
  int exponent = from->exponent - to->exponent + AVOGADRO_EXPONENT * moles;
  if (from->factor != to->factor) value = value * from->factor / to->factor;
  for (; moles > 0; moles--) value *= AVOGADRO;
  for (; moles < 0; moles++) value /= AVOGADRO;
  return times_ten_to(value, exponent);
}

bool ax_ucum_convert_parsed(double value, const ax_ucum_unit *from,
                            const ax_ucum_unit *to, double molar_mass,
                            double *out) {
  double result = 0;
  if (ax_ucum_commensurable(from, to)) {
    bool same = from->special == to->special && from->scale == to->scale &&
                from->factor == to->factor && from->exponent == to->exponent &&
                from->moles == to->moles;
    if (same) {
      result = value;
    } else if (!between_thermometers(value, from, to, &result)) {
      result = from_special(value * from->scale, from->special);
      result = rescale(result, from, to, from->moles - to->moles);
      result = to_special(result, to->special) / to->scale;
    }
  } else {
    int steps = molar_mass > 0 ? molar_steps(from, to) : 0;
    if (steps == 0) return false;
    result = rescale(value, from, to, 0);
    result = steps > 0 ? result / molar_mass : result * molar_mass;
  }
  if (!isfinite(result)) return false;
  *out = result;
  return true;
}

static const char *why_not(const ax_ucum_unit *a, const ax_ucum_unit *b) {
  if (ax_ucum_commensurable(a, b))
    return "the value lies outside of what the unit can express";
  if (molar_steps(a, b) != 0)
    return "no molar mass is known for the step between mass and amount";
  if (a->arbitrary != b->arbitrary)
    return "an arbitrary unit converts only to itself";
  return "they measure different things";
}

ax_status ax_ucum_convert(double value, ax_str from, ax_str to,
                          double molar_mass, double *out, ax_error *err) {
  ax_ucum_unit a, b;
  AX_TRY(ax_ucum_parse(from, &a, err));
  AX_TRY(ax_ucum_parse(to, &b, err));
  if (ax_ucum_convert_parsed(value, &a, &b, molar_mass, out)) return AX_OK;
  return ax_error_set(err, AX_INVALID,
                      "\"" AX_STR_FMT "\" cannot be converted to \"" AX_STR_FMT
                      "\": %s",
                      AX_STR_ARG(from), AX_STR_ARG(to), why_not(&a, &b));
}
