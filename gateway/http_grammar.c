#include "gateway/http_grammar.h"

#include <string.h>

#include "gateway/http_target.h"
#include "gateway/http_text.h"

enum {
	METHOD_MAX = 32,
	CHUNK_DIGITS_MAX = 8, /* fits in 32 bits, which other recipients may read */
};

/* The next part; a zeroed reader begins with the first. */
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

const char http_no_line_feed[] = "a carriage return without a line feed";
static const char no_carriage_return[] = "a line feed without a carriage return";

/* Makes a step of the status of a check, which has set `why`. */
static enum http_step checked(struct http_reader *r, enum status st)
{
	if (st == ST_OK)
		return STEP_ON;
	r->phase = HTTP_BROKEN;
	r->refusal = st;
	return STEP_REFUSED;
}

enum http_step http_grammar_refuse(
	struct http_reader *r, struct fail *why, enum status st, const char *text)
{
	return checked(r, fail_set(why, st, "%s", text));
}

static enum http_step refuse(
	struct http_reader *r, const struct http_cursor *c, enum status st, const char *text)
{
	return http_grammar_refuse(r, c->why, st, text);
}

static enum http_step bad(struct http_reader *r, const struct http_cursor *c, const char *text)
{
	return refuse(r, c, ST_BAD_REQUEST, text);
}

/* For a byte that is not allowed here. */
static enum http_step refuse_byte(
	struct http_reader *r, const struct http_cursor *c, const char *text)
{
	return bad(r, c, c->bytes[c->pos] == '\n' ? no_carriage_return : text);
}

static bool at_end(const struct http_cursor *c)
{
	return c->pos == c->len;
}

static struct span rest_of(const struct http_cursor *c)
{
	return (struct span){ c->bytes + c->pos, c->len - c->pos };
}

static struct http_mark mark(size_t start, size_t end)
{
	return (struct http_mark){ (uint16_t)start, (uint16_t)(end - start) };
}

/* The part begins at this byte. */
static enum http_step begin(struct http_reader *r, const struct http_cursor *c, enum part part)
{
	r->scan.part = part;
	r->scan.start = c->pos;
	return STEP_ON;
}

/* The part begins after this byte. */
static enum http_step begin_next(struct http_reader *r, struct http_cursor *c, enum part part)
{
	c->pos++;
	return begin(r, c, part);
}

static enum http_step expect(struct http_reader *r, struct http_cursor *c, char byte,
	enum part part, const char *otherwise)
{
	if (at_end(c))
		return STEP_WAIT;
	return c->bytes[c->pos] == byte ? begin_next(r, c, part) : bad(r, c, otherwise);
}

/* The request line (section 3) */

static enum http_step in_method(struct http_reader *r, struct http_cursor *c)
{
	struct http_scan *s = &r->scan;
	c->pos += http_run_of(rest_of(c), HTTP_TOKEN);
	if (c->pos - s->start > METHOD_MAX)
		return refuse(r, c, ST_NOT_IMPLEMENTED, "a method longer than any there is");
	if (at_end(c))
		return STEP_WAIT;
	if (c->bytes[c->pos] != ' ' || c->pos == s->start)
		return refuse_byte(
			r, c, "the request line does not begin with a method and a space");
	s->method = mark(s->start, c->pos);
	if (span_is(http_marked(c->bytes, s->method), "CONNECT"))
		return refuse(r, c, ST_NOT_IMPLEMENTED, "CONNECT is not implemented");
	return begin_next(r, c, IN_TARGET);
}

static enum http_step in_target(struct http_reader *r, struct http_cursor *c)
{
	struct http_scan *s = &r->scan;
	c->pos += http_run_of(rest_of(c), HTTP_TARGET);
	s->target = mark(s->start, c->pos);
	if (s->target.len > HTTP_TARGET_MAX) {
		s->target.len = HTTP_TARGET_MAX; /* however the bytes were cut */
		return refuse(r, c, ST_URI_TOO_LONG, "the request target is over 8 KiB");
	}
	if (at_end(c))
		return STEP_WAIT;
	if (c->bytes[c->pos] != ' ' || s->target.len == 0)
		return refuse_byte(
			r, c, "no request target with a space after it, or a byte it can't hold");
	return begin_next(r, c, IN_VERSION);
}

static struct http_mark mark_of(const struct http_cursor *c, struct span text)
{
	size_t start = (size_t)(text.bytes - c->bytes);
	return mark(start, start + text.len);
}

static enum http_step split_target(struct http_reader *r, struct http_cursor *c)
{
	struct http_scan *s = &r->scan;
	struct http_target parts;
	struct span method = http_marked(c->bytes, s->method);
	struct span target = http_marked(c->bytes, s->target);
	enum status st = http_target_split(method, target, &parts, c->why);
	if (st != ST_OK)
		return checked(r, st);
	s->path = mark_of(c, parts.path);
	s->query = mark_of(c, parts.query);
	return begin_next(r, c, AT_FIELD);
}

