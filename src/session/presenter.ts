/* Frames: what the page is shown, and what it has been shown already. */

import type { Micros } from '#redis/io.ts';
import type { ConsoleFrame, FeedEvent, Frame, FrameRequest, LedgerFrame } from '#sim/frame.ts';
import type { WorldHost } from '#sim/host.ts';
import type { ConsoleState, PartReport } from '#sim/part.ts';
import type { Builder } from './builder.ts';
import type { History } from './history.ts';

/** Of a console's transcript this much is shown after a jump. */
const TRANSCRIPT_SHOWN = 100_000;
/** Events of the recent past that a frame holds after a jump. */
const EVENTS_SHOWN = 200;
/** Worlds up to this size show every server's view without being asked. */
const VIEWS_FOR_ALL = 30;

export class Presenter {
  private readonly host: WorldHost;
  private readonly builder: Builder;
  private readonly history: History;
  private shownAt: Micros = 0;
  private shownEvents = 0;
  private shownConsoles = new Map<string, number>();
  private mustReset = true;
  /** Events that a watch has seen. */
  private watchedEvents = 0;

  constructor(host: WorldHost, builder: Builder, history: History) {
    this.host = host;
    this.builder = builder;
    this.history = history;
  }

  /** After a jump the next frame shows everything afresh. */
  reset(): void {
    this.mustReset = true;
    this.watchedEvents = this.history.eventIndex;
  }

  /** The next frame of the page. */
  async frame(stoppedBy: string | null, ledger: LedgerFrame, request: FrameRequest = {}): Promise<Frame> {
    const { host, history } = this;
    const eventsReset = this.mustReset;
    if (eventsReset) {
      this.shownAt = host.now - 1;
      this.shownEvents = Math.max(0, history.eventIndex - EVENTS_SHOWN);
      this.shownConsoles.clear();
      this.mustReset = false;
    }
    const detailAll = this.builder.plan.length <= VIEWS_FOR_ALL;
    const report = await host.report({ ...request, arrivedSince: this.shownAt, detailAll });
    const consoles = report.consoles.filter(({ exited }) => !exited).map((state) => this.consoleFrame(state));
    const frame = await this.assemble(report, history.eventsSince(this.shownEvents), stoppedBy, ledger);
    this.shownEvents = history.eventIndex;
    this.shownAt = host.now;
    return { ...frame, consoles, eventsReset };
  }

  /** A frame beside those of the page, with everything in it, for a watch. */
  async look(ledger: LedgerFrame): Promise<{ frame: Frame; contents: PartReport['contents'] }> {
    const { host, history } = this;
    const detail = this.builder.plan.map(({ name }) => name);
    const report = await host.report({ arrivedSince: host.now, detail, detailAll: true, contents: true });
    const frame = await this.assemble(report, history.eventsSince(this.watchedEvents), null, ledger);
    this.watchedEvents = history.eventIndex;
    return { frame, contents: report.contents };
  }

  private async assemble(
    report: PartReport,
    events: FeedEvent[],
    stoppedBy: string | null,
    ledger: LedgerFrame,
  ): Promise<Frame> {
    const { host, history } = this;
    const { config } = this.builder;
    return {
      now: host.now,
      wallMs: config.startWallMs + host.now / 1000,
      hash: await host.hash(),
      branch: history.branch.id,
      inputs: history.branch.inputs.length,
      servers: host.size === 1 ? report.servers : report.servers.sort((a, b) => a.port - b.port),
      links: report.links,
      wall: report.wall,
      packets: report.packets,
      events,
      eventsReset: false,
      consoles: [],
      clients: report.clients,
      ledger: { ...ledger, staleReads: report.clients.reduce((sum, client) => sum + client.staleReads, 0) },
      halted: host.halted ? { ...host.halted, seed: config.seed } : null,
      stoppedBy,
    };
  }

  private consoleFrame(state: ConsoleState): ConsoleFrame {
    const { id, shown, shownEnd, prompt, hidden, linenoise, lines, outcomes = [], running = [] } = state;
    const from = this.shownConsoles.get(id) ?? Math.max(0, shownEnd - TRANSCRIPT_SHOWN);
    this.shownConsoles.set(id, shownEnd);
    const output = from >= shownEnd ? '' : shown.slice(Math.max(0, shown.length - (shownEnd - from)));
    const typed = (lines ?? [])
      .filter((line) => line.from >= from)
      .map(({ from: start, at }) => ({ at, from: start - from }));
    return {
      id,
      output,
      prompt,
      hidden,
      ...(linenoise ? { linenoise } : {}),
      ...(outcomes.length > 0 ? { ended: outcomes.map((outcome) => outcome.id) } : {}),
      ...(running.length > 0 ? { running: [...running] } : {}),
      ...(typed.length > 0 ? { typed } : {}),
    };
  }
}
