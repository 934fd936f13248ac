#include "common/json_scan.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

enum step { VALUE, FIRST_ITEM, FIRST_NAME, NAME, AFTER, DONE, BROKEN };

struct cursor {
	struct json_scan *scan;
	const char *start, *at, *end;
	size_t depth, values;
	bool is_object[JSON_DEPTH_MAX + 1]; /* [depth]: the innermost container */
	struct span field;                  /* the last name of the outermost object */
	const char *broken;                 /* the error */
	bool has_nul;
};

static enum step broken(struct cursor *c, const char *what)
{
	if (!c->broken)
		c->broken = what;
	return BROKEN;
}

static char peek(const struct cursor *c)
{
	static const char nothing;
	return *(c->at < c->end ? c->at : &nothing);
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end
		&& (*c->at == ' ' || *c->at == '\n' || *c->at == '\t' || *c->at == '\r'))
		c->at++;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool skip_digits(struct cursor *c)
{
	const char *first = c->at;
	while (is_digit(peek(c)))
		c->at++;
	return c->at > first;
}

/* RFC 8259 section 6. */
static enum step scan_number(struct cursor *c)
{
	static const char wrong[] = "not a JSON number";
	c->at += peek(c) == '-';
	if (peek(c) == '0')
		c->at++;
	else if (!skip_digits(c))
		return broken(c, wrong);
	if (is_digit(peek(c)))
		return broken(c, "a number begins with 0");
	if (peek(c) == '.') {
		c->at++;
		if (!skip_digits(c))
			return broken(c, wrong);
	}
	if (peek(c) == 'e' || peek(c) == 'E') {
		c->at++;
		c->at += peek(c) == '+' || peek(c) == '-';
		if (!skip_digits(c))
			return broken(c, wrong);
	}
	return AFTER;
}

/* The value of four hexadecimal digits; -1 if there are not four. */
static int take_hex4(struct cursor *c)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = peek(c) ? strchr(digits, peek(c)) : NULL;
		if (!digit)
			return -1;
		int at = (int)(digit - digits);
		value = value * 16 + (at < 16 ? at : at - 6);
		c->at++;
	}
	return value;
}

/* After "\u" (RFC 8259 section 7). */
static bool scan_unicode(struct cursor *c)
{
	int unit = take_hex4(c);
	if (unit < 0)
		return false;
	c->has_nul |= unit == 0;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit > 0xdbff || c->end - c->at < 6 || c->at[0] != '\\' || c->at[1] != 'u')
		return false;
	c->at += 2;
	int low = take_hex4(c);
	return low >= 0xdc00 && low <= 0xdfff;
}

static bool scan_escape(struct cursor *c)
{
	char kind = peek(c);
	if (!kind || !strchr("\"\\/bfnrtu", kind))
		return false;
	c->at++;
	return kind != 'u' || scan_unicode(c);
}

/* At its opening quote. */
static bool scan_string(struct cursor *c)
{
	for (c->at++; c->at < c->end; c->at++) {
		while (*c->at == '\\') {
			c->at++;
			if (!scan_escape(c))
				return broken(c, "not a JSON escape, or half a surrogate pair")
				       != BROKEN;
			if (c->at == c->end)
				break;
		}
		if (c->at == c->end)
			break;
		if (*c->at == '"') {
			c->at++;
			return true;
		}
		if ((unsigned char)*c->at < ' ')
			return broken(c, "a control byte in a string: write it as an escape")
			       != BROKEN;
	}
	return broken(c, "a string without a closing quote") != BROKEN;
}

static enum step open_container(struct cursor *c, bool is_object)
{
	if (c->depth == JSON_DEPTH_MAX)
		return broken(c, "nested deeper than 32");
	c->is_object[++c->depth] = is_object;
	c->at++;
	return is_object ? FIRST_NAME : FIRST_ITEM;
}

static enum step close_container(struct cursor *c)
{
	c->depth--;
	c->at++;
	return AFTER;
}

static enum step scan_literal(struct cursor *c)
{
	static const struct span literals[] = { SPAN_INIT("true"), SPAN_INIT("false"),
		SPAN_INIT("null") };
	for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
		size_t len = literals[i].len;
		if ((size_t)(c->end - c->at) >= len && memcmp(c->at, literals[i].bytes, len) == 0) {
			c->at += len;
			return AFTER;
		}
	}
	return broken(c, c->at == c->end ? "it ends too early" : "not a JSON value");
}

