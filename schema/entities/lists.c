#include "schema/entities/lists.h"

const struct list list_table[] = {
	{ "entities", LIST_ENTITIES },
	{ "referrers", LIST_ENTITIES, .by = "references" },
	{ "children", LIST_ENTITIES, .by = "owners" },
	{ "checks", LIST_CHECKS },
	{ "unique", LIST_UNIQUE },
	{ "key", LIST_KEY },
	{ "verbs", LIST_VERBS },
	{ "choices", LIST_CHOICES },
	{ "orders", LIST_ORDERS },
	{ "shown", LIST_SHOWN },
	{ "filters", LIST_FILTERS },
	{ "sources", LIST_FILTERS, .all = FACT_FILTER(FILTER_INDEXED) },
	{ "day_filters", LIST_FILTERS, .all = FACT_FILTER(FILTER_NEEDS_TODAY) },
	{ "tag_filters", LIST_FILTERS, .all = FACT_FILTER(FILTER_NEEDS_TAG) },
	{ "scan_filters", LIST_FILTERS, .all = FACT_FILTER(FILTER_IN_SCAN) },
	{ "page_filters", LIST_FILTERS, .none = FACT_FILTER(FILTER_IN_SCAN) },
	/* of the objects of a list: what they may have and must have */
	{ "items", LIST_ITEMS, .null = FACT_ANY, .no_null = FIELD_REQUIRED | FIELD_NO_NULL },
	{ "needed_items", LIST_ITEMS, .all = FIELD_REQUIRED },

	{ "fields" },
	/* of a response, and of that to get, list and delete */
	{ "columns", .null = FIELD_CLEARS | FIELD_EMPTIES, .has_default = true, .mark = "is_response" },
	{ "read_columns", .none = FIELD_WRITES_ONLY, .mark = "is_read" },
	/* what a create may give, and what its body must give */
	{ "created", .all = FIELD_CREATES, .null = FACT_ANY, .no_null = FIELD_REQUIRED | FIELD_NO_NULL, .has_default = true },
	{ "needed", .all = FIELD_REQUIRED, .none = FIELD_PARENT },
	/* what an update may change, and what `study` --clear may clear */
	{ "changed", .all = FIELD_CHANGES, .null = FIELD_CLEARS },
	{ "cleared", .all = FIELD_CHANGES, .any = FIELD_CLEARS | FACT_LISTS },
	/* the columns of the table but id and the times of rows */
	{ "stored", .any = FIELD_GIVEN | FIELD_DERIVED },
	{ "inserted", .any = FIELD_CREATES | FIELD_DERIVED },
	{ "derived", .all = FIELD_DERIVED },
	/* never null, or derived: a row with these fulfils the table's constraints */
	{ "constrained", .any = FIELD_GIVEN | FIELD_DERIVED, .none = FIELD_CLEARS },
	/* references that a write newly names, that each change holds, and that a restore holds */
	{ "links", .all = FACT_KIND(FIELD_REFERENCE), .any = FIELD_GIVEN, .none = FIELD_HELD },
	{ "held", .all = FIELD_HELD },
	{ "anchors", .any = FACT_OWNER | FIELD_HELD },
	{ "owners", .all = FACT_OWNER },
	{ "references", .any = FACT_KIND(FIELD_REFERENCE) | FACT_KIND(FIELD_IDS) },
	/* of a reference: what a response shows of its row */
	{ "lookups", .all = FIELD_LOOKUP | FACT_OF_OUTER },
	{ "read_lookups", .all = FIELD_LOOKUP | FACT_OF_OUTER, .none = FIELD_WRITES_ONLY },
	{ "shown_lists", .all = FACT_KIND(FIELD_OBJECTS) | FIELD_COMPUTED },
	{ "tag_fields", .all = FACT_KIND(FIELD_TAGS) },
	{ "captions", .all = FACT_KIND(FIELD_TEXT) | FIELD_REQUIRED }, /* the first one tells rows apart */
	{ "order_columns", .all = FACT_ORDER, .none = FACT_ID },
	{ "parent", .all = FIELD_PARENT }, /* one or none */
	{ "range", .all = FACT_RANGE },    /* one or none */

	/* only conditions */
	{ "id", .all = FACT_ID },
	{ "nullable", .all = FIELD_CLEARS },
	{ "maybe_null", .any = FIELD_CLEARS | FIELD_EMPTIES },
	{ "never_null", .all = FIELD_NO_NULL },
	{ "required", .all = FIELD_REQUIRED },
	{ "version", .all = FIELD_VERSION },
	{ "copy", .all = FIELD_COPY },
	{ "lookup", .all = FIELD_LOOKUP },
	{ "computed", .all = FIELD_COMPUTED },
	{ "shown_only", .any = FIELD_SHOWN_ONLY },
	{ "writes_only", .all = FIELD_WRITES_ONLY },
	{ "list", .any = FACT_LISTS },
	{ "number", .any = FACT_NUMBERS },
	{ 0 },
};
