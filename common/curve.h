/*
 * curve: the keys of tcp:// endpoints (RFC 26/CurveZMQ): who we are and who may connect.
 *
 * A key pair file has mode 0600 at most, a line `public KEY` and a line `secret KEY`. A clients
 * file has a line `KEY` for each client and `KEY worker` for each worker: a client's key doesn't
 * let it pose as a worker. Keys are Z85 text (RFC 32). A key may hold a '#', so a comment is what
 * follows " #", or a line that begins with it and is no key.
 *
 *	struct curve_options options = { .key_file = settings.curve_secret_key_file,
 *		.clients_file = settings.curve_clients_file };
 *	if (curve_open(&curve, &options, &why) != ST_OK) ...
 *	on SIGHUP: curve_reload(curve, &why)
 */
#ifndef COMMON_CURVE_H
#define COMMON_CURVE_H

#include "common/buf.h"
#include "common/status.h"

enum { CURVE_KEY_SIZE = 32, CURVE_TEXT_LEN = 40 };

enum curve_role { CURVE_CLIENT, CURVE_WORKER };

struct curve;

/* Empty or NULL: there is none. */
struct curve_options {
	const char *key_file;
	const char *clients_file; /* for who binds */
	const char *server_key;   /* for who connects: the gateway's public key */
};

/* ST_BAD_SETTING with the variable, the file, the line and what is wrong; never a secret. */
enum status curve_open(
	struct curve **out, const struct curve_options *options, struct fail *why) MUST_CHECK;
void curve_free(struct curve **curve); /* accepts NULL inside */

/* Reads the clients file again; what was read before stays on failure. */
enum status curve_reload(struct curve *curve, struct fail *why) MUST_CHECK;

/* Z85 text; "" where there is none. */
const char *curve_public_key(const struct curve *curve);
const char *curve_secret_key(const struct curve *curve);
const char *curve_server_key(const struct curve *curve);

bool curve_has_clients(const struct curve *curve); /* a clients file was given */
size_t curve_client_count(const struct curve *curve);
bool curve_allows(
	const struct curve *curve, const unsigned char key[CURVE_KEY_SIZE], enum curve_role role);

bool curve_parse_key(struct span text, unsigned char out[CURVE_KEY_SIZE]) MUST_CHECK;

/* Can the endpoint reach, or be reached from, another machine? tcp:// but for 127.0.0.0/8, [::1]
 * and localhost. */
bool curve_is_needed(const char *endpoint);

#endif
