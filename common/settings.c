#include "common/settings.h"

#include "common/settings_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

#define FIELD(name) .offset = offsetof(struct settings, name)

static const char *const log_levels[] = { "error", "warn", "info", "debug", NULL };

static const char *const auth_modes[] = { "", "off", "on", NULL };

static const struct setting settings_table[] = {
	{ "host", "API_HOST", "127.0.0.1", "address that the gateway listens on; 0.0.0.0 or :: means every network",
	  FOR_GATEWAY | FOR_DEV, SETTING_TEXT, FIELD(api_host) },
	{ "port", "API_PORT", "22112", "port that the gateway listens on; 0 means any free port",
	  FOR_GATEWAY | FOR_DEV, SETTING_INT, .min = 0, .max = 65535, FIELD(api_port) },
	{ "app-name", "APP_NAME", "DevOps Study Tracker", "name in the response to GET /",
	  FOR_GATEWAY, SETTING_TEXT, FIELD(app_name) },
	{ "cors-allow-origins", "CORS_ALLOW_ORIGINS", "loopback", "origins whose pages may send requests: `*` or a comma-separated list; `loopback` in the list means every origin of this machine; empty means none",
	  FOR_GATEWAY, SETTING_TEXT, .empty_is_value = true, FIELD(cors_origins) },
	{ "cors-allow-methods", "CORS_ALLOW_METHODS", "*", "methods that these pages may use: `*` or a comma-separated list",
	  FOR_GATEWAY, SETTING_TEXT, .empty_is_value = true, FIELD(cors_methods) },
	{ "cors-allow-headers", "CORS_ALLOW_HEADERS", "*", "header fields that these pages may send: `*` or a comma-separated list",
	  FOR_GATEWAY, SETTING_TEXT, .empty_is_value = true, FIELD(cors_headers) },
	{ "cors-allow-credentials", "CORS_ALLOW_CREDENTIALS", "true", "whether these pages may send credentials",
	  FOR_GATEWAY, SETTING_BOOL, FIELD(cors_credentials) },
	{ "hosts", "STUDYTRACKER_HOSTS", "", "host names that the gateway serves besides those of this machine, comma-separated; empty on an address that other machines can reach means every name",
	  FOR_GATEWAY, SETTING_HOSTS, FIELD(hosts) },
	{ "auth", "STUDYTRACKER_AUTH", "", "`off` (serve other machines, too, without accounts) or empty (serve this machine only)",
	  FOR_GATEWAY, SETTING_CHOICE, .choices = auth_modes, FIELD(auth) },
	{ "database-url", "DATABASE_URL", "", "PostgreSQL URL or connection string, with one or more hosts; empty means the PG* variables; other users can see a flag, so put no password in it",
	  FOR_WORKER | FOR_DEV, SETTING_TEXT, FIELD(database_url) },
	{ "time-zone", "STUDYTRACKER_TIME_ZONE", "UTC", "time zone of accounts that have not set one, e.g. Europe/Berlin",
	  FOR_WORKER, SETTING_TIME_ZONE, FIELD(time_zone) },
	{ "gateways", "STUDYTRACKER_GATEWAYS", "", "endpoints of the gateways that the worker connects to, comma-separated; empty means ipc://RUNTIME_DIR/workers/workers-1.sock",
	  FOR_WORKER, SETTING_ENDPOINTS, FIELD(gateways) },
	{ "credit", "STUDYTRACKER_CREDIT", "256", "maximum number of requests that one gateway may have in flight at one worker",
	  FOR_WORKER, SETTING_INT, .min = 1, .max = 4096, FIELD(credit) },
	{ "instance", "STUDYTRACKER_INSTANCE", "1", "number of this gateway on its machine",
	  FOR_GATEWAY, SETTING_INT, .min = 1, .max = 999, FIELD(instance) },
	{ "worker-endpoint", "STUDYTRACKER_WORKER_ENDPOINT", "", "endpoint for workers; empty means ipc://RUNTIME_DIR/workers/workers-INSTANCE.sock",
	  FOR_GATEWAY, SETTING_ENDPOINT, FIELD(worker_endpoint) },
	{ "rpc-endpoint", "STUDYTRACKER_RPC_ENDPOINT", "", "endpoint for RPC clients; empty means none",
	  FOR_GATEWAY, SETTING_ENDPOINT, FIELD(rpc_endpoint) },
	{ "curve-secret-key-file", "STUDYTRACKER_CURVE_SECRET_KEY_FILE", "", "file with the program's own key pair for tcp:// endpoints, made by `study keys`, mode 0600; empty means none",
	  FOR_GATEWAY | FOR_WORKER, SETTING_TEXT, FIELD(curve_secret_key_file) },
	{ "curve-clients-file", "STUDYTRACKER_CURVE_CLIENTS_FILE", "", "file with the public keys that may connect to tcp:// endpoints, one per line; SIGHUP makes the gateway read it again",
	  FOR_GATEWAY, SETTING_TEXT, FIELD(curve_clients_file) },
	{ "curve-server-key", "STUDYTRACKER_CURVE_SERVER_KEY", "", "public key of the gateways at tcp:// endpoints",
	  FOR_WORKER, SETTING_TEXT, FIELD(curve_server_key) },
	{ "runtime-dir", "STUDYTRACKER_RUNTIME_DIR", "/run/studytracker", "directory of the sockets: workers/ for workers, rpc/ for RPC clients",
	  FOR_GATEWAY | FOR_WORKER, SETTING_TEXT, FIELD(runtime_dir) },
	{ "deadline-ms", "STUDYTRACKER_DEADLINE_MS", "5000", "milliseconds after which the response to a request is 504",
	  FOR_GATEWAY, SETTING_INT, .min = 10, .max = 600000, FIELD(deadline_ms) },
	{ "queue-max", "STUDYTRACKER_QUEUE_MAX", "10000", "maximum number of requests that wait for a worker; their responses together may have 50 times as many rows; the response to further requests is 503; searches and reports have their own queue of 64",
	  FOR_GATEWAY, SETTING_INT, .min = 1, .max = 1000000, FIELD(queue_max) },
	{ "connections-max", "STUDYTRACKER_CONNECTIONS_MAX", "10000", "maximum number of HTTP connections of a gateway; a further one replaces the longest idle one, or waits",
	  FOR_GATEWAY, SETTING_INT, .min = 1, .max = 1000000, FIELD(connections_max) },
	{ "connections-per-address", "STUDYTRACKER_CONNECTIONS_PER_ADDRESS", "1000", "maximum number of HTTP connections of one IPv4 address or IPv6 /64 network, except loopback; 0 means no limit, e.g. behind a proxy on another machine",
	  FOR_GATEWAY, SETTING_INT, .min = 0, .max = 1000000, FIELD(connections_per_address) },
	{ "bodies-max-mib", "STUDYTRACKER_BODIES_MAX_MIB", "256", "maximum MiB of the bodies of all HTTP requests in progress; the response to further requests is 503",
	  FOR_GATEWAY, SETTING_INT, .min = 1, .max = 65536, FIELD(bodies_max_mib) },
	{ "log-level", "STUDYTRACKER_LOG_LEVEL", "info", "error, warn, info or debug",
	  FOR_GATEWAY | FOR_WORKER, SETTING_CHOICE, .choices = log_levels, FIELD(log_level) },
	{ NULL, "STUDYTRACKER_DATA_DIR", "", "directory in which `./dev run` keeps its database; empty means the XDG data directory",
	  FOR_DEV, SETTING_TEXT, FIELD(data_dir) },
};

