/* What can be done with a server, a link or a message under way, given the state it is in. */

import { t } from '#app/i18n/i18n.svelte.ts';
import type { MenuItem } from '#app/shell/menu-item.ts';
import type { MenuTarget } from '#app/state/fault-menu.svelte.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { DEFAULT_WORLD, type Fault } from '#session/api.ts';
import type { ServerFrame } from '#sim/frame.ts';
import { linkBetween } from '#sim/link-frames.ts';

/** With more servers than this, only the links within a shard are listed; others are cut on the stage. */
const LINKS_LISTED = 8;

/** What the menu is called. */
export function menuLabel(playground: Playground, target: MenuTarget): string {
  if (target.kind === 'server') return t('fault.menuOf', { server: target.name });
  const { from, to } =
    target.kind === 'link' ? target : (flying(playground, target.id) ?? { from: '', to: '' });
  return `${from} ${target.kind === 'link' ? '↔' : '→'} ${to}`;
}

/** The entries of a menu; none when what it belongs to is gone. */
export function menuItems(playground: Playground, page: Page, target: MenuTarget): MenuItem[] {
  if (target.kind === 'link') return linkMenuItems(playground, page, target);
  if (target.kind === 'packet')
    return flying(playground, target.id) ? packetMenuItems(playground, page, target) : [];
  const server = playground.server(target.name);
  return server ? nodeMenuItems(playground, page, server) : [];
}

function flying(playground: Playground, id: number): { from: string; to: string } | undefined {
  const { frame, now } = playground;
  return frame?.packets.find((packet) => packet.id === id && now < packet.deliverAt);
}

/** Does faults, one after the other; what cannot be done is said. */
function faulter(playground: Playground, page: Page): Faulter {
  return (...faults) =>
    () => {
      for (const fault of faults)
        void playground.fault(fault).catch((error: unknown) => page.complain(error));
    };
}

/** Selects the thing and turns to the panel about it, for what a menu has no room for. */
function whyItem(playground: Playground, page: Page, target: MenuTarget): MenuItem {
  const run = (): void => {
    playground.selection = target;
    page.why(playground);
  };
  return { id: 'why', label: t('inspect.why'), separated: true, run };
}

/** What a menu does to a link; the panel about the link lets one say how much. */
const SLOW_MS = 200;
const LOSS = 0.2;

type Link = Extract<MenuTarget, { kind: 'link' }>;

function linkMenuItems(playground: Playground, page: Page, link: Link): MenuItem[] {
  const { from, to } = link;
  const fault = faulter(playground, page);
  const mending = mendLink(playground, link);
  const cut = (one: string, other: string): MenuItem => ({
    id: `cut-${one}`,
    label: t('link.doOneWay', { from: one, to: other }),
    danger: true,
    run: fault({ kind: 'cut', from: one, to: other, oneWay: true }),
  });
  return [
    { id: 'cut', label: t('link.doCut'), danger: true, run: fault({ kind: 'cut', from, to }) },
    cut(from, to),
    cut(to, from),
    {
      id: 'slow',
      label: t('link.doSlow'),
      note: `${SLOW_MS} ms`,
      separated: true,
      run: fault({ kind: 'link', from, to, latencyUs: SLOW_MS * 1000 }),
    },
    {
      id: 'lossy',
      label: t('link.doLose'),
      note: `${LOSS * 100} %`,
      run: fault({ kind: 'link', from, to, loss: LOSS }),
    },
    {
      id: 'mend',
      label: t('link.doHeal'),
      disabled: mending.length === 0,
      separated: true,
      run: fault(...mending),
    },
    whyItem(playground, page, link),
  ];
}

/** What makes a link as all links are: nothing cut, and the usual latency and loss. Nothing when it is. */
export function mendLink(playground: Playground, { from, to }: Pick<Link, 'from' | 'to'>): Fault[] {
  const { frame } = playground;
  const ways = frame
    ? [linkBetween(frame, from, to), linkBetween(frame, to, from)].filter((way) => !!way)
    : [];
  if (ways.length === 0) return [];
  const { latencyUs, jitterUs, loss } = { ...DEFAULT_WORLD, ...playground.config };
  const unusual = ways.some(
    (link) => link.latencyUs !== latencyUs || link.jitterUs !== jitterUs || link.loss !== loss,
  );
  const heal: Fault = { kind: 'heal', from, to };
  return unusual ? [heal, { kind: 'link', from, to, latencyUs, jitterUs, loss }] : [heal];
}

/** How much later a message arrives that the menu delays. */
const DELAY_MS = 1000;

function packetMenuItems(
  playground: Playground,
  page: Page,
  target: Extract<MenuTarget, { kind: 'packet' }>,
): MenuItem[] {
  const packet = target.id;
  const fault = faulter(playground, page);
  return [
    { id: 'drop', label: t('packet.drop'), danger: true, run: fault({ kind: 'drop', packet }) },
    {
      id: 'delay',
      label: t('packet.delay'),
      note: `+${DELAY_MS / 1000} s`,
      run: fault({ kind: 'delay', packet, byUs: DELAY_MS * 1000 }),
    },
    { id: 'duplicate', label: t('packet.duplicate'), run: fault({ kind: 'duplicate', packet }) },
    whyItem(playground, page, target),
  ];
}

