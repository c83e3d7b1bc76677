/** Open files of a bundle, for reading large ones in pieces. */
import { type FileHandle, open } from 'node:fs/promises'

/** Files that stay open: hosts that go through a bundle together are in the same one or two. */
const OPEN = 4

export class FileHandles {
  private readonly opened = new Map<string, { readonly handle: Promise<FileHandle>; readers: number }>()

  /** Reads exactly so much. Errors: the file cannot be read, or is shorter. */
  async read(path: string, position: number, room: Buffer): Promise<void> {
    const file = this.opened.get(path) ?? { handle: open(path), readers: 0 }
    this.opened.set(path, file)
    file.readers++
    try {
      const handle = await file.handle
      for (let at = 0; at < room.length; ) {
        const { bytesRead } = await handle.read(room, at, room.length - at, position + at)
        if (bytesRead === 0) throw new Error(`${path} became shorter while it was sent`)
        at += bytesRead
      }
    } finally {
      file.readers--
      this.closeUnread(OPEN)
    }
  }

  /** Closes all files; whoever reads after that opens them again. */
  close(): void {
    this.closeUnread(0)
  }

  private closeUnread(keep: number): void {
    for (const [path, { handle, readers }] of this.opened) {
      if (this.opened.size <= keep) return
      if (readers > 0) continue
      this.opened.delete(path)
      handle.then(
        (file) => file.close(),
        () => undefined, // Whoever read was told.
      )
    }
  }
}
