"""Every invalid vector."""

from __future__ import annotations

from collections.abc import Iterator

from defects import (
    binarized_labels,
    columns,
    containers,
    documents,
    encoders,
    ensembles,
    functions,
    graphs,
    histograms,
    labels_and_trees,
    models_of_models,
    parameters,
    preprocessing,
    recorded,
    side_by_side,
    sources,
    structure,
    thresholds,
    trees,
)
from defects.defect import Defect

_GROUPS = (
    containers.of_bytes,
    containers.of_compression,
    structure.of_frames,
    structure.of_pipelines,
    structure.of_signatures,
    parameters.of_families,
    columns.of_imputers,
    columns.of_strings,
    columns.of_nearest_rows,
    columns.of_rounds,
    columns.of_selectors,
    histograms.of_outputs,
    histograms.of_trees,
    histograms.of_categories,
    histograms.of_tampering,
    labels_and_trees.of_labels,
    labels_and_trees.of_trees,
    ensembles.of_boosting,
    ensembles.of_isolation,
    ensembles.of_embedding,
    models_of_models.of_delegates,
    models_of_models.of_targets,
    models_of_models.of_stacks,
    models_of_models.of_boosts,
    models_of_models.of_bags,
    models_of_models.of_votes,
    preprocessing.of_preprocessing,
    encoders.of_encoders,
    binarized_labels.of_binarizers,
    thresholds.of_thresholds,
    side_by_side.of_column_transformers,
    functions.of_functions,
    functions.of_registered_functions,
    recorded.of_forms,
    recorded.of_steps,
    recorded.of_tampering,
    trees.of_nodes,
    trees.of_tree_models,
    trees.of_changed_trees,
    ensembles.of_tampering,
    preprocessing.of_changed_preprocessing,
    encoders.of_changed_encoders,
    columns.of_tampering,
    functions.of_changed_functions,
    documents.of_syntax,
    documents.of_keys,
    documents.of_content,
    graphs.of_graphs,
    sources.of_sources,
)


def all_of_them() -> Iterator[Defect]:
    """Give every invalid vector, each id once.

    Raises
    ------
    ValueError
        For an id that is taken.
    """
    seen: set[str] = set()
    for group in _GROUPS:
        for defect in group():
            if defect.id in seen:
                raise ValueError(f"two invalid vectors {defect.id}")
            seen.add(defect.id)
            yield defect
