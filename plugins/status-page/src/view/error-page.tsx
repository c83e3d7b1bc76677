/** What went wrong, in words, and a way on. */
export function ErrorPage(error: { readonly status: number; readonly title: string; readonly message: string }) {
  return (
    <section class="empty error-page">
      <p class="error-code" aria-hidden="true">
        {error.status}
      </p>
      <h1>{error.title}</h1>
      <p class="error-message">{error.message}</p>
      <p>
        <a class="button" href={error.status === 401 ? '/sign-in' : '/'}>
          {error.status === 401 ? 'Sign in' : 'To the pipelines'}
        </a>
      </p>
    </section>
  )
}
