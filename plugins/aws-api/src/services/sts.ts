import { type ServerIdentity, type ServiceProvider, Shapes, serviceOperation } from '@penstock/core'

/** The Security Token Service: who am I, which many a tool asks before anything else. Everybody may. */
export function sts(identity: () => ServerIdentity): ServiceProvider {
  return {
    name: 'sts',
    protocol: { kind: 'query', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
    operations: [
      serviceOperation({
        name: 'GetCallerIdentity',
        input: Shapes.structure({}),
        resource: () => [],
        run: async ({ name, arn }) => ({ UserId: name, Account: identity().accountId, Arn: arn }),
      }),
    ],
  }
}
