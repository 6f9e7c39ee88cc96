"""Tests in a real JupyterLab; a package, so that its browser closes before other tests run."""
