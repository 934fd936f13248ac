/*
 * template: text with tags that views of the descriptions fill (schema/generate/model.h). The tags
 * are those of Mustache (mustache(5)), less what nothing here needs, and more:
 *
 *	{{name}}                the text of that name; {{Name}} its text as ItsText, {{NAME}} in
 *	                        capitals; {{{name}}} in braces
 *	{{#name}}...{{/name}}   once for each view of the list; its names hide the outer ones. Of a
 *	                        text: once, unless it is empty
 *	{{?name}}...{{/name}}   once, unless the list or text is empty
 *	{{^name}}...{{/name}}   once if it is empty
 *	{{?a|b}}...{{/a|b}}     once, unless both are empty; {{^a|b}} once if both are
 *	{{>name}}               the template of that name, with the same views
 *	{{$name}}...{{/name}}   a block: the text, or what a template that inherits this one has in
 *	                        its block of that name
 *	{{<name}}...{{/name}}   the template of that name, which is the parent, with the blocks that
 *	                        stand here; nothing else may stand here
 *	{{|text}}               text, but not in the last view of the list: a separator
 *	{{+}}                   1, then 2, and so on: the numbers of a statement's params
 *	{{\}}                   nothing: the next line goes on here, without its indentation
 *
 * A section, block, parent, partial or end tag that is alone on its line removes the line. If the
 * tag of a partial is alone on its line, the partial is indented as its tag is; so is a block that
 * stands in place of another. Nothing is escaped.
 *
 * A name that no view has is an error, as are tags that do not match and a block that the parent
 * does not use: the generated text never holds less than the template says.
 *
 * A name of a template with a slash is a path in the folder `schema`. A name with a dot stands for
 * schema/statements/NAME.sql, every other one for schema/templates/NAME.sql.
 */
#ifndef SCHEMA_GENERATE_TEMPLATE_H
#define SCHEMA_GENERATE_TEMPLATE_H

#include "schema/generate/model.h"

/* Appends the expanded template. False: the template, the line and the reason are in `why`, which
 * must be empty. */
bool template_expand(const char *schema, struct span name, const struct view *view, struct buf *out,
	struct buf *why);

/* Appends a statement: schema/statements/NAME.sql or, for a verb of an entity without such a file,
 * the template of the verb. It shows the entity whose name stands before the dot. Another name is
 * that of a template, which shows all entities. */
bool template_statement(const char *schema, struct span name, struct buf *out, struct buf *why);

#endif
