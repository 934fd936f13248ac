#include "common/param_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/date.h"
#include "common/json_out.h"
#include "common/params.h"
#include "common/uuid.h"

/* The list that is read. */
struct list {
	const struct param *row;
	struct buf *out;
	struct buf names; /* folded names of the current element */
	uint32_t index;   /* of the current element */
};

enum { NAME_SIZE = sizeof((struct fail *)0)->field };

/* Values as JSON, by kind. */

static void put_int(struct buf *out, const struct param_value *v)
{
	buf_int(out, v->integer);
}

static void put_bool(struct buf *out, const struct param_value *v)
{
	buf_text(out, v->boolean ? "true" : "false");
}

static void put_real(struct buf *out, const struct param_value *v)
{
	json_out_real(out, v->real);
}

static void put_text(struct buf *out, const struct param_value *v)
{
	json_out_text(out, v->text);
}

static void put_uuid(struct buf *out, const struct param_value *v)
{
	char text[UUID_TEXT_LEN];
	uuid_format(v->uuid, text);
	json_out_text(out, (struct span){ text, sizeof text });
}

static void put_date(struct buf *out, const struct param_value *v)
{
	char text[DATE_TEXT_LEN];
	date_format(v->integer, text);
	json_out_text(out, (struct span){ text, sizeof text });
}

static void put_instant(struct buf *out, const struct param_value *v)
{
	char text[INSTANT_TEXT_LEN];
	instant_format(v->integer, text);
	json_out_text(out, (struct span){ text, sizeof text });
}

static void put_local_instant(struct buf *out, const struct param_value *v)
{
	char text[INSTANT_TEXT_LEN];
	json_out_text(out, (struct span){ text, param_value_local_instant(v, text) });
}

static void put_time(struct buf *out, const struct param_value *v)
{
	char text[TIME_TEXT_LEN];
	time_format(v->integer, text);
	json_out_text(out, (struct span){ text, sizeof text });
}

/* The kinds that elements and fields may have. */
static void (*const put_table[])(struct buf *out, const struct param_value *v) = {
	[PARAM_INT] = put_int,
	[PARAM_BOOL] = put_bool,
	[PARAM_REAL] = put_real,
	[PARAM_TEXT] = put_text,
	[PARAM_NAME] = put_text,
	[PARAM_USERNAME] = put_text,
	[PARAM_EMAIL] = put_text,
	[PARAM_UUID] = put_uuid,
	[PARAM_DATE] = put_date,
	[PARAM_INSTANT] = put_instant,
	[PARAM_LOCAL_INSTANT] = put_local_instant,
	[PARAM_TIME] = put_time,
	[PARAM_CHOICE] = put_text,
};

static void put_value(struct buf *out, const struct param *p, const struct param_value *v)
{
	if (v->is_null)
		buf_text(out, "null");
	else
		put_table[p->kind](out, v);
}

/* A copy of the row `p`, with the current element's name. */
static struct param named(const struct list *l, const struct param *p, char name[NAME_SIZE])
{
	struct param copy = *p;
	(void)snprintf(name, NAME_SIZE, "%s[%" PRIu32 "]", l->row->name, l->index);
	copy.name = name;
	return copy;
}

static enum status refuse_element(const struct list *l, struct fail *why, const char *rule)
{
	char name[NAME_SIZE];
	struct param p = named(l, l->row, name);
	return param_refuse(&p, why, rule);
}

static enum status decode_element(struct list *l, const struct param *p, const struct msg_token *t,
	struct param_value *v, struct fail *why)
{
	enum status st = param_value_decode(p, t, v, why);
	if (st != ST_OK || p->kind != PARAM_NAME)
		return st;
	buf_clear(&l->names);
	st = param_value_fold(p, v, &l->names, why);
	return l->names.failed ? ST_NO_MEMORY : st;
}

