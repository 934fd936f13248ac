#include "gateway/http_request.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum {
	METHOD_MAX = 32,
	BLANK_LINES_MAX = 2,
	LENGTH_DIGITS_MAX = 19, /* what can't overflow 64 bits */
	CHUNK_DIGITS_MAX = 8,   /* nor be mistaken for less by whoever reads 32 bits */
	PORT_DIGITS_MAX = 5,
	PORT_MAX = 65535,
	KEPT_BYTES = 4 << 10, /* of each buffer, between two requests */
};

/* What a byte may be part of. */
enum {
	TOKEN = 1 << 0,  /* RFC 9110 section 5.6.2 */
	TARGET = 1 << 1, /* visible, but no '#': a fragment is never sent */
	VALUE = 1 << 2,  /* RFC 9110 section 5.5: obs-text too */
	HOST = 1 << 3,   /* of a reg-name, escapes apart; RFC 3986 section 3.2.2 */
	HEX = 1 << 4,
	DIGIT = 1 << 5,
	BLANK = 1 << 6,
};

static const uint8_t class_table[256] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x44, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x44, 0x0f, 0x06, 0x05, 0x0f, 0x07, 0x0f, 0x0f, 0x0e, 0x0e, 0x0f, 0x0f, 0x0e, 0x0f, 0x0f, 0x06,
	0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x06, 0x0e, 0x06, 0x0e, 0x06, 0x06,
	0x06, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
	0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x06, 0x06, 0x06, 0x07, 0x0f,
	0x07, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x1f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
	0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x06, 0x07, 0x06, 0x0f, 0x00,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
	0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04,
};

static bool is(char byte, int class)
{
	return class_table[(uint8_t)byte] & class;
}

