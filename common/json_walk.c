#include "common/json_walk.h"

#include <string.h>

#include "common/json_text.h"
#include "common/msg.h"

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

void json_walk_blanks(struct json_walk *in)
{
	while (in->at < in->end && is_blank(*in->at))
		in->at++;
}

bool json_walk_next(struct json_walk *in, char close)
{
	json_walk_blanks(in);
	char byte = *in->at;
	if (byte == ',' || byte == close)
		in->at++;
	json_walk_blanks(in);
	return byte != close;
}

/* Escapes are rare, so most texts are borrowed. */
struct span json_walk_text(struct json_walk *in, struct buf *decoded)
{
	const char *first = in->at + 1, *at = first;
	while (*at != '"' && *at != '\\')
		at++;
	if (*at == '"') {
		in->at = at + 1;
		return (struct span){ first, (size_t)(at - first) };
	}
	size_t start = decoded->len;
	in->at = json_text_decode(in->at, decoded);
	return span_drop(buf_view(decoded), start);
}

void json_walk_colon(struct json_walk *in)
{
	json_walk_blanks(in);
	in->at++;
	json_walk_blanks(in);
}

static bool is_of_number(char byte)
{
	return (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '+'
	       || byte == 'e' || byte == 'E';
}

struct span json_walk_number(struct json_walk *in)
{
	const char *first = in->at;
	while (in->at < in->end && is_of_number(*in->at))
		in->at++;
	return (struct span){ first, (size_t)(in->at - first) };
}

void json_walk_put_literal(struct json_walk *in, struct buf *out)
{
	if (*in->at == 'n')
		msg_put_nil(out);
	else
		msg_put_bool(out, *in->at == 't');
	in->at += *in->at == 'f' ? strlen("false") : strlen("true");
}

static void skip_text(struct json_walk *in)
{
	for (in->at++; *in->at != '"'; in->at++)
		in->at += *in->at == '\\';
	in->at++;
}

static void skip_scalar(struct json_walk *in)
{
	static const char ends[] = ",]} \n\t\r";
	while (in->at < in->end && !memchr(ends, *in->at, sizeof ends - 1))
		in->at++;
}

/* At the first byte of a value, or, inside a container, at any byte between texts. */
static size_t skip_step(struct json_walk *in, size_t depth)
{
	char byte = *in->at;
	if (byte == '"') {
		skip_text(in);
		return depth;
	}
	if (depth == 0 && byte != '[' && byte != '{') {
		skip_scalar(in);
		return 0;
	}
	in->at++;
	depth += byte == '[' || byte == '{';
	return depth - (byte == ']' || byte == '}');
}

void json_walk_skip(struct json_walk *in)
{
	size_t depth = 0;
	do
		depth = skip_step(in, depth);
	while (depth > 0);
}
