#include "schema/generate/template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NESTING_MAX = 32 };

/* The records that are visible, from the inmost outwards. */
struct scope {
	const struct record *record;
	const struct scope *outer;
};

/* A template on its way into `out`. The first failure is in `why`, and ends the expansion. */
struct expansion {
	const struct template_library *library;
	struct span name;       /* of the template */
	const char *start, *at; /* of its text, which ends with NUL */
	struct buf *out, *why;
	int *number;        /* the last one of {{+}} */
	const char *indent; /* of the lines */
	bool is_skipped, is_roff;
	int depth;
};

/* The kind is the character that marks the tag; ' ': a name alone; NUL: the template has ended. */
struct tag {
	char kind;
	struct span name;
	const char *begin; /* of its braces */
	const char *line;  /* where its line begins, if it stands alone and removes the line */
};

static void expand(struct expansion *x, const struct scope *scope, const struct tag *section);

static void fail_at(struct expansion *x, const char *at, const char *what, struct span name)
{
	int line = 1;
	for (const char *p = x->start; p < at; p++)
		line += *p == '\n';
	if (x->why->len == 0)
		buf_printf(x->why, "%.*s, line %d: %s: %.*s", (int)x->name.len, x->name.bytes, line,
			what, (int)name.len, name.bytes);
}

static void put(struct expansion *x, struct span text)
{
	struct buf *out = x->out;
	for (; text.len > 0 && !x->is_skipped; text = span_drop(text, 1)) {
		bool begins_line = out->len == 0 || out->bytes[out->len - 1] == '\n';
		if (begins_line && *text.bytes != '\n')
			buf_text(out, x->indent);
		if (x->is_roff && *text.bytes == '-')
			buf_byte(out, '\\');
		buf_byte(out, *text.bytes);
	}
}

/* Moves behind the tag: behind its line if it stands alone, to the next text behind a join. */
static void pass(struct expansion *x, struct tag *tag, const char *behind)
{
	const char *line = tag->begin, *line_end = behind + strspn(behind, " \t");
	while (line > x->start && isblank((unsigned char)line[-1]))
		line--;
	bool is_alone = *line_end == '\n' && (line == x->start || line[-1] == '\n');
	x->at = behind;
	if (tag->kind == '\\' && *line_end == '\n') {
		x->at = line_end + strspn(line_end, " \t\n");
	} else if (is_alone && strchr("#?^-/>", tag->kind)) {
		tag->line = line;
		x->at = line_end + 1;
	}
}

/* Puts the text before the next tag, and reads the tag. */
static struct tag next_tag(struct expansion *x)
{
	const char *text = x->at, *begin = strstr(text, "{{"),
		   *close = begin ? strstr(begin, "}}") : NULL;
	if (begin && begin[2] == '{') /* a brace before a tag */
		begin++;
	struct tag tag = { .begin = begin ? begin : text + strlen(text) };
	tag.line = tag.begin;
	if (close) {
		bool has_mark = strchr("#?^-/>|+\\", begin[2]) != NULL;
		const char *name = begin + 2 + has_mark;
		tag.kind = has_mark ? begin[2] : ' ';
		tag.name = (struct span){ name, (size_t)(close - name) };
		pass(x, &tag, close + 2);
	} else if (begin) {
		fail_at(x, begin, "a tag without end", SPAN(""));
	}
	put(x, (struct span){ text, (size_t)(tag.line - text) });
	return tag;
}

/* NULL: it has failed. */
static const struct record_entry *look_up(
	struct expansion *x, const struct scope *scope, struct span name)
{
	const struct record_entry *entry = NULL;
	for (; scope && !entry; scope = scope->outer)
		entry = record_find(scope->record, name);
	if (!entry)
		fail_at(x, name.bytes, "no such name", name);
	return entry;
}