/** The entries of a server's menu. */
export function nodeMenuItems(playground: Playground, page: Page, server: ServerFrame): MenuItem[] {
  const fault = faulter(playground, page);
  return [
    ...lookItems(playground, page, server),
    ...processItems(server, fault),
    ...moveItems(playground, server, fault),
    ...linkItems(playground, server, fault),
  ];
}

function lookItems(playground: Playground, page: Page, server: ServerFrame): MenuItem[] {
  const openConsole = (): void => {
    page.phoneTab = 'console';
    void playground.typist
      .open(server.name, false)
      .then(() => page.focusConsole())
      .catch((error: unknown) => page.complain(error));
  };
  return [
    { id: 'console', label: t('fault.console'), note: `-p ${server.port}`, run: openConsole },
    {
      id: 'lens',
      label: t('fault.lens'),
      checked: playground.lens === server.name,
      run: () => playground.setLens(server.name),
    },
  ];
}

type Faulter = (...faults: Fault[]) => () => void;

function processItems(server: ServerFrame, fault: Faulter): MenuItem[] {
  const name = server.name;
  const down = server.state === 'down';
  const items: MenuItem[] = [];
  if (server.state === 'paused') {
    items.push({
      id: 'resume',
      label: t('fault.resume'),
      note: 'SIGCONT',
      run: fault({ kind: 'resume', server: name }),
    });
  } else if (!down) {
    items.push({
      id: 'pause',
      label: t('fault.pause'),
      note: 'SIGSTOP',
      run: fault({ kind: 'pause', server: name }),
    });
  }
  if (!down) {
    items.push({
      id: 'terminate',
      label: t('fault.terminate'),
      note: 'SIGTERM',
      run: fault({ kind: 'terminate', server: name }),
    });
    items.push({
      id: 'kill',
      label: t('fault.kill'),
      note: 'SIGKILL',
      danger: true,
      run: fault({ kind: 'kill', server: name }),
    });
    items.push({
      id: 'powerLoss',
      label: t('fault.powerLoss'),
      danger: true,
      run: fault({ kind: 'powerLoss', server: name }),
    });
  }
  items.push({ id: 'restart', label: t('fault.restart'), run: fault({ kind: 'restart', server: name }) });
  items.push({
    id: 'wipe',
    label: t('fault.wipe'),
    danger: true,
    run: fault({ kind: 'wipe', server: name }),
  });
  return items.map((item, at) => ({ ...item, separated: at === 0 }));
}

/** How far from its own port a container is published. */
const PUBLISHED_APART = 20_000;

/** Where a server is reached: behind address translation, and, where servers have addresses of their own, at
 *  another one. */
function moveItems(playground: Playground, server: ServerFrame, fault: Faulter): MenuItem[] {
  const { name, inside, ip, port } = server;
  const published = port + (port < 2 * PUBLISHED_APART - 10_000 ? PUBLISHED_APART : -PUBLISHED_APART);
  const nat: MenuItem = inside
    ? { id: 'nat', label: t('fault.natOff'), run: fault({ kind: 'nat', server: name, port: null }) }
    : {
        id: 'nat',
        label: t('fault.nat'),
        note: `${published} → ${port}`,
        danger: true,
        run: fault({ kind: 'nat', server: name, port: published }),
      };
  return ip === '127.0.0.1' ? [nat] : [...movedItems(playground, server, fault), nat];
}

function movedItems(playground: Playground, server: ServerFrame, fault: Faulter): MenuItem[] {
  const taken = new Set(playground.servers.map(({ ip }) => ip));
  let last = 1;
  while (taken.has(`10.0.9.${last}`)) last++;
  const ip = `10.0.9.${last}`;
  return [
    { id: 'move', label: t('fault.move'), note: ip, run: fault({ kind: 'move', server: server.name, ip }) },
  ];
}

function linkItems(playground: Playground, server: ServerFrame, fault: Faulter): MenuItem[] {
  const name = server.name;
  const others = playground.servers.filter((other) => other.name !== name);
  const { frame } = playground;
  const cut = (one: string, other: string): boolean =>
    (frame && linkBetween(frame, one, other)?.cut) ?? false;
  const cutOff = others.filter((other) => cut(name, other.name));
  const items: MenuItem[] = [];
  if (cutOff.length < others.length) {
    items.push({
      id: 'isolate',
      label: t('fault.isolate'),
      danger: true,
      run: fault({ kind: 'isolate', server: name }),
    });
  }
  if (cutOff.length > 0) {
    items.push({ id: 'rejoin', label: t('fault.rejoin'), run: fault({ kind: 'rejoin', server: name }) });
  }
  // A server outside of the cluster talks to none of its members.
  const peers = others.filter((other) => other.clusterEnabled === server.clusterEnabled);
  const shard = server.masterName ?? name;
  const kin = peers.filter((other) => (other.masterName ?? other.name) === shard);
  for (const other of peers.length < LINKS_LISTED ? peers : kin) {
    const kind = cut(name, other.name) ? 'heal' : 'cut';
    const label = t(kind === 'cut' ? 'fault.cutTo' : 'fault.healTo', { server: other.name });
    items.push({ id: `link-${other.name}`, label, run: fault({ kind, from: name, to: other.name }) });
  }
  return items.map((item, at) => ({ ...item, separated: at === 0 }));
}
