#include "schema/generate/template.h"

#include <ctype.h>
#include <string.h>

enum { NESTING_MAX = 32 };

/* The records that are visible, from the inmost outwards. */
struct scope {
	const struct record *record;
	const struct scope *outer;
	bool is_last; /* in its list */
};

/* A template on its way into `out`. */
struct expansion {
	const struct template_library *library;
	struct span name;       /* of the template */
	const char *start, *at; /* of its text, which ends with NUL */
	struct buf *out, *why;
	int *number; /* the last one of {{+}} */
	int depth;
	bool is_skipping; /* in a section that puts nothing */
};

enum tag_kind {
	TAG_NONE, /* the template has no more */
	TAG_TEXT,
	TAG_LIST = '#',
	TAG_IF = '?',
	TAG_UNLESS = '^',
	TAG_ROFF = '-',
	TAG_END = '/',
	TAG_PARTIAL = '>',
	TAG_SEPARATOR = '|',
	TAG_NUMBER = '+',
	TAG_JOIN = '\\',
};

struct tag {
	enum tag_kind kind;
	struct span name;
	const char *begin; /* of its braces */
	const char *line;  /* where its line begins, if it stands alone and removes the line */
};

static bool expand(struct expansion *x, const struct scope *scope, const struct tag *section);

static bool fail_at(const struct expansion *x, const char *at, const char *what, struct span name)
{
	int line = 1;
	for (const char *p = x->start; p < at; p++)
		line += *p == '\n';
	buf_printf(x->why, "%.*s, line %d: %s: %.*s", (int)x->name.len, x->name.bytes, line, what,
		(int)name.len, name.bytes);
	return false;
}

/* Reading. */

/* Moves behind the tag: behind its line if it stands alone, to the next text behind a join. */
static void pass(struct expansion *x, struct tag *tag, const char *behind)
{
	const char *line = tag->begin, *line_end = behind + strspn(behind, " \t");
	while (line > x->start && isblank((unsigned char)line[-1]))
		line--;
	bool is_alone = *line_end == '\n' && (line == x->start || line[-1] == '\n');
	x->at = behind;
	if (tag->kind == TAG_JOIN && *line_end == '\n') {
		x->at = line_end + strspn(line_end, " \t\n");
	} else if (is_alone && strchr("#?^-/>", (int)tag->kind)) {
		tag->line = line;
		x->at = line_end + 1;
	}
}

/* Copies the text before the next tag, and reads the tag. */
static bool next_tag(struct expansion *x, struct tag *tag)
{
	const char *from = x->at, *begin = strstr(from, "{{"),
		   *close = begin ? strstr(begin, "}}") : NULL;
	if (begin && !close)
		return fail_at(x, begin, "a tag without end", SPAN(""));
	if (!begin)
		begin = from + strlen(from);
	*tag = (struct tag){ .kind = TAG_NONE, .begin = begin, .line = begin };
	if (close) {
		bool has_sigil = strchr("#?^-/>|+\\", begin[2]) != NULL;
		const char *name = begin + 2 + has_sigil;
		tag->kind = has_sigil ? (enum tag_kind)begin[2] : TAG_TEXT;
		tag->name = (struct span){ name, (size_t)(close - name) };
		pass(x, tag, close + 2);
	}
	if (!x->is_skipping)
		buf_put(x->out, from, (size_t)(tag->line - from));
	return true;
}

/* Values. */

static const struct record_entry *look_up(
	const struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	char lower[64] = "";
	const struct record_entry *entry = NULL;
	for (size_t i = 0; i < tag->name.len && i < sizeof lower - 1; i++)
		lower[i] = (char)tolower((unsigned char)tag->name.bytes[i]);
	for (; scope && !entry; scope = scope->outer)
		entry = record_find(scope->record, span_of(lower));
	if (!entry)
		(void)fail_at(x, tag->begin, "no such name", tag->name);
	return entry;
}

/* A text in the case of its name. */
static void put_cased(struct buf *out, struct span name, const char *text)
{
	bool is_initial = isupper((unsigned char)*name.bytes);
	bool is_upper = is_initial && name.len > 1 && isupper((unsigned char)name.bytes[1]);
	for (bool is_start = true; *text; text++) {
		bool drops = is_initial && !is_upper && *text == '_';
		bool raises = is_upper || (is_initial && is_start);
		if (!drops)
			buf_byte(out, raises ? (char)toupper((unsigned char)*text) : *text);
		is_start = drops;
	}
}