static int hex_value(char digit)
{
	return is(digit, DIGIT) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

static bool starts_escape(struct span text)
{
	return text.len >= 3 && text.bytes[0] == '%' && is(text.bytes[1], HEX)
	       && is(text.bytes[2], HEX);
}

static struct span drop(struct span text, size_t count)
{
	/* not even 0 may be added to NULL, which an empty span can hold */
	return count ? (struct span){ text.bytes + count, text.len - count } : text;
}

static struct span first(struct span text, size_t count)
{
	return (struct span){ text.bytes, count };
}

static size_t run_of(struct span text, int class)
{
	size_t len = 0;
	while (len < text.len && is(text.bytes[len], class))
		len++;
	return len;
}

static struct span trim(struct span text)
{
	text = drop(text, run_of(text, BLANK));
	while (text.len && is(text.bytes[text.len - 1], BLANK))
		text.len--;
	return text;
}

/* Takes what stands before `mark`, or all there is, and drops both from *rest. */
static struct span cut(struct span *rest, char mark)
{
	const char *end = rest->len ? memchr(rest->bytes, mark, rest->len) : NULL;
	struct span text = first(*rest, end ? (size_t)(end - rest->bytes) : rest->len);
	*rest = drop(*rest, end ? text.len + 1 : text.len);
	return text;
}

/*
 * The grammar, a part a function. Each judges bytes in their order and never looks ahead, so
 * that how they were cut can't change what comes out: what is wrong first is what is said.
 */
enum part {
	IN_METHOD,
	IN_TARGET,
	IN_VERSION,
	AT_FIELD,
	IN_NAME,
	IN_VALUE,
	AFTER_VALUE,
	AFTER_FIELDS,
	IN_SIZE,
	IN_SIZE_BLANK,
	IN_EXTENSION,
	AFTER_SIZE,
	IN_CHUNK,
	AFTER_CHUNK,
	AFTER_CHUNK_CR,
	IN_LENGTH,
	PART_COUNT
};

enum step { STEP_ON, STEP_WAIT, STEP_DONE, STEP_TRAILERS, STEP_REFUSED };

/* Bytes being judged: of the head from its beginning, or of what was just fed. */
struct cursor {
	const char *bytes;
	size_t len, pos;
	struct fail *why;
};

enum seen {
	SEEN_HOST = 1 << 0,
	SEEN_LENGTH = 1 << 1,
	SEEN_CHUNKED = 1 << 2,
	SEEN_CLOSE = 1 << 3,
	SEEN_KEEP_ALIVE = 1 << 4,
};

static enum step refuse(struct http_reader *r, struct fail *why, enum status st, const char *text)
{
	r->phase = HTTP_BROKEN;
	r->refusal = fail_set(why, st, "%s", text);
	return STEP_REFUSED;
}

static enum step bad(struct http_reader *r, const struct cursor *c, const char *text)
{
	return refuse(r, c->why, ST_BAD_REQUEST, text);
}

static const char no_line_feed[] = "a carriage return without a line feed";
static const char no_carriage_return[] = "a line feed without a carriage return";

/* Names the byte that can't stand here. */
static enum step bad_byte(struct http_reader *r, const struct cursor *c, const char *text)
{
	return bad(r, c, c->bytes[c->pos] == '\n' ? no_carriage_return : text);
}

static bool at_end(const struct cursor *c)
{
	return c->pos == c->len;
}

static struct span rest_of(const struct cursor *c)
{
	return (struct span){ c->bytes + c->pos, c->len - c->pos };
}

static struct http_mark mark(size_t start, size_t end)
{
	return (struct http_mark){ (uint16_t)start, (uint16_t)(end - start) };
}

static struct span marked(const char *head, struct http_mark mark)
{
	return (struct span){ head + mark.start, mark.len };
}

/* Begins a part at this byte. */
static enum step turn(struct http_reader *r, const struct cursor *c, enum part part)
{
	r->scan.part = part;
	r->scan.start = c->pos;
	return STEP_ON;
}

/* Begins a part after this byte. */
static enum step enter(struct http_reader *r, struct cursor *c, enum part part)
{
	c->pos++;
	return turn(r, c, part);
}

static enum step enter_after(
	struct http_reader *r, struct cursor *c, char byte, enum part part, const char *otherwise)
{
	if (at_end(c))
		return STEP_WAIT;
	return c->bytes[c->pos] == byte ? enter(r, c, part) : bad(r, c, otherwise);
}

/* The request line (RFC 9112 section 3) */

static enum step in_method(struct http_reader *r, struct cursor *c)
{
	struct http_scan *s = &r->scan;
	c->pos += run_of(rest_of(c), TOKEN);
	if (c->pos - s->start > METHOD_MAX)
		return refuse(r, c->why, ST_NOT_IMPLEMENTED, "a method longer than any there is");
	if (at_end(c))
		return STEP_WAIT;
	if (c->bytes[c->pos] != ' ' || c->pos == s->start)
		return bad_byte(r, c, "the request line does not begin with a method and a space");
	s->method = mark(s->start, c->pos);
	if (span_is(marked(c->bytes, s->method), "CONNECT"))
		return refuse(r, c->why, ST_NOT_IMPLEMENTED, "CONNECT is not implemented");
	return enter(r, c, IN_TARGET);
}

static enum step in_target(struct http_reader *r, struct cursor *c)
{
	struct http_scan *s = &r->scan;
	c->pos += run_of(rest_of(c), TARGET);
	if (c->pos - s->start > HTTP_TARGET_MAX)
		return refuse(r, c->why, ST_URI_TOO_LONG, "the request target is over 8 KiB");
	if (at_end(c))
		return STEP_WAIT;
	if (c->bytes[c->pos] != ' ' || c->pos == s->start)
		return bad_byte(
			r, c, "no request target with a space after it, or a byte it can't hold");
	s->target = mark(s->start, c->pos);
	return enter(r, c, IN_VERSION);
}

static bool is_port(struct span digits)
{
	size_t value = 0;
	if (digits.len > PORT_DIGITS_MAX || run_of(digits, DIGIT) != digits.len)
		return false;
	for (size_t i = 0; i < digits.len; i++)
		value = value * 10 + (size_t)hex_value(digits.bytes[i]);
	return value <= PORT_MAX;
}

static size_t name_len(struct span text)
{
	struct span rest = text;
	while (rest.len && (is(*rest.bytes, HOST) || starts_escape(rest)))
		rest = drop(rest, *rest.bytes == '%' ? 3 : 1);
	return text.len - rest.len;
}

/* "[" IPv6address "]"; no IPvFuture, whose meaning nobody knows. */
static size_t literal_len(struct span text)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr ignored;
	const char *end = memchr(text.bytes, ']', text.len);
	size_t len = end ? (size_t)(end - text.bytes) : 0;
	if (len <= 1 || len > sizeof address)
		return 0;
	memcpy(address, text.bytes + 1, len - 1);
	address[len - 1] = '\0';
	return inet_pton(AF_INET6, address, &ignored) == 1 ? len + 1 : 0;
}

