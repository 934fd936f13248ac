/* study rpc: calls any method of the service with JSON. */
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/command.h"
#include "client/study/service.h"
#include "common/buf.h"

static int run(struct study *study, const struct arguments *args);

const struct command command_rpc = { "rpc", "METHOD [JSON]", "Call a method of the service",
	"JSON is an object with the method's params, or - to read it from standard input.\n"
	"rpc.methods returns all methods with their params.\n",
	NULL, 1, 2, run };

enum { INPUT_MAX = 1 << 20 };

static char *read_input(struct study *study)
{
	struct buf in = { .limit = INPUT_MAX };
	char chunk[4096];
	size_t len;
	while ((len = fread(chunk, 1, sizeof chunk, stdin)) > 0 && !in.failed)
		buf_put(&in, chunk, len);
	buf_byte(&in, '\0');
	if (!in.failed && !ferror(stdin) && strlen(in.bytes) + 1 == in.len)
		return in.bytes;
	study_print_error(study,
		"standard input can't be read, contains NUL, or has more than %d bytes", INPUT_MAX);
	buf_fini(&in);
	return NULL;
}

/* On a terminal it is indented over several lines. */
static void print(const struct study *study, const char *response)
{
	struct json_object *value = NULL;
	if (study->out.is_terminal && !study->is_json)
		value = json_tokener_parse(response);
	const char *pretty = value ? json_object_to_json_string_ext(
				     value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED
						    | JSON_C_TO_STRING_NOSLASHESCAPE)
				   : NULL;
	terminal_json(&study->out, pretty ? pretty : response);
	fputc('\n', study->out.to);
	json_object_put(value);
}

static int call(struct study *study, const char *method, const char *json)
{
	char *response = NULL;
	int exit = service_open(study);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (study_call_json(study->client, method, json, &response) != STUDY_OK)
		return service_report(study, study_client_error(study->client));
	print(study, response);
	study_text_free(&response);
	return STUDY_EXIT_DONE;
}

static int run(struct study *study, const struct arguments *args)
{
	const char *json = args->words[1];
	char *input = NULL;
	if (json && strcmp(json, "-") == 0 && !(json = input = read_input(study)))
		return STUDY_EXIT_USAGE;
	int exit = call(study, args->words[0], json);
	free(input);
	return exit;
}
