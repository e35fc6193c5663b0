/** Which epochs of an edge may still have units in quarantine. */
import type { Edge } from '../api/snapshot';

/** An edge that has been through more epochs than this is an incident of its own. */
const EPOCHS_OFFERED_MAX = 50;

/** Newest first. Where the allocator does not say, any epoch that is over; the current epoch counts only once the edge is out: nothing of a live epoch is in quarantine. */
export function epochsToWriteOff(edge: Edge): number[] {
  if (edge.quarantine) {
    const held = edge.quarantine.filter((entry) => entry.units > 0);
    return held.map((entry) => entry.epoch).sort((a, b) => b - a);
  }
  const out = edge.state === 'fenced' || edge.state === 'refused';
  const newest = out ? edge.epoch : edge.epoch - 1;
  const epochs: number[] = [];
  for (let epoch = newest; epoch >= 1 && epochs.length < EPOCHS_OFFERED_MAX; epoch -= 1) {
    epochs.push(epoch);
  }
  return epochs;
}
