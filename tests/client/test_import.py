"""The client is small: what it imports, and what it says when grpc is missing."""

import subprocess
import sys
from pathlib import Path

import modelx.client
from modelx.client.errors import BY_CODE

ROOT = Path(__file__).parents[2]


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout


def test_every_public_name_is_there():
    for name in modelx.client.__all__:
        assert getattr(modelx.client, name).__name__ == name
    assert set(modelx.client.__all__) <= set(dir(modelx.client))


def test_what_is_imported():
    code = (
        "import sys\nfrom modelx.client import AsyncClient, Client\nClient('127.0.0.1:1').close()\n"
        "print([n for n in sys.modules if n.split('.')[0] in ('sklearn', 'scipy', 'pandas', 'click') "
        "or n.startswith(('modelx.inference', 'modelx.serving'))])"
    )
    assert run(code) == "[]\n"


def test_errors_need_neither_numpy_nor_grpc():
    code = (
        "import sys\nfrom modelx.client import CallError\n"
        "print([n for n in ('numpy', 'grpc', 'google.protobuf') if n in sys.modules])"
    )
    assert run(code) == "[]\n"


def test_without_grpc_the_message_has_the_command():
    code = (
        "import sys\nsys.modules['grpc'] = None\nfrom modelx.client import Client\n"
        "from modelx.errors import MissingDependencyError\n"
        "try:\n    Client()\nexcept MissingDependencyError as error:\n    print(error)"
    )
    assert run(code) == "grpcio: not installed; pip install 'modelx[client]'\n"


def test_the_documentation_lists_every_error_with_its_codes():
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| `")]
    listed = {code: row[0] for row in rows if len(row) == 3 for code in row[2].split(", ") if code.isupper()}
    assert {code: cls.__name__ for code, cls in BY_CODE.items()} == {
        code: names.split(",")[0].strip("`") for code, names in listed.items()
    }
