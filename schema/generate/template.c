#include "schema/generate/template.h"

#include <string.h>

enum { NESTING_MAX = 32 };

/* The records that are visible, from the inmost outwards. */
struct scope {
	const struct record *record;
	const struct scope *outer;
	bool is_last; /* in the inmost list that is not a condition */
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

enum tag_kind { TAG_TEXT, TAG_LIST, TAG_UNLESS, TAG_END, TAG_PARTIAL, TAG_SEPARATOR };

struct tag {
	enum tag_kind kind;
	struct span name;
	const char *begin, *end;   /* the tag with its braces */
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

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* Widens a tag that stands alone to its line. */
static void take_line(const struct expansion *x, struct tag *tag)
{
	const char *line = tag->begin, *behind = tag->end;
	while (line > x->start && is_blank(line[-1]))
		line--;
	while (behind < x->end && is_blank(*behind))
		behind++;
	bool is_alone =
		(line == x->start || line[-1] == '\n') && behind < x->end && *behind == '\n';
	if (!is_alone || tag->kind == TAG_TEXT || tag->kind == TAG_SEPARATOR)
		return;
	tag->line = line;
	tag->behind = behind + 1;
}

static bool next_tag(const struct expansion *x, struct tag *tag, bool *has_tag)
{
	static const char kinds[] = "#^/>|";
	static const enum tag_kind kind_table[] = { TAG_LIST, TAG_UNLESS, TAG_END, TAG_PARTIAL,
		TAG_SEPARATOR };
	const char *begin = find(x->at, x->end, "{{");
	*has_tag = begin < x->end;
	if (!*has_tag)
		return true;
	const char *close = find(begin, x->end, "}}");
	if (close == x->end)
		return fail_at(x, begin, "a tag without end", SPAN(""));
	const char *sigil = strchr(kinds, begin[2]);
	const char *name = begin + 2 + (sigil != NULL);
	*tag = (struct tag){ .kind = sigil ? kind_table[sigil - kinds] : TAG_TEXT,
		.name = { name, (size_t)(close - name) },
		.begin = begin,
		.end = close + 2,
		.line = begin,
		.behind = close + 2 };
	take_line(x, tag);
	return true;
}

/* Moves behind the end tag of the section; `body` is what stands before it. */
static bool take_section(struct expansion *x, const struct tag *open, struct span *body)
{
	struct expansion rest = *x;
	struct tag tag;
	bool has_tag;
	int depth = 1;
	rest.at = open->behind;
	for (;;) {
		bool ok = next_tag(&rest, &tag, &has_tag);
		if (!ok)
			return ok;
		if (!has_tag)
			return fail_at(x, open->begin, "a section without end", open->name);
		depth += tag.kind == TAG_LIST || tag.kind == TAG_UNLESS;
		depth -= tag.kind == TAG_END;
		if (depth == 0)
			break;
		rest.at = tag.behind;
	}
	if (tag.name.len != open->name.len
		|| memcmp(tag.name.bytes, open->name.bytes, tag.name.len) != 0)
		return fail_at(x, tag.begin, "the end of another section", tag.name);
	*body = (struct span){ open->behind, (size_t)(tag.line - open->behind) };
	x->at = tag.behind;
	return true;
}

/* Values. */

static bool look_up(const struct expansion *x, const struct scope *scope, const struct tag *tag,
	const struct record_entry **out)
{
	for (; scope; scope = scope->outer) {
		*out = record_find(scope->record, tag->name);
		if (*out)
			return true;
	}
	return fail_at(x, tag->begin, "no such name", tag->name);
}

static bool put_text(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	const struct record_entry *entry;
	bool ok = look_up(x, scope, tag, &entry);
	if (!ok)
		return ok;
	const char *text = record_text(entry);
	if (!text)
		return fail_at(x, tag->begin, "a list, not a text", tag->name);
	buf_text(x->out, text);
	return true;
}

static bool put_section(struct expansion *x, const struct scope *scope, const struct tag *tag)
{
	const struct record_entry *entry;
	struct span body = { 0 };
	bool ok = take_section(x, tag, &body);
	if (ok)
		ok = look_up(x, scope, tag, &entry);
	if (!ok)
		return ok;
	if (record_text(entry))
		return fail_at(x, tag->begin, "a text, not a list", tag->name);
	struct expansion inner = *x;
	inner.depth++;
	inner.end = body.bytes + body.len;
	const struct record *r = record_list(entry);
	if (tag->kind == TAG_UNLESS) {
		inner.at = body.bytes;
		return r ? true : expand(&inner, scope);
	}
	for (; ok && r; r = r->next) {
		struct scope more = { r, scope, r->is_condition ? scope->is_last : !r->next };
		inner.at = body.bytes;
		ok = expand(&inner, &more);
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
		text = (struct span){ text.bytes + len, text.len - len };
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
	switch (tag->kind) {
	case TAG_TEXT:
		return put_text(x, scope, tag);
	case TAG_LIST:
	case TAG_UNLESS:
		return put_section(x, scope, tag);
	case TAG_PARTIAL:
		return put_partial(x, scope, tag);
	case TAG_SEPARATOR:
		if (!scope->is_last)
			buf_span(x->out, tag->name);
		return true;
	case TAG_END:
		break;
	}
	return fail_at(x, tag->begin, "an end without its section", tag->name);
}

static bool expand(struct expansion *x, const struct scope *scope)
{
	struct tag tag;
	bool has_tag = true;
	bool ok = true;
	if (x->depth > NESTING_MAX)
		return fail_at(x, x->at, "nested too deeply", x->name);
	while (ok && has_tag) {
		ok = next_tag(x, &tag, &has_tag);
		const char *text_end = has_tag ? tag.line : x->end;
		if (!ok)
			break;
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
