// A study tracker with Express that keeps everything in memory: one process, nothing is durable.
import express from "express";

const topics = new Map();
for (let id = 1; id <= 1000; id++) topics.set(id, { id, name: `Topic ${id}`, created_at: new Date() });
const sessions = [];

const app = express();
app.use(express.json());
app.get("/healthz", (request, response) => response.json({ status: "ok", service: "studytracker" }));
app.get("/topics/:id", (request, response) => {
	const topic = topics.get(((Number(request.params.id) - 1) % 1000) + 1);
	return topic ? response.json(topic) : response.status(404).json({ detail: "Topic not found" });
});
app.post("/sessions", (request, response) => {
	const { topic_id, duration_minutes = 60 } = request.body;
	if (!Number.isInteger(topic_id)) return response.status(400).json({ detail: "topic_id is required" });
	const session = { id: sessions.length + 1, topic_id, duration_minutes, created_at: new Date() };
	sessions.push(session);
	return response.status(201).json(session);
});
app.listen(Number(process.env.PORT), "127.0.0.1");
