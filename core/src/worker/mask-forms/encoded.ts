/** A text in base64 and in hexadecimal digits: forms that programs break into lines of any width. */

/** A piece shorter than this would match by chance. */
const shortestPiece = 6

/** Without line breaks: whoever looks for them passes over those. */
export function encodedForms(text: string): readonly string[] {
  return [...base64Forms(text), ...hexForms(text)]
}

/** In both alphabets, at each of the three places where it can begin inside of something longer. */
function base64Forms(text: string): readonly string[] {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
    // Only characters that are made of the secret's own bits: not the padding, nor what shares bits with a neighbour.
    const end = Math.floor((bytes.length * 8) / 6)
    const piece = bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), end)
    if (piece.length < shortestPiece) return []
    return [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

function hexForms(text: string): readonly string[] {
  const digits = Buffer.from(text).toString('hex')
  return [digits, digits.toUpperCase()]
}
