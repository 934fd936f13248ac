/* studytracker-worker: runs the requests of gateways in PostgreSQL. */
#include "common/log.h"
#include "worker/worker.h"

static void on_unknown(const char *name)
{
	log_warn("%s is no setting of StudyTracker: ignored", name);
}

int main(int argc, char **argv)
{
	struct worker worker = { 0 };
	struct fail why = { 0 };
	enum settings_task task;
	enum status st = settings_load(FOR_WORKER, argc, argv, &worker.settings, &task, &why);
	if (st == ST_OK && task != SETTINGS_RUN) {
		settings_print(task, FOR_WORKER, "studytracker-worker", stdout);
		return 0;
	}
	if (st == ST_OK)
		st = log_open(worker.settings.log_level, &why);
	if (st != ST_OK) {
		log_error("not started: %s", fail_text(&why, st));
		return SERVICE_EXIT_SETTING;
	}
	settings_warn_unknown(on_unknown);
	int exit_status = SERVICE_EXIT_FAILED;
	st = worker_open(&worker, &why);
	if (st == ST_OK)
		exit_status = worker_run(&worker);
	else
		log_error("not started: %s", fail_text(&why, st));
	worker_close(&worker);
	return st == ST_BAD_SETTING ? SERVICE_EXIT_SETTING : exit_status;
}
