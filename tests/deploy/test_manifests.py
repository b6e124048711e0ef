"""The manifests against the schemas of what reads them, and against the program that they start."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = "1.31"
KSERVE = "v0.15.2"
# KServe's definitions are long, and the loader in Python takes many seconds for them.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.load_all(path.read_text(), LOADER) if document]


def every() -> list[Any]:
    return [
        pytest.param(document, id=f"{path.name}/{document['kind']}/{document['metadata']['name']}")
        for path in sorted(DEPLOY.rglob("*.yaml"))
        for document in documents(path)
    ]


@cache
def crd_schema(kind: str) -> dict[str, Any]:
    """Give the schema of one of KServe's kinds, from KServe's own definition of it."""
    command = ["go", "env", "GOMODCACHE"]
    cache = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    folder = cache / f"github.com/kserve/kserve@{KSERVE}" / "config" / "crd" / "full"
    assert folder.exists(), "KServe's definitions are missing: run `make kserve-schemas`"
    for path in folder.glob("*.yaml"):
        definition = yaml.load(path.read_text(), LOADER)  # noqa: S506 - a safe loader, in C
        if definition.get("kind") == "CustomResourceDefinition" and definition["spec"]["names"]["kind"] == kind:
            (version,) = [v for v in definition["spec"]["versions"] if v["served"]]
            return strict(version["schema"]["openAPIV3Schema"])
    raise AssertionError(kind)


def strict(schema: Any) -> Any:
    """Refuse fields that the schema does not name: a cluster would drop them without a word."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: strict(item) for name, item in schema.items()}
    open_ended = out.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in out
    if isinstance(out.get("properties"), dict) and out.get("type") == "object" and not open_ended:
        out["additionalProperties"] = False
        # The two that every object of a cluster has.
        out["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}
    if out.get("x-kubernetes-int-or-string"):
        out.pop("type", None)
    return out


def validate(document: dict[str, Any]) -> None:
    if document["apiVersion"].startswith("serving.kserve.io/"):
        whole = copy.deepcopy(document)
        # The definition leaves metadata to the cluster.
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", whole["metadata"].pop("name"))
        jsonschema.Draft7Validator(crd_schema(document["kind"])).validate(whole)
    else:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


@pytest.mark.parametrize("document", every())
def test_manifest_is_valid(document):
    validate(document)


@pytest.mark.parametrize("document", every())
def test_a_misspelled_field_is_found(document):
    wrong = copy.deepcopy(document)
    wrong["spec"]["replicass"] = 2
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        validate(wrong)


def containers(document: dict[str, Any]) -> list[dict[str, Any]]:
    spec = document["spec"]
    spec = spec.get("template", {}).get("spec", spec)
    found: list[dict[str, Any]] = spec.get("containers", [])
    return found


WITH_CONTAINERS = [param for param in every() if containers(param.values[0])]


@pytest.mark.interop
@pytest.mark.parametrize("document", WITH_CONTAINERS)
def test_the_program_takes_the_arguments(document, tmp_path):
    """Whatever a manifest passes must be a setting, with a value that the program accepts."""
    for name in ("predict", "reload"):
        (tmp_path / name).write_text("token\n")
    for container in containers(document):
        arguments = [re.sub(r"/tokens", str(tmp_path), a.replace("{{.Name}}", "m")) for a in container["args"]]
        environment = {entry["name"]: entry["value"] for entry in container.get("env", [])}
        for program in ([ROOT / "bin" / "modelx-go"], [sys.executable, "-m", "modelx"]):
            command = [*program, *arguments, "--print-config"]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
            assert done.returncode == 0, done.stderr
            assert 'host = "0.0.0.0"' in done.stdout


@pytest.mark.parametrize("document", WITH_CONTAINERS)
def test_probes_and_ports_are_the_programs(document):
    text = json.dumps(document)
    for container in containers(document):
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert set(ports.values()) <= {8080, 8081}
        for kind in ("readinessProbe", "livenessProbe"):
            probe = container[kind]
            (handler,) = [probe[h] for h in ("httpGet", "grpc", "tcpSocket") if h in probe]
            assert handler["port"] in {*ports, *ports.values()}
            assert handler.get("path", "/readyz") in {"/readyz", "/healthz"}
    assert ":latest" not in text
