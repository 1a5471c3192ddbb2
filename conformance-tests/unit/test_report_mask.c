/*
 * test_report_mask.c - secrets in every place and every form that a run may
 * hold them in; none is in any report. What is no secret stays readable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/report_keep.h"
#include "report/report_mask.h"
#include "support/ax_test.h"

#define TOKEN "tok-S3cr3t/+=&\"x'y"
#define CLIENT_SECRET "pa$$ w0rd%41"

static ax_arena *arena;
static ax_report_masker *masker;

static int setup(void **state) {
  (void)state;
  static const ax_str secrets[] = { AX_STR_INIT(TOKEN), AX_STR_INIT(""),
                                    AX_STR_INIT(CLIENT_SECRET) };
  arena = ax_arena_new((size_t)64 << 20);
  return arena && ax_report_mask_new(arena, secrets, 3, &masker) == AX_OK ? 0
                                                                          : -1;
}

static int teardown(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static ax_str masked(const char *text) {
  ax_str out;
  assert_int_equal(ax_report_mask_text(masker, arena, ax_str_from(text), &out),
                   AX_OK);
  return out;
}

typedef struct {
  const char *text, *wanted;
} pair;

static void compare(const pair *pairs, size_t count) {
  for (size_t i = 0; i < count; i++)
    assert_str(masked(pairs[i].text), pairs[i].wanted);
}

static void secrets_are_hidden_however_they_are_escaped(void **state) {
  (void)state;
  static const pair pairs[] = {
    { "is " TOKEN ".", "is ***." },
    { TOKEN TOKEN, "***" },
    { "t=tok-S3cr3t%2F%2B%3D%26%22x%27y&a=1", "t=***&a=1" },
    { "t=tok-S3cr3t%2f%2b%3d%26%22x'y&a=1", "t=***&a=1" },
    { "t=%74%6F%6B-S3cr3t%2F%2B%3D%26%22x%27y.", "t=***." },
    { "u=tok-S3cr3t%252F%252B%253D%2526%2522x%2527y.", "u=***." },
    { "\"tok-S3cr3t/+=&\\\"x'y\"", "\"***\"" },
    { "\"tok-S3cr3t\\/+=\\u0026\\\"x\\u0027y\"", "\"***\"" },
    { "<a>tok-S3cr3t/+=&amp;&quot;x&#39;y</a>", "<a>***</a>" },
    { "<a>tok-S3cr3t/+=&amp;\"x&#x27;y</a>", "<a>***</a>" },
    { "s=pa%24%24+w0rd%2541&x", "s=***&x" },
    { "s=pa%24%24%20w0rd%2541&x", "s=***&x" },
    { "s=" CLIENT_SECRET, "s=***" },
  };
  compare(pairs, AX_COUNT(pairs));
}

/* base64("pa$$ w0rd%41") behind 0, 1 and 2 bytes; the whole word is hidden. */
static void secrets_are_hidden_inside_base64(void **state) {
  (void)state;
  static const pair pairs[] = {
    { "x cGEkJCB3MHJkJTQx y", "x *** y" },
    { "x OnBhJCQgdzByZCU0MQ== y", "x *** y" },
    { "x YTpwYSQkIHcwcmQlNDE= y", "x *** y" },
    { "{\"data\":\"bWU6cGEkJCB3MHJkJTQxOm1vcmU=\"}", "{\"data\":\"***\"}" },
    { "q=OnBhJCQgdzByZCU0MQ%3D%3D&", "q=***%3D%3D&" },
    /* base64url of TOKEN, with "/+=" in the middle */
    { "dG9rLVMzY3IzdC8rPSYieCd5", "***" },
  };
  compare(pairs, AX_COUNT(pairs));
}

static void what_stands_behind_a_secret_name_is_hidden(void **state) {
  (void)state;
  static const pair pairs[] = {
    { "{\"access_token\":\"abc\\\"d\",\"a\":1}",
      "{\"access_token\":\"***\",\"a\":1}" },
    { "{ \"refresh_token\" : \"abc\" }", "{ \"refresh_token\" : \"***\" }" },
    { "{\\\"id_token\\\":\\\"abc\\\"}", "{\\\"id_token\\\":\\\"***\\\"}" },
    { "a=1&client_secret=abc&b=2", "a=1&client_secret=***&b=2" },
    { "Client_Assertion=e.y.J", "Client_Assertion=***" },
    { "redirect?to=x%3Faccess_token%3Dabc%26b%3D2",
      "redirect?to=x%3Faccess_token%3D***%26b%3D2" },
    { "Authorization: Digest username=\"a\"\r\nAccept: b",
      "Authorization: ***\"a\"\r\nAccept: b" },
    { "Set-Cookie: id=1; Path=/\nX: y", "Set-Cookie: ***\nX: y" },
    { "<password>abc</password>", "<password>***</password>" },
    { "<password value=\"abc\"/>", "<password value=\"***\"/>" },
    { "{\"name\":\"password\",\"valueString\":\"abc\"}",
      "{\"name\":\"password\",\"valueString\":\"***\"}" },
    { "password = 'abc' and x", "password = '***' and x" },
    { "https://me:you@host.example/p?q=a@b",
      "https://***@host.example/p?q=a@b" },
    { "u=https%3A%2F%2Fme%3Ayou%40host%2Fp", "u=https%3A%2F%2F***%40host%2Fp" },
    { "-H 'Authorization: Bearer abc.def1'", "-H 'Authorization: ***'" },
    { "sent Bearer abcdef12 to", "sent Bearer *** to" },
    { "sent basic YTpi123= to", "sent basic *** to" },
    { "jwt eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln end", "jwt *** end" },
  };
  compare(pairs, AX_COUNT(pairs));
}

