case
	when a.outcome = 'NAME_TAKEN' and t.archived_at is not null
		then format('NAME_TAKEN: an archived topic has this name: its id is %s', t.id)
	else a.outcome
end as outcome,
