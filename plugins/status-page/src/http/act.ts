import { isFault } from '@penstock/core'
import type { Ctx, Notice } from '../site.js'
import { leaveNotice } from './notice.js'

/**
 * Does what a form asked for, and sends the reader back to `back` with one sentence: what the deed says of itself, else
 * `done`, or the fault's message. What is not a Fault is a defect and goes on to the error page.
 */
export async function act(ctx: Ctx, back: string, done: string, deed: () => Promise<unknown>): Promise<void> {
  try {
    const said = await deed()
    leaveNotice(ctx, isNotice(said) ? said : { kind: 'good', text: done })
  } catch (error) {
    if (!isFault(error) || error.code === 'AccessDeniedException') throw error
    leaveNotice(ctx, { kind: 'bad', text: error.message })
  }
  ctx.redirect(back)
  ctx.status = 303
}

function isNotice(said: unknown): said is Notice {
  return typeof said === 'object' && said !== null && 'kind' in said && 'text' in said
}
