/** Everything that the page's buttons do to executions, workers and plugins, in a real browser over a whole server. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dialog } from 'playwright-core'
import { makePipeline, maker, shell, type World } from './browser.js'

export function steerTests(of: () => World): void {
  let flag: string
  beforeAll(async () => {
    await of().git.commit('acme/shop', { 'a.txt': 'one' }, '</script><img src=x onerror=alert(1)>')
    flag = join(of().shared, 'flag')
  })

  test('a failed action is retried, a failed condition overridden, a stage rolled back to what succeeded in it', async () => {
    const { page, at, stage, openStage } = of()
    const condition = {
      conditions: [
        {
          result: 'FAIL' as const,
          rules: [
            {
              name: 'Wanted',
              ruleTypeId: { category: 'Rule' as const, owner: 'AWS' as const, provider: 'VariableCheck', version: '1' },
              configuration: { Variable: '#{variables.Go}', Value: 'yes', Operator: 'EQ' },
            },
          ],
        },
      ],
    }
    const stages = [shell('Build', `test -e ${flag}`), { ...shell('Deploy', 'true'), beforeEntry: condition }]
    await makePipeline(of(), 'steer', stages, { variables: [{ name: 'Go', defaultValue: 'no' }] })
    await page.goto(at('/pipelines/steer'))
    await stage('Build').getByText('Failed').first().waitFor()
    writeFileSync(flag, '')
    await page.locator('#waits').getByText('Retry', { exact: true }).click()
    await page.locator('#waits').getByRole('button', { name: 'Retry failed actions' }).click()
    await page.getByText('Build runs again.').waitFor()
    await stage('Build').getByText('retried once, last by hand').waitFor()

    const entry = stage('Deploy').locator('.condition')
    await openStage('Deploy')
    await entry.getByText('Wanted', { exact: true }).waitFor()
    await entry.getByText('Failed').first().waitFor()
    await entry.getByRole('button', { name: 'Override and go on' }).click()
    await page.getByText('The condition of Deploy was overridden.').waitFor()
    await entry.getByText('Overridden').waitFor()
    await stage('Deploy').locator('.stage-head').getByText('Succeeded').waitFor()
    await openStage('Deploy')

    await stage('Deploy')
      .getByRole('link', { name: /Roll back/ })
      .click()
    await page.getByRole('heading', { name: 'Roll back Deploy' }).waitFor()
    // R8: only what succeeded there.
    expect(await page.getByRole('link', { name: /Roll Deploy back/ }).count()).toBe(1)
    await page.getByRole('link', { name: /Roll Deploy back/ }).click()
    await page.getByText('These actions run again').waitFor()
    await page.getByRole('button', { name: 'Roll Deploy back' }).click()
    await page.waitForURL(at('/pipelines/steer'))
    await page.locator('#pipeline-recent').getByText('rollback', { exact: true }).waitFor()
  })

  test('what runs is seen on the workers’ page by itself, and abandoned with a reason', async () => {
    const { page, at, stage, context, openStage } = of()
    const watching = await context.newPage()
    await watching.goto(at('/workers'))
    await watching.getByText('Nobody has a job in hand.').waitFor()
    await makePipeline(of(), 'sleepy', [shell('Sleep', 'sleep 300')])
    await watching.getByRole('link', { name: 'Sleep / Sleep' }).waitFor()
    await page.goto(at('/pipelines/sleepy'))
    await stage('Sleep').getByText('Running').first().waitFor()
    await page.locator('summary', { hasText: 'Stop' }).click()
    await page.getByLabel(/Abandon them/).check()
    await page.getByLabel(/^Reason/).fill('wrong <branch>')
    await page.getByRole('button', { name: 'Stop the execution' }).click()
    await page.getByText('was abandoned.').waitFor()
    await openStage('Sleep')
    await stage('Sleep').locator('.action-state').getByText('Abandoned').waitFor()
    await page.locator('#pipeline-recent').getByText('wrong <branch>').waitFor()
    await watching.getByText('Nobody has a job in hand.').waitFor()
    await watching.close()
  })

  test('a plugin is loaded anew, switched off and on, and what became of it is said', async () => {
    const { page, at } = of()
    const plugin = page.locator('.plugin', { has: page.getByRole('heading', { name: 'sns-notify', exact: true }) })
    await page.goto(at('/plugins'))
    await plugin.getByRole('button', { name: 'Reload sns-notify' }).click()
    await page.getByText('sns-notify is loaded anew').waitFor()
    await plugin.locator('summary', { hasText: 'Disable' }).click()
    await plugin.getByRole('button', { name: 'Disable sns-notify' }).click()
    await page.getByText('sns-notify is disabled.').waitFor()
    await plugin.getByText('disabled', { exact: true }).waitFor()
    await plugin.getByRole('button', { name: 'Enable sns-notify' }).click()
    await page.getByText('sns-notify is enabled.').waitFor()
    await page.goto(at('/audit'))
    for (const operation of ['ReloadPlugin', 'DisablePlugin', 'EnablePlugin']) {
      await page.getByText(operation).first().waitFor()
    }
  })

  test('hostile texts stay texts, and only http addresses become links', async () => {
    const { page, at, stage, server, openStage } = of()
    const dialogs: string[] = []
    const see = (dialog: Dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    }
    page.on('dialog', see)
    const ask = {
      name: 'Ask',
      actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
      configuration: { CustomData: '<svg onload=alert(2)>' },
    } as const
    const print = shell(
      'Print',
      `echo '<script>alert(4)</script>'; printf '\\033]8;;javascript:alert(5)\\007x\\n'; exit 1`,
    )
    const both = { name: 'Print', actions: [...print.actions, { ...ask, runOrder: 1 }] }
    await makePipeline(of(), 'hostile', [both], {
      variables: [{ name: 'V', defaultValue: '"><img src=x onerror=alert(6)>', description: '<b>bold</b>' }],
    })
    await page.goto(at('/pipelines/hostile'))
    await page.locator('#waits').getByText('<svg onload=alert(2)>').first().waitFor()
    await stage('Print').getByText('Failed').first().waitFor()
    await openStage('Print')
    const log = String(await stage('Print').getByRole('link', { name: /Log/ }).first().getAttribute('href'))
    const [execution] = (await page
      .locator('#pipeline-recent a.mono')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')))) as string[]
    const paths = [
      '/',
      '/pipelines/hostile/history',
      String(execution),
      '/pipelines/hostile/edit',
      '/sources',
      '/activity',
      '/inbox',
      log,
    ]
    for (const path of [...paths, `${log}?q=<script>alert(7)</script>`, '/?q="><img src=x onerror=alert(8)>']) {
      await page.goto(at(path))
      expect(await page.locator('a[href^="javascript:" i], main img, main script').count()).toBe(0)
    }
    expect(dialogs).toEqual([])
    page.off('dialog', see)
    await server.services.operations.stopPipelineExecution(maker, {
      pipelineName: 'hostile',
      pipelineExecutionId: String(execution).split('/').at(-1) ?? '',
      abandon: true,
    })
  })
}
