/** How programs write a text into a URL or a form: they differ in what they leave as it is. */

/** What stays as it is, besides letters and digits; and which program it is. */
const kept = [
  "-_.!~*'()", // JavaScript's encodeURIComponent
  "-_.!~*'();,/?:@&=+$#", // its encodeURI
  '-_.~', // RFC 3986: PHP's rawurlencode, curl, Go's QueryEscape, Python's quote_plus
  '-_.~/', // Python's quote
  '-_.~$&+=:@', // Go's PathEscape
  '-_.~$&+,/:;=@', // Go's URL.String
  '-_.~$&+,;=', // its user information
  '*-._', // Ruby's encode_www_form_component, Java's URLEncoder, HTML's forms
  '*-._~', // Ruby's CGI.escape
  "!$%&'()*+,-._~", // the user information of JavaScript's URL
  "!$%&'()*+,-./:;=@[\\]^_|~", // its path
].map((safe) => new RegExp(`[^A-Za-z0-9${safe.replace(/[\]\\^-]/g, '\\$&')}]`, 'gu'))

/** A text percent-encoded as programs do it, with digits of either case and a space as either. */
export function urlForms(text: string): readonly string[] {
  const encoded = new Set(kept.map((others) => text.replace(others, percent)))
  return [...encoded].flatMap((strict) => {
    return [strict, strict.replaceAll('%20', '+')].flatMap((form) => [
      form,
      form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ])
  })
}

function percent(char: string): string {
  return [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
