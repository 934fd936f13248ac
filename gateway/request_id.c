#include "gateway/request_id.h"

#include <string.h>

static bool is_safe(struct span id)
{
	if (id.len == 0 || id.len > REQUEST_ID_MAX)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		unsigned char c = (unsigned char)id.bytes[i];
		if (c <= ' ' || c >= 0x7f || strchr("\"\\<>'`{}|^", c))
			return false;
	}
	return true;
}

static bool is_hex(struct span text, size_t from, size_t len)
{
	bool is_zero = true;
	for (size_t i = from; i < from + len; i++) {
		if (!memchr("0123456789abcdef", text.bytes[i], 16))
			return false;
		is_zero = is_zero && text.bytes[i] == '0';
	}
	return !is_zero || len == 2;
}

/* The trace-id of a traceparent; empty if it is malformed. Later versions may be longer. */
static struct span trace_of(struct span given)
{
	enum { TRACE = 3, TRACE_LEN = 32, PARENT = 36, PARENT_LEN = 16, FLAGS = 53, LEN = 55 };
	bool has_dashes = given.len >= LEN && given.bytes[TRACE - 1] == '-'
			  && given.bytes[PARENT - 1] == '-' && given.bytes[FLAGS - 1] == '-';
	if (!has_dashes || !is_hex(given, 0, 2) || memcmp(given.bytes, "ff", 2) == 0
		|| !is_hex(given, TRACE, TRACE_LEN) || !is_hex(given, PARENT, PARENT_LEN)
		|| !is_hex(given, FLAGS, 2))
		return (struct span){ 0 };
	if (given.len > LEN && (memcmp(given.bytes, "00", 2) == 0 || given.bytes[LEN] != '-'))
		return (struct span){ 0 };
	return (struct span){ given.bytes + TRACE, TRACE_LEN };
}

static struct request_id id_of(struct span given)
{
	struct request_id id = { .len = given.len };
	memcpy(id.bytes, given.bytes, given.len);
	return id;
}

struct request_id request_id_choose(const struct http_request *http, struct uuid_source *ids)
{
	static const char *const names[] = { "X-Request-Id", "X-Trace-Id" };
	for (size_t i = 0; http && i < sizeof names / sizeof *names; i++) {
		struct span given = http_request_field(http, names[i]);
		if (is_safe(given))
			return id_of(given);
	}
	if (http) {
		struct span trace = trace_of(http_request_field(http, "traceparent"));
		if (trace.len)
			return id_of(trace);
	}
	unsigned char uuid[16];
	struct request_id id;
	uuid_v7(ids, uuid);
	uuid_format(uuid, id.bytes);
	id.len = UUID_TEXT_LEN;
	return id;
}
