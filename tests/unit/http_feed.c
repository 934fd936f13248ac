#include "tests/unit/http_feed.h"

#include <string.h>

static void show(struct buf *out, const char *what, struct span s)
{
	buf_printf(out, "%s=%zu:", what, s.len);
	buf_span(out, s);
	buf_byte(out, '\n');
}

/* All that a caller can see, so that two outcomes can be compared as bytes. */
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

/* No ck_assert in the loop: each writes to a file, also if it holds. */
enum http_progress feed(
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
			ck_abort_msg("bytes are left that should be used");
		*input = (struct span){ input->bytes + len - bytes.len,
			input->len - len + bytes.len };
		free(copy);
		piece = others ? others : 1;
	}
	return progress;
}

void show_outcome(struct buf *out, struct span input, size_t piece, size_t others)
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

void ck_same(
	const char *what, struct span input, size_t piece, size_t others, const struct buf *whole)
{
	struct buf out = { 0 };
	show_outcome(&out, input, piece, others);
	if (out.len != whole->len || memcmp(out.bytes, whole->bytes, out.len) != 0)
		ck_abort_msg("%s: cut at %zu, then every %zu:\n%.*s\nbut whole:\n%.*s", what, piece,
			others, (int)out.len, out.bytes, (int)whole->len, whole->bytes);
	buf_fini(&out);
}

void ck_span(const char *what, struct span s, const char *expected, const char *otherwise)
{
	ck_assert_msg(span_is(s, expected ? expected : otherwise), "%s: '%.*s', not '%s'", what,
		(int)s.len, s.bytes, expected ? expected : otherwise);
}

static void ck_request(const struct http_row *row, const struct http_request *q, struct span left)
{
	ck_span(row->what, q->method, row->method, "GET");
	ck_span(row->what, q->path, row->path, "/");
	ck_span(row->what, q->query, row->query, "");
	ck_span(row->what, q->body, row->body, "");
	ck_span(row->what, left, row->left, "");
	ck_assert_msg(q->keep_alive == !(row->flags & CLOSES), "%s", row->what);
	ck_assert_msg(q->expect_continue == !!(row->flags & CONTINUES), "%s", row->what);
}

void check_outcome(const struct http_row *row)
{
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

void check_cuts(const struct http_row *row)
{
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
