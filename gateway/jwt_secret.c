#include "gateway/jwt_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/crypto.h"
#include "common/log.h"
#include "common/secret.h"
#include "common/trusted_file.h"

enum { CURRENT, PREVIOUS, KEYS_MAX, FILE_BYTES_MAX = 2048, RANDOM_LEN = CRYPTO_HASH_TEXT_LEN };

static const char *const variables[] = { "JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEY" };
static const char file_variable[] = "STUDYTRACKER_JWT_SECRET_FILE";
static const char default_directory[] = "/var/lib/studytracker";
static const char kid_prefix[] = "studytracker kid";

struct keys {
	struct jwt_key key[KEYS_MAX];
	size_t count;
};

struct jwt_secret {
	struct keys keys;
	char *set[KEYS_MAX]; /* the values of settings; NULL: not set */
	char *path;          /* NULL: no file is read */
};

static bool is_set(const char *text)
{
	return text && *text;
}

/* One secret. */

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* Returns the rule that the secret breaks, or NULL. */
static const char *broken_rule(const char *text)
{
	size_t len = strlen(text);
	if (len < JWT_SECRET_BYTES_MIN || len > JWT_SECRET_BYTES_MAX)
		return "must have 32 to 512 bytes: `openssl rand -hex 32` prints a good one";
	if (has_control(text) || text[0] == ' ' || text[len - 1] == ' ')
		return "must have no control characters, and no blanks at its ends";
	if (secret_is_weak(SECRET_WHOLE, text))
		return "is widely known, so anybody could sign tokens: `openssl rand -hex 32` "
		       "prints a good one";
	return NULL;
}

static void make_kid(struct jwt_key *key)
{
	char text[sizeof kid_prefix + JWT_SECRET_BYTES_MAX], hash[CRYPTO_HASH_TEXT_LEN];
	(void)snprintf(text, sizeof text, "%s%s", kid_prefix, key->text);
	crypto_sha256_text(span_of(text), hash);
	crypto_wipe(text, sizeof text);
	memcpy(key->kid, hash, JWT_KID_LEN);
	key->kid[JWT_KID_LEN] = '\0';
}

/* Adds a secret, or returns the rule that it breaks. */
static const char *add_key(struct keys *keys, const char *text)
{
	const char *rule = broken_rule(text);
	if (rule)
		return rule;
	struct jwt_key *key = &keys->key[keys->count++];
	memcpy(key->text, text, strlen(text) + 1);
	make_kid(key);
	return NULL;
}

/* The file. */

static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(directory);
}

static bool write_all(int fd, struct span bytes)
{
	while (bytes.len) {
		ssize_t done = write(fd, bytes.bytes, bytes.len);
		if (done < 0 && errno != EINTR)
			return false;
		bytes = span_drop(bytes, done > 0 ? (size_t)done : 0);
	}
	return fsync(fd) == 0;
}

/* Links a complete file to `path`, unless another process has made one. False sets errno. */
static bool link_random(const char *path, char *temporary)
{
	char text[RANDOM_LEN + 1];
	int fd = mkostemp(temporary, O_CLOEXEC); /* with mode 0600 */
	if (fd < 0)
		return false;
	crypto_random_text(text);
	text[RANDOM_LEN] = '\n';
	bool is_made = write_all(fd, (struct span){ text, sizeof text })
		       && (link(temporary, path) == 0 || errno == EEXIST);
	int error = errno;
	crypto_wipe(text, sizeof text);
	(void)close(fd);
	(void)unlink(temporary);
	errno = error;
	return is_made;
}

static enum status make_file(const char *path, struct fail *why)
{
	struct buf temporary = { 0 };
	buf_printf(&temporary, "%s.XXXXXX", path);
	buf_byte(&temporary, '\0');
	if (temporary.failed)
		return ST_NO_MEMORY;
	bool is_made = link_random(path, temporary.bytes);
	int error = errno;
	buf_fini(&temporary);
	if (!is_made)
		return fail_set(why, ST_SYSTEM, "%.200s: it does not exist and cannot be made: %s",
			path, strerror(error));
	sync_directory(path);
	return ST_OK;
}

static enum status read_lines(struct keys *keys, const char *path, char *text, struct fail *why)
{
	int number = 0;
	for (char *line; (line = strsep(&text, "\n")) && (*line || text); number++) {
		const char *rule = number == KEYS_MAX ? "must not exist: two secrets are enough"
						      : add_key(keys, line);
		if (rule)
			return fail_set(
				why, ST_BAD_SETTING, "%.200s: line %d %s", path, number + 1, rule);
	}
	if (number == 0)
		return fail_set(why, ST_BAD_SETTING, "%.200s: it is empty", path);
	return ST_OK;
}

static enum status read_file(struct keys *keys, const char *path, struct fail *why)
{
	struct buf text = { .limit = FILE_BYTES_MAX };
	(void)buf_room(&text, FILE_BYTES_MAX); /* so that no copy stays behind when it grows */
	enum status st = trusted_file_read(path, TRUSTED_SECRET, &text, why);
	if (st == ST_OK && memchr(text.bytes, '\0', text.len))
		st = fail_set(why, ST_BAD_SETTING, "%.200s: it has a NUL byte", path);
	buf_byte(&text, '\0');
	if (st == ST_OK)
		st = text.failed ? ST_NO_MEMORY : read_lines(keys, path, text.bytes, why);
	if (text.bytes)
		crypto_wipe(text.bytes, text.len);
	buf_fini(&text);
	return st;
}

/* All secrets. */

/* `rule` is NULL if the secret breaks none. */
static enum status judge(size_t which, const char *rule, struct fail *why)
{
	return rule ? fail_set(why, ST_BAD_SETTING, "%s %s", variables[which], rule) : ST_OK;
}

