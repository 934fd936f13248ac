#include "gateway/identity.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/trusted_file.h"
#include "gateway/jwks.h"

/* Differs if the file was changed or replaced. */
struct version {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed, modified;
};

struct identity {
	char *issuer, *audience, *path; /* NULL: not set */
	struct jwks *keys;
	struct version version; /* of the file that was read last, even if it was broken */
	int64_t checked_s;      /* when we looked for another version */
};

enum { ISSUER, AUDIENCE, JWKS_FILE, SETTINGS };

static const char *const variables[SETTINGS] = { "STUDYTRACKER_OIDC_ISSUER",
	"STUDYTRACKER_OIDC_AUDIENCE", "STUDYTRACKER_OIDC_JWKS_FILE" };

/* The keys. */

/* All zeros if there is no file. */
static struct version version_of(const char *path)
{
	struct version version;
	struct stat about;
	memset(&version, 0, sizeof version); /* with its padding, because it is compared as bytes */
	if (stat(path, &about) != 0)
		return version;
	version.device = about.st_dev;
	version.inode = about.st_ino;
	version.size = about.st_size;
	version.changed = about.st_ctim;
	version.modified = about.st_mtim;
	return version;
}

static enum status read_keys(const char *path, struct jwks **out, struct fail *why)
{
	struct buf text = { .limit = JWKS_BYTES_MAX };
	struct fail reason = { 0 };
	enum status st = trusted_file_read(path, TRUSTED_PUBLIC, &text, why);
	if (st == ST_OK)
		st = jwks_parse(buf_view(&text), out, &reason);
	buf_fini(&text);
	if (st == ST_INVALID_INPUT)
		return fail_set(why, st, "%.200s: %s", path, reason.text);
	return st;
}

static void load(struct identity *identity)
{
	struct jwks *keys = NULL;
	struct fail why = { 0 };
	enum status st = read_keys(identity->path, &keys, &why);
	if (st != ST_OK) {
		log_error("the keys of the identity provider were not read again: %s: its former "
			  "keys stay valid",
			fail_text(&why, st));
		return;
	}
	jwks_free(&identity->keys);
	identity->keys = keys;
	log_info("the keys of the identity provider were read again: %zu can be used",
		jwks_count(keys));
}

/* The version is taken before the file is read: one that changes meanwhile is read again. */
static void load_changed(struct identity *identity, int64_t now_s)
{
	if (identity->checked_s == now_s)
		return;
	identity->checked_s = now_s;
	struct version version = version_of(identity->path);
	if (memcmp(&version, &identity->version, sizeof version) == 0)
		return;
	identity->version = version;
	load(identity);
}

/* Settings. */

static bool is_set(const char *text)
{
	return text && *text;
}

static enum status check_options(const char *const values[SETTINGS], struct fail *why)
{
	int set = -1, missing = -1;
	for (int i = SETTINGS - 1; i >= 0; i--)
		*(is_set(values[i]) ? &set : &missing) = i;
	if (set >= 0 && missing >= 0)
		return fail_field(why, ST_BAD_SETTING, variables[missing],
			"%s is set without %s: an identity provider needs both", variables[set],
			variables[missing]);
	if (set >= 0 && strlen(values[ISSUER]) > IDENTITY_ISSUER_MAX)
		return fail_field(why, ST_BAD_SETTING, variables[ISSUER],
			"%s must have at most %d bytes", variables[ISSUER], IDENTITY_ISSUER_MAX);
	return ST_OK;
}

enum status identity_check(const struct identity_options *options, struct fail *why)
{
	const char *const values[SETTINGS] = { options->issuer, options->audience,
		options->jwks_file };
	return check_options(values, why);
}

static enum status open_provider(
	struct identity *identity, const char *const values[SETTINGS], struct fail *why)
{
	struct fail reason = { 0 };
	identity->issuer = strdup(values[ISSUER]);
	identity->audience = strdup(values[AUDIENCE]);
	identity->path = strdup(values[JWKS_FILE]);
	if (!identity->issuer || !identity->audience || !identity->path)
		return ST_NO_MEMORY;
	identity->version = version_of(identity->path);
	enum status st = read_keys(identity->path, &identity->keys, &reason);
	if (st == ST_OK || st == ST_NO_MEMORY)
		return st;
	return fail_field(why, ST_BAD_SETTING, variables[JWKS_FILE], "%s: %s", variables[JWKS_FILE],
		reason.text);
}

enum status identity_open(
	struct identity **out, const struct identity_options *options, struct fail *why)
{
	const char *const values[SETTINGS] = { options->issuer, options->audience,
		options->jwks_file };
	enum status st = check_options(values, why);
	if (st != ST_OK)
		return st;
	struct identity *identity = calloc(1, sizeof *identity);
	if (!identity)
		return ST_NO_MEMORY;
	if (is_set(values[ISSUER]))
		st = open_provider(identity, values, why);
	if (st == ST_OK)
		*out = identity;
	else
		identity_free(&identity);
	return st;
}

void identity_free(struct identity **identity)
{
	struct identity *i = *identity;
	if (!i)
		return;
	free(i->issuer);
	free(i->audience);
	free(i->path);
	jwks_free(&i->keys);
	free(i);
	*identity = NULL;
}

const char *identity_issuer(const struct identity *identity)
{
	return identity->issuer ? identity->issuer : "";
}

/* One token. */

/* Access tokens (RFC 9068) and ID tokens. */
static bool is_for_us(const struct json_value *header)
{
	static const char *const types[] = { "JWT", "at+jwt", "application/at+jwt",
		"application/jwt" };
	const struct json_value *value = json_value_member(header, "typ");
	struct span type;
	if (!value)
		return true;
	for (size_t i = 0; json_value_text(value, &type) && i < sizeof types / sizeof *types; i++)
		if (span_is_nocase(type, types[i]))
			return true;
	return false;
}

static enum status verify(struct identity *identity, struct jose *token, struct fail *why)
{
	if (!identity->issuer || jose_alg(token) == JOSE_OTHER || jose_alg(token) == JOSE_HS256)
		return fail_set(why, ST_TOKEN_INVALID, "The specified alg value is not allowed");
	if (!is_for_us(jose_header(token)))
		return fail_set(why, ST_TOKEN_INVALID,
			"The header typ is not that of an access or ID token");
	const struct jwk *key = jwks_find(identity->keys, token);
	if (!key)
		return fail_set(why, ST_TOKEN_INVALID,
			"The header kid names no key of the identity provider");
	return jose_verify(token, key, why);
}

enum status identity_read(struct identity *identity, const struct identity_token *token,
	struct identity_claims *out, struct fail *why)
{
	struct identity_claims claims = { .expires_s = 0 };
	struct jose *jose = NULL;
	if (identity->issuer)
		load_changed(identity, token->now_s);
	enum status st = jose_parse(token->text, &jose, why);
	if (st == ST_OK)
		st = verify(identity, jose, why);
	if (st == ST_OK)
		st = identity_claims_read(jose_claims(jose),
			&(struct identity_rules){
				identity->issuer, identity->audience, token->now_s },
			&claims, why);
	jose_free(&jose);
	if (st == ST_OK)
		*out = claims;
	return st;
}
