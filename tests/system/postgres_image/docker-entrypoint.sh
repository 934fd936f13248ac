#!/usr/bin/env bash
# What compose/ needs of the entry point of the image postgres: the first start makes the cluster
# and the database, then the server becomes process 1.
set -euo pipefail

make_cluster() {
	# shellcheck disable=SC2086 # one word per option
	initdb --username="$POSTGRES_USER" --pwfile=<(echo "${POSTGRES_PASSWORD:-}") ${POSTGRES_INITDB_ARGS:-}
	echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
	pg_ctl -w -o "-c listen_addresses=''" start
	createdb -U "$POSTGRES_USER" -w "$POSTGRES_DB"
	pg_ctl -w -m fast stop
}

if [[ $1 == postgres && ! -s $PGDATA/PG_VERSION ]]; then
	[[ ${POSTGRES_PASSWORD:-} || ${POSTGRES_HOST_AUTH_METHOD:-} == trust ]] || {
		echo "POSTGRES_PASSWORD is not set" >&2
		exit 1
	}
	make_cluster
fi
exec "$@"
