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

/* A template, or a section of one, on its way into `out`. */
struct expansion {
	const struct template_library *library;
	struct span name;  /* of the template */
	const char *start; /* of the template: for line numbers */
	const char *at, *end;
	struct buf *out;
	struct buf *why;
	int depth;
};

enum tag_kind {
	TAG_TEXT = 0,
	TAG_LIST = '#',
	TAG_IF = '?',
	TAG_UNLESS = '^',
	TAG_ROFF = '-',
	TAG_END = '/',
	TAG_PARTIAL = '>',
	TAG_SEPARATOR = '|',
	TAG_JOIN = '\\',
};

struct tag {
	enum tag_kind kind;
	struct span name;
	const char *begin;         /* of its braces */
	const char *line, *behind; /* what the tag stands for: with its line, if it stands alone */
};

static bool expand(struct expansion *x, const struct scope *scope);

static bool fail_at(const struct expansion *x, const char *at, const char *what, struct span name)
{
	int line = 1;
	for (const char *p = x->start; p < at; p++)
		line += *p == '\n';
	buf_printf(x->why, "%.*s, line %d: %s: %.*s", (int)x->name.len, x->name.bytes, line, what,
		(int)name.len, name.bytes);
	return false;
}

/* Tags. */

static const char *find(const char *at, const char *end, const char *what)
{
	const char *found = at < end ? memmem(at, (size_t)(end - at), what, strlen(what)) : NULL;
	return found ? found : end;
}

static bool is_section(enum tag_kind kind)
{
	return kind == TAG_LIST || kind == TAG_IF || kind == TAG_UNLESS || kind == TAG_ROFF;
}

/* Widens a tag that stands alone to its line, and a join to the text of the next line. */
static void take_line(const struct expansion *x, struct tag *tag)
{
	const char *line = tag->begin, *behind = tag->behind;
	while (line > x->start && isblank((unsigned char)line[-1]))
		line--;
	while (behind < x->end && isblank((unsigned char)*behind))
		behind++;
	bool ends_line = behind < x->end && *behind == '\n';
	bool is_alone = ends_line && (line == x->start || line[-1] == '\n');
	if (tag->kind == TAG_JOIN && ends_line) {
		while (behind < x->end && isspace((unsigned char)*behind))
			behind++;
		tag->behind = behind;
	} else if (is_alone && tag->kind != TAG_TEXT && tag->kind != TAG_SEPARATOR) {
		tag->line = line;
		tag->behind = behind + 1;
	}
}

static bool next_tag(const struct expansion *x, struct tag *tag, bool *has_tag)
{
	const char *begin = find(x->at, x->end, "{{");
	*has_tag = begin < x->end;
	if (!*has_tag)
		return true;
	const char *close = find(begin, x->end, "}}");
	if (close == x->end)
		return fail_at(x, begin, "a tag without end", SPAN(""));
	bool has_sigil = begin[2] && strchr("#?^-/>|\\", begin[2]);
	const char *name = begin + 2 + has_sigil;
	*tag = (struct tag){ .kind = has_sigil ? (enum tag_kind)begin[2] : TAG_TEXT,
		.name = { name, (size_t)(close - name) },
		.begin = begin,
		.line = begin,
		.behind = close + 2 };
	take_line(x, tag);
	return true;
}

/* Moves behind the end tag of the section; `body` is what stands before it. */
static bool take_section(struct expansion *x, const struct tag *open, struct expansion *body)
{
	struct expansion rest = *x;
	struct tag tag = *open;
	bool has_tag = true;
	for (int depth = 1; depth > 0;) {
		rest.at = tag.behind;
		bool ok = next_tag(&rest, &tag, &has_tag);
		if (!ok)
			return ok;
		if (!has_tag)
			return fail_at(x, open->begin, "a section without end", open->name);
		depth += is_section(tag.kind);
		depth -= tag.kind == TAG_END;
	}
	if (!span_equals(tag.name, open->name))
		return fail_at(x, tag.begin, "the end of another section", tag.name);
	*body = *x;
	body->at = open->behind;
	body->end = tag.line;
	body->depth++;
	x->at = tag.behind;
	return true;
}

/* Values. */

static const struct record_entry *look_up(const struct scope *scope, struct span name)
{
	char lower[64];
	if (name.len > sizeof lower)
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = (char)tolower((unsigned char)name.bytes[i]);
	const struct record_entry *entry = NULL;
	for (; scope && !entry; scope = scope->outer)
		entry = record_find(scope->record, (struct span){ lower, name.len });
	return entry;
}

