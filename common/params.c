#include "common/params.h"

#include <string.h>

#include "common/name.h"
#include "common/param_list.h"
#include "common/utf8.h"

static enum status refuse_unknown(struct span name, struct fail *why)
{
	char shown[48];
	utf8_show(name.bytes, name.len, shown, sizeof shown);
	return fail_field(why, ST_INVALID_INPUT, shown, "unknown field \"%s\"", shown);
}

/* One pair of the map. */
static enum status decode_pair(
	const struct method *m, struct msg_reader *in, struct param_value *values, struct fail *why)
{
	struct msg_token name, token;
	struct span value;
	if (msg_read(in, &name) != ST_OK || name.type != MSG_TEXT || msg_skip(in, &value) != ST_OK)
		return fail_set(why, ST_INVALID_INPUT, "params must be a map of named values");
	const struct param *p = method_param(m, name.text);
	if (!p)
		return refuse_unknown(name.text, why);
	struct param_value *v = &values[p - m->params];
	if (v->is_present)
		return param_refuse(p, why, "must be given once");
	v->is_present = true;
	struct msg_reader reader = msg_reader(value);
	if (msg_read(&reader, &token) != ST_OK)
		return fail_set(why, ST_INVALID_INPUT, "params must be a map of named values");
	if (token.type == MSG_NIL)
		return param_accepts_nil(p) ? ST_OK /* fill_absent reports a required one */
					    : param_refuse(p, why, PARAM_NOT_NULL_RULE);
	v->is_null = false;
	if (param_is_list(p))
		v->text = value; /* put_lists reads it */
	return param_value_decode(p, &token, v, why);
}

static enum status fill_absent(const struct method *m, struct param_value *values, struct fail *why)
{
	for (size_t i = 0; i < m->param_count; i++) {
		if (!values[i].is_null)
			continue;
		if (m->params[i].flags & PARAM_REQUIRED)
			return param_refuse(&m->params[i], why, PARAM_REQUIRED_RULE);
		if (m->params[i].fallback)
			param_value_default(&m->params[i], &values[i]);
	}
	return ST_OK;
}

/* Replaces the MessagePack of lists by JSON. Sets only the lengths, because `names` may move
 * until the last name is folded: point_lists sets the bytes. Comes before the defaults, which are
 * JSON. */
static enum status put_lists(
	const struct method *m, struct param_value *values, struct buf *names, struct fail *why)
{
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && i < m->param_count; i++) {
		if (!param_is_list(&m->params[i]) || values[i].is_null)
			continue;
		size_t start = names->len;
		st = param_list_put(&m->params[i], values[i].text, names, why);
		values[i].text = (struct span){ NULL, names->len - start };
	}
	return st;
}

static void point_lists(const struct method *m, struct param_value *values, const struct buf *names)
{
	const char *at = names->bytes;
	for (size_t i = 0; i < m->param_count; i++)
		if (param_is_list(&m->params[i]) && !values[i].is_null && !values[i].text.bytes) {
			values[i].text.bytes = at;
			at += values[i].text.len;
		}
}

static bool is_folded_here(const struct param *p, const struct param_value *v)
{
	return p->kind == PARAM_NAME && !v->is_null && !name_is_plain(v->text);
}

/* Reserves the whole buffer before the first name, because borrowed bytes must not move. */
static enum status fold_names(
	const struct method *m, struct param_value *values, struct buf *names, struct fail *why)
{
	size_t bytes = 0;
	for (size_t i = 0; i < m->param_count; i++)
		if (is_folded_here(&m->params[i], &values[i]))
			bytes += values[i].text.len;
	if (bytes > 0 && !buf_room(names, bytes))
		return ST_NO_MEMORY;
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && i < m->param_count; i++)
		if (m->params[i].kind == PARAM_NAME && !values[i].is_null)
			st = param_value_fold(&m->params[i], &values[i], names, why);
	return st;
}

/* `from` stands before `to` in the table. */
static enum status check_range(
	const struct method *m, const struct param_value *values, struct fail *why)
{
	const struct param_value *from = NULL;
	for (size_t i = 0; i < m->param_count; i++) {
		const struct param *p = &m->params[i];
		if (p->kind != PARAM_DATE || values[i].is_null)
			continue;
		if (strcmp(p->name, "from") == 0)
			from = &values[i];
		else if (from && strcmp(p->name, "to") == 0 && values[i].integer < from->integer)
			return param_refuse(p, why, "must not be before from");
	}
	return ST_OK;
}

static void clear_values(const struct method *m, struct param_value *values)
{
	for (size_t i = 0; i < m->param_count; i++)
		values[i] = (struct param_value){ .is_null = true };
}

enum status params_decode(const struct method *m, struct span params, struct param_value *values,
	struct buf *names, struct fail *why)
{
	struct msg_reader in = msg_reader(params);
	struct msg_token map;
	if (msg_read(&in, &map) != ST_OK || map.type != MSG_MAP)
		return fail_set(why, ST_INVALID_INPUT, "params must be a map of named values");
	clear_values(m, values);
	buf_clear(names);
	enum status st = ST_OK;
	for (uint32_t i = 0; st == ST_OK && i < map.count; i++)
		st = decode_pair(m, &in, values, why);
	if (st == ST_OK)
		st = put_lists(m, values, names, why);
	if (st == ST_OK)
		st = fill_absent(m, values, why);
	if (st == ST_OK)
		st = fold_names(m, values, names, why);
	if (st == ST_OK)
		st = check_range(m, values, why);
	if (st == ST_OK)
		point_lists(m, values, names);
	return st;
}
