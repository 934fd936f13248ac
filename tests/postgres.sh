# shellcheck shell=bash
# A private, temporary PostgreSQL: it listens at a Unix socket only, in a folder of its own, and is
# deleted at the end.
#
#	. tests/postgres.sh
#	postgres_start            # exports PGHOST PGPORT PGUSER (a superuser) PGDATABASE
#	postgres_database other   # creates an empty database and sets DATABASE_URL to it
#	postgres_deploy ARGUMENT… # runs sqitch deploy as the owner of schema/roles.sql
#	postgres_stop             # the exit trap of postgres_start does this, too
#
# Works as any user; for root, the server runs as the user postgres or nobody.
# Each database has the roles of schema/roles.sql; DATABASE_URL is the worker's.
# Needs bash; the caller decides about set -e.

postgres_schema=$(cd "$(dirname "${BASH_SOURCE[0]}")/../schema" && pwd)
postgres_directory=''
postgres_owner=()

postgres_binaries() {
	local newest
	newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
	if [[ -x $newest ]]; then
		dirname "$newest"
	elif newest=$(command -v initdb); then
		dirname "$newest"
	else
		echo 'postgres.sh: no initdb: install postgresql' >&2
		return 1
	fi
}

# Stores the command prefix that runs a command as the server's user.
postgres_choose_owner() {
	local user=postgres
	postgres_owner=()
	((EUID == 0)) || return 0
	getent passwd postgres >/dev/null || user=nobody
	postgres_owner=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
	chown "$user" "$postgres_directory"
}

# Uses a file system in memory if it has enough space.
postgres_place() {
	local free
	free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
	if ((${free:-0} > 2 << 20)); then echo /dev/shm; else echo /tmp; fi
}

postgres_start() {
	local bin options
	bin=$(postgres_binaries) || return 1
	postgres_directory=$(mktemp -d "$(postgres_place)/st-pg.XXXXXX") || return 1
	trap postgres_stop EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	postgres_choose_owner
	options="-k $postgres_directory -c listen_addresses='' -c fsync=off -c full_page_writes=off"
	(
		cd "$postgres_directory" || exit 1
		"${postgres_owner[@]}" "$bin/initdb" -D data -U postgres --auth-local=trust \
			--auth-host=reject -E UTF8 --locale=C.UTF-8 \
			--no-sync >initdb.log 2>&1 || { cat initdb.log >&2; exit 1; }
		"${postgres_owner[@]}" "$bin/pg_ctl" -D data -w -t 60 -l log -o "$options ${POSTGRES_OPTIONS-}" \
			start >/dev/null || { cat log >&2; exit 1; }
	) || return 1
	unset PGSERVICE PGPASSWORD PGOPTIONS PGSSLMODE PGTZ PGCLIENTENCODING
	export PGHOST=$postgres_directory PGPORT=5432 PGUSER=postgres
	postgres_database studytracker
}

# postgres_database NAME [TEMPLATE]
postgres_database() {
	PGDATABASE=postgres psql -Xqc "create database \"$1\" template ${2:-template0} encoding 'UTF8'" \
		|| return 1
	export PGDATABASE=$1
	psql -Xq -v ON_ERROR_STOP=1 -f "$postgres_schema/roles.sql" || return 1
	export DATABASE_URL="postgresql:///$1?host=$PGHOST&port=$PGPORT&user=studytracker_worker"
}

postgres_deploy() {
	(cd "$postgres_schema" && PGUSER=studytracker_owner sqitch --quiet deploy "db:pg:$PGDATABASE" "$@")
}

postgres_stop() {
	local bin
	[[ $postgres_directory ]] || return 0
	if [[ -f $postgres_directory/data/postmaster.pid ]] && bin=$(postgres_binaries); then
		(cd "$postgres_directory" && "${postgres_owner[@]}" "$bin/pg_ctl" -D data -m immediate -w stop) \
			>/dev/null 2>&1
	fi
	rm -rf -- "$postgres_directory"
	postgres_directory=''
}
