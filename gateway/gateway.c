#include "gateway/gateway.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/crypto.h"
#include "common/log.h"
#include "common/socket.h"
#include "gateway/reload.h"
#include "version.h"

enum { REFUSED_LOG_MS = 1000, REFUSED_AGAIN_LOG_MS = 60000 };

/* Differs from that of every earlier run: responses to another run's requests are dropped. */
static int64_t epoch_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void on_drained(void *arg)
{
	struct gateway *g = arg;
	if (--g->draining == 0)
		service_stop(g->service);
}

static void on_edge_drained(void *arg)
{
	struct gateway *g = arg;
	struct edge_counts counts = edge_counts(g->edge);
	if (counts.cut_requests || counts.cut_responses)
		log_warn("cut off while stopping: %llu requests without a response, %llu responses "
			 "that were not read",
			(unsigned long long)counts.cut_requests,
			(unsigned long long)counts.cut_responses);
	on_drained(g);
}

static void on_stop(void *arg)
{
	struct gateway *g = arg;
	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_STOPPING },
		"stopping: finishing what is in flight");
	if (!g->edge) {
		service_stop(g->service);
		return;
	}
	g->draining = g->rpc ? 2 : 1;
	edge_drain(g->edge, on_edge_drained, g);
	if (g->rpc)
		rpc_drain(g->rpc, on_drained, g);
}

/* A refused peer connects again every five seconds, when its handshake times out, and never stops.
 * The log must not fill the disk. */
static void on_refused(void *arg, const char *key, const char *address)
{
	struct gateway *g = arg;
	uint64_t now_ms = service_now_ms();
	bool is_known = strcmp(key, g->refused_key) == 0;
	uint64_t quiet_ms = is_known ? REFUSED_AGAIN_LOG_MS : REFUSED_LOG_MS;
	if (g->refused_logged_ms && now_ms - g->refused_logged_ms < quiet_ms)
		return;
	g->refused_logged_ms = now_ms;
	(void)snprintf(g->refused_key, sizeof g->refused_key, "%s", key);
	log_warn("a connection from %s is refused: its key is not allowed there: %s", address, key);
}

static void on_reload(void *arg)
{
	reload_all(arg);
}

static enum status share_descriptors(struct gateway *g, struct fail *why)
{
	struct descriptors *d = &g->descriptors;
	size_t wanted = (size_t)g->settings.connections_max;
	enum status st = descriptors_share(descriptors_raise(), wanted, d, why);
	if (st != ST_OK)
		return st;
	if (d->http_max < wanted)
		log_warn("%zu open files are allowed and %zu are kept in reserve: at most %zu HTTP "
			 "connections, not %zu",
			d->limit, d->reserve, d->http_max, wanted);
	else
		log_info(
			"at most %zu HTTP connections: %zu open files are allowed, %zu are kept in "
			"reserve",
			d->http_max, d->limit, d->reserve);
	return ST_OK;
}

static enum status open_hub(struct gateway *g, struct fail *why)
{
	struct curve_options keys = {
		.key_file = g->settings.curve_secret_key_file,
		.clients_file = g->settings.curve_clients_file,
	};
	enum status st = curve_open(&g->curve, &keys, why);
	if (st == ST_OK)
		st = socket_hub_open(&g->hub, service_base(g->service), why);
	if (st != ST_OK)
		return st;
	struct socket_security security = { g->curve, on_refused, g };
	return socket_hub_secure(g->hub, &security, why);
}

/* Without accounts, the tokens of log-ins need not last longer than the gateway. */
static struct jwt_secret_options secret_options(const struct settings *s)
{
	return (struct jwt_secret_options){
		.secret = s->jwt_secret,
		.previous = s->jwt_previous_secret,
		.file = s->jwt_secret_file,
		.may_forget = !settings_have_accounts(s),
	};
}

static struct identity_options identity_options(const struct settings *s)
{
	return (struct identity_options){
		.issuer = s->oidc_issuer,
		.audience = s->oidc_audience,
		.jwks_file = s->oidc_jwks_file,
	};
}

enum status gateway_check(const struct settings *s, struct fail *why)
{
	struct jwt_secret_options secret = secret_options(s);
	struct identity_options identity = identity_options(s);
	enum status st = jwt_secret_check(&secret, why);
	return st == ST_OK ? identity_check(&identity, why) : st;
}

static enum status open_secret(struct gateway *g, struct fail *why)
{
	struct jwt_secret_options options = secret_options(&g->settings);
	enum status st = crypto_init(why);
	return st == ST_OK ? jwt_secret_open(&g->secret, &options, why) : st;
}

