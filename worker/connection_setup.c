#include "worker/connection_setup.h"

#include "worker/statement.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* workers.fence.sql and lanes.cancel.sql know it, too. */
#define NAME_PREFIX "studytracker-worker-"

static const char *const lane_names[LANES] = {
	[LANE_BY_KIND] = "",
	[LANE_READ] = "read",
	[LANE_WRITE] = "write",
	[LANE_SLOW] = "slow",
	[LANE_CONTROL] = "ctrl",
	[LANE_STANDBY] = "stdby",
};

_Static_assert(sizeof NAME_PREFIX - 1 + UUID_TEXT_LEN + sizeof "-write" <= CONNECTION_NAME_MAX,
	"application_name");

const char *connection_lane_name(enum lane lane)
{
	return lane_names[lane];
}

static const char *option_of(const PQconninfoOption *all, const char *keyword, const char *env)
{
	for (; all->keyword; all++)
		if (strcmp(all->keyword, keyword) == 0 && all->val)
			return all->val;
	const char *value = getenv(env);
	return value ? value : "";
}

static enum status parse_url(
	const char *url, bool is_standby, PQconninfoOption **all, struct fail *why)
{
	*all = PQconninfoParse(url, NULL);
	if (*all)
		return ST_OK;
	return fail_set(why, ST_BAD_SETTING, "%s is not a libpq connection string or URI",
		is_standby ? "STUDYTRACKER_STANDBY_URL" : "DATABASE_URL");
}

enum status connection_setup_check(const char *url, bool is_standby, struct fail *why)
{
	PQconninfoOption *all;
	enum status st = parse_url(url, is_standby, &all, why);
	PQconninfoFree(all); /* accepts NULL */
	return st;
}

static enum status read_url(struct connection_setup *setup, struct fail *why)
{
	PQconninfoOption *all;
	enum status st = parse_url(setup->url, setup->is_standby, &all, why);
	if (st != ST_OK)
		return st;
	setup->several_hosts = strchr(option_of(all, "host", "PGHOST"), ',') != NULL
			       && !*option_of(all, "target_session_attrs", "PGTARGETSESSIONATTRS");
	PQconninfoFree(all);
	return ST_OK;
}

static void put_texts(struct connection_setup *setup, const struct database_options *options)
{
	char uuid[UUID_TEXT_LEN];
	uuid_format(options->worker, uuid);
	(void)snprintf(setup->name, sizeof setup->name, NAME_PREFIX "%.*s-%s", UUID_TEXT_LEN, uuid,
		connection_lane_name(options->lane));
	(void)snprintf(
		setup->timeout_text, sizeof setup->timeout_text, "%d", DATABASE_USUAL_TIMEOUT_MS);
	(void)snprintf(setup->check_text, sizeof setup->check_text, "%d", DATABASE_CLIENT_CHECK_MS);
}

enum status connection_setup_init(
	struct connection_setup *setup, const struct database_options *options, struct fail *why)
{
	setup->url = options->url;
	setup->time_zone = options->time_zone;
	setup->is_standby = options->lane == LANE_STANDBY;
	put_texts(setup, options);
	return read_url(setup, why);
}

/* NULL-terminated, as libpq takes them. */
struct words {
	const char *keywords[16], *values[16];
	size_t count;
};

static void add_word(struct words *words, const char *keyword, const char *value)
{
	words->keywords[words->count] = keyword;
	words->values[words->count++] = value;
}

/* `dbname` is expanded: the words after it override the URL, the URL overrides the words before
 * it. */
static struct words words_of(const struct connection_setup *setup)
{
	struct words words = { .count = 0 };
	/* Detect a dead host, so that the next one is tried. */
	add_word(&words, "tcp_user_timeout", "3000");
	add_word(&words, "keepalives_idle", "10");
	add_word(&words, "keepalives_interval", "5");
	add_word(&words, "keepalives_count", "3");
	if (setup->is_standby)
		add_word(&words, "target_session_attrs", "standby");
	else if (setup->several_hosts)
		add_word(&words, "target_session_attrs", "read-write");
	if (*setup->url)
		add_word(&words, "dbname", setup->url);
	add_word(&words, "application_name", setup->name);
	add_word(&words, "client_encoding", "UTF8");
	return words;
}

static void ignore_notice(void *arg, const char *message)
{
	(void)arg, (void)message;
}

struct pg_conn *connection_setup_start(const struct connection_setup *setup)
{
	struct words words = words_of(setup);
	PGconn *conn = PQconnectStartParams(words.keywords, words.values, 1);
	if (conn)
		PQsetNoticeProcessor(conn, ignore_notice, NULL);
	return conn;
}

bool connection_setup_send(const struct connection_setup *setup, struct pg_conn *conn)
{
	const char *values[] = { setup->time_zone, setup->name, setup->timeout_text,
		setup->check_text };
	return PQsendQueryParams(conn, statement_find("connection"), sizeof values / sizeof *values,
		NULL, values, NULL, NULL, 0);
}