/* Decodes a refused element a second time for the text, so that no other element needs its name. */
static enum status put_element(struct list *l, const struct msg_token *t, struct fail *why)
{
	char name[NAME_SIZE];
	struct param_value v = { 0 };
	enum status st = decode_element(l, l->row->items, t, &v, NULL);
	if (st == ST_OK) {
		put_value(l->out, l->row->items, &v);
		return ST_OK;
	}
	struct param p = named(l, l->row->items, name);
	return decode_element(l, &p, t, &v, why);
}

/* Puts the element before the name in the refusal of one of its fields. */
static enum status refuse_field(const struct list *l, const struct method *object,
	const struct fail *inner, struct fail *why)
{
	char name[NAME_SIZE], field[2 * NAME_SIZE];
	struct param element = named(l, l->row, name);
	if (!inner->field[0])
		return param_refuse(&element, why, "must be an object of named values");
	(void)snprintf(field, sizeof field, "%s.%s", name, inner->field);
	if (!method_param(object, span_of(inner->field)))
		return fail_field(why, ST_INVALID_INPUT, field, "unknown field \"%s\"", field);
	return fail_field(why, ST_INVALID_INPUT, field, "%s.%s", name, inner->text);
}

/* The fields of an object are checked as the params of a method are. */
static enum status put_object(struct list *l, struct span bytes, struct fail *why)
{
	const struct method object = { .params = l->row->items, .param_count = l->row->item_count };
	struct param_value values[PARAM_ITEMS_MAX];
	struct fail inner = { 0 };
	enum status st = params_decode(&object, bytes, values, &l->names, &inner);
	if (st == ST_INVALID_INPUT)
		return refuse_field(l, &object, &inner, why);
	for (size_t i = 0; st == ST_OK && i < object.param_count; i++) {
		buf_byte(l->out, i ? ',' : '{');
		json_out_text(l->out, span_of(object.params[i].name));
		buf_byte(l->out, ':');
		put_value(l->out, &object.params[i], &values[i]);
	}
	buf_byte(l->out, '}');
	return st;
}

/* The bytes have passed msg_measure, so reading fails only at their end. */
static bool has_nul(struct span value)
{
	struct msg_reader in = msg_reader(value);
	struct msg_token t;
	while (msg_read(&in, &t) == ST_OK)
		if (t.type == MSG_TEXT && t.text.len > 0 && memchr(t.text.bytes, '\0', t.text.len))
			return true;
	return false;
}

/* What JSON can't express becomes null: bin, and reals that are not finite. */
static enum status put_any(struct list *l, struct span value, struct fail *why)
{
	if (has_nul(value))
		return refuse_element(l, why, "must not contain the character U+0000");
	json_out_value(l->out, value);
	return ST_OK;
}

static enum status put_item(struct list *l, struct msg_reader *in, struct fail *why)
{
	struct msg_token token;
	struct span bytes;
	struct msg_reader peek = *in;
	if (msg_read(&peek, &token) != ST_OK || msg_skip(in, &bytes) != ST_OK)
		return param_refuse(l->row, why, PARAM_LIST_RULE);
	if (l->row->kind == PARAM_VALUES)
		return put_any(l, bytes, why);
	if (token.type == MSG_NIL)
		return refuse_element(l, why, PARAM_NOT_NULL_RULE);
	if (l->row->kind != PARAM_OBJECTS)
		return put_element(l, &token, why);
	if (token.type != MSG_MAP)
		return refuse_element(l, why, "must be an object");
	return put_object(l, bytes, why);
}

enum status param_list_put(
	const struct param *p, struct span list, struct buf *out, struct fail *why)
{
	struct msg_reader in = msg_reader(list);
	struct msg_token array;
	struct list l = { .row = p, .out = out };
	if (msg_read(&in, &array) != ST_OK || array.type != MSG_ARRAY)
		return param_refuse(p, why, PARAM_LIST_RULE);
	enum status st = ST_OK;
	buf_byte(out, '[');
	for (; st == ST_OK && l.index < array.count; l.index++) {
		if (l.index > 0)
			buf_byte(out, ',');
		st = put_item(&l, &in, why);
	}
	buf_byte(out, ']');
	buf_fini(&l.names);
	return st == ST_OK && out->failed ? ST_NO_MEMORY : st;
}