static enum status open_identity(struct gateway *g, struct fail *why)
{
	struct identity_options options = identity_options(&g->settings);
	return identity_open(&g->identity, &options, why);
}

static enum status open_authenticator(struct gateway *g, struct fail *why)
{
	struct authenticator_options options = {
		.workers = g->workers,
		.secret = g->secret,
		.identity = g->identity,
		.is_required = settings_have_accounts(&g->settings),
		.registers = strcmp(g->settings.oidc_registration, "open") == 0,
		.deadline_ms = g->settings.deadline_ms,
	};
	enum status st = authenticator_new(&g->authenticator, &options, why);
	if (st == ST_OK)
		authenticator_add_counters(g->authenticator, &g->counters);
	return st;
}

static enum status open_accounts(struct gateway *g, struct fail *why)
{
	enum status st = open_secret(g, why);
	if (st == ST_OK)
		st = open_identity(g, why);
	return st == ST_OK ? open_authenticator(g, why) : st;
}

static enum status open_api(struct gateway *g, struct fail *why)
{
	enum status st = api_init(&g->api, &g->settings, g->workers, why);
	g->api.secret = g->secret;
	g->api.limits = g->limits;
	g->api.authenticator = authenticator_interface(g->authenticator);
	return st;
}

static enum status open_workers(struct gateway *g, struct fail *why)
{
	struct workers_options options = {
		.endpoint = g->settings.worker_endpoint,
		.epoch = epoch_now(),
		.queue_max = (size_t)g->settings.queue_max,
		.peers_max = g->descriptors.peers_max,
		.version = STUDYTRACKER_VERSION,
	};
	enum status st = workers_open(&g->workers, g->hub, service_base(g->service), &options, why);
	if (st == ST_OK)
		workers_add_counters(g->workers, &g->counters);
	return st;
}

static enum status open_rpc(struct gateway *g, struct fail *why)
{
	struct rpc_options options = {
		.endpoint = g->settings.rpc_endpoint,
		.workers = g->workers,
		.limits = g->limits,
		.authenticator = authenticator_interface(g->authenticator),
		.counters = &g->counters,
		.http_requests = &g->api.requests,
		.logs_requests = &g->api.logs_requests,
		.is_registration_open = strcmp(g->settings.registration, "open") == 0,
		.deadline_ms = g->settings.deadline_ms,
		.peers_max = g->descriptors.peers_max,
	};
	if (!*options.endpoint)
		return ST_OK;
	enum status st = rpc_open(&g->rpc, g->hub, service_base(g->service), &options, why);
	if (st == ST_OK)
		rpc_add_counters(g->rpc, &g->counters);
	return st;
}

static enum status open_edge(struct gateway *g, struct fail *why)
{
	struct edge_options options = {
		.host = g->settings.api_host,
		.port = (int)g->settings.api_port,
		.connections_max = (int)g->descriptors.http_max,
		.connections_per_address = (int)g->settings.connections_per_address,
		.bodies_max = (size_t)g->settings.bodies_max_mib << 20,
		.on_head = api_on_head,
		.on_request = api_on_request,
		.format_error = api_format_error,
		.free_connection_data = api_free_connection_data,
		.arg = &g->api,
	};
	enum status st = edge_open(&g->edge, service_base(g->service), &options, why);
	if (st != ST_OK)
		return st;
	edge_add_counters(g->edge, &g->counters);
	limits_add_counters(g->limits, &g->counters);
	return ST_OK;
}

static const char is_open[] =
	"other machines reach %s: set STUDYTRACKER_AUTH=on so that each request needs credentials, "
	"STUDYTRACKER_AUTH=off to let everybody read and change everything, or API_HOST=127.0.0.1 "
	"(or the socket unit's ListenStream=) to serve this machine only";

/* Without accounts, everybody who reaches the port can read and change everything. An endpoint for
 * RPC clients needs no check here: if other machines reach it, it has keys (common/socket.h). */
static enum status check_auth(const struct gateway *g, const union address *bound, struct fail *why)
{
	struct buf url = { 0 };
	enum status st = ST_OK;
	if (settings_have_accounts(&g->settings) || address_is_local(bound))
		return ST_OK;
	address_put_url(&url, bound);
	buf_byte(&url, '\0');
	if (url.failed)
		st = ST_NO_MEMORY;
	else if (strcmp(g->settings.auth, "off") != 0)
		st = fail_set(why, ST_BAD_SETTING, is_open, url.bytes);
	else
		log_warn("STUDYTRACKER_AUTH is off: everybody who reaches %s can read and change "
			 "everything",
			url.bytes);
	buf_fini(&url);
	return st;
}

