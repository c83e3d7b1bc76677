import type { ArtifactSpec } from './artifact-spec.js'
import type { Reader } from './reader.js'

/** The formats that CodeBuild reads: of tests, and of code coverage. */
export const testFormats = [
  'JUNITXML',
  'CUCUMBERJSON',
  'NUNITXML',
  'NUNIT3XML',
  'TESTNGXML',
  'VISUALSTUDIOTRX',
] as const
export const coverageFormats = ['COBERTURAXML', 'JACOCOXML', 'CLOVERXML', 'SIMPLECOV'] as const
export type TestFormat = (typeof testFormats)[number]
export type CoverageFormat = (typeof coverageFormats)[number]

/** One of a buildspec's `reports`: the files of a report group. */
export interface ReportSpec extends Omit<ArtifactSpec, 'name'> {
  /** The report group's name. */
  readonly group: string
  readonly format: TestFormat | CoverageFormat
}

/** Errors: JobFailed ConfigurationError, naming the key. */
export function readReport(name: string, report: Reader): ReportSpec {
  const files = report.texts('files')
  if (files.length === 0) throw report.wrong('files', undefined, "globs, such as 'target/surefire-reports/*.xml'")
  return {
    // A group may be named by its ARN, or in a way that AWS would refuse.
    group: name.slice(name.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_-]/g, '-'),
    format: report.oneOf('file-format', [...testFormats, ...coverageFormats]) ?? 'JUNITXML',
    files,
    baseDirectory: report.text('base-directory') ?? '',
    excludePaths: [],
    discardPaths: report.flag('discard-paths') ?? false,
  }
}
