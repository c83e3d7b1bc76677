import { definePlugin } from '@penstock/core'
import { type BeanstalkConfig, configSchema } from './config.js'
import { elasticBeanstalk } from './provider.js'

/** Environments of Elastic Beanstalk. */
export default definePlugin<BeanstalkConfig>({
  name: 'elasticbeanstalk-deploy',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    api.provideAction(elasticBeanstalk(api.config, () => api.server.identity.region))
  },
})
