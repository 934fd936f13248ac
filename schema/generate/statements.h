/*
 * statements: the text of every statement, from schema/statements, schema/templates and
 * schema/entities.
 *
 * schema/statements/NAME.sql is the statement NAME. A verb of an entity that has no such file comes
 * from the template of the verb. Both show the entity whose name stands before the dot; every other
 * file shows all entities.
 *
 * The name of a template with a slash is a path in schema/. A name with a dot is a statement. Every
 * other name is schema/templates/NAME.sql.
 */
#ifndef SCHEMA_GENERATE_STATEMENTS_H
#define SCHEMA_GENERATE_STATEMENTS_H

#include "schema/generate/template.h"

/* Reads a template, as struct template_library says. `schema` is the folder, a text. */
char *statements_read(const void *schema, struct span name);

/* Appends one statement, or what the file that a path names becomes. False: the reason is in `why`,
 * which must be empty. */
bool statements_expand(const char *schema, const char *name, struct buf *out, struct buf *why);

#endif
