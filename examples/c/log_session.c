/* Logs a session and prints the total minutes of its tag: log_session ENDPOINTS TAG MINUTES
 *
 *	cc log_session.c $(pkg-config --cflags --libs studytracker) -o log_session
 *	./log_session ipc:///run/studytracker/rpc/rpc-1.sock aws 45
 *
 * If the service has accounts, STUDYTRACKER_TOKEN is a token of yours: `study token create` makes
 * one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <studytracker.h>

static int explain(const struct study_error *why)
{
	fprintf(stderr, "log_session: %s: %s (%s %s)\n", why->code, why->message, why->field,
		why->request_id);
	return why->is_retryable ? 75 : EXIT_FAILURE; /* EX_TEMPFAIL of sysexits.h */
}

static int log_session(struct study_client *client, const struct study_params *params)
{
	struct study_value *session = NULL, *totals = NULL;
	if (study_call(client, "sessions.log", params, &session) != STUDY_OK)
		return explain(study_client_error(client));
	const char *tag = study_value_text(study_value_get(session, "tag"), "?");
	printf("session %s\n", study_value_text(study_value_get(session, "id"), "?"));

	int failed = 0;
	if (study_call(client, "stats.totals", NULL, &totals) == STUDY_OK) {
		const struct study_value *by_tag = study_value_get(totals, "time_by_tag");
		printf("%s %" PRId64 " minutes\n", tag,
			study_value_int(study_value_get(by_tag, tag), 0));
	} else {
		failed = explain(study_client_error(client));
	}
	study_value_free(&totals);
	study_value_free(&session);
	return failed;
}

int main(int argc, char **argv)
{
	struct study_client *client = NULL;
	struct study_params *params = NULL;
	struct study_error why;
	if (argc != 4) {
		fprintf(stderr, "usage: log_session ENDPOINTS TAG MINUTES\n");
		return EXIT_FAILURE;
	}
	struct study_options options = { .endpoints = argv[1],
		.token = getenv("STUDYTRACKER_TOKEN") };
	if (study_client_open(&client, &options, &why) != STUDY_OK)
		return explain(&why);
	int failed = EXIT_FAILURE;
	if (study_params_new(&params) == STUDY_OK) {
		study_params_text(params, "tag", argv[2]);
		study_params_int(params, "minutes", strtoll(argv[3], NULL, 10));
		failed = log_session(client, params);
	}
	study_params_free(&params);
	study_client_close(&client);
	return failed;
}
