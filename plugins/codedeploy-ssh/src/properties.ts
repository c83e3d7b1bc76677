/** What an action's configuration may say. ApplicationName and DeploymentGroupName are CodePipeline's own. */
import type { ConfigurationOf, PropertyDeclarations } from '@penstock/core'

export const properties = {
  ApplicationName: {
    description: 'The CodeDeploy application',
    required: true,
    key: true,
    pattern: '.{1,100}',
    example: 'website',
  },
  DeploymentGroupName: {
    description: 'The deployment group; declared in penstock.yaml, or described by the properties below',
    required: true,
    key: true,
    pattern: '.{1,100}',
    example: 'production',
  },
  Hosts: {
    description: 'For groups that penstock.yaml does not declare: hosts, separated by commas; `local` is this machine',
    example: 'deploy@web1.example.com, deploy@web2.example.com:2222',
  },
  IdentityFile: { description: "Private key file on the server; the agent's or OpenSSH's default key when absent" },
  Passphrase: { description: 'Of the private key', secret: true },
  Password: { description: 'To log in with, instead of a key', secret: true },
  Become: {
    description: 'Whose rights Install and scripts have: sudo makes the login root, or whom BecomeUser names',
    enum: ['sudo', 'none'],
  },
  BecomeUser: { description: 'Whom sudo makes of the login; root when absent', pattern: '[A-Za-z0-9_.-]+' },
  BecomePassword: { description: 'What sudo asks the login for, when it asks', secret: true },
  KnownHosts: { description: 'known_hosts file on the server, or its lines; ~/.ssh/known_hosts when absent' },
  ProxyJump: {
    description: 'Hosts on the way, first one first, separated by commas',
    example: 'jump@bastion.example.com',
  },
  DeploymentConfigName: {
    description: 'How many hosts at once',
    example: 'CodeDeployDefault.OneAtATime',
  },
  FileExistsBehavior: {
    description: 'What to do with files that no deployment put there; the AppSpec file wins',
    enum: ['DISALLOW', 'OVERWRITE', 'RETAIN'],
  },
  IgnoreApplicationStopFailures: {
    type: 'boolean',
    description: "Go on when the previous revision's ApplicationStop fails",
  },
  AutoRollback: { type: 'boolean', description: 'After a failure, deploy the last successful revision again' },
  DeploymentRoot: {
    description:
      'Where revisions are kept on the hosts; ~/.penstock-deploy when absent, /opt/penstock-deploy for root. %h and %p are host and port',
  },
  DryRun: { type: 'boolean', description: 'Only say what would be done' },
} as const satisfies PropertyDeclarations

export type CodeDeployProperties = ConfigurationOf<typeof properties>