enum { SETTINGS_COUNT = sizeof settings_table / sizeof *settings_table };

static const struct {
	const char *flag, *help;
	enum settings_task task;
} task_table[] = {
	{ "help", "print this and exit", SETTINGS_HELP },
	{ "version", "print the version and exit", SETTINGS_VERSION },
	{ "settings-table", "print every setting as a Markdown table and exit", SETTINGS_TABLE },
};

enum { TASK_COUNT = sizeof task_table / sizeof *task_table };

const struct setting *settings_at(size_t index)
{
	return index < SETTINGS_COUNT ? &settings_table[index] : NULL;
}

/* The row whose flag is the first `len` bytes of `flag`. */
static const struct setting *row_of_flag(const char *flag, size_t len)
{
	for (const struct setting *row = settings_table; row < settings_table + SETTINGS_COUNT;
		row++)
		if (row->flag && strlen(row->flag) == len && memcmp(row->flag, flag, len) == 0)
			return row;
	return NULL;
}

static bool find_task(const char *arg, enum settings_task *task)
{
	for (int i = 0; i < TASK_COUNT; i++)
		if (strncmp(arg, "--", 2) == 0 && strcmp(arg + 2, task_table[i].flag) == 0) {
			*task = task_table[i].task;
			return true;
		}
	if (strcmp(arg, "-h") == 0) {
		*task = SETTINGS_HELP;
		return true;
	}
	return false;
}

