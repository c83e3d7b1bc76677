import { readFile } from 'node:fs/promises'
import type { CodeCoverage, TestCase, TestReportInput } from '@penstock/core'
import { type CoverageFormat, coverageFormats, type ReportSpec, type TestFormat } from '../report-spec.js'
import { readClover, readCobertura, readJacoco, readSimplecov } from './coverage.js'
import { readCucumber } from './cucumber.js'
import { readJunit } from './junit.js'
import { readNunit } from './nunit.js'
import { readTestng } from './testng.js'
import { readTrx } from './trx.js'
import { type Element, parseXml } from './xml.js'

type Read<T> = (text: string) => Promise<readonly T[]>

const xml =
  <T>(read: (root: Element) => readonly T[]): Read<T> =>
  async (text) =>
    read(await parseXml(text))

const tests: Readonly<Record<TestFormat, Read<TestCase>>> = {
  JUNITXML: xml(readJunit),
  NUNITXML: xml(readNunit),
  NUNIT3XML: xml(readNunit),
  TESTNGXML: xml(readTestng),
  VISUALSTUDIOTRX: xml(readTrx),
  CUCUMBERJSON: async (text) => readCucumber(text),
}

const coverages: Readonly<Record<CoverageFormat, Read<CodeCoverage>>> = {
  COBERTURAXML: xml(readCobertura),
  JACOCOXML: xml(readJacoco),
  CLOVERXML: xml(readClover),
  SIMPLECOV: async (text) => readSimplecov(text),
}

/** A file that could not be read, and why. */
export interface BadFile {
  readonly path: string
  readonly reason: string
}

/** Reads all files of a report group as one report; those that are not of its format are told. */
export async function readReportFiles(
  { group: name, format }: ReportSpec,
  files: readonly string[],
): Promise<{ readonly report: TestReportInput; readonly bad: readonly BadFile[] }> {
  const bad: BadFile[] = []
  const each = async <T>(read: Read<T>): Promise<readonly T[]> => {
    const all: T[] = []
    for (const path of files) {
      try {
        all.push(...(await read(await readFile(path, 'utf8'))))
      } catch (error) {
        bad.push({ path, reason: (error as Error).message })
      }
    }
    return all
  }
  if (isCoverage(format)) {
    return { report: { name, type: 'CODE_COVERAGE', codeCoverages: await each(coverages[format]) }, bad }
  }
  return { report: { name, type: 'TEST', testCases: await each(tests[format]) }, bad }
}

function isCoverage(format: ReportSpec['format']): format is CoverageFormat {
  return coverageFormats.some((one) => one === format)
}
