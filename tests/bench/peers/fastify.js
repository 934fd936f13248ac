// A study tracker as its users would write it with Fastify and postgres.js: two processes.
import cluster from "node:cluster";
import Fastify from "fastify";
import postgres from "postgres";

const PROCESSES = 2;

const id = { type: "integer" }, text = { type: "string" }, nullable = { type: ["string", "null"] };
const object = (properties) => ({ type: "object", properties });

// With schemas of the replies, Fastify writes JSON about twice as fast.
const health = { schema: { response: { 200: object({ status: text, service: text }) } } };
const topic = {
	schema: {
		response: {
			200: object({ id, name: text, description: nullable, created_at: text, updated_at: text }),
		},
	},
};
const session = {
	schema: {
		response: {
			201: object({ id: text, topic_id: id, study_date: text, duration_minutes: id, notes: nullable, created_at: text }),
		},
		body: {
			type: "object",
			required: ["topic_id"],
			properties: {
				topic_id: { type: "integer" },
				duration_minutes: { type: "integer", minimum: 1, maximum: 1440 },
			},
		},
	},
};

function serve() {
	const sql = postgres({
		path: process.env.DATABASE_SOCKET,
		database: process.env.DATABASE_NAME,
		username: process.env.DATABASE_USER,
	});
	const app = Fastify();
	app.get("/healthz", health, async () => ({ status: "ok", service: "studytracker" }));
	app.get("/topics/:id", topic, async (request, reply) => {
		const [row] = await sql`
			select id, name, description, created_at, updated_at from topics
			where account_id = 1 and id = ${request.params.id}`;
		return row ?? reply.code(404).send({ detail: "Topic not found" });
	});
	app.post("/sessions", session, async (request, reply) => {
		const { topic_id, duration_minutes = 60 } = request.body;
		const [row] = await sql`
			insert into sessions_alone (account_id, id, topic_id, study_date, duration_minutes)
			values (1, gen_random_uuid(), ${topic_id}, current_date, ${duration_minutes})
			returning id, topic_id, study_date, duration_minutes, notes, created_at`;
		return reply.code(201).send(row);
	});
	app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
}

if (cluster.isPrimary) for (let i = 0; i < PROCESSES; i++) cluster.fork();
else serve();
