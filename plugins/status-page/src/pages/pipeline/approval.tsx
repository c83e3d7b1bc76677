import type { ActionDeclaration } from '@penstock/core'
import { Post } from '../../view/form.js'
import { External, to } from '../../view/link.js'

interface ApprovalProps {
  readonly pipeline: string
  readonly stage: string
  readonly declaration: Pick<ActionDeclaration, 'name' | 'configuration'>
  /** Absent where the reader's rights do not show it. */
  readonly token: string | undefined
  readonly csrf: string
  readonly mayApprove: boolean
}

/** What is asked (A4), and the answer's form (A1). */
export function Approval({ pipeline, stage, declaration, token, csrf, mayApprove }: ApprovalProps) {
  const { CustomData: question, ExternalEntityLink: link } = declaration.configuration ?? {}
  return (
    <div class="approval">
      {question && <p class="approval-question">{question}</p>}
      {link && (
        <p>
          To review: <External href={link}>{link}</External>
        </p>
      )}
      {mayApprove && token ? (
        <Post action={to.pipeline(pipeline, 'stages', stage, 'actions', declaration.name, 'approval')} csrf={csrf}>
          <input type="hidden" name="token" value={token} />
          <label>
            Comment <span class="quiet">(optional)</span>
            <textarea name="summary" maxLength={512} rows={2} />
          </label>
          <div class="buttons">
            <button type="submit" class="button primary" name="status" value="Approved">
              Approve
            </button>
            <button type="submit" class="button danger" name="status" value="Rejected">
              Reject
            </button>
          </div>
        </Post>
      ) : (
        <p class="quiet">You may not answer this approval (codepipeline:PutApprovalResult).</p>
      )}
    </div>
  )
}
