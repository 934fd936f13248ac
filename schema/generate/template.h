/*
 * template: text with tags that records fill. The tags are those of Mustache (mustache(5)), less
 * what nothing here needs, and more:
 *
 *	{{name}}                the text of that name; {{Name}} its text as ItsText, {{NAME}} in
 *	                        capitals; {{{name}}} in braces
 *	{{#name}}...{{/name}}   once for each record of the list; its names hide the outer ones. Of a
 *	                        text: once, unless it is empty
 *	{{?name}}...{{/name}}   once, unless the list or text is empty
 *	{{^name}}...{{/name}}   once if it is empty
 *	{{-}}...{{/}}           with each - as \-, for roff
 *	{{>name}}               the template of that name, with the same records; {{>*name}} that which
 *	                        the text of that name names
 *	{{|text}}               text, but not in the last record of the list: a separator
 *	{{+}}                   1, then 2, and so on: the numbers of a statement's params
 *	{{\}}                   nothing: the next line goes on here, without its indentation
 *
 * A section, partial or end tag that is alone on its line removes the line. A partial that is alone
 * on its line is indented as its tag is. Nothing is escaped.
 *
 * A name that no record has is an error, as are tags that do not match: the generated text never
 * holds less than the template says.
 *
 *	bool is_whole = template_expand(&library, SPAN("get"), root, &out, &why);
 */
#ifndef SCHEMA_GENERATE_TEMPLATE_H
#define SCHEMA_GENERATE_TEMPLATE_H

#include "common/buf.h"
#include "schema/generate/record.h"

/* Where templates come from. */
struct template_library {
	/* The text of a template, which the caller frees; NULL: there is none. */
	char *(*read)(const void *arg, struct span name);
	const void *arg;
};

/* Appends the expanded template. False: the template, the line and the reason are in `why`, which
 * must be empty. */
bool template_expand(const struct template_library *library, struct span name,
	const struct record *root, struct buf *out, struct buf *why);

#endif
