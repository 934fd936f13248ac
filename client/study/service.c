#include "client/study/service.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/study/endpoints.h"
#include "client/study/progress.h"

enum { TIMEOUT_DEFAULT_MS = 5000 };

void study_print_error(const struct study *study, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fflush(study->out.to);
	terminal_style(&study->err, STYLE_BAD);
	fputs("study: ", study->err.to);
	terminal_style(&study->err, STYLE_NONE);
	terminal_text(&study->err, text);
	fputc('\n', study->err.to);
}

int service_exit_of(const struct study_error *why)
{
	static const int exits[] = {
		[STUDY_OK] = STUDY_EXIT_DONE,
		[STUDY_REFUSED] = STUDY_EXIT_REFUSED,
		[STUDY_TIMEOUT] = STUDY_EXIT_UNREACHABLE,
		[STUDY_DISCONNECTED] = STUDY_EXIT_UNREACHABLE,
		[STUDY_BUSY] = STUDY_EXIT_UNREACHABLE,
		[STUDY_INVALID_ARGUMENT] = STUDY_EXIT_USAGE,
		[STUDY_NO_MEMORY] = STUDY_EXIT_UNREACHABLE,
		[STUDY_PROTOCOL] = STUDY_EXIT_UNREACHABLE,
	};
	bool is_for_now = why->status == STUDY_REFUSED && why->is_retryable;
	return is_for_now ? STUDY_EXIT_UNREACHABLE : exits[why->status];
}

int service_report(const struct study *study, const struct study_error *why)
{
	const char *hint = why->is_outcome_unknown
				   ? " (it may have run: check before you repeat it)"
				   : credential_hint(&study->credential, why->code);
	const char *at = study->endpoints ? study->endpoints : study->found;
	bool is_lost = why->status == STUDY_DISCONNECTED && !why->is_outcome_unknown && at;
	struct fail closed;
	if (is_lost && endpoints_are_closed(at, &closed)) {
		study_print_error(study, "%s", closed.text);
		return service_exit_of(why);
	}
	study_print_error(study, "%s%s%s%s%s%s%s%s%s%s", why->message, why->code[0] ? " [" : "",
		why->code, why->field[0] ? ", " : "", why->field, why->code[0] ? "]" : "", hint,
		is_lost ? "; is one running at " : "", is_lost ? at : "", is_lost ? "?" : "");
	return service_exit_of(why);
}

const char *service_endpoints(struct study *study)
{
	if (study->endpoints && *study->endpoints)
		return study->endpoints;
	char looked_at[1024] = "";
	if (!study->found)
		study->found = endpoints_find(looked_at, sizeof looked_at);
	struct fail closed;
	if (!study->found && endpoints_are_closed(NULL, &closed))
		study_print_error(study, "%s", closed.text);
	else if (!study->found)
		study_print_error(study,
			"no gateway found at %s; start one, or give its endpoint with "
			"--endpoint",
			looked_at);
	return study->found;
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static int timeout_ms(const struct study *study)
{
	return study->timeout_ms > 0 ? study->timeout_ms : TIMEOUT_DEFAULT_MS;
}

int service_open_client(
	struct study *study, const char *endpoints, size_t max_in_flight, struct study_client **out)
{
	struct study_error why;
	struct fail unusable = { 0 };
	if (!credential_find(&study->credential, &unusable)) {
		study_print_error(study, "%s", unusable.text);
		return STUDY_EXIT_USAGE;
	}
	struct study_options options = {
		.endpoints = endpoints,
		.timeout_ms = timeout_ms(study),
		.max_in_flight = max_in_flight,
		.token = study->credential.stored.token,
	};
	if (study->curve) {
		options.server_key = or_null(curve_server_key(study->curve));
		options.public_key = or_null(curve_public_key(study->curve));
		options.secret_key = or_null(curve_secret_key(study->curve));
	}
	if (study_client_open(out, &options, &why) != STUDY_OK)
		return service_report(study, &why);
	return STUDY_EXIT_DONE;
}

int service_open(struct study *study)
{
	if (study->client)
		return STUDY_EXIT_DONE;
	const char *endpoints = service_endpoints(study);
	if (!endpoints)
		return STUDY_EXIT_UNREACHABLE;
	return service_open_client(study, endpoints, 0, &study->client);
}

bool service_is_limited(const struct study_error *why)
{
	return strcmp(why->code, "RATE_LIMITED") == 0;
}

enum study_status service_try(struct study *study, const char *method,
	const struct study_params *params, struct study_value **out)
{
	int64_t last_ms = progress_now_ms() + timeout_ms(study) - SERVICE_LIMIT_MS;
	enum study_status st = study_call(study->client, method, params, out);
	while (st != STUDY_OK && service_is_limited(study_client_error(study->client))
		&& progress_now_ms() <= last_ms) {
		(void)poll(NULL, 0, SERVICE_LIMIT_MS);
		st = study_call(study->client, method, params, out);
	}
	return st;
}

int service_call(struct study *study, const char *method, const struct study_params *params,
	struct study_value **out)
{
	int exit = service_open(study);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (service_try(study, method, params, out) == STUDY_OK)
		return STUDY_EXIT_DONE;
	return service_report(study, study_client_error(study->client));
}

int service_write_value(struct study *study, const struct study_value *value)
{
	char *json = NULL;
	if (study_value_to_json(value, &json) != STUDY_OK) {
		study_print_error(study, "out of memory");
		return STUDY_EXIT_UNREACHABLE;
	}
	terminal_json(&study->out, json);
	study_text_free(&json);
	return STUDY_EXIT_DONE;
}

int service_print(struct study *study, const char *method, struct study_params **params)
{
	struct study_value *response = NULL;
	int exit = service_call(study, method, *params, &response);
	if (exit == STUDY_EXIT_DONE) {
		exit = service_write_value(study, response);
		fputc('\n', study->out.to);
	}
	study_value_free(&response);
	study_params_free(params);
	return exit;
}

struct study_params *service_params(struct study *study)
{
	struct study_params *params = NULL;
	if (study_params_new(&params) != STUDY_OK)
		study_print_error(study, "out of memory");
	return params;
}

int service_show(struct study *study, const char *method, const struct option *options,
	const struct option_value *given,
	void (*show)(struct study *study, const struct study_value *result))
{
	struct study_value *result = NULL;
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	options_to_params(options, given, params);
	if (study->is_json)
		return service_print(study, method, &params);
	int exit = service_call(study, method, params, &result);
	if (exit == STUDY_EXIT_DONE)
		show(study, result);
	study_value_free(&result);
	study_params_free(&params);
	return exit;
}
