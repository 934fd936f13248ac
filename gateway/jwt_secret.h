/*
 * jwt_secret: the secrets that sign the tokens of log-ins (HS256), and the ids of these secrets.
 *
 * There is one secret that signs, and at most one before it, whose tokens stay valid. They are the
 * values of JWT_SECRET_KEY and JWT_PREVIOUS_SECRET_KEY. What is not set there is read from a file:
 * the secret in its first line, and the one before it in its second, if there is one. Nothing else
 * may be in the file, and its mode must be 0600. A secret has 32 to 512 bytes, no blanks at its
 * ends and no control characters. Secrets that are widely known are refused (common/secret.h).
 *
 * If the file does not exist, it is made with a random secret. Several gateways may start at once:
 * each writes a file of its own and links it to the name, and the first link wins. So all read the
 * same secret. With `may_forget`, a secret that only this process knows replaces a file that cannot
 * be made or opened, and one line in the log says so: for a gateway without accounts, which must
 * not need a place to write.
 *
 * The id of a secret (`kid` of a token) is 16 hexadecimal digits of a hash, so a token finds its
 * secret, and a log shows no secret.
 *
 * To change the secret of several gateways without refusing tokens: put the new one into the second
 * line, send SIGHUP to all, swap the lines, send SIGHUP again.
 *
 *	struct jwt_secret *secret = NULL;
 *	st = jwt_secret_open(&secret, &options, &why);
 *	...
 *	st = jwt_secret_reload(secret, &why);                       on SIGHUP
 *	jwt_secret_free(&secret);
 */
#ifndef GATEWAY_JWT_SECRET_H
#define GATEWAY_JWT_SECRET_H

#include "common/buf.h"
#include "common/status.h"

enum {
	JWT_SECRET_BYTES_MIN = 32, /* RFC 7518 section 3.2 */
	JWT_SECRET_BYTES_MAX = 512,
	JWT_KID_LEN = 16,
};

struct jwt_secret;

/* Texts may be NULL or empty: not set. They are copied. */
struct jwt_secret_options {
	const char *secret, *previous; /* JWT_SECRET_KEY, JWT_PREVIOUS_SECRET_KEY */
	const char *file; /* not set: jwt-secret in $STATE_DIRECTORY or in /var/lib/studytracker */
	bool may_forget;  /* with `file` not set: see above */
};

/* Checks the secrets of the settings, and reads no file. ST_BAD_SETTING as below. */
enum status jwt_secret_check(const struct jwt_secret_options *options, struct fail *why) MUST_CHECK;

/* ST_BAD_SETTING names the setting or the file and the error, never a secret. */
enum status jwt_secret_open(struct jwt_secret **out, const struct jwt_secret_options *options,
	struct fail *why) MUST_CHECK;
void jwt_secret_free(struct jwt_secret **secret);

/* Reads the file again, if there is one. After a failure the former secrets stay in force. */
enum status jwt_secret_reload(struct jwt_secret *secret, struct fail *why) MUST_CHECK;

struct jwt_key {
	char text[JWT_SECRET_BYTES_MAX + 1]; /* the secret */
	char kid[JWT_KID_LEN + 1];
};

/* The one that signs. Borrowed until a reload. */
const struct jwt_key *jwt_secret_current(const struct jwt_secret *secret);

/* NULL if no secret has this id. */
const struct jwt_key *jwt_secret_find(const struct jwt_secret *secret, struct span kid);

#endif
