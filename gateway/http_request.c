#include "gateway/http_request.h"

#include "gateway/http_grammar.h"
#include "gateway/http_target.h"
#include "gateway/http_text.h"

enum {
	BLANK_LINES_MAX = 2,
	KEPT_BYTES = 4 << 10, /* of each buffer, between requests */
};

/* Reads at most `room` bytes. Sets *is_full if it needs more. */
static enum http_step run_within(
	struct http_reader *r, struct http_cursor *c, size_t room, bool *is_full)
{
	struct http_cursor bounded = *c;
	if (bounded.len - bounded.pos > room)
		bounded.len = bounded.pos + room;
	enum http_step step = http_grammar_run(r, &bounded);
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

/* A target is not split if the request line is refused or has not come whole. */
static struct span path_of(struct span target, struct span split)
{
	struct span path = split.len ? split : http_target_path(target);
	return path.len ? path : SPAN("/");
}

/* Makes spans of the marks. They are valid until the head grows. */
static void make_request(struct http_reader *r)
{
	struct http_request *q = &r->request;
	const struct http_scan *s = &r->scan;
	const char *head = r->head.bytes;
	q->method = http_marked(head, s->method);
	q->target = http_marked(head, s->target);
	q->path = path_of(q->target, http_marked(head, s->path));
	q->query = http_marked(head, s->query);
	q->field_count = s->field_count;
	for (size_t i = 0; i < q->field_count; i++)
		q->fields[i] = (struct http_field){ http_marked(head, r->marks[i].name),
			http_marked(head, r->marks[i].value) };
	q->has_body = s->framing.has_length || s->framing.is_chunked;
	q->keep_alive = http_fields_keep_alive(&s->framing);
	q->expect_continue = s->framing.expect_continue;
}

static enum http_progress end_head(struct http_reader *r)
{
	make_request(r);
	if (!r->scan.framing.is_chunked && r->scan.body_left == 0)
		return complete(r);
	r->phase = HTTP_IN_BODY;
	return HTTP_HEAD;
}

static enum http_progress refused(struct span *bytes)
{
	*bytes = span_drop(*bytes, bytes->len);
	return HTTP_REFUSED;
}

/* A head that comes whole, as most do, is parsed in place and copied once. Otherwise all bytes are
 * appended first, and those after the head are removed again. */
static enum http_progress feed_head(struct http_reader *r, struct span *bytes, struct fail *why)
{
	size_t kept = r->head.len;
	if (kept)
		buf_put(&r->head, bytes->bytes,
			bytes->len < HTTP_HEAD_MAX - kept ? bytes->len : HTTP_HEAD_MAX - kept);
	struct span view = kept ? buf_view(&r->head) : *bytes;
	struct http_cursor c = { view.bytes, view.len, r->scan.pos, why };
	bool is_full;
	enum http_step step = run_within(r, &c, HTTP_HEAD_MAX - c.pos, &is_full);
	if (is_full)
		step = http_grammar_refuse(r, why, ST_HEADERS_TOO_LARGE, "the head is over 16 KiB");
	if (!kept)
		buf_put(&r->head, view.bytes, c.pos);
	if (step == STEP_REFUSED)
		return refused(bytes);
	if (r->head.failed) {
		(void)http_grammar_refuse(r, why, ST_NO_MEMORY, "no memory for the head");
		return refused(bytes);
	}
	r->head.len = r->scan.pos = c.pos;
	*bytes = span_drop(*bytes, c.pos - kept);
	return step == STEP_DONE ? end_head(r) : HTTP_MORE;
}

static enum http_progress feed_body(struct http_reader *r, struct span *bytes, struct fail *why)
{
	struct http_cursor c = { bytes->bytes, bytes->len, 0, why };
	enum http_step step = r->scan.in_trailers ? STEP_TRAILERS : http_grammar_run(r, &c);
	if (step == STEP_TRAILERS) {
		size_t start = c.pos;
		bool is_full;
		step = run_within(r, &c, HTTP_TRAILER_MAX - r->scan.trailer_bytes, &is_full);
		r->scan.trailer_bytes += c.pos - start;
		if (is_full)
			step = http_grammar_refuse(
				r, why, ST_BAD_REQUEST, "trailers of more than 4 KiB");
	}
	if (step == STEP_REFUSED)
		return refused(bytes);
	*bytes = span_drop(*bytes, c.pos);
	return step == STEP_DONE ? complete(r) : HTTP_MORE;
}

/* RFC 9112 section 2.2 */
static enum http_step skip_blank_lines(struct http_reader *r, struct span *bytes, struct fail *why)
{
	struct http_scan *s = &r->scan;
	while (bytes->len && (s->has_cr || *bytes->bytes == '\r')) {
		if (s->has_cr && *bytes->bytes != '\n')
			return http_grammar_refuse(r, why, ST_BAD_REQUEST, http_no_line_feed);
		if (!s->has_cr && s->blank_lines++ == BLANK_LINES_MAX)
			return http_grammar_refuse(r, why, ST_BAD_REQUEST,
				"more than two empty lines before a request");
		s->has_cr = !s->has_cr;
		*bytes = span_drop(*bytes, 1);
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

size_t http_reader_body_left(const struct http_reader *r)
{
	return r->scan.framing.is_chunked ? HTTP_BODY_MAX : (size_t)r->scan.body_left;
}

const struct http_request *http_reader_known(struct http_reader *r)
{
	if (r->scan.method.len == 0 || r->head.failed)
		return NULL;
	make_request(r);
	return &r->request;
}

/* A connection that stays does not keep the memory of a large request. */
void http_reader_next(struct http_reader *r)
{
	struct http_request *q = &r->request;
	buf_reuse(&r->head, KEPT_BYTES);
	buf_reuse(&r->body, KEPT_BYTES);
	/* not the arrays: they are large, and field_count limits what is read */
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

bool http_method_is_safe(struct span method)
{
	return span_is(method, "GET") || span_is(method, "HEAD") || span_is(method, "OPTIONS");
}

struct span http_request_field(const struct http_request *request, const char *name)
{
	struct span wanted = span_of(name);
	for (size_t i = 0; i < request->field_count; i++)
		if (span_equals_nocase(request->fields[i].name, wanted))
			return request->fields[i].value;
	return (struct span){ 0 };
}
