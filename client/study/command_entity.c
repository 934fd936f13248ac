/* study task, study goal, …: runs the commands of entities. */
#include <stdlib.h>
#include <string.h>

#include "client/study/account.h"
#include "client/study/entity_command.h"
#include "client/study/entity_table.h"
#include "client/study/option_kinds.h"
#include "client/study/pages.h"
#include "client/study/service.h"
#include "client/study/zone.h"

enum { LIMIT_DEFAULT = 20, METHOD_SIZE = 64 };

struct request {
	struct study *study;
	const struct entity_command *command;
	const struct entity *entity;
	const struct option *options;     /* NULL: none */
	const struct option_value *given; /* of `options` */
	struct option_value words[WORDS_MAX + 1];
	char method[METHOD_SIZE];
};

static void fill(struct study_params *params, const void *arg)
{
	const struct request *r = arg;
	options_to_params(r->command->words, r->words, params);
	options_to_params(r->options, r->given, params);
}

/* The account's zone, if one of the fields is a moment. NULL: they are shown in UTC. */
static struct zone *open_zone(const struct request *r, const struct entity_field *fields)
{
	while (fields->name && !fields->is_instant)
		fields++;
	return fields->name ? account_zone(r->study) : NULL;
}

/* Lists. */

static bool has_filter(const struct request *r)
{
	for (int i = 0; r->options[i].name; i++)
		if (r->given[i].is_given && r->options[i].param
			&& strcmp(r->options[i].param, "sort") != 0)
			return true;
	return false;
}

static void print_rest(const struct request *r, const struct pages *pages)
{
	FILE *to = r->study->out.to;
	if (pages->row_count == 0 && has_filter(r))
		fprintf(to, "No %s match\n", r->entity->plural);
	else if (pages->row_count == 0)
		fprintf(to, "No %s yet: study help %s add\n", r->entity->plural, r->entity->word);
	else if (pages->has_more && r->study->out.is_terminal)
		fprintf(to, "There are more: --limit 0 shows all\n");
}

static int print_table(const struct request *r, struct pages *pages)
{
	struct zone *zone = open_zone(r, r->entity->shown);
	struct entity_style style = { r->study, r->entity, zone };
	struct entity_table table;
	entity_table_init(&table, &style, r->entity->shown);
	while (pages_next(pages)) {
		for (size_t i = 0; i < study_value_count(pages->data); i++)
			entity_table_add(&table, study_value_at(pages->data, i));
		if (study_value_count(pages->data) > 0) /* a page of a search may be empty */
			entity_table_print(&table);
	}
	if (pages->exit == STUDY_EXIT_DONE)
		print_rest(r, pages);
	entity_table_fini(&table);
	zone_free(&zone);
	return pages->exit;
}

static int run_list(struct request *r)
{
	const struct option_value *limit = &r->given[options_find(r->options, "limit")];
	struct pages pages = { .study = r->study,
		.method = r->method,
		.fill = fill,
		.arg = r,
		.page_max = ENTITY_PAGE_MAX,
		.limit = limit->is_given ? limit->number : LIMIT_DEFAULT };
	int exit = r->study->is_json ? pages_print_json(&pages) : print_table(r, &pages);
	pages_fini(&pages);
	return exit;
}

/* Changes. */

static bool refuse(const struct request *r, const char *what, const char *name)
{
	study_print_error(r->study, "%s%s; see study %s --help", what, name, r->command->name);
	return false;
}

/* Adds null, or an empty list, for each value of --clear. */
static bool put_cleared(const struct request *r, struct study_params *params)
{
	int clear = options_find(r->options, "clear");
	for (size_t i = 0; clear >= 0 && i < r->given[clear].list_count; i++) {
		int at = options_find(r->options, r->given[clear].list[i]);
		const struct option *o = &r->options[at];
		if (r->given[at].is_given)
			return refuse(r, "--clear excludes --", o->name);
		if (option_is_list(o->kind)) {
			study_params_open_array(params, o->param);
			study_params_close(params);
		} else {
			study_params_nil(params, o->param);
		}
	}
	return true;
}

