"""A JupyterLab server for tests: Debian's jupyter server with the bundle that setup-lab built beside this file."""
import os

os.environ["JUPYTER_NO_CONFIG"] = "1"

from jupyterlab_server import LabServerApp

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "build")


def _jupyter_server_extension_points():
    return [{"module": __name__, "app": Lab}]


class Lab(LabServerApp):
    extension_url = "/lab"
    default_url = "/lab"
    name = __name__
    load_other_extensions = False
    app_name = "JupyterLab for tests"
    app_version = "4.6.4"
    app_settings_dir = os.path.join(BUILD, "application_settings")
    schemas_dir = os.path.join(BUILD, "schemas")
    static_dir = BUILD
    templates_dir = os.path.join(HERE, "templates")
    themes_dir = os.path.join(BUILD, "themes")
    user_settings_dir = os.path.join(BUILD, "user_settings")
    workspaces_dir = os.path.join(BUILD, "workspaces")


if __name__ == "__main__":
    Lab.launch_instance()
