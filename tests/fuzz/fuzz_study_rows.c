/* Each row of any bytes is accepted or refused with a reason. The rows are the same from a file,
 * from a pipe in pieces, and from an import that is resumed in the middle. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/study/csv.h"
#include "client/study/rows.h"
#include "client/study/zone.h"
#include "common/utf8.h"
#include "common/uuid.h"

enum { PIECES = 4, HEAD = 2 + PIECES, STRETCH = 263000, STRETCHES_MAX = 3, PIECES_MAX = 32 };

static const char header[] = "id,timestamp,minutes,tag,notes\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rows read so far, and a position where an import may be interrupted. */
struct outcome {
	struct buf text;
	size_t count, stop_after;
	size_t text_len; /* at the stop */
	uint64_t line, offset, at_line;
	unsigned mark;
};

static void ensure(bool is_true)
{
	if (!is_true)
		__builtin_trap();
}

static void show(struct buf *out, const char *text)
{
	buf_printf(out, "%s%s;", text ? "=" : "-", text ? text : "");
}

/* Writes a record as study export does and reads it again. */
static void check_csv(const struct record *record)
{
	static struct csv_record again;
	struct buf line = { 0 };
	struct csv_extent extent;
	csv_put(&line, record->tag);
	buf_byte(&line, ',');
	csv_put(&line, record->notes);
	buf_text(&line, "\r\n");
	if (line.len <= CSV_RECORD_MAX) {
		ensure(csv_scan(buf_view(&line), ',', true, &extent) == CSV_RECORD);
		ensure(extent.len == line.len);
		csv_split(buf_view(&line), ',', &again);
		ensure(again.count == 2);
		ensure(strcmp(again.fields[0].text, record->tag) == 0);
		ensure(strcmp(again.fields[1].text, record->notes ? record->notes : "") == 0);
		ensure(again.fields[1].is_quoted || !record->notes || *record->notes);
	}
	buf_fini(&line);
}

static void show_refusal(struct buf *out, const struct refusal *why)
{
	ensure(why->rule[0]);
	ensure(utf8_is_valid(why->rule, strlen(why->rule)));
	ensure(utf8_is_valid(why->field, strlen(why->field)));
	ensure(why->last_line == 0 || why->last_line >= why->line);
	buf_printf(out, "!%llu-%llu %s %s\n", (unsigned long long)why->line,
		(unsigned long long)why->last_line, why->field, why->rule);
}

static void show_record(struct buf *out, const struct raw_record *raw)
{
	static struct record_rules rules;
	unsigned char id[16];
	struct record record;
	struct refusal why = { 0 };
	struct zone *zone = NULL;
	ensure(rules.zone || zone_open(&zone, "Europe/Berlin", NULL));
	rules.zone = rules.zone ? rules.zone : zone;
	if (!record_check(raw, &rules, &record, &why)) {
		ensure(why.line == raw->line);
		show_refusal(out, &why);
		return;
	}
	ensure(uuid_parse(span_of(record.id), id) && record.minutes > 0 && *record.tag);
	check_csv(&record);
	buf_printf(out, "%llu-%llu %s %s %s %lld ", (unsigned long long)raw->line,
		(unsigned long long)raw->last_line, record.id, record.day, record.created_at,
		(long long)record.minutes);
	show(out, record.tag);
	show(out, record.notes);
	buf_byte(out, '\n');
}

static void note(
	struct outcome *out, const struct rows *rows, const struct source *source, uint64_t line)
{
	ensure(line >= out->line);
	out->line = line;
	if (++out->count != out->stop_after)
		return;
	out->text_len = out->text.len;
	out->offset = source->offset;
	out->at_line = source->line;
	out->mark = rows_mark(rows);
}

/* False: the reader waits for more bytes. */
static bool read_rows(struct rows *rows, const struct source *source, struct outcome *out)
{
	struct raw_record raw = { 0 };
	struct refusal why = { 0 };
	enum rows_result result;
	while ((result = rows_next(rows, &raw, &why)) != ROWS_END) {
		ensure(result != ROWS_FAILED);
		if (result == ROWS_WAIT)
			return false;
		if (result == ROWS_RECORD)
			show_record(&out->text, &raw);
		else
			show_refusal(&out->text, &why);
		note(out, rows, source, result == ROWS_RECORD ? raw.line : why.line);
	}
	return true;
}

struct reader {
	struct source source;
	struct rows *rows;
	bool is_begun, has_ended;
};

static void open_reader(struct reader *r, int fd, enum rows_format format)
{
	char path[32];
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	*r = (struct reader){ 0 };
	if (!source_open(&r->source, path) || !(r->rows = rows_new(&r->source, format)))
		abort();
}

