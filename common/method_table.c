#include "common/method.h"

enum {
	NAME_MAX_CHARS = 200,
	TEXT_MAX_CHARS = 10000,
	DAY_MINUTES = 1440,
	ZONE_MAX_CHARS = 64,
	PAGE_MAX = 500,
	SEARCH_MAX = 100,
	CONDITION_MAX_CHARS = 16 << 10, /* as long as the head of an HTTP request can be */
	CURSOR_MAX_BYTES = 4096,
	IMPORT_MAX = 10000,   /* items */
	TOPICS_ASSUMED = 200, /* per account, for responses with a row for each topic */
	USERNAME_MAX_CHARS = 64,
	NEW_PASSWORD_MIN_CHARS = 8,
	NEW_PASSWORD_MAX_CHARS = 256,
	ISSUER_MAX_CHARS = 500,
	SUBJECT_MAX_CHARS = 255,
	HASH_CHARS = 64, /* of a SHA-256, in hexadecimal digits */
	PASSWORD_HASH_MAX_CHARS = 256,
	CLAIM_MAX_CHARS = 4096, /* a token of an identity provider has at most 4096 bytes */
	TOKEN_NAME_MAX_CHARS = 100,
	SCOPES_MAX = 3,
	CALLER_MAX_CHARS = 64,
	SCOPE_BITS_MAX = 15,
};

static const char *const topic_sorts[] = { "created_at", "-created_at", NULL };
static const char *const session_sorts[] = { "created_at", "-created_at", "study_date",
	"-study_date", NULL };
static const char *const series_buckets[] = { "day", "week", "month", "year", NULL };
static const char *const search_kinds[] = { "session", "topic",
#include "schema/search_kinds.inc"
	NULL };
static const char *const account_roles[] = { "learner", "admin", NULL };
static const char *const account_statuses[] = { "active", "disabled", NULL };
static const char *const scope_names[] = { "read", "write", "admin", NULL };
static const char *const series_groups[] = { "topic", NULL };

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are initializers */
#define REQUIRED PARAM_REQUIRED
#define KEY      PARAM_KEY
#define NULLABLE PARAM_NULLABLE

/* Kinds: n is the name, f the flags, lo and hi are the bounds, d is the default. */
#define INT(n, f, lo, hi)  { .name = n, .kind = PARAM_INT, .flags = f, .min = lo, .max = hi }
#define TEXT(n, f, lo, hi) { .name = n, .kind = PARAM_TEXT, .flags = f, .min = lo, .max = hi }
#define NAME(n, f, lo)     { .name = n, .kind = PARAM_NAME, .flags = f, .min = lo, .max = NAME_MAX_CHARS }
#define FLAG(n)            { .name = n, .kind = PARAM_BOOL }
#define UUID(n, f)         { .name = n, .kind = PARAM_UUID, .flags = f }
#define DATE(n, f)         { .name = n, .kind = PARAM_DATE, .flags = f }
#define INSTANT(n, f)      { .name = n, .kind = PARAM_INSTANT, .flags = f }
#define TIME(n, f)         { .name = n, .kind = PARAM_TIME, .flags = f }
#define CHOICE(n, all, d)  { .name = n, .kind = PARAM_CHOICE, .choices = all, .fallback = d }
#define COUNT(n, f, hi, d) { .name = n, .kind = PARAM_INT, .flags = f, .min = 1, .max = hi, .fallback = d }

