#include "common/password_list.h"

#include <stdlib.h>
#include <string.h>

#include "common/trusted_file.h"

struct password_list {
	struct buf text;
	struct span *entries; /* sorted by compare; they point into the text */
	size_t count;
};

/* Orders by length first, which strncasecmp alone cannot. */
static int compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return strncasecmp(x->bytes, y->bytes, x->len);
}

static bool is_comment(struct span line)
{
	static const char mark[] = "#!comment:";
	return line.len >= sizeof mark - 1 && memcmp(line.bytes, mark, sizeof mark - 1) == 0;
}

/* Takes the next password that is long enough; false at the end. */
static bool next_entry(struct span *rest, struct span *out)
{
	while (rest->len > 0) {
		struct span line = span_cut(rest, '\n');
		if (line.len && line.bytes[line.len - 1] == '\r')
			line.len--;
		if (line.len < PASSWORD_LIST_LENGTH_MIN || is_comment(line))
			continue;
		*out = line;
		return true;
	}
	return false;
}

static enum status index_entries(struct password_list *l)
{
	struct span entry, rest = buf_view(&l->text);
	while (next_entry(&rest, &entry))
		l->count++;
	if (l->count == 0)
		return ST_OK;
	l->entries = calloc(l->count, sizeof *l->entries);
	if (!l->entries)
		return ST_NO_MEMORY;
	rest = buf_view(&l->text);
	for (size_t i = 0; next_entry(&rest, &l->entries[i]);)
		i++;
	qsort(l->entries, l->count, sizeof *l->entries, compare);
	return ST_OK;
}

enum status password_list_open(const char *path, struct password_list **out, struct fail *why)
{
	struct password_list *l = calloc(1, sizeof *l);
	if (!l)
		return ST_NO_MEMORY;
	l->text.limit = PASSWORD_LIST_BYTES_MAX;
	enum status st = trusted_file_read(path, TRUSTED_PUBLIC, &l->text, why);
	if (st == ST_OK)
		st = index_entries(l);
	if (st != ST_OK) {
		password_list_free(&l);
		return st;
	}
	*out = l;
	return ST_OK;
}

bool password_list_has(const struct password_list *l, struct span password)
{
	return l->count > 0
	       && bsearch(&password, l->entries, l->count, sizeof *l->entries, compare) != NULL;
}

static bool is_name(const struct new_password *password)
{
	for (size_t i = 0; i < sizeof password->names / sizeof *password->names; i++)
		if (password->names[i].len
			&& span_equals_nocase(password->names[i], password->text))
			return true;
	return false;
}

enum status password_list_check(
	const struct password_list *l, const struct new_password *password, struct fail *why)
{
	const char *name = password->field ? password->field : "the password";
	const char *field = password->field ? password->field : "";
	if (l && password_list_has(l, password->text))
		return fail_field(why, ST_WEAK_PASSWORD, field,
			"%s is widely known: choose another one", name);
	if (is_name(password))
		return fail_field(why, ST_WEAK_PASSWORD, field,
			"%s must not be the user name or the e-mail address", name);
	return ST_OK;
}

size_t password_list_count(const struct password_list *l)
{
	return l->count;
}

void password_list_free(struct password_list **list)
{
	struct password_list *l = *list;
	if (!l)
		return;
	buf_fini(&l->text);
	free(l->entries);
	free(l);
	*list = NULL;
}