static enum status add_set(struct keys *keys, size_t which, const char *text, struct fail *why)
{
	return judge(which, add_key(keys, text), why);
}

enum status jwt_secret_check(const struct jwt_secret_options *options, struct fail *why)
{
	const char *const values[KEYS_MAX] = { options->secret, options->previous };
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && i < KEYS_MAX; i++)
		if (is_set(values[i]))
			st = judge(i, broken_rule(values[i]), why);
	return st;
}

/* A value of a setting replaces the line of the file. */
static enum status read_keys(const struct jwt_secret *secret, struct keys *keys, struct fail *why)
{
	enum status st = ST_OK;
	if (secret->set[CURRENT])
		st = add_set(keys, CURRENT, secret->set[CURRENT], why);
	else if (secret->path)
		st = read_file(keys, secret->path, why);
	if (st == ST_OK && secret->set[PREVIOUS]) {
		keys->count = 1;
		st = add_set(keys, PREVIOUS, secret->set[PREVIOUS], why);
	}
	return st;
}

static enum status read_or_make(struct jwt_secret *secret, struct fail *why)
{
	enum status st = read_keys(secret, &secret->keys, why);
	if (st != ST_NOT_FOUND || !secret->path)
		return st;
	st = make_file(secret->path, why);
	if (st != ST_OK)
		return st;
	log_info("%s did not exist: it was made with a random secret", secret->path);
	return read_keys(secret, &secret->keys, why);
}

/* Instead of the file, which fails for this reason. */
static enum status use_random(struct jwt_secret *secret, const char *reason, struct fail *why)
{
	char text[RANDOM_LEN + 1];
	log_info("tokens of log-ins are valid until this process ends: %s", reason);
	free(secret->path);
	secret->path = NULL;
	crypto_random_text(text);
	text[RANDOM_LEN] = '\0';
	secret->set[CURRENT] = strdup(text);
	crypto_wipe(text, sizeof text);
	return secret->set[CURRENT] ? read_keys(secret, &secret->keys, why) : ST_NO_MEMORY;
}

static char *default_path(void)
{
	struct buf path = { 0 };
	const char *directory = getenv("STATE_DIRECTORY"); /* or several, separated by colons */
	struct span list = span_of(is_set(directory) ? directory : default_directory);
	buf_span(&path, span_cut(&list, ':'));
	buf_put(&path, "/jwt-secret", sizeof "/jwt-secret");
	if (path.failed)
		buf_fini(&path);
	return path.bytes;
}

/* False: there is no memory. */
static bool copy_options(struct jwt_secret *secret, const struct jwt_secret_options *options)
{
	bool has_all = true;
	if (is_set(options->secret))
		has_all &= (secret->set[CURRENT] = strdup(options->secret)) != NULL;
	if (is_set(options->previous))
		has_all &= (secret->set[PREVIOUS] = strdup(options->previous)) != NULL;
	if (!secret->set[CURRENT])
		has_all &= (secret->path = is_set(options->file) ? strdup(options->file)
								 : default_path())
			   != NULL;
	return has_all;
}

static enum status open_keys(
	struct jwt_secret *secret, const struct jwt_secret_options *options, struct fail *why)
{
	struct fail reason = { 0 };
	if (!copy_options(secret, options))
		return ST_NO_MEMORY;
	enum status st = read_or_make(secret, &reason);
	if (st == ST_SYSTEM && options->may_forget && !is_set(options->file))
		return use_random(secret, reason.text, why);
	if (st == ST_SYSTEM || st == ST_NOT_FOUND)
		return fail_set(why, ST_BAD_SETTING, "%s: set %s or %s", reason.text,
			variables[CURRENT], file_variable);
	if (st != ST_OK && why)
		*why = reason;
	return st;
}

enum status jwt_secret_open(
	struct jwt_secret **out, const struct jwt_secret_options *options, struct fail *why)
{
	struct jwt_secret *secret = calloc(1, sizeof *secret);
	if (!secret)
		return ST_NO_MEMORY;
	enum status st = open_keys(secret, options, why);
	if (st == ST_OK)
		*out = secret;
	else
		jwt_secret_free(&secret);
	return st;
}

static void forget(char **text)
{
	if (*text)
		crypto_wipe(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

void jwt_secret_free(struct jwt_secret **secret)
{
	struct jwt_secret *s = *secret;
	if (!s)
		return;
	forget(&s->set[CURRENT]);
	forget(&s->set[PREVIOUS]);
	free(s->path);
	crypto_wipe(s, sizeof *s);
	free(s);
	*secret = NULL;
}

/* Settings do not change while a process runs, and a file that is gone is not made again: the other
 * gateways still have its secret. */
enum status jwt_secret_reload(struct jwt_secret *secret, struct fail *why)
{
	struct keys keys = { .count = 0 };
	if (!secret->path)
		return ST_OK;
	enum status st = read_keys(secret, &keys, why);
	if (st == ST_OK)
		secret->keys = keys;
	crypto_wipe(&keys, sizeof keys);
	return st == ST_NOT_FOUND || st == ST_SYSTEM ? ST_BAD_SETTING : st;
}

const struct jwt_key *jwt_secret_current(const struct jwt_secret *secret)
{
	return &secret->keys.key[CURRENT];
}

const struct jwt_key *jwt_secret_find(const struct jwt_secret *secret, struct span kid)
{
	for (size_t i = 0; i < secret->keys.count; i++)
		if (span_is(kid, secret->keys.key[i].kid))
			return &secret->keys.key[i];
	return NULL;
}
