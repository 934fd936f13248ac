/* study account: shows or changes name, time zone, week and day of the account. */
#include <string.h>

#include "client/study/command_accounts.h"
#include "client/study/command.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { NAME, TIME_ZONE, WEEK_START, DAY_STARTS_AT };

static const char *const weekdays[] = { "monday", "tuesday", "wednesday", "thursday", "friday",
	"saturday", "sunday", NULL };

static const struct option options[] = {
	[NAME] = { "name", OPTION_TEXT, "NAME", "new name", .param = "name" },
	[TIME_ZONE] = { "time-zone", OPTION_TEXT, "ZONE",
		"such as Europe/Berlin, or default for the service's time zone" },
	[WEEK_START] = { "week-start", OPTION_CHOICE, "WEEKDAY", "monday to sunday",
		.choices = weekdays },
	[DAY_STARTS_AT] = { "day-starts-at", OPTION_TEXT, "HH:MM",
		"start of the day: before it, today is still the previous day",
		.param = "day_starts_at" },
	{ 0 },
};

const struct command command_account = { "account", "",
	"Show or change the account's name, time zone, week and day",
	"Each option changes one of these. Existing sessions keep their days. The commands, "
	"except\n"
	"password without a name, are for admins: they act on the accounts of others.\n",
	options, 0, 0, run, .commands = account_commands };

static bool is_change(const struct option_value *given)
{
	for (int i = 0; options[i].name; i++)
		if (given[i].is_given)
			return true;
	return false;
}

static void put_changes(struct study_params *params, const struct option_value *given)
{
	options_to_params(options, given, params);
	if (given[WEEK_START].is_given)
		study_params_int(params, "week_start", given[WEEK_START].number + 1);
	if (given[TIME_ZONE].is_given && strcmp(given[TIME_ZONE].text, "default") == 0)
		study_params_nil(params, "time_zone");
	else if (given[TIME_ZONE].is_given)
		study_params_text(params, "time_zone", given[TIME_ZONE].text);
}

static void print_text(const struct study *study, const char *label,
	const struct study_value *account, const char *key)
{
	terminal_left(&study->out, label, 15);
	terminal_text(&study->out, study_value_text(study_value_get(account, key), "?"));
}

static void print_account(const struct study *study, const struct study_value *account)
{
	FILE *to = study->out.to;
	int64_t day = study_value_int(study_value_get(account, "week_start"), 1);
	bool is_default = study_value_is_null(study_value_get(account, "time_zone"));
	print_text(study, "Name", account, "name");
	fputc('\n', to);
	print_text(study, "Time zone", account, "effective_time_zone");
	fputs(is_default ? " (the service's)\n" : "\n", to);
	terminal_left(&study->out, "Week starts on", 15);
	fprintf(to, "%s\n", weekdays[day >= 1 && day <= 7 ? day - 1 : 0]);
	print_text(study, "Day starts at", account, "day_starts_at");
	fputc('\n', to);
}

static int run(struct study *study, const struct arguments *args)
{
	const char *method = is_change(args->own) ? "account.update" : "account.get";
	struct study_value *account = NULL;
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	put_changes(params, args->own);
	if (study->is_json)
		return service_print(study, method, &params);
	int exit = service_call(study, method, params, &account);
	if (exit == STUDY_EXIT_DONE)
		print_account(study, account);
	study_value_free(&account);
	study_params_free(&params);
	return exit;
}
