#include "client/study/account.h"

#include <string.h>

#include "client/study/service.h"
#include "client/study/zone.h"
#include "common/date.h"

int account_today(struct study *study, int64_t *out)
{
	struct study_value *streak = NULL;
	int exit = service_call(study, "stats.streak", NULL, &streak);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	const char *today = study_value_text(study_value_get(streak, "today"), "");
	if (!date_parse(span_of(today), out)) {
		study_print_error(study, "the response of stats.streak has no day");
		exit = STUDY_EXIT_UNREACHABLE;
	}
	study_value_free(&streak);
	return exit;
}

/* "04:00:00" */
static int64_t seconds_of(const char *time)
{
	int hours = 0, minutes = 0, seconds = 0;
	(void)sscanf(time, "%2d:%2d:%2d", &hours, &minutes, &seconds);
	return hours * 3600 + minutes * 60 + seconds;
}

int account_calendar(struct study *study, struct account_calendar *out)
{
	struct study_value *account = NULL;
	int exit = service_open(study);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (service_try(study, "account.get", NULL, &account) != STUDY_OK) {
		const struct study_error *why = study_client_error(study->client);
		if (strcmp(why->code, "UNKNOWN_METHOD")
			!= 0) /* an older service does not have it */
			return service_report(study, why);
		*out = (struct account_calendar){ .time_zone = "UTC" };
		if (!study->is_json)
			fputs("The service does not report its time zone: using UTC\n",
				study->err.to);
		return STUDY_EXIT_DONE;
	}
	const char *zone = study_value_text(study_value_get(account, "effective_time_zone"), "UTC");
	const char *start = study_value_text(study_value_get(account, "day_starts_at"), "00:00");
	(void)snprintf(out->time_zone, sizeof out->time_zone, "%s", zone);
	out->day_starts_at = seconds_of(start);
	study_value_free(&account);
	return exit;
}

struct zone *account_zone(struct study *study)
{
	struct account_calendar calendar;
	struct zone *zone = NULL;
	struct fail why = { 0 };
	if (account_calendar(study, &calendar) != STUDY_EXIT_DONE)
		return NULL;
	return zone_open(&zone, calendar.time_zone, &why) ? zone : NULL;
}

/* A series without days is enough for that. */
int account_week_start(struct study *study, int *out)
{
	struct study_params *params = service_params(study);
	struct study_value *response = NULL;
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	study_params_text(params, "from", "1900-01-01");
	study_params_text(params, "to", "1900-01-01");
	int exit = service_call(study, "stats.series", params, &response);
	int64_t day = study_value_int(study_value_get(response, "week_start"), 1);
	*out = day >= 1 && day <= 7 ? (int)day : 1;
	study_value_free(&response);
	study_params_free(&params);
	return exit;
}

int64_t account_week_first(int64_t day, int week_start)
{
	enum { THURSDAY = 4 /* 1970-01-01 */ };
	int64_t past = (day + THURSDAY - week_start) % 7;
	return day - (past + 7) % 7;
}

int account_resolve(struct study *study, const struct option *options, struct option_value *values)
{
	int64_t today = 0;
	bool is_known = false;
	for (int i = 0; options && options[i].name; i++) {
		struct option_value *v = &values[i];
		if (!v->is_given || !v->is_relative)
			continue;
		int exit = is_known ? STUDY_EXIT_DONE : account_today(study, &today);
		if (exit != STUDY_EXIT_DONE)
			return exit;
		is_known = true;
		v->number += today;
		v->is_relative = false;
		date_format(v->number, v->day);
		v->text = v->day;
	}
	return STUDY_EXIT_DONE;
}
