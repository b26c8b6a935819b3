/* What is the same about the addresses of all servers. Apart from the machines, since the page knows it too. */

/** Distance of a server's bus port from its client port. */
export const BUS_PORT = 10_000;
/** What a container believes its own address to be. */
export const CONTAINER_IP = '172.17.0.2';