/* uri-host [ ":" port ], not empty (RFC 9110 section 4.2.1); user names are refused with '@'. */
static bool is_authority(struct span text)
{
	if (text.len == 0)
		return false;
	size_t len = *text.bytes == '[' ? literal_len(text) : name_len(text);
	struct span port = drop(text, len);
	return len && (port.len == 0 || (*port.bytes == ':' && is_port(drop(port, 1))));
}

static bool has_broken_escape(struct span text)
{
	const char *at;
	while (text.len && (at = memchr(text.bytes, '%', text.len))) {
		text = drop(text, (size_t)(at - text.bytes));
		if (!starts_escape(text))
			return true;
		text = drop(text, 1);
	}
	return false;
}

/* Marks path and query of what follows the authority; an empty path is "/". */
static const char *split_path(struct http_scan *s, struct cursor *c, struct span text)
{
	size_t start = (size_t)(text.bytes - c->bytes);
	struct span query = text, path = cut(&query, '?');
	s->path = mark(start, start + path.len);
	s->query = mark(start + text.len - query.len, start + text.len);
	return has_broken_escape(path) ? "a broken escape in the path" : NULL;
}

static const char *split_absolute(struct http_scan *s, struct cursor *c, struct span text)
{
	static const char scheme[] = "http://";
	size_t scheme_len = sizeof scheme - 1;
	if (text.len < scheme_len || strncasecmp(text.bytes, scheme, scheme_len) != 0)
		return "the request target is neither a path nor an http URI";
	text = drop(text, scheme_len);
	size_t len = 0;
	while (len < text.len && text.bytes[len] != '/' && text.bytes[len] != '?')
		len++;
	if (!is_authority(first(text, len)))
		return "the request target's host is not valid";
	return split_path(s, c, drop(text, len));
}

/* What is wrong with the target, NULL where nothing is (RFC 9112 section 3.2). */
static const char *split_target(struct http_scan *s, struct cursor *c)
{
	struct span target = marked(c->bytes, s->target);
	if (*target.bytes == '/')
		return split_path(s, c, target);
	if (!span_is(target, "*"))
		return split_absolute(s, c, target);
	s->path = s->target;
	s->query = mark(s->target.start, s->target.start);
	bool is_options = span_is(marked(c->bytes, s->method), "OPTIONS");
	return is_options ? NULL : "only OPTIONS takes the target *";
}

static const char version_pattern[] = "HTTP/0.0\r\n"; /* '0': any digit */

static enum step end_request_line(struct http_reader *r, struct cursor *c)
{
	const char *version = c->bytes + r->scan.start;
	char major = version[strlen("HTTP/")], minor = version[strlen("HTTP/1.")];
	if (major != '1' || minor > '1')
		return refuse(r, c->why, ST_VERSION_NOT_SUPPORTED,
			"the only versions are HTTP/1.0 and HTTP/1.1");
	r->request.minor_version = minor - '0';
	const char *wrong = split_target(&r->scan, c);
	return wrong ? bad(r, c, wrong) : enter(r, c, AT_FIELD);
}

static enum step in_version(struct http_reader *r, struct cursor *c)
{
	for (; !at_end(c); c->pos++) {
		char want = version_pattern[c->pos - r->scan.start], byte = c->bytes[c->pos];
		if (want == '0' ? !is(byte, DIGIT) : byte != want)
			return bad_byte(r, c, "the request line does not end with a version");
		if (want == '\n')
			return end_request_line(r, c);
	}
	return STEP_WAIT;
}

/* What certain fields say, judged as each ends */

static enum step judge_host(struct http_reader *r, struct cursor *c, struct span value)
{
	if (r->scan.seen & SEEN_HOST)
		return bad(r, c, "more than one Host");
	r->scan.seen |= SEEN_HOST;
	return is_authority(value) ? STEP_ON : bad(r, c, "a Host that is not valid");
}

