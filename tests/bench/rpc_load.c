/* Keeps a number of topics.get requests outstanding for some seconds, and prints how many were
 * answered:
 *
 *	rpc_load ENDPOINT OUTSTANDING SECONDS FIRST_TOPIC LAST_TOPIC
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <studytracker.h>

enum { TIMEOUT_MS = 10000 };

struct load {
	struct study_client *client;
	int64_t first, count, next;
	long answered, outstanding;
	struct timespec end;
	int failed;
};

static int is_over(const struct load *l)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > l->end.tv_sec
	       || (now.tv_sec == l->end.tv_sec && now.tv_nsec >= l->end.tv_nsec);
}

static void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *why);

static void ask(struct load *l)
{
	struct study_params *params = NULL;
	enum study_status st = study_params_new(&params);
	if (st == STUDY_OK) {
		study_params_int(params, "topic_id", l->first + l->next++ % l->count);
		st = study_submit(l->client, "topics.get", params, on_reply, l, TIMEOUT_MS);
	}
	study_params_free(&params);
	l->outstanding += st == STUDY_OK;
	l->failed |= st != STUDY_OK;
}

static void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *why)
{
	struct load *l = arg;
	(void)result, (void)why;
	l->outstanding--;
	l->answered++;
	l->failed |= status != STUDY_OK;
	if (!l->failed && !is_over(l))
		ask(l);
}

static void run(struct load *l, long outstanding)
{
	struct pollfd at = { study_fd(l->client), POLLIN, 0 };
	while (l->outstanding < outstanding && !l->failed)
		ask(l);
	while (l->outstanding > 0 && !l->failed) {
		(void)poll(&at, 1, study_next_timeout_ms(l->client));
		study_dispatch(l->client);
	}
}

int main(int argc, char **argv)
{
	struct load load = { 0 };
	struct study_error why;
	if (argc != 6) {
		fprintf(stderr,
			"usage: rpc_load ENDPOINT OUTSTANDING SECONDS FIRST_TOPIC LAST_TOPIC\n");
		return EXIT_FAILURE;
	}
	struct study_options options = { .endpoints = argv[1] };
	load.first = strtol(argv[4], NULL, 10);
	load.count = strtol(argv[5], NULL, 10) - load.first + 1;
	if (study_client_open(&load.client, &options, &why) != STUDY_OK) {
		fprintf(stderr, "rpc_load: %s\n", why.message);
		return EXIT_FAILURE;
	}
	clock_gettime(CLOCK_MONOTONIC, &load.end);
	load.end.tv_sec += strtol(argv[3], NULL, 10);
	run(&load, strtol(argv[2], NULL, 10));
	study_client_close(&load.client);
	printf("%ld\n", load.answered);
	return load.failed;
}
