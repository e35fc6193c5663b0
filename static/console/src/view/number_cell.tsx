import type { ComponentChildren } from 'preact';
import { units } from '../format';

interface Props {
  /** Shown before the number where the table has become a list. */
  label: string;
  value: number;
  /** A class of its own, where a column has one. */
  name?: string;
  testid?: string;
  note?: string;
  children?: ComponentChildren;
}

export function NumberCell({ label, value, name = '', testid, note = '', children }: Props) {
  return (
    <td role="cell" class={`number ${name}${value === 0 ? ' zero' : ''}`} data-label={label}>
      <span class="number-value" data-testid={testid} data-units={value}>
        {units(value)}
      </span>
      {note !== '' && <small>{note}</small>}
      {children}
    </td>
  );
}
