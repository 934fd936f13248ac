#include "common/method.h"

#include <stdlib.h>
#include <string.h>

#include "common/msg.h"

enum {
	NAME_MAX_CHARS = 200,
	TEXT_MAX_CHARS = 10000,
	DAY_MINUTES = 1440,
	ZONE_MAX_CHARS = 64,
	PAGE_MAX = 500,
	CONDITION_MAX_CHARS = 16 << 10, /* whatever list the head of an HTTP request has room for */
	TOPICS_ASSUMED = 200            /* of an account, where a response has a row for each */
};

static const char *const topic_sorts[] = { "created_at", "-created_at", NULL };
static const char *const session_sorts[] = { "created_at", "-created_at", "study_date",
	"-study_date", NULL };
static const char *const series_buckets[] = { "day", "week", "month", "year", NULL };
static const char *const series_groups[] = { "topic", NULL };

/* clang-format off */
#define REQUIRED PARAM_REQUIRED
#define KEY      PARAM_KEY
#define NULLABLE PARAM_NULLABLE
#define TOPIC_ID(flags)  { "topic_id", PARAM_INT, flags, 1, INT64_MAX, NULL, NULL }
#define SESSION_ID       { "session_id", PARAM_UUID, REQUIRED, 0, 0, NULL, NULL }
#define SESSION_KEY      { "session_id", PARAM_UUID, REQUIRED | KEY, 0, 0, NULL, NULL }
#define NEW_SESSION_ID   { "session_id", PARAM_UUID, REQUIRED | KEY | PARAM_MINTED, 0, 0, NULL, NULL }
#define NAME(flags)      { "name", PARAM_NAME, flags, 1, NAME_MAX_CHARS, NULL, NULL }
#define MINUTES(name, flags, fallback) { name, PARAM_INT, flags, 1, DAY_MINUTES, fallback, NULL }
#define TEXT(name, flags) { name, PARAM_TEXT, flags, 0, TEXT_MAX_CHARS, NULL, NULL }
#define TIME(name)       { name, PARAM_TIME, 0, 0, 0, NULL, NULL }
#define DATE(name)       { name, PARAM_DATE, 0, 0, 0, NULL, NULL }
#define NEW_DATE         { "study_date", PARAM_DATE, NULLABLE, 0, 0, NULL, NULL }
#define LIMIT            { "limit", PARAM_INT, 0, 1, PAGE_MAX, "50", NULL }
#define CURSOR           { "cursor", PARAM_CURSOR, NULLABLE, 0, 0, NULL, NULL }
#define SORT(choices)    { "sort", PARAM_CHOICE, 0, 0, 0, "created_at", choices }
#define SEARCH           { "q", PARAM_TEXT, 0, 1, NAME_MAX_CHARS, NULL, NULL }
#define IDEMPOTENCY_KEY  { "idempotency_key", PARAM_TEXT, 0, 1, IDEMPOTENCY_KEY_MAX, NULL, NULL }
#define IF_MATCH         { "if_match", PARAM_TEXT, 0, 0, CONDITION_MAX_CHARS, NULL, NULL }
#define IF_NONE_MATCH    { "if_none_match", PARAM_TEXT, 0, 0, CONDITION_MAX_CHARS, NULL, NULL }
#define CREATED_AT       { "created_at", PARAM_INSTANT, NULLABLE, 0, 0, NULL, NULL }
#define FLAG(name)       { name, PARAM_BOOL, 0, 0, 0, NULL, NULL }
#define TAG(flags)       { "tag", PARAM_NAME, flags, 1, NAME_MAX_CHARS, NULL, NULL }
#define INTO             { "into", PARAM_INT, REQUIRED, 1, INT64_MAX, NULL, NULL }
#define ARCHIVED         { "archived", PARAM_BOOL, 0, 0, 0, NULL, NULL }
/* clang-format on */

