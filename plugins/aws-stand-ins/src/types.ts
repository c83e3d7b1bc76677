import type { ActionCategory } from '@penstock/core'

/** An action type of CodePipeline's reference that nothing here runs. */
export interface TypeElsewhere {
  readonly category: ActionCategory
  readonly owner: 'AWS' | 'ThirdParty'
  readonly provider: string
  /** A sentence, from its verb on: what to put in its place. */
  readonly instead: string
  /** Properties that must never be shown. */
  readonly secrets?: readonly string[]
}

const commands = (line: string) => `put an action Compute/AWS/Commands/1 in its place, with \`${line}\``

/** Every type of the reference that no bundled plugin provides. */
export const elsewhere: readonly TypeElsewhere[] = [
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'CodeDeployToECS',
    instead:
      "let Deploy/AWS/ECS/1 deploy the service, whose own deploymentConfiguration (strategy BLUE_GREEN in the service's definition) shifts the traffic; or keep CodeDeploy with an action Compute/AWS/Commands/1 and `aws deploy create-deployment`",
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'CloudFormationStackSet',
    instead: commands('aws cloudformation update-stack-set --stack-set-name NAME --template-body file://TEMPLATE'),
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'CloudFormationStackInstances',
    instead: commands(
      'aws cloudformation create-stack-instances --stack-set-name NAME --accounts ACCOUNTS --regions REGIONS',
    ),
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'EC2',
    instead:
      'put Deploy/AWS/CodeDeploy/1 in its place, which deploys over SSH to the hosts of a deployment group (plugins: codedeploy-ssh); PreScript and PostScript become hooks of an appspec.yml',
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'EKS',
    instead: commands('kubectl apply -f MANIFEST` or `helm upgrade --install RELEASE CHART'),
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'Lambda',
    instead: commands('aws lambda update-function-code --function-name NAME --zip-file fileb://FILE --publish'),
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'AppConfig',
    instead: commands(
      'aws appconfig create-hosted-configuration-version ... && aws appconfig start-deployment --application-id ID ...',
    ),
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'ServiceCatalog',
    instead: commands('aws servicecatalog create-provisioning-artifact --product-id ID --parameters ...'),
  },
  {
    category: 'Deploy',
    owner: 'AWS',
    provider: 'OpsWorks',
    instead:
      'put Deploy/AWS/CodeDeploy/1 in its place, which deploys over SSH to the hosts of a deployment group (plugins: codedeploy-ssh): AWS has ended OpsWorks Stacks',
  },
  {
    category: 'Deploy',
    owner: 'ThirdParty',
    provider: 'AlexaSkillsKit',
    instead: commands('ask deploy'),
    secrets: ['ClientSecret', 'RefreshToken'],
  },
  {
    category: 'Build',
    owner: 'AWS',
    provider: 'ECRBuildAndPublish',
    instead:
      'put Build/Custom/Docker/1 in its place (plugin docker-build), which builds the image with docker or podman and pushes it to any registry',
  },
  {
    category: 'Test',
    owner: 'AWS',
    provider: 'DeviceFarm',
    instead: commands('aws devicefarm schedule-run --project-arn ARN --device-pool-arn ARN --test type=TYPE'),
  },
  {
    category: 'Invoke',
    owner: 'AWS',
    provider: 'InspectorScan',
    instead: commands(
      'inspector-sbomgen directory --path . --scan-sbom` or `trivy fs --exit-code 1 --severity CRITICAL .',
    ),
  },
  {
    category: 'Invoke',
    owner: 'ThirdParty',
    provider: 'Snyk',
    instead: commands('snyk test --severity-threshold=high'),
  },
  {
    category: 'Test',
    owner: 'ThirdParty',
    provider: 'GhostInspector',
    instead: commands('curl --fail "https://api.ghostinspector.com/v1/suites/SUITE/execute/?apiKey=KEY"'),
  },
  {
    category: 'Test',
    owner: 'ThirdParty',
    provider: 'Runscope',
    instead: commands('curl --fail TRIGGER-URL'),
  },
]
