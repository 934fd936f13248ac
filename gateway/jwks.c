#include "gateway/jwks.h"

#include <stdlib.h>

struct jwks {
	struct jwk *keys[JWKS_KEYS_MAX];
	size_t count;
};

static enum status read_keys(struct jwks *keys, const struct json_value *list, struct fail *why)
{
	struct fail reason = { 0 };
	for (size_t i = 0; i < json_value_count(list); i++) {
		enum status st =
			jwk_read(json_value_item(list, i), &keys->keys[keys->count], &reason);
		if (st == ST_NO_MEMORY)
			return st;
		keys->count += st == ST_OK;
	}
	if (keys->count == 0)
		return fail_set(why, ST_INVALID_INPUT, "no key can be used%s%s",
			*reason.text ? ": " : "", reason.text);
	return ST_OK;
}

static enum status read_set(struct jwks *keys, const struct json_value *set, struct fail *why)
{
	const struct json_value *list = json_value_member(set, "keys");
	if (!json_value_is_array(list))
		return fail_set(why, ST_INVALID_INPUT, "the array \"keys\" is missing");
	if (json_value_count(list) > JWKS_KEYS_MAX)
		return fail_set(
			why, ST_INVALID_INPUT, "there are more than %d keys", JWKS_KEYS_MAX);
	return read_keys(keys, list, why);
}

enum status jwks_parse(struct span text, struct jwks **out, struct fail *why)
{
	struct json_value *set = NULL;
	struct jwks *keys = calloc(1, sizeof *keys);
	if (!keys)
		return ST_NO_MEMORY;
	enum status st = json_value_parse(text, &set, why);
	if (st == ST_INVALID_JSON)
		st = ST_INVALID_INPUT;
	if (st == ST_OK)
		st = read_set(keys, set, why);
	json_value_free(&set);
	if (st == ST_OK)
		*out = keys;
	else
		jwks_free(&keys);
	return st;
}

void jwks_free(struct jwks **keys)
{
	struct jwks *k = *keys;
	if (!k)
		return;
	for (size_t i = 0; i < k->count; i++)
		jwk_free(&k->keys[i]);
	free(k);
	*keys = NULL;
}

size_t jwks_count(const struct jwks *keys)
{
	return keys->count;
}

static const struct jwk *only_key(const struct jwks *keys, enum jose_alg alg)
{
	const struct jwk *found = NULL;
	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i]->alg == alg) {
			if (found)
				return NULL;
			found = keys->keys[i];
		}
	return found;
}

const struct jwk *jwks_find(const struct jwks *keys, const struct jose *token)
{
	struct span kid;
	if (!jose_kid(token, &kid))
		return only_key(keys, jose_alg(token));
	for (size_t i = 0; i < keys->count; i++) {
		const struct jwk *key = keys->keys[i];
		if (key->alg == jose_alg(token) && key->has_kid
			&& span_equals(buf_view(&key->kid), kid))
			return key;
	}
	return NULL;
}
