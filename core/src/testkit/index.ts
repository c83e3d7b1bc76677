/** `@penstock/core/testkit`: what plugins and the demo are tested and shown with. */
export { FolderArtifactStore } from '../artifacts/folder-store.js'
export { type Account, currentAccount, findAccount, unprivilegedAccount } from './account.js'
export { type StoreUnderTest, testArtifactStore } from './artifact-store-contract.js'
export { type AwsAnswers, type AwsCall, AwsError, startAwsServer, type TestAwsServer } from './aws-server.js'
export { testActionProvider } from './contract/action.js'
export type { ActionCase, ActionFixtures, BadCase, Given, InputFiles } from './contract/fixtures.js'
export { type NotifierFixtures, testNotifier } from './contract/notifier.js'
export { pollContext } from './contract/poll.js'
export { type RuleFixtures, testRuleProvider } from './contract/rule.js'
export { testSecretStore } from './contract/secret-store.js'
export { type SourceFixtures, testSourceProvider } from './contract/source.js'
export { type DummyScript, dummyProvider } from './dummy-provider.js'
export { FakeClock } from './fake-clock.js'
export type { CommitEntry, CommitFiles, CommitOptions } from './git-commits.js'
export {
  type GitLogin,
  type GitServerOptions,
  type SeenRequest,
  startGitServer,
  type TestGitServer,
} from './git-server.js'
export { openPluginState, type TestPluginState } from './plugin-state.js'
export { freePort } from './ports.js'
export { startPostgres, type TestPostgres } from './postgres.js'
export { type ActionRun, type RunActionOptions, runAction } from './run-action.js'
export { type PipelineRun, type RunPipelineOptions, runPipelineWith } from './run-pipeline.js'
export { after, type TestRunner, test } from './runner.js'
export { type SshdOptions, startSshd, type TestSshd } from './sshd.js'
export { endProcessesWith, processesWith } from './strays.js'
export { type Pluggable, startTestServer, type TestServer, type TestServerOptions } from './test-server.js'
export { startTethered, type Tethered, type TetherOptions } from './tethered.js'
