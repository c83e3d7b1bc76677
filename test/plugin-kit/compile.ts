/** Compiles pieces of TypeScript as one program against the sources of `@penstock/core`. */
import { join, resolve } from 'node:path'
import ts from 'typescript'

export const repository = resolve(__dirname, '../..')
export const entries = {
  '@penstock/core': join(repository, 'core/src/index.ts'),
  '@penstock/core/testkit': join(repository, 'core/src/testkit/index.ts'),
} as const

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node', 'jest'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  noEmit: true,
  customConditions: ['@penstock/source'],
  typeRoots: [join(repository, 'node_modules/@types')],
}

/** What was read from the disk, for every program: parsing is half of the work. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** A program of `pieces` (name to text) and of the entries. Names end in .ts and lie in an imagined folder of the repository. */
export function programOf(pieces: ReadonlyMap<string, string>): ts.Program {
  const folder = join(repository, 'test/plugin-kit')
  const texts = new Map([...pieces].map(([name, text]) => [join(folder, name), text]))
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.fileExists = (file) => texts.has(file) || fileExists(file)
  host.readFile = (file) => texts.get(file) ?? readFile(file)
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const text = texts.get(file)
    if (text === undefined) {
      if (!parsed.has(file)) parsed.set(file, getSourceFile.call(host, file, languageVersion, ...rest))
      return parsed.get(file)
    }
    return ts.createSourceFile(file, text, languageVersion)
  }
  return ts.createProgram({ rootNames: [...texts.keys(), ...Object.values(entries)], options, host })
}

/** What the compiler says of the pieces, as `NAME:LINE: message`. */
export function problemsOf(program: ts.Program, pieces: ReadonlyMap<string, string>): readonly string[] {
  return [...pieces.keys()].flatMap((name) => {
    const file = program.getSourceFile(join(repository, 'test/plugin-kit', name))
    if (file === undefined) return [`${name} is not in the program`]
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((each) => {
      const line = file.getLineAndCharacterOfPosition(each.start ?? 0).line + 1
      return `${name}:${line}: ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`
    })
  })
}

/** A name that the package exports: its documentation and its examples. */
export interface ExportedName {
  readonly entry: keyof typeof entries
  readonly name: string
  readonly documentation: string
  readonly examples: readonly string[]
}

export function exportedNames(program: ts.Program): readonly ExportedName[] {
  const checker = program.getTypeChecker()
  return (Object.keys(entries) as (keyof typeof entries)[]).flatMap((entry) => {
    const file = program.getSourceFile(entries[entry])
    const module = file && checker.getSymbolAtLocation(file)
    if (module === undefined) throw new Error(`${entry} exports nothing`)
    return checker.getExportsOfModule(module).map((exported) => {
      const alias = (exported.flags & ts.SymbolFlags.Alias) !== 0
      const symbol = alias ? checker.getAliasedSymbol(exported) : exported
      const tags = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example')
      const documentation = ts.displayPartsToString(symbol.getDocumentationComment(checker))
      return {
        entry,
        name: exported.name,
        documentation,
        examples: tags.map(({ text }) => ts.displayPartsToString(text)),
      }
    })
  })
}

/** An example as a module of its own: what it uses and does not declare is imported, and a job's and a plugin's usual names are there. */
export function asModule(example: string, names: readonly ExportedName[]): string {
  if (/^import /m.test(example)) return example
  const used = (name: string) => new RegExp(`(?:(?<![\\w.'])|(?<=\\.{3}))${name}\\b`).test(example)
  const declared = (name: string) => new RegExp(`(?:const|function|class|type|interface) ${name}\\b`).test(example)
  const imports = names
    .filter(({ name }) => (used(name) || always.includes(name)) && !declared(name))
    .map(({ entry, name }) => `import { ${name} } from '${entry}'`)
  const head = `${imports.join('\n')}
declare const ctx: JobContext
declare const api: PluginApi
declare const admin: Principal
export { ctx, api, admin }
`
  if (/^export default /m.test(example)) return `${head}${example}\n`
  return `${head}export async function example() {\n${example}\n}\n`
}

const always: readonly string[] = ['JobContext', 'PluginApi', 'Principal']
