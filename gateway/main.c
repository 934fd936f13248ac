/* studytracker-gateway: serves HTTP clients, RPC clients and workers. */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/settings_tasks.h"
#include "common/settings_warn.h"
#include "gateway/gateway.h"
#include "gateway/route_introspection.h"
#include "gateway/route_table.h"

static void on_warning(const char *text)
{
	log_warn("%s", text);
}

static int print_routes(void)
{
	struct route_index routes;
	struct buf out = { 0 };
	struct fail why = { 0 };
	enum status st = route_index_init(&routes, &route_table, &why);
	if (st != ST_OK) {
		log_error("no routes: %s", fail_text(&why, st));
		return SERVICE_EXIT_FAILED;
	}
	route_introspection_put(&routes, &out);
	route_index_fini(&routes);
	bool is_printed = !out.failed && fwrite(out.bytes, out.len, 1, stdout) == 1;
	buf_fini(&out);
	return is_printed ? 0 : SERVICE_EXIT_FAILED;
}

static int run(struct gateway *gateway)
{
	struct fail why = { 0 };
	int exit_status = SERVICE_EXIT_FAILED;
	enum status st = log_open(gateway->settings.log_level, &why);
	if (st == ST_OK)
		st = log_set_format(gateway->settings.log_format, &why);
	if (st == ST_OK) {
		if (*gateway->settings.env_file)
			log_info("settings file: %s", gateway->settings.env_file);
		settings_warn(&gateway->settings, on_warning);
		st = gateway_open(gateway, &why);
	}
	if (st == ST_OK)
		exit_status = gateway_run(gateway);
	else
		log_with(LOG_ERROR, &(struct log_fields){ .event = LOG_EVENT_NOT_STARTED },
			"not started: %s", fail_text(&why, st));
	gateway_close(gateway);
	return st == ST_BAD_SETTING ? SERVICE_EXIT_SETTING : exit_status;
}

int main(int argc, char **argv)
{
	struct gateway gateway = { 0 };
	struct fail why = { 0 };
	enum settings_task task;
	int exit_status = 0;
	if (argc == 2 && strcmp(argv[1], "--routes") == 0)
		return print_routes();
	enum status st = settings_load(FOR_GATEWAY, argc, argv, &gateway.settings, &task, &why);
	if (st == ST_OK && settings_task_checks(task))
		st = gateway_check(&gateway.settings, &why);
	if (st != ST_OK) {
		log_with(LOG_ERROR, &(struct log_fields){ .event = LOG_EVENT_NOT_STARTED },
			"not started: %s", fail_text(&why, st));
		settings_fini(&gateway.settings);
		return SERVICE_EXIT_SETTING;
	}
	if (task == SETTINGS_RUN)
		exit_status = run(&gateway);
	else
		settings_print(&gateway.settings, task, "studytracker-gateway", stdout);
	settings_fini(&gateway.settings);
	return exit_status;
}
