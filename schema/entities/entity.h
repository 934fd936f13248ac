/*
 * entity: the shape of an entity's description (DESIGN section 9).
 *
 * A description is one C file of this folder: which columns a row has and what can be done with
 * rows. The generator (schema/generate) makes the statements of its verbs from the templates in
 * schema/templates. A statement in schema/statements wins over a template.
 *
 * To add an entity, write its description, add it to entities.c, and write a migration.
 */
#ifndef SCHEMA_ENTITIES_ENTITY_H
#define SCHEMA_ENTITIES_ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_kind {
	KEY_INT,  /* int8, from the database */
	KEY_UUID, /* from the caller */
};

enum field_kind {
	/* columns */
	FIELD_NAME,      /* text in its folded form (common/name.h) */
	FIELD_TEXT,      /* text, kept to the byte */
	FIELD_INT,       /* integer */
	FIELD_DATE,      /* date */
	FIELD_INSTANT,   /* timestamptz */
	FIELD_REFERENCE, /* the id of a row of another entity, `of` */
	FIELD_VERSION,   /* updated_at: the row's version, from which its ETag is made */
	/* only in responses */
	FIELD_COPY, /* the value of the column `of` under a second name */
	/* The expression `value` over the row that the reference `of` names. Changes read that row
	 * by the function ONE_now(account_id, id) of the database, which sees what was committed
	 * meanwhile. */
	FIELD_LOOKUP,
};

enum field_flags {
	FIELD_CHANGES = 1, /* an update may change it */
	FIELD_CLEARS = 2,  /* and may set it to null */
	FIELD_WRITES_ONLY =
		4, /* FIELD_LOOKUP: the response to get, list and delete does not have it */
	FIELD_HELD =
		8, /* FIELD_REFERENCE: every change of the row holds the other row against deletion */
};

struct field {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	int64_t min, max; /* of an INT; code points of a text. 0, 0: no limit but the kind's own */
	const char *of;
	const char *value, *type; /* FIELD_LOOKUP: an expression and its type, in SQL */
	const char *example;      /* JSON, for openapi.json */
};

/* The verbs whose statements come from schema/templates. */
enum verb {
	VERB_GET = 1,
	VERB_UPDATE = 2,
	VERB_DELETE = 4, /* sets deleted_at */
	VERB_RESTORE = 8,
};

struct entity {
	const char *name; /* of its table, and of its methods before the dot */
	const char *one;  /* the word for one of it */
	enum key_kind key;
	unsigned verbs;
	const struct field *fields; /* in the order of rows; after the id */
	size_t field_count;
	/* Columns, with a NULL at the end. A list is in the order of one of them and then of the
	 * id, both ways. NULL: the statement has its own orders. */
	const char *const *orders;
	const char *id_example,
		*change_example; /* JSON: an id; a member of the body of an update */
};

#define ENTITY_ITEMS(array) array, sizeof(array) / sizeof *(array)

#endif
