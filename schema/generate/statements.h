/*
 * statements: the text of every statement, from schema/statements, schema/templates and
 * schema/entities.
 *
 * schema/statements/NAME.sql is the statement NAME. A verb of an entity that has no such file comes
 * from the template of the verb. Both are expanded with the records of the entity whose name stands
 * before the dot, a statement of no entity with those of all (schema/generate/model.h).
 */
#ifndef SCHEMA_GENERATE_STATEMENTS_H
#define SCHEMA_GENERATE_STATEMENTS_H

#include "common/buf.h"

/* Appends one statement. `schema` is the folder. False: the reason is appended to `why`. */
bool statements_expand(const char *schema, const char *name, struct buf *out, struct buf *why);

/* Writes each statement to NAME.sql in a folder that exists. */
bool statements_write(const char *schema, const char *folder, struct buf *why);

#endif
