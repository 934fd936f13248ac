#include "tests/unit/http_feed.h"

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

/* Empty lines do not count as part of the head. */
START_TEST(empty_lines_before_a_request_do_not_count)
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

enum { FEW_BYTES = 4 << 10 };

START_TEST(memory_grows_with_the_received_bytes_and_is_freed)
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
} failures[] = {
	{ 10, 0, GET HOST "\r\n" },
	{ 0, 3, POST "Content-Length: 5\r\n\r\nhello" },
	{ 0, 3, CHUNKED "5\r\nhello\r\n0\r\n\r\n" },
};

START_TEST(a_failed_allocation_refuses_the_request)
{
	for (size_t piece = 1; piece < 100; piece++) {
		struct http_reader r = { .head.limit = failures[_i].head,
			.body.limit = failures[_i].body };
		struct span input = span_of(failures[_i].bytes);
		ck_assert(feed(&r, &input, piece, piece, NULL) == HTTP_REFUSED);
		ck_assert_int_eq(r.refusal, ST_NO_MEMORY);
		http_reader_fini(&r);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("http_request_limits");
	tcase_add_loop_test(tests, limits_hold_to_the_byte, 0, COUNT(limits));
	tcase_add_test(tests, empty_lines_before_a_request_do_not_count);
	tcase_add_test(tests, memory_grows_with_the_received_bytes_and_is_freed);
	tcase_add_loop_test(tests, a_failed_allocation_refuses_the_request, 0, COUNT(failures));
	return suite_run("http_request_limits", tests);
}
