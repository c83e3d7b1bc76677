const units = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** `812 bytes`, `4.2 KB`, `17 MB`: thousands, as disks are sold. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const shown = unit === 0 || value >= 10 ? Math.round(value).toString() : value.toFixed(1)
  return `${shown} ${units[unit]}`
}
