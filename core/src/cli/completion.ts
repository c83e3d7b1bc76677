import type { Command } from 'commander'

/** `penstock completion bash|zsh|fish`: a script for the shell, made from the commands that there are. */
export function completion(program: Command, shell: string): void {
  const commands = program.commands.map((command) => describe(command))
  process.stdout.write(shell === 'fish' ? fish(commands) : bash(commands, shell === 'zsh'))
}

interface Described {
  readonly name: string
  readonly text: string
  /** Verbs of its own, and options. */
  readonly words: readonly string[]
  /** Its first argument is a pipeline's name. */
  readonly ofPipeline: boolean
}

function describe(command: Command): Described {
  const verbs = command.commands.map((each) => each.name())
  const options = command.options.map((option) => option.long).filter((long) => typeof long === 'string')
  const [first] = command.registeredArguments
  return {
    name: command.name(),
    text: command.description(),
    words: [...verbs, ...options],
    ofPipeline: first?.name() === 'pipeline',
  }
}

/** Names of pipelines come from the server, if it is to be reached. */
function bash(commands: readonly Described[], zsh: boolean): string {
  const cases = commands.map(({ name, words, ofPipeline }) => {
    const pipelines = ofPipeline ? ' $([ "$COMP_CWORD" -eq 2 ] && penstock list --names 2>/dev/null)' : ''
    return `    ${name}) words="${words.join(' ')}${pipelines}" ;;`
  })
  return `${zsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_penstock() {
  local words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${commands.map(({ name }) => name).join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _penstock penstock
`
}

function fish(commands: readonly Described[]): string {
  const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`
  const lines = commands.flatMap(({ name, text, words, ofPipeline }) => [
    `complete -c penstock -f -n __fish_use_subcommand -a ${name} -d ${quoted(text)}`,
    `complete -c penstock -n '__fish_seen_subcommand_from ${name}' -a ${quoted(words.join(' '))}`,
    ...(ofPipeline
      ? [`complete -c penstock -f -n '__fish_seen_subcommand_from ${name}' -a '(penstock list --names 2>/dev/null)'`]
      : []),
  ])
  return `${lines.join('\n')}\n`
}
