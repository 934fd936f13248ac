#include "common/curve_clients.h"

#include <stdlib.h>
#include <string.h>

static const char form_rule[] = "it must be `KEY`, `KEY account=NUMBER` or `KEY worker`";
static const char account_rule[] = "account= needs the number of an account, from 1";
static const char account_word[] = "account=";

enum { ACCOUNT_WORD_LEN = sizeof account_word - 1 };

static enum status refuse(struct fail *why, int line, const char *rule)
{
	return fail_set(why, ST_BAD_SETTING, "line %d: %s", line, rule);
}

static bool is_account(struct span word)
{
	return word.len >= ACCOUNT_WORD_LEN
	       && memcmp(word.bytes, account_word, ACCOUNT_WORD_LEN) == 0;
}

/* Decimal digits that do not begin with 0. */
static bool read_account(struct span digits, int64_t *account)
{
	return digits.len && *digits.bytes >= '1' && *digits.bytes <= '9'
	       && span_to_int(digits, account);
}

/* Returns the rule that the line breaks, or NULL. */
static const char *read_client(const struct curve_line *line, struct curve_client *client)
{
	struct span purpose = line->count > 1 ? line->word[1] : (struct span){ 0 };
	if (!curve_parse_key(line->word[0], client->key))
		return form_rule;
	if (curve_is_published(line->word[0]))
		return curve_published_rule;
	if (line->count > 2
		|| (line->count == 2 && !span_is(purpose, "worker") && !is_account(purpose)))
		return form_rule;
	client->role = span_is(purpose, "worker") ? CURVE_WORKER : CURVE_CLIENT;
	if (is_account(purpose)
		&& !read_account(span_drop(purpose, ACCOUNT_WORD_LEN), &client->account))
		return account_rule;
	return NULL;
}

static enum status add(
	struct curve_clients *clients, const struct curve_client *client, size_t *room)
{
	if (clients->count == *room) {
		size_t more = *room ? *room * 2 : 16;
		struct curve_client *list = realloc(clients->list, more * sizeof *list);
		if (!list)
			return ST_NO_MEMORY;
		clients->list = list;
		*room = more;
	}
	clients->list[clients->count++] = *client;
	return ST_OK;
}

static enum status read_all(struct span text, struct curve_clients *clients, struct fail *why)
{
	struct curve_line line = { 0 };
	size_t room = 0;
	enum status st = ST_OK;
	while (st == ST_OK && curve_line_next(&text, &line)) {
		struct curve_client client = { .line = line.number };
		const char *rule = read_client(&line, &client);
		st = rule ? refuse(why, line.number, rule) : add(clients, &client, &room);
	}
	return st;
}

static int compare(const void *a, const void *b)
{
	const struct curve_client *x = a, *y = b;
	int order = memcmp(x->key, y->key, sizeof x->key);
	return order ? order : (int)x->role - (int)y->role;
}

static enum status check_accounts(const struct curve_clients *clients, struct fail *why)
{
	for (size_t i = 1; i < clients->count; i++) {
		const struct curve_client *one = &clients->list[i - 1], *other = one + 1;
		if (compare(one, other) == 0 && one->account != other->account)
			return fail_set(why, ST_BAD_SETTING,
				"line %d: line %d gives the key another account, or none",
				one->line > other->line ? one->line : other->line,
				one->line < other->line ? one->line : other->line);
	}
	return ST_OK;
}

enum status curve_clients_parse(struct span text, struct curve_clients *out, struct fail *why)
{
	struct curve_clients clients = { 0 };
	enum status st = read_all(text, &clients, why);
	if (clients.count > 0)
		qsort(clients.list, clients.count, sizeof *clients.list, compare);
	if (st == ST_OK)
		st = check_accounts(&clients, why);
	if (st == ST_OK)
		*out = clients;
	else
		curve_clients_fini(&clients);
	return st;
}

void curve_clients_fini(struct curve_clients *clients)
{
	free(clients->list);
	*clients = (struct curve_clients){ 0 };
}

const struct curve_client *curve_clients_find(const struct curve_clients *clients,
	const unsigned char key[CURVE_KEY_SIZE], enum curve_role role)
{
	struct curve_client wanted = { .role = role };
	memcpy(wanted.key, key, sizeof wanted.key);
	if (clients->count == 0)
		return NULL;
	return bsearch(&wanted, clients->list, clients->count, sizeof wanted, compare);
}
