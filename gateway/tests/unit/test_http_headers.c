/* Unit tests of gateway/src/http/http_headers.c and http.c. */
#include "support/ax_test.h"

#include <string.h>

#include "http/http_headers.h"

#define H(name, value) \
  { AX_STR_INIT(name), AX_STR_INIT(value) }
#define FRAME(...)                                                        \
  frame((const ax_http_header[]){ H("Host", "a"), __VA_ARGS__ },          \
        sizeof((const ax_http_header[]){ H("Host", "a"), __VA_ARGS__ }) / \
            sizeof(ax_http_header))

static ax_http_framing frame(const ax_http_header *headers, size_t count) {
  ax_http_framing out;
  ax_http_headers_frame(headers, count, false, &out);
  assert_true((out.refuse != 0) == (out.why != NULL));
  return out;
}

static void a_plain_head_is_understood(void **state) {
  (void)state;
  ax_http_framing f =
      FRAME(H("content-LENGTH", " 12 "), H("Content-Encoding", "gzip"),
            H("Connection", "x, Close"), H("Expect", "100-Continue"));
  assert_int_equal(f.refuse, 0);
  assert_int_equal(f.length, 12);
  assert_true(f.has_length && f.packed && f.wants_close && f.expects_continue);
  assert_str(f.host, "a");
}

static void two_lengths_are_refused(void **state) {
  (void)state;
  assert_int_equal(
      FRAME(H("Content-Length", "3"), H("Content-Length", "3")).refuse, 400);
  assert_int_equal(
      FRAME(H("Content-Length", "3"), H("Transfer-Encoding", "chunked")).refuse,
      400);
  assert_int_equal(FRAME(H("Content-Length", "3, 3")).refuse, 400);
}

static void a_length_is_plain_digits(void **state) {
  (void)state;
  assert_int_equal(FRAME(H("Content-Length", "")).refuse, 400);
  assert_int_equal(FRAME(H("Content-Length", "+3")).refuse, 400);
  assert_int_equal(FRAME(H("Content-Length", "-3")).refuse, 400);
  assert_int_equal(FRAME(H("Content-Length", "3x")).refuse, 400);
  assert_int_equal(FRAME(H("Content-Length", "0x10")).refuse, 400);
  assert_int_equal(FRAME(H("Content-Length", "99999999999999999999")).refuse,
                   400);
}

static void only_known_codings_pass(void **state) {
  (void)state;
  assert_int_equal(FRAME(H("Transfer-Encoding", "gzip")).refuse, 501);
  assert_int_equal(FRAME(H("Transfer-Encoding", "gzip, chunked")).refuse, 501);
  assert_int_equal(FRAME(H("Transfer-Encoding", "Chunked")).refuse, 0);
  assert_int_equal(FRAME(H("Content-Encoding", "br")).refuse, 415);
  assert_int_equal(FRAME(H("Content-Encoding", "gzip, gzip")).refuse, 415);
  assert_int_equal(
      FRAME(H("Content-Encoding", "gzip"), H("Content-Encoding", "gzip"))
          .refuse,
      415);
  assert_int_equal(FRAME(H("Expect", "200-ok")).refuse, 417);
}

static void names_and_values_hold_no_control_bytes(void **state) {
  (void)state;
  assert_int_equal(FRAME(H("X Y", "1")).refuse, 400);
  assert_int_equal(FRAME(H("", "1")).refuse, 400);
  assert_int_equal(FRAME(H("X", "a\x01")).refuse, 400);
  assert_int_equal(FRAME(H("X", "a\tb \xc3\xa4")).refuse, 0);
}

static void a_host_is_needed_and_must_be_one(void **state) {
  (void)state;
  ax_http_framing f;
  ax_http_headers_frame(NULL, 0, false, &f);
  assert_int_equal(f.refuse, 400);
  ax_http_headers_frame(NULL, 0, true, &f);
  assert_int_equal(f.refuse, 0);
  assert_int_equal(FRAME(H("Host", "b")).refuse, 400);
  const ax_http_header evil[] = { H("Host", "a/\"><script>") };
  assert_int_equal(frame(evil, 1).refuse, 400);
  const ax_http_header fine[] = { H("Host", "fhir.example.org:8443") };
  assert_int_equal(frame(fine, 1).refuse, 0);
}

static void targets_are_split_and_checked(void **state) {
  (void)state;
  ax_str path, query;
  assert_true(ax_http_headers_target(AX_STR("/a/%24x?b=1?2"), &path, &query));
  assert_str(path, "/a/%24x");
  assert_str(query, "b=1?2");
  const char *bad[] = { "",     "a",    "*",     "http://x/",
                        "/%",   "/%2",  "/%zz",  "/a%00b",
                        "/a b", "/a#b", "/\x7f", "/\xc3\xa4" };
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    assert_false(ax_http_headers_target(ax_str_from(bad[i]), &path, &query));
}

static void ids_are_safe_to_log(void **state) {
  (void)state;
  assert_true(ax_http_headers_safe_id(AX_STR("a-Z.0_9")));
  assert_false(ax_http_headers_safe_id(AX_STR("")));
  assert_false(ax_http_headers_safe_id(AX_STR("a b")));
  assert_false(ax_http_headers_safe_id(AX_STR("a\nb")));
  char longer[66];
  memset(longer, 'a', 65);
  longer[65] = '\0';
  assert_false(ax_http_headers_safe_id(ax_str_from(longer)));
  longer[64] = '\0';
  assert_true(ax_http_headers_safe_id(ax_str_from(longer)));
}

