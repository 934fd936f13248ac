#include "schema/generate/template.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { NESTING_MAX = 32 };

/* A template on its way into `out`. The first failure is in `why`, and ends the expansion. */
struct expansion {
	const char *schema; /* the folder */
	struct span name;
	const char *start; /* of its text, which ends with NUL */
	struct buf *out, *why;
	int *number;                   /* the last one of {{+}} */
	struct block *blocks;          /* of the templates that inherit this one */
	const struct expansion *outer; /* in whose place it stands */
	struct span indent;            /* of the lines, after that of the outer one */
	int depth;
};

/* A block that replaces the blocks of its name in a parent. */
struct block {
	const struct expansion *at; /* the template where it stands */
	struct span name, body;
	bool is_used;
	struct block *next;
};

/* The kind is the character that marks the tag; ' ': a name alone. */
struct tag {
	char kind;
	bool is_section;
	struct span name;
	const char *begin, *end;   /* of what it removes */
	struct span indent;        /* the blanks before it, if it is alone on its line */
	const struct block *block; /* of a child, in its place; NULL: none */
};

static void expand(struct expansion *x, const struct view *v, struct span text);

static void fail_at(struct expansion *x, const char *at, const char *what, struct span name)
{
	int line = 1;
	for (const char *p = x->start; p < at; p++)
		line += *p == '\n';
	if (x->why->len == 0)
		buf_printf(x->why, "%.*s, line %d: %s: %.*s", (int)x->name.len, x->name.bytes, line,
			what, (int)name.len, name.bytes);
}

static void put_indent(const struct expansion *x)
{
	if (x->outer)
		put_indent(x->outer);
	buf_span(x->out, x->indent);
}

static void put(const struct expansion *x, struct span text)
{
	struct buf *out = x->out;
	for (; text.len > 0; text = span_drop(text, 1)) {
		bool begins_line = out->len == 0 || out->bytes[out->len - 1] == '\n';
		if (begins_line && *text.bytes != '\n')
			put_indent(x);
		buf_byte(out, *text.bytes);
	}
}

/* The last one is that of the outermost child. */
static const struct block *block_of(const struct expansion *x, struct span name)
{
	const struct block *found = NULL;
	for (struct block *block = x->blocks; block; block = block->next)
		if (span_equals(block->name, name)) {
			block->is_used = true;
			found = block;
		}
	return found;
}

/* A tag that is alone removes its line; a join removes what is before the next text. */
static void remove_line(const struct expansion *x, struct tag *tag)
{
	const char *line = tag->begin, *line_end = tag->end + strspn(tag->end, " \t");
	while (line > x->start && isblank((unsigned char)line[-1]))
		line--;
	bool is_alone = *line_end == '\n' && (line == x->start || line[-1] == '\n');
	if (tag->kind == '\\' && *line_end == '\n') {
		tag->end = line_end + strspn(line_end, " \t\n");
	} else if (is_alone && strchr("#?^/><$", tag->kind)) {
		tag->indent = (struct span){ line, (size_t)(tag->begin - line) };
		tag->begin = line;
		tag->end = line_end + 1;
	}
}

static bool next_tag(struct expansion *x, struct span text, struct tag *tag)
{
	const char *begin = memmem(text.bytes, text.len, "{{", 2);
	const char *close = begin ? strstr(begin, "}}") : NULL;
	if (begin && !close)
		fail_at(x, begin, "a tag without end", SPAN(""));
	if (!close)
		return false;
	begin += begin[2] == '{'; /* a brace before a tag */
	bool has_mark = strchr("#?^/><$|+\\", begin[2]) != NULL;
	const char *name = begin + 2 + has_mark;
	*tag = (struct tag){ .kind = has_mark ? begin[2] : ' ', .begin = begin, .end = close + 2 };
	tag->is_section = strchr("#?^<$", tag->kind) != NULL;
	tag->name = (struct span){ name, (size_t)(close - name) };
	tag->block = tag->kind == '$' ? block_of(x, tag->name) : NULL;
	remove_line(x, tag);
	return true;
}

/* Puts a text in the case of its name. */
static void put_text(struct expansion *x, const struct view *v, struct span name)
{
	struct buf text = { 0 };
	bool is_initial = isupper((unsigned char)*name.bytes);
	bool is_upper = is_initial && isupper((unsigned char)name.bytes[1]), is_start = true;
	if (!view_text(v, name, &text))
		fail_at(x, name.bytes, "no text of this name", name);
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.bytes[i];
		bool drops = is_initial && !is_upper && byte == '_';
		if (is_upper || (is_initial && is_start))
			byte = (char)toupper((unsigned char)byte);
		put(x, (struct span){ &byte, !drops });
		is_start = drops;
	}
	buf_fini(&text);
}

/* Cuts the body of the section, and its end, from the text behind its first tag. */
static struct span cut_body(struct expansion *x, const struct tag *section, struct span *text)
{
	struct span body = *text, rest = *text;
	struct tag tag;
	for (int depth = 1; depth > 0 && next_tag(x, rest, &tag);) {
		rest = span_drop(rest, (size_t)(tag.end - rest.bytes));
		if (span_equals(tag.name, section->name))
			depth += tag.is_section - (tag.kind == '/');
		if (depth == 0) {
			*text = rest;
			return span_first(body, (size_t)(tag.begin - body.bytes));
		}
	}
	fail_at(x, section->name.bytes, "a section without end", section->name);
	return SPAN("");
}

