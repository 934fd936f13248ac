#include "schema/entities/entities.h"

/* Items of lists. */
static const struct field id = { .kind = FIELD_REFERENCE, .flags = FIELD_NO_NULL };
static const struct field tag = { NULL, FIELD_TEXT, FIELD_NO_NULL, 1, 100 };

const struct kind entity_kinds[FIELD_KINDS] = {
	[FIELD_NAME] = { "name", "text", "text", "PARAM_NAME", "string", "Length", "OPTION_TEXT", "TEXT" },
	[FIELD_TEXT] = { "text", "text", "text", "PARAM_TEXT", "string", "Length", "OPTION_TEXT", "TEXT" },
	[FIELD_INT] = { "int", "integer", "int8", "PARAM_INT", "integer", "imum", "OPTION_INT", "N" },
	[FIELD_REAL] = { "real", "float8", "float8", "PARAM_REAL", "number", "imum", "OPTION_REAL", "N" },
	[FIELD_BOOL] = { "bool", "boolean", "bool", "PARAM_BOOL", "boolean", "", "OPTION_BOOL", "" },
	[FIELD_CHOICE] = { "choice", "text", "text", "PARAM_CHOICE", "string", "", "OPTION_CHOICE", "WORD" },
	[FIELD_DATE] = { "date", "date", "date", "PARAM_DATE", "string", "", "OPTION_DATE", "DAY" },
	[FIELD_TIME] = { "time", "time", "time", "PARAM_TIME", "string", "", "OPTION_TIME", "TIME" },
	[FIELD_INSTANT] = { "instant", "timestamptz", "text", "PARAM_LOCAL_INSTANT", "string", "", "OPTION_TEXT", "TIME" },
	[FIELD_REFERENCE] = { "reference", "int8", "int8", "PARAM_INT", "integer", "imum", "OPTION_INT", "ID", "_id" },
	[FIELD_IDS] = { "ids", "int8[]", "jsonb", "PARAM_IDS", "array", "Items", "OPTION_IDS", "ID", "_ids", &id },
	[FIELD_TAGS] = { "tags", "int8[]", "jsonb", "PARAM_TEXTS", "array", "Items", "OPTION_TEXTS", "TAG", "s", &tag },
	[FIELD_OBJECTS] = { "objects", "jsonb", "jsonb", "PARAM_OBJECTS", "array", "Items", "OPTION_OBJECTS", "", "s" },
};
