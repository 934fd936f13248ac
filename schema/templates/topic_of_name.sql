select t.id
from topics as t
where t.account_id + 0 = e.account_id and t.name_key = e.new_name_key and t.deleted_at is null
limit 1
