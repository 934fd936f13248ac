#include <string.h>

#include "tests/unit/http_feed.h"

static const struct http_row rows[] = {
	/* bytes after the request */
	{ "a second request", BYTES(GET HOST "\r\n" GET), .left = GET },
	{ "empty lines after", BYTES(GET HOST "\r\n\r\n\r\n"), .left = "\r\n\r\n" },
	{ "bytes after that are not a request", BYTES(GET HOST "\r\n\001\002"), .left = "\001\002" },
};

START_TEST(a_request_is_complete_or_refused)
{
	check_outcome(&rows[_i]);
}
END_TEST

START_TEST(the_outcome_does_not_depend_on_how_the_bytes_are_cut)
{
	check_cuts(&rows[_i]);
}
END_TEST

/* The RFCs' lists of the bytes that each place allows. */

static bool is_token_byte(int byte)
{
	static const char punctuation[] = "!#$%&'*+-.^_`|~";
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z')
	       || (byte >= 'A' && byte <= 'Z') || (byte && strchr(punctuation, byte));
}

static bool is_name_byte(int byte)
{
	return is_token_byte(byte) || byte == ':'; /* ends the name */
}

static bool is_target_byte(int byte)
{
	return byte >= 0x21 && byte <= 0x7e && byte != '#' && byte != '%';
}

static bool is_value_byte(int byte)
{
	return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

static bool is_host_byte(int byte)
{
	static const char punctuation[] = "-._~!$&'()*+,;=";
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z')
	       || (byte >= 'A' && byte <= 'Z') || (byte && strchr(punctuation, byte));
}

static const struct {
	const char *before, *after;
	bool (*is_allowed)(int byte);
} places[] = {
	{ "G", "T / HTTP/1.1\r\n" HOST "\r\n", is_token_byte },
	{ "GET /x", "y HTTP/1.1\r\n" HOST "\r\n", is_target_byte },
	{ GET HOST "A", "b: c\r\n\r\n", is_name_byte },
	{ GET HOST "A: b", "c\r\n\r\n", is_value_byte },
	{ GET HOST "A: 0123456789", "0123456789\r\n\r\n", is_value_byte },
	{ GET "Host: a", "b\r\n\r\n", is_host_byte },
	{ CHUNKED "0;a", "b\r\n\r\n", is_value_byte },
	{ CHUNKED "0\r\nA", "b: c\r\n\r\n", is_name_byte },
	{ CHUNKED "0\r\nA: b", "c\r\n\r\n", is_value_byte },
};

START_TEST(each_byte_is_allowed_or_refused)
{
	for (int byte = 0; byte < 256; byte++) {
		struct buf text = { 0 };
		buf_text(&text, places[_i].before);
		buf_byte(&text, (char)byte);
		buf_text(&text, places[_i].after);
		struct http_reader r = { 0 };
		struct span input = buf_view(&text);
		bool is_taken = feed(&r, &input, text.len, 0, NULL) == HTTP_COMPLETE;
		ck_assert_msg(is_taken == places[_i].is_allowed(byte), "%s<%02x>",
			places[_i].before, byte);
		http_reader_fini(&r);
		buf_fini(&text);
	}
}
END_TEST

static const char pipeline[] = POST "Content-Length: 5\r\n\r\nhello"
				    "\r\nGET /second?q HTTP/1.1\r\n" HOST "\r\n" CHUNKED
				    "5\r\nthird\r\n0\r\nA: b\r\n\r\n" GET_OLD "\r\n";

START_TEST(requests_follow_each_other)
{
	static const char *const paths[] = { "/", "/second", "/", "/" };
	static const char *const bodies[] = { "hello", "", "third", "" };
	for (size_t piece = 1; piece < sizeof pipeline; piece++) {
		struct http_reader r = { 0 };
		struct span input = span_of(pipeline);
		for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
			ck_assert(feed(&r, &input, piece, piece, NULL) == HTTP_COMPLETE);
			ck_span("path", r.request.path, paths[i], NULL);
			ck_span("body", r.request.body, bodies[i], NULL);
			ck_span("query", r.request.query, i == 1 ? "q" : "", NULL);
			ck_assert(r.request.has_body == (i % 2 == 0));
			ck_assert(r.request.keep_alive == (i != 3));
			http_reader_next(&r);
			ck_assert_int_eq(r.phase, HTTP_AT_START);
		}
		ck_assert_uint_eq(input.len, 0);
		http_reader_fini(&r);
	}
}
END_TEST

