import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/attention.css';
import './styles/edges.css';
import './styles/sale.css';
import './styles/bar.css';
import './styles/table.css';
import './styles/dialog.css';
import { App } from './app';

const root = document.getElementById('app');
if (root) {
  render(<App />, root);
}
