/* What the tags of a template become, and how a template that is wrong is refused. */
#include "schema/generate/template.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/suite.h"

static const struct {
	const char *name, *text;
} library[] = {
	{ "row", "({{name}}, {{table}})\n" },
	{ "rows", "{{#columns}}{{>row}}{{/columns}}" },
	{ "loop", "{{>loop}}" },
	{ "joined", "{{table}}{{\\}}\n" },
};

static char *read_text(const void *it, struct span name)
{
	const char *found = span_is(name, "it") ? it : NULL;
	for (size_t i = 0; i < sizeof library / sizeof *library; i++)
		if (span_is(name, library[i].name))
			found = library[i].text;
	return found ? strdup(found) : NULL;
}

static bool expand(const char *text, struct buf *out, struct buf *why)
{
	struct record_memory memory = { 0 };
	struct record *root = record_new(&memory), *base = record_new(&memory);
	record_set(root, "table", "topics");
	record_set(root, "name", "outer 1");
	record_set(record_add(root, "columns", NULL), "name", "id");
	record_set(record_add(root, "columns", NULL), "name", "title");
	record_set(base, "name", "base");
	record_set(base, "shown", "base");
	record_set(record_add(root, "based", base), "name", "own");
	record_set(root, "snake", "two_words");
	record_set(root, "dashed", "x-y");
	record_set(root, "part", "joined");
	record_flag(root, "is_soft", true);
	record_flag(root, "is_hard", false);
	const struct template_library all = { read_text, text };
	bool is_whole = template_expand(&all, SPAN("it"), root, out, why);
	record_memory_free(&memory);
	return is_whole;
}

static const struct {
	const char *what, *text, *expanded;
} expansions[] = {
	{ "a text", "from {{table}} as t", "from topics as t" },
	{ "a list", "{{#columns}}{{name}}{{|, }}{{/columns}}", "id, title" },
	{ "outer names", "{{#columns}}{{table}}.{{name}} {{/columns}}", "topics.id topics.title " },
	{ "a name that is hidden", "{{name}}{{#columns}} {{name}}{{/columns}}",
		"outer 1 id title" },
	{ "conditions",
		"{{#is_soft}}a{{/is_soft}}{{^is_soft}}b{{/is_soft}}{{#is_hard}}c{{/"
		"is_hard}}{{^is_hard}}d{{/is_hard}}",
		"ad" },
	{ "tags alone on their lines", "a\n\t{{#columns}}\n\t{{name}}{{|,}}\n\t{{/columns}}\nb\n",
		"a\n\tid,\n\ttitle\nb\n" },
	{ "tags beside text keep the line", "a {{#is_soft}}b{{/is_soft}}\nc", "a b\nc" },
	{ "a partial", "x {{>row}}y", "x (outer 1, topics)\ny" },
	{ "an indented partial", "a\n\t{{>rows}}\nb", "a\n\t(id, topics)\n\t(title, topics)\nb" },
	{ "braces that are no tag", "array['{a}'] {b} }}", "array['{a}'] {b} }}" },
	{ "a text as a condition", "{{#table}}in {{table}}{{/table}}{{^table}}none{{/table}}",
		"in topics" },
	{ "once for a list", "{{?columns}}({{#columns}}{{name}}{{/columns}}){{/columns}}",
		"(idtitle)" },
	{ "a condition does not end a list",
		"{{#columns}}{{?table}}{{name}}{{|, }}{{/table}}{{/columns}}", "id, title" },
	{ "the case of a name", "{{SNAKE}} {{Snake}}", "TWO_WORDS TwoWords" },
	{ "a line that goes on", "a{{\\}}\n\t  b {{\\}} c", "ab  c" },
	{ "a partial without the end of its line", "[{{>joined}}]", "[topics]" },
	{ "numbers", "${{+}}{{#is_hard}}${{+}}{{/is_hard}} {{#columns}}${{+}} {{/columns}}{{>row}}",
		"$1 $2 $3 (outer 1, topics)\n" },
	{ "a record with a base", "{{#based}}{{name}} {{shown}}{{/based}}", "own base" },
	{ "what is skipped needs no names", "{{#is_hard}}{{nothing}}{{>nothing}}{{/is_hard}}a",
		"a" },
	{ "a brace before a tag", "{{{table}}}", "{topics}" },
	{ "a partial that a text names", "[{{>*part}}]", "[topics]" },
	{ "roff", "{{-}}a-b {{dashed}}{{/}}-c", "a\\-b x\\-y-c" },
	{ "nothing", "", "" },
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
	{ "a\n{{nothing}}", "it, line 2: no such name: nothing" },
	{ "{{columns}}", "it, line 1: a list, not a text: columns" },
	{ "{{#columns}}\n{{name}}", "it, line 1: a section without end: columns" },
	{ "{{#columns}}{{/is_soft}}", "it, line 1: the end of another section: is_soft" },
	{ "{{/columns}}", "it, line 1: an end without its section: columns" },
	{ "{{>missing}}", "it, line 1: no such template: missing" },
	{ "{{>*dashed}}", "it, line 1: no such template: x-y" },
	{ "{{>*missing}}", "it, line 1: no such name: missing" },
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
	tcase_add_loop_test(tests, expands, 0, sizeof expansions / sizeof *expansions);
	tcase_add_loop_test(tests, refuses, 0, sizeof errors / sizeof *errors);
	return suite_run("template", tests);
}
