// Package tensor is the Open Inference Protocol's tensors without a transport: it makes a data plane's request of them,
// and them of its response. gRPC and REST use the same functions, so their checks and texts are the same.
package tensor
