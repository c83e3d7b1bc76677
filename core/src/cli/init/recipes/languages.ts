/** What a language's own tool does without being told more. */
import type { Folder } from '../folder.js'
import { type Recipe, shellBuild } from '../recipe.js'

export const go: Recipe = (folder) =>
  folder.has('go.mod')
    ? shellBuild('go', 'go build and test, by go.mod', ['go build ./...', 'go test ./...'])
    : undefined

export const cargo: Recipe = (folder) => {
  if (!folder.has('Cargo.toml')) return undefined
  const locked = folder.has('Cargo.lock') ? ' --locked' : ''
  return shellBuild('cargo', 'cargo build and test, by Cargo.toml', [`cargo build${locked}`, `cargo test${locked}`])
}

export const maven: Recipe = (folder) => {
  if (!folder.has('pom.xml')) return undefined
  const command = folder.has('mvnw') ? 'sh ./mvnw' : 'mvn'
  return shellBuild('maven', 'mvn verify, by pom.xml', [`${command} -B verify`])
}

export const gradle: Recipe = (folder) => {
  const file = folder.has('build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts')
  if (file === undefined) return undefined
  const command = folder.has('gradlew') ? 'sh ./gradlew' : 'gradle'
  return shellBuild('gradle', `gradle build, by ${file}`, [`${command} --no-daemon build`])
}

export const dotnet: Recipe = (folder) => {
  const file = folder.find(/\.(sln|slnx|csproj|fsproj)$/)
  return file === undefined
    ? undefined
    : shellBuild('dotnet', `dotnet build and test, by ${file}`, ['dotnet build', 'dotnet test --no-build'])
}

export const mix: Recipe = (folder) =>
  folder.has('mix.exs') ? shellBuild('mix', 'mix test, by mix.exs', ['mix deps.get', 'mix test']) : undefined

export const composer: Recipe = (folder) => {
  if (!folder.has('composer.json')) return undefined
  const tests = folder.has('phpunit.xml', 'phpunit.xml.dist') ? ['vendor/bin/phpunit'] : []
  return shellBuild('composer', 'composer install, by composer.json', ['composer install --no-interaction', ...tests])
}

export const cmake: Recipe = (folder) =>
  folder.has('CMakeLists.txt')
    ? shellBuild('cmake', 'cmake and ctest, by CMakeLists.txt', [
        'cmake -B build',
        'cmake --build build',
        'ctest --test-dir build --output-on-failure',
      ])
    : undefined

export const bundler: Recipe = (folder) => {
  if (!folder.has('Gemfile')) return undefined
  const tests = folder.has('spec') ? ['bundle exec rspec'] : []
  return shellBuild('bundler', 'bundle install, by Gemfile', ['bundle install', ...tests])
}

/** In an environment of its own: Debian's Python takes no packages from elsewhere. */
export const python: Recipe = (folder) => {
  const file = folder.has('pyproject.toml', 'setup.py', 'requirements.txt', 'setup.cfg')
  if (file === undefined) return undefined
  const requirements = folder.has('requirements.txt') ? ['pip install -r requirements.txt'] : []
  const itself = isInstallable(folder) ? ['pip install .'] : []
  const commands = ['python3 -m venv .venv', '. .venv/bin/activate', ...requirements, ...itself, ...pythonTests(folder)]
  return shellBuild('python', `pip and its tests, by ${file}`, commands)
}

function isInstallable(folder: Folder): boolean {
  return Boolean(folder.has('setup.py')) || folder.text('pyproject.toml').includes('[build-system]')
}

function pythonTests(folder: Folder): string[] {
  const files = ['pyproject.toml', 'requirements.txt', 'requirements-dev.txt', 'setup.cfg', 'tox.ini', 'pytest.ini']
  if (folder.has('pytest.ini', 'conftest.py') || files.some((file) => folder.text(file).includes('pytest')))
    return ['pip install pytest', 'python -m pytest']
  return folder.has('tests', 'test') || folder.find(/^test.*\.py$/) ? ['python -m unittest discover'] : []
}
