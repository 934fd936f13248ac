#include "gateway/http_head.h"

#include <string.h>

#include "gateway/http_text.h"

/* The beginning of a head, up to its date. */
#define ROW(http_status, reason)                                                           \
	{                                                                                  \
		(http_status), SPAN_INIT("HTTP/1.1 " #http_status " " reason "\r\nDate: ") \
	}

static const struct {
	int http_status;
	struct span text;
} start_table[] = {
	ROW(200, "OK"),
	ROW(201, "Created"),
	ROW(204, "No Content"),
	ROW(304, "Not Modified"),
	ROW(400, "Bad Request"),
	ROW(401, "Unauthorized"),
	ROW(403, "Forbidden"),
	ROW(404, "Not Found"),
	ROW(405, "Method Not Allowed"),
	ROW(408, "Request Timeout"),
	ROW(409, "Conflict"),
	ROW(410, "Gone"),
	ROW(412, "Precondition Failed"),
	ROW(413, "Content Too Large"),
	ROW(414, "URI Too Long"),
	ROW(415, "Unsupported Media Type"),
	ROW(417, "Expectation Failed"),
	ROW(421, "Misdirected Request"),
	ROW(422, "Unprocessable Content"),
	ROW(429, "Too Many Requests"),
	ROW(431, "Request Header Fields Too Large"),
	ROW(500, "Internal Server Error"),
	ROW(501, "Not Implemented"),
	ROW(503, "Service Unavailable"),
	ROW(504, "Gateway Timeout"),
	ROW(505, "HTTP Version Not Supported"),
};

/* Clients read only the number, so other statuses have no reason. */
static void put_start(struct buf *out, int http_status)
{
	for (size_t i = 0; i < sizeof start_table / sizeof *start_table; i++)
		if (start_table[i].http_status == http_status) {
			buf_span(out, start_table[i].text);
			return;
		}
	buf_text(out, "HTTP/1.1 ");
	buf_int(out, http_status);
	buf_text(out, " \r\nDate: ");
}

bool http_status_has_body(int http_status)
{
	return http_status >= 200 && http_status != 204 && http_status != 304;
}

void http_head_put_field(struct buf *out, const char *name, struct span value)
{
	if (http_run_of_value(value) != value.len)
		return;
	buf_text(out, name);
	buf_text(out, ": ");
	buf_span(out, value);
	buf_text(out, "\r\n");
}

static void put_framing(struct buf *out, const struct http_head *head)
{
	if (head->body_end == HTTP_CHUNKED) {
		buf_text(out, "Transfer-Encoding: chunked\r\n");
	} else if (head->body_end == HTTP_LENGTH) {
		buf_text(out, "Content-Length: ");
		buf_int(out, (int64_t)head->length);
		buf_text(out, "\r\n");
	}
}

void http_head_put(struct buf *out, const struct http_head *head)
{
	static const struct span end[] = { [HTTP_PERSISTENCE_IMPLIED] = SPAN_INIT("\r\n"),
		[HTTP_KEEP_ALIVE] = SPAN_INIT("Connection: keep-alive\r\n\r\n"),
		[HTTP_CLOSE] = SPAN_INIT("Connection: close\r\n\r\n") };
	put_start(out, head->http_status);
	buf_text(out, head->date);
	buf_text(out, "\r\n");
	if (head->content_type) {
		buf_text(out, "Content-Type: ");
		buf_text(out, head->content_type);
		buf_text(out, "\r\n");
	}
	buf_span(out, head->headers);
	if (http_status_has_body(head->http_status))
		put_framing(out, head);
	buf_span(out, end[head->persistence]);
}

/* Not with %a and %b of strftime, which depend on the locale. */
void http_date_format(time_t when, char out[HTTP_DATE_SIZE])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm t;
	gmtime_r(&when, &t);
	if (strftime(out, HTTP_DATE_SIZE, "ddd, %d mmm %Y %H:%M:%S GMT", &t) == 0)
		out[0] = '\0';
	else {
		memcpy(out, days + 3 * (size_t)t.tm_wday, 3);
		memcpy(out + 8, months + 3 * (size_t)t.tm_mon, 3);
	}
}
