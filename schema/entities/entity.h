/*
 * entity: the shape of an entity's description (DESIGN section 9).
 *
 * A description is one C file of this folder: which columns a row has and what can be done with
 * rows. The generator (schema/generate) makes from it the statements of its verbs, with the
 * templates in schema/templates, and its rows of the tables of statuses, methods and routes. A
 * statement in schema/statements wins over a template; it may inherit the template.
 *
 * To add an entity, write its description, add it to entities.c, and write a migration. README.md,
 * "Adding an entity", has a complete example.
 *
 * Pieces of SQL in a description see the row as `e`, with its new values where a request writes
 * it, and in a list also the request as `r`.
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
	FIELD_SAME,      /* of a filter: the field of its name has the kind, limits and choices */
	FIELD_NAME,      /* text in its folded form (common/name.h) */
	FIELD_TEXT,      /* text, kept to the byte */
	FIELD_INT,       /* integer */
	FIELD_REAL,      /* double precision */
	FIELD_BOOL,      /* boolean */
	FIELD_CHOICE,    /* text: one of `choices` */
	FIELD_DATE,      /* date */
	FIELD_TIME,      /* time: hours and minutes */
	FIELD_INSTANT,   /* timestamptz; without an offset in the account's zone */
	FIELD_REFERENCE, /* the id of a row of another entity, `of` */
	FIELD_IDS,       /* int8[]: ids of rows of `of`, at most `max` */
	FIELD_TAGS,      /* names of tags, at most `max`; the column is tag_ids, int8[] */
	FIELD_OBJECTS,   /* jsonb: a list of at most `max` objects with the fields `items` */
	FIELD_KINDS,
};

struct field;

/* What a kind is elsewhere. */
struct kind {
	const char *name;
	const char *column, *array; /* in SQL: the column, the elements of the param's array */
	const char *param;          /* in the method table */
	const char *json, *limits;  /* in openapi.json: the type, minLIMITS and maxLIMITS */
	const char *option, *argument, *end; /* in `study`; what the option's name drops */
	const struct field *item; /* of each element, without a name. NULL: `items` of the field */
};

extern const struct kind entity_kinds[FIELD_KINDS];

enum field_flags {
	FIELD_CHANGES = 1, /* an update may change it */
	FIELD_CLEARS = 2,  /* and may set it to null */
	/* FIELD_LOOKUP: the response to get, list and delete does not have it */
	FIELD_WRITES_ONLY = 4,
	/* FIELD_REFERENCE: every change of the row holds the other row against deletion. Without
	 * it, a write holds the row that it newly names. */
	FIELD_HELD = 8,
	FIELD_CREATES = 16, /* a create may give it */
	/* A create must give it. FIELD_REFERENCE that no update changes: the row is deleted and
	 * restored with that row. */
	FIELD_REQUIRED = 32,
	/* FIELD_REFERENCE, required: a create and a list name that row in their path. It is the
	 * first filter. */
	FIELD_PARENT = 64,
	FIELD_EMPTIES = 128, /* it may be null, although no request gives null */
	FIELD_NO_NULL = 256, /* a create refuses its null. Else a null means the default */

	/* Columns that no request gives */
	FIELD_VERSION = 512,  /* updated_at: the row's version, from which its ETag is made */
	FIELD_DERIVED = 1024, /* `value` sets the column in each write; e has its old value */
	/* Only in responses */
	FIELD_COPY = 2048, /* the value of the column `of` under a second name */
	/* The expression `value` over the row that the reference `of`, an earlier field, names.
	 * Changes read that row by the function ONE_now(account_id, id) of the database, which sees
	 * what was committed meanwhile. */
	FIELD_LOOKUP = 4096,
	FIELD_COMPUTED = 8192, /* the expression `value` */
	FIELD_SHOWN_ONLY = FIELD_COPY | FIELD_LOOKUP | FIELD_COMPUTED,

	/* what most fields are */
	FIELD_NEEDED = FIELD_CREATES | FIELD_REQUIRED | FIELD_CHANGES,
	FIELD_GIVEN = FIELD_CREATES | FIELD_CHANGES, /* has a default, is never null */
	FIELD_OPTIONAL = FIELD_CREATES | FIELD_CHANGES | FIELD_CLEARS,
};

