#include "gateway/param_writer.h"

#include <string.h>

#include "common/date.h"
#include "common/msg.h"
#include "common/number.h"
#include "common/utf8.h"

struct param_writer param_writer_open(struct buf *out, struct fail *why)
{
	return (struct param_writer){ .out = out, .why = why, .mark = msg_open_map(out) };
}

void param_writer_close(struct param_writer *w)
{
	msg_close(w->out, w->mark, w->count);
}

void param_writer_key(struct param_writer *w, const char *name)
{
	msg_put_key(w->out, name);
	w->count++;
}

void param_writer_text(struct param_writer *w, const char *name, struct span text)
{
	param_writer_key(w, name);
	msg_put_text(w->out, text);
}

void param_writer_int(struct param_writer *w, const char *name, int64_t value)
{
	param_writer_key(w, name);
	msg_put_int(w->out, value);
}

static void put_real(struct param_writer *w, const char *name, double value)
{
	param_writer_key(w, name);
	msg_put_real(w->out, value);
}

void param_writer_bool(struct param_writer *w, const char *name, bool value)
{
	param_writer_key(w, name);
	msg_put_bool(w->out, value);
}

static bool is_instant(const struct param *p)
{
	return p->kind == PARAM_INSTANT || p->kind == PARAM_LOCAL_INSTANT;
}

/* In a query, a "+" that is not escaped is a blank: so is the sign of "…T18:30:00+01:00". */
static void put_instant(struct param_writer *w, const char *name, struct span text)
{
	enum { OFFSET_LEN = 6, TEXT_MAX = 64 /* longer ones are refused */ };
	char copy[TEXT_MAX];
	if (text.len > DATE_TEXT_LEN + TIME_TEXT_LEN + OFFSET_LEN && text.len <= sizeof copy
		&& text.bytes[text.len - OFFSET_LEN] == ' ') {
		memcpy(copy, text.bytes, text.len);
		copy[text.len - OFFSET_LEN] = '+';
		text.bytes = copy;
	}
	param_writer_text(w, name, text);
}

enum status param_writer_url_text(struct param_writer *w, const struct param *p, struct span text)
{
	int64_t integer;
	double real;
	bool is_true = span_is(text, "true");
	if (!utf8_is_valid(text.bytes, text.len))
		return fail_field(
			w->why, ST_INVALID_INPUT, p->name, "%s must be valid UTF-8", p->name);
	if (p->kind == PARAM_INT && span_to_int(text, &integer))
		param_writer_int(w, p->name, integer);
	else if (p->kind == PARAM_REAL && number_real_of_text(text, &real))
		put_real(w, p->name, real);
	else if (p->kind == PARAM_BOOL && (is_true || span_is(text, "false")))
		param_writer_bool(w, p->name, is_true);
	else if (is_instant(p))
		put_instant(w, p->name, text);
	else
		param_writer_text(w, p->name, text);
	return ST_OK;
}
