// Package grpcserver answers gRPC: modelx.v1.ModelService, the Open Inference Protocol, health and reflection on one
// port. docs/serving.md says what clients see.
//
// Messages are read from the transport below grpc-go's own RecvMsg, which answers what is too large, or cannot be
// decoded, in words that are not the contract's, and which decodes into memory that cannot be used again.
package grpcserver