/* A row leaves out what is false, none or ST_OK. */
static const struct method method_table[] = {
	{
		.name = "topics.get",
		.summary = "One topic.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.safe_to_repeat = true,
		.params = { TOPIC_ID(REQUIRED) },
	},
	{
		.name = "topics.list",
		.summary = "Topics, a page at a time.",
		.shape = RESULT_PAGE,
		.safe_to_repeat = true,
		.slow_with = "q",
		.params = { LIMIT, CURSOR, SORT(topic_sorts), SEARCH, ARCHIVED },
	},
	{
		.name = "sessions.get",
		.summary = "One session.",
		.shape = RESULT_ROW,
		.missing = ST_SESSION_NOT_FOUND,
		.safe_to_repeat = true,
		.params = { SESSION_ID },
	},
	{
		.name = "sessions.list",
		.summary = "Sessions, a page at a time.",
		.shape = RESULT_PAGE,
		.safe_to_repeat = true,
		.slow_with = "q",
		.params = { LIMIT, CURSOR, SORT(session_sorts), TOPIC_ID(0),
			{ "tag", PARAM_NAME, 0, 0, NAME_MAX_CHARS, NULL, NULL }, DATE("from"), DATE("to"),
			SEARCH },
	},
	{
		.name = "stats.totals",
		.summary = "Minutes and sessions, all and by tag.",
		.shape = RESULT_TOTALS,
		.safe_to_repeat = true,
		.rows = TOPICS_ASSUMED,
	},
	{
		.name = "stats.summary",
		.summary = "Totals of a range, by topic.",
		.shape = RESULT_REPORT,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		.rows = TOPICS_ASSUMED,
		.params = { DATE("from"), DATE("to") },
	},
	{
		.name = "stats.series",
		.summary = "Totals of each day, week, month or year.",
		.shape = RESULT_REPORT,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		.rows = 20000, /* as in its statement */
		.params = { { "by", PARAM_CHOICE, 0, 0, 0, "day", series_buckets },
			{ "group", PARAM_CHOICE, 0, 0, 0, NULL, series_groups }, DATE("from"),
			DATE("to") },
	},
	{
		.name = "stats.heatmap",
		.summary = "Every study day of a year.",
		.shape = RESULT_REPORT,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		.rows = 366,
		.params = { { "year", PARAM_INT, 0, 1900, 9999, NULL, NULL } },
	},
	{
		.name = "stats.streak",
		.summary = "Current and longest run of study days.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		.params = { MINUTES("min_minutes", 0, "1") },
	},
	{
		.name = "account.get",
		.summary = "The account: its name, time zone, week and day.",
		.shape = RESULT_ROW,
		.missing = ST_ACCOUNT_NOT_FOUND,
		.safe_to_repeat = true,
	},
	{
		.name = "topics.create",
		.summary = "Makes a topic.",
		.shape = RESULT_ROW,
		.is_write = true,
		.params = { NAME(REQUIRED), TEXT("description", NULLABLE),
			{ "idempotency_key", PARAM_TEXT, KEY, 1, IDEMPOTENCY_KEY_MAX, NULL, NULL },
			FLAG("allow_namesake") },
	},
	{
		.name = "topics.update",
		.summary = "Changes what is named.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.params = { TOPIC_ID(REQUIRED | KEY), NAME(0), TEXT("description", PARAM_PRESENCE),
			ARCHIVED, IF_MATCH, IF_NONE_MATCH, FLAG("allow_namesake") },
	},
	{
		.name = "topics.delete",
		.summary = "Deletes a topic without sessions.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.is_write = true,
		.params = { TOPIC_ID(REQUIRED | KEY), IF_MATCH, IF_NONE_MATCH },
	},
	{
		.name = "topics.restore",
		.summary = "Brings a deleted topic back.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.slow_with = "with_sessions",
		.params = { TOPIC_ID(REQUIRED | KEY), FLAG("allow_namesake"), FLAG("with_sessions"),
			IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH },
	},
	{
		.name = "topics.merge",
		.summary = "Moves the sessions of a topic to another one and deletes it.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.lane = LANE_SLOW, /* it takes as long as the topic has sessions */
		.params = { TOPIC_ID(REQUIRED | KEY), INTO, IF_MATCH, IF_NONE_MATCH },
	},
	{
		.name = "sessions.create",
		.summary = "Logs a session; replaces the one of that session_id where if_match names its version.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.params = { NEW_SESSION_ID, TOPIC_ID(REQUIRED), NEW_DATE,
			MINUTES("duration_minutes", NULLABLE, "60"), TEXT("notes", NULLABLE), IDEMPOTENCY_KEY,
			CREATED_AT, IF_MATCH, IF_NONE_MATCH, TAG(NULLABLE) },
	},
	{
		.name = "sessions.log",
		.summary = "Logs a session on the topic of that name, made if missing.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.params = { NEW_SESSION_ID, MINUTES("minutes", REQUIRED, NULL),
			TAG(REQUIRED), NEW_DATE,
			TEXT("notes", NULLABLE), IDEMPOTENCY_KEY, CREATED_AT, IF_MATCH, IF_NONE_MATCH,
			FLAG("match_case") },
	},
	{
		.name = "sessions.update",
		.summary = "Changes what is named.",
		.shape = RESULT_ROW,
		.missing = ST_SESSION_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.params = { SESSION_KEY, TOPIC_ID(0), DATE("study_date"), MINUTES("duration_minutes", 0, NULL),
			TEXT("notes", PARAM_PRESENCE), IF_MATCH, IF_NONE_MATCH },
	},
	{
		.name = "sessions.delete",
		.summary = "Deletes a session, softly.",
		.shape = RESULT_ROW,
		.missing = ST_SESSION_NOT_FOUND,
		.is_write = true,
		.params = { SESSION_KEY, IF_MATCH, IF_NONE_MATCH },
	},
	{
		.name = "sessions.restore",
		.summary = "Brings a deleted session back.",
		.shape = RESULT_ROW,
		.missing = ST_SESSION_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.params = { SESSION_KEY, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH },
	},
	{
		.name = "account.update",
		.summary = "Changes what is named.",
		.shape = RESULT_ROW,
		.missing = ST_ACCOUNT_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.changes_account = true,
		.params = { NAME(0), { "time_zone", PARAM_TEXT, PARAM_PRESENCE, 1, ZONE_MAX_CHARS, NULL, NULL },
			{ "week_start", PARAM_INT, 0, 1, 7, NULL, NULL }, TIME("day_starts_at"), IF_MATCH, IF_NONE_MATCH },
	},
	{
		.name = "workers.fence",
		.summary = "Ends what a worker still has in the database.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.is_for_gateways = true,
		.lane = LANE_CONTROL,
		.params = { { "worker", PARAM_UUID, REQUIRED | KEY, 0, 0, NULL, NULL } },
	},
	{
		.name = "keys.purge",
		.summary = "Deletes expired idempotency keys.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.is_internal = true,
	},
	{
		.name = "lanes.cancel",
		.summary = "Cancels what runs in a lane of a worker.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		.is_internal = true,
		.lane = LANE_CONTROL,
		.params = { { "worker", PARAM_UUID, REQUIRED, 0, 0, NULL, NULL },
			{ "lane", PARAM_TEXT, REQUIRED, 1, 10, NULL, NULL } },
	},
};

