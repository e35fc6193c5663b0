import type { ComponentChildren } from 'preact';

export type Tone = 'good' | 'idle' | 'warn' | 'bad' | 'over';

/** Each tone has a shape of its own: state is never told by colour alone. */
const MARK: Record<Tone, string> = { good: '●', idle: '○', warn: '▲', bad: '✗', over: '■' };

export function Chip({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`chip chip-${tone}`}>
      <span class="chip-mark" aria-hidden="true">
        {MARK[tone]}
      </span>
      {children}
    </span>
  );
}
