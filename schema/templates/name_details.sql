t.id as "details.topic_id", case when t.id is not null then t.archived_at is not null end as "details.archived"{{\}}
