case
	when e.outcome = 'NAME_TAKEN' and t.archived_at is not null
		then format('NAME_TAKEN: an archived topic has this name: its id is %s', t.id)
	else e.outcome
end as outcome{{\}}
