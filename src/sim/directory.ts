/* Who lives where: the machines of a world by name and by address, and what address translation makes of
 * that. Every part of a split world keeps the same directory.
 *
 * As a rule all machines share 127.0.0.1 and are told apart by port. Where servers have addresses of their
 * own, each means itself by 127.0.0.1; a machine behind address translation means itself by the address it
 * has inside, which others may have as well. Those who sit beside the network, consoles and applications,
 * reach every server by 127.0.0.1 and its port, too. */

import { CLONE, sameShape } from '#base/clone.ts';
import { BUS_PORT, CONTAINER_IP } from './addresses.ts';
import { reachedAt, type MachineInfo } from './machine.ts';

/** The address of all machines that have none to themselves. */
const LOOPBACK = '127.0.0.1';

/** Machines by address and port. Two steps, not one text of both: connections are made by the thousand. */
class AddressTable {
  private ports = new Map<string, Map<number, number>>();

  [CLONE](): AddressTable {
    const copy = new AddressTable();
    for (const [ip, ports] of this.ports) copy.ports.set(ip, new Map(ports));
    return copy;
  }

  get(ip: string, port: number): number | undefined {
    return this.ports.get(ip)?.get(port);
  }

  set(ip: string, port: number, index: number): void {
    const ports = this.ports.get(ip);
    if (ports) ports.set(port, index);
    else this.ports.set(ip, new Map([[port, index]]));
  }

  delete(ip: string, port: number): void {
    this.ports.get(ip)?.delete(port);
  }
}

export class Directory {
  /** By the index of the machine. */
  readonly infos: MachineInfo[] = [];
  private readonly byName = new Map<string, number>();
  private readonly byAddress = new AddressTable();
  /** Who was the last to be reached by an address, be it nobody now. */
  private readonly former = new AddressTable();
  /** Machines that have an address to themselves. */
  private readonly byIp = new Map<string, number>();

  /** The entries never change: shared. */
  [CLONE](): Directory {
    const { infos, byName, byAddress, former, byIp } = this;
    return Object.assign(sameShape(this), {
      infos: infos.slice(),
      byName: new Map(byName),
      byAddress: byAddress[CLONE](),
      former: former[CLONE](),
      byIp: new Map(byIp),
    });
  }

  /** Enters a machine; its index. */
  add(info: MachineInfo): number {
    const index = this.infos.length;
    this.infos.push(info);
    this.byName.set(info.name, index);
    this.publish(index);
    return index;
  }

  /** Another program is to run on a server's machine, behind the address and ports it has. Null when that
   *  machine is something else. */
  refit(index: number, info: MachineInfo): MachineInfo | null {
    const known = this.infos[index];
    if (known?.spec.kind !== info.spec.kind) return null;
    return (this.infos[index] = { ...known, spec: info.spec });
  }

  /** Gives a server another address; null when that is taken. Nothing answers at the old one. */
  move(index: number, ip: string): MachineInfo | null {
    const known = this.infos[index];
    if (known?.spec.kind !== 'server' || this.byIp.has(ip)) return null;
    const old = reachedAt(known).ip;
    const { outside } = known;
    const moved = this.enter(index, outside ? { ...known, outside: { ...outside, ip } } : { ...known, ip });
    if (this.byIp.get(old) === index) this.byIp.delete(old);
    return moved;
  }

  /** Puts a server behind address translation, where its host publishes it under another port (the bus under
   *  the one 10000 above), or takes it from there; null when that port is taken. Nothing answers where it
   *  was reached before. */
  translate(index: number, port: number | null): MachineInfo | null {
    const known = this.infos[index];
    if (known?.spec.kind !== 'server') return null;
    const { outside, ...inside } = known;
    const { ip } = reachedAt(known);
    const ports = port === null ? known.ports : [port, port + BUS_PORT];
    const free = (one: number): boolean => {
      const owner = this.byAddress.get(ip, one) ?? index;
      return owner === index;
    };
    if (!ports.every(free) || (port === null && !outside)) return null;
    if (port === null) return this.enter(index, { ...inside, ip });
    return this.enter(index, { ...known, ip: CONTAINER_IP, outside: { ip, ports } });
  }

  /** A machine is reached elsewhere from now on. */
  private enter(index: number, info: MachineInfo): MachineInfo {
    const old = reachedAt(this.infos[index] as MachineInfo);
    for (const port of old.ports) {
      this.byAddress.delete(old.ip, port);
      if (this.byAddress.get(LOOPBACK, port) === index) this.byAddress.delete(LOOPBACK, port);
    }
    this.infos[index] = info;
    this.publish(index);
    return info;
  }

  private publish(index: number): void {
    const { ip, ports } = reachedAt(this.infos[index] as MachineInfo);
    if (ip !== LOOPBACK) this.byIp.set(ip, index);
    for (const port of ports) {
      for (const address of [ip, LOOPBACK]) {
        this.byAddress.set(address, port, index);
        this.former.set(address, port, index);
      }
    }
  }

  /** The index of the machine of that name, or -1. */
  indexOf(name: string): number {
    return this.byName.get(name) ?? -1;
  }

  /** Machine to which an address belongs, or -1. */
  ownerOf(ip: string, port: number): number {
    return this.byAddress.get(ip, port) ?? this.byAddress.get(numericAddress(ip), port) ?? -1;
  }

  /** Machine that somebody means by an address who may have heard of it long ago, or -1. */
  meantBy(ip: string, port: number): number {
    const owner = this.ownerOf(ip, port);
    return owner >= 0 ? owner : (this.former.get(ip, port) ?? -1);
  }

  /** Machine behind an address as the machine `from` sees it; -1 when nobody is there to answer. */
  resolve(from: number, ip: string, port: number): number {
    const self = this.infos[from] as MachineInfo;
    const address = numericAddress(ip);
    if (address === self.ip && address !== LOOPBACK) return from;
    const owner = this.ownerOf(ip, port);
    if (address === LOOPBACK) {
      const beside = self.spec.kind !== 'server';
      // Nobody owns this port of our own address: our own kernel refuses.
      const shared = owner >= 0 && reachedAt(this.infos[owner] as MachineInfo).ip === LOOPBACK;
      return owner >= 0 && (beside || shared) ? owner : from;
    }
    // The kernel at a known address refuses what nobody owns there.
    return owner >= 0 ? owner : (this.byIp.get(address) ?? -1);
  }
}

/** The port of its own to which a machine's address translation brings a connection; -1 when it has none for
 *  it. A machine that calls itself by its own address is not translated. */
export function translatedPort({ outside, ports }: MachineInfo, fromItself: boolean, port: number): number {
  if (!outside) return port;
  return ports[outside.ports.indexOf(port)] ?? (fromItself ? port : -1);
}

/** The names by which a machine calls itself all mean the one address of this world, and so do the addresses
 *  of the network in which articles on Redis take place. */
function numericAddress(ip: string): string {
  if (ip === LOOPBACK) return ip;
  const own = ip === 'localhost' || ip === '::1' || ip === '0.0.0.0' || ip === '';
  return own || /^192\.168\.\d{1,3}\.\d{1,3}$/.test(ip) ? LOOPBACK : ip;
}
