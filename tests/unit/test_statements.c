/* Which statements there are, and that each expands whole. check/sql tests what they do. */
#include "schema/generate/template.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/method.h"
#include "tests/unit/suite.h"

static bool expand(const char *name, struct buf *out, struct buf *why)
{
	char schema[PATH_MAX];
	(void)snprintf(schema, sizeof schema, "%s/schema", getenv("SOURCE_DIR"));
	buf_clear(why);
	bool is_whole = template_statement(schema, span_of(name), out, why);
	buf_byte(out, '\0');
	buf_byte(why, '\0');
	return is_whole;
}

START_TEST(a_method_without_passwords_has_a_statement_without_tags)
{
	const struct method *m = method_at((size_t)_i);
	struct buf text = { 0 }, again = { 0 }, why = { 0 };
	if (m->passwords)
		return;
	ck_assert_msg(expand(m->name, &text, &why), "%s: %s", m->name, why.bytes);
	ck_assert_msg(!strstr(text.bytes, "{{") && strstr(text.bytes, "select"), "%s", m->name);
	ck_assert(expand(m->name, &again, &why));
	ck_assert_str_eq(text.bytes, again.bytes);
	buf_fini(&text);
	buf_fini(&again);
	buf_fini(&why);
}
END_TEST

START_TEST(every_verb_of_an_entity_is_a_method)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		for (const char *const *verb = e->verbs; *verb; verb++) {
			char name[64];
			(void)snprintf(name, sizeof name, "%s.%s", e->name, *verb);
			ck_assert_msg(method_find(span_of(name)) != NULL, "%s", name);
		}
}
END_TEST

START_TEST(what_may_be_kept_has_a_statement_of_deletes)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++) {
		char path[PATH_MAX];
		(void)snprintf(path, sizeof path, "%s/schema/statements/%s.delete.sql",
			getenv("SOURCE_DIR"), e->name);
		ck_assert_msg(e->is_kept == (access(path, R_OK) == 0), "%s", path);
	}
}
END_TEST

/* A file of the name, and a template of a verb that the entity lacks: neither is taken. */
static const char *const strangers[] = { "sessions.nothing", "topics.update2", "nothing.get",
	"update", "sessions", "sessions." };

START_TEST(there_is_no_other_statement)
{
	struct buf text = { 0 }, why = { 0 };
	bool is_template = strcmp(strangers[_i], "update") == 0;
	ck_assert_msg(!expand(strangers[_i], &text, &why), "%s", strangers[_i]);
	ck_assert(strstr(why.bytes, is_template ? "no such name" : "no such template"));
	buf_fini(&text);
	buf_fini(&why);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("statements");
	tcase_add_loop_test(tests, a_method_without_passwords_has_a_statement_without_tags, 0,
		(int)method_count());
	tcase_add_test(tests, every_verb_of_an_entity_is_a_method);
	tcase_add_test(tests, what_may_be_kept_has_a_statement_of_deletes);
	tcase_add_loop_test(
		tests, there_is_no_other_statement, 0, sizeof strangers / sizeof *strangers);
	return suite_run("statements", tests);
}