struct field {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	int64_t min,
		max; /* of a number; code points of a text; elements of a list. 0, 0: no limit */
	const char *of;
	const char *value;          /* an SQL expression */
	const char *example;        /* JSON, for openapi.json */
	const char *const *choices; /* NULL-terminated */
	/* What a create sets if the request does not give it: a constant, of a list as JSON, or an
	 * SQL expression over the request `r`. NULL, NULL: null. */
	const char *fallback, *computed_fallback;
	const struct field *items; /* also of a computed list: what its objects have */
	size_t item_count;
	const char *help; /* of its option of `study`; NULL: made from the kind and the limits */
};

enum filter_flags {
	/* The condition needs r.current_day, the account's day. */
	FILTER_NEEDS_TODAY = 1,
	/* It needs r.tag_ids, a list of the tag whose name is r.tag. */
	FILTER_NEEDS_TAG = 2,
	/* An index finds the rows: by the condition, `e.LIST_ids @> …`; without one, the index
	 * (account_id, NAME, …) of rows where NAME is not null. Each reference has one. */
	FILTER_INDEXED = 4,
	/* The scan of the list compares it: the pages are full, however many rows it skips. Without
	 * it, a page ends after 5,000 compared rows. */
	FILTER_IN_SCAN = 8,
};

/* A param of the list that selects rows. */
struct filter {
	const char *name;
	/* Over e and r. NULL: e.NAME = r.NAME */
	const char *condition;
	enum field_kind kind;
	int64_t min, max;
	const char *const *choices;
	unsigned flags;
	/* Over r: the day of the range's column that the rows have, if it is not null. Then its
	 * index finds them. Without a condition, the filter is only this day. */
	const char *day;
};

/* Rows must not have this. */
struct check {
	const char *condition;
	const char *outcome; /* CODE field: message (worker/encode.h) */
};

/* No two live rows of an account have the same values in these columns. */
struct unique {
	const char *field; /* the param that an error names */
	const char *code;  /* the error; its status stands in common/status.h */
	struct unique_column {
		const char *name, *value; /* the column, and what it is, an expression over `e` */
	} columns[3];                     /* the last one has no name */
};

struct entity {
	const char *name; /* of its table, and of its methods before the dot */
	const char *one;  /* the word for one of it */
	/* For people. NULL: `one` with blanks; `name` with blanks. */
	const char *label, *plural;
	/* The segment of its path; NULL: `name` with hyphens. With a parent, lists and creates are
	 * at PARENT/{PARENT_id}/nested_path. */
	const char *path, *nested_path;
	enum key_kind key;
	/* Those that the build generates whole: statements, rows of tables and papers. With a NULL
	 * at the end. A delete sets deleted_at. */
	const char *const *verbs;
	bool is_in_system_c;        /* has routes at /api */
	bool tells_location;        /* a create at /api responds with Location, too */
	const struct field *fields; /* in the order of rows; after the id */
	size_t field_count;
	/* Columns, with a NULL at the end. A list is in the order of one of them and then of the
	 * id, both ways. With KEY_INT, created_at is the order of ids. */
	const char *const *orders;
	const char
		*default_order; /* a column, with a minus for the newest first; NULL: created_at */
	const char *range;      /* the column of the params `from` and `to`; NULL: none */
	/* The list has the param q, the table the column search_key. A search in all kinds shows
	 * the first required text. */
	bool has_search;
	const char *search_alias; /* another name of q at /api; NULL: none */
	const struct filter *filters;
	size_t filter_count;
	const struct check *checks;
	size_t check_count;
	struct unique unique; /* all NULL: none */
	bool is_kept; /* some rows: its statement of deletes refuses them, in the block `kept` */
	const char *id_example,
		*change_example; /* JSON: an id; a member of the body of an update */
	/* The fields that a table of `study` shows after the id, in order; at most 6. NULL: `study`
	 * has no command of this description. */
	const char *const *shown;
	const char *command; /* of `study`; NULL: `one` with hyphens */
};

#define ENTITY_ITEMS(array) array, sizeof(array) / sizeof *(array)
#define ENTITY_CHOICES(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define VERBS_ALL ENTITY_CHOICES("get", "list", "create", "update", "delete", "restore")

#endif
