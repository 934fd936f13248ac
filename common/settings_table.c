#include "common/settings_table.h"

#include <string.h>

#define FIELD(name) .offset = offsetof(struct settings, name)

static const char *const environments[] = { "", "development", "testing", "production", NULL };

/* Of the service that this one replaces, strongest first. */
static const char *const origin_aliases[] = { "CORS_ALLOWED_ORIGINS", NULL };
static const char *const environment_aliases[] = { "APP_CONFIG", "FLASK_ENV", NULL };

static const char *const log_levels[] = { "error", "warn", "info", "debug", NULL };

static const char *const log_formats[] = { "auto", "text", "json", "journal", NULL };

static const char *const auth_modes[] = { "", "off", "on", NULL };

static const char *const registrations[] = { "closed", "open", NULL };

static const struct setting settings_table[] = {
	{ "env", "STUDYTRACKER_ENV", "", "development (reads .env of the working directory if there is one), testing (reads .env.testing), production (reads no file and refuses secrets that are widely known) or empty (reads no file)",
	  FOR_GATEWAY | FOR_WORKER | FOR_DEV, SETTING_CHOICE, .choices = environments, .aliases = environment_aliases, FIELD(environment) },
	{ "env-file", "STUDYTRACKER_ENV_FILE", "", "settings file to read instead of that of the environment; its lines are NAME=VALUE; variables and flags override it",
	  FOR_GATEWAY | FOR_WORKER | FOR_DEV, SETTING_TEXT, .never_in_file = true, FIELD(env_file) },
	{ "host", "API_HOST", "127.0.0.1", "address that the gateway listens on; 0.0.0.0 or :: means every network",
	  FOR_GATEWAY | FOR_DEV, SETTING_TEXT, FIELD(api_host) },
	{ "port", "API_PORT", "22112", "port that the gateway listens on; 0 means any free port",
	  FOR_GATEWAY | FOR_DEV, SETTING_INT, .min = 0, .max = 65535, FIELD(api_port) },
	{ "metrics-host", "STUDYTRACKER_METRICS_HOST", "127.0.0.1", "address that GET /metrics listens on, without credentials; empty means no metrics",
	  FOR_GATEWAY, SETTING_TEXT, .empty_is_value = true, FIELD(metrics_host) },
	{ "metrics-port", "STUDYTRACKER_METRICS_PORT", "22121", "port of GET /metrics for the gateway with STUDYTRACKER_INSTANCE 1; each further instance has the next port; 0 means any free port",
	  FOR_GATEWAY, SETTING_INT, .min = 0, .max = 64536, FIELD(metrics_port) },
	{ "app-name", "APP_NAME", "DevOps Study Tracker", "name in the response to GET /",
	  FOR_GATEWAY, SETTING_TEXT, FIELD(app_name) },
	{ "cors-allow-origins", "CORS_ALLOW_ORIGINS", "loopback", "origins (SCHEME://HOST[:PORT]) whose pages may send requests: `*` or a comma-separated list; `loopback` in the list means every origin of this machine; empty means none; with accounts the default is `*`; CORS_ALLOWED_ORIGINS of the earlier service counts if this is not set",
	  FOR_GATEWAY, SETTING_ORIGINS, .empty_is_value = true, .aliases = origin_aliases, .reloads = true, FIELD(cors_origins) },
	{ "cors-allow-methods", "CORS_ALLOW_METHODS", "*", "methods that these pages may use: `*` or a comma-separated list",
	  FOR_GATEWAY, SETTING_TOKENS, .empty_is_value = true, .reloads = true, FIELD(cors_methods) },
	{ "cors-allow-headers", "CORS_ALLOW_HEADERS", "*", "header fields that these pages may send: `*` or a comma-separated list",
	  FOR_GATEWAY, SETTING_TOKENS, .empty_is_value = true, .reloads = true, FIELD(cors_headers) },
	{ "cors-allow-credentials", "CORS_ALLOW_CREDENTIALS", "true", "whether these pages may send cookies; those that only `*` allows never may",
	  FOR_GATEWAY, SETTING_BOOL, .reloads = true, FIELD(cors_credentials) },
	{ "hosts", "STUDYTRACKER_HOSTS", "", "host names that the gateway serves besides those of this machine, comma-separated; empty on an address that other machines can reach means every name",
	  FOR_GATEWAY, SETTING_HOSTS, FIELD(hosts) },
	{ "auth", "STUDYTRACKER_AUTH", "", "`on` (each request needs credentials), `off` (a request without credentials belongs to account 1) or empty (off; the gateway then starts only if other machines cannot reach it)",
	  FOR_GATEWAY | FOR_DEV, SETTING_CHOICE, .choices = auth_modes, FIELD(auth) },
	{ "registration", "STUDYTRACKER_REGISTRATION", "closed", "whether everybody may create an account (`open`) or admins only (`closed`)",
	  FOR_GATEWAY, SETTING_CHOICE, .choices = registrations, FIELD(registration) },
	{ "jwt-secret-key", "JWT_SECRET_KEY", "", "secret that signs the tokens of log-ins, at least 32 bytes; empty means that of STUDYTRACKER_JWT_SECRET_FILE; other users can see a flag, so use the variable",
	  FOR_GATEWAY, SETTING_TEXT, .secret = SECRET_WHOLE, FIELD(jwt_secret) },
	{ "jwt-previous-secret-key", "JWT_PREVIOUS_SECRET_KEY", "", "the secret before that one, whose tokens stay valid; empty means none",
	  FOR_GATEWAY, SETTING_TEXT, .secret = SECRET_WHOLE, FIELD(jwt_previous_secret) },
	{ "jwt-secret-file", "STUDYTRACKER_JWT_SECRET_FILE", "", "file with that secret, and in a second line the one before it, mode 0600; created if it does not exist; empty means the credential studytracker.jwt-secret of systemd, else jwt-secret in the directory of systemd's STATE_DIRECTORY or in /var/lib/studytracker",
	  FOR_GATEWAY, SETTING_TEXT, .credential = "studytracker.jwt-secret", FIELD(jwt_secret_file) },
	{ "access-token-s", "STUDYTRACKER_ACCESS_TOKEN_S", "3600", "seconds for which an access token is valid",
	  FOR_GATEWAY, SETTING_INT, .min = 10, .max = 86400, FIELD(access_token_s) },
	{ "refresh-token-s", "STUDYTRACKER_REFRESH_TOKEN_S", "2592000", "seconds for which a refresh token or a session of a browser is valid",
	  FOR_GATEWAY, SETTING_INT, .min = 60, .max = 31536000, FIELD(refresh_token_s) },
	{ "oidc-issuer", "STUDYTRACKER_OIDC_ISSUER", "", "issuer (`iss`) of an identity provider whose tokens are accepted; empty means none",
	  FOR_GATEWAY, SETTING_TEXT, FIELD(oidc_issuer) },
	{ "oidc-audience", "STUDYTRACKER_OIDC_AUDIENCE", "", "audience (`aud`) that these tokens must have",
	  FOR_GATEWAY, SETTING_TEXT, FIELD(oidc_audience) },
	{ "oidc-jwks-file", "STUDYTRACKER_OIDC_JWKS_FILE", "", "file with the public keys of the identity provider (JWKS, RFC 7517); it is read again when it changes",
	  FOR_GATEWAY, SETTING_TEXT, FIELD(oidc_jwks_file) },
	{ "oidc-registration", "STUDYTRACKER_OIDC_REGISTRATION", "closed", "whether the first token of a person creates the account (`open`) or not (`closed`)",
	  FOR_GATEWAY, SETTING_CHOICE, .choices = registrations, FIELD(oidc_registration) },
	{ "trusted-proxies", "STUDYTRACKER_TRUSTED_PROXIES", "", "addresses and networks, comma-separated, of the proxies whose Forwarded or X-Forwarded-For is believed; `unix` in the list means those that connect to a Unix socket",
	  FOR_GATEWAY, SETTING_NETWORKS, FIELD(trusted_proxies) },
	{ "rate-account", "STUDYTRACKER_RATE_ACCOUNT", "", "maximum requests of an account, as COUNT/SECONDS; 0 means no limit; empty means 1200/60 with accounts, else no limit",
	  FOR_GATEWAY, SETTING_RATE, FIELD(rate_account) },
	{ "rate-address", "STUDYTRACKER_RATE_ADDRESS", "", "maximum requests without valid credentials of an IPv4 address or IPv6 /64 network; empty means 300/60 with accounts, else no limit",
	  FOR_GATEWAY, SETTING_RATE, FIELD(rate_address) },
	{ "rate-login-account", "STUDYTRACKER_RATE_LOGIN_ACCOUNT", "", "maximum log-ins, also failed ones, with one user name; empty means 100/300 with accounts, else no limit",
	  FOR_GATEWAY, SETTING_RATE, FIELD(rate_login_account) },
	{ "rate-login-address", "STUDYTRACKER_RATE_LOGIN_ADDRESS", "", "maximum log-ins, also failed ones, of an address or network; empty means 10/300 with accounts, else no limit",
	  FOR_GATEWAY, SETTING_RATE, FIELD(rate_login_address) },
	{ "database-url", "DATABASE_URL", "", "PostgreSQL URL or connection string, with one or more hosts; empty means the PG* variables; other users can see a flag, so put no password in it",
	  FOR_WORKER | FOR_DEV, SETTING_TEXT, .secret = SECRET_IN_URL, FIELD(database_url) },
	{ "standby-url", "STUDYTRACKER_STANDBY_URL", "", "PostgreSQL URL or connection string of a standby of that database, which runs short reads; they run on the primary while it is away or behind; every worker must have the same setting; empty means none",
	  FOR_WORKER, SETTING_TEXT, .secret = SECRET_IN_URL, FIELD(standby_url) },
	{ "database-password-file", "STUDYTRACKER_DATABASE_PASSWORD_FILE", "", "file with the password of the database in its first line, mode 0600, if DATABASE_URL and PGPASSWORD have none; empty means the credential studytracker.database-password of systemd, else none",
	  FOR_WORKER, SETTING_TEXT, .credential = "studytracker.database-password", FIELD(database_password_file) },
	{ "time-zone", "STUDYTRACKER_TIME_ZONE", "UTC", "time zone of accounts that have not set one, e.g. Europe/Berlin",
	  FOR_WORKER, SETTING_TIME_ZONE, FIELD(time_zone) },
	{ "gateways", "STUDYTRACKER_GATEWAYS", "", "endpoints of the gateways that the worker connects to, comma-separated; a path may contain `*`, which means every socket that matches, also of gateways that start later; empty means ipc://RUNTIME_DIR/workers/workers-*.sock",
	  FOR_WORKER, SETTING_ENDPOINTS, FIELD(gateways) },
	{ "credit", "STUDYTRACKER_CREDIT", "256", "maximum number of requests that one gateway may have in flight at one worker",
	  FOR_WORKER, SETTING_INT, .min = 1, .max = 4096, FIELD(credit) },
	{ "instance", "STUDYTRACKER_INSTANCE", "1", "number of this gateway on its machine",
	  FOR_GATEWAY, SETTING_INT, .min = 1, .max = 999, FIELD(instance) },
	{ "worker-endpoint", "STUDYTRACKER_WORKER_ENDPOINT", "", "endpoint for workers; empty means ipc://RUNTIME_DIR/workers/workers-INSTANCE.sock",
	  FOR_GATEWAY, SETTING_ENDPOINT, FIELD(worker_endpoint) },
	{ "rpc-endpoint", "STUDYTRACKER_RPC_ENDPOINT", "", "endpoint for RPC clients; empty means none",
	  FOR_GATEWAY, SETTING_ENDPOINT, FIELD(rpc_endpoint) },
	{ "curve-secret-key-file", "STUDYTRACKER_CURVE_SECRET_KEY_FILE", "", "file with the program's own key pair for tcp:// endpoints, made by `study keys`, mode 0600; empty means the credential studytracker.curve-key of systemd, else none",
	  FOR_GATEWAY | FOR_WORKER, SETTING_TEXT, .credential = "studytracker.curve-key", FIELD(curve_secret_key_file) },
	{ "curve-clients-file", "STUDYTRACKER_CURVE_CLIENTS_FILE", "", "file with the public keys that may connect to tcp:// endpoints, one per line; SIGHUP makes the gateway read it again",
	  FOR_GATEWAY, SETTING_TEXT, FIELD(curve_clients_file) },
	{ "curve-server-key", "STUDYTRACKER_CURVE_SERVER_KEY", "", "public key of the gateways at tcp:// endpoints",
	  FOR_WORKER, SETTING_TEXT, FIELD(curve_server_key) },
	{ "password-memory-mib", "STUDYTRACKER_PASSWORD_MEMORY_MIB", "19", "MiB of memory that hashing a password takes (Argon2id); at most 512, because the units give a worker 1 GiB in all; hashes with less are renewed at the next log-in",
	  FOR_WORKER, SETTING_INT, .min = 8, .max = 512, FIELD(password_memory_mib) },
	{ "password-passes", "STUDYTRACKER_PASSWORD_PASSES", "2", "passes over that memory",
	  FOR_WORKER, SETTING_INT, .min = 1, .max = 20, FIELD(password_passes) },
	{ "password-list", "STUDYTRACKER_PASSWORD_LIST", "/usr/share/john/password.lst", "file of widely known passwords, one per line, which are refused; empty means none",
	  FOR_WORKER, SETTING_TEXT, .empty_is_value = true, FIELD(password_list) },
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
	  FOR_GATEWAY | FOR_WORKER, SETTING_CHOICE, .choices = log_levels, .reloads = true, FIELD(log_level) },
	{ "log-format", "STUDYTRACKER_LOG_FORMAT", "auto", "form of the log on standard error: `text`, `json` (an object per line, e.g. in a container), `journal` (entries with fields) or `auto` (journal under systemd, else text)",
	  FOR_GATEWAY | FOR_WORKER, SETTING_CHOICE, .choices = log_formats, FIELD(log_format) },
	{ "access-log", "STUDYTRACKER_ACCESS_LOG", "false", "whether the log has a line for each request: method, path without query, status, microseconds and request id",
	  FOR_GATEWAY, SETTING_BOOL, .reloads = true, FIELD(access_log) },
	{ NULL, "STUDYTRACKER_DATA_DIR", "", "directory in which `./dev run` keeps its database; empty means the XDG data directory",
	  FOR_DEV, SETTING_TEXT, FIELD(data_dir) },
};

enum { SETTINGS_COUNT = sizeof settings_table / sizeof *settings_table };

_Static_assert((size_t)SETTINGS_COUNT <= SETTINGS_MAX, "struct settings has a source for each row");

const struct setting *settings_at(size_t index)
{
	return index < SETTINGS_COUNT ? &settings_table[index] : NULL;
}

size_t settings_index(const struct setting *row)
{
	return (size_t)(row - settings_table);
}

static bool has_name(const struct setting *row, struct span name)
{
	if (span_is(name, row->env))
		return true;
	for (const char *const *alias = row->aliases; alias && *alias; alias++)
		if (span_is(name, *alias))
			return true;
	return false;
}

const struct setting *settings_of_variable(struct span name)
{
	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		if (has_name(&settings_table[i], name))
			return &settings_table[i];
	return NULL;
}

const struct setting *settings_of_flag(struct span name)
{
	for (size_t i = 0; i < SETTINGS_COUNT; i++)
		if (settings_table[i].flag && span_is(name, settings_table[i].flag))
			return &settings_table[i];
	return NULL;
}
