when not w.is_right and not has_password(w.account_id) then 'NO_PASSWORD'
when not w.is_right then 'INVALID_CREDENTIALS'
