#include "common/param_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/account_name.h"
#include "common/name.h"
#include "common/number.h"
#include "common/utf8.h"
#include "common/uuid.h"

enum status param_refuse(const struct param *p, struct fail *why, const char *rule)
{
	return fail_field(why, ST_INVALID_INPUT, p->name, "%s %s", p->name, rule);
}

static enum status refuse_number(const struct param *p, struct fail *why)
{
	char rule[80];
	if (p->max == INT64_MAX)
		return param_refuse(p, why, "must be a positive whole number");
	(void)snprintf(rule, sizeof rule, "must be a whole number from %" PRId64 " to %" PRId64,
		p->min, p->max);
	return param_refuse(p, why, rule);
}

static bool as_integer(const struct msg_token *t, int64_t *out)
{
	if (t->type == MSG_INT)
		*out = t->integer;
	return t->type == MSG_INT || (t->type == MSG_REAL && number_of_real(t->real, out));
}

static enum status decode_int(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	int64_t value;
	if (!as_integer(t, &value) || value < p->min || value > p->max)
		return refuse_number(p, why);
	v->integer = value;
	return ST_OK;
}

static bool as_real(const struct msg_token *t, double *out)
{
	if (t->type == MSG_INT)
		*out = (double)t->integer;
	else if (t->type == MSG_UINT)
		*out = (double)t->big;
	else
		*out = t->type == MSG_REAL ? t->real : NAN;
	return isfinite(*out);
}

static enum status decode_real(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	char rule[80];
	double value;
	if (!as_real(t, &value) || value < (double)p->min || value > (double)p->max) {
		(void)snprintf(rule, sizeof rule, "must be a number from %" PRId64 " to %" PRId64,
			p->min, p->max);
		return param_refuse(p, why, rule);
	}
	v->real = value + 0.0; /* -0.0 becomes 0.0: they are one value and need one fingerprint */
	return ST_OK;
}

static enum status decode_bool(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	if (t->type != MSG_BOOL)
		return param_refuse(p, why, "must be true or false");
	v->boolean = t->boolean;
	return ST_OK;
}

static enum status refuse_longer(const struct param *p, size_t length, struct fail *why)
{
	char rule[80];
	if (length <= (size_t)p->max)
		return ST_OK;
	(void)snprintf(rule, sizeof rule, "must have at most %" PRId64 " characters", p->max);
	return param_refuse(p, why, rule);
}

static enum status refuse_shorter(const struct param *p, struct fail *why)
{
	char rule[80];
	if (p->min == 1)
		return param_refuse(p, why, PARAM_NOT_EMPTY_RULE);
	(void)snprintf(rule, sizeof rule, "must have at least %" PRId64 " characters", p->min);
	return param_refuse(p, why, rule);
}

static enum status decode_text(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	if (t->type != MSG_TEXT)
		return param_refuse(p, why, "must be text");
	if (t->text.len > 0 && memchr(t->text.bytes, '\0', t->text.len))
		return param_refuse(p, why, "must not contain the character U+0000");
	size_t length = utf8_length(t->text.bytes, t->text.len);
	if (length < (size_t)p->min)
		return refuse_shorter(p, why);
	v->text = t->text;
	return refuse_longer(p, length, why);
}

/* param_value_fold checks the length after folding. */
static enum status decode_name(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	if (t->type != MSG_TEXT)
		return param_refuse(p, why, "must be text");
	if (t->text.len > 0 && memchr(t->text.bytes, '\0', t->text.len))
		return param_refuse(p, why, "must not contain the character U+0000");
	v->text = t->text;
	return ST_OK;
}

static enum status decode_username(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	enum status st = decode_text(p, t, v, why);
	if (st == ST_OK && !account_name_is_username(v->text))
		return param_refuse(
			p, why, "must not have blanks, invisible characters or the character @");
	return st == ST_OK ? refuse_longer(p, name_length(v->text), why) : st;
}