static bool put_text(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	const struct record_entry *entry = look_up(x, scope, tag);
	if (!entry)
		return false;
	if (!entry->text)
		return fail_at(x, tag->begin, "a list, not a text", tag->name);
	put_cased(x->out, tag->name, entry->text);
	return true;
}

/* What the section expands to, with each - as \-. */
static bool put_roff(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	struct buf *out = x->out, made = { 0 };
	x->out = &made;
	bool ok = expand(x, scope, tag);
	x->out = out;
	for (size_t i = 0; i < made.len; i++) {
		buf_text(out, made.bytes[i] == '-' ? "\\" : "");
		buf_byte(out, made.bytes[i]);
	}
	buf_fini(&made);
	return ok;
}

static bool skip(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	x->is_skipping = true;
	bool ok = expand(x, scope, tag);
	x->is_skipping = false;
	return ok;
}

static bool put_section(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	const struct record_entry *entry = look_up(x, scope, tag);
	if (!entry)
		return false;
	bool is_empty = entry->text ? !*entry->text : !entry->first;
	if (is_empty != (tag->kind == TAG_UNLESS))
		return skip(x, scope, tag);
	if (entry->text || tag->kind != TAG_LIST)
		return expand(x, scope, tag);
	const char *body = x->at;
	bool ok = true;
	for (const struct record *r = entry->first; ok && r; r = r->next) {
		x->at = body;
		ok = expand(x, &(struct scope){ r, scope, !r->next }, tag);
	}
	return ok;
}

static void put_indented(struct buf *out, struct span indent, struct span text)
{
	while (text.len) {
		const char *end = memchr(text.bytes, '\n', text.len);
		size_t len = end ? (size_t)(end - text.bytes) + 1 : text.len;
		if (*text.bytes != '\n')
			buf_span(out, indent);
		buf_put(out, text.bytes, len);
		text = span_drop(text, len);
	}
}

static bool put_partial(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	struct buf text = { 0 }, made = { 0 };
	if (!x->library->read(x->library->arg, tag->name, &text))
		return fail_at(x, tag->begin, "no such template", tag->name);
	struct expansion inner = *x;
	inner.name = tag->name;
	inner.start = inner.at = text.bytes;
	inner.out = &made;
	bool ok = expand(&inner, scope, NULL);
	put_indented(x->out, (struct span){ tag->line, (size_t)(tag->begin - tag->line) },
		buf_view(&made));
	x->out->failed |= made.failed;
	buf_fini(&made);
	buf_fini(&text);
	return ok;
}

static bool put_tag(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	bool is_section = tag->kind != TAG_NONE && strchr("#?^", (int)tag->kind);
	if (tag->kind == TAG_ROFF)
		return put_roff(x, scope, tag);
	if (x->is_skipping)
		return is_section ? expand(x, scope, tag) : true;
	if (is_section)
		return put_section(x, scope, tag);
	if (tag->kind == TAG_PARTIAL)
		return put_partial(x, scope, tag);
	if (tag->kind == TAG_TEXT)
		return put_text(x, scope, tag);
	if (tag->kind == TAG_NUMBER)
		buf_int(x->out, ++*x->number);
	if (tag->kind == TAG_SEPARATOR && !scope->is_last)
		buf_span(x->out, tag->name);
	return true;
}

/* Expands up to the end of the section, which has begun, or of the template. */
static bool expand(struct expansion *x, const struct scope *scope, const struct tag *section)
{
	struct tag tag;
	bool ok = ++x->depth <= NESTING_MAX || fail_at(x, x->at, "nested too deeply", x->name);
	do
		ok = ok && next_tag(x, &tag) && put_tag(x, scope, &tag);
	while (ok && tag.kind != TAG_NONE && tag.kind != TAG_END);
	x->depth--;
	if (!ok)
		return false;
	if (section && tag.kind == TAG_NONE)
		return fail_at(x, section->begin, "a section without end", section->name);
	if (section && !span_equals(tag.name, section->name))
		return fail_at(x, tag.begin, "the end of another section", tag.name);
	if (!section && tag.kind == TAG_END)
		return fail_at(x, tag.begin, "an end without its section", tag.name);
	return true;
}

bool template_expand(const struct template_library *library, struct span name,
	const struct record *root, struct buf *out, struct buf *why)
{
	int number = 0;
	const struct scope scope = { root, NULL, true };
	const struct tag whole = { TAG_PARTIAL, name, "", "" };
	struct expansion x = { library, name, "", "", out, why, &number, 0, false };
	return put_partial(&x, &scope, &whole) && !out->failed;
}
