#include "gateway/reload.h"

#include "common/log.h"

static void reload_clients(struct gateway *g)
{
	struct fail why = { 0 };
	enum status st = curve_reload(g->curve, &why);
	if (st != ST_OK)
		log_error(
			"the clients file was not read again: %s: the keys from before may connect",
			fail_text(&why, st));
	else
		log_info("the clients file was read again: %zu keys may connect",
			curve_client_count(g->curve));
}

static void reload_secret(struct gateway *g)
{
	struct fail why = { 0 };
	enum status st = jwt_secret_reload(g->secret, &why);
	if (st != ST_OK)
		log_error("the secret of tokens was not read again: %s: the one from before "
			  "counts",
			fail_text(&why, st));
}

static void on_ignored(const char *env)
{
	log_warn("%s has changed: it counts after a restart", env);
}

/* What may change while the gateway runs: the rows of the table with `reloads`. The texts of the
 * reload before belong to its settings, so these live until the next one. */
static void reload_settings(struct gateway *g)
{
	struct settings fresh = { 0 };
	struct fail why = { 0 };
	enum status st = settings_reload(&g->settings, &fresh, on_ignored, &why);
	if (st == ST_OK)
		st = log_open(fresh.log_level, &why);
	if (st != ST_OK) {
		settings_fini(&fresh);
		log_error("the settings were not read again: %s: those from before count",
			fail_text(&why, st));
		return;
	}
	settings_fini(&g->reloaded);
	g->reloaded = fresh;
	api_reload(&g->api, &g->reloaded);
	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_RELOADED },
		"the settings were read again");
}

void reload_all(struct gateway *g)
{
	reload_settings(g);
	reload_clients(g);
	if (g->secret)
		reload_secret(g);
}
