"""The AWS CLI, command after command in one process: a list of words a line comes in, what it said goes out.

A fresh `aws` takes half a second to start, and a story has a hundred commands.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver


def said(words: list[str]) -> dict[str, object]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = DRIVER.main([*words, "--output", "json"])
    return {"status": status, "out": out.getvalue(), "err": err.getvalue()}


DRIVER = create_clidriver()
for line in sys.stdin:
    print(json.dumps(said(json.loads(line))), flush=True)