/* Puts a text in the case of its name. */
static void put_text(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	bool is_initial = isupper((unsigned char)*tag->name.bytes);
	bool is_upper = is_initial && isupper((unsigned char)tag->name.bytes[1]);
	const struct record_entry *entry = look_up(x, scope, tag->name);
	if (entry && !entry->text)
		fail_at(x, tag->begin, "a list, not a text", tag->name);
	bool is_start = true;
	for (const char *text = entry ? entry->text : NULL; text && *text; text++) {
		bool drops = is_initial && !is_upper && *text == '_';
		bool raises = is_upper || (is_initial && is_start);
		char byte = raises ? (char)toupper((unsigned char)*text) : *text;
		put(x, (struct span){ &byte, !drops });
		is_start = drops;
	}
}

static void put_section(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	const struct record_entry *entry = look_up(x, scope, tag->name);
	const struct record *r = entry ? entry->first : NULL;
	bool is_empty = entry && (entry->text ? !*entry->text : !r);
	const char *body = x->at;
	x->is_skipped = is_empty != (tag->kind == '^');
	if (x->is_skipped || tag->kind != '#' || !r)
		expand(x, scope, tag);
	else
		for (; r; r = r->next) {
			x->at = body;
			expand(x, &(struct scope){ r, scope }, tag);
		}
	x->is_skipped = false;
}

static void put_partial(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	struct span name = tag->name;
	const struct record_entry *entry = NULL;
	if (*name.bytes == '*' && (entry = look_up(x, scope, span_drop(name, 1))) != NULL)
		name = span_of(entry->text);
	char *text = x->library->read(x->library->arg, name);
	struct buf indent = { 0 };
	struct expansion inner = *x;
	buf_text(&indent, x->indent);
	buf_put(&indent, tag->line, (size_t)(tag->begin - tag->line));
	buf_byte(&indent, '\0');
	inner.name = name;
	inner.start = inner.at = text;
	inner.indent = indent.bytes;
	if (text && !indent.failed)
		expand(&inner, scope, NULL);
	else
		fail_at(x, tag->begin, "no such template", name);
	buf_fini(&indent);
	free(text);
}

static void put_roff(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	x->is_roff = true;
	expand(x, scope, tag);
	x->is_roff = false;
}

static void put_tag(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	if (tag->kind == '-')
		put_roff(x, scope, tag);
	else if (x->is_skipped && strchr("#?^", tag->kind))
		expand(x, scope, tag);
	else if (x->is_skipped)
		return;
	else if (strchr("#?^", tag->kind))
		put_section(x, scope, tag);
	else if (tag->kind == '>')
		put_partial(x, scope, tag);
	else if (tag->kind == ' ')
		put_text(x, scope, tag);
	else if (tag->kind == '|' && scope->record->next)
		put(x, tag->name);
	else if (tag->kind == '+')
		buf_int(x->out, ++*x->number);
}

/* Expands up to the end of the section, which has begun, or of the template. */
static void expand(struct expansion *x, const struct scope *scope, const struct tag *section)
{
	struct tag tag;
	if (++x->depth > NESTING_MAX)
		fail_at(x, x->at, "nested too deeply", x->name);
	for (tag = next_tag(x); tag.kind && tag.kind != '/' && !x->why->len; tag = next_tag(x))
		put_tag(x, scope, &tag);
	x->depth--;
	if (section && !tag.kind)
		fail_at(x, section->begin, "a section without end", section->name);
	else if (section && !span_equals(tag.name, section->name))
		fail_at(x, tag.begin, "the end of another section", tag.name);
	else if (!section && tag.kind)
		fail_at(x, tag.begin, "an end without its section", tag.name);
}

bool template_expand(const struct template_library *library, struct span name,
	const struct record *root, struct buf *out, struct buf *why)
{
	int number = 0;
	const struct scope scope = { root, NULL };
	const struct tag whole = { '>', name, "", "" };
	struct expansion x = { library, name, "", "", out, why, &number, "", false, false, 0 };
	put_partial(&x, &scope, &whole);
	return why->len == 0 && !out->failed;
}
