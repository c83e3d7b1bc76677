/** Text for XML 1.0: its marks escaped, and without the characters that no XML may hold. */
export function xml(text: string): string {
  const allowed = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '\ufffd',
  )
  return allowed.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** ` name="value"` for each that has one. */
export function attributes(all: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(all)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${xml(value)}"`))
    .join('')
}
