import { Pre } from '../../view/pre.js'

/** How to begin. */
export function Empty({ mayCreate }: { readonly mayCreate: boolean }) {
  return (
    <section class="empty">
      <h2>No pipelines yet</h2>
      <p>
        A pipeline takes every change of a source through its stages: build it, test it, ask someone, deploy it. There
        are three ways to add one:
      </p>
      <ul class="ways">
        <li>
          <strong>Here.</strong> The wizard asks for a source, a build and a deployment.{' '}
          {mayCreate ? <a href="/create">Create a pipeline</a> : 'You may not create pipelines, though.'}
        </li>
        <li>
          <strong>On the command line.</strong>
          <Pre>penstock import pipeline.json</Pre>
          takes the very file that <code>aws codepipeline get-pipeline</code> prints.
        </li>
        <li>
          <strong>With the AWS CLI or an SDK,</strong> pointed at this server.
          <Pre>aws codepipeline create-pipeline --cli-input-json file://pipeline.json --endpoint-url …</Pre>
        </li>
      </ul>
    </section>
  )
}