/* Reads argv into one value per row; the last value of a flag wins. */
static enum status read_flags(
	enum settings_user user, int argc, char *const *argv, const char **values, struct fail *why)
{
	for (int i = 1; i < argc; i++) {
		const char *flag = argv[i] + 2;
		size_t len = strncmp(argv[i], "--", 2) == 0 ? strcspn(flag, "=") : 0;
		const struct setting *row = len ? row_of_flag(flag, len) : NULL;
		if (!row || !(row->used_by & user))
			return fail_set(why, ST_BAD_SETTING,
				"unknown argument \"%.80s\": see --help", argv[i]);
		const char *value = flag[len] == '=' ? flag + len + 1 : ++i < argc ? argv[i] : NULL;
		if (!value)
			return fail_set(
				why, ST_BAD_SETTING, "--%s needs a value: see --help", row->flag);
		values[row - settings_table] = value;
	}
	return ST_OK;
}

static struct setting_source source_of(const struct setting *row, const char *flag_value)
{
	struct setting_source from = { .row = row, .value = flag_value };
	(void)snprintf(from.name, sizeof from.name, "%s%s", flag_value ? "--" : "",
		flag_value ? row->flag : row->env);
	if (!from.value)
		from.value = getenv(row->env);
	if (!from.value || (!*from.value && !row->empty_is_value))
		from.value = row->fallback;
	return from;
}

/* Derives endpoints that are not set from other settings. */
static enum status derive(enum settings_user user, struct settings *s, struct fail *why)
{
	int made = snprintf(s->worker_endpoint_made, ENDPOINT_MAX,
		"ipc://%s/workers/workers-%" PRId64 ".sock", s->runtime_dir, s->instance);
	(void)snprintf(
		s->gateways_made, ENDPOINT_MAX, "ipc://%s/workers/workers-1.sock", s->runtime_dir);
	const char *given = user == FOR_GATEWAY ? s->worker_endpoint : s->gateways;
	if (!*given && made > IPC_ENDPOINT_MAX)
		return fail_field(why, ST_BAD_SETTING, "STUDYTRACKER_RUNTIME_DIR",
			"STUDYTRACKER_RUNTIME_DIR is too long for the path of a Unix socket: "
			"%.200s",
			s->runtime_dir);
	return ST_OK;
}

/* These pointers point into the struct itself, so they are set after it is copied to its place. */
static void point_at_derived(struct settings *s)
{
	if (!*s->worker_endpoint)
		s->worker_endpoint = s->worker_endpoint_made;
	if (!*s->gateways)
		s->gateways = s->gateways_made;
}

/* A program checks only the settings that it uses; the others keep their defaults. */
static enum status fill(
	enum settings_user user, const char **values, struct settings *s, struct fail *why)
{
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		const struct setting *row = &settings_table[i];
		struct setting_source from = source_of(row, values[i]);
		if (!(row->used_by & user))
			from.value = row->fallback;
		enum status st = setting_store(&from, (char *)s + row->offset, why);
		if (st != ST_OK)
			return st;
	}
	return derive(user, s, why);
}

