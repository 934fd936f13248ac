/* study token: the personal tokens of the account: lists, makes and revokes them. */
#include <string.h>

#include "client/study/account.h"
#include "client/study/entity_table.h"
#include "client/study/option_kinds.h"
#include "client/study/service.h"
#include "client/study/zone.h"
#include "common/date.h"

static int run_list(struct study *study, const struct arguments *args);
static int run_create(struct study *study, const struct arguments *args);
static int run_revoke(struct study *study, const struct arguments *args);

enum { SCOPE, EXPIRES };

static const char *const scopes[] = { "read", "write", "admin", NULL };

static const struct option create_options[] = {
	[SCOPE] = { "scope", OPTION_CHOICES, "SCOPES",
		"read, write, admin, comma-separated (default: read,write)", .param = "scopes",
		.choices = scopes },
	[EXPIRES] = { "expires", OPTION_TEXT, "TIME",
		"a day, when it starts, or a moment such as 2027-01-01T12:00:00Z (default: "
		"never)" },
	{ 0 },
};

static const struct option name_word[] = {
	{ "name", OPTION_TEXT, NULL, "what the token is for", .param = "name" },
	{ 0 },
};

static const struct option id_word[] = {
	{ "id", OPTION_INT, NULL, "number of the token", .param = "token_id", .min = 1,
		.max = INT64_MAX },
	{ 0 },
};

static const struct command token_list = { "token list", "", "List the tokens that are valid", NULL,
	NULL, 0, 0, run_list };

static const struct command token_create = { "token create", "NAME", "Make a token for a program",
	"Prints the token. The service does not store it, so nobody can show it again.\n"
	"Programs get it in STUDYTRACKER_TOKEN, or send it in the field Authorization.\n",
	create_options, 1, 1, run_create, name_word };

static const struct command token_revoke = { "token revoke", "ID", "Make a token invalid", NULL,
	NULL, 1, 1, run_revoke, id_word };

static const struct command *const commands[] = { &token_list, &token_create, &token_revoke, NULL };

const struct command command_token = { "token", "COMMAND", "List, make and revoke personal tokens",
	.commands = commands };

/* List. */

static const struct entity_field columns[] = {
	{ "id", "Id", .is_number = true },
	{ "scopes", "Scopes" },
	{ "created_at", "Created", .is_instant = true },
	{ "last_used_on", "Last used" },
	{ "expires_at", "Expires", .is_instant = true },
	{ "name", "Name" },
	{ 0 },
};

static int run_list(struct study *study, const struct arguments *args)
{
	struct pages pages = { .study = study, .method = "tokens.list" };
	(void)args;
	int exit = study->is_json ? pages_print_json(&pages)
				  : entity_table_list(&pages, columns, "No tokens");
	pages_fini(&pages);
	return exit;
}

/* Create. */

/* The start of the day in the account's time zone. If clocks change then, an hour makes no
 * difference. */
static int start_of_day(struct study *study, int64_t day, char out[INSTANT_TEXT_LEN + 1])
{
	enum { DAY_S = 24 * 60 * 60, US = 1000000 };
	struct account_calendar calendar;
	struct zone *zone = NULL;
	struct fail why = { 0 };
	int exit = account_calendar(study, &calendar);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (!zone_open(&zone, calendar.time_zone, &why)) {
		study_print_error(study, "%s", why.text);
		return STUDY_EXIT_USAGE;
	}
	int64_t local = day * DAY_S, utc = local - zone_offset(zone, local);
	if (zone_instant(zone, local, &utc) != ZONE_ONCE)
		utc = local - zone_offset(zone, local);
	zone_free(&zone);
	instant_format(utc * US, out);
	out[INSTANT_TEXT_LEN] = '\0';
	return STUDY_EXIT_DONE;
}

static int put_expiry(
	struct study *study, const struct option_value *given, struct study_params *params)
{
	char instant[INSTANT_TEXT_LEN + 1];
	int64_t us, day;
	if (!given->is_given)
		return STUDY_EXIT_DONE;
	if (instant_parse(span_of(given->text), &us)) {
		study_params_text(params, "expires_at", given->text);
		return STUDY_EXIT_DONE;
	}
	if (!date_parse(span_of(given->text), &day)) {
		study_print_error(study, "--expires must be a day that exists (YYYY-MM-DD), or a "
					 "moment such as 2027-01-01T12:00:00Z");
		return STUDY_EXIT_USAGE;
	}
	int exit = start_of_day(study, day, instant);
	if (exit == STUDY_EXIT_DONE)
		study_params_text(params, "expires_at", instant);
	return exit;
}

static void put_scopes(const struct option_value *given, struct study_params *params)
{
	const char *usual[] = { "read,write" };
	struct option_value fallback = { .list = usual, .list_count = 1 };
	option_put(&create_options[SCOPE], given->is_given ? given : &fallback, params);
}

/* Only the token goes to standard output, so that a script can take it. */
static void print_created(const struct study *study, const struct study_value *token)
{
	fprintf(study->err.to, "Token %lld, which is shown only now:\n",
		(long long)study_value_int(study_value_get(token, "id"), 0));
	terminal_text(&study->out, study_value_text(study_value_get(token, "token"), "?"));
	fputc('\n', study->out.to);
}

static int call_create(struct study *study, struct study_params **params)
{
	struct study_value *token = NULL;
	if (study->is_json)
		return service_print(study, "tokens.create", params);
	int exit = service_call(study, "tokens.create", *params, &token);
	if (exit == STUDY_EXIT_DONE)
		print_created(study, token);
	study_value_free(&token);
	return exit;
}

static int run_create(struct study *study, const struct arguments *args)
{
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	study_params_text(params, "name", args->words[0]);
	put_scopes(&args->own[SCOPE], params);
	int exit = put_expiry(study, &args->own[EXPIRES], params);
	if (exit == STUDY_EXIT_DONE)
		exit = call_create(study, &params);
	study_params_free(&params);
	return exit;
}

/* Revoke. */

static int run_revoke(struct study *study, const struct arguments *args)
{
	char why[256];
	struct option_value id[1] = { 0 };
	if (!options_take_words(id_word, args, id, why)) {
		study_print_error(study, "%s", why);
		return STUDY_EXIT_USAGE;
	}
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	options_to_params(id_word, id, params);
	if (study->is_json)
		return service_print(study, "tokens.delete", &params);
	int exit = service_call(study, "tokens.delete", params, NULL);
	if (exit == STUDY_EXIT_DONE)
		fprintf(study->out.to, "Revoked token %lld\n", (long long)id->number);
	study_params_free(&params);
	return exit;
}