static enum step judge_length(struct http_reader *r, struct cursor *c, struct span value)
{
	struct http_scan *s = &r->scan;
	if (s->seen & SEEN_LENGTH)
		return bad(r, c, "more than one Content-Length");
	if (s->seen & SEEN_CHUNKED)
		return bad(r, c, "a Content-Length beside a Transfer-Encoding");
	if (value.len == 0 || value.len > LENGTH_DIGITS_MAX || run_of(value, DIGIT) != value.len)
		return bad(r, c, "a Content-Length that is not a number");
	s->seen |= SEEN_LENGTH;
	for (size_t i = 0; i < value.len; i++)
		s->body_left = s->body_left * 10 + (uint64_t)hex_value(value.bytes[i]);
	if (s->body_left > HTTP_BODY_MAX)
		return refuse(r, c->why, ST_PAYLOAD_TOO_LARGE, "a Content-Length over 1 MiB");
	return STEP_ON;
}

/* A list that is not exactly chunked: broken where chunked stands in it but not once and last
 * (RFC 9112 section 6.1), else of codings that are not known here. */
static enum step judge_codings(struct http_reader *r, struct cursor *c, struct span list)
{
	bool has_others = false;
	while (list.len) {
		struct span coding = trim(cut(&list, ','));
		bool is_chunked = span_is_nocase(coding, "chunked");
		if ((is_chunked && list.len) || (coding.len && !is(*coding.bytes, TOKEN)))
			return bad(r, c, "a Transfer-Encoding that is broken");
		has_others = has_others || (coding.len && !is_chunked);
	}
	if (!has_others)
		return bad(r, c, "a Transfer-Encoding that is broken");
	return refuse(r, c->why, ST_NOT_IMPLEMENTED, "a Transfer-Encoding other than chunked");
}

static enum step judge_coding(struct http_reader *r, struct cursor *c, struct span value)
{
	if (r->request.minor_version == 0)
		return bad(r, c, "a Transfer-Encoding in HTTP/1.0");
	if (r->scan.seen & SEEN_CHUNKED)
		return bad(r, c, "more than one Transfer-Encoding");
	if (r->scan.seen & SEEN_LENGTH)
		return bad(r, c, "a Transfer-Encoding beside a Content-Length");
	r->scan.seen |= SEEN_CHUNKED;
	return span_is_nocase(value, "chunked") ? STEP_ON : judge_codings(r, c, value);
}

static enum step judge_connection(struct http_reader *r, struct cursor *c, struct span value)
{
	while (value.len) {
		struct span option = trim(cut(&value, ','));
		if (run_of(option, TOKEN) != option.len)
			return bad(r, c, "a Connection that is not a list of tokens");
		if (span_is_nocase(option, "close"))
			r->scan.seen |= SEEN_CLOSE;
		else if (span_is_nocase(option, "keep-alive"))
			r->scan.seen |= SEEN_KEEP_ALIVE;
	}
	return STEP_ON;
}

static enum step judge_expect(struct http_reader *r, struct cursor *c, struct span value)
{
	if (r->request.minor_version == 0)
		return STEP_ON; /* RFC 9110 section 10.1.1 */
	if (!span_is_nocase(value, "100-continue"))
		return refuse(
			r, c->why, ST_EXPECTATION_FAILED, "an expectation other than 100-continue");
	r->request.expect_continue = true;
	return STEP_ON;
}

struct judged_field {
	struct span name;
	enum step (*judge)(struct http_reader *r, struct cursor *c, struct span value);
};

static const struct judged_field field_table[] = {
	{ { "host", 4 },               judge_host },
	{ { "content-length", 14 },    judge_length },
	{ { "transfer-encoding", 17 }, judge_coding },
	{ { "connection", 10 },        judge_connection },
	{ { "expect", 6 },             judge_expect },
};

static bool is_name(struct span a, struct span b)
{
	return a.len == b.len && strncasecmp(a.bytes, b.bytes, a.len) == 0;
}

static enum step judge_field(struct http_reader *r, struct cursor *c)
{
	size_t last = r->scan.field_count - 1;
	struct span name = marked(c->bytes, r->marks[last].name);
	struct span value = marked(c->bytes, r->marks[last].value);
	for (size_t i = 0; i < sizeof field_table / sizeof *field_table; i++)
		if (is_name(name, field_table[i].name))
			return field_table[i].judge(r, c, value);
	return STEP_ON;
}

/* Fields of the head and of the trailers (RFC 9112 section 5); trailers are not kept. */

