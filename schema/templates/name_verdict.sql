verdict as materialized (
	select w.*,
		case
			when w.refusal is not null then w.refusal
			when w.is_taken and not w.allows_namesake then 'NAME_TAKEN'
		end as outcome
	from name_check as w
),
