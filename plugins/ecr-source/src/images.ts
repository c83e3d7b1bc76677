/** An image as its repository tells it. */
export interface Image {
  /** `sha256:...`, of the manifest. */
  readonly digest: string
  /** With the digest: what can be pulled. */
  readonly uri: string
  /** The account of ECR, or the registry's host. */
  readonly registryId: string
  /** Epoch milliseconds, where it is known. */
  readonly pushed?: number
  readonly bytes?: number
  readonly tags: readonly string[]
}

/** Which image: by its tag, or by its digest. */
export interface ImageId {
  readonly repository: string
  readonly tag: string
  readonly digest?: string
}

/** Where images are looked for. Errors: JobFailed in words for the pipeline's owner. */
export interface Images {
  find(id: ImageId, signal: AbortSignal): Promise<Image>
}