static enum step at_field(struct http_reader *r, struct cursor *c)
{
	if (at_end(c))
		return STEP_WAIT;
	char byte = c->bytes[c->pos];
	if (byte == '\r')
		return enter(r, c, AFTER_FIELDS);
	if (!r->scan.in_trailers && r->scan.field_count == HTTP_FIELDS_MAX)
		return refuse(r, c->why, ST_HEADERS_TOO_LARGE, "more than 100 header fields");
	if (is(byte, BLANK))
		return bad(r, c, "a folded header field");
	if (!is(byte, TOKEN))
		return bad_byte(r, c, "a header field that does not begin with a name");
	return turn(r, c, IN_NAME);
}

static enum step in_name(struct http_reader *r, struct cursor *c)
{
	c->pos += run_of(rest_of(c), TOKEN);
	if (at_end(c))
		return STEP_WAIT;
	char byte = c->bytes[c->pos];
	if (is(byte, BLANK))
		return bad(r, c, "white space before the colon of a header field");
	if (byte != ':')
		return bad_byte(r, c, "a header field's name that is no token");
	r->scan.name = mark(r->scan.start, c->pos);
	return enter(r, c, IN_VALUE);
}

/* Eight bytes at once while they are plain: most of a head is values. */
static size_t plain_len(struct span text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
	size_t len = 0;
	for (uint64_t eight; len + sizeof eight <= text.len; len += sizeof eight) {
		memcpy(&eight, text.bytes + len, sizeof eight);
		uint64_t del = eight ^ ones * 0x7f;
		uint64_t below = (eight - ones * 0x20) & ~eight, is_del = (del - ones) & ~del;
		if ((below | is_del) & highs)
			break;
	}
	return len;
}

static enum step in_value(struct http_reader *r, struct cursor *c)
{
	c->pos += plain_len(rest_of(c));
	c->pos += run_of(rest_of(c), VALUE);
	if (at_end(c))
		return STEP_WAIT;
	if (c->bytes[c->pos] != '\r')
		return bad_byte(r, c, "a control byte in a header field");
	if (!r->scan.in_trailers) {
		struct span value = { c->bytes + r->scan.start, c->pos - r->scan.start };
		value = trim(value);
		size_t start = (size_t)(value.bytes - c->bytes), i = r->scan.field_count;
		r->marks[i].name = r->scan.name;
		r->marks[i].value = mark(start, start + value.len);
	}
	return enter(r, c, AFTER_VALUE);
}

static enum step after_value(struct http_reader *r, struct cursor *c)
{
	enum step step = enter_after(r, c, '\n', AT_FIELD, no_line_feed);
	if (step != STEP_ON || r->scan.in_trailers)
		return step;
	r->scan.field_count++;
	return judge_field(r, c);
}

static enum step after_fields(struct http_reader *r, struct cursor *c)
{
	enum step step = enter_after(r, c, '\n', IN_LENGTH, no_line_feed);
	if (step != STEP_ON || r->scan.in_trailers)
		return step == STEP_ON ? STEP_DONE : step;
	if (r->request.minor_version > 0 && !(r->scan.seen & SEEN_HOST))
		return bad(r, c, "no Host");
	return STEP_DONE;
}

/* Bodies (RFC 9112 sections 6 and 7) */

/* Takes what has come of the length or of the chunk: memory follows what arrives, not claims. */
static enum step in_bytes(struct http_reader *r, struct cursor *c)
{
	struct span rest = rest_of(c);
	size_t len = rest.len < r->scan.body_left ? rest.len : (size_t)r->scan.body_left;
	buf_put(&r->body, rest.bytes, len);
	if (r->body.failed)
		return refuse(r, c->why, ST_NO_MEMORY, "no memory for the body");
	c->pos += len;
	r->scan.body_left -= len;
	return r->scan.body_left ? STEP_WAIT : STEP_DONE;
}

