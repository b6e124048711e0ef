// Package serving is the data plane of the Go engine: models by name and version, what they answer, and how they are
// replaced while they answer. No transport is in it. docs/serving.md is its contract.
package serving
