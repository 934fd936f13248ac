/* studytracker-worker: runs the requests of gateways in PostgreSQL. */
#include "common/log.h"
#include "common/settings_tasks.h"
#include "common/settings_warn.h"
#include "worker/database_password.h"
#include "worker/worker.h"

static void on_warning(const char *text)
{
	log_warn("%s", text);
}

static int run(struct worker *worker)
{
	struct fail why = { 0 };
	int exit_status = SERVICE_EXIT_FAILED;
	enum status st = log_open(worker->settings.log_level, &why);
	if (st == ST_OK)
		st = log_set_format(worker->settings.log_format, &why);
	if (st == ST_OK) {
		if (*worker->settings.env_file)
			log_info("settings file: %s", worker->settings.env_file);
		settings_warn(&worker->settings, on_warning);
		st = settings_export(&worker->settings, "PG"); /* for libpq */
	}
	if (st == ST_OK)
		st = database_password_export(&worker->settings, &why);
	if (st == ST_OK)
		st = worker_open(worker, &why);
	if (st == ST_OK)
		exit_status = worker_run(worker);
	else
		log_with(LOG_ERROR, &(struct log_fields){ .event = LOG_EVENT_NOT_STARTED },
			"not started: %s", fail_text(&why, st));
	worker_close(worker);
	return st == ST_BAD_SETTING ? SERVICE_EXIT_SETTING : exit_status;
}

int main(int argc, char **argv)
{
	struct worker worker = { 0 };
	struct fail why = { 0 };
	enum settings_task task;
	int exit_status = 0;
	enum status st = settings_load(FOR_WORKER, argc, argv, &worker.settings, &task, &why);
	if (st == ST_OK && settings_task_checks(task))
		st = worker_check(&worker.settings, &why);
	if (st != ST_OK) {
		log_with(LOG_ERROR, &(struct log_fields){ .event = LOG_EVENT_NOT_STARTED },
			"not started: %s", fail_text(&why, st));
		settings_fini(&worker.settings);
		return SERVICE_EXIT_SETTING;
	}
	if (task == SETTINGS_RUN)
		exit_status = run(&worker);
	else
		settings_print(&worker.settings, task, "studytracker-worker", stdout);
	settings_fini(&worker.settings);
	return exit_status;
}