static enum step in_size(struct http_reader *r, struct cursor *c)
{
	struct http_scan *s = &r->scan;
	for (; !at_end(c) && is(c->bytes[c->pos], HEX); c->pos++) {
		if (++s->line_bytes > CHUNK_DIGITS_MAX)
			return bad(r, c, "a chunk size of more than 8 digits");
		s->body_left = s->body_left << 4 | (uint64_t)hex_value(c->bytes[c->pos]);
	}
	if (at_end(c))
		return STEP_WAIT;
	char byte = c->bytes[c->pos];
	if (s->line_bytes == 0)
		return bad_byte(r, c, "a chunk without a size");
	if (is(byte, BLANK))
		return turn(r, c, IN_SIZE_BLANK);
	if (byte == ';')
		return turn(r, c, IN_EXTENSION);
	return byte == '\r' ? enter(r, c, AFTER_SIZE)
			    : bad_byte(r, c, "a chunk size that is broken");
}

/* Passes over bytes of the class; STEP_ON at one that is not. */
static enum step pass(struct http_reader *r, struct cursor *c, int class)
{
	size_t len = run_of(rest_of(c), class);
	c->pos += len;
	r->scan.line_bytes += len;
	if (r->scan.line_bytes > HTTP_CHUNK_LINE_MAX)
		return bad(r, c, "a chunk's size line is too long");
	return at_end(c) ? STEP_WAIT : STEP_ON;
}

/* White space there is bad, but to be understood where an extension follows it. */
static enum step in_size_blank(struct http_reader *r, struct cursor *c)
{
	enum step step = pass(r, c, BLANK);
	if (step != STEP_ON)
		return step;
	bool has_extension = c->bytes[c->pos] == ';';
	return has_extension ? turn(r, c, IN_EXTENSION)
			     : bad(r, c, "white space after a chunk size");
}

static enum step in_extension(struct http_reader *r, struct cursor *c)
{
	enum step step = pass(r, c, VALUE);
	if (step != STEP_ON)
		return step;
	if (c->bytes[c->pos] != '\r')
		return bad_byte(r, c, "a control byte in a chunk extension");
	return enter(r, c, AFTER_SIZE);
}

static enum step after_size(struct http_reader *r, struct cursor *c)
{
	enum step step = enter_after(r, c, '\n', IN_CHUNK, no_line_feed);
	if (step != STEP_ON)
		return step;
	if (r->body.len + r->scan.body_left > HTTP_BODY_MAX)
		return refuse(r, c->why, ST_PAYLOAD_TOO_LARGE, "chunks of more than 1 MiB");
	if (r->scan.body_left)
		return STEP_ON;
	r->scan.in_trailers = true;
	(void)turn(r, c, AT_FIELD);
	return STEP_TRAILERS;
}

static enum step in_chunk(struct http_reader *r, struct cursor *c)
{
	enum step step = in_bytes(r, c);
	return step == STEP_DONE ? turn(r, c, AFTER_CHUNK) : step;
}

static const char no_chunk_end[] = "a chunk longer than its size";

static enum step after_chunk(struct http_reader *r, struct cursor *c)
{
	return enter_after(r, c, '\r', AFTER_CHUNK_CR, no_chunk_end);
}

static enum step after_chunk_cr(struct http_reader *r, struct cursor *c)
{
	r->scan.line_bytes = 0;
	return enter_after(r, c, '\n', IN_SIZE, no_chunk_end);
}

static enum step (*const part_table[PART_COUNT])(struct http_reader *r, struct cursor *c) = {
	[IN_METHOD]      = in_method,
	[IN_TARGET]      = in_target,
	[IN_VERSION]     = in_version,
	[AT_FIELD]       = at_field,
	[IN_NAME]        = in_name,
	[IN_VALUE]       = in_value,
	[AFTER_VALUE]    = after_value,
	[AFTER_FIELDS]   = after_fields,
	[IN_SIZE]        = in_size,
	[IN_SIZE_BLANK]  = in_size_blank,
	[IN_EXTENSION]   = in_extension,
	[AFTER_SIZE]     = after_size,
	[IN_CHUNK]       = in_chunk,
	[AFTER_CHUNK]    = after_chunk,
	[AFTER_CHUNK_CR] = after_chunk_cr,
	[IN_LENGTH]      = in_bytes,
};

static enum step run(struct http_reader *r, struct cursor *c)
{
	enum step step;
	do
		step = part_table[r->scan.part](r, c);
	while (step == STEP_ON);
	return step;
}