static enum status decode_email(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	enum status st = decode_text(p, t, v, why);
	if (st == ST_OK && !account_name_is_email(v->text))
		return param_refuse(p, why, "must be an e-mail address as ana@example.org");
	return st == ST_OK ? refuse_longer(p, name_length(v->text), why) : st;
}

static enum status decode_uuid(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	if (t->type != MSG_TEXT || !uuid_parse(t->text, v->uuid))
		return param_refuse(
			p, why, "must be a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12");
	v->has_uuid = true;
	return ST_OK;
}

static enum status decode_date(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	if (t->type != MSG_TEXT || !date_parse(t->text, &v->integer))
		return param_refuse(p, why,
			"must be a date that exists, as YYYY-MM-DD, in the years 1900 to 9999");
	return ST_OK;
}

static enum status decode_instant(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	if (t->type != MSG_TEXT || !instant_parse(t->text, &v->integer))
		return param_refuse(p, why,
			"must be an instant with its offset, as 2026-01-31T18:30:00Z, in the years "
			"1900 to 9999");
	return ST_OK;
}

static enum status decode_local_instant(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	v->is_local = t->type == MSG_TEXT && local_instant_parse(t->text, &v->integer);
	if (!v->is_local && (t->type != MSG_TEXT || !instant_parse(t->text, &v->integer)))
		return param_refuse(p, why,
			"must be an instant as 2026-01-31T18:30:00Z, or without offset for the "
			"account's time zone, in the years 1900 to 9999");
	return ST_OK;
}

static enum status decode_time(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	if (t->type != MSG_TEXT || !time_parse(t->text, &v->integer))
		return param_refuse(p, why, "must be a time of day as HH:MM, 00:00 to 23:59");
	return ST_OK;
}

static enum status refuse_choice(const struct param *p, struct fail *why)
{
	char rule[160] = PARAM_CHOICE_RULE;
	for (size_t i = 0; p->choices[i]; i++) {
		size_t used = strlen(rule);
		(void)snprintf(
			rule + used, sizeof rule - used, "%s %s", i ? "," : "", p->choices[i]);
	}
	return param_refuse(p, why, rule);
}

static enum status decode_choice(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	for (size_t i = 0; t->type == MSG_TEXT && p->choices[i]; i++)
		if (span_is(t->text, p->choices[i])) {
			v->text = t->text;
			return ST_OK;
		}
	return refuse_choice(p, why);
}

/* Cuts ".FINGERPRINT", eight hexadecimal digits, from the end of the text. */
static bool take_fingerprint(struct span *text, uint32_t *fingerprint)
{
	enum { DIGITS = 8 };
	static const char digits[] = "0123456789abcdef";
	uint32_t value = 0;
	if (text->len <= DIGITS || text->bytes[text->len - DIGITS - 1] != '.')
		return false;
	for (size_t i = text->len - DIGITS; i < text->len; i++) {
		const char *digit = memchr(digits, text->bytes[i], sizeof digits - 1);
		if (!digit)
			return false;
		value = value << 4 | (uint32_t)(digit - digits);
	}
	text->len -= DIGITS + 1;
	*fingerprint = value;
	return true;
}

static enum status refuse_cursor(const struct param *p, struct fail *why)
{
	return param_refuse(p, why, "must be a next_cursor of this method");
}

static enum status decode_cursor(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	struct span key = t->text, id = { 0 };
	if (t->type != MSG_TEXT || !take_fingerprint(&key, &v->fingerprint))
		return refuse_cursor(p, why);
	const char *tilde = key.len ? memchr(key.bytes, '~', key.len) : NULL;
	if (tilde) {
		id = (struct span){ tilde + 1, key.len - (size_t)(tilde + 1 - key.bytes) };
		key.len = (size_t)(tilde - key.bytes);
		v->has_uuid = uuid_parse(id, v->uuid);
	}
	if (!span_to_int(key, &v->integer) || (tilde && !v->has_uuid))
		return refuse_cursor(p, why);
	return ST_OK;
}

