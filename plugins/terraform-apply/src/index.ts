import { definePlugin } from '@penstock/core'
import { terraformApply } from './apply.js'
import { terraformPlan } from './plan.js'

/** Plans and applies infrastructure with Terraform or OpenTofu. */
export default definePlugin({
  name: 'terraform-apply',
  apiVersion: '^1.0',
  register(api) {
    api.provideAction(terraformPlan)
    api.provideAction(terraformApply)
  },
})
