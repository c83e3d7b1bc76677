import { join } from 'node:path'
import ts from 'typescript'

test('the schemas are the AWS client’s types', () => {
  const folder = join(__dirname, '../..')
  const { config } = ts.readConfigFile(join(folder, '../tsconfig.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, folder)
  const program = ts.createProgram([join(__dirname, 'sdk.ts')], {
    ...options,
    noEmit: true,
    composite: false,
    customConditions: ['@penstock/source'],
  })
  const own = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.includes('/core/'))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
  expect(
    own.map(({ file, messageText }) => [file?.fileName, ts.flattenDiagnosticMessageText(messageText, '\n')]),
  ).toEqual([])
  expect(program.getSourceFile(join(__dirname, 'sdk.ts'))).toBeDefined()
}, 60_000)
