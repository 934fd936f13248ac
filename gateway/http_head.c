#include "gateway/http_head.h"

#include <string.h>

#include "gateway/http_text.h"

static const struct {
	int http_status;
	const char *reason;
} reason_table[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 204, "No Content" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
};

/* Empty for other statuses: clients read only the number. */
static const char *reason_of(int http_status)
{
	for (size_t i = 0; i < sizeof reason_table / sizeof *reason_table; i++)
		if (reason_table[i].http_status == http_status)
			return reason_table[i].reason;
	return "";
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
	static const char *const persistence[] = { [HTTP_PERSISTENCE_IMPLIED] = "",
		[HTTP_KEEP_ALIVE] = "Connection: keep-alive\r\n",
		[HTTP_CLOSE] = "Connection: close\r\n" };
	buf_text(out, "HTTP/1.1 ");
	buf_int(out, head->http_status);
	buf_byte(out, ' ');
	buf_text(out, reason_of(head->http_status));
	buf_text(out, "\r\nDate: ");
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
	buf_text(out, persistence[head->persistence]);
	buf_text(out, "\r\n");
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