static void close_reader(struct reader *r)
{
	rows_free(&r->rows);
	source_close(&r->source);
}

static void begin(struct reader *r, struct outcome *out)
{
	struct refusal why = { 0 };
	enum rows_result result = rows_begin(r->rows, &why);
	ensure(result != ROWS_FAILED && result != ROWS_END);
	r->is_begun = result == ROWS_RECORD;
	r->has_ended = result == ROWS_REFUSED;
	if (r->has_ended)
		show_refusal(&out->text, &why);
}

static void go_on(struct reader *r, struct outcome *out)
{
	if (!r->is_begun && !r->has_ended)
		begin(r, out);
	if (r->is_begun && !r->has_ended)
		r->has_ended = read_rows(r->rows, &r->source, out);
}

static void read_file(int fd, enum rows_format format, struct outcome *out)
{
	struct reader r;
	open_reader(&r, fd, format);
	go_on(&r, out);
	ensure(r.has_ended);
	close_reader(&r);
}

/* The bytes after the position where the import was interrupted. */
static void read_rest(
	int fd, enum rows_format format, const struct outcome *whole, struct outcome *out)
{
	struct reader r;
	open_reader(&r, fd, format);
	begin(&r, out);
	ensure(r.is_begun && source_seek(&r.source, whole->offset, whole->at_line));
	rows_resume(r.rows, whole->mark);
	go_on(&r, out);
	ensure(r.has_ended);
	close_reader(&r);
}

static void read_pieces(
	struct span in, const uint8_t lengths[PIECES], enum rows_format format, struct outcome *out)
{
	struct reader r;
	int ends[2];
	size_t unit = in.len > STRETCH ? in.len / PIECES_MAX : 1;
	if (pipe2(ends, O_NONBLOCK) != 0)
		abort();
	open_reader(&r, ends[0], format);
	for (size_t i = 0; in.len > 0; i++) {
		size_t len = (lengths[i % PIECES] ? lengths[i % PIECES] : 256) * unit;
		ssize_t sent = write(ends[1], in.bytes, len < in.len ? len : in.len);
		ensure(sent > 0); /* the reader takes all available bytes */
		in = (struct span){ in.bytes + sent, in.len - (size_t)sent };
		go_on(&r, out);
		if (r.has_ended)
			break; /* its header is refused */
	}
	(void)close(ends[1]);
	go_on(&r, out);
	ensure(r.has_ended);
	close_reader(&r);
	(void)close(ends[0]);
}

static void ensure_same(struct span a, struct span b)
{
	ensure(a.len == b.len && (a.len == 0 || memcmp(a.bytes, b.bytes, a.len) == 0));
}

/* In one input of 32, a byte 1 repeats the previous byte many times, so that short inputs reach the
 * limits of a record. */
static void put_input(struct buf *out, uint8_t kind, const uint8_t *data, size_t size)
{
	int left = kind >> 3 == 31 ? STRETCHES_MAX : 0;
	buf_text(out, kind & 4 ? header : "");
	for (size_t i = 0; i < size; i++) {
		bool is_long = left > 0 && i > 0 && data[i] == 1;
		left -= is_long;
		for (int n = 0; n < (is_long ? STRETCH : 1); n++)
			buf_byte(out, (char)data[i - is_long]);
	}
}

static void check(struct span in, const uint8_t *head, enum rows_format format)
{
	struct outcome whole = { .stop_after = head[1] + 1U }, pieces = { 0 }, rest = { 0 };
	int fd = memfd_create("rows", MFD_CLOEXEC);
	if (fd < 0 || write(fd, in.bytes, in.len) != (ssize_t)in.len)
		abort();
	read_file(fd, format, &whole);
	read_pieces(in, head + 2, format, &pieces);
	ensure_same(buf_view(&whole.text), buf_view(&pieces.text));
	if (whole.offset > 0) {
		read_rest(fd, format, &whole, &rest);
		ensure_same((struct span){ whole.text.bytes + whole.text_len,
				    whole.text.len - whole.text_len },
			buf_view(&rest.text));
	}
	buf_fini(&whole.text);
	buf_fini(&pieces.text);
	buf_fini(&rest.text);
	(void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum rows_format formats[] = { ROWS_ANY, ROWS_CSV, ROWS_JSON, ROWS_ANY };
	struct buf in = { 0 };
	if (size < HEAD)
		return 0;
	put_input(&in, data[0], data + HEAD, size - HEAD);
	check(buf_view(&in), data, formats[data[0] & 3]);
	buf_fini(&in);
	return 0;
}
