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
	if [[ $1 =~ $password_before_host ]]; then
		decoded "${BASH_REMATCH[3]}"
	else
		parameter_of "$1" password
	fi
}

# parameter_of URL KEYWORD: nothing if the connection string does not have it.
parameter_of() {
	local in_uri="[?&]$2=([^&]*)"
	local in_words="(^|[[:space:]])$2[[:space:]]*=[[:space:]]*('([^'\\\\]|\\\\.)*'|([^[:space:]'\\\\]|\\\\.)*)"
	if [[ $1 == postgres*://* ]]; then
		[[ ! $1 =~ $in_uri ]] || decoded "${BASH_REMATCH[1]}"
	elif [[ $1 =~ $in_words ]]; then
		unquoted "${BASH_REMATCH[2]}"
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

# What libpq takes from the environment where a connection string does not say it.
libpq_variables="sslmode=PGSSLMODE sslrootcert=PGSSLROOTCERT sslcert=PGSSLCERT sslkey=PGSSLKEY
	sslcrl=PGSSLCRL sslcrldir=PGSSLCRLDIR sslsni=PGSSLSNI requirepeer=PGREQUIREPEER
	ssl_min_protocol_version=PGSSLMINPROTOCOLVERSION ssl_max_protocol_version=PGSSLMAXPROTOCOLVERSION
	gssencmode=PGGSSENCMODE krbsrvname=PGKRBSRVNAME channel_binding=PGCHANNELBINDING
	passfile=PGPASSFILE options=PGOPTIONS connect_timeout=PGCONNECT_TIMEOUT"

# deploy_at URL DIRECTORY: deploys the migrations. If one fails, those before it stay. sqitch takes
# no list of hosts and no key=value words, so it gets the host that psql connects to, and all other
# parameters as variables.
deploy_at() (
	local host port user name password variable value
	IFS='|' read -r host port user name < <(psql_at "$1" -c '\echo :HOST|:PORT|:USER|:DBNAME')
	password=$(password_of "$1")
	for variable in $libpq_variables; do
		value=$(parameter_of "$1" "${variable%=*}")
		[[ ! $value ]] || export "${variable#*=}=$value"
	done
	cd "$2" && PGPASSWORD=${password:-${PGPASSWORD:-}} PGHOST=$host PGPORT=$port PGUSER=$user \
		SQITCH_FULLNAME=${SQITCH_FULLNAME:-$(id -un)} \
		SQITCH_EMAIL=${SQITCH_EMAIL:-$(id -un)@localhost} \
		sqitch --quiet deploy --mode change --verify "db:pg:$name" >&2
)
