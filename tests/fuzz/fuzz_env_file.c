/* A settings file is refused with its name and line, or its entries are valid, and the same entries
 * between double quotes are read in the same way. Every value can be searched for secrets, and a
 * secret that is weak or hidden exists. */
#include <string.h>

#include "common/env_file.h"
#include "common/secret.h"
#include "common/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_name(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	require(*name && strspn(name, letters) == strlen(name) && !(*name >= '0' && *name <= '9'));
}

static void check_secrets(const char *value)
{
	for (enum secret_form form = SECRET_NONE; form <= SECRET_IN_URL; form++) {
		struct buf shown = { 0 };
		secret_put_hidden(form, value, &shown);
		buf_byte(&shown, '\0');
		bool is_hidden = strcmp(shown.bytes, value) != 0;
		require(shown.len <= strlen(value) * 3 + 4);
		require(!secret_is_weak(form, value) || secret_exists(form, value));
		require(!is_hidden || secret_exists(form, value));
		buf_fini(&shown);
	}
}

static void put_quoted(const struct env_entry *entry, struct buf *out)
{
	buf_text(out, "export ");
	buf_text(out, entry->name);
	buf_text(out, "=\"");
	for (const char *at = entry->value; *at; at++) {
		if (strchr("\"\\$`", *at))
			buf_byte(out, '\\');
		buf_byte(out, *at);
	}
	buf_text(out, "\"\n");
}

static void check_same(const struct env_file *a, const struct env_file *b)
{
	require(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		require(strcmp(a->entries[i].name, b->entries[i].name) == 0);
		require(strcmp(a->entries[i].value, b->entries[i].value) == 0);
	}
}

static void check_file(const struct env_file *file)
{
	struct buf quoted = { 0 };
	struct env_file *again = NULL;
	struct fail why = { 0 };
	size_t line = 0;
	for (size_t i = 0; i < file->count; i++) {
		const struct env_entry *entry = &file->entries[i];
		check_name(entry->name);
		require(utf8_is_valid(entry->value, strlen(entry->value)));
		require(entry->line > line);
		require(env_file_find(file, entry->name)->line >= entry->line);
		line = entry->line;
		check_secrets(entry->value);
		put_quoted(entry, &quoted);
	}
	require(env_file_parse("again", buf_view(&quoted), &again, &why) == ST_OK);
	check_same(file, again);
	env_file_free(&again);
	buf_fini(&quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct env_file *file = NULL;
	struct fail why = { 0 };
	enum status st =
		env_file_parse("x.env", (struct span){ (const char *)data, size }, &file, &why);
	if (st == ST_OK)
		check_file(file);
	else
		require(st == ST_BAD_SETTING && !file && strncmp(why.text, "x.env:", 6) == 0
			&& why.text[6] >= '1' && why.text[6] <= '9');
	env_file_free(&file);
	return 0;
}
