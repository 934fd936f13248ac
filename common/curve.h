/*
 * curve: the keys of tcp:// endpoints (RFC 26/CurveZMQ): our own key pair and who may connect.
 *
 * A key pair file has mode 0600 at most, a line `public KEY` and a line `secret KEY`. A clients
 * file has a line `KEY` for each client and `KEY worker` for each worker, so that a client cannot
 * pose as a worker. Keys are Z85 text (RFC 32). A key may contain '#', so a comment begins with
 * " #", or with '#' at the start of a line that is not a key. The keys of zmq_curve(7) are refused,
 * because everybody has their secrets.
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

/* Each path and key may be empty or NULL: not set. */
struct curve_options {
	const char *key_file;
	const char *clients_file; /* for a side that binds */
	const char *server_key;   /* for a side that connects: the gateway's public key */
};

/* ST_BAD_SETTING names the variable, the file, the line and the error; never a secret. */
enum status curve_open(
	struct curve **out, const struct curve_options *options, struct fail *why) MUST_CHECK;
void curve_free(struct curve **curve); /* accepts NULL inside */

/* Reads the clients file again. After a failure the former list stays in force. */
enum status curve_reload(struct curve *curve, struct fail *why) MUST_CHECK;

/* Z85 text; "" if not set. */
const char *curve_public_key(const struct curve *curve);
const char *curve_secret_key(const struct curve *curve);
const char *curve_server_key(const struct curve *curve);

bool curve_has_clients(const struct curve *curve); /* a clients file is set */
size_t curve_client_count(const struct curve *curve);
bool curve_allows(
	const struct curve *curve, const unsigned char key[CURVE_KEY_SIZE], enum curve_role role);

bool curve_parse_key(struct span text, unsigned char out[CURVE_KEY_SIZE]) MUST_CHECK;

/* True if the endpoint connects machines: tcp:// except 127.0.0.0/8, [::1] and localhost. */
bool curve_is_needed(const char *endpoint);

#endif
