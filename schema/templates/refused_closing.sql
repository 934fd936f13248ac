when w.account_id = 1 then 'LAST_ADMIN: account 1 has the data of the service without accounts: it stays'
when exists (select from last_admin as l where l.ord = w.ord) then 'LAST_ADMIN'
