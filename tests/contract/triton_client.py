"""Run by the interpreter that has tritonclient: uses a server as its users do, and prints what came back as JSON.

Usage: triton_client.py GRPC_ADDRESS HTTP_ADDRESS TABLES_GRPC_ADDRESS TABLES_HTTP_ADDRESS ROWS.npz
"""

from __future__ import annotations

import json
import queue
import sys
from typing import Any

import numpy as np
import tritonclient.grpc as over_grpc
import tritonclient.http as over_http
from tritonclient.utils import InferenceServerException


def infer(client: Any, kit: Any, model: str, x: np.ndarray[Any, Any], outputs: list[str], **options: Any) -> Any:
    """Infer with the client's defaults: raw tensors over gRPC, binary ones over HTTP."""
    tensor = kit.InferInput("X", list(x.shape), "FP64")
    tensor.set_data_from_numpy(x)
    wanted = [kit.InferRequestedOutput(name) for name in outputs]
    result = client.infer(model, [tensor], outputs=wanted, request_id="one", **options)
    values = {name: result.as_numpy(name) for name in outputs}
    return {name: [v.decode() for v in a] if a.dtype == object else a.tolist() for name, a in values.items()}


def refused(call: Any, *arguments: Any) -> str:
    """Give the message of the error that a call must end with."""
    try:
        call(*arguments)
    except InferenceServerException as error:
        return str(error.message())
    return ""


def use(client: Any, kit: Any, rows: Any) -> dict[str, Any]:
    """Use all that both clients have."""
    told: dict[str, Any] = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model_ready": client.is_model_ready("cancer"),
        "version_ready": client.is_model_ready("diabetes", "1.9.0"),
        "none_ready": client.is_model_ready("none"),
        "cancer": infer(client, kit, "cancer", rows["cancer"], ["predict", "predict_proba", "decision_function"]),
        "iris": infer(client, kit, "iris", rows["iris"], ["predict", "predict_proba"]),
        "bools": infer(client, kit, "bools", rows["iris"], ["predict"]),
        "version": infer(client, kit, "diabetes", rows["diabetes"], ["predict"], model_version="1.0.0"),
        "no_model": refused(client.get_model_metadata, "none"),
        "no_width": "",
    }
    narrow = kit.InferInput("X", [1, 2], "FP64")
    narrow.set_data_from_numpy(np.zeros((1, 2)))
    told["no_width"] = refused(client.infer, "iris", [narrow])
    client.unload_model("several")
    told["unloaded"] = client.is_model_ready("several")
    client.load_model("several")
    told["loaded"] = client.is_model_ready("several")
    return told


def table(client: Any, kit: Any, rows: Any, **options: Any) -> Any:
    """Infer of strings, doubles, integers and bools, a tensor for each."""
    tensors = []
    for name, datatype in (("age", "FP64"), ("city", "BYTES"), ("member", "BOOL"), ("visits", "INT64")):
        values = rows[name].astype(object) if datatype == "BYTES" else rows[name]
        tensors.append(kit.InferInput(name, list(values.shape), datatype))
        tensors[-1].set_data_from_numpy(values, **options)
    wanted = [kit.InferRequestedOutput(name) for name in ("predict", "predict_proba")]
    result = client.infer("people", tensors, outputs=wanted, parameters={"gaps": "nan"})
    labels = [label.decode() for label in result.as_numpy("predict")]
    return {"predict": labels, "predict_proba": result.as_numpy("predict_proba").tolist()}


def stream(client: Any, x: np.ndarray[Any, Any]) -> list[str]:
    """Infer each row over one stream."""
    answers: queue.Queue[Any] = queue.Queue()
    client.start_stream(callback=lambda result, error: answers.put((result, error)))
    for i in range(len(x)):
        tensor = over_grpc.InferInput("X", [1, x.shape[1]], "FP64")
        tensor.set_data_from_numpy(x[i : i + 1])
        client.async_stream_infer("iris", [tensor], request_id=str(i))
    labels = []
    for _ in range(len(x)):
        result, error = answers.get(timeout=30)
        labels.append(str(error) if error else result.as_numpy("predict")[0].decode())
    client.stop_stream()
    return labels


def typed_json(client: Any, x: np.ndarray[Any, Any]) -> Any:
    """Infer over HTTP with JSON in place of binary tensors, and with compression."""
    tensor = over_http.InferInput("X", list(x.shape), "FP64")
    tensor.set_data_from_numpy(x, binary_data=False)
    wanted = over_http.InferRequestedOutput("predict_proba", binary_data=False)
    plain = client.infer("iris", [tensor], outputs=[wanted])
    squeezed = [
        client.infer(
            "iris", [tensor], outputs=[wanted], request_compression_algorithm=name, response_compression_algorithm=name
        )
        for name in ("gzip", "deflate")
    ]
    return [result.as_numpy("predict_proba").tolist() for result in (plain, *squeezed)]


def main() -> None:
    """Print {"grpc": ..., "http": ...}."""
    grpc_address, http_address, tables_grpc, tables_http, path = sys.argv[1:]
    rows = np.load(path)
    with over_grpc.InferenceServerClient(grpc_address) as client:
        told: dict[str, Any] = {"grpc": use(client, over_grpc, rows)}
        told["grpc"]["metadata"] = client.get_model_metadata("cancer", as_json=True)
        told["grpc"]["server"] = client.get_server_metadata(as_json=True)["name"]
        told["grpc"]["index"] = [m["name"] for m in client.get_model_repository_index(as_json=True)["models"]]
        told["grpc"]["stream"] = stream(client, rows["iris"])
    with over_http.InferenceServerClient(http_address) as client:
        told["http"] = use(client, over_http, rows)
        told["http"]["metadata"] = client.get_model_metadata("cancer")
        told["http"]["server"] = client.get_server_metadata()["name"]
        told["http"]["index"] = [m["name"] for m in client.get_model_repository_index()]
        told["http"]["json"] = typed_json(client, rows["iris"])
    with over_grpc.InferenceServerClient(tables_grpc) as client:
        told["grpc"]["table"] = [table(client, over_grpc, rows)]
    with over_http.InferenceServerClient(tables_http) as client:
        told["http"]["table"] = [table(client, over_http, rows, binary_data=binary) for binary in (True, False)]
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
