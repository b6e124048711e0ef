// Package server is the life of the Go engine: it listens, loads, serves, reloads and stops, as docs/serving.md says.
package server
