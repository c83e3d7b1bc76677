import { isUtf8 } from 'node:buffer'

/** The upper half of code page 437, in which zips without a UTF-8 mark spell their names. */
const upper437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

/** A name's text: UTF-8 where marked or where the bytes are (Unix tools often forget the mark), else code page 437. */
export function decodeName(bytes: Buffer, markedUtf8: boolean): string {
  if (markedUtf8 || isUtf8(bytes)) return bytes.toString('utf8')
  let text = ''
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : upper437[byte - 0x80]
  return text
}

/**
 * A relative path without empty, `.` and `..` parts and without a slash at the end; or, in words, why the name is refused.
 * `./` and doubled slashes are harmless and dropped.
 */
export function safePath(name: string): { readonly path: string } | { readonly problem: string } {
  if (name.includes('\0')) return { problem: 'holds a NUL character' }
  if (name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name)) return { problem: 'is an absolute path' }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) return { problem: "leads out of the folder with '..'" }
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return { problem: 'has a part longer than 255 bytes' }
  return { path: parts.join('/') }
}
