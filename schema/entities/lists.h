/*
 * lists: the lists that templates show (schema/generate), and which fields are in each.
 *
 * What holds of a field are its facts, one bit each: its flags, its kind, and what the entity says
 * of it. The name of a list of fields is also a condition: is_NAME.
 */
#ifndef SCHEMA_ENTITIES_LISTS_H
#define SCHEMA_ENTITIES_LISTS_H

#include "schema/entities/entity.h"

/* Facts, after those of enum field_flags. */
#define FACT_KIND(kind)   (UINT64_C(1) << (16 + (kind)))
#define FACT_LISTS        (FACT_KIND(FIELD_IDS) | FACT_KIND(FIELD_TAGS) | FACT_KIND(FIELD_OBJECTS))
#define FACT_NUMBERS      (FACT_KIND(FIELD_INT) | FACT_KIND(FIELD_REAL) | FACT_KIND(FIELD_REFERENCE))
#define FACT_RANGE        (UINT64_C(1) << 40) /* the column of the params `from` and `to` */
#define FACT_ORDER        (UINT64_C(1) << 41) /* the column of an order */
#define FACT_ID           (UINT64_C(1) << 42) /* as an order, it is that of the ids */
#define FACT_OWNER        (UINT64_C(1) << 43) /* deleted and restored with the row that it names */
#define FACT_OF_OUTER     (UINT64_C(1) << 44) /* `of` is the field of the outer view */
#define FACT_FILTER(flag) ((uint64_t)(flag) << 48)
#define FACT_ANY          UINT64_MAX

/* Of which parts a list consists. */
enum list_source {
	LIST_FIELDS,
	LIST_ITEMS,
	LIST_ORDERS, /* each column up and down */
	LIST_SHOWN,  /* in the tables of `study` */
	LIST_FILTERS,
	LIST_ENTITIES,
	LIST_CHECKS,
	LIST_UNIQUE, /* one or none */
	LIST_KEY,    /* the columns of `unique` */
	LIST_VERBS,
	LIST_CHOICES,
	LIST_ONE, /* one entity, in the list of its table's name */
};

struct list {
	const char *name;
	enum list_source source;
	uint64_t all, any, none; /* which facts its fields have; any, 0: it does not matter */
	uint64_t null, no_null;  /* in the list, null is taken: which facts this needs; unless */
	bool has_default;        /* the list shows defaults */
	const char *mark; /* a text that is only in views of the list and inside; NULL: none */
	const char
		*by; /* of entities: they name the outer one in a field of this list; NULL: all */
};

/* The last one has no name. */
extern const struct list list_table[];

#endif
