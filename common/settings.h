/*
 * settings: one table of the settings of all programs.
 *
 * A value comes from the flag, else from the environment variable, else from the table. Flags are
 * `--name value` or `--name=value`. An empty variable counts as not set, so that compose and
 * EnvironmentFile= can list it; the CORS lists are an exception, where empty means nobody. The same
 * table prints --help and --settings-table; a check compares the README and
 * systemd/studytracker.env with it.
 *
 *	struct settings settings;
 *	enum settings_task task;
 *	if (settings_load(FOR_GATEWAY, argc, argv, &settings, &task, &why) != ST_OK) {
 *		log_error("%s", fail_text(&why, ST_BAD_SETTING));
 *		return SERVICE_EXIT_SETTING;
 *	}
 *	if (task != SETTINGS_RUN) {
 *		settings_print(task, FOR_GATEWAY, "studytracker-gateway", stdout);
 *		return 0;
 *	}
 *	settings_warn_unknown(on_unknown);
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include "common/status.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum settings_user { FOR_GATEWAY = 1, FOR_WORKER = 2, FOR_DEV = 4 };

/* The task that the command line names. */
enum settings_task { SETTINGS_RUN, SETTINGS_HELP, SETTINGS_VERSION, SETTINGS_TABLE };

enum setting_kind {
	SETTING_TEXT,
	SETTING_INT, /* min..max */
	SETTING_BOOL,
	SETTING_CHOICE,    /* one of `choices` */
	SETTING_TIME_ZONE, /* see common/time_zone.h */
	SETTING_HOSTS,     /* host names or addresses without port, comma-separated */
	SETTING_ENDPOINT,  /* ipc://PATH or tcp://ADDRESS:PORT */
	SETTING_ENDPOINTS, /* several, comma-separated */
};

struct setting {
	const char *flag; /* without the dashes; NULL: only a variable */
	const char *env;
	const char *fallback; /* as text */
	const char *help;
	unsigned used_by; /* enum settings_user, combined with | */
	enum setting_kind kind;
	bool empty_is_value;
	int64_t min, max;
	const char *const *choices; /* NULL-terminated */
	size_t offset;              /* into struct settings */
};

enum { ENDPOINT_MAX = 128 };

/* Texts are borrowed from argv, the environment and the table. */
struct settings {
	/* gateway */
	const char *api_host;
	int64_t api_port; /* 0: any free port */
	const char *app_name;
	const char *cors_origins, *cors_methods, *cors_headers;
	bool cors_credentials;
	const char *hosts;           /* comma-separated */
	const char *auth;            /* "off"; empty: not set */
	int64_t instance;            /* 1…: the number of this gateway on its machine */
	const char *worker_endpoint; /* default: ipc://RUNTIME_DIR/workers/workers-INSTANCE.sock */
	const char *rpc_endpoint;    /* empty: none */
	const char *curve_clients_file;
	int64_t deadline_ms, queue_max, connections_max;
	int64_t connections_per_address; /* 0: no limit */
	int64_t bodies_max_mib;
	/* worker */
	const char *database_url; /* empty: libpq's own defaults and PG* variables */
	const char *time_zone;
	const char
		*gateways; /* comma-separated; default: ipc://RUNTIME_DIR/workers/workers-1.sock */
	int64_t credit;
	const char *curve_server_key;
	/* both */
	const char *curve_secret_key_file;
	const char *runtime_dir;
	const char *log_level;
	/* the dev script */
	const char *data_dir;

	char worker_endpoint_made[ENDPOINT_MAX], gateways_made[ENDPOINT_MAX];
};

/* Fills *into and *task; leaves both untouched on failure. ST_BAD_SETTING with a sentence that
 * names the flag or variable, the error and what is allowed; never the value of DATABASE_URL. A
 * task other than SETTINGS_RUN is found before values are checked. */
enum status settings_load(enum settings_user user, int argc, char *const *argv,
	struct settings *into, enum settings_task *task, struct fail *why) MUST_CHECK;

/* Prints the help, the version or the Markdown table, by the task. */
void settings_print(
	enum settings_task task, enum settings_user user, const char *program, FILE *to);

/* Calls on_unknown for each STUDYTRACKER_ variable of the environment that has no row. */
void settings_warn_unknown(void (*on_unknown)(const char *name));

/* Gets the next endpoint of a comma-separated list, without white space; false at the end:
 *	for (const char *at = list; settings_next_endpoint(&at, endpoint, sizeof endpoint);) */
bool settings_next_endpoint(const char **at, char *endpoint, size_t size);

/* A row of the table; NULL past the end. */
const struct setting *settings_at(size_t index);

#endif
