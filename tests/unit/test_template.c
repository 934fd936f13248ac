/* What the tags of a template become, and how a template that is wrong is refused. */
#include "schema/generate/template.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/suite.h"

static const struct {
	const char *file, *text;
} library[] = {
	{ "templates/row.sql", "({{name}}, {{table}})\n" },
	{ "templates/rows.sql", "{{#columns}}{{>row}}{{/columns}}" },
	{ "templates/loop.sql", "{{>loop}}" },
	{ "templates/joined.sql", "{{table}}{{\\}}\n" },
	{ "templates/parent.sql", "[{{$a}}x{{/a}} {{$b}}y{{/b}}]" },
	{ "templates/child.sql", "{{<parent}}{{$a}}1{{/a}}{{$b}}2{{/b}}{{/parent}}" },
	{ "templates/lines.sql", "(\n\t{{$a}}\n\tx\n\t{{/a}}\n)\n" },
	{ "templates/outer.sql", "{{#columns}}{{name}}{{>parent}}{{/columns}}" },
};

enum { LIBRARY = sizeof library / sizeof *library };

static char folder[32];

static void write_file(const char *name, const char *text)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void remove_file(const char *name)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	(void)remove(path);
}

static void set_up(void)
{
	char path[PATH_MAX];
	(void)snprintf(folder, sizeof folder, "/tmp/st-template-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/templates", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	for (size_t i = 0; i < LIBRARY; i++)
		write_file(library[i].file, library[i].text);
}

static void tear_down(void)
{
	for (size_t i = 0; i < LIBRARY; i++)
		remove_file(library[i].file);
	remove_file("templates/it.sql");
	remove_file("templates");
	remove_file("");
}

static const struct field fields[] = {
	{ "id", FIELD_INT, FIELD_EMPTIES },
	{ "title", FIELD_TEXT },
};

static const struct entity topics = {
	.name = "two_words",
	.one = "topic",
	.path = "x-y",
	.fields = ENTITY_ITEMS(fields),
};

static bool expand(const char *text, struct buf *out, struct buf *why)
{
	const struct view all = { 0 }, view = { .outer = &all, .entity = &topics };
	write_file("templates/it.sql", text);
	return template_expand(folder, SPAN("it"), &view, out, why);
}

static const struct {
	const char *what, *text, *expanded;
} expansions[] = {
	{ "a text", "from {{entity}} as t", "from topic as t" },
	{ "a list", "{{#columns}}{{name}}{{|, }}{{/columns}}", "id, title" },
	{ "outer names", "{{#columns}}{{entity}}.{{name}} {{/columns}}", "topic.id topic.title " },
	{ "a name that is hidden", "{{is_response}}{{#columns}}{{is_response}}{{/columns}}",
		"yesyes" },
	{ "conditions",
		"{{#label}}a{{/label}}{{^label}}b{{/label}}{{#search}}c{{/search}}{{^search}}d{{/"
		"search}}",
		"ad" },
	{ "tags alone on their lines", "a\n\t{{#columns}}\n\t{{name}}{{|,}}\n\t{{/columns}}\nb\n",
		"a\n\tid,\n\ttitle\nb\n" },
	{ "tags beside text keep the line", "a {{#label}}b{{/label}}\nc", "a b\nc" },
	{ "a partial", "{{#columns}}x {{>row}}y{{/columns}}",
		"x (id, two_words)\nyx (title, two_words)\ny" },
	{ "an indented partial", "a\n\t{{>rows}}\nb",
		"a\n\t(id, two_words)\n\t(title, two_words)\nb" },
	{ "braces that are no tag", "array['{a}'] {b} }}", "array['{a}'] {b} }}" },
	{ "a text as a condition", "{{#table}}in {{table}}{{/table}}{{^table}}none{{/table}}",
		"in two_words" },
	{ "once for a list", "{{?columns}}({{#columns}}{{name}}{{/columns}}){{/columns}}",
		"(idtitle)" },
	{ "one of some names",
		"{{?search|columns|checks}}a{{/search|columns|checks}}{{?search|checks}}b{{/"
		"search|checks}}"
		"{{^search|columns}}c{{/search|columns}}{{^search|checks}}d{{/search|checks}}",
		"ad" },
	{ "a condition does not end a list",
		"{{#columns}}{{?table}}{{name}}{{|, }}{{/table}}{{/columns}}", "id, title" },
	{ "a section in one of the same name", "{{?table}}a{{?table}}b{{/table}}c{{/table}}d",
		"abcd" },
	{ "the case of a name", "{{TABLE}} {{Table}}", "TWO_WORDS TwoWords" },
	{ "a line that goes on", "a{{\\}}\n\t  b {{\\}} c", "ab  c" },
	{ "a partial without the end of its line", "[{{>joined}}]", "[two_words]" },
	{ "numbers",
		"${{+}}{{#search}}${{+}}{{/search}} {{#columns}}${{+}} "
		"{{/columns}}{{>joined}}${{+}}",
		"$1 $2 $3 two_words$4" },
	{ "what is skipped needs no names", "{{#search}}{{nothing}}{{>nothing}}{{/search}}a", "a" },
	{ "a brace before a tag", "{{{table}}}", "{two_words}" },
	{ "a parent", "{{<parent}}{{/parent}}", "[x y]" },
	{ "a block in place of the parent's", "{{<parent}} {{$b}}{{entity}}{{/b}} {{/parent}}",
		"[x topic]" },
	{ "a block without a child", "{{$a}}x{{table}}{{/a}}", "xtwo_words" },
	{ "the parent of a parent", "{{<child}}{{$a}}3{{/a}}{{/child}}", "[3 2]" },
	{ "a block of a partial in the parent", "{{<outer}}{{$a}}{{name}}{{/a}}{{/outer}}",
		"id[id y]title[title y]" },
	{ "the default of lines", "{{<lines}}\n{{/lines}}\n", "(\n\tx\n)\n" },
	{ "a block of lines is indented", "\t{{<lines}}\n{{$a}}\n1\n\t2\n{{/a}}\n{{/lines}}\n",
		"\t(\n\t\t1\n\t\t\t2\n\t)\n" },
	{ "a block of no lines", "{{<lines}}\n{{$a}}\n{{/a}}\n{{/lines}}\n", "(\n)\n" },
	{ "the last parent has no blocks of the first",
		"{{<parent}}{{$a}}1{{/a}}{{/parent}}{{>parent}}", "[1 y][x y]" },
	{ "a blank of a text", "{{path}}", "x-y" },
};

START_TEST(expands)
{
	struct buf out = { 0 };
	struct buf why = { 0 };
	ck_assert_msg(expand(expansions[_i].text, &out, &why), "%s: %.*s", expansions[_i].what,
		(int)why.len, why.bytes);
	buf_byte(&out, '\0');
	ck_assert_msg(strcmp(out.bytes, expansions[_i].expanded) == 0, "%s: %s",
		expansions[_i].what, out.bytes);
	buf_fini(&out);
}
END_TEST

static const struct {
	const char *text, *why;
} errors[] = {
	{ "a\n{{nothing}}", "it, line 2: no text of this name: nothing" },
	{ "{{columns}}", "it, line 1: no text of this name: columns" },
	{ "{{#nothing}}{{/nothing}}", "it, line 1: no such name: nothing" },
	{ "{{#columns}}\n{{name}}", "it, line 1: a section without end: columns" },
	{ "{{#columns}}{{/label}}", "it, line 1: a section without end: columns" },
	{ "{{/columns}}", "it, line 1: an end without its section: columns" },
	{ "{{>missing}}", "it, line 1: no such template: missing" },
	{ "{{<missing}}{{/missing}}", "it, line 1: no such template: missing" },
	{ "{{<parent}}", "it, line 1: a section without end: parent" },
	{ "{{<parent}}\n{{$c}}{{/c}}{{/parent}}", "it, line 2: the parent has no such block: c" },
	{ "{{<parent}}\n{{$a}}{{nothing}}{{/a}}{{/parent}}",
		"it, line 2: no text of this name: nothing" },
	{ "{{<parent}}{{name}}{{/parent}}", "it, line 1: a section without end: name" },
	{ "{{table", "it, line 1: a tag without end: " },
	{ "{{>loop}}", "loop, line 1: nested too deeply: loop" },
};

START_TEST(refuses)
{
	struct buf out = { 0 };
	struct buf why = { 0 };
	ck_assert(!expand(errors[_i].text, &out, &why));
	buf_byte(&why, '\0');
	ck_assert_str_eq(why.bytes, errors[_i].why);
	buf_fini(&out);
	buf_fini(&why);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("template");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, expands, 0, sizeof expansions / sizeof *expansions);
	tcase_add_loop_test(tests, refuses, 0, sizeof errors / sizeof *errors);
	return suite_run("template", tests);
}
