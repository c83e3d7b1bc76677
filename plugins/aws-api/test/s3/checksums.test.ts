import { newDigest } from '../../src/s3/checksums.js'

/** Check values of the published catalogues, for the text `123456789`. */
test.each<[Parameters<typeof newDigest>[0], string]>([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ['md5', '25f9e794323b453885f5181f1b624d0b'],
])('%s, in one piece and in three', (name, value) => {
  for (const pieces of [['123456789'], ['1', '2345678', '9'], ['12345', '', '6789']]) {
    const digest = newDigest(name)
    for (const piece of pieces) digest.update(Buffer.from(piece))
    expect(digest.digest().toString('hex')).toBe(value)
  }
})