static const char version_pattern[] = "HTTP/0.0\r\n"; /* '0': any digit */
static const char usual_version[] = "HTTP/1.1\r\n";

static enum http_step end_request_line(struct http_reader *r, struct http_cursor *c)
{
	const char *version = c->bytes + r->scan.start;
	char major = version[strlen("HTTP/")], minor = version[strlen("HTTP/1.")];
	if (major != '1' || minor > '1')
		return refuse(r, c, ST_VERSION_NOT_SUPPORTED,
			"the only versions are HTTP/1.0 and HTTP/1.1");
	r->request.minor_version = r->scan.framing.minor_version = minor - '0';
	return split_target(r, c);
}

static enum http_step in_version(struct http_reader *r, struct http_cursor *c)
{
	const size_t len = sizeof usual_version - 1;
	if (c->pos == r->scan.start && c->len - c->pos >= len
		&& memcmp(c->bytes + c->pos, usual_version, len) == 0)
		c->pos += len - 1; /* to its last byte */
	for (; !at_end(c); c->pos++) {
		char want = version_pattern[c->pos - r->scan.start], byte = c->bytes[c->pos];
		if (want == '0' ? !http_is(byte, HTTP_DIGIT) : byte != want)
			return refuse_byte(r, c, "the request line does not end with a version");
		if (want == '\n')
			return end_request_line(r, c);
	}
	return STEP_WAIT;
}

/* Fields of the head and of the trailers (section 5); trailers are not kept. */

static enum http_step at_field(struct http_reader *r, struct http_cursor *c)
{
	if (at_end(c))
		return STEP_WAIT;
	char byte = c->bytes[c->pos];
	if (byte == '\r')
		return begin_next(r, c, AFTER_FIELDS);
	if (!r->scan.in_trailers && r->scan.field_count == HTTP_FIELDS_MAX)
		return refuse(r, c, ST_HEADERS_TOO_LARGE, "more than 100 header fields");
	if (http_is(byte, HTTP_BLANK))
		return bad(r, c, "a folded header field");
	if (!http_is(byte, HTTP_TOKEN))
		return refuse_byte(r, c, "a header field that does not begin with a name");
	return begin(r, c, IN_NAME);
}

static enum http_step in_name(struct http_reader *r, struct http_cursor *c)
{
	c->pos += http_run_of(rest_of(c), HTTP_TOKEN);
	if (at_end(c))
		return STEP_WAIT;
	char byte = c->bytes[c->pos];
	if (http_is(byte, HTTP_BLANK))
		return bad(r, c, "white space before the colon of a header field");
	if (byte != ':')
		return refuse_byte(r, c, "a header field's name that is no token");
	r->scan.name = mark(r->scan.start, c->pos);
	return begin_next(r, c, IN_VALUE);
}

static enum http_step in_value(struct http_reader *r, struct http_cursor *c)
{
	c->pos += http_run_of_value(rest_of(c));
	if (at_end(c))
		return STEP_WAIT;
	if (c->bytes[c->pos] != '\r')
		return refuse_byte(r, c, "a control byte in a header field");
	if (!r->scan.in_trailers) {
		struct span value = { c->bytes + r->scan.start, c->pos - r->scan.start };
		r->marks[r->scan.field_count].name = r->scan.name;
		r->marks[r->scan.field_count].value = mark_of(c, span_trim(value));
	}
	return begin_next(r, c, AFTER_VALUE);
}

static enum http_step after_value(struct http_reader *r, struct http_cursor *c)
{
	enum http_step step = expect(r, c, '\n', AT_FIELD, http_no_line_feed);
	if (step != STEP_ON || r->scan.in_trailers)
		return step;
	size_t last = r->scan.field_count++;
	struct span name = http_marked(c->bytes, r->marks[last].name);
	struct span value = http_marked(c->bytes, r->marks[last].value);
	return checked(r, http_fields_apply(&r->scan.framing, name, value, c->why));
}

static enum http_step after_fields(struct http_reader *r, struct http_cursor *c)
{
	struct http_scan *s = &r->scan;
	enum http_step step = expect(r, c, '\n', IN_LENGTH, http_no_line_feed);
	if (step == STEP_ON && !s->in_trailers) {
		step = checked(r, http_fields_finish(&s->framing, c->why));
		s->part = s->framing.is_chunked ? IN_SIZE : IN_LENGTH;
		s->body_left = s->framing.length;
	}
	return step == STEP_ON ? STEP_DONE : step;
}

/* Bodies (sections 6 and 7) */

/* Memory grows with the bytes that come, not with the length that the client gives. */
static enum http_step in_bytes(struct http_reader *r, struct http_cursor *c)
{
	struct span rest = rest_of(c);
	size_t len = rest.len < r->scan.body_left ? rest.len : (size_t)r->scan.body_left;
	buf_put(&r->body, rest.bytes, len);
	if (r->body.failed)
		return refuse(r, c, ST_NO_MEMORY, "no memory for the body");
	c->pos += len;
	r->scan.body_left -= len;
	return r->scan.body_left ? STEP_WAIT : STEP_DONE;
}