size_t method_count(void)
{
	return sizeof method_table / sizeof *method_table;
}

const struct method *method_at(size_t index)
{
	return index < method_count() ? &method_table[index] : NULL;
}

size_t method_index(const struct method *m)
{
	return (size_t)(m - method_table);
}

const struct method *method_find(struct span name)
{
	for (size_t i = 0; i < method_count(); i++)
		if (span_is(name, method_table[i].name))
			return &method_table[i];
	return NULL;
}

const struct method *method_find_public(struct span name)
{
	const struct method *m = method_find(name);
	return m && !m->is_for_gateways && !m->is_internal ? m : NULL;
}

int method_key(const struct method *m)
{
	for (int i = 0; i < METHOD_PARAMS_MAX && m->params[i].name; i++)
		if (m->params[i].flags & PARAM_KEY)
			return i;
	return m->changes_account ? METHOD_KEY_ACCOUNT : -1;
}

size_t method_param_count(const struct method *m)
{
	size_t count = 0;
	while (count < METHOD_PARAMS_MAX && m->params[count].name)
		count++;
	return count;
}

const struct param *method_param(const struct method *m, struct span name)
{
	for (size_t i = 0; i < METHOD_PARAMS_MAX && m->params[i].name; i++)
		if (span_is(name, m->params[i].name))
			return &m->params[i];
	return NULL;
}

static bool has_value(struct span params, const char *name)
{
	struct span value;
	return msg_find(params, name, &value) == ST_OK && !msg_is_nil(value);
}

bool method_may_repeat(const struct method *m, struct span params)
{
	if (has_value(params, "if_match") || has_value(params, "if_none_match"))
		return false;
	return !m->is_write || m->safe_to_repeat || has_value(params, "idempotency_key");
}

enum lane method_lane(const struct method *m, struct span params)
{
	if (m->slow_with && has_value(params, m->slow_with))
		return LANE_SLOW;
	if (m->lane != LANE_BY_KIND)
		return m->lane;
	return m->is_write ? LANE_WRITE : LANE_READ;
}

bool method_runs_in(const struct method *m, enum lane lane)
{
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
		rows = limit->max; /* it may be a float, which is judged later */
	return rows < 1 ? 1 : rows > limit->max ? limit->max : rows;
}
