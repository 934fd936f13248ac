#include <string.h>

#include "client/study/commands.h"
#include "client/study/option_kinds.h"
#include "client/study/table.h"
#include "common/method.h"
#include "tests/unit/suite.h"

/* The table is generated: every test goes through all entities. */

static int count(const struct option *options)
{
	int n = 0;
	while (options[n].name)
		n++;
	return n;
}

/* Options of one command have different names, which no common option has. */
static void check_options(const struct entity *e, const struct option *options)
{
	ck_assert_msg(count(options) <= OPTIONS_MAX, "%s", e->name);
	for (int i = 0; options[i].name; i++) {
		ck_assert_msg(options_find(options, options[i].name) == i, "%s: --%s twice",
			e->name, options[i].name);
		ck_assert_msg(options_find(commands_common, options[i].name) < 0, "%s: --%s",
			e->name, options[i].name);
		ck_assert_msg(*options[i].help, "%s: --%s has no help", e->name, options[i].name);
		ck_assert_msg(options[i].argument || !option_takes_value(options[i].kind),
			"%s: --%s", e->name, options[i].name);
		ck_assert(options[i].kind != OPTION_OBJECTS || options[i].items);
	}
}

START_TEST(options_fit_a_command_line)
{
	const struct entity *e = entity_at((size_t)_i);
	check_options(e, e->creates);
	check_options(e, e->changes);
	check_options(e, e->filters);
	check_options(e, e->required);
	ck_assert_int_le(count(e->required), WORDS_MAX);
	ck_assert_int_ge(options_find(e->filters, "limit"), 0);
	ck_assert(e->key.param && strcmp(e->key.param + strlen(e->key.param) - 3, "_id") == 0);
}
END_TEST

static bool has_field(const struct entity *e, const char *name)
{
	for (const struct entity_field *f = e->fields; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

START_TEST(a_table_shows_fields_of_the_row)
{
	const struct entity *e = entity_at((size_t)_i);
	int shown = 0;
	for (const struct entity_field *f = e->shown; f->name; f++, shown++)
		ck_assert_msg(has_field(e, f->name), "%s: %s", e->name, f->name);
	ck_assert_int_le(shown, TABLE_COLUMNS_MAX);
	ck_assert_msg(!*e->caption || has_field(e, e->caption), "%s", e->name);
	ck_assert(!e->parent || entity_named(e->parent));
}
END_TEST

START_TEST(only_what_can_be_nothing_is_cleared)
{
	const struct entity *e = entity_at((size_t)_i);
	int clear = options_find(e->changes, "clear");
	for (int i = 0; clear >= 0 && e->changes[clear].choices[i]; i++) {
		const char *name = e->changes[clear].choices[i];
		int at = options_find(e->changes, name);
		ck_assert_msg(at >= 0 && e->changes[at].param, "%s: %s", e->name, name);
	}
}
END_TEST

/* The params of the options are those of the methods. */
static void check_params(const struct entity *e, const char *verb, const struct option *options)
{
	char name[64];
	(void)snprintf(name, sizeof name, "%s.%s", e->name, verb);
	const struct method *m = method_find(span_of(name));
	if (!m) /* the verb is not there */
		return;
	for (int i = 0; options[i].name; i++)
		ck_assert_msg(!options[i].param || method_param(m, span_of(options[i].param)),
			"%s has no param %s", name, options[i].param);
}

START_TEST(options_are_params_of_the_methods)
{
	const struct entity *e = entity_at((size_t)_i);
	check_params(e, "list", e->filters);
	check_params(e, "list", e->parents);
	check_params(e, "create", e->required);
	check_params(e, "create", e->creates);
	check_params(e, "update", e->changes);
}
END_TEST

START_TEST(a_word_names_one_command)
{
	const struct entity *e = entity_at((size_t)_i);
	struct entity_command made;
	int used;
	if (!e->word)
		return;
	ck_assert_ptr_eq(entity_of_word(e->word), e);
	char *word = (char[64]){ "" };
	(void)snprintf(word, 64, "%s", e->word);
	const struct command *c = commands_find(&word, 1, &made, &used);
	ck_assert_ptr_nonnull(c);
	ck_assert_ptr_eq(c, &made.command);
	ck_assert_ptr_eq(made.entity, e);
}
END_TEST

/* Every word of every entity makes a command that can be explained. */
START_TEST(every_word_makes_a_command)
{
	const struct entity *e = entity_at((size_t)_i);
	const char *word;
	for (size_t i = 0; e->word && (word = entity_command_word(e, i)) != NULL; i++) {
		char texts[2][64];
		char *argv[] = { texts[0], texts[1] };
		struct entity_command made;
		int used = 0;
		(void)snprintf(texts[0], 64, "%s", e->word);
		(void)snprintf(texts[1], 64, "%s", word);
		ck_assert_msg(entity_command_find(argv, 2, &made, &used), "%s %s", e->word, word);
		ck_assert_int_eq(used, 2);
		ck_assert_ptr_eq(made.command.about, &made);
		ck_assert(*made.summary && strlen(made.summary) + 1 < sizeof made.summary);
		ck_assert(strlen(made.shown_words) + 1 < sizeof made.shown_words);
		ck_assert_int_eq(made.command.words_max, count(made.words));
		if (made.shortcut && made.shortcut->field)
			ck_assert_ptr_nonnull(entity_command_field(e, made.shortcut->field));
		else if (made.shortcut)
			ck_assert_ptr_nonnull(method_find(span_of(made.shortcut->method)));
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("entity");
	int all = 0;
	while (entity_at((size_t)all))
		all++;
	tcase_add_loop_test(tests, options_fit_a_command_line, 0, all);
	tcase_add_loop_test(tests, a_table_shows_fields_of_the_row, 0, all);
	tcase_add_loop_test(tests, only_what_can_be_nothing_is_cleared, 0, all);
	tcase_add_loop_test(tests, options_are_params_of_the_methods, 0, all);
	tcase_add_loop_test(tests, a_word_names_one_command, 0, all);
	tcase_add_loop_test(tests, every_word_makes_a_command, 0, all);
	return suite_run("study entity", tests);
}
