// A toolbar that is put into a page works out its colour from that of what is around it, and where it comes before what is around
// it, this may go round and round, and the page hangs, on a busy machine most of all (jupyterlab/jupyterlab#17877). Tests need no such
// colour. This has to be loaded before anything that makes toolbars.
import { Toolbar } from '@jupyter/web-components';

delete Toolbar.prototype.connectedCallback; // that of its base class remains
