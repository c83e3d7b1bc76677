/** The disk under the database is full. `status` and `expose`: faces may tell callers so, as a 507. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull'
  readonly status = 507
  readonly expose = true

  constructor(place: string, cause: unknown) {
    super(`the disk of ${place} is full: nothing was changed, so make room there and try again`, { cause })
  }
}

/** SQLite's code, and PostgreSQL's `disk_full`. */
const full = ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', '53100']

/** Rejects with StorageFull where the driver says so in its own words. `place`: the file, or the server. */
export async function orStorageFull<T>(place: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw full.includes(String((error as { code?: unknown }).code)) ? new StorageFull(place, error) : error
  }
}