/* They depend on the bound address, which systemd may have passed. */
static enum status set_access_rules(struct gateway *g, struct fail *why)
{
	union address bound = edge_address(g->edge);
	bool is_private = address_is_local(&bound) && !settings_have_accounts(&g->settings);
	g->api.access.checks_hosts = is_private || *g->settings.hosts;
	return check_auth(g, &bound, why);
}

/* Each gateway of a machine has its own port, because each has its own numbers. */
static int metrics_port(const struct settings *s)
{
	return s->metrics_port ? (int)(s->metrics_port + s->instance - 1) : 0;
}

static void warn_of_readers(const struct metrics *m)
{
	struct buf url = { 0 };
	union address at = metrics_address(m);
	address_put_url(&url, &at);
	if (!address_is_local(&at))
		log_warn(
			"everybody who reaches %.*s can read the metrics", (int)url.len, url.bytes);
	buf_fini(&url);
}

/* The port of a copy that nobody has configured may be taken: the copy serves, without metrics. */
static enum status open_metrics(struct gateway *g, struct fail *why)
{
	struct metrics_options options = { .host = g->settings.metrics_host,
		.port = metrics_port(&g->settings),
		.hosts = g->settings.hosts,
		.sources = { .api = &g->api,
			.workers = g->workers,
			.counters = &g->counters,
			.rpc = g->rpc ? rpc_metrics(g->rpc) : NULL } };
	if (!*options.host)
		return ST_OK;
	enum status st = metrics_open(&g->metrics, service_base(g->service), &options, why);
	if (st == ST_OK)
		warn_of_readers(g->metrics);
	if (st != ST_SYSTEM)
		return st;
	if (settings_is_set(&g->settings, "STUDYTRACKER_METRICS_HOST")
		|| settings_is_set(&g->settings, "STUDYTRACKER_METRICS_PORT"))
		return fail_wrap(why, st, "STUDYTRACKER_METRICS_HOST and _PORT");
	log_warn("metrics are not served: %s: STUDYTRACKER_METRICS_PORT can set another port",
		why->text);
	return ST_OK;
}

enum status gateway_open(struct gateway *g, struct fail *why)
{
	enum status st = service_open(&g->service, on_stop, g, why);
	if (st != ST_OK)
		return st;
	service_on_reload(g->service, on_reload);
	st = limits_open(&g->limits, &g->settings, why);
	if (st == ST_OK)
		st = share_descriptors(g, why);
	if (st == ST_OK)
		st = open_hub(g, why);
	if (st == ST_OK)
		st = open_workers(g, why);
	if (st == ST_OK)
		st = open_accounts(g, why);
	if (st == ST_OK)
		st = open_rpc(g, why);
	if (st != ST_OK)
		return st;
	st = open_api(g, why);
	if (st == ST_OK)
		st = open_edge(g, why);
	if (st == ST_OK)
		st = set_access_rules(g, why);
	return st == ST_OK ? open_metrics(g, why) : st;
}

/* The bound addresses: settings may leave the port or the address open, and systemd may pass a
 * socket. */
static void log_endpoints(const struct gateway *g)
{
	struct buf url = { 0 };
	union address at = edge_address(g->edge);
	address_put_url(&url, &at);
	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_STARTED },
		"gateway %s listens at %.*s, workers at %s", STUDYTRACKER_VERSION, (int)url.len,
		url.bytes, workers_endpoint(g->workers));
	if (g->rpc)
		log_info("RPC clients at %s", rpc_endpoint(g->rpc));
	if (g->metrics) {
		buf_clear(&url);
		at = metrics_address(g->metrics);
		address_put_url(&url, &at);
		log_info("metrics at %.*s/metrics", (int)url.len, url.bytes);
	}
	buf_fini(&url);
}

int gateway_run(struct gateway *g)
{
	service_ready(g->service);
	log_endpoints(g);
	int exit_status = service_run(g->service);
	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_STOPPED }, "stopped");
	return exit_status;
}

void gateway_close(struct gateway *g)
{
	metrics_free(&g->metrics);
	edge_free(&g->edge);
	api_fini(&g->api);
	rpc_free(&g->rpc);
	authenticator_free(&g->authenticator);
	workers_free(&g->workers);
	limits_free(&g->limits);
	socket_hub_free(&g->hub);
	curve_free(&g->curve);
	identity_free(&g->identity);
	jwt_secret_free(&g->secret);
	settings_fini(&g->reloaded);
	service_free(&g->service);
}
