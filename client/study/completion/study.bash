# bash completion of study

_study_topics() {
	study topics --json --timeout 1 2>/dev/null | tr '{' '\n' | sed -n 's/.*"name":"\([^"\\]*\)".*/\1/p'
}

_study_methods() {
	study rpc rpc.methods --json --timeout 1 2>/dev/null | grep -o '"name":"[a-z]*\.[a-z]*"' \
		| cut -d '"' -f 4
}

# What an option wants after it; 1 where it wants nothing.
_study_value() {
	local IFS=$'\n'
	case $1 in
	--tag) mapfile -t COMPREPLY < <(compgen -W "$(_study_topics)" -- "$2") ;;
	--by) mapfile -t COMPREPLY < <(compgen -W $'day\nweek\nmonth\nyear' -- "$2") ;;
	--sort) mapfile -t COMPREPLY < <(compgen -W $'created_at\n-created_at\nstudy_date\n-study_date' -- "$2") ;;
	--format) mapfile -t COMPREPLY < <(compgen -W $'csv\njson\nndjson' -- "$2") ;;
	--key-file) mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
	--endpoint | --timeout | --server-key | --date | --note | --add | --description | --search | \
		--from | --to | --limit | --year | --namespace | --interval) COMPREPLY=() ;;
	*) return 1 ;;
	esac
}

_study() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command="" i place=0
	local -A options=(
		[log]="--date --note"
		[topics]="--archived --add --description --search"
		[sessions]="--tag --from --to --search --sort --limit --ids"
		[stats]="--by --from --to"
		[heatmap]="--year"
		[import]="--format --namespace --dry-run --restart"
		[export]="--format --tag --from --to"
		[rpc]=""
		[status]="--interval"
		[keys]=""
	)
	COMPREPLY=()
	! _study_value "$before" "$word" || return 0
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ -n $command ]]; then
			[[ ${COMP_WORDS[i]} == -* ]] || place=$((place + 1))
		elif [[ -n ${COMP_WORDS[i]} && -n ${options[${COMP_WORDS[i]}]+there} ]]; then
			command=${COMP_WORDS[i]}
		fi
	done
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${options[${command:-rpc}]} --endpoint --timeout --json
			--key-file --server-key --help --version" -- "$word")
		return 0
	fi
	case $command:$place in
	:*) mapfile -t COMPREPLY < <(compgen -W "${!options[*]}" -- "$word") ;;
	log:1)
		local IFS=$'\n'
		mapfile -t COMPREPLY < <(compgen -W "$(_study_topics)" -- "$word")
		;;
	rpc:0) mapfile -t COMPREPLY < <(compgen -W "$(_study_methods)" -- "$word") ;;
	import:0 | export:0 | keys:0) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -o filenames -F _study study
