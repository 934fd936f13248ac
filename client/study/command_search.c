/* study search: finds a text in rows of all kinds. */
#include "client/study/account.h"
#include "client/study/command.h"
#include "client/study/entity_table.h"
#include "client/study/service.h"
#include "client/study/zone.h"

static int run(struct study *study, const struct arguments *args);

static const struct option options[] = {
	{ "kind", OPTION_CHOICE, "KIND", "only rows of this kind: task, learning, session, …",
		.param = "kind", .choices = entity_search_kinds },
	{ "limit", OPTION_INT, "N", "maximum number (default: 20)", .param = "limit", .min = 1,
		.max = 100 },
	{ 0 },
};

const struct command command_search = { "search", "TEXT...", "Find a text in rows of all kinds",
	"Several words are one text, with a space between them. Case makes no difference.\n"
	"The latest changes come first.\n",
	options, 1, WORDS_MAX, run };

static const struct entity_field fields[] = {
	{ "kind", "Kind" },
	{ "id", "Id", .is_number = true },
	{ "updated_at", "Changed", .is_instant = true },
	{ "title", "Text" },
	{ 0 },
};

static void print_rows(struct study *study, const struct study_value *rows)
{
	struct zone *zone = account_zone(study);
	struct entity_style style = { .study = study, .zone = zone };
	struct entity_table table;
	entity_table_init(&table, &style, fields);
	for (size_t i = 0; i < study_value_count(rows); i++)
		entity_table_add(&table, study_value_at(rows, i));
	entity_table_print(&table);
	entity_table_fini(&table);
	zone_free(&zone);
}

static void print(struct study *study, const struct study_value *found)
{
	const struct study_value *rows = study_value_get(found, "data");
	if (study_value_count(rows) > 0)
		print_rows(study, rows);
	else
		fputs("Nothing matches\n", study->out.to);
	if (!study_value_bool(study_value_get(found, "is_complete"), true))
		fputs("Older rows were not searched: use a longer text\n", study->out.to);
}

static int run(struct study *study, const struct arguments *args)
{
	struct buf text = { 0 };
	struct option words[] = { { "text", OPTION_TEXT, .param = "q" }, options[0], options[1],
		{ 0 } };
	struct option_value values[] = { { .is_given = true }, args->own[0], args->own[1] };
	for (int i = 0; i < args->word_count; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", args->words[i]);
	buf_byte(&text, '\0');
	values[0].text = text.failed ? "" : text.bytes;
	int exit = service_show(study, "search.find", words, values, print);
	buf_fini(&text);
	return exit;
}