static bool is_given_once(const struct request *r)
{
	int clear = options_find(r->options, "clear");
	const struct option_value *v = clear >= 0 ? &r->given[clear] : NULL;
	for (size_t i = 0; v && i < v->list_count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(v->list[i], v->list[k]) == 0)
				return refuse(r, "--clear names a field twice: ", v->list[i]);
	return true;
}

static bool has_change(const struct request *r)
{
	for (int i = 0; r->options[i].name; i++)
		if (r->given[i].is_given)
			return true;
	return refuse(r, "edit needs an option", "");
}

/* What only some verbs need. False: the error was printed. */
static bool put_more(const struct request *r, struct study_params *params)
{
	const struct entity_shortcut *shortcut = r->command->shortcut;
	char why[256];
	if (shortcut && shortcut->value) {
		const struct option *o = entity_command_field(r->entity, shortcut->field);
		struct option_value value = { 0 };
		if (!option_read(o, shortcut->value, "", &value, why))
			return refuse(r, why, "");
		option_put(o, &value, params);
	}
	if (shortcut || r->command->verb->needs != ENTITY_UPDATE)
		return true;
	return has_change(r) && is_given_once(r) && put_cleared(r, params);
}

static void print_row(const struct request *r, const struct study_value *row)
{
	const struct entity_shortcut *shortcut = r->command->shortcut;
	const char *past = shortcut ? shortcut->past : r->command->verb->past;
	bool is_other = shortcut && shortcut->result;
	struct entity_style style = { r->study,
		is_other ? entity_named(shortcut->result) : r->entity, NULL };
	if (r->command->verb->output == ENTITY_PRINTS_ROW) {
		struct zone *zone = open_zone(r, r->entity->fields);
		style.zone = zone;
		entity_row_show(&style, row);
		zone_free(&zone);
		return;
	}
	terminal_style(&r->study->out, STYLE_GOOD);
	fprintf(r->study->out.to, "%s ", past);
	terminal_style(&r->study->out, STYLE_NONE);
	entity_row_caption(&style, row);
}

static int run_row(struct request *r)
{
	struct study_value *row = NULL;
	struct study_params *params = service_params(r->study);
	int exit = STUDY_EXIT_USAGE;
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	fill(params, r);
	if (put_more(r, params))
		exit = service_call(r->study, r->method, params, &row);
	if (exit == STUDY_EXIT_DONE && r->study->is_json) {
		exit = service_write_value(r->study, row);
		fputc('\n', r->study->out.to);
	} else if (exit == STUDY_EXIT_DONE) {
		print_row(r, row);
	}
	study_value_free(&row);
	study_params_free(&params);
	return exit;
}

static int (*const outputs[])(struct request *r) = {
	[ENTITY_PRINTS_LIST] = run_list,
	[ENTITY_PRINTS_ROW] = run_row,
	[ENTITY_REPORTS_ROW] = run_row,
};

int command_entity_run(struct study *study, const struct arguments *args)
{
	const struct entity_command *c = args->command->about;
	struct request r = { .study = study,
		.command = c,
		.entity = c->entity,
		.options = c->command.options,
		.given = args->own };
	char why[256];
	int exit = STUDY_EXIT_USAGE;
	if (c->shortcut && c->shortcut->method)
		(void)snprintf(r.method, sizeof r.method, "%s", c->shortcut->method);
	else
		(void)snprintf(
			r.method, sizeof r.method, "%s.%s", c->entity->name, c->verb->method);
	if (!options_take_words(c->words, args, r.words, why))
		(void)refuse(&r, why, "");
	else
		exit = account_resolve(study, c->words, r.words);
	if (exit == STUDY_EXIT_DONE)
		exit = outputs[c->verb->output](&r);
	for (int i = 0; i < WORDS_MAX; i++)
		free(r.words[i].list);
	return exit;
}
