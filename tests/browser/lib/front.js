/** A proxy before the edges, as a load balancer is: one host, with a prefix for each edge that it takes off. */
import { createServer, request as ask } from 'node:http';

export class Front {
  #server;
  #origin;
  #edges = [];

  /** What was asked for below no prefix. */
  strays = [];
  /** Assets that were not there. */
  missing = [];

  static async open() {
    const front = new Front();
    front.#server = createServer((request, response) => front.#answer(request, response));
    await new Promise((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    front.#origin = `http://127.0.0.1:${front.#server.address().port}`;
    return front;
  }

  /** The shop's public address on an edge, from 0. */
  shop(edge, path = '') {
    return `${this.#origin}/e${edge + 1}${path}`;
  }

  /** From now on requests are passed to these addresses. */
  stand(edges) {
    this.#edges = edges;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request, response) {
    const [, number, path] = /^\/e(\d+)(\/.*)?$/.exec(request.url) ?? [];
    const edge = this.#edges[number - 1];
    if (!edge) {
      this.strays.push(request.url);
      response.writeHead(404).end();
    } else if (!path) {
      // As nginx does for `location /e1/`: the pages' references are relative to the folder.
      response.writeHead(301, { Location: `/e${number}/` }).end();
    } else {
      this.#pass(request, response, edge + path);
    }
  }

  #pass(request, response, url) {
    const { method, headers } = request;
    const passed = ask(url, { method, headers }, (answer) => {
      if (answer.statusCode >= 400 && url.includes('/assets/')) this.missing.push(url);
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  }
}