/* A text in the case of its name. */
static void put_cased(struct buf *out, struct span name, const char *text)
{
	bool is_initial = isupper((unsigned char)*name.bytes);
	bool is_upper = is_initial && name.len > 1 && isupper((unsigned char)name.bytes[1]);
	for (bool is_start = true; *text; text++) {
		bool drops = is_initial && !is_upper && *text == '_';
		if (!drops)
			buf_byte(out, is_upper || (is_initial && is_start)
					      ? (char)toupper((unsigned char)*text)
					      : *text);
		is_start = drops;
	}
}

static bool put_text(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	const struct record_entry *entry = look_up(scope, tag->name);
	if (!entry)
		return fail_at(x, tag->begin, "no such name", tag->name);
	if (!entry->text)
		return fail_at(x, tag->begin, "a list, not a text", tag->name);
	put_cased(x->out, tag->name, entry->text);
	return true;
}

static bool put_list(
	const struct expansion *body, const struct scope *scope, const struct record *first)
{
	bool ok = true;
	for (const struct record *r = first; ok && r; r = r->next) {
		struct expansion each = *body;
		struct scope inner = { r, scope, !r->next };
		ok = expand(&each, &inner);
	}
	return ok;
}

/* What `x` expands to, with each - as \-. */
static bool put_roff(struct expansion *x, const struct scope *scope)
{
	struct buf *out = x->out, made = { 0 };
	x->out = &made;
	bool ok = expand(x, scope);
	for (size_t i = 0; i < made.len; i++) {
		buf_text(out, made.bytes[i] == '-' ? "\\" : "");
		buf_byte(out, made.bytes[i]);
	}
	buf_fini(&made);
	return ok;
}

static bool put_section(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	struct expansion body;
	bool ok = take_section(x, tag, &body);
	if (!ok || tag->kind == TAG_ROFF)
		return ok && put_roff(&body, scope);
	const struct record_entry *entry = look_up(scope, tag->name);
	if (!entry)
		return fail_at(x, tag->begin, "no such name", tag->name);
	if (tag->kind == TAG_LIST && !entry->text)
		return put_list(&body, scope, entry->first);
	bool is_empty = entry->text ? !*entry->text : !entry->first;
	return is_empty == (tag->kind == TAG_UNLESS) ? expand(&body, scope) : true;
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
	struct span text;
	if (!x->library->find(x->library->arg, tag->name, &text))
		return fail_at(x, tag->begin, "no such template", tag->name);
	struct buf out = { 0 };
	struct expansion inner = { x->library, tag->name, text.bytes, text.bytes,
		text.bytes + text.len, &out, x->why, x->depth + 1 };
	bool ok = expand(&inner, scope);
	put_indented(x->out, (struct span){ tag->line, (size_t)(tag->begin - tag->line) },
		buf_view(&out));
	x->out->failed |= out.failed;
	buf_fini(&out);
	return ok;
}

static bool put_tag(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	if (is_section(tag->kind))
		return put_section(x, scope, tag);
	if (tag->kind == TAG_END)
		return fail_at(x, tag->begin, "an end without its section", tag->name);
	if (tag->kind == TAG_PARTIAL)
		return put_partial(x, scope, tag);
	if (tag->kind == TAG_TEXT)
		return put_text(x, scope, tag);
	if (tag->kind == TAG_SEPARATOR && !scope->is_last)
		buf_span(x->out, tag->name);
	return true;
}

static bool expand(struct expansion *x, const struct scope *scope)
{
	struct tag tag;
	bool has_tag = true, ok = true;
	if (x->depth > NESTING_MAX)
		return fail_at(x, x->at, "nested too deeply", x->name);
	while (ok && has_tag) {
		ok = next_tag(x, &tag, &has_tag);
		if (!ok)
			break;
		const char *text_end = has_tag ? tag.line : x->end;
		buf_put(x->out, x->at, (size_t)(text_end - x->at));
		x->at = has_tag ? tag.behind : x->end;
		if (has_tag)
			ok = put_tag(x, scope, &tag);
	}
	return ok && !x->out->failed;
}

bool template_expand(const struct template_library *library, struct span name,
	const struct record *root, struct buf *out, struct buf *why)
{
	struct span text;
	if (!library->find(library->arg, name, &text)) {
		buf_printf(why, "no template %.*s", (int)name.len, name.bytes);
		return false;
	}
	struct scope scope = { root, NULL, true };
	struct expansion x = { library, name, text.bytes, text.bytes, text.bytes + text.len, out,
		why, 0 };
	return expand(&x, &scope);
}
