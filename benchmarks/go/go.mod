// Benchmarks against onnxruntime have a module of their own: it needs cgo, which the library must not.
module github.com/modelx-dev/modelx/benchmarks

go 1.26.0

require github.com/modelx-dev/modelx/interop v0.0.0

require (
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260928230214-8a89bd6388cc // indirect
	google.golang.org/grpc v1.85.0 // indirect
)

require (
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/yalue/onnxruntime_go v1.27.0
	gonum.org/v1/gonum v0.17.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace github.com/modelx-dev/modelx/interop => ../../interop
