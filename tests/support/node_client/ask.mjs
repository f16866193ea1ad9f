// Questions as JSON lines on stdin, what the stock client makes of each answer as a JSON line on stdout.
import { createInterface } from "node:readline";
import OpenAI from "openai";

async function whole(client, body, heard) {
  const answer = await client.chat.completions.create(body);
  heard.text = answer.choices[0].message.content;
  heard.finish = answer.choices[0].finish_reason;
  heard.tokens = answer.usage.total_tokens;
  heard.products = answer.vitrina.products.length;
}

async function stream(client, body, heard) {
  for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
    heard.text += chunk.choices[0]?.delta.content ?? "";
    heard.finish = chunk.choices[0]?.finish_reason ?? heard.finish;
    heard.tokens = chunk.usage?.total_tokens ?? heard.tokens;
    heard.products = chunk.vitrina?.products?.length ?? heard.products;
  }
}

async function answer({ base, key, streamed, body }) {
  const client = new OpenAI({ baseURL: base, apiKey: key, maxRetries: 0 });
  const heard = { text: "", finish: null, tokens: null, products: null, error: null };
  try {
    await (streamed ? stream : whole)(client, body, heard);
  } catch (error) {
    heard.error = { status: error.status ?? null, code: error.code ?? null, kind: error.constructor.name };
  }
  return heard;
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