static enum http_step in_size(struct http_reader *r, struct http_cursor *c)
{
	struct http_scan *s = &r->scan;
	for (; !at_end(c) && http_is(c->bytes[c->pos], HTTP_HEX); c->pos++) {
		if (++s->line_bytes > CHUNK_DIGITS_MAX)
			return bad(r, c, "a chunk size of more than 8 digits");
		s->body_left = s->body_left << 4 | (uint64_t)http_hex_value(c->bytes[c->pos]);
	}
	if (at_end(c))
		return STEP_WAIT;
	char byte = c->bytes[c->pos];
	if (s->line_bytes == 0)
		return refuse_byte(r, c, "a chunk without a size");
	if (http_is(byte, HTTP_BLANK))
		return begin(r, c, IN_SIZE_BLANK);
	if (byte == ';')
		return begin(r, c, IN_EXTENSION);
	return byte == '\r' ? begin_next(r, c, AFTER_SIZE)
			    : refuse_byte(r, c, "a chunk size that is broken");
}

/* STEP_ON at the first byte that is not of the class. */
static enum http_step skip(struct http_reader *r, struct http_cursor *c, enum http_class class)
{
	size_t len = http_run_of(rest_of(c), class);
	c->pos += len;
	r->scan.line_bytes += len;
	if (r->scan.line_bytes > HTTP_CHUNK_LINE_MAX)
		return bad(r, c, "a chunk's size line is too long");
	return at_end(c) ? STEP_WAIT : STEP_ON;
}

/* RFC 9112 section 7.1.1: white space is "bad", but accepted before an extension. */
static enum http_step in_size_blank(struct http_reader *r, struct http_cursor *c)
{
	enum http_step step = skip(r, c, HTTP_BLANK);
	if (step != STEP_ON)
		return step;
	bool has_extension = c->bytes[c->pos] == ';';
	return has_extension ? begin(r, c, IN_EXTENSION)
			     : bad(r, c, "white space after a chunk size");
}

static enum http_step in_extension(struct http_reader *r, struct http_cursor *c)
{
	enum http_step step = skip(r, c, HTTP_VALUE);
	if (step != STEP_ON)
		return step;
	if (c->bytes[c->pos] != '\r')
		return refuse_byte(r, c, "a control byte in a chunk extension");
	return begin_next(r, c, AFTER_SIZE);
}

static enum http_step after_size(struct http_reader *r, struct http_cursor *c)
{
	enum http_step step = expect(r, c, '\n', IN_CHUNK, http_no_line_feed);
	if (step != STEP_ON)
		return step;
	if (r->body.len + r->scan.body_left > HTTP_BODY_MAX)
		return refuse(r, c, ST_PAYLOAD_TOO_LARGE, "chunks of more than 1 MiB");
	if (r->scan.body_left)
		return STEP_ON;
	r->scan.in_trailers = true;
	(void)begin(r, c, AT_FIELD);
	return STEP_TRAILERS;
}

static enum http_step in_chunk(struct http_reader *r, struct http_cursor *c)
{
	enum http_step step = in_bytes(r, c);
	return step == STEP_DONE ? begin(r, c, AFTER_CHUNK) : step;
}

static const char no_chunk_end[] = "a chunk longer than its size";

static enum http_step after_chunk(struct http_reader *r, struct http_cursor *c)
{
	return expect(r, c, '\r', AFTER_CHUNK_CR, no_chunk_end);
}

static enum http_step after_chunk_cr(struct http_reader *r, struct http_cursor *c)
{
	r->scan.line_bytes = 0;
	return expect(r, c, '\n', IN_SIZE, no_chunk_end);
}

static enum http_step (*const part_table[PART_COUNT])(
	struct http_reader *r, struct http_cursor *c) = {
	[IN_METHOD] = in_method,
	[IN_TARGET] = in_target,
	[IN_VERSION] = in_version,
	[AT_FIELD] = at_field,
	[IN_NAME] = in_name,
	[IN_VALUE] = in_value,
	[AFTER_VALUE] = after_value,
	[AFTER_FIELDS] = after_fields,
	[IN_SIZE] = in_size,
	[IN_SIZE_BLANK] = in_size_blank,
	[IN_EXTENSION] = in_extension,
	[AFTER_SIZE] = after_size,
	[IN_CHUNK] = in_chunk,
	[AFTER_CHUNK] = after_chunk,
	[AFTER_CHUNK_CR] = after_chunk_cr,
	[IN_LENGTH] = in_bytes,
};

enum http_step http_grammar_run(struct http_reader *r, struct http_cursor *c)
{
	enum http_step step;
	do
		step = part_table[r->scan.part](r, c);
	while (step == STEP_ON);
	return step;
}
