/*
 * library: the template files of schema/.
 *
 * A name with a slash is a path in schema/. A name with a dot is a statement,
 * schema/statements/NAME.sql. Every other name is schema/templates/NAME.sql.
 *
 *	struct library library = { .schema = "schema" };
 *	struct template_library templates = library_templates(&library);
 *	...
 *	library_fini(&library);
 */
#ifndef SCHEMA_GENERATE_LIBRARY_H
#define SCHEMA_GENERATE_LIBRARY_H

#include "schema/generate/template.h"

struct library {
	const char *schema;       /* the folder */
	struct record_tree texts; /* of the files that were read */
};

struct template_library library_templates(struct library *library);

bool library_has(const struct library *library, const char *name);

/* Calls `visit` with the name of each file of schema/statements, until it returns false. False: it
 * did, or the folder cannot be read (errno). */
bool library_each_statement(
	const struct library *library, bool (*visit)(void *arg, const char *name), void *arg);

void library_fini(struct library *library);

#endif
