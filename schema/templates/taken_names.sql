name_check as materialized ( -- of several requests with the same new name, the first gets it
	select w.*,
		w.new_username is not null and (
			row_number() over (partition by text_key(w.new_username), w.is_match order by w.ord) > 1
			or exists (
				select
				from accounts as a
				where a.username_key = text_key(w.new_username) and a.account_id <> w.account_id))
		as is_username_taken,
		w.new_email is not null and (
			row_number() over (partition by text_key(w.new_email), w.is_match order by w.ord) > 1
			or exists (
				select
				from accounts as a
				where a.email_key = text_key(w.new_email) and a.account_id <> w.account_id))
		as is_email_taken
	from account as w
),
