#include "gateway/metrics_text.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *content_type;
	const char *end;
} format_table[] = {
	[METRICS_PLAIN] = { "text/plain; version=0.0.4; charset=utf-8", "" },
	[METRICS_OPEN] = { "application/openmetrics-text; version=1.0.0; charset=utf-8",
		"# EOF\n" },
};

/* In the older format a suffix belongs to the name of the family, and there are no infos. */
static const struct {
	const char *suffix, *type, *plain_type;
} kind_table[] = {
	[METRICS_COUNTER] = { "_total", "counter", "counter" },
	[METRICS_GAUGE] = { "", "gauge", "gauge" },
	[METRICS_HISTOGRAM] = { "", "histogram", "histogram" },
	[METRICS_INFO] = { "_info", "info", "gauge" },
};

const char *metrics_content_type(enum metrics_format format)
{
	return format_table[format].content_type;
}

static void put_meta(struct metrics_text *text, const char *keyword, const char *value)
{
	const struct metrics_family *f = &text->family;
	bool is_plain = text->format == METRICS_PLAIN;
	buf_printf(text->out, "# %s %s%s %s\n", keyword, f->name,
		is_plain ? kind_table[f->kind].suffix : "", value);
}

void metrics_text_family(struct metrics_text *text, const struct metrics_family *family)
{
	bool is_plain = text->format == METRICS_PLAIN;
	text->family = *family;
	put_meta(text, "TYPE",
		is_plain ? kind_table[family->kind].plain_type : kind_table[family->kind].type);
	if (family->unit && !is_plain)
		put_meta(text, "UNIT", family->unit);
	put_meta(text, "HELP", family->help);
}

static void put_escaped(struct buf *out, struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		char byte = value.bytes[i];
		if (byte == '\\' || byte == '"' || byte == '\n')
			buf_byte(out, '\\');
		if (byte == '\n')
			byte = 'n';
		buf_byte(out, byte);
	}
}

static void put_name(struct metrics_text *text, const char *suffix,
	const struct metrics_label *labels, size_t count)
{
	struct buf *out = text->out;
	buf_text(out, text->family.name);
	buf_text(out, suffix);
	for (size_t i = 0; i < count; i++) {
		buf_byte(out, i ? ',' : '{');
		buf_text(out, labels[i].name);
		buf_text(out, "=\"");
		put_escaped(out, labels[i].value);
		buf_byte(out, '"');
	}
	buf_text(out, count ? "} " : " ");
}

/* Twelve digits are exact for the sums of microseconds, and for counts up to a trillion. */
static void format_number(char text[32], double value)
{
	bool is_whole = value >= 0 && value < 1e15 && value == (double)(uint64_t)value;
	if (is_whole)
		(void)snprintf(text, 32, "%llu", (unsigned long long)value);
	else
		(void)snprintf(text, 32, "%.12g", value);
}

static void put_sample(struct metrics_text *text, const char *suffix,
	const struct metrics_label *labels, size_t count, double value)
{
	char number[32];
	format_number(number, value);
	put_name(text, suffix, labels, count);
	buf_text(text->out, number);
	buf_byte(text->out, '\n');
}

void metrics_text_value(
	struct metrics_text *text, const struct metrics_label *labels, size_t count, double value)
{
	put_sample(text, kind_table[text->family.kind].suffix, labels, count, value);
}

/* OpenMetrics writes the bound 1 as "1.0". */
static struct span format_bound(char text[36], const struct histogram_shape *shape, size_t i)
{
	if (i == shape->count)
		return SPAN("+Inf");
	format_number(text, (double)shape->bounds[i] * shape->scale);
	if (!strpbrk(text, ".e"))
		memcpy(text + strlen(text), ".0", sizeof ".0");
	return span_of(text);
}

void metrics_text_histogram(struct metrics_text *text, const struct metrics_label *labels,
	size_t count, const struct histogram_shape *shape, const struct histogram *h)
{
	struct metrics_label all[METRICS_LABELS_MAX + 1];
	char bound[36];
	uint64_t seen = 0;
	for (size_t i = 0; i < count; i++)
		all[i] = labels[i];
	for (size_t i = 0; i <= shape->count; i++) {
		seen += h->buckets[i];
		all[count] = (struct metrics_label){ "le", format_bound(bound, shape, i) };
		put_sample(text, "_bucket", all, count + 1, (double)seen);
	}
	put_sample(text, "_count", labels, count, (double)seen);
	put_sample(text, "_sum", labels, count, (double)h->sum * shape->scale);
}

struct metrics_family metrics_family_of_counter(
	const struct counter_table *table, const struct counter *c, char name[METRICS_NAME_SIZE])
{
	(void)snprintf(name, METRICS_NAME_SIZE, "%s%s", table->metric_prefix, c->name);
	return (struct metrics_family){ .name = name,
		.kind = c->kind == COUNTER_TOTAL ? METRICS_COUNTER : METRICS_GAUGE,
		.help = c->help };
}

void metrics_text_end(struct metrics_text *text)
{
	buf_text(text->out, format_table[text->format].end);
}
