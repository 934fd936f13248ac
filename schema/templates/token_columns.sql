t.id, t.name, t.scopes, t.expires_at, t.last_used_on, t.created_at