static void what_is_no_secret_stays(void **state) {
  (void)state;
  static const char *const texts[] = {
    "responseCode in 200,201",
    "a Bearer token is missing",
    "Basic authentication is what it asks for",
    "http://127.0.0.1:8080/fhir/Patient?name=a&_sort=-_id",
    "{\"resourceType\":\"Patient\",\"id\":\"cookie-jar\",\"note\":\"the "
    "password\"}",
    "mail me@example.org or http://loinc.org|1234-5",
    "access_tokens, passwords and cookies",
    "eyJ is how they begin.",
    "%zz%4 100%",
    "",
  };
  for (size_t i = 0; i < AX_COUNT(texts); i++)
    assert_str(masked(texts[i]), texts[i]);
}

static void headers_that_carry_secrets_are_hidden_whole(void **state) {
  (void)state;
  static const struct {
    const char *name, *value, *wanted;
  } headers[] = {
    { "authorization", "Bearer abc", "Bearer ***" },
    { "Authorization", "Basic YTpi", "Basic ***" },
    { "Proxy-Authorization", "Digest a=b", "***" },
    { "COOKIE", "a=b", "***" },
    { "Set-Cookie", "a=b; Path=/", "***" },
    { "X-Api-Key", "k", "***" },
    { "X-Auth-Token", "k", "***" },
    { "WWW-Authenticate", "Bearer realm=\"a\"", "Bearer realm=\"a\"" },
    { "Idempotency-Key", "k-1", "k-1" },
    { "Location", "http://a/b?access_token=x", "http://a/b?access_token=***" },
  };
  for (size_t i = 0; i < AX_COUNT(headers); i++) {
    ax_str out;
    assert_int_equal(ax_report_mask_header(masker, arena,
                                           ax_str_from(headers[i].name),
                                           ax_str_from(headers[i].value), &out),
                     AX_OK);
    assert_str(out, headers[i].wanted);
  }
}

/* --- no report holds one -------------------------------------------------- */

static const char *const carriers[] = {
  TOKEN,
  "tok-S3cr3t%2F%2B%3D%26%22x%27y",
  "dG9rLVMzY3IzdC8rPSYieCd5",
  "{\"access_token\":\"issued-by-server-1\"}",
  "https://user:issued-by-server-1@host/",
  "client_secret=issued-by-server-1",
};

static ax_result_exchange *leaky_exchange(ax_str text) {
  ax_result_exchange *e = AX_NEW(arena, ax_result_exchange);
  ax_result_header *sent = AX_VEC_PUSH(&e->request_headers, arena);
  ax_result_header *got = AX_VEC_PUSH(&e->response_headers, arena);
  *sent = (ax_result_header){ AX_STR("Authorization"),
                              AX_STR("Bearer issued-by-server-1") };
  *got = (ax_result_header){ AX_STR("X-Echo"), text };
  e->method = e->url = e->request_body = e->response_body = e->failure = text;
  return e;
}

static void fill_leaky(ax_result_script *s, ax_str text) {
  ax_result_phase *p = AX_VEC_PUSH(&s->phases, arena);
  ax_result_action *a = AX_VEC_PUSH(&p->actions, arena);
  ax_script_notice *n = AX_VEC_PUSH(&s->notices, arena);
  s->file = s->id = s->name = s->title = s->url = s->message = text;
  s->kind = p->kind = a->kind = AX_RESULT_FAIL;
  p->phase = AX_RESULT_TEST;
  p->id = p->name = p->description = p->message = text;
  *a = (ax_result_action){ .is_assert = true,
                           .kind = AX_RESULT_FAIL,
                           .label = text,
                           .description = text,
                           .place = text,
                           .rule = text,
                           .message = text,
                           .expected = text,
                           .actual = text,
                           .requirement = text,
                           .requirement_url = text,
                           .exchange = leaky_exchange(text) };
  *n = (ax_script_notice){ text, text };
}

