/* The same bytes give the same requests and refusals, whole or cut into the pieces that the input
 * selects. */
#include <stdlib.h>
#include <string.h>

#include "gateway/http_request.h"
#include "gateway/http_text.h"

enum { CUTS_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(struct buf *out, struct span s)
{
	buf_printf(out, "%zu:", s.len);
	buf_span(out, s);
}

static void show_request(struct buf *out, const struct http_request *q)
{
	show(out, q->method);
	show(out, q->target);
	show(out, q->path);
	show(out, q->query);
	show(out, q->body);
	buf_printf(out, "%d %d %d %d %zu\n", q->minor_version, q->keep_alive, q->expect_continue,
		q->has_body, q->field_count);
	for (size_t i = 0; i < q->field_count; i++) {
		show(out, q->fields[i].name);
		show(out, q->fields[i].value);
	}
}

static void show_refusal(struct buf *out, struct http_reader *r, const struct fail *why)
{
	const struct http_request *known = http_reader_known(r);
	buf_printf(out, "refused %d %s\n", r->refusal, why->text);
	if (known)
		show_request(out, known);
}

/* Feeds one piece from its own memory and then frees it, so that AddressSanitizer finds reads past
 * the piece and pointers that the reader keeps. */
static enum http_progress feed_piece(struct http_reader *r, struct span piece, struct buf *out)
{
	char *copy = malloc(piece.len + 1);
	if (!copy)
		abort();
	memcpy(copy, piece.bytes, piece.len);
	struct span bytes = { copy, piece.len };
	struct fail why = { 0 };
	enum http_progress progress;
	while ((progress = http_reader_feed(r, &bytes, &why)) != HTTP_MORE
		&& progress != HTTP_REFUSED) {
		buf_printf(out, "progress %d\n", progress);
		if (progress != HTTP_COMPLETE)
			continue;
		show_request(out, &r->request);
		http_reader_next(r);
	}
	if (progress == HTTP_REFUSED)
		show_refusal(out, r, &why);
	free(copy);
	return progress;
}

/* Cuts the bytes into pieces of the given lengths, repeatedly; a length of 0 means 256. */
static void show_outcome(struct buf *out, struct span input, struct span lengths)
{
	struct http_reader r = { 0 };
	for (size_t i = 0; input.len; i++) {
		size_t len = lengths.len ? (uint8_t)lengths.bytes[i % lengths.len] : input.len;
		len = len ? len : 256;
		len = len < input.len ? len : input.len;
		if (feed_piece(&r, (struct span){ input.bytes, len }, out) == HTTP_REFUSED)
			break;
		input = (struct span){ input.bytes + len, input.len - len };
	}
	http_reader_fini(&r);
}

static void read_query(struct span input)
{
	struct buf name = { 0 }, value = { 0 };
	struct span rest = input;
	enum status st;
	while ((st = http_query_next(&rest, &name, &value)) == ST_OK)
		if (name.len + value.len > input.len)
			__builtin_trap();
	if (st != ST_NOT_FOUND)
		__builtin_trap();
	if (http_percent_decode(input, &name, &rest) == ST_OK ? rest.len > input.len : name.len > 0)
		__builtin_trap();
	buf_fini(&name);
	buf_fini(&value);
}

static void ck_same(const struct buf *a, const struct buf *b)
{
	if (a->len != b->len || (a->len && memcmp(a->bytes, b->bytes, a->len) != 0))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cuts = size ? data[0] % (CUTS_MAX + 1) : 0;
	if (size < 1 + cuts)
		return 0;
	struct span lengths = { (const char *)data + 1, cuts };
	struct span input = { (const char *)data + 1 + cuts, size - 1 - cuts };
	struct buf whole = { 0 }, cut = { 0 }, single = { 0 };
	show_outcome(&whole, input, (struct span){ 0 });
	show_outcome(&cut, input, lengths);
	show_outcome(&single, input, SPAN("\1"));
	ck_same(&whole, &cut);
	ck_same(&whole, &single);
	read_query(input);
	buf_fini(&whole);
	buf_fini(&cut);
	buf_fini(&single);
	return 0;
}