START_TEST(a_head_is_reported_before_its_body)
{
	struct http_reader r = { 0 };
	struct span bytes = span_of(POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nx");
	ck_assert_int_eq(r.phase, HTTP_AT_START);
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_HEAD);
	ck_assert_int_eq(r.phase, HTTP_IN_BODY);
	ck_assert(r.request.expect_continue && r.request.has_body);
	ck_span("method", r.request.method, "POST", NULL);
	ck_span("left", bytes, "x", NULL);
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_MORE);
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_MORE);
	bytes = span_of("yz");
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_COMPLETE);
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_COMPLETE);
	ck_span("body", r.request.body, "xy", NULL);
	ck_span("left", bytes, "z", NULL);
	http_reader_fini(&r);
}
END_TEST

/* Not the spans of the request before, whose bytes are gone. */
START_TEST(the_received_part_of_a_refused_head_is_known)
{
	struct http_reader r = { 0 };
	struct span bytes = span_of(GET HOST "Origin: b\r\n\r\n" GET HOST "Origin: c\r\nD : e");
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_COMPLETE);
	http_reader_next(&r);
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_REFUSED);
	ck_assert_uint_eq(r.request.field_count, 0);
	const struct http_request *known = http_reader_known(&r);
	ck_assert_uint_eq(known->field_count, 2);
	ck_span("origin", http_request_field(known, "origin"), "c", NULL);
	http_reader_fini(&r);
	ck_assert_ptr_null(http_reader_known(&r));
}
END_TEST

/* A field is known once its line has ended. */
START_TEST(the_received_part_of_a_head_is_known_after_each_byte)
{
	const char *text = GET HOST "Origin: c\r\n";
	for (size_t len = 0; len <= strlen(text); len++) {
		struct http_reader r = { 0 };
		struct span bytes = { text, len };
		ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_MORE);
		const struct http_request *known = http_reader_known(&r);
		ck_assert_int_eq(known != NULL, len >= strlen("GET "));
		if (known)
			ck_span("origin", http_request_field(known, "origin"),
				len == strlen(text) ? "c" : "", NULL);
		http_reader_fini(&r);
	}
}
END_TEST

/* Of request lines that are refused or not whole. */
static const struct {
	const char *line, *path;
} known_paths[] = {
	{ "GET /api/tasks?q=m\xc3\xbcnchen HTTP/1.1\r\n", "/api/tasks" },
	{ "GET /api/m\xc3\xbcnchen HTTP/1.1\r\n", "/api/m" },
	{ "GET /api/tasks?q=a b HTTP/1.1\r\n", "/api/tasks" },
	{ "GET /api/%zz?q HTTP/1.1\r\n", "/api/%zz" },
	{ "GET /api/tasks HTTP/2.0\r\n", "/api/tasks" },
	{ "GET /api/tasks HTTP/1.1\n", "/api/tasks" },
	{ "GET /api/tasks\r\n", "/api/tasks" },
	{ "GET /api/ta", "/api/ta" },
	{ "GET http://a/api/tasks HTTP/2.0\r\n", "/api/tasks" },
	{ "GET http://u@a/api/tasks HTTP/1.1\r\n", "/api/tasks" },
	{ "GET http://a HTTP/2.0\r\n", "/" },
	{ "GET  /api/tasks HTTP/1.1\r\n", "/" },
	{ "GET * HTTP/1.1\r\n", "/" },
	{ "CONNECT /api/tasks HTTP/1.1\r\n", "/" },
};

static void ck_known_path(struct span line, size_t piece, struct span path)
{
	struct http_reader r = { 0 };
	enum http_progress progress = HTTP_MORE;
	while (line.len && progress == HTTP_MORE) {
		struct span bytes = span_first(line, piece < line.len ? piece : line.len);
		line = span_drop(line, bytes.len);
		progress = http_reader_feed(&r, &bytes, NULL);
	}
	ck_assert(progress == HTTP_MORE || progress == HTTP_REFUSED);
	struct span known = http_reader_known(&r)->path;
	ck_assert_msg(span_equals(known, path), "cut into %zu: %zu bytes, not %zu", piece,
		known.len, path.len);
	http_reader_fini(&r);
}

START_TEST(the_path_of_a_request_line_is_known)
{
	struct span line = span_of(known_paths[_i].line);
	for (size_t piece = 1; piece <= line.len; piece++)
		ck_known_path(line, piece, span_of(known_paths[_i].path));
}
END_TEST

