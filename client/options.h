/*
 * options: checks the options of study_client_open, copies them and sets defaults.
 */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include "client/failover.h"

enum { TIMEOUT_MS_MAX = 24 * 60 * 60 * 1000, TOKEN_BYTES_MAX = 4096 };

struct options {
	struct study_options as; /* its texts point into `texts` */
	char *texts;
	size_t texts_size;
	struct span token; /* empty: none */
	const char *endpoints[ENDPOINTS_MAX];
	int count;
};

/* INVALID_ARGUMENT names the option in `field`. Call options_fini for *out whatever the result. */
enum study_status options_take(
	struct options *out, const struct study_options *from, struct study_error *why) MUST_CHECK;
void options_fini(struct options *o);

#endif
