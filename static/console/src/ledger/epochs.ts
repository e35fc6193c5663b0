/** Which epochs of an edge have units in quarantine. */
import type { Edge } from '../api/snapshot';

/** Newest first. */
export function epochsToWriteOff(edge: Edge): number[] {
  const held = edge.quarantine.filter((entry) => entry.units > 0);
  return held.map((entry) => entry.epoch).sort((a, b) => b - a);
}
