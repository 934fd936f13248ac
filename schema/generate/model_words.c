#include "schema/generate/model_words.h"

#include <inttypes.h>
#include <string.h>

#include "common/buf.h"
#include "schema/generate/model_field.h"

static const struct {
	const char *kind;
	const char *unit;   /* of its limits */
	const char *others; /* what else there is to know */
} kind_table[FIELD_KINDS] = {
	[FIELD_NAME] = { "text", " characters", ", white space folded, not blank" },
	[FIELD_TEXT] = { "text", " characters", "" },
	[FIELD_INT] = { "integer", "", "" },
	[FIELD_REAL] = { "number", "", "" },
	[FIELD_BOOL] = { "boolean", "", "" },
	[FIELD_CHOICE] = { "text", "", "" },
	[FIELD_DATE] = { "text", "", ": an existing day, YYYY-MM-DD, years 1900 to 9999" },
	[FIELD_TIME] = { "text", "", ": a time of day, HH:MM, 00:00 to 23:59" },
	[FIELD_INSTANT] = { "text", "", ": an instant, RFC 3339" },
	[FIELD_REFERENCE] = { "integer", "", "" },
	[FIELD_IDS] = { "list", " integers", "" },
	[FIELD_TAGS] = { "list", " texts", ": names of `tags`" },
	[FIELD_OBJECTS] = { "list", " maps", "" },
	[FIELD_VERSION] = { "text", "", ": an instant, RFC 3339" },
};

static void put_limits(struct buf *out, const struct field *f)
{
	struct limits limits = model_field_limits(f);
	const char *unit = kind_table[f->kind].unit;
	if (limits.min == 0 && limits.max == 0)
		return;
	buf_text(out, model_field_is_list(f) ? " of " : ", ");
	if (limits.max == INT64_MAX)
		buf_printf(out, "%" PRId64 " or more%s", limits.min, unit);
	else if (limits.min == 0 && *unit)
		buf_printf(out, "at most %" PRId64 "%s", limits.max, unit);
	else
		buf_printf(out, "%" PRId64 " to %" PRId64 "%s", limits.min, limits.max, unit);
}

static void put_choices(struct buf *out, const struct field *f)
{
	const char *between = ": ";
	for (const char *const *choice = f->choices; choice && *choice; choice++, between = ", ")
		buf_printf(out, "%s`%s`", between, *choice);
}

static void put_words(struct buf *out, const struct field *f)
{
	buf_text(out, kind_table[f->kind].kind);
	put_limits(out, f);
	buf_text(out, kind_table[f->kind].others);
	put_choices(out, f);
	if ((f->kind == FIELD_REFERENCE || f->kind == FIELD_IDS) && f->of)
		buf_printf(out, ": id%s of `%s`", f->kind == FIELD_IDS ? "s" : "", f->of);
}

static void put_maps(struct buf *out, const struct field *f)
{
	for (size_t i = 0; i < f->item_count; i++) {
		const struct field *item = &f->items[i];
		buf_printf(out, "%s`%s` (", i ? ", " : ": ", item->name);
		put_words(out, item);
		buf_printf(out, "%s)", item->flags & FIELD_REQUIRED ? "; required" : "");
	}
}

static void set_words(struct record *r, const char *name, struct buf *words)
{
	buf_byte(words, '\0');
	record_set(r, name, "%s", words->failed ? "" : words->bytes);
	buf_fini(words);
}

static const char *absent_words(const struct field *f)
{
	if (f->computed_fallback)
		return f->kind == FIELD_DATE ? "; nil means today" : "; nil means now";
	if (f->flags & FIELD_REQUIRED)
		return "";
	return f->fallback ? "; nil means the default" : "; nil means none";
}

void model_words_put_params(struct record *r, const struct field *f)
{
	struct buf words = { 0 };
	record_set(r, "absent_words", "%s", absent_words(f));
	if (!kind_table[f->kind].kind)
		return;
	put_words(&words, f);
	put_maps(&words, f);
	if (f->kind == FIELD_INSTANT && strcmp(model_field_param_type(f), "text") == 0)
		buf_text(&words, "; without an offset, in the account's time zone");
	set_words(r, "words", &words);
}

void model_words_put_response(struct record *r, const struct entity *e, const struct field *f)
{
	struct buf words = { 0 };
	struct field shown = model_field_shown(e, f);
	if (f->type) {
		buf_printf(&words, "%s%s", kind_table[shown.kind].kind,
			shown.kind == FIELD_OBJECTS ? " of maps" : kind_table[shown.kind].others);
		put_maps(&words, f);
	} else {
		put_words(&words, &shown);
		put_maps(&words, &shown);
	}
	if (f->flags & (FIELD_CLEARS | FIELD_EMPTIES))
		buf_text(&words, "; or nil");
	set_words(r, "response_words", &words);
}