static void entity_tags_compare_weakly(void **state) {
  (void)state;
  ax_str tag = AX_STR("W/\"2\"");
  assert_true(ax_http_headers_has_tag(AX_STR("W/\"2\""), tag));
  assert_true(ax_http_headers_has_tag(AX_STR("\"1\", \"2\""), tag));
  assert_true(ax_http_headers_has_tag(AX_STR("*"), tag));
  assert_false(ax_http_headers_has_tag(AX_STR("\"1,2\", \"22\""), tag));
  assert_false(ax_http_headers_has_tag(AX_STR(""), tag));
  assert_false(ax_http_headers_has_tag(AX_STR("2"), tag));
}

static void response_values_cannot_split_the_response(void **state) {
  (void)state;
  ax_http_response rs = { .status = 200 };
  ax_http_set_header(&rs, AX_STR("Location"), AX_STR("a\r\nX: y"));
  assert_int_equal(rs.header_count, 0);
  for (int i = 0; i < 80; i++)
    ax_http_set_header(&rs, AX_STR("X"), AX_STR("y"));
  assert_int_equal(rs.header_count, AX_HTTP_RESPONSE_HEADERS_MAX);
}

static void a_head_is_written_whole(void **state) {
  (void)state;
  ax_http_response rs = { .status = 201, .content_type = AX_STR("a/b") };
  rs.body = AX_STR("12345");
  ax_http_set_header(&rs, AX_STR("ETag"), AX_STR("W/\"1\""));
  ax_buf out = AX_BUF_INIT(4096);
  ax_http_write_head(&rs, 784111777000, true, &out);
  ax_buf_append_char(&out, '\0');
  const char *text = out.bytes;
  assert_int_equal(strncmp(text, "HTTP/1.1 201 Created\r\n", 22), 0);
  assert_non_null(strstr(text, "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  assert_non_null(strstr(text, "\r\nContent-Length: 5\r\n"));
  assert_non_null(strstr(text, "\r\nETag: W/\"1\"\r\n"));
  assert_non_null(strstr(text, "\r\nX-Content-Type-Options: nosniff\r\n"));
  assert_non_null(strstr(text, "\r\nConnection: close\r\n\r\n"));
  ax_buf_free(&out);
}

static void a_relayed_head_is_written_as_it_came(void **state) {
  (void)state;
  ax_http_response rs = { .status = 200, .relayed = true };
  rs.body = AX_STR("12345");
  ax_http_set_header(&rs, AX_STR("Date"), AX_STR("yesterday"));
  ax_buf out = AX_BUF_INIT(4096);
  ax_http_write_head(&rs, 784111777000, false, &out);
  assert_true(ax_str_eq(ax_buf_view(&out),
                        AX_STR("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
                               "Date: yesterday\r\n\r\n")));
  /* What a HEAD would have got. */
  ax_buf_clear(&out);
  rs.body = AX_STR("");
  ax_http_set_header(&rs, AX_STR("content-length"), AX_STR("77"));
  ax_http_write_head(&rs, 784111777000, false, &out);
  assert_true(ax_str_eq(ax_buf_view(&out),
                        AX_STR("HTTP/1.1 200 OK\r\nDate: yesterday\r\n"
                               "content-length: 77\r\n\r\n")));
  ax_buf_free(&out);
}

static void dates_beyond_four_digits_are_clamped(void **state) {
  (void)state;
  char date[AX_HTTP_DATE + 1];
  ax_http_date(-1, date);
  assert_string_equal(date, "Thu, 01 Jan 1970 00:00:00 GMT");
  ax_http_date(INT64_MAX, date);
  assert_string_equal(date, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static void dates_come_back_as_they_were_written(void **state) {
  (void)state;
  static const int64_t moments[] = { 0, 784111777000, 951782399000,
                                     1709164800000, 253402300799000 };
  for (size_t i = 0; i < AX_COUNT(moments); i++) {
    char text[AX_HTTP_DATE + 1];
    int64_t back = -1;
    ax_http_date(moments[i], text);
    assert_true(ax_http_date_parse(ax_str_from(text), &back));
    assert_int_equal(back, moments[i]);
  }
  int64_t any;
  assert_false(ax_http_date_parse(AX_STR("yesterday"), &any));
  assert_false(
      ax_http_date_parse(AX_STR("Sun, 06 Nob 1994 08:49:37 GMT"), &any));
  assert_false(
      ax_http_date_parse(AX_STR("Sun, 06 Nov 1994 08:49:37 CET"), &any));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_plain_head_is_understood),
    cmocka_unit_test(two_lengths_are_refused),
    cmocka_unit_test(a_length_is_plain_digits),
    cmocka_unit_test(only_known_codings_pass),
    cmocka_unit_test(names_and_values_hold_no_control_bytes),
    cmocka_unit_test(a_host_is_needed_and_must_be_one),
    cmocka_unit_test(targets_are_split_and_checked),
    cmocka_unit_test(ids_are_safe_to_log),
    cmocka_unit_test(entity_tags_compare_weakly),
    cmocka_unit_test(response_values_cannot_split_the_response),
    cmocka_unit_test(a_head_is_written_whole),
    cmocka_unit_test(a_relayed_head_is_written_as_it_came),
    cmocka_unit_test(dates_beyond_four_digits_are_clamped),
    cmocka_unit_test(dates_come_back_as_they_were_written),
  };
  return cmocka_run_group_tests_name("http_headers", tests, NULL, NULL);
}
