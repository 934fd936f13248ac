#include "worker/sqlstate.h"

#include <string.h>

struct row {
	const char *prefix;
	struct sqlstate_policy policy;
};

/* The first row with a matching prefix applies. */
static const struct row policy_table[] = {
	/* prefix    status                  retry  reconnect */
	{ "40001", { ST_DATABASE_UNAVAILABLE, true,  false } }, /* serialization failure */
	{ "40P01", { ST_DATABASE_UNAVAILABLE, true,  false } }, /* deadlock */
	{ "23505", { ST_INTERNAL,             true,  false } }, /* unique violation: another worker was first */
	{ "23503", { ST_INTERNAL,             true,  false } }, /* foreign key violation: the row was deleted meanwhile */
	{ "23514", { ST_INVALID_INPUT,        false, false } }, /* check violation */
	{ "22",    { ST_INVALID_INPUT,        false, false } }, /* data exception */
	{ "0A000", { ST_DATABASE_UNAVAILABLE, true,  true } },  /* a migration changed a cached plan */
	{ "26000", { ST_DATABASE_UNAVAILABLE, true,  true } },  /* the prepared statement is gone */
	{ "25006", { ST_DATABASE_UNAVAILABLE, true,  true } },  /* demoted to a standby */
	{ "55P03", { ST_DATABASE_UNAVAILABLE, false, false } }, /* lock not available */
	{ "57014", { ST_DEADLINE_EXCEEDED,    false, false } }, /* statement_timeout */
	{ "53",    { ST_DATABASE_UNAVAILABLE, false, false } }, /* disk, memory, connections */
	{ "57",    { ST_DATABASE_UNAVAILABLE, false, false } }, /* operator intervention */
	{ "58",    { ST_DATABASE_UNAVAILABLE, false, false } }, /* system error */
};

struct sqlstate_policy sqlstate_policy(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof policy_table / sizeof *policy_table; i++) {
		const char *prefix = policy_table[i].prefix;
		if (strncmp(sqlstate, prefix, strlen(prefix)) == 0)
			return policy_table[i].policy;
	}
	return (struct sqlstate_policy){ ST_INTERNAL, false, false };
}
