// A JupyterLab of the packages in package.json. Tests drive it through window.jupyterapp once window.labReady is set.
import './toolbar.js';
import { JupyterLab } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { IServiceManager } from '@jupyterlab/services';
import services from '@jupyterlab/services-extension';
import { PluginRegistry } from '@lumino/coreutils';

__webpack_public_path__ = PageConfig.getOption('fullStaticUrl') + '/';

addEventListener('load', async () => {
  const { extensions } = await import('./extensions.js'); // its styles want the public path
  const pluginRegistry = new PluginRegistry();
  pluginRegistry.registerPlugins(services);
  const serviceManager = await pluginRegistry.resolveRequiredService(IServiceManager);
  const lab = new JupyterLab({ pluginRegistry, serviceManager, mimeExtensions: [] });
  lab.registerPluginModules(await Promise.all(extensions));
  window.jupyterapp = lab;
  await lab.start();
  await lab.restored;
  window.labReady = true;
});
