#include "schema/generate/model_name.h"

#include <ctype.h>
#include <limits.h>

void model_set_upper(struct record *r, const char *name, const char *text)
{
	char upper[NAME_MAX] = { 0 };
	for (size_t i = 0; text[i] && i < sizeof upper - 1; i++)
		upper[i] = (char)toupper((unsigned char)text[i]);
	record_set(r, name, "%s", upper);
}

void model_set_camel(struct record *r, const char *name, const char *text)
{
	char camel[NAME_MAX] = { 0 };
	bool is_start = true;
	for (size_t len = 0; *text && len < sizeof camel - 1; text++) {
		if (*text != '_')
			camel[len++] = is_start ? (char)toupper((unsigned char)*text) : *text;
		is_start = *text == '_';
	}
	record_set(r, name, "%s", camel);
}

void model_set_words(struct record *r, const char *name, struct span text, char between)
{
	char words[NAME_MAX] = { 0 };
	for (size_t i = 0; i < text.len && i < sizeof words - 1; i++)
		words[i] = (char)(text.bytes[i] == '_' ? between : text.bytes[i]);
	record_set(r, name, "%s", words);
}

void model_set_title(struct record *r, const char *name, const char *text)
{
	model_set_words(r, name, span_of(text), ' ');
	const char *words = record_text_of(r, name);
	if (*words)
		record_set(r, name, "%c%s", toupper((unsigned char)*words), words + 1);
}

void model_set_label(struct record *r, const char *name, const struct entity *e)
{
	model_set_words(r, name, span_of(e->label ? e->label : e->one), ' ');
}