static void no_report_holds_a_secret(void **state) {
  (void)state;
  static const ax_str secrets[] = { AX_STR_INIT(TOKEN) };
  static const char *const leaks[] = {
    "S3cr3t", "issued-by-server", "tok-", "dG9rLVMz", "M2NyM3Q", "czY3Iz"
  };
  for (size_t c = 0; c < AX_COUNT(carriers); c++) {
    ax_str text = ax_str_from(carriers[c]);
    ax_result_script script = { 0 };
    fill_leaky(&script, text);
    ax_result_run run = { .target = text, .suite = text, .runner = text };
    run.scripts.items = &script;
    run.scripts.count = 1;
    assert_int_equal(ax_report_mask(arena, &run, secrets, 1), AX_OK);
    for (ax_report_form f = AX_REPORT_CONSOLE; f <= AX_REPORT_TESTREPORT; f++) {
      ax_buf out = AX_BUF_INIT(8 << 20);
      assert_int_equal(ax_report_write(f, &run, true, arena, &out, NULL),
                       AX_OK);
      for (size_t l = 0; l < AX_COUNT(leaks); l++)
        if (ax_str_find(ax_buf_view(&out), ax_str_from(leaks[l])) !=
            AX_STR_NONE)
          fail_msg("carrier %zu, form %d: %s", c, (int)f, leaks[l]);
      ax_buf_free(&out);
    }
  }
}

/* --- what is kept --------------------------------------------------------- */

static void a_secret_across_the_cut_is_hidden_before_it_is_cut(void **state) {
  (void)state;
  const ax_report_keep_options options = { masker, 16, 16 };
  ax_str text = AX_STR("0123456789" TOKEN " and so on");
  assert_int_equal(ax_report_keep_text(&options, arena, arena, &text), AX_OK);
  assert_str(text, "0123456789*** an\n[7 bytes more were not kept]");
}

static void a_character_across_the_cut_is_left_out(void **state) {
  (void)state;
  const ax_report_keep_options options = { masker, 4, 4 };
  ax_str text = AX_STR("abc\xe2\x82\xac");
  assert_int_equal(ax_report_keep_text(&options, arena, arena, &text), AX_OK);
  assert_str(text, "abc\n[3 bytes more were not kept]");
}

static void what_is_kept_needs_nothing_of_the_original(void **state) {
  (void)state;
  ax_arena *mine = ax_arena_new(8 << 20), *scratch = ax_arena_new(8 << 20);
  ax_result_script script = { 0 }, kept;
  ax_script real = { 0 };
  char changing[] = "a text of the original";
  fill_leaky(&script, ax_str_from(changing));
  script.script = &real;
  const ax_result_exchange *shared =
      script.phases.items[0].actions.items[0].exchange;
  ax_result_action *second =
      AX_VEC_PUSH(&script.phases.items[0].actions, arena);
  *second = (ax_result_action){ .exchange = shared };
  const ax_report_keep_options options = { masker, 0, 0 };
  assert_int_equal(ax_report_keep(&script, &options, scratch, mine, &kept),
                   AX_OK);
  ax_arena_free(scratch);
  memset(changing, '!', sizeof changing - 1);
  const ax_result_action *actions = kept.phases.items[0].actions.items;
  assert_str(actions[0].message, "a text of the original");
  assert_str(actions[0].exchange->url, "a text of the original");
  assert_ptr_equal(actions[0].exchange, actions[1].exchange);
  assert_true(kept.script != NULL && kept.script != &real);
  ax_arena_free(mine);
}

static ax_status keep_once(ax_arena *mine) {
  ax_result_script script = { 0 }, kept;
  fill_leaky(&script, AX_STR("x"));
  const ax_report_keep_options options = { masker, 0, 0 };
  return ax_report_keep(&script, &options, mine, mine, &kept);
}

static void keeping_without_memory_is_a_status(void **state) {
  (void)state;
  ax_arena *probe = ax_arena_new(8 << 20);
  size_t failed = 0;
  for (;; failed++) {
    ax_arena *mine = ax_arena_new(8 << 20);
    ax_arena_fail_after(mine, failed);
    ax_status status = keep_once(mine);
    ax_arena_free(mine);
    if (status == AX_OK) break;
    assert_int_equal(status, AX_NOMEM);
  }
  assert_true(failed > 20);
  ax_arena_free(probe);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(secrets_are_hidden_however_they_are_escaped),
    cmocka_unit_test(secrets_are_hidden_inside_base64),
    cmocka_unit_test(what_stands_behind_a_secret_name_is_hidden),
    cmocka_unit_test(what_is_no_secret_stays),
    cmocka_unit_test(headers_that_carry_secrets_are_hidden_whole),
    cmocka_unit_test(no_report_holds_a_secret),
    cmocka_unit_test(a_secret_across_the_cut_is_hidden_before_it_is_cut),
    cmocka_unit_test(a_character_across_the_cut_is_left_out),
    cmocka_unit_test(what_is_kept_needs_nothing_of_the_original),
    cmocka_unit_test(keeping_without_memory_is_a_status),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
