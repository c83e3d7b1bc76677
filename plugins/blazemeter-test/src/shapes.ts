/** The parts of BlazeMeter's answers that are read here; everything may be missing, as the service documents nothing as certain. */

export interface Test {
  readonly name?: string
  readonly collectionType?: string
  readonly configuration?: { readonly type?: string }
}

export interface Started {
  readonly id?: number | string
  readonly name?: string
}

export interface MasterStatus {
  readonly progress?: number
  readonly status?: string
}

export interface Master {
  readonly name?: string
  readonly note?: string
  readonly hasData?: boolean
  readonly hasThresholds?: boolean
  readonly gridSummary?: { readonly definedStatus?: string }
  readonly testSuiteSummary?: { readonly suiteSummary?: { readonly definedStatus?: string; readonly status?: string } }
  readonly sessions?: readonly { readonly name?: string; readonly errors?: readonly CodedError[] }[]
}

export interface CodedError {
  readonly code?: number
  readonly message?: string
}

export interface CiStatus {
  readonly failures?: readonly CodedError[]
  readonly errors?: readonly CodedError[]
}

export interface Summary {
  readonly summary?: readonly {
    readonly avg?: number
    readonly min?: number
    readonly max?: number
    readonly tp90?: number
    readonly hits?: number
    readonly failed?: number
    /** Epoch seconds. */
    readonly first?: number
    readonly last?: number
  }[]
}

export interface ThresholdsReport {
  readonly data?: readonly {
    readonly success?: boolean
    readonly assertions?: readonly { readonly field?: string; readonly label?: string; readonly success?: boolean }[]
  }[]
}

export type AggregateReport = readonly {
  readonly labelName?: string
  readonly '95line'?: number
  readonly '99line'?: number
}[]