/* Params that several methods have. */
#define TOPIC_ID(f)        INT("topic_id", f, 1, INT64_MAX)
#define LINK(n, f)         INT(n, f, 1, INT64_MAX)
#define LINKS(f)           LINK("task_id", f), LINK("goal_id", f), LINK("skill_id", f), LINK("project_id", f)
#define SESSION_ID(f)      UUID("session_id", REQUIRED | (f))
#define NEW_SESSION_ID     SESSION_ID(KEY | PARAM_GENERATED)
#define MINUTES(n, f, d)   COUNT(n, f, DAY_MINUTES, d)
#define LONG_TEXT(n, f)    TEXT(n, f, 0, TEXT_MAX_CHARS)
#define LIMIT              COUNT("limit", 0, PAGE_MAX, "50")
#define CURSOR_INT         { .name = "cursor", .kind = PARAM_CURSOR_INT, .flags = NULLABLE }
#define CURSOR_TEXT        { .name = "cursor", .kind = PARAM_CURSOR_TEXT, .flags = NULLABLE, .max = CURSOR_MAX_BYTES }
#define CURSOR             { .name = "cursor", .kind = PARAM_CURSOR, .flags = NULLABLE }
#define SORT(all)          CHOICE("sort", all, "created_at")
#define SEARCH_OF(max)     TEXT("q", 0, 1, max)
#define SEARCH             SEARCH_OF(NAME_MAX_CHARS)
#define IDEMPOTENCY_KEY(f) TEXT("idempotency_key", f, 1, IDEMPOTENCY_KEY_MAX)
#define CREATED_SESSION    NEW_SESSION_ID, TOPIC_ID(REQUIRED), DATE("study_date", NULLABLE), MINUTES("duration_minutes", NULLABLE, "60"), LONG_TEXT("notes", NULLABLE), INSTANT("created_at", NULLABLE)
#define LOGGED_SESSION     NEW_SESSION_ID, MINUTES("minutes", REQUIRED, NULL), NAME("tag", REQUIRED, 1), DATE("study_date", NULLABLE), LONG_TEXT("notes", NULLABLE), INSTANT("created_at", NULLABLE)
#define IF_MATCH           TEXT("if_match", 0, 0, CONDITION_MAX_CHARS)
#define IF_NONE_MATCH      TEXT("if_none_match", 0, 0, CONDITION_MAX_CHARS)

/* Params of accounts and credentials. */
#define ACCOUNT_ID(f)      INT("account_id", f, 1, INT64_MAX)
#define HOLDER_ID(f)       INT("holder_id", f, 1, INT64_MAX)
#define HASH(n, f)         TEXT(n, f, 1, HASH_CHARS)
#define USERNAME(f)        { .name = "username", .kind = PARAM_USERNAME, .flags = f, .min = 1, .max = USERNAME_MAX_CHARS }
#define EMAIL(f)           { .name = "email", .kind = PARAM_EMAIL, .flags = f, .min = 1, .max = EMAIL_MAX_CHARS }
#define NEW_PASSWORD(n)    TEXT(n, REQUIRED, NEW_PASSWORD_MIN_CHARS, NEW_PASSWORD_MAX_CHARS)
#define NEW_ACCOUNT        USERNAME(REQUIRED), EMAIL(NULLABLE), NAME("name", NULLABLE, 1)
#define PASSWORD(n)        TEXT(n, REQUIRED, 0, PASSWORD_MAX_CHARS)
#define STORED(n)          TEXT(n, NULLABLE, 1, PASSWORD_HASH_MAX_CHARS)
#define TOKEN_ID(f)        INT("token_id", f, 1, INT64_MAX)
#define TOKEN_NAME         { .name = "name", .kind = PARAM_NAME, .flags = REQUIRED, .min = 1, .max = TOKEN_NAME_MAX_CHARS }
#define SCOPE_NAMES(f)     { .name = "scopes", .kind = PARAM_TEXTS, .flags = f, .min = 1, .max = SCOPES_MAX, PARAM_ITEMS({ .kind = PARAM_CHOICE, .choices = scope_names }) }
#define NEW_LOGIN          UUID("login_id", REQUIRED | KEY), UUID("refresh_id", NULLABLE), HASH("session_hash", NULLABLE), INT("lifetime_s", REQUIRED, 1, INT32_MAX)
#define CHECKED_PASSWORD   HOLDER_ID(NULLABLE), FLAG("is_verified"), STORED("checked_hash"), STORED("hash")
#define CALLER             INT("caller_scopes", PARAM_CALLER | NULLABLE, 0, SCOPE_BITS_MAX), TEXT("caller_credential", PARAM_CALLER | NULLABLE, 0, CALLER_MAX_CHARS), TEXT("caller_address", PARAM_CALLER | NULLABLE, 0, CALLER_MAX_CHARS)
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* A variant of a list: a page in one order, without filters. Its params are the first ones of the
 * list. */
#define PAGE_IN_ORDER(order)                                                     \
	.audience = AUDIENCE_SELF, .shape = RESULT_PAGE, .safe_to_repeat = true, \
	.summary = "A page in one order.", .sort = (order), METHOD_PARAMS(LIMIT, CURSOR)

/* A variant that makes a session, and leaves every other request to its method. */
#define NEW_SESSION                                                             \
	.audience = AUDIENCE_SELF, .summary = "Logs a new session of a topic.", \
	.shape = RESULT_ROW, .is_write = true, .safe_to_repeat = true, .leaves_unanswered = true

/* Of a row with the rows that belong to it, at most 200 of 1,000 characters each. */
enum { LISTS_WEIGHT = 10 };

