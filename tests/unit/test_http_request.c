#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http_request.h"

#define BYTES(literal) literal, sizeof(literal) - 1

#define GET     "GET / HTTP/1.1\r\n"
#define GET_OLD "GET / HTTP/1.0\r\n"
#define HOST    "Host: a\r\n"
#define POST    "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

enum { CLOSES = 1, CONTINUES = 2, WAITS = 4 };

/* NULL stands for GET, "/" and nothing. */
struct row {
	const char *what, *bytes;
	size_t len;
	enum status st;
	const char *method, *path, *query, *body, *left;
	int flags;
};

static const struct row rows[] = {
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
	{ "a method that is no token", BYTES("GE(T / HTTP/1.1\r\n" HOST "\r\n"), .st = ST_BAD_REQUEST },
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
	{ "a coding that is no token", BYTES(POST "Transfer-Encoding: gzip, \"\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a coding in HTTP/1.0", BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a folded coding", BYTES(POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a coding after a vertical tab", BYTES(POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"), .st = ST_BAD_REQUEST },
	/* chunk framing */
	{ "an empty size", BYTES(CHUNKED "\r\n"), .st = ST_BAD_REQUEST },
	{ "a size that is no hex", BYTES(CHUNKED "g\r\n"), .st = ST_BAD_REQUEST },
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
	{ "a Connection that is no list of tokens", BYTES(GET HOST "Connection: close keep-alive\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "a Connection in quotes", BYTES(GET HOST "Connection: \"close\"\r\n\r\n"), .st = ST_BAD_REQUEST },
	{ "100-continue", BYTES(POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx"), .method = "POST", .body = "x", .flags = CONTINUES },
	{ "100-continue of any case", BYTES(POST "eXPECT: 100-Continue\r\n\r\n"), .method = "POST", .flags = CONTINUES },
	{ "100-continue in HTTP/1.0", BYTES(GET_OLD "Expect: 100-continue\r\n\r\n"), .flags = CLOSES },
	{ "another expectation in HTTP/1.0", BYTES(GET_OLD "Expect: x\r\n\r\n"), .flags = CLOSES },
	{ "another expectation", BYTES(POST "Expect: 200-ok\r\n\r\n"), .st = ST_EXPECTATION_FAILED },
	{ "an empty expectation", BYTES(POST "Expect:\r\n\r\n"), .st = ST_EXPECTATION_FAILED },
	{ "two expectations", BYTES(POST "Expect: 100-continue, x\r\n\r\n"), .st = ST_EXPECTATION_FAILED },
	/* what comes after */
	{ "a second request", BYTES(GET HOST "\r\n" GET), .left = GET },
	{ "empty lines after", BYTES(GET HOST "\r\n\r\n\r\n"), .left = "\r\n\r\n" },
	{ "bytes that are no request after", BYTES(GET HOST "\r\n\001\002"), .left = "\001\002" },
};

/* Feeding */

static void show(struct buf *out, const char *what, struct span s)
{
	buf_printf(out, "%s=%zu:", what, s.len);
	buf_span(out, s);
	buf_byte(out, '\n');
}

/* All that a caller can see, so that two outcomes are compared as bytes. */
static void show_request(struct buf *out, const struct http_request *q)
{
	show(out, "method", q->method);
	show(out, "target", q->target);
	show(out, "path", q->path);
	show(out, "query", q->query);
	show(out, "body", q->body);
	buf_printf(out, "1.%d keep_alive=%d continue=%d has_body=%d\n", q->minor_version,
		q->keep_alive, q->expect_continue, q->has_body);
	for (size_t i = 0; i < q->field_count; i++) {
		show(out, "name", q->fields[i].name);
		show(out, "value", q->fields[i].value);
	}
}

/* Feeds from *input until something is complete or refused: first `piece` bytes, then `others`
 * at a time, each piece from memory that is gone afterwards. What was not used stays. No
 * ck_assert in the loop: each one that holds is a write to a file. */
static enum http_progress feed(
	struct http_reader *r, struct span *input, size_t piece, size_t others, struct fail *why)
{
	enum http_progress progress = HTTP_MORE;
	while (progress == HTTP_MORE && input->len) {
		size_t len = piece < input->len ? piece : input->len;
		char *copy = malloc(len + 1);
		if (!copy)
			ck_abort_msg("no memory");
		memcpy(copy, input->bytes, len);
		struct span bytes = { copy, len };
		progress = http_reader_feed(r, &bytes, why);
		if (progress == HTTP_HEAD)
			progress = http_reader_feed(r, &bytes, why);
		if (progress == HTTP_HEAD || (progress == HTTP_MORE && bytes.len))
			ck_abort_msg("bytes are left that were to be used");
		*input = (struct span){ input->bytes + len - bytes.len,
			input->len - len + bytes.len };
		free(copy);
		piece = others ? others : 1;
	}
	return progress;
}

static void show_outcome(struct buf *out, struct span input, size_t piece, size_t others)
{
	struct http_reader r = { 0 };
	struct fail why = { 0 };
	enum http_progress progress = feed(&r, &input, piece, others, &why);
	buf_printf(out, "progress=%d refusal=%d why=%s\n", progress, r.refusal, why.text);
	if (progress == HTTP_COMPLETE) {
		show_request(out, &r.request);
		show(out, "left", input);
	}
	http_reader_fini(&r);
}

static void ck_same(
	const char *what, struct span input, size_t piece, size_t others, const struct buf *whole)
{
	struct buf out = { 0 };
	show_outcome(&out, input, piece, others);
	if (out.len != whole->len || memcmp(out.bytes, whole->bytes, out.len) != 0)
		ck_abort_msg("%s: cut at %zu, then every %zu:\n%.*s\nbut whole:\n%.*s", what, piece,
			others, (int)out.len, out.bytes, (int)whole->len, whole->bytes);
	buf_fini(&out);
}

static void ck_span(const char *what, struct span s, const char *expected, const char *otherwise)
{
	ck_assert_msg(span_is(s, expected ? expected : otherwise), "%s: '%.*s', not '%s'", what,
		(int)s.len, s.bytes, expected ? expected : otherwise);
}

static void ck_request(const struct row *row, const struct http_request *q, struct span left)
{
	ck_span(row->what, q->method, row->method, "GET");
	ck_span(row->what, q->path, row->path, "/");
	ck_span(row->what, q->query, row->query, "");
	ck_span(row->what, q->body, row->body, "");
	ck_span(row->what, left, row->left, "");
	ck_assert_msg(q->keep_alive == !(row->flags & CLOSES), "%s", row->what);
	ck_assert_msg(q->expect_continue == !!(row->flags & CONTINUES), "%s", row->what);
}

START_TEST(a_request_is_taken_or_refused)
{
	const struct row *row = &rows[_i];
	struct http_reader r = { 0 };
	struct fail why = { 0 };
	struct span input = { row->bytes, row->len };
	enum http_progress progress = feed(&r, &input, row->len, 0, &why);
	enum http_progress expected = row->st != ST_OK     ? HTTP_REFUSED
				      : row->flags & WAITS ? HTTP_MORE
							   : HTTP_COMPLETE;
	ck_assert_msg(progress == expected, "%s: %d %s", row->what, progress, why.text);
	ck_assert_msg(r.refusal == row->st, "%s: %s: %s", row->what, status_info(r.refusal)->code,
		why.text);
	ck_assert_msg(!why.text[0] == (progress != HTTP_REFUSED), "%s", row->what);
	if (progress == HTTP_COMPLETE)
		ck_request(row, &r.request, input);
	http_reader_fini(&r);
}
END_TEST

START_TEST(how_bytes_are_cut_changes_nothing)
{
	const struct row *row = &rows[_i];
	struct span input = { row->bytes, row->len };
	struct buf whole = { 0 };
	show_outcome(&whole, input, row->len, 0);
	for (size_t piece = 1; piece <= row->len; piece++) {
		ck_same(row->what, input, piece, row->len, &whole);
		ck_same(row->what, input, piece, piece, &whole);
		ck_same(row->what, input, piece, 1, &whole);
	}
	buf_fini(&whole);
}
END_TEST

/* Which bytes may stand where: told here by the RFCs' own lists */

static bool is_token_byte(int byte)
{
	static const char punctuation[] = "!#$%&'*+-.^_`|~";
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z')
	       || (byte >= 'A' && byte <= 'Z') || (byte && strchr(punctuation, byte));
}

static bool is_name_byte(int byte)
{
	return is_token_byte(byte) || byte == ':'; /* which ends it */
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
	bool (*is_fine)(int byte);
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

START_TEST(every_byte_is_known_to_be_fine_or_not)
{
	for (int byte = 0; byte < 256; byte++) {
		struct buf text = { 0 };
		buf_text(&text, places[_i].before);
		buf_byte(&text, (char)byte);
		buf_text(&text, places[_i].after);
		struct http_reader r = { 0 };
		struct span input = buf_view(&text);
		bool is_taken = feed(&r, &input, text.len, 0, NULL) == HTTP_COMPLETE;
		ck_assert_msg(
			is_taken == places[_i].is_fine(byte), "%s<%02x>", places[_i].before, byte);
		http_reader_fini(&r);
		buf_fini(&text);
	}
}
END_TEST

/* Limits */

static void put_times(struct buf *b, char byte, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_byte(b, byte);
}

static void put_target(struct buf *b, size_t len)
{
	buf_text(b, "GET /");
	put_times(b, 'a', len - 1);
	buf_text(b, " HTTP/1.1\r\n" HOST "\r\n");
}

static void put_target_without_end(struct buf *b, size_t len)
{
	buf_text(b, "GET /");
	put_times(b, 'a', len - 1);
}

static void put_head(struct buf *b, size_t len)
{
	buf_text(b, GET HOST "A: ");
	put_times(b, 'a', len - b->len - 4);
	buf_text(b, "\r\n\r\n");
}

static void put_name_without_end(struct buf *b, size_t len)
{
	buf_text(b, GET HOST);
	put_times(b, 'a', len - b->len);
}

static void put_fields(struct buf *b, size_t count)
{
	buf_text(b, GET HOST);
	for (size_t i = 1; i < count; i++)
		buf_printf(b, "A%zu: b\r\n", i);
	buf_text(b, "\r\n");
}

static void put_body(struct buf *b, size_t len)
{
	buf_printf(b, POST "Content-Length: %zu\r\n\r\n", len);
	put_times(b, 'a', len);
}

static void put_chunks(struct buf *b, size_t len)
{
	buf_text(b, CHUNKED);
	for (size_t chunk; len; len -= chunk) {
		chunk = len < 1000 ? len : 1000;
		buf_printf(b, "%zx\r\n", chunk);
		put_times(b, 'a', chunk);
		buf_text(b, "\r\n");
	}
	buf_text(b, "0\r\n\r\n");
}

static void put_extension(struct buf *b, size_t len)
{
	buf_text(b, CHUNKED "0;");
	put_times(b, 'a', len - 2);
	buf_text(b, "\r\n\r\n");
}

static void put_blanks_before_extension(struct buf *b, size_t len)
{
	buf_text(b, CHUNKED "0");
	put_times(b, ' ', len - 2);
	buf_text(b, ";\r\n\r\n");
}

static void put_trailer(struct buf *b, size_t len)
{
	buf_text(b, CHUNKED "0\r\nA:");
	put_times(b, 'a', len - 6);
	buf_text(b, "\r\n\r\n");
}

static void put_trailers(struct buf *b, size_t count)
{
	buf_text(b, CHUNKED "0\r\n");
	for (size_t i = 0; i < count; i++)
		buf_text(b, "A: b\r\n");
	buf_text(b, "\r\n");
}

struct limit {
	const char *what;
	void (*put)(struct buf *b, size_t len);
	size_t len;
	enum http_progress progress;
	enum status st;
};

static const struct limit limits[] = {
	{ "target", put_target, HTTP_TARGET_MAX, HTTP_COMPLETE, ST_OK },
	{ "target and one", put_target, HTTP_TARGET_MAX + 1, HTTP_REFUSED, ST_URI_TOO_LONG },
	{ "target without end", put_target_without_end, HTTP_TARGET_MAX, HTTP_MORE, ST_OK },
	{ "target and one without end", put_target_without_end, HTTP_TARGET_MAX + 1, HTTP_REFUSED, ST_URI_TOO_LONG },
	{ "target of 64 KiB", put_target, 64 << 10, HTTP_REFUSED, ST_URI_TOO_LONG },
	{ "head", put_head, HTTP_HEAD_MAX, HTTP_COMPLETE, ST_OK },
	{ "head and one", put_head, HTTP_HEAD_MAX + 1, HTTP_REFUSED, ST_HEADERS_TOO_LARGE },
	{ "head of 64 KiB", put_head, 64 << 10, HTTP_REFUSED, ST_HEADERS_TOO_LARGE },
	{ "name without end", put_name_without_end, HTTP_HEAD_MAX - 1, HTTP_MORE, ST_OK },
	{ "name that fills the head", put_name_without_end, HTTP_HEAD_MAX, HTTP_REFUSED, ST_HEADERS_TOO_LARGE },
	{ "fields", put_fields, HTTP_FIELDS_MAX, HTTP_COMPLETE, ST_OK },
	{ "fields and one", put_fields, HTTP_FIELDS_MAX + 1, HTTP_REFUSED, ST_HEADERS_TOO_LARGE },
	{ "body", put_body, HTTP_BODY_MAX, HTTP_COMPLETE, ST_OK },
	{ "body and one", put_body, HTTP_BODY_MAX + 1, HTTP_REFUSED, ST_PAYLOAD_TOO_LARGE },
	{ "chunks", put_chunks, HTTP_BODY_MAX, HTTP_COMPLETE, ST_OK },
	{ "chunks and one", put_chunks, HTTP_BODY_MAX + 1, HTTP_REFUSED, ST_PAYLOAD_TOO_LARGE },
	{ "extension", put_extension, HTTP_CHUNK_LINE_MAX, HTTP_COMPLETE, ST_OK },
	{ "extension and one", put_extension, HTTP_CHUNK_LINE_MAX + 1, HTTP_REFUSED, ST_BAD_REQUEST },
	{ "blanks", put_blanks_before_extension, HTTP_CHUNK_LINE_MAX, HTTP_COMPLETE, ST_OK },
	{ "blanks and one", put_blanks_before_extension, HTTP_CHUNK_LINE_MAX + 1, HTTP_REFUSED, ST_BAD_REQUEST },
	{ "trailer", put_trailer, HTTP_TRAILER_MAX, HTTP_COMPLETE, ST_OK },
	{ "trailer and one", put_trailer, HTTP_TRAILER_MAX + 1, HTTP_REFUSED, ST_BAD_REQUEST },
	{ "many trailers", put_trailers, HTTP_TRAILER_MAX / 6, HTTP_COMPLETE, ST_OK },
	{ "too many trailers", put_trailers, HTTP_TRAILER_MAX, HTTP_REFUSED, ST_BAD_REQUEST },
};

START_TEST(limits_hold_to_the_byte)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 64, 255, 256, 1000, 4095, 4096, 8197, 16383,
		16384 };
	struct buf text = { 0 }, whole = { 0 };
	limits[_i].put(&text, limits[_i].len);
	struct http_reader r = { 0 };
	struct fail why = { 0 };
	struct span input = buf_view(&text);
	ck_assert_msg(feed(&r, &input, text.len, 0, &why) == limits[_i].progress, "%s: %s",
		limits[_i].what, why.text);
	ck_assert_int_eq(r.refusal, limits[_i].st);
	ck_assert_uint_eq(input.len, 0);
	http_reader_fini(&r);
	show_outcome(&whole, buf_view(&text), text.len, 0);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		ck_same(limits[_i].what, buf_view(&text), pieces[i], pieces[i], &whole);
	buf_fini(&text);
	buf_fini(&whole);
}
END_TEST

/* Empty lines are not of the head, whose limit they don't use up. */
START_TEST(empty_lines_before_do_not_count)
{
	struct buf head = { 0 }, text = { 0 };
	put_head(&head, HTTP_HEAD_MAX);
	buf_text(&text, "\r\n\r\n");
	buf_span(&text, buf_view(&head));
	for (size_t piece = 1; piece < 8; piece++) {
		struct http_reader r = { 0 };
		struct span input = buf_view(&text);
		ck_assert(feed(&r, &input, piece, 100 * piece, NULL) == HTTP_COMPLETE);
		http_reader_fini(&r);
	}
	buf_fini(&head);
	buf_fini(&text);
}
END_TEST

/* Connections */

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

START_TEST(a_head_is_told_before_its_body)
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

/* Spans of the request before would point at bytes that are gone. */
START_TEST(a_refused_head_leaves_what_came_of_it)
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

/* Fields are known when their line has ended. */
START_TEST(what_came_of_a_head_is_known_at_every_byte)
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

START_TEST(a_refusal_names_what_is_wrong)
{
	struct http_reader r = { 0 };
	struct fail why = { 0 };
	struct span input = span_of(reasons[_i].bytes);
	ck_assert(feed(&r, &input, input.len, 0, &why) == HTTP_REFUSED);
	ck_assert_str_eq(why.text, reasons[_i].why);
	http_reader_fini(&r);
}
END_TEST

START_TEST(fields_are_found_without_regard_to_case)
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

/* Memory */

enum { FEW_BYTES = 4 << 10 };

START_TEST(memory_follows_what_arrived_and_is_given_back)
{
	struct http_reader r = { 0 };
	struct buf text = { 0 };
	put_body(&text, HTTP_BODY_MAX);
	struct span some = { text.bytes, 100 }, rest = { text.bytes + 100, text.len - 100 };
	ck_assert(feed(&r, &some, some.len, 0, NULL) == HTTP_MORE);
	ck_assert_uint_le(r.body.cap, FEW_BYTES);
	ck_assert(feed(&r, &rest, rest.len, 0, NULL) == HTTP_COMPLETE);
	ck_assert_uint_le(r.body.cap, 2 * HTTP_BODY_MAX);
	http_reader_next(&r);
	ck_assert_uint_le(r.body.cap, FEW_BYTES);
	ck_assert_uint_le(r.head.cap, FEW_BYTES);
	buf_clear(&text);
	put_head(&text, HTTP_HEAD_MAX);
	some = buf_view(&text);
	ck_assert(feed(&r, &some, some.len, 0, NULL) == HTTP_COMPLETE);
	http_reader_next(&r);
	ck_assert_uint_le(r.head.cap, FEW_BYTES);
	http_reader_fini(&r);
	ck_assert(!r.head.bytes && !r.body.bytes);
	buf_fini(&text);
}
END_TEST

static const struct {
	size_t head, body;
	const char *bytes;
} starved[] = {
	{ 10, 0, GET HOST "\r\n" },
	{ 0, 3, POST "Content-Length: 5\r\n\r\nhello" },
	{ 0, 3, CHUNKED "5\r\nhello\r\n0\r\n\r\n" },
};

START_TEST(a_failed_allocation_refuses)
{
	for (size_t piece = 1; piece < 100; piece++) {
		struct http_reader r = { .head.limit = starved[_i].head,
			.body.limit = starved[_i].body };
		struct span input = span_of(starved[_i].bytes);
		ck_assert(feed(&r, &input, piece, piece, NULL) == HTTP_REFUSED);
		ck_assert_int_eq(r.refusal, ST_NO_MEMORY);
		http_reader_fini(&r);
	}
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof *table)

static TCase *requests(void)
{
	TCase *tc = tcase_create("requests");
	tcase_add_loop_test(tc, a_request_is_taken_or_refused, 0, COUNT(rows));
	tcase_add_loop_test(tc, how_bytes_are_cut_changes_nothing, 0, COUNT(rows));
	tcase_add_loop_test(tc, every_byte_is_known_to_be_fine_or_not, 0, COUNT(places));
	tcase_add_loop_test(tc, limits_hold_to_the_byte, 0, COUNT(limits));
	tcase_add_test(tc, empty_lines_before_do_not_count);
	return tc;
}

static TCase *connections(void)
{
	TCase *tc = tcase_create("connections");
	tcase_add_test(tc, requests_follow_each_other);
	tcase_add_test(tc, a_head_is_told_before_its_body);
	tcase_add_test(tc, a_refused_head_leaves_what_came_of_it);
	tcase_add_test(tc, what_came_of_a_head_is_known_at_every_byte);
	tcase_add_test(tc, a_refusal_is_final);
	tcase_add_loop_test(tc, a_refusal_names_what_is_wrong, 0, COUNT(reasons));
	tcase_add_test(tc, fields_are_found_without_regard_to_case);
	tcase_add_test(tc, memory_follows_what_arrived_and_is_given_back);
	tcase_add_loop_test(tc, a_failed_allocation_refuses, 0, COUNT(starved));
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("http_request");
	suite_add_tcase(suite, requests());
	suite_add_tcase(suite, connections());
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
