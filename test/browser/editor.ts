/** The editor in a real browser: forms of triggers and conditions, the JSON text, what changes, two tabs at once. */
import { makePipeline, maker, shell, type World } from './browser.js'

export function editorTests(of: () => World): void {
  beforeAll(async () => {
    await of().git.commit('acme/shop', { 'a.txt': 'one' }, 'First')
    await makePipeline(of(), 'edited', [shell('Build', 'true')])
  })

  const saved = async () => (await of().server.services.operations.getPipeline(maker, { name: 'edited' })).pipeline

  test('a trigger, a condition and an environment variable are added, seen as a difference, and saved', async () => {
    const { page, at } = of()
    await page.goto(at('/pipelines/edited/edit'))
    await page.getByRole('button', { name: 'Add a trigger' }).click()
    const source = page.getByLabel('Source action')
    await source.waitFor()
    expect(await source.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.getByLabel(/^Branches$/).fill('main\nrelease/**')
    const build = page.locator('#f-stages-1-')
    await build.getByText('Conditions: none').click()
    await build.getByRole('button', { name: 'Add an entry condition' }).click()
    await build.getByLabel('Variable required').fill('#{codepipeline.PipelineExecutionId}')
    await build.getByLabel('Value required').fill('x')
    await build.getByText('Environment variables, role, region').click()
    await build.getByRole('button', { name: 'Add an environment variable' }).click()
    await build.getByLabel('Variable', { exact: false }).last().waitFor()
    await build.locator('[name$="environmentVariables[0].name"]').fill('CI')
    await build.locator('[name$="environmentVariables[0].value"]').fill('yes')
    await page.getByRole('button', { name: 'Save' }).click()
    // The rule has no name yet: said at its field, which has the link's address.
    const problem = page.locator('#problems a').first()
    await problem.click()
    const name = build.getByLabel('Rule name')
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    await name.fill('Known')
    await page.getByRole('button', { name: 'Show what changes' }).click()
    await page.locator('.diff-more', { hasText: 'release/**' }).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved. All stages run again').waitFor()
    const pipeline = await saved()
    expect(pipeline.triggers?.[0]?.gitConfiguration.push).toEqual([{ branches: { includes: ['main', 'release/**'] } }])
    expect(pipeline.stages[1]?.beforeEntry?.conditions[0]?.rules?.[0]).toMatchObject({
      name: 'Known',
      configuration: { Operator: 'EQ', Value: 'x' },
    })
    expect(pipeline.stages[1]?.actions[0]?.environmentVariables).toEqual([
      { name: 'CI', value: 'yes', type: 'PLAINTEXT' },
    ])
  })

  test('the JSON text has line numbers and colours, and says where it stops being JSON', async () => {
    const { page, at } = of()
    await page.goto(at('/pipelines/edited/edit'))
    await page.getByRole('button', { name: 'JSON' }).click()
    const text = page.getByLabel(/The declaration/)
    await page.locator('.code.on .code-key').first().waitFor()
    expect(await page.locator('.code-gutter > div').first().textContent()).toBe('1')
    const good = await text.inputValue()
    await text.fill(good.replace('"roleArn":', '"roleArn"'))
    const broken = good.split('\n').findIndex((each) => each.includes('"roleArn":')) + 1
    await page.getByText(new RegExp(`^Line ${broken}, column \\d+: .* cannot stand here`)).waitFor()
    await page.getByRole('button', { name: 'Go there' }).click()
    expect(await page.locator('.code-gutter .wrong').textContent()).toBe(String(broken))
    await text.fill(good.replace('"Shell"', '"Nobody"'))
    await page.getByRole('button', { name: 'Save' }).click()
    const link = page.locator('#problems a[data-line]').first()
    const line = Number(await link.getAttribute('data-line'))
    await link.click()
    const chosen = await text.evaluate(
      (area: HTMLTextAreaElement) => area.value.slice(0, area.selectionStart).split('\n').length,
    )
    expect(chosen).toBe(line)
    expect((await text.inputValue()).split('\n')[line - 1]).toMatch(/actionTypeId|Nobody|category/)
    // Undo belongs to the browser, and Tab to the text until Escape.
    await text.press('Tab')
    expect(await text.evaluate((area) => area === document.activeElement)).toBe(true)
    await text.press('Escape')
    await text.press('Tab')
    expect(await text.evaluate((area) => area === document.activeElement)).toBe(false)
    await page.goto('about:blank')
  })

  test('two tabs: the second is told what the first saved, and loses nothing', async () => {
    const { page, at, context } = of()
    const other = await context.newPage()
    for (const tab of [page, other]) await tab.goto(at('/pipelines/edited/edit'))
    await page.locator('[name="stages[1].name"]').fill('Compile')
    await page.getByLabel('Run all stages again').uncheck()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    await other.locator('[name="stages[1].actions[0].name"]').fill('Make')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByText('Someone else saved version').waitFor()
    await other.locator('.diff-less', { hasText: 'Compile' }).waitFor()
    expect(await other.locator('[name="stages[1].actions[0].name"]').inputValue()).toBe('Make')
    await other.locator('[name="stages[1].name"]').fill('Compile')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByText('Saved.').waitFor()
    const stage = (await saved()).stages[1]
    expect([stage?.name, stage?.actions[0]?.name]).toEqual(['Compile', 'Make'])
    await other.close()
  })

  test('without scripts the form is edited by posts alone', async () => {
    const { browser, page, at } = of()
    const context = await browser.newContext({
      javaScriptEnabled: false,
      storageState: await page.context().storageState(),
    })
    const bare = await context.newPage()
    await bare.goto(at('/pipelines/edited/edit'))
    await bare.getByRole('button', { name: 'Add a variable' }).click()
    await bare.locator('[name="variables[0].name"]').fill('Level')
    await bare.locator('[name="stages[1].onFailure.result"]').selectOption('RETRY')
    await bare.getByRole('button', { name: 'Show what belongs to this choice' }).nth(2).click()
    await bare.getByLabel('What is retried').selectOption('ALL_ACTIONS')
    await bare.getByRole('button', { name: 'Save' }).click()
    await bare.getByText('Saved.').waitFor()
    const pipeline = await saved()
    expect(pipeline.variables).toEqual([{ name: 'Level' }])
    expect(pipeline.stages[1]?.onFailure).toEqual({ result: 'RETRY', retryConfiguration: { retryMode: 'ALL_ACTIONS' } })
    await context.close()
  })
}
