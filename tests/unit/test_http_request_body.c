#include "tests/unit/http_feed.h"

static const struct http_row rows[] = {
	/* Content-Length */
	{ "a body", BYTES(POST "Content-Length: 5\r\n\r\nhello"), .method = "POST", .body = "hello" },
	{ "a body of NUL and line ends", BYTES(POST "Content-Length: 4\r\n\r\n\r\n\r\n"), .method = "POST", .body = "\r\n\r\n" },
	{ "a body of no bytes", BYTES(POST "Content-Length: 0\r\n\r\n"), .method = "POST" },
	{ "a length with zeros before", BYTES(POST "content-length:\t0005 \r\n\r\nhello"), .method = "POST", .body = "hello" },
	{ "a body for GET", BYTES(GET HOST "Content-Length: 1\r\n\r\nx"), .body = "x" },
	{ "a body in HTTP/1.0", BYTES("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"), .method = "POST", .body = "x", .flags = CLOSES },
	{ "more than the body", BYTES(POST "Content-Length: 2\r\n\r\nhello"), .method = "POST", .body = "he", .left = "llo" },
	{ "no length and bytes after", BYTES(POST "\r\nhello"), .method = "POST", .left = "hello" },
	{ "a body cut short", BYTES(POST "Content-Length: 5\r\n\r\nhell"), .flags = WAITS },
	{ "a body not begun", BYTES(POST "Content-Length: 5\r\n\r\n"), .flags = WAITS },
	{ "two equal lengths", BYTES(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "two lengths that differ", BYTES(POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a list of equal lengths", BYTES(POST "Content-Length: 5, 5\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "an empty length", BYTES(POST "Content-Length:\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a length with a plus", BYTES(POST "Content-Length: +5\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a length with a minus", BYTES(POST "Content-Length: -5\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a length in hex", BYTES(POST "Content-Length: 0x5\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a length with a blank inside", BYTES(POST "Content-Length: 1 0\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a length with a fraction", BYTES(POST "Content-Length: 5.0\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a length in quotes", BYTES(POST "Content-Length: \"5\"\r\n\r\nhello"), .st = ST_BAD_REQUEST },
	{ "a length of 19 digits", BYTES(POST "Content-Length: 9999999999999999999\r\n\r\n"), .st = ST_PAYLOAD_TOO_LARGE },
	{ "a length of 19 digits, mostly zeros", BYTES(POST "Content-Length: 0000000000000000005\r\n\r\nhello"), .method = "POST", .body = "hello" },
	{ "a length of 20 digits", BYTES(POST "Content-Length: 18446744073709551621\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a length over 1 MiB", BYTES(POST "Content-Length: 1048577\r\n\r\n"), .st = ST_PAYLOAD_TOO_LARGE },
	{ "a length of 1 MiB", BYTES(POST "Content-Length: 1048576\r\n\r\n"), .flags = WAITS },
	/* Transfer-Encoding */
	{ "chunks", BYTES(CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), .method = "POST", .body = "hello world" },
	{ "no chunks", BYTES(CHUNKED "0\r\n\r\n"), .method = "POST" },
	{ "a coding of any case", BYTES(POST "tRANSFER-eNCODING: CHUNKED\r\n\r\n0\r\n\r\n"), .method = "POST" },
	{ "sizes in hex", BYTES(CHUNKED "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n"), .method = "POST", .body = "01234567890123456789a" },
	{ "sizes with zeros", BYTES(CHUNKED "00000001\r\nx\r\n00000000\r\n\r\n"), .method = "POST", .body = "x" },
	{ "line ends in a chunk", BYTES(CHUNKED "4\r\n\r\n\r\n\r\n0\r\n\r\n"), .method = "POST", .body = "\r\n\r\n" },
	{ "an extension", BYTES(CHUNKED "1;a=b;c=\"d \t\"\r\nx\r\n0;e\r\n\r\n"), .method = "POST", .body = "x" },
	{ "blanks before an extension", BYTES(CHUNKED "1 \t ; a = b\r\nx\r\n0\r\n\r\n"), .method = "POST", .body = "x" },
	{ "trailers", BYTES(CHUNKED "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\n"), .method = "POST", .body = "x" },
	{ "more than the chunks", BYTES(CHUNKED "1\r\nx\r\n0\r\n\r\nGET"), .method = "POST", .body = "x", .left = "GET" },
	{ "more than the trailers", BYTES(CHUNKED "0\r\nA: b\r\n\r\n\r\n"), .method = "POST", .left = "\r\n" },
	{ "chunks cut short", BYTES(CHUNKED "5\r\nhel"), .flags = WAITS },
	{ "chunks without their end", BYTES(CHUNKED "5\r\nhello\r\n"), .flags = WAITS },
	{ "trailers without their end", BYTES(CHUNKED "0\r\nA: b\r\n"), .flags = WAITS },
	{ "a length, then a coding", BYTES(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a coding, then a length", BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "two codings in two fields", BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "chunked and identity in two fields", BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "chunked twice", BYTES(POST "Transfer-Encoding: chunked, chunked\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "chunked, but not last", BYTES(POST "Transfer-Encoding: chunked, gzip\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "gzip and chunked", BYTES(POST "Transfer-Encoding: gzip, chunked\r\n\r\n"), .st = ST_NOT_IMPLEMENTED },
	{ "gzip", BYTES(POST "Transfer-Encoding: gzip\r\n\r\n"), .st = ST_NOT_IMPLEMENTED },
	{ "identity", BYTES(POST "Transfer-Encoding: identity\r\n\r\n"), .st = ST_NOT_IMPLEMENTED },
	{ "a coding that begins as chunked", BYTES(POST "Transfer-Encoding: chunkedx\r\n\r\n"), .st = ST_NOT_IMPLEMENTED },
	{ "a coding that ends as chunked", BYTES(POST "Transfer-Encoding: xchunked\r\n\r\n"), .st = ST_NOT_IMPLEMENTED },
	{ "chunked with a parameter", BYTES(POST "Transfer-Encoding: chunked;a=b\r\n\r\n"), .st = ST_NOT_IMPLEMENTED },
	{ "an empty coding", BYTES(POST "Transfer-Encoding:\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a comma before chunked", BYTES(POST "Transfer-Encoding: ,chunked\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a comma after chunked", BYTES(POST "Transfer-Encoding: chunked,\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "chunked in quotes", BYTES(POST "Transfer-Encoding: \"chunked\"\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a coding that is not a token", BYTES(POST "Transfer-Encoding: gzip, \"\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a coding in HTTP/1.0", BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a folded coding", BYTES(POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a coding after a vertical tab", BYTES(POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	/* chunk framing */
	{ "an empty size", BYTES(CHUNKED "\r\n"), .st = ST_BAD_REQUEST },
	{ "a size that is not hex", BYTES(CHUNKED "g\r\n"), .st = ST_BAD_REQUEST },
	{ "a size with a prefix", BYTES(CHUNKED "0x5\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "a size with a plus", BYTES(CHUNKED "+5\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "a size with a minus", BYTES(CHUNKED "-1\r\n"), .st = ST_BAD_REQUEST },
	{ "a size after a space", BYTES(CHUNKED " 5\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "a size before a space", BYTES(CHUNKED "5 \r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "a size of two words", BYTES(CHUNKED "5 5\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "a size of 9 digits", BYTES(CHUNKED "000000005"), .st = ST_BAD_REQUEST },
	{ "a size of 17 digits", BYTES(CHUNKED "10000000000000005\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "a size over 1 MiB", BYTES(CHUNKED "100001\r\n"), .st = ST_PAYLOAD_TOO_LARGE },
	{ "the largest size", BYTES(CHUNKED "ffffffff\r\n"), .st = ST_PAYLOAD_TOO_LARGE },
	{ "sizes over 1 MiB together", BYTES(CHUNKED "1\r\nx\r\n100000\r\n"), .st = ST_PAYLOAD_TOO_LARGE },
	{ "an extension without a size", BYTES(CHUNKED ";a\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "a control byte in an extension", BYTES(CHUNKED "5;a\001\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "LF in an extension", BYTES(CHUNKED "5;a\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "CR in an extension", BYTES(CHUNKED "5;a\rb\r\nhello\r\n"), .st = ST_BAD_REQUEST },
	{ "LF after a size", BYTES(CHUNKED "5\nhello\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "CR after a size", BYTES(CHUNKED "5\rhello\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "LF after a chunk", BYTES(CHUNKED "5\r\nhello\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "CR after a chunk", BYTES(CHUNKED "5\r\nhello\r0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a chunk longer than its size", BYTES(CHUNKED "4\r\nhello\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a chunk shorter than its size", BYTES(CHUNKED "6\r\nhello\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "LF after the last size", BYTES(CHUNKED "0\n\r\n"), .st = ST_BAD_REQUEST },
	{ "LF for the last line", BYTES(CHUNKED "0\r\n\n"), .st = ST_BAD_REQUEST },
	{ "CR for the last line", BYTES(CHUNKED "0\r\n\rx"), .st = ST_BAD_REQUEST },
	{ "a next request for the last line", BYTES(CHUNKED "0\r\nGET / HTTP/1.1\r\n"), .st = ST_BAD_REQUEST },
	{ "a folded trailer", BYTES(CHUNKED "0\r\nA: b\r\n c\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a trailer with a space before its colon", BYTES(CHUNKED "0\r\nA : b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a trailer without a name", BYTES(CHUNKED "0\r\n: b\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a trailer with NUL", BYTES(CHUNKED "0\r\nA: \0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a trailer with LF", BYTES(CHUNKED "0\r\nA: b\n\r\n"), .st = ST_BAD_REQUEST },
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
	TCase *tests = tcase_create("http_request_body");
	tcase_add_loop_test(tests, a_request_is_complete_or_refused, 0, COUNT(rows));
	tcase_add_loop_test(
		tests, the_outcome_does_not_depend_on_how_the_bytes_are_cut, 0, COUNT(rows));
	return suite_run("http_request_body", tests);
}
