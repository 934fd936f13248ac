/*
 * settings: one table of the settings of all programs.
 *
 * A value comes from the flag, else from the environment variable, else from the settings file,
 * else from the table. For some, a credential of systemd (CREDENTIALS_DIRECTORY) precedes the
 * table. Flags are `--name value` or `--name=value`. An empty variable counts as not set, so that
 * compose and EnvironmentFile= can list it; the CORS lists and the list of passwords are
 * exceptions, where empty means none. The same table prints --help and --settings-table; a check
 * compares the README, systemd/gateway.env and systemd/worker.env with it.
 *
 * STUDYTRACKER_ENV names the environment, which selects the settings file (see common/env_file.h):
 *
 *	development   .env of the working directory, if there is one
 *	testing       .env.testing of the working directory, if there is one
 *	production    none; secrets that are widely known are refused
 *	not set       none
 *
 * STUDYTRACKER_ENV_FILE names another file, which must exist. APP_CONFIG and FLASK_ENV, which the
 * service that this one replaces reads, count as STUDYTRACKER_ENV if that is not set and they name
 * an environment. A file can name the environment, too, but it selects no further file.
 *
 *	struct settings settings = { 0 };
 *	enum settings_task task;
 *	if (settings_load(FOR_GATEWAY, argc, argv, &settings, &task, &why) != ST_OK)
 *		log_error("%s", fail_text(&why, ST_BAD_SETTING));
 *	else if (task != SETTINGS_RUN)
 *		settings_print(&settings, task, "studytracker-gateway", stdout);
 *	...
 *	settings_fini(&settings);
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include "common/env_file.h"
#include "common/secret.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum settings_user { FOR_GATEWAY = 1, FOR_WORKER = 2, FOR_DEV = 4 };

/* The task that the command line names. */
enum settings_task {
	SETTINGS_RUN,
	SETTINGS_HELP,
	SETTINGS_VERSION,
	SETTINGS_TABLE,
	SETTINGS_VALUES, /* each value and its origin, with secrets hidden */
	SETTINGS_FILE,   /* the settings of the file as shell commands, with secrets */
};

enum setting_kind {
	SETTING_TEXT,
	SETTING_INT, /* min..max */
	SETTING_BOOL,
	SETTING_CHOICE,    /* one of `choices` */
	SETTING_TIME_ZONE, /* see common/time_zone.h */
	SETTING_HOSTS,     /* host names or addresses without port, comma-separated */
	SETTING_ORIGINS,   /* see CORS_ALLOW_ORIGINS in gateway/cors.h; comma-separated */
	SETTING_TOKENS,    /* names of methods or fields (RFC 9110) or "*"; comma-separated */
	SETTING_ENDPOINT,  /* ipc://PATH or tcp://ADDRESS:PORT */
	SETTING_ENDPOINTS, /* several, comma-separated */
	SETTING_RATE,      /* see common/rate_limit.h; empty: the default of the mode */
	SETTING_NETWORKS,  /* see common/network.h; comma-separated */
};

struct setting {
	const char *flag; /* without the dashes; NULL: only a variable */
	const char *env;
	const char *fallback; /* as text */
	const char *help;
	unsigned used_by; /* enum settings_user, combined with | */
	enum setting_kind kind;
	bool empty_is_value, never_in_file;
	int64_t min, max;
	const char *const *choices; /* NULL-terminated */
	const char *const *aliases; /* other names of `env`; NULL-terminated */
	enum secret_form secret;
	const char
		*credential; /* of systemd, whose path is the value if no other is given; or NULL */
	bool reloads;        /* settings_reload gives it a new value while the program runs */
	size_t offset;       /* into struct settings */
};

enum setting_origin {
	SETTING_DEFAULT,
	SETTING_FROM_FILE,
	SETTING_FROM_VARIABLE,
	SETTING_FROM_FLAG,
	SETTING_FROM_CREDENTIAL
};

struct setting_source {
	const struct setting *row;
	const char *value;
	enum setting_origin origin;
	const char *name; /* of the variable or flag; without the dashes */
	size_t line;      /* in the file */
};

enum { ENDPOINT_MAX = 128, SETTINGS_MAX = 64, CREDENTIALS_MAX = 2, CREDENTIAL_PATH_MAX = 256 };