static enum status decode_cursor_int(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	struct span id = t->text;
	if (t->type != MSG_TEXT || !take_fingerprint(&id, &v->fingerprint))
		return refuse_cursor(p, why);
	struct span key = span_cut(&id, '~');
	if (!span_to_int(key, &v->integer) || !span_to_int(id, &v->id))
		return refuse_cursor(p, why);
	return ST_OK;
}

/* The statement reads the position, so it must cope with any text. */
static enum status decode_cursor_text(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	struct span position = t->text;
	if (t->type != MSG_TEXT || !take_fingerprint(&position, &v->fingerprint))
		return refuse_cursor(p, why);
	if (position.len == 0 || position.len > (size_t)p->max
		|| memchr(position.bytes, '\0', position.len))
		return refuse_cursor(p, why);
	v->text = position;
	return ST_OK;
}

static enum status decode_list(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	(void)v;
	char rule[80];
	if (t->type != MSG_ARRAY)
		return param_refuse(p, why, PARAM_LIST_RULE);
	if (t->count >= p->min && t->count <= p->max)
		return ST_OK;
	(void)snprintf(rule, sizeof rule, "must have from %" PRId64 " to %" PRId64 " elements",
		p->min, p->max);
	return param_refuse(p, why, rule);
}

bool param_accepts_nil(const struct param *p)
{
	return p->flags & (PARAM_REQUIRED | PARAM_PRESENCE | PARAM_NULLABLE);
}

bool param_is_cursor(const struct param *p)
{
	return p->kind == PARAM_CURSOR || p->kind == PARAM_CURSOR_INT
	       || p->kind == PARAM_CURSOR_TEXT;
}

static enum status (*const decode_table[])(const struct param *p, const struct msg_token *t,
	struct param_value *v, struct fail *why) = {
	[PARAM_INT] = decode_int,
	[PARAM_REAL] = decode_real,
	[PARAM_BOOL] = decode_bool,
	[PARAM_TEXT] = decode_text,
	[PARAM_NAME] = decode_name,
	[PARAM_USERNAME] = decode_username,
	[PARAM_EMAIL] = decode_email,
	[PARAM_UUID] = decode_uuid,
	[PARAM_DATE] = decode_date,
	[PARAM_INSTANT] = decode_instant,
	[PARAM_LOCAL_INSTANT] = decode_local_instant,
	[PARAM_TIME] = decode_time,
	[PARAM_CHOICE] = decode_choice,
	[PARAM_CURSOR] = decode_cursor,
	[PARAM_CURSOR_INT] = decode_cursor_int,
	[PARAM_CURSOR_TEXT] = decode_cursor_text,
	[PARAM_TEXTS] = decode_list,
	[PARAM_IDS] = decode_list,
	[PARAM_OBJECTS] = decode_list,
	[PARAM_VALUES] = decode_list,
};

enum status param_value_decode(
	const struct param *p, const struct msg_token *t, struct param_value *v, struct fail *why)
{
	return decode_table[p->kind](p, t, v, why);
}

size_t param_value_local_instant(const struct param_value *v, char out[INSTANT_TEXT_LEN])
{
	instant_format(v->integer, out);
	return v->is_local ? LOCAL_INSTANT_TEXT_LEN : INSTANT_TEXT_LEN;
}

void param_value_default(const struct param *p, struct param_value *v)
{
	v->is_null = false;
	v->text = span_of(p->fallback);
	if (p->kind == PARAM_INT)
		v->integer = strtoll(p->fallback, NULL, 10);
	else if (p->kind == PARAM_REAL)
		v->real = strtod(p->fallback, NULL);
}

enum status param_value_fold(
	const struct param *p, struct param_value *v, struct buf *names, struct fail *why)
{
	size_t start = names->len, length = v->text.len;
	if (!name_is_plain(v->text)) {
		length = name_fold(v->text, names);
		const char *folded = names->bytes ? names->bytes + start : NULL;
		v->text = (struct span){ folded, names->len - start };
	}
	if (length == 0 && p->min > 0)
		return param_refuse(p, why, PARAM_NOT_BLANK_RULE);
	return refuse_longer(p, length, why);
}
