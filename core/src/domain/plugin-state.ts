/** Which plugins somebody switched off; kept over restarts. */
export interface PluginStateStore {
  /** Names of the disabled plugins. */
  disabled(): Promise<ReadonlySet<string>>
  setEnabled(name: string, enabled: boolean): Promise<void>
}
