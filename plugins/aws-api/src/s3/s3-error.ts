/** An error as S3 names it; the handler makes XML of it. */
export class S3Error extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    /** More elements of the XML answer, and headers. */
    readonly more: {
      readonly elements?: Readonly<Record<string, string>>
      readonly headers?: Record<string, string>
    } = {},
  ) {
    super(message)
    this.name = code
  }
}

export const accessDenied = () => new S3Error('AccessDenied', 'Access Denied', 403)
export const noSuchKey = (key: string) =>
  new S3Error('NoSuchKey', 'The specified key does not exist.', 404, { elements: { Key: key } })
export const noSuchUpload = () =>
  new S3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
  )
export const notImplemented = (what: string) =>
  new S3Error('NotImplemented', `The artifact bucket does not implement ${what}.`, 501)
export const malformedXml = () =>
  new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  )
export const invalidArgument = (message: string) => new S3Error('InvalidArgument', message, 400)
