/* What can be done with one server, given the state it is in. */

import { t } from '#app/i18n/i18n.svelte.ts';
import type { MenuItem } from '#app/shell/menu-item.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { Fault } from '#session/api.ts';
import type { ServerFrame } from '#sim/frame.ts';

/** With more servers than this, only the links within a shard are listed; others are cut on the stage. */
const LINKS_LISTED = 8;

/** The entries of a server's menu. */
export function nodeMenuItems(playground: Playground, page: Page, server: ServerFrame): MenuItem[] {
  const fault = (fault: Fault) => (): void =>
    void playground.fault(fault).catch((error: unknown) => page.complain(error));
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

type Faulter = (fault: Fault) => () => void;

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
  const cut = (one: string, other: string): boolean =>
    playground.frame?.links.some((link) => link.cut && link.from === one && link.to === other) ?? false;
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