/*
 * A row leaves out fields that are false, zero, NULL or ST_OK. The rows of an entity's plain verbs
 * are generated from its description (schema/entities).
 */
static const struct method method_table[] = {
#include "schema/methods.inc"
	{
		.name = "topics.list",
		.summary = "Topics, a page at a time.",
		.shape = RESULT_PAGE,
		.safe_to_repeat = true,
		.slow_with = "q",
		METHOD_PARAMS(LIMIT, CURSOR, SORT(topic_sorts), SEARCH, FLAG("archived")),
	},
	{
		.name = "sessions.list",
		.summary = "Sessions, a page at a time.",
		.shape = RESULT_PAGE,
		.safe_to_repeat = true,
		.slow_with = "q",
		.variants = 4,
		METHOD_PARAMS(LIMIT, CURSOR, SORT(session_sorts), TOPIC_ID(0), NAME("tag", 0, 0),
			DATE("from", 0), DATE("to", 0), SEARCH, LINKS(0)),
	},
	{
		.name = "sessions.by_created_at",
		PAGE_IN_ORDER("created_at"),
	},
	{
		.name = "sessions.by_created_at_desc",
		PAGE_IN_ORDER("-created_at"),
	},
	{
		.name = "sessions.by_study_date",
		PAGE_IN_ORDER("study_date"),
	},
	{
		.name = "sessions.by_study_date_desc",
		PAGE_IN_ORDER("-study_date"),
	},
	{
		.name = "stats.totals",
		.summary = "Minutes and sessions, in total and by tag.",
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
		METHOD_PARAMS(DATE("from", 0), DATE("to", 0)),
	},
	{
		.name = "stats.series",
		.summary = "Totals of each day, week, month or year.",
		.shape = RESULT_REPORT,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		.rows = 20000, /* the limit in its statement */
		METHOD_PARAMS(CHOICE("by", series_buckets, "day"),
			CHOICE("group", series_groups, NULL), DATE("from", 0), DATE("to", 0)),
	},
	{
		.name = "stats.heatmap",
		.summary = "Every study day of a year.",
		.shape = RESULT_REPORT,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		.rows = 366,
		METHOD_PARAMS(INT("year", 0, 1900, 9999)),
	},
	{
		.name = "stats.streak",
		.summary = "The current and the longest run of study days.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		METHOD_PARAMS(MINUTES("min_minutes", 0, "1")),
	},
	{
		.name = "today.get",
		.summary = "A day: its tasks, what is overdue, meetings, action items and totals.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		.row_weight = 110, /* the notes and the attendees of 100 meetings */
		METHOD_PARAMS(DATE("date", 0)),
	},
	{
		.name = "search.find",
		.summary = "What contains a text, of all kinds, the latest change first.",
		.shape = RESULT_REPORT,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		METHOD_PARAMS(TEXT("q", REQUIRED, 1, NAME_MAX_CHARS), CHOICE("kind", search_kinds, NULL),
			COUNT("limit", 0, SEARCH_MAX, "20")),
	},
	{
		.name = "review.get",
		.summary = "Counts of a range, by day, kind, tag and topic.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		METHOD_PARAMS(DATE("from", 0), DATE("to", 0)),
	},
	{
		.name = "energy.patterns",
		.summary = "Means of energy and engagement by hour and weekday.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		METHOD_PARAMS(DATE("from", 0), DATE("to", 0)),
	},
	{
		.name = "feedback.themes",
		.summary = "Counts of feedback by category, sentiment, tag, person and month.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		.lane = LANE_SLOW,
		METHOD_PARAMS(DATE("from", 0), DATE("to", 0)),
	},
	{
		.name = "account.get",
		.summary = "The account: its names, role, time zone, week and day.",
		.shape = RESULT_ROW,
		.missing = ST_ACCOUNT_NOT_FOUND,
		.safe_to_repeat = true,
	},
	{
		.name = "tasks.from_action_item",
		.summary = "Makes a task from an action item.",
		.shape = RESULT_ROW,
		.missing = ST_ACTION_ITEM_NOT_FOUND,
		.is_write = true,
		METHOD_PARAMS(INT("action_item_id", REQUIRED, 1, INT64_MAX),
			DATE("date", NULLABLE), IDEMPOTENCY_KEY(KEY)),
	},
	{
		.name = "topics.create",
		.summary = "Makes a topic.",
		.shape = RESULT_ROW,
		.is_write = true,
		METHOD_PARAMS(NAME("name", REQUIRED, 1), LONG_TEXT("description", NULLABLE),
			IDEMPOTENCY_KEY(KEY), FLAG("allow_namesake")),
	},
	{
		.name = "topics.update",
		.summary = "Changes the given fields.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		METHOD_PARAMS(TOPIC_ID(REQUIRED | KEY), NAME("name", 0, 1),
			LONG_TEXT("description", PARAM_PRESENCE), FLAG("archived"), IF_MATCH,
			IF_NONE_MATCH, FLAG("allow_namesake")),
	},
	{
		.name = "topics.restore",
		.summary = "Restores a deleted topic.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.slow_with = "with_sessions",
		METHOD_PARAMS(TOPIC_ID(REQUIRED | KEY), FLAG("allow_namesake"),
			FLAG("with_sessions"), IDEMPOTENCY_KEY(0), IF_MATCH, IF_NONE_MATCH),
	},
	{
		.name = "topics.merge",
		.summary = "Moves the sessions of a topic to another one and deletes it.",
		.shape = RESULT_ROW,
		.missing = ST_TOPIC_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.lane = LANE_SLOW, /* its time grows with the sessions of the topic */
		METHOD_PARAMS(TOPIC_ID(REQUIRED | KEY), INT("into", REQUIRED, 1, INT64_MAX),
			IF_MATCH, IF_NONE_MATCH),
	},
	{
		.name = "sessions.create",
		.summary = "Logs a session; with if_match, replaces the session of this id and version.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.variants = 1,
		METHOD_PARAMS(CREATED_SESSION, IDEMPOTENCY_KEY(0), IF_MATCH, IF_NONE_MATCH,
			NAME("tag", NULLABLE, 1), LINKS(NULLABLE)),
	},
	{
		.name = "sessions.create_plain",
		NEW_SESSION,
		METHOD_PARAMS(CREATED_SESSION),
	},
	{
		.name = "sessions.log",
		.summary = "Logs a session on the topic of this name; makes the topic if it does not exist.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.variants = 1,
		METHOD_PARAMS(LOGGED_SESSION, IDEMPOTENCY_KEY(0), IF_MATCH, IF_NONE_MATCH,
			FLAG("match_case"), LINKS(NULLABLE)),
	},
	{
		.name = "sessions.log_plain",
		NEW_SESSION,
		METHOD_PARAMS(LOGGED_SESSION),
	},
	{
		.name = "projects.import",
		.summary = "Makes projects of a list, and tells which items are none.",
		.shape = RESULT_ROW,
		.is_write = true,
		.lane = LANE_SLOW, /* its time grows with the items */
		.changes_account = true,
		METHOD_PARAMS({ .name = "projects", .kind = PARAM_VALUES, .flags = REQUIRED,
				      .max = IMPORT_MAX },
			IDEMPOTENCY_KEY(0)),
	},
	{
		.name = "account.update",
		.summary = "Changes the given fields.",
		.shape = RESULT_ROW,
		.missing = ST_ACCOUNT_NOT_FOUND,
		.is_write = true,
		.safe_to_repeat = true,
		.changes_account = true,
		METHOD_PARAMS(NAME("name", 0, 1),
			TEXT("time_zone", PARAM_PRESENCE, 1, ZONE_MAX_CHARS),
			INT("week_start", 0, 1, 7), TIME("day_starts_at", 0), IF_MATCH,
			IF_NONE_MATCH, USERNAME(0), EMAIL(PARAM_PRESENCE)),
	},
#include "common/method_accounts.inc"
	{
		.name = "workers.fence",
		.summary = "Ends what a worker still runs in the database.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.audience = AUDIENCE_GATEWAYS,
		.lane = LANE_CONTROL,
		METHOD_PARAMS(UUID("worker", REQUIRED | KEY)),
	},
	{
		.name = "keys.purge",
		.summary = "Deletes expired idempotency keys.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.audience = AUDIENCE_SELF,
	},
	{
		.name = "totals.fold",
		.summary = "Moves pending totals of sessions to the kept ones.",
		.shape = RESULT_ROW,
		.is_write = true,
		.safe_to_repeat = true,
		.audience = AUDIENCE_SELF,
		.lane = LANE_SLOW,
	},
	{
		.name = "lanes.cancel",
		.summary = "Cancels the statement that a lane of a worker runs.",
		.shape = RESULT_ROW,
		.safe_to_repeat = true,
		.audience = AUDIENCE_SELF,
		.lane = LANE_CONTROL,
		METHOD_PARAMS(UUID("worker", REQUIRED), TEXT("lane", REQUIRED, 1, 10)),
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