enum status settings_load(enum settings_user user, int argc, char *const *argv,
	struct settings *into, enum settings_task *task, struct fail *why)
{
	enum settings_task named = SETTINGS_RUN;
	struct settings made = { 0 };
	const char *values[SETTINGS_COUNT] = { NULL };
	enum status st = ST_OK;
	for (int i = 1; i < argc && named == SETTINGS_RUN; i++)
		(void)find_task(argv[i], &named);
	if (named == SETTINGS_RUN) {
		st = read_flags(user, argc, argv, values, why);
		if (st == ST_OK)
			st = fill(user, values, &made, why);
		if (st != ST_OK)
			return st;
		*into = made;
		point_at_derived(into);
	}
	*task = named;
	return ST_OK;
}

static void print_help(enum settings_user user, const char *program, FILE *to)
{
	(void)fprintf(to,
		"usage: %s [--SETTING VALUE]...\n\nSettings, each a flag or an environment "
		"variable:\n",
		program);
	for (const struct setting *row = settings_table; row < settings_table + SETTINGS_COUNT;
		row++)
		if (row->flag && (row->used_by & user))
			(void)fprintf(to, "  --%-24s%s\n%28s%s%s%s%s\n", row->flag, row->env, "",
				row->help, *row->fallback ? " [" : "", row->fallback,
				*row->fallback ? "]" : "");
	(void)fputs("\n", to);
	for (int i = 0; i < TASK_COUNT; i++)
		(void)fprintf(to, "  --%-24s%s\n", task_table[i].flag, task_table[i].help);
	(void)fputs("\nA wrong setting ends the program with exit status 78.\n", to);
}

static void print_table(FILE *to)
{
	static const struct {
		enum settings_user user;
		const char *name;
	} users[] = { { FOR_GATEWAY, "gateway" }, { FOR_WORKER, "worker" }, { FOR_DEV, "dev" } };
	(void)fputs(
		"| variable | flag | default | used by | what it sets |\n|---|---|---|---|---|\n",
		to);
	for (const struct setting *row = settings_table; row < settings_table + SETTINGS_COUNT;
		row++) {
		const char *quote = *row->fallback ? "`" : "";
		(void)fprintf(to, row->flag ? "| `%s` | `--%s` | " : "| `%s` | %s | ", row->env,
			row->flag ? row->flag : "");
		(void)fprintf(to, "%s%s%s | ", quote, row->fallback, quote);
		const char *between = "";
		for (size_t i = 0; i < sizeof users / sizeof *users; i++)
			if (row->used_by & users[i].user) {
				(void)fprintf(to, "%s%s", between, users[i].name);
				between = ", ";
			}
		(void)fprintf(to, " | %s |\n", row->help);
	}
}

void settings_print(enum settings_task task, enum settings_user user, const char *program, FILE *to)
{
	if (task == SETTINGS_VERSION)
		(void)fprintf(to, "%s %s\n", program, STUDYTRACKER_VERSION);
	else if (task == SETTINGS_TABLE)
		print_table(to);
	else
		print_help(user, program, to);
}

static bool is_known(const char *name, size_t len)
{
	for (const struct setting *row = settings_table; row < settings_table + SETTINGS_COUNT;
		row++)
		if (strlen(row->env) == len && memcmp(row->env, name, len) == 0)
			return true;
	return false;
}

void settings_warn_unknown(void (*on_unknown)(const char *name))
{
	static const char prefix[] = "STUDYTRACKER_";
	for (char **variable = environ; *variable; variable++) {
		size_t len = strcspn(*variable, "=");
		if (strncmp(*variable, prefix, sizeof prefix - 1) != 0 || is_known(*variable, len))
			continue;
		char name[80];
		(void)snprintf(name, sizeof name, "%.*s", (int)len, *variable);
		on_unknown(name);
	}
}
