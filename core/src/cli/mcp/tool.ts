import type { CallToolResult, JsonSchemaType } from '@modelcontextprotocol/server'
import type { Client } from '../api/client.js'

/** What an agent can ask for, or do: one call of a client's, with the rights of the client's key. */
export interface Tool<I = never> {
  /** As agents call it: `start_pipeline`. */
  readonly name: string
  readonly title: string
  /** For the agent: what it answers, and when it is the right one. */
  readonly description: string
  /** Of the input: members by name, and which must be there. */
  readonly properties: Readonly<Record<string, JsonSchemaType>>
  readonly required?: readonly string[]
  /** What it does to the server; absent when it only reads. */
  readonly changes?: 'adds' | 'destroys'
  /** Errors: CommandFailed, told to the agent in words. */
  run(client: Client, input: I): Promise<unknown>
}

/** A tool whose input the schema has checked. */
export function tool<I>(definition: Tool<I>): Tool {
  return definition as Tool
}

export const pipeline = { type: 'string', description: "the pipeline's name" } as const
export const stage = { type: 'string', description: "the stage's name" } as const
export const execution = {
  type: 'string',
  description: "the execution's id, or its beginning or end; the newest unless given",
} as const

/** What an agent reads: the answer as JSON, dates as ISO 8601. */
export function answered(answer: unknown): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(answer, null, 1) }] }
}

/** What was refused, so that the agent may do better. */
export function refused(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true }
}
