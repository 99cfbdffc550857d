"""Executes a notebook with nbclient: `execute_notebook.py NOTEBOOK OPTIONS`, where OPTIONS is JSON for NotebookClient.

Prints one line of JSON: the executed notebook, and the error that ended the run, if one did.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
client = NotebookClient(notebook, kernel_name="graft", **json.loads(sys.argv[2]))
error = None
try:
    client.execute()
except Exception as raised:
    error = {"type": type(raised).__name__, "ename": getattr(raised, "ename", None), "text": str(raised)}
print(json.dumps({"notebook": notebook, "error": error}))