START_TEST(the_path_of_a_long_target_is_known)
{
	struct buf line = { 0 };
	buf_text(&line, "GET http://a/");
	for (int i = 0; i < HTTP_TARGET_MAX; i++)
		buf_byte(&line, 'b');
	size_t start = strlen("GET http://a"), end = strlen("GET ") + HTTP_TARGET_MAX;
	struct span path = { line.bytes + start, end - start };
	ck_known_path(buf_view(&line), line.len, path);
	ck_known_path(buf_view(&line), 1, path);
	ck_known_path(buf_view(&line), 100, path);
	buf_fini(&line);
}
END_TEST

START_TEST(a_refusal_is_final)
{
	struct http_reader r = { 0 };
	struct fail why = { 0 };
	struct span bytes = span_of("GET / HTTP/3.0\r\n" HOST "\r\n");
	ck_assert(http_reader_feed(&r, &bytes, &why) == HTTP_REFUSED);
	bytes = span_of(GET HOST "\r\n");
	why = (struct fail){ 0 };
	ck_assert(http_reader_feed(&r, &bytes, &why) == HTTP_REFUSED);
	ck_assert_int_eq(r.refusal, ST_VERSION_NOT_SUPPORTED);
	ck_assert(why.text[0] != '\0');
	http_reader_fini(&r);
	bytes = span_of(GET HOST "\r\n");
	ck_assert(http_reader_feed(&r, &bytes, &why) == HTTP_COMPLETE);
	http_reader_fini(&r);
}
END_TEST

static const struct {
	const char *bytes, *why;
} reasons[] = {
	{ GET "A : b\r\n", "white space before the colon of a header field" },
	{ GET "A: b\n", "a line feed without a carriage return" },
	{ GET "A: b\r\r", "a carriage return without a line feed" },
	{ GET "\r\n", "no Host" },
	{ GET HOST HOST, "more than one Host" },
	{ GET HOST "A: b\r\n c", "a folded header field" },
	{ CHUNKED "4\r\nhello", "a chunk longer than its size" },
};

START_TEST(a_refusal_names_the_error)
{
	struct http_reader r = { 0 };
	struct fail why = { 0 };
	struct span input = span_of(reasons[_i].bytes);
	ck_assert(feed(&r, &input, input.len, 0, &why) == HTTP_REFUSED);
	ck_assert_str_eq(why.text, reasons[_i].why);
	http_reader_fini(&r);
}
END_TEST

START_TEST(fields_are_found_in_any_case)
{
	struct http_reader r = { 0 };
	struct span bytes = span_of(GET HOST "Accept: \t x y \t\r\naccept: z\r\nEmpty:\r\n\r\n");
	ck_assert(http_reader_feed(&r, &bytes, NULL) == HTTP_COMPLETE);
	ck_assert_uint_eq(r.request.field_count, 4);
	ck_span("first", http_request_field(&r.request, "ACCEPT"), "x y", NULL);
	ck_span("host", http_request_field(&r.request, "host"), "a", NULL);
	ck_span("empty", http_request_field(&r.request, "Empty"), "", NULL);
	ck_span("absent", http_request_field(&r.request, "Accep"), "", NULL);
	ck_assert_ptr_null(http_request_field(&r.request, "Accep").bytes);
	http_reader_fini(&r);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("http_request");
	tcase_add_loop_test(tests, a_request_is_complete_or_refused, 0, COUNT(rows));
	tcase_add_loop_test(
		tests, the_outcome_does_not_depend_on_how_the_bytes_are_cut, 0, COUNT(rows));
	tcase_add_loop_test(tests, each_byte_is_allowed_or_refused, 0, COUNT(places));
	tcase_add_test(tests, requests_follow_each_other);
	tcase_add_test(tests, a_head_is_reported_before_its_body);
	tcase_add_test(tests, the_received_part_of_a_refused_head_is_known);
	tcase_add_test(tests, the_received_part_of_a_head_is_known_after_each_byte);
	tcase_add_loop_test(tests, the_path_of_a_request_line_is_known, 0, COUNT(known_paths));
	tcase_add_test(tests, the_path_of_a_long_target_is_known);
	tcase_add_test(tests, a_refusal_is_final);
	tcase_add_loop_test(tests, a_refusal_names_the_error, 0, COUNT(reasons));
	tcase_add_test(tests, fields_are_found_in_any_case);
	return suite_run("http_request", tests);
}