static enum step scan_value(struct cursor *c)
{
	char first = peek(c);
	if (++c->values > JSON_VALUES_MAX && !c->scan->takes_any)
		return broken(c, JSON_SCAN_TOO_MANY);
	if (first == '{' || first == '[')
		return open_container(c, first == '{');
	if (first == '"')
		return scan_string(c) ? AFTER : BROKEN;
	if (first == '-' || is_digit(first))
		return scan_number(c);
	return scan_literal(c);
}

static enum step scan_name(struct cursor *c)
{
	const char *first = c->at;
	if (peek(c) != '"')
		return broken(c, "a name in double quotes is missing");
	if (!scan_string(c))
		return BROKEN;
	struct span name = { first, (size_t)(c->at - first) };
	c->scan->members++;
	if (c->depth == 1) {
		c->field = (struct span){ first + 1, name.len - 2 };
		if (c->scan->on_name)
			c->scan->on_name(name, c->scan->arg);
	}
	skip_blanks(c);
	if (peek(c) != ':')
		return broken(c, "a colon is missing");
	c->at++;
	return VALUE;
}

static enum step scan_after(struct cursor *c)
{
	if (c->depth == 0)
		return c->at == c->end ? DONE : broken(c, "something follows the object");
	bool is_object = c->is_object[c->depth];
	if (peek(c) == (is_object ? '}' : ']'))
		return close_container(c);
	if (peek(c) != ',')
		return broken(c, c->at == c->end ? "it ends too early"
						 : "a comma or a closing bracket is missing");
	c->at++;
	return is_object ? NAME : VALUE;
}

static enum step scan_step(struct cursor *c, enum step step)
{
	skip_blanks(c);
	switch (step) {
	case FIRST_ITEM:
		return peek(c) == ']' ? close_container(c) : scan_value(c);
	case FIRST_NAME:
		return peek(c) == '}' ? close_container(c) : scan_name(c);
	case VALUE:
		return scan_value(c);
	case NAME:
		return scan_name(c);
	case AFTER:
		return scan_after(c);
	case DONE:
	case BROKEN:
		break;
	}
	return step;
}

static enum status refuse_nul(const struct cursor *c, struct fail *why)
{
	char field[48];
	utf8_show(c->field.bytes, c->field.len, field, sizeof field);
	return fail_field(
		why, ST_INVALID_INPUT, field, "%s must not contain the character U+0000", field);
}

/* True if the text begins like a JSON value other than an object. */
static bool is_other_value(struct cursor c)
{
	char first = *c.at;
	return first == '[' || first == '"' || first == '-' || is_digit(first)
	       || scan_literal(&c) == AFTER;
}

static void skip_mark(struct cursor *c)
{
	static const char mark[3] = "\xef\xbb\xbf";
	size_t len = (size_t)(c->end - c->at);
	if (!c->scan->takes_mark || len < sizeof mark || memcmp(c->at, mark, sizeof mark) != 0)
		return;
	c->scan->mark_bytes = sizeof mark;
	c->at += sizeof mark;
}

static enum status check_start(struct cursor *c, struct fail *why)
{
	skip_mark(c);
	skip_blanks(c);
	if (c->at == c->end)
		return fail_set(
			why, ST_INVALID_JSON, "the body is empty: it must be a JSON object");
	if (!utf8_is_valid(c->start, (size_t)(c->end - c->start)))
		return fail_set(why, ST_INVALID_JSON, "the body is not valid UTF-8");
	if (!c->scan->takes_any && is_other_value(*c))
		return fail_set(why, ST_INVALID_JSON, JSON_SCAN_NOT_AN_OBJECT);
	return ST_OK;
}

enum status json_scan(struct json_scan *scan, struct span text, struct fail *why)
{
	struct cursor c = { .scan = scan,
		.start = text.bytes,
		.at = text.bytes,
		.end = text.len ? text.bytes + text.len : text.bytes };
	enum status st = check_start(&c, why);
	if (st != ST_OK)
		return st;
	bool is_begun = *c.at == '{' || scan->takes_any;
	enum step step = is_begun ? VALUE : broken(&c, "an object begins with {");
	while (step != DONE && step != BROKEN && !c.has_nul)
		step = scan_step(&c, step);
	if (step == BROKEN && c.values > JSON_VALUES_MAX && !scan->takes_any)
		return fail_set(why, ST_INVALID_JSON, JSON_SCAN_TOO_MANY);
	if (step == BROKEN) { /* first, because a truncated name is not a field to report */
		scan->broken = c.broken;
		scan->broken_at = (size_t)(c.at - c.start);
		return fail_set(why, ST_INVALID_JSON, "broken JSON at byte %zu: %s",
			scan->broken_at, c.broken);
	}
	return c.has_nul ? refuse_nul(&c, why) : ST_OK;
}