/* Texts are borrowed from argv, the environment, the table and the file. */
struct settings {
	enum settings_user user;
	struct env_file *file;                       /* owned; NULL: none was read */
	struct setting_source sources[SETTINGS_MAX]; /* one per row that the user uses */
	/* all programs */
	const char *environment; /* "development", "testing", "production" or empty */
	const char *env_file;    /* the path of the file; empty: none */
	/* gateway */
	const char *api_host;
	int64_t api_port;         /* 0: any free port */
	const char *metrics_host; /* empty: no metrics */
	int64_t metrics_port;     /* of the instance 1; 0: any free port */
	const char *app_name;
	const char *cors_origins; /* not set: "loopback", or "*" with accounts */
	const char *cors_methods, *cors_headers;
	bool cors_credentials;
	const char *hosts;                            /* comma-separated */
	const char *auth;                             /* "off" or "on"; empty: not set */
	const char *registration;                     /* "closed" or "open" */
	const char *jwt_secret, *jwt_previous_secret; /* empty: those of the file */
	const char *jwt_secret_file;                  /* empty: jwt-secret in the state directory */
	int64_t access_token_s, refresh_token_s;
	const char *oidc_issuer; /* empty: no identity provider */
	const char *oidc_audience, *oidc_jwks_file;
	const char *oidc_registration; /* "closed" or "open" */
	const char *trusted_proxies;   /* of common/network.h */
	/* of common/rate_limit.h; empty: the default of the mode */
	const char *rate_account, *rate_address, *rate_login_account, *rate_login_address;
	int64_t instance;            /* 1…: the number of this gateway on its machine */
	const char *worker_endpoint; /* default: ipc://RUNTIME_DIR/workers/workers-INSTANCE.sock */
	const char *rpc_endpoint;    /* empty: none */
	const char *curve_clients_file;
	int64_t deadline_ms, queue_max, connections_max;
	int64_t connections_per_address; /* 0: no limit */
	int64_t bodies_max_mib;
	bool access_log;
	/* worker */
	const char *database_url;           /* empty: libpq's own defaults and PG* variables */
	const char *standby_url;            /* of a standby for reads; empty: none */
	const char *database_password_file; /* empty: none */
	const char *time_zone;
	const char
		*gateways; /* comma-separated; default: ipc://RUNTIME_DIR/workers/workers-*.sock */
	int64_t credit;
	const char *curve_server_key;
	int64_t password_memory_mib, password_passes; /* of Argon2id */
	const char *password_list; /* a file of passwords that are refused; empty: none */
	/* both */
	const char *curve_secret_key_file;
	const char *runtime_dir;
	const char *log_level, *log_format;
	/* the dev script */
	const char *data_dir;

	char worker_endpoint_made[ENDPOINT_MAX], gateways_made[ENDPOINT_MAX];
	char credentials[CREDENTIALS_MAX][CREDENTIAL_PATH_MAX]; /* paths */
	int argc;                                               /* of settings_load; borrowed */
	char *const *argv;
};

/* Fills *into and *task; leaves both untouched on failure. ST_BAD_SETTING with a sentence that
 * names the flag or variable, or the file and line, the error and what is allowed; never a secret.
 * The tasks help, version and table are found before anything is checked. */
enum status settings_load(enum settings_user user, int argc, char *const *argv,
	struct settings *into, enum settings_task *task, struct fail *why) MUST_CHECK;

/* Loads again into *into: with the same flags and variables, and the file as it is now. `s` stays
 * as it is. Calls on_ignored for each variable whose new value counts only after a restart. Fails
 * as settings_load does. */
enum status settings_reload(const struct settings *s, struct settings *into,
	void (*on_ignored)(const char *env), struct fail *why) MUST_CHECK;

/* STUDYTRACKER_AUTH is on. */
bool settings_have_accounts(const struct settings *s);

/* False if the value is the default of the table. `env` is the name of the row's variable. */
bool settings_is_set(const struct settings *s, const char *env);

/* Frees the file. */
void settings_fini(struct settings *s);

/* Sets the variables of the file whose names start with `prefix` in the environment, for a library
 * that reads them there; those of the environment win. ST_NO_MEMORY. */
enum status settings_export(const struct settings *s, const char *prefix) MUST_CHECK;

/* Gets the next endpoint of a comma-separated list, without white space; false at the end:
 *	for (const char *at = list; settings_next_endpoint(&at, endpoint, sizeof endpoint);) */
bool settings_next_endpoint(const char **at, char *endpoint, size_t size);

#endif
