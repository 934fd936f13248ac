#include "gateway/http_fields.h"

#include "gateway/http_list.h"
#include "gateway/http_target.h"
#include "gateway/http_text.h"

enum { LENGTH_DIGITS_MAX = 19 }; /* fits in 64 bits */

static enum status bad(struct fail *why, const char *text)
{
	return fail_set(why, ST_BAD_REQUEST, "%s", text);
}

static enum status apply_host(struct http_framing *framing, struct span value, struct fail *why)
{
	if (framing->has_host)
		return bad(why, "more than one Host");
	framing->has_host = true;
	return http_is_authority(value) ? ST_OK : bad(why, "a Host that is not valid");
}

static bool is_length(struct span value)
{
	return value.len > 0 && value.len <= LENGTH_DIGITS_MAX
	       && http_run_of(value, HTTP_DIGIT) == value.len;
}

static enum status apply_length(struct http_framing *framing, struct span value, struct fail *why)
{
	if (framing->has_length)
		return bad(why, "more than one Content-Length");
	if (framing->is_chunked)
		return bad(why, "a Content-Length beside a Transfer-Encoding");
	if (!is_length(value))
		return bad(why, "a Content-Length that is not a number");
	framing->has_length = true;
	framing->length = http_decimal(value);
	return ST_OK;
}

/* For a list that is not exactly "chunked". It is broken if it has chunked, but not once and last
 * (RFC 9112 section 6.1). Otherwise it has a coding that the edge does not know. */
static enum status refuse_codings(struct span list, struct fail *why)
{
	bool has_others = false;
	while (list.len) {
		struct span coding = span_trim(span_cut(&list, ','));
		bool is_chunked = span_is_nocase(coding, "chunked");
		if ((is_chunked && list.len) || (coding.len && !http_is(*coding.bytes, HTTP_TOKEN)))
			return bad(why, "a Transfer-Encoding that is broken");
		has_others = has_others || (coding.len && !is_chunked);
	}
	if (!has_others)
		return bad(why, "a Transfer-Encoding that is broken");
	return fail_set(why, ST_NOT_IMPLEMENTED, "a Transfer-Encoding other than chunked");
}

static enum status apply_coding(struct http_framing *framing, struct span value, struct fail *why)
{
	if (framing->minor_version == 0)
		return bad(why, "a Transfer-Encoding in HTTP/1.0");
	if (framing->is_chunked)
		return bad(why, "more than one Transfer-Encoding");
	if (framing->has_length)
		return bad(why, "a Transfer-Encoding beside a Content-Length");
	framing->is_chunked = true;
	return span_is_nocase(value, "chunked") ? ST_OK : refuse_codings(value, why);
}

static enum status apply_connection(
	struct http_framing *framing, struct span value, struct fail *why)
{
	struct http_list options = http_list_of_text(value);
	struct span option;
	while (http_list_next(&options, &option)) {
		if (http_run_of(option, HTTP_TOKEN) != option.len)
			return bad(why, "a Connection that is not a list of tokens");
		if (span_is_nocase(option, "close"))
			framing->close = true;
		else if (span_is_nocase(option, "keep-alive"))
			framing->keep_alive = true;
	}
	return ST_OK;
}

static enum status apply_expect(struct http_framing *framing, struct span value, struct fail *why)
{
	if (framing->minor_version == 0)
		return ST_OK; /* RFC 9110 section 10.1.1 */
	if (!span_is_nocase(value, "100-continue"))
		return fail_set(
			why, ST_EXPECTATION_FAILED, "an expectation other than 100-continue");
	framing->expect_continue = true;
	return ST_OK;
}

struct known_field {
	struct span name;
	enum status (*apply)(struct http_framing *framing, struct span value, struct fail *why);
};

static const struct known_field field_table[] = {
	{ SPAN_INIT("host"), apply_host },
	{ SPAN_INIT("content-length"), apply_length },
	{ SPAN_INIT("transfer-encoding"), apply_coding },
	{ SPAN_INIT("connection"), apply_connection },
	{ SPAN_INIT("expect"), apply_expect },
};

enum status http_fields_apply(
	struct http_framing *framing, struct span name, struct span value, struct fail *why)
{
	for (size_t i = 0; i < sizeof field_table / sizeof *field_table; i++)
		if (span_equals_nocase(name, field_table[i].name))
			return field_table[i].apply(framing, value, why);
	return ST_OK;
}

enum status http_fields_finish(const struct http_framing *framing, struct fail *why)
{
	if (framing->minor_version > 0 && !framing->has_host)
		return bad(why, "no Host");
	if (framing->length > HTTP_BODY_MAX)
		return fail_set(why, ST_PAYLOAD_TOO_LARGE, "a Content-Length over 1 MiB");
	return ST_OK;
}

bool http_fields_keep_alive(const struct http_framing *framing)
{
	return !framing->close && (framing->minor_version > 0 || framing->keep_alive);
}
