#include "client/study/json_stream.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* Accepts blanks, line ends, commas between objects and brackets of the outermost arrays. */
static bool skip_between(struct json_stream *s, char c)
{
	if (is_line_end(c)) {
		s->is_line_start = true;
		s->indent = 0;
	} else if (is_blank(c))
		s->indent++;
	else if (c == ',')
		s->is_line_start = false;
	else if (c == (s->is_in_array ? ']' : '[')) {
		s->is_in_array = !s->is_in_array;
		s->is_line_start = false;
	} else
		return false;
	return true;
}

/* Bytes up to the next possible object or the end of the line. */
static size_t other_value(struct span in)
{
	size_t i;
	bool is_text = in.bytes[0] == '"';
	for (i = 1; i < in.len && !is_line_end(in.bytes[i]); i++) {
		if (is_text)
			is_text = in.bytes[i] != '"';
		else if (strchr(",{]", in.bytes[i]) && in.bytes[i])
			break;
	}
	return i;
}

static enum json_result find_other(
	struct json_stream *s, struct span in, bool is_end, struct json_extent *out)
{
	bool is_all = in.len < JSON_RECORD_MAX;
	in.len = is_all ? in.len : JSON_RECORD_MAX; /* the same result for any view */
	out->fault = JSON_NO_OBJECT;
	out->len = *in.bytes == '[' ? 1 : other_value(in);
	s->is_line_start = false;
	if (out->len < in.len || (is_all && is_end))
		return JSON_BROKEN;
	out->is_cut = s->is_dropping_line = !is_all;
	return out->is_cut ? JSON_BROKEN : JSON_MORE;
}

/* True if a line begins like the line of the broken object. */
static bool begins_alike(const struct json_stream *s, size_t indent, char c)
{
	if (c == ']')
		return s->is_in_array && (!s->is_line_start || indent <= s->indent);
	return c == '{' && (!s->is_line_start || indent == s->indent);
}

/* Finds the first line that begins alike. Returns how much to skip: up to that line, or up to where
 * the bytes in view do not decide yet. */
static size_t skip_to_alike(struct json_stream *s, struct span in, bool *is_found)
{
	size_t start = 0;
	bool is_in_blanks = !s->is_dropping_line;
	for (size_t i = 0; i < in.len; i++) {
		char c = in.bytes[i];
		if (is_line_end(c)) {
			is_in_blanks = true;
			start = i + 1;
		} else if (is_in_blanks && !is_blank(c)) {
			*is_found = begins_alike(s, i - start, c);
			if (*is_found)
				return start;
			is_in_blanks = false;
		}
	}
	*is_found = false;
	s->is_dropping_line = !is_in_blanks;
	return is_in_blanks ? start : in.len;
}

/* The input continues at the start of a line or after an object. */
static void resume_at(struct json_stream *s, bool is_line_start)
{
	s->is_line_start = is_line_start;
	s->is_dropping_line = false;
	s->indent = 0;
}

static enum json_result find_broken(struct json_stream *s, struct span in, bool is_end,
	enum json_fault fault, struct json_extent *out)
{
	bool is_found;
	s->is_dropping_line = true;
	size_t len = skip_to_alike(s, in, &is_found);
	if (!is_found && !is_end && in.len < JSON_RECORD_MAX)
		return JSON_MORE;
	out->fault = fault;
	out->is_cut = !is_found && !is_end;
	out->len = is_found || out->is_cut ? len : in.len;
	if (!out->is_cut)
		resume_at(s, is_found);
	return JSON_BROKEN;
}

static enum json_result find_object(
	struct json_stream *s, struct span in, bool is_end, struct json_extent *out)
{
	size_t most = in.len < JSON_RECORD_MAX ? in.len : JSON_RECORD_MAX, depth = 0;
	bool is_text = false;
	for (size_t i = 0; i < most; i++) {
		char c = in.bytes[i];
		out->fault_at = i;
		if (is_text && is_line_end(c))
			return find_broken(s, in, is_end, JSON_OPEN_TEXT, out);
		if (c == '"')
			is_text = !is_text;
		else if (is_text)
			i += c == '\\';
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0) {
			out->len = i + 1;
			return JSON_OBJECT;
		}
	}
	if (in.len >= JSON_RECORD_MAX)
		return find_broken(s, in, is_end, JSON_TOO_LONG, out);
	return is_end ? find_broken(s, in, is_end, JSON_UNFINISHED, out) : JSON_MORE;
}

enum json_result json_find(
	struct json_stream *s, struct span in, bool is_end, struct json_extent *out)
{
	*out = (struct json_extent){ 0 };
	while (out->len < in.len && skip_between(s, in.bytes[out->len]))
		out->len++;
	if (out->len > 0)
		return JSON_BLANK;
	if (in.len == 0)
		return JSON_MORE;
	if (*in.bytes != '{')
		return find_other(s, in, is_end, out);
	return find_object(s, in, is_end, out);
}

void json_keep(struct json_stream *s)
{
	resume_at(s, false);
}

size_t json_drop(struct json_stream *s, struct span object)
{
	bool is_found;
	s->is_dropping_line = true;
	size_t len = skip_to_alike(s, object, &is_found);
	resume_at(s, is_found);
	return is_found ? len : object.len;
}

size_t json_resync(struct json_stream *s, struct span in, bool is_end, bool *is_found)
{
	size_t len = skip_to_alike(s, in, is_found);
	if (*is_found || is_end)
		resume_at(s, *is_found);
	return is_end && !*is_found ? in.len : len;
}