/* The same with no more than `room` bytes to judge; when they are used up, *is_full. */
static enum step run_within(struct http_reader *r, struct cursor *c, size_t room, bool *is_full)
{
	struct cursor bounded = *c;
	if (bounded.len - bounded.pos > room)
		bounded.len = bounded.pos + room;
	enum step step = run(r, &bounded);
	*is_full = step == STEP_WAIT && bounded.pos - c->pos == room;
	c->pos = bounded.pos;
	return step;
}

static enum http_progress complete(struct http_reader *r)
{
	r->request.body = buf_view(&r->body);
	r->phase = HTTP_AT_END;
	return HTTP_COMPLETE;
}

/* The head no longer moves: what was marked becomes spans. */
static void make_request(struct http_reader *r)
{
	struct http_request *q = &r->request;
	const struct http_scan *s = &r->scan;
	const char *head = r->head.bytes;
	q->method = marked(head, s->method);
	q->target = marked(head, s->target);
	q->path = s->path.len ? marked(head, s->path) : SPAN("/");
	q->query = marked(head, s->query);
	q->field_count = s->field_count; /* not before: a head that is refused leaves no fields */
	for (size_t i = 0; i < q->field_count; i++)
		q->fields[i] = (struct http_field){ marked(head, r->marks[i].name),
			marked(head, r->marks[i].value) };
	q->has_body = s->seen & (SEEN_LENGTH | SEEN_CHUNKED);
	q->keep_alive =
		!(s->seen & SEEN_CLOSE) && (q->minor_version > 0 || s->seen & SEEN_KEEP_ALIVE);
}

static enum http_progress end_head(struct http_reader *r)
{
	make_request(r);
	r->scan.part = r->scan.seen & SEEN_CHUNKED ? IN_SIZE : IN_LENGTH;
	if (r->scan.part == IN_LENGTH && r->scan.body_left == 0)
		return complete(r);
	r->phase = HTTP_IN_BODY;
	return HTTP_HEAD;
}

static enum http_progress refused(struct span *bytes)
{
	*bytes = drop(*bytes, bytes->len);
	return HTTP_REFUSED;
}

/* A head that comes whole, as most do, is judged where it lies and copied once; else all that
 * came is appended, and what turns out to lie behind the head is given back. */
static enum http_progress feed_head(struct http_reader *r, struct span *bytes, struct fail *why)
{
	size_t kept = r->head.len;
	if (kept)
		buf_put(&r->head, bytes->bytes,
			bytes->len < HTTP_HEAD_MAX - kept ? bytes->len : HTTP_HEAD_MAX - kept);
	struct span view = kept ? buf_view(&r->head) : *bytes;
	struct cursor c = { view.bytes, view.len, r->scan.pos, why };
	bool is_full;
	enum step step = run_within(r, &c, HTTP_HEAD_MAX - c.pos, &is_full);
	if (is_full)
		step = refuse(r, why, ST_HEADERS_TOO_LARGE, "the head is over 16 KiB");
	if (step == STEP_REFUSED)
		return refused(bytes);
	if (!kept)
		buf_put(&r->head, view.bytes, c.pos);
	if (r->head.failed) {
		(void)refuse(r, why, ST_NO_MEMORY, "no memory for the head");
		return refused(bytes);
	}
	r->head.len = r->scan.pos = c.pos;
	*bytes = drop(*bytes, c.pos - kept);
	return step == STEP_DONE ? end_head(r) : HTTP_MORE;
}

static enum http_progress feed_body(struct http_reader *r, struct span *bytes, struct fail *why)
{
	struct cursor c = { bytes->bytes, bytes->len, 0, why };
	enum step step = r->scan.in_trailers ? STEP_TRAILERS : run(r, &c);
	if (step == STEP_TRAILERS) {
		size_t start = c.pos;
		bool is_full;
		step = run_within(r, &c, HTTP_TRAILER_MAX - r->scan.trailer_bytes, &is_full);
		r->scan.trailer_bytes += c.pos - start;
		if (is_full)
			step = refuse(r, why, ST_BAD_REQUEST, "trailers of more than 4 KiB");
	}
	if (step == STEP_REFUSED)
		return refused(bytes);
	*bytes = drop(*bytes, c.pos);
	return step == STEP_DONE ? complete(r) : HTTP_MORE;
}