static void put_section(
	struct expansion *x, const struct view *v, const struct tag *tag, struct span body)
{
	struct view item, next = { 0 };
	struct buf text = { 0 };
	bool is_list = false, is_full = false;
	for (struct span rest = tag->name; rest.len > 0 && !is_full;) {
		struct span name = span_cut(&rest, '|');
		is_list = view_open(v, name, &next);
		if (!is_list && !view_text(v, name, &text))
			fail_at(x, name.bytes, "no such name", name);
		is_full = is_list ? view_next(&next) : text.len > 0;
	}
	bool is_repeated = is_full && is_list && tag->kind == '#';
	if (!is_repeated && is_full != (tag->kind == '^'))
		expand(x, v, body);
	while (is_repeated) {
		item = next;
		is_repeated = view_next(&next);
		item.is_last = !is_repeated;
		expand(x, &item, body);
	}
	buf_fini(&text);
}

/* The text of a template, which the caller frees; NULL: there is none. */
static char *read_text(const char *schema, struct span name)
{
	bool is_path = memchr(name.bytes, '/', name.len) != NULL;
	bool is_statement = memchr(name.bytes, '.', name.len) != NULL;
	const char *folder = is_path ? "" : is_statement ? "statements/" : "templates/";
	char path[PATH_MAX], *text = NULL;
	size_t size = 0;
	(void)snprintf(path, sizeof path, "%s/%s%.*s%s", schema, folder, (int)name.len, name.bytes,
		is_path ? "" : ".sql");
	FILE *file = fopen(path, "re");
	bool is_read = file && getdelim(&text, &size, '\0', file) > 0;
	if (file)
		(void)fclose(file);
	if (!is_read)
		free(text);
	return is_read ? text : NULL;
}

static void put_partial(struct expansion *x, const struct view *v, const struct tag *tag)
{
	struct expansion inner = *x;
	char *text = read_text(x->schema, tag->name);
	inner.name = tag->name;
	inner.start = text;
	inner.outer = x;
	inner.indent = tag->indent;
	if (text)
		expand(&inner, v, span_of(text));
	else
		fail_at(x, tag->begin, "no such template", tag->name);
	free(text);
}

/* Expands a parent with the blocks of the text. */
static void put_parent(
	struct expansion *x, const struct view *v, const struct tag *parent, struct span text)
{
	struct expansion inner = *x;
	struct block block = { .at = x, .next = x->blocks };
	struct tag tag;
	if (!next_tag(x, text, &tag)) {
		put_partial(x, v, parent);
		return;
	}
	text = span_drop(text, (size_t)(tag.end - text.bytes));
	block.name = tag.name;
	block.body = cut_body(x, &tag, &text);
	inner.blocks = &block;
	put_parent(&inner, v, parent, text);
	if (!block.is_used)
		fail_at(x, tag.begin, "the parent has no such block", tag.name);
}

static void put_block(
	struct expansion *x, const struct view *v, const struct tag *tag, struct span body)
{
	struct expansion inner = *x;
	if (tag->block) {
		inner.name = tag->block->at->name;
		inner.start = tag->block->at->start;
		inner.outer = x;
		inner.indent = tag->indent;
		body = tag->block->body;
	}
	expand(&inner, v, body);
}

static void put_tag(
	struct expansion *x, const struct view *v, const struct tag *tag, struct span body)
{
	if (tag->kind == '<')
		put_parent(x, v, tag, body);
	else if (tag->kind == '$')
		put_block(x, v, tag, body);
	else if (tag->is_section)
		put_section(x, v, tag, body);
	else if (tag->kind == '>')
		put_partial(x, v, tag);
	else if (tag->kind == ' ')
		put_text(x, v, tag->name);
	else if (tag->kind == '|' && !v->is_last)
		put(x, tag->name);
	else if (tag->kind == '+')
		buf_int(x->out, ++*x->number);
	else if (tag->kind == '/')
		fail_at(x, tag->begin, "an end without its section", tag->name);
}

static void expand(struct expansion *x, const struct view *v, struct span text)
{
	struct tag tag;
	if (++x->depth > NESTING_MAX)
		fail_at(x, text.bytes, "nested too deeply", x->name);
	while (!x->why->len && next_tag(x, text, &tag)) {
		put(x, span_first(text, (size_t)(tag.begin - text.bytes)));
		text = span_drop(text, (size_t)(tag.end - text.bytes));
		put_tag(x, v, &tag, tag.is_section ? cut_body(x, &tag, &text) : SPAN(""));
	}
	put(x, text);
	x->depth--;
}

bool template_expand(const char *schema, struct span name, const struct view *view, struct buf *out,
	struct buf *why)
{
	int number = 0;
	struct expansion x = { schema, name, "", out, why, &number };
	const struct tag whole = { .name = name, .begin = x.start };
	put_partial(&x, view, &whole);
	return why->len == 0 && !out->failed;
}

bool template_statement(const char *schema, struct span name, struct buf *out, struct buf *why)
{
	struct span verb = name, table = span_cut(&verb, '.');
	const struct entity *e = model_entity(table);
	const struct view all = { 0 }, one = { &all, .entity = e };
	char *file = read_text(schema, name);
	bool is_generated = !file && e && span_is_any(verb, e->verbs);
	free(file);
	return template_expand(schema, is_generated ? verb : name, e ? &one : &all, out, why);
}
