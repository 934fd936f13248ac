#include "tests/unit/http_feed.h"

static const struct http_row rows[] = {
	/* request lines and targets */
	{ "a request", BYTES(GET HOST "\r\n"), .left = "" },
	{ "a path", BYTES("GET /topics/7 HTTP/1.1\r\n" HOST "\r\n"), .path = "/topics/7" },
	{ "a query", BYTES("GET /a?b=c&d HTTP/1.1\r\n" HOST "\r\n"), .path = "/a", .query = "b=c&d" },
	{ "an escape", BYTES("GET /%41%2fb HTTP/1.1\r\n" HOST "\r\n"), .path = "/%41%2fb" },
	{ "a broken escape in the query", BYTES("GET /?%zz HTTP/1.1\r\n" HOST "\r\n"), .query = "%zz" },
	{ "odd but visible bytes", BYTES("GET /\"<>\\^`{|}~ HTTP/1.1\r\n" HOST "\r\n"), .path = "/\"<>\\^`{|}~" },
	{ "an unknown method", BYTES("BREW / HTTP/1.1\r\n" HOST "\r\n"), .method = "BREW" },
	{ "a method in lower case", BYTES("get / HTTP/1.1\r\n" HOST "\r\n"), .method = "get" },
	{ "a method of odd bytes", BYTES("!#$%&'*+-.^_`|~09 / HTTP/1.1\r\n" HOST "\r\n"), .method = "!#$%&'*+-.^_`|~09" },
	{ "a method of 32 bytes", BYTES("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1\r\n" HOST "\r\n"), .method = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF" },
	{ "a method of 33 bytes", BYTES("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG"), .st = ST_NOT_IMPLEMENTED },
	{ "OPTIONS *", BYTES("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), .method = "OPTIONS", .path = "*" },
	{ "OPTIONS of a path", BYTES("OPTIONS /a HTTP/1.1\r\n" HOST "\r\n"), .method = "OPTIONS", .path = "/a" },
	{ "GET *", BYTES("GET * HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "an absolute target", BYTES("GET http://a.example/b?c HTTP/1.1\r\n" HOST "\r\n"), .path = "/b", .query = "c" },
	{ "an absolute target without a path", BYTES("GET http://a HTTP/1.1\r\n" HOST "\r\n"), .path = "/" },
	{ "an absolute target, query but no path", BYTES("GET http://a?b=/c HTTP/1.1\r\n" HOST "\r\n"), .path = "/", .query = "b=/c" },
	{ "a scheme in upper case", BYTES("GET HTTP://a/b HTTP/1.1\r\n" HOST "\r\n"), .path = "/b" },
	{ "an absolute target without a host", BYTES("GET http:///b HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "an absolute target beside no Host", BYTES("GET http://a/ HTTP/1.1\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "another scheme", BYTES("GET ftp://a/b HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a path without its slash", BYTES("GET a HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "CONNECT", BYTES("CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n"), .st = ST_NOT_IMPLEMENTED },
	{ "CONNECT before its target", BYTES("CONNECT "), .st = ST_NOT_IMPLEMENTED },
	{ "a fragment", BYTES("GET /a#b HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a tab in the target", BYTES("GET /a\tb HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "NUL in the target", BYTES("GET /a\0b HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "DEL in the target", BYTES("GET /a\177b HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "UTF-8 in the target", BYTES("GET /\303\244 HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a broken escape", BYTES("GET /%zz HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "two spaces after the method", BYTES("GET  / HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "two spaces after the target", BYTES("GET /  HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a tab after the method", BYTES("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a space before the method", BYTES(" GET / HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a space after the version", BYTES("GET / HTTP/1.1 \r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "no target", BYTES("GET HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "no version", BYTES("GET /\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "no version but its space", BYTES("GET / \r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a method alone", BYTES("GET\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a method that is not a token", BYTES("GE(T / HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a method of UTF-8", BYTES("G\303\204T / HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "NUL first", BYTES("\0"), .st = ST_BAD_REQUEST },
	{ "TLS", BYTES("\x16\x03\x01\x02"), .st = ST_BAD_REQUEST },
	{ "HTTP/1.0", BYTES(GET_OLD "\r\n"), .flags = CLOSES },
	{ "HTTP/1.0 with a Host", BYTES(GET_OLD HOST "\r\n"), .flags = CLOSES },
	{ "HTTP/1.2", BYTES("GET / HTTP/1.2\r\n" HOST "\r\n"), .st = ST_VERSION_NOT_SUPPORTED },
	{ "HTTP/2.0", BYTES("GET / HTTP/2.0\r\n" HOST "\r\n"), .st = ST_VERSION_NOT_SUPPORTED },
	{ "HTTP/0.9", BYTES("GET / HTTP/0.9\r\n" HOST "\r\n"), .st = ST_VERSION_NOT_SUPPORTED },
	{ "HTTP/9.9", BYTES("GET / HTTP/9.9\r\n" HOST "\r\n"), .st = ST_VERSION_NOT_SUPPORTED },
	{ "the preface of HTTP/2", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), .st = ST_VERSION_NOT_SUPPORTED },
	{ "another version, bare LF", BYTES("GET / HTTP/2.0\n"), .st = ST_BAD_REQUEST },
	{ "HTTP/1", BYTES("GET / HTTP/1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "HTTP/1.", BYTES("GET / HTTP/1.\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "HTTP/1.10", BYTES("GET / HTTP/1.10\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "HTTP/11.1", BYTES("GET / HTTP/11.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "HTTP/x.1", BYTES("GET / HTTP/x.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "HTTP/1,1", BYTES("GET / HTTP/1,1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a version in lower case", BYTES("GET / http/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "another protocol", BYTES("GET / ICY/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "a word after the version", BYTES("GET / HTTP/1.1 x\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	/* line ends */
	{ "an empty line before", BYTES("\r\n" GET HOST "\r\n"), .path = "/" },
	{ "two empty lines before", BYTES("\r\n\r\n" GET HOST "\r\n"), .path = "/" },
	{ "three empty lines before", BYTES("\r\n\r\n\r\n" GET HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "LF before", BYTES("\n" GET HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "CR before", BYTES("\r" GET HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "CR CR LF before", BYTES("\r\r\n" GET HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "LF after the request line", BYTES("GET / HTTP/1.1\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "CR after the request line", BYTES("GET / HTTP/1.1\r" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "CR CR LF after the request line", BYTES("GET / HTTP/1.1\r\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "LF after a field", BYTES(GET "Host: a\n\r\n"), .st = ST_BAD_REQUEST },
	{ "CR after a field", BYTES(GET "Host: a\rA: b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "CR CR LF after a field", BYTES(GET "Host: a\r\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "LF for the empty line", BYTES(GET HOST "\n"), .st = ST_BAD_REQUEST },
	{ "CR for the empty line", BYTES(GET HOST "\rx"), .st = ST_BAD_REQUEST },
	{ "LF CR", BYTES(GET "Host: a\n\r"), .st = ST_BAD_REQUEST },
	{ "LF everywhere", BYTES("GET / HTTP/1.1\nHost: a\n\n"), .st = ST_BAD_REQUEST },
	{ "LF in the target, no end", BYTES("GET /\n"), .st = ST_BAD_REQUEST },
	{ "CR in a value, no end", BYTES(GET "A: b\rc"), .st = ST_BAD_REQUEST },
	{ "nothing", BYTES(""), .flags = WAITS },
	{ "an empty line alone", BYTES("\r\n"), .flags = WAITS },
	{ "a request line cut short", BYTES("GET / HT"), .flags = WAITS },
	{ "a head cut before its last byte", BYTES(GET HOST "\r"), .flags = WAITS },
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

int main(void)
{
	TCase *tests = tcase_create("http_request_line");
	tcase_add_loop_test(tests, a_request_is_complete_or_refused, 0, COUNT(rows));
	tcase_add_loop_test(
		tests, the_outcome_does_not_depend_on_how_the_bytes_are_cut, 0, COUNT(rows));
	return suite_run("http_request_line", tests);
}
