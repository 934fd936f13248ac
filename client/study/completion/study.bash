# bash completion of study

_study_topics() {
	study topics --json --timeout 1 2>/dev/null | tr '{' '\n' | sed -n 's/.*"name":"\([^"\\]*\)".*/\1/p'
}

_study_zones() {
	echo UTC
	sed '/^#/d' /usr/share/zoneinfo/zone.tab 2>/dev/null | cut -f 3
}

_study_methods() {
	study rpc rpc.methods --json --timeout 1 2>/dev/null | grep -o '"name":"[a-z]*\.[a-z]*"' \
		| cut -d '"' -f 4
}

# Offers the lines of $1 that start with $2. compgen expands each word of its list, also $(…), and a
# line may be the name of a topic. So each is quoted.
_study_offer() {
	local IFS=$'\n' lines
	mapfile -t lines < <(grep . <<<"$1")
	((${#lines[@]})) || return 0
	mapfile -t COMPREPLY < <(compgen -W "$(printf '%q\n' "${lines[@]}")" -- "$2")
}

_study_files() {
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# Offers what the program says may follow the words from $2 on, if it starts with $1.
_study_ask() {
	local word=$1 offers given words=()
	shift
	for given in "$@"; do
		[[ $given == "=" ]] || words+=("$given")
	done
	offers=$(study __complete "${words[@]}" 2>/dev/null)
	[[ $word == -* ]] || offers=$(grep -v '^--' <<<"$offers")
	_study_offer "$offers" "${word#=}"
}

_study_takes_value() {
	case $1 in
	--endpoint | --timeout | --key-file | --server-key | --date | --note | --add | --description | \
		--search | --tag | --from | --to | --sort | --limit | --by | --year | --format | --namespace | \
		--time-zone | --interval | --kind | --name | --week-start | --day-starts-at | --task | --goal | \
		--skill | --project | --database | --keep-daily | --keep-weekly | --data-directory | --wal | \
		--until) return 0 ;;
	*) return 1 ;;
	esac
}

# Offers the values of option $2 of command $1 that start with $3.
_study_value() {
	local formats=$'csv\njson\nndjson' zones=""
	[[ $1 != import ]] || formats=$'auto\ncsv\nndjson\njson'
	case $2 in
	--tag) _study_offer "$(_study_topics)" "$3" ;;
	--date | --from | --to) _study_offer $'yesterday\ntoday\ntomorrow' "$3" ;;
	--kind) _study_offer "$(study __complete "$1" --kind 2>/dev/null)" "$3" ;;
	--by) _study_offer $'day\nweek\nmonth\nyear' "$3" ;;
	--sort) _study_offer $'created_at\n-created_at\nstudy_date\n-study_date' "$3" ;;
	--format) _study_offer "$formats" "$3" ;;
	--time-zone)
		[[ $1 != account ]] || zones+=$'\ndefault'
		_study_offer "$(_study_zones)$zones" "$3"
		;;
	--week-start) _study_offer $'monday\ntuesday\nwednesday\nthursday\nfriday\nsaturday\nsunday' "$3" ;;
	--key-file | --data-directory | --wal) _study_files "$3" ;;
	esac
}

_study() {
	local word=${COMP_WORDS[COMP_CWORD]} option="" command="" i place=0
	local common=$'--endpoint\n--timeout\n--json\n--key-file\n--server-key\n--help\n--version'
	local -A options=(
		[log]=$'--date\n--note\n--task\n--goal\n--skill\n--project'
		[topics]=$'--archived\n--add\n--description\n--search'
		[sessions]=$'--tag\n--from\n--to\n--search\n--task\n--goal\n--skill\n--project\n--sort\n--limit\n--ids'
		[stats]=$'--by\n--from\n--to'
		[heatmap]=$'--year'
		[today]=$'--date'
		[review]=$'--from\n--to'
		[search]=$'--kind\n--limit'
		[import]=$'--format\n--namespace\n--time-zone\n--update\n--restore\n--dry-run\n--restart'
		[export]=$'--kind\n--format\n--tag\n--from\n--to\n--spreadsheet'
		[account]=$'--name\n--time-zone\n--week-start\n--day-starts-at'
		[rpc]=""
		[status]=$'--interval\n--watch'
		[keys]=""
		[backup]=$'--database\n--cluster\n--keep-daily\n--keep-weekly'
		[restore]=$'--database\n--replace\n--check\n--data-directory\n--wal\n--until'
		[login]=$'--password-stdin\n--name'
		[logout]=""
		[whoami]=""
	)
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ -n $option && ${COMP_WORDS[i]} == "=" ]]; then # bash splits "--by=week" into three words
			continue
		elif [[ -n $option ]]; then
			option=""
		elif _study_takes_value "${COMP_WORDS[i]}"; then
			option=${COMP_WORDS[i]}
		elif [[ $command == account && $place == 0 && ${COMP_WORDS[i]} != -* ]]; then # account list
			_study_ask "$word" account "${COMP_WORDS[@]:i:COMP_CWORD-i}"
			return
		elif [[ -n $command && ${COMP_WORDS[i]} != -* ]]; then
			place=$((place + 1))
		elif [[ -n ${COMP_WORDS[i]} && -n ${options[${COMP_WORDS[i]}]+there} ]]; then
			command=${COMP_WORDS[i]}
		elif [[ -z $command && -n ${COMP_WORDS[i]} && ${COMP_WORDS[i]} != -* ]]; then # of an entity or of tokens
			_study_ask "$word" "${COMP_WORDS[@]:i:COMP_CWORD-i}"
			return
		fi
	done
	if [[ -n $option ]]; then
		_study_value "$command" "$option" "${word#=}"
		return
	fi
	if [[ $word == -* ]]; then
		_study_offer "${options[${command:-rpc}]}"$'\n'"$common" "$word"
		return
	fi
	case $command:$place in
	:*) _study_offer "$(printf '%s\n' "${!options[@]}" token && study __complete 2>/dev/null)" "$word" ;;
	account:0) _study_ask "$word" account ;;
	log:1) _study_offer "$(_study_topics)" "$word" ;;
	rpc:0) _study_offer "$(_study_methods)" "$word" ;;
	import:0 | export:0 | keys:0 | backup:0 | restore:0) _study_files "$word" ;;
	esac
}

complete -o filenames -F _study study
