#include "tests/unit/http_feed.h"

static const struct http_row rows[] = {
	/* fields */
	{ "many fields", BYTES(GET HOST "A: 1\r\nB:2\r\nC:\t 3 \t\r\n\r\n"), .path = "/" },
	{ "an empty value", BYTES(GET HOST "A:\r\nB: \t \r\n\r\n"), .path = "/" },
	{ "a value with colons, blanks and a tab", BYTES(GET HOST "A: b: c\td  e\r\n\r\n"), .path = "/" },
	{ "obs-text", BYTES(GET HOST "A: \200\377 caf\303\251\r\n\r\n"), .path = "/" },
	{ "a name of odd bytes", BYTES(GET HOST "!#$%&'*+-.^_`|~9z: b\r\n\r\n"), .path = "/" },
	{ "a field twice", BYTES(GET HOST "A: b\r\nA: c\r\n\r\n"), .path = "/" },
	{ "no field", BYTES(GET_OLD "\r\n"), .flags = CLOSES },
	{ "a space before the colon", BYTES(GET HOST "A : b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a tab before the colon", BYTES(GET HOST "A\t: b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a space before the first name", BYTES(GET " Host: a\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a folded field", BYTES(GET HOST "A: b\r\n c\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a field folded with a tab", BYTES(GET HOST "A: b\r\n\tc\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a fold of blanks alone", BYTES(GET HOST "A: b\r\n \r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "an empty name", BYTES(GET HOST ": b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "no colon", BYTES(GET HOST "A\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "no colon but words", BYTES(GET HOST "A b c\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a name in quotes", BYTES(GET HOST "\"A\": b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a name with a slash", BYTES(GET HOST "A/B: b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a name with NUL", BYTES(GET HOST "A\0B: b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a name of UTF-8", BYTES(GET HOST "\303\244: b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "NUL in a value", BYTES(GET HOST "A: b\0c\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "NUL in a long value", BYTES(GET HOST "A: 0123456789abcdef\0000123456789abcdef\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "DEL in a value", BYTES(GET HOST "A: b\177c\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "DEL in a long value", BYTES(GET HOST "A: 0123456789abcdef\1770123456789abcdef\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "ESC in a value", BYTES(GET HOST "A: \033[0m\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a vertical tab in a value", BYTES(GET HOST "A: b\vc\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a form feed before a value", BYTES(GET HOST "A:\fb\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "obs-text and a tab in a long value", BYTES(GET HOST "A: 0123456\377789ab\tcdef\20089\r\n\r\n"), .path = "/" },
	/* Host */
	{ "no Host", BYTES(GET "\r\n"), .st = ST_BAD_REQUEST },
	{ "no Host among others", BYTES(GET "A: b\r\nHosts: a\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "two Hosts", BYTES(GET HOST HOST "\r\n"), .st = ST_BAD_REQUEST },
	{ "two Hosts in HTTP/1.0", BYTES(GET_OLD HOST "hOST: b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a list of Hosts", BYTES(GET "Host: a, b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "an empty Host", BYTES(GET "Host:\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a Host of blanks", BYTES(GET "Host: \t \r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "an invalid Host in HTTP/1.0", BYTES(GET_OLD "Host: a b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a Host of any case", BYTES(GET "hOsT: a\r\n\r\n"), .path = "/" },
	{ "a Host with a port", BYTES(GET "Host: a.example:65535\r\n\r\n"), .path = "/" },
	{ "a Host of IPv4", BYTES(GET "Host: 127.0.0.1:80\r\n\r\n"), .path = "/" },
	{ "a Host of IPv6", BYTES(GET "Host: [2001:db8::1]\r\n\r\n"), .path = "/" },
	{ "a Host with a space", BYTES(GET "Host: a b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a Host of UTF-8", BYTES(GET "Host: \303\244\r\n\r\n"), .st = ST_BAD_REQUEST },
	/* Connection and Expect */
	{ "close", BYTES(GET HOST "Connection: close\r\n\r\n"), .flags = CLOSES },
	{ "close of any case", BYTES(GET HOST "connection: CLOSE\r\n\r\n"), .flags = CLOSES },
	{ "close in a list", BYTES(GET HOST "Connection: a ,\tclose, ,b\r\n\r\n"), .flags = CLOSES },
	{ "close in a second field", BYTES(GET HOST "Connection: a\r\nConnection: close\r\n\r\n"), .flags = CLOSES },
	{ "close wins over keep-alive", BYTES(GET_OLD "Connection: close, keep-alive\r\n\r\n"), .flags = CLOSES },
	{ "keep-alive in HTTP/1.0", BYTES(GET_OLD "Connection: Keep-Alive\r\n\r\n"), .path = "/" },
	{ "keep-alive in HTTP/1.1", BYTES(GET HOST "Connection: keep-alive\r\n\r\n"), .path = "/" },
	{ "a word that holds close", BYTES(GET HOST "Connection: closed, x-close\r\n\r\n"), .path = "/" },
	{ "an empty Connection", BYTES(GET HOST "Connection:\r\n\r\n"), .path = "/" },
	{ "a Connection that is not a list of tokens", BYTES(GET HOST "Connection: close keep-alive\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a Connection in quotes", BYTES(GET HOST "Connection: \"close\"\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "100-continue", BYTES(POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx"), .method = "POST", .body = "x", .flags = CONTINUES },
	{ "100-continue of any case", BYTES(POST "eXPECT: 100-Continue\r\n\r\n"), .method = "POST", .flags = CONTINUES },
	{ "100-continue in HTTP/1.0", BYTES(GET_OLD "Expect: 100-continue\r\n\r\n"), .flags = CLOSES },
	{ "another expectation in HTTP/1.0", BYTES(GET_OLD "Expect: x\r\n\r\n"), .flags = CLOSES },
	{ "another expectation", BYTES(POST "Expect: 200-ok\r\n\r\n"), .st = ST_EXPECTATION_FAILED },
	{ "an empty expectation", BYTES(POST "Expect:\r\n\r\n"), .st = ST_EXPECTATION_FAILED },
	{ "two expectations", BYTES(POST "Expect: 100-continue, x\r\n\r\n"), .st = ST_EXPECTATION_FAILED },
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
	TCase *tests = tcase_create("http_request_fields");
	tcase_add_loop_test(tests, a_request_is_complete_or_refused, 0, COUNT(rows));
	tcase_add_loop_test(
		tests, the_outcome_does_not_depend_on_how_the_bytes_are_cut, 0, COUNT(rows));
	return suite_run("http_request_fields", tests);
}
