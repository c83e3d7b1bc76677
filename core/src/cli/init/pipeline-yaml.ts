import { Document, visit } from 'yaml'
import { isSshUrl } from '../../git/ssh.js'
import type { Answers } from './pipeline-of.js'
import { pipelineOf } from './pipeline-of.js'

/** The text of the pipeline file: what stands in it, and what its reader would look up next. Pure. */
export function pipelineYaml(answers: Answers, file: string): string {
  const document = new Document({ pipeline: pipelineOf(answers) }, { aliasDuplicateObjects: false })
  visit(document, {
    // Artifacts and types of actions are read at a glance on one line.
    Map: (_, node, path) => {
      const parent = path.at(-1) as { readonly key?: { readonly value?: unknown } } | undefined
      if (parent?.key?.value === 'actionTypeId') node.flow = true
    },
    Pair: (_, { key, value }) => {
      const name = (key as { readonly value?: unknown }).value
      if (name === 'inputArtifacts' || name === 'outputArtifacts') (value as { flow?: boolean }).flow = true
    },
  })
  return `${headOf(answers, file)}\n${document.toString({ lineWidth: 0, flowCollectionPadding: true })}`
}

function headOf({ url, hosts }: Answers, file: string): string {
  const lines = [
    `Try it on the working copy:  penstock run ${file} --source .`,
    `Make it live:                penstock put ${file}`,
    ...(isSshUrl(url)
      ? [
          "The server's account needs a key for the repository: SshIdentity names one of penstock.yaml's github-source.sshIdentities.",
        ]
      : [
          'A private repository wants a token: penstock secret set NAME, and {{secret:NAME}} as OAuthToken (GitHub) or Token (Git).',
        ]),
    ...(hosts === undefined
      ? []
      : ["Hosts are logged in to with the server account's SSH key; IdentityFile and KnownHosts name others."]),
  ]
  return lines.map((line) => `# ${line}`).join('\n')
}