/* RFC 9112 section 2.2 */
static enum step skip_blank_lines(struct http_reader *r, struct span *bytes, struct fail *why)
{
	struct http_scan *s = &r->scan;
	while (bytes->len && (s->has_cr || *bytes->bytes == '\r')) {
		if (s->has_cr && *bytes->bytes != '\n')
			return refuse(r, why, ST_BAD_REQUEST, no_line_feed);
		if (!s->has_cr && s->blank_lines++ == BLANK_LINES_MAX)
			return refuse(r, why, ST_BAD_REQUEST,
				"more than two empty lines before a request");
		s->has_cr = !s->has_cr;
		*bytes = drop(*bytes, 1);
	}
	return STEP_ON;
}

enum http_progress http_reader_feed(struct http_reader *r, struct span *bytes, struct fail *why)
{
	if (bytes->len == 0 && r->phase < HTTP_AT_END)
		return HTTP_MORE;
	if (r->phase == HTTP_AT_START) {
		if (skip_blank_lines(r, bytes, why) == STEP_REFUSED)
			return refused(bytes);
		r->phase = bytes->len ? HTTP_IN_HEAD : HTTP_AT_START;
	}
	switch (r->phase) {
	case HTTP_AT_START:
		return HTTP_MORE;
	case HTTP_IN_HEAD:
		return feed_head(r, bytes, why);
	case HTTP_IN_BODY:
		return feed_body(r, bytes, why);
	case HTTP_AT_END:
		return HTTP_COMPLETE;
	case HTTP_BROKEN:
		break;
	}
	(void)fail_set(why, r->refusal, "%s", fail_text(NULL, r->refusal));
	return refused(bytes);
}

/* Buffers that one large request grew are not held by a connection that stays. */
static void empty(struct buf *b)
{
	if (b->cap > KEPT_BYTES)
		buf_fini(b);
	buf_clear(b);
}

void http_reader_next(struct http_reader *r)
{
	struct http_request *q = &r->request;
	empty(&r->head);
	empty(&r->body);
	/* not the arrays, which are larger than all else and unread past their count */
	q->method = q->target = q->path = q->query = q->body = (struct span){ 0 };
	q->keep_alive = q->expect_continue = q->has_body = false;
	q->minor_version = 0;
	q->field_count = 0;
	r->scan = (struct http_scan){ 0 };
	r->phase = HTTP_AT_START;
	r->refusal = ST_OK;
}

void http_reader_fini(struct http_reader *r)
{
	buf_fini(&r->head);
	buf_fini(&r->body);
	http_reader_next(r);
}

struct span http_request_field(const struct http_request *request, const char *name)
{
	struct span wanted = span_of(name);
	for (size_t i = 0; i < request->field_count; i++)
		if (is_name(request->fields[i].name, wanted))
			return request->fields[i].value;
	return (struct span){ 0 };
}

/* Takes a byte that does not stand for itself off the front. */
static char decode_byte(struct span *text)
{
	struct span escape = *text;
	bool is_escape = *escape.bytes == '%';
	*text = drop(escape, is_escape ? 3 : 1);
	if (!is_escape)
		return ' ';
	return (char)(hex_value(escape.bytes[1]) << 4 | hex_value(escape.bytes[2]));
}

/* Appends the text decoded, nothing where it is broken. `blank` is a byte that stands for one;
 * '%' for none, since it never stands for itself. */
static enum status decode(struct span text, char blank, struct buf *out)
{
	if (has_broken_escape(text))
		return ST_INVALID_INPUT;
	while (text.len) {
		size_t plain = 0;
		while (plain < text.len && text.bytes[plain] != '%' && text.bytes[plain] != blank)
			plain++;
		buf_put(out, text.bytes, plain);
		text = drop(text, plain);
		if (text.len)
			buf_byte(out, decode_byte(&text));
	}
	return out->failed ? ST_NO_MEMORY : ST_OK;
}

enum status http_percent_decode(struct span text, struct buf *out)
{
	return decode(text, '%', out);
}

enum status http_query_next(struct span *rest, struct buf *name, struct buf *value)
{
	buf_clear(name);
	buf_clear(value);
	while (rest->len) {
		struct span pair = cut(rest, '&');
		if (pair.len == 0)
			continue;
		struct span key = cut(&pair, '=');
		enum status st = decode(key, '+', name);
		return st == ST_OK ? decode(pair, '+', value) : st;
	}
	return ST_NOT_FOUND;
}
