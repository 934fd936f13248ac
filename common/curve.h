/*
 * curve: the keys of tcp:// endpoints (RFC 26/CurveZMQ): our own key pair and who may connect.
 *
 * A key pair file has mode 0600 at most, a line `public KEY` and a line `secret KEY`. Keys are Z85
 * text (common/curve_text.h). common/curve_clients.h describes the clients file.
 *
 *	struct curve_options options = { .key_file = settings.curve_secret_key_file,
 *		.clients_file = settings.curve_clients_file };
 *	if (curve_open(&curve, &options, &why) != ST_OK) ...
 *	on SIGHUP: curve_reload(curve, &why)
 */
#ifndef COMMON_CURVE_H
#define COMMON_CURVE_H

#include "common/curve_clients.h"

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

/* Who has this key in this role; NULL: nobody, so it may not connect. Borrowed until a reload. */
const struct curve_client *curve_find(
	const struct curve *curve, const unsigned char key[CURVE_KEY_SIZE], enum curve_role role);

/* True if the endpoint connects machines: tcp:// except 127.0.0.0/8, [::1] and localhost. */
bool curve_is_needed(const char *endpoint);

#endif
