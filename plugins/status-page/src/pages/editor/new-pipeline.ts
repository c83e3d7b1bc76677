/** Whom CreatePipeline is about as long as the pipeline has no name yet: whoever may make just some names writes them first. */
export const anyPipeline = { pipeline: { name: '*' } } as const
