# shellcheck shell=bash
# Connection strings of libpq, for scripts: source this file. `dev` and schema/migrate do.
#
#	psql_at URL -q -c 'select 1'
#	deploy_at URL SCHEMA_DIRECTORY

# psql_at URL ARGUMENT…: passes the password in the environment, because other users can read
# arguments but not the environment.
psql_at() {
	local password
	password=$(password_of "$1")
	PGPASSWORD=${password:-${PGPASSWORD:-}} psql -X -d "$(without_password "$1")" "${@:2}"
}

# A connection string of libpq is a URI or key=value words. A URI has the password before the host
# or in the parameters. The values of words may be quoted.
password_before_host='^(postgres(ql)?://[^:/@]*):([^@/]*)(@.*)$'
password_parameter='^(postgres(ql)?://.*[?&])password=([^&]*)(.*)$'
password_word="^((.*[[:space:]])?)password[[:space:]]*=[[:space:]]*('([^'\\\\]|\\\\.)*'|([^[:space:]'\\\\]|\\\\.)*)(.*)\$"

decoded() { # decodes a part of a URI
	local text=${1//\\/\\\\}
	printf '%b' "${text//%/\\x}"
}

unquoted() { # removes the quotes of a value of key=value words
	local text=$1
	[[ $text != \'* ]] || text=${text:1:-1}
	# shellcheck disable=SC2001 # a backslash and the character that it quotes
	sed 's/\\\(.\)/\1/g' <<<"$text"
}

password_of() {
	if [[ $1 =~ $password_before_host || $1 =~ $password_parameter ]]; then
		decoded "${BASH_REMATCH[3]}"
	elif [[ $1 != postgres*://* && $1 =~ $password_word ]]; then
		unquoted "${BASH_REMATCH[3]}"
	fi
}

without_password() {
	if [[ $1 =~ $password_before_host || $1 =~ $password_parameter ]]; then
		echo "${BASH_REMATCH[1]}${BASH_REMATCH[4]#&}"
	elif [[ $1 != postgres*://* && $1 =~ $password_word ]]; then
		echo "${BASH_REMATCH[1]}${BASH_REMATCH[6]}"
	else
		echo "$1"
	fi
}

# deploy_at URL DIRECTORY: deploys the migrations. If one fails, those before it stay. sqitch takes
# no list of hosts and no key=value words, so it gets the host that psql connects to.
deploy_at() {
	local host port user name password
	IFS='|' read -r host port user name < <(psql_at "$1" -c '\echo :HOST|:PORT|:USER|:DBNAME')
	password=$(password_of "$1")
	(cd "$2" && PGPASSWORD=${password:-${PGPASSWORD:-}} PGHOST=$host PGPORT=$port PGUSER=$user \
		SQITCH_FULLNAME=${SQITCH_FULLNAME:-$(id -un)} \
		SQITCH_EMAIL=${SQITCH_EMAIL:-$(id -un)@localhost} \
		sqitch --quiet deploy --mode change --verify "db:pg:$name" >&2)
}
