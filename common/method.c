#include "common/method.h"

#include <stdlib.h>
#include <string.h>

#include "common/msg.h"

const struct method *method_find(struct span name)
{
	const struct method *m;
	for (size_t i = 0; (m = method_at(i)) != NULL; i++)
		if (span_is(name, m->name))
			return m;
	return NULL;
}

size_t method_params_most(void)
{
	size_t most = 0;
	const struct method *m;
	for (size_t i = 0; (m = method_at(i)) != NULL; i++)
		if (m->param_count > most)
			most = m->param_count;
	return most;
}

int method_key(const struct method *m)
{
	for (size_t i = 0; i < m->param_count; i++)
		if (m->params[i].flags & PARAM_KEY)
			return (int)i;
	return m->changes_account ? METHOD_KEY_ACCOUNT : METHOD_KEY_NONE;
}

bool param_is_list(const struct param *p)
{
	return p->items || p->kind == PARAM_VALUES;
}

const struct param *method_param(const struct method *m, struct span name)
{
	for (size_t i = 0; i < m->param_count; i++)
		if (span_is(name, m->params[i].name))
			return &m->params[i];
	return NULL;
}

size_t method_client_params(const struct method *m)
{
	size_t count = m->param_count;
	while (count > 0 && (m->params[count - 1].flags & PARAM_CALLER))
		count--;
	return count;
}

const struct param *method_client_param(const struct method *m, struct span name)
{
	const struct param *p = method_param(m, name);
	return p && !(p->flags & PARAM_CALLER) ? p : NULL;
}

enum scope method_scope(const struct method *m)
{
	if (m->scope != SCOPE_BY_KIND)
		return m->scope;
	return m->is_write ? SCOPE_WRITE : SCOPE_READ;
}

static bool has_value(struct span params, const char *name)
{
	struct span value;
	return msg_find(params, name, &value) == ST_OK && !msg_is_nil(value);
}

/* What the params of a write say about a second run. */
struct repetition {
	bool has_condition, has_key;
};

static struct repetition repetition_of(struct span params)
{
	struct repetition found = { false, false };
	struct msg_reader in = msg_reader(params);
	struct msg_token map = { 0 };
	struct span name, value;
	uint32_t pairs = msg_read(&in, &map) == ST_OK && map.type == MSG_MAP ? map.count : 0;
	for (; pairs > 0 && msg_read_pair(&in, &name, &value) == ST_OK; pairs--) {
		if (msg_is_nil(value))
			continue;
		found.has_condition |= span_is(name, "if_match") || span_is(name, "if_none_match");
		found.has_key |= span_is(name, "idempotency_key");
	}
	return found;
}

bool method_may_repeat(const struct method *m, struct span params)
{
	if (!m->is_write)
		return true;
	struct repetition found = repetition_of(params);
	return !found.has_condition && (m->safe_to_repeat || found.has_key);
}

enum lane method_lane(const struct method *m, struct span params)
{
	if (m->slow_with && has_value(params, m->slow_with))
		return LANE_SLOW;
	if (m->lane != LANE_BY_KIND)
		return m->lane;
	return m->is_write ? LANE_WRITE : LANE_READ;
}

bool method_may_read_standby(const struct method *m)
{
	return m->audience == AUDIENCE_CLIENTS && !m->is_write;
}

bool method_runs_in(const struct method *m, enum lane lane)
{
	if (m->passwords)
		return false; /* `then` runs */
	if (lane == LANE_STANDBY)
		return method_may_read_standby(m) && method_runs_in(m, LANE_READ);
	return lane == method_lane(m, (struct span){ 0 }) || (lane == LANE_SLOW && m->slow_with);
}

int64_t method_rows(const struct method *m, struct span params)
{
	const struct param *limit = m->shape == RESULT_PAGE ? method_param(m, SPAN("limit")) : NULL;
	int64_t rows;
	if (!limit)
		return m->rows > 0 ? m->rows : 1;
	if (!has_value(params, limit->name))
		rows = strtoll(limit->fallback, NULL, 10);
	else if (!msg_find_int(params, limit->name, &rows))
		rows = limit->max; /* params_decode checks it later: it may be a float */
	return rows < 1 ? 1 : rows > limit->max ? limit->max : rows;
}
