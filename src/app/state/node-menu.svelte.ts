/* The menu of one server, which any panel may open at a point of the window. */

export class NodeMenu {
  server: string | null = $state(null);
  x = $state(0);
  y = $state(0);

  /** Opens the menu of that server at a point in client coordinates. */
  open(server: string, at: { x: number; y: number }): void {
    this.server = server;
    this.x = at.x;
    this.y = at.y;
  }

  close(): void {
    this.server = null;
  }
}
