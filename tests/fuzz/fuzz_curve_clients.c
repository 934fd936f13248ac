/* A clients file is refused with a line and a rule, or each of its clients is found by its key and
 * its role, with one account. */
#include <string.h>

#include "common/curve_clients.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct curve_clients clients = { 0 };
	struct fail why = { 0 };
	enum status st =
		curve_clients_parse((struct span){ (const char *)data, size }, &clients, &why);
	if (st != ST_OK)
		require(strncmp(why.text, "line ", 5) == 0 && !clients.list);
	for (size_t i = 0; i < clients.count; i++) {
		const struct curve_client *c = &clients.list[i];
		const struct curve_client *found = curve_clients_find(&clients, c->key, c->role);
		require(found && found->account == c->account);
		require(c->account >= 0 && !(c->account && c->role == CURVE_WORKER));
		require(c->line >= 1);
	}
	curve_clients_fini(&clients);
	return 0;
}
