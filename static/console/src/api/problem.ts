/** Turns an answer of the allocator that is not 2xx into words for an operator (RFC 9457). */

export class Refused extends Error {}

interface Problem {
  title?: unknown;
  detail?: unknown;
}

export function problemText(status: number, body: string): string {
  try {
    const { title, detail } = JSON.parse(body) as Problem;
    const parts = [title, detail].filter((part) => typeof part === 'string' && part !== '');
    if (parts.length > 0) {
      return `${parts.join(': ')} (${status})`;
    }
  } catch {
    // Not a problem document: a proxy in between may have answered.
  }
  return `The allocator answered ${status}.`;
}

/** Throws `Refused` with the allocator's reason unless the answer is 2xx. */
export async function okOrRefused(response: Response): Promise<Response> {
  if (!response.ok) {
    throw new Refused(problemText(response.status, await response.text()));
  }
  return response;
}
