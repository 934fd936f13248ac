/* Sends writes with libstudytracker's asynchronous functions and prints the outcome of each:
 *
 *	client_load ENDPOINTS COUNT
 *
 * It prints one line per write on standard output: `ok ID`, `refused CODE ID`, or `unsure CODE ID`
 * if the service may have executed the write. It retries a retryable refusal. Sessions are safe to
 * repeat, topics are not. Every tenth write creates a topic, whose name is the ID. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <studytracker.h>

enum { AT_ONCE = 64, TIMEOUT_MS = 30000, TOPIC_EVERY = 10 };

struct load {
	struct study_client *client;
	long begun, count;
	int failed;
};

struct write {
	struct load *load;
	int is_topic;
	char id[STUDY_ID_SIZE];
};

static void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *why);

static int ask(struct write *w)
{
	struct study_params *params = NULL;
	enum study_status st = study_params_new(&params);
	if (st != STUDY_OK)
		return 0;
	if (!w->is_topic) {
		study_params_text(params, "session_id", w->id);
		study_params_int(params, "minutes", 5);
	}
	study_params_text(params, w->is_topic ? "name" : "tag", w->is_topic ? w->id : "load");
	st = study_submit(w->load->client, w->is_topic ? "topics.create" : "sessions.log", params,
		on_reply, w, TIMEOUT_MS);
	study_params_free(&params);
	return st == STUDY_OK;
}

static void next(struct write *w)
{
	if (w->load->begun == w->load->count) {
		free(w);
		return;
	}
	w->is_topic = ++w->load->begun % TOPIC_EVERY == 0;
	study_client_new_id(w->load->client, w->id);
	w->load->failed |= !ask(w);
}

static void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *why)
{
	struct write *w = arg;
	(void)result;
	if (status != STUDY_OK && why->is_retryable && !why->is_outcome_unknown) {
		w->load->failed |= !ask(w);
		return;
	}
	if (status == STUDY_OK)
		printf("ok %s\n", w->id);
	else
		printf("%s %s %s\n", why->is_outcome_unknown ? "unsure" : "refused", why->code,
			w->id);
	next(w);
}

static void run(struct load *load)
{
	struct pollfd at = { study_fd(load->client), POLLIN, 0 };
	for (int i = 0; i < AT_ONCE; i++) {
		struct write *w = calloc(1, sizeof *w);
		if (!w)
			return;
		w->load = load;
		next(w);
	}
	while (study_in_flight(load->client) > 0 && !load->failed) {
		(void)poll(&at, 1, study_next_timeout_ms(load->client));
		study_dispatch(load->client);
	}
}

int main(int argc, char **argv)
{
	struct study_options options = { .endpoints = argc == 3 ? argv[1] : NULL };
	struct load load = { .count = argc == 3 ? strtol(argv[2], NULL, 10) : 0 };
	struct study_error why;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (study_client_open(&load.client, &options, &why) != STUDY_OK) {
		fprintf(stderr, "client_load: %s\n", why.message);
		return EXIT_FAILURE;
	}
	run(&load);
	study_client_close(&load.client);
	return load.failed;
}
